import pytest

from tocsin.knowledge.pattern import Pattern, parse


@pytest.mark.parametrize(
    ("written", "pattern"),
    [
        ("word", Pattern("word", open_left=False, open_right=False)),
        ("two words*", Pattern("two words", open_left=False, open_right=True)),
        ("*end", Pattern("end", open_left=True, open_right=False)),
        ("*part*", Pattern("part", open_left=True, open_right=True)),
    ],
)
def test_stars_open_a_side(written: str, pattern: Pattern) -> None:
    assert parse(written) == pattern


@pytest.mark.parametrize("written", ["", " ", "*", "**", "a*b", "* *"])
def test_nonsense_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"write at least one word|may only begin or end"):
        parse(written)
