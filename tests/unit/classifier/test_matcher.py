import pytest

from tocsin.classifier.fold import fold_text
from tocsin.classifier.matcher import Entry, Matcher


def matches(pattern: str, text: str, *, of: str | None = "en", language: str | None = "en") -> list[str]:
    folded = fold_text(text)
    found = Matcher([Entry(pattern, of, "rule")]).find(folded, language)
    assert all(match.rules == ("rule",) for match in found)
    return [folded[match.start : match.end] for match in found]


@pytest.mark.parametrize(
    ("pattern", "text", "hit"),
    [
        ("ban", "the ban, lifted", True),
        ("ban", "banana", False),
        ("ban", "urban", False),
        ("ban*", "BANS", True),
        ("ban*", "urban", False),
        ("*ban", "urban", True),
        ("*ban", "urbane", False),
        ("*ban*", "urbane", True),
        ("export control*", "Export\n\u00a0Controls", True),
        ("us", "US-China", True),
        ("yahoo!", "Yahoo!s", True),
        ("h20", "H200", False),
        ("nvidia", "英伟达Nvidia宣布", True),
    ],
)
def test_word_bounds(pattern: str, text: str, *, hit: bool) -> None:
    assert bool(matches(pattern, text)) is hit


@pytest.mark.parametrize(
    ("pattern", "text", "language"),
    [("制裁", "美国制裁伊朗", "zh"), ("금리", "기준금리를", "ko"), ("ดอกเบี้ย", "ขึ้นดอกเบี้ยแล้ว", "th")],
)
def test_scripts_without_spaces_have_no_bounds(pattern: str, text: str, language: str) -> None:
    assert matches(pattern, text, of=language, language=language) == [fold_text(pattern)]


@pytest.mark.parametrize("pattern", ["strafzölle", "strafzoelle"])
@pytest.mark.parametrize("text", ["Strafzölle", "Strafzoelle", "STRAFZOLLE"])
def test_german_umlauts_match_in_either_spelling(pattern: str, text: str) -> None:
    assert matches(pattern, text, of="de", language="de")


def test_neue_is_not_taken_for_an_umlaut() -> None:
    assert matches("neue*", "Neues", of="de", language="de")
    assert not matches("neue*", "neunzig", of="de", language="de")


def test_only_the_language_of_the_text_counts() -> None:
    assert not matches("ban", "ban", of="en", language="de")
    assert not matches("ban", "ban", of="en", language="xx")
    assert matches("ban", "ban", of="en", language=None)
    assert matches("ban", "ban", of=None, language="de")


def test_overlapping_matches_are_all_found() -> None:
    matcher = Matcher([Entry("export*", "en", "a"), Entry("export ban", "en", "b"), Entry("ban", "en", "c")])
    assert {rule for match in matcher.find("export ban", "en") for rule in match.rules} == {"a", "b", "c"}


def test_nothing_to_look_for_finds_nothing() -> None:
    empty: Matcher[str] = Matcher([])
    assert empty.find("text", "en") == []
