import gzip
from pathlib import Path

import pytest

from tocsin.domain.errors import ConfigurationError
from tocsin.learning.items import Gold, read_items


def test_items_are_read_also_compressed(tmp_path: Path) -> None:
    line = b'{"id": 7, "title": "T", "lang": "en", "extra": 1, "gold": {"types": ["policy.trade"], "other": 2}}\n\n'
    (tmp_path / "a.jsonl").write_bytes(line)
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(line))
    plain, packed = read_items(tmp_path / "a.jsonl"), read_items(tmp_path / "a.jsonl.gz")
    assert plain == packed
    assert (plain[0].id, plain[0].gold.types, plain[0].gold.flagged) == ("7", ("policy.trade",), True)


@pytest.mark.parametrize(
    ("gold", "flagged"),
    [
        (Gold(), None),
        (Gold(types=()), False),
        (Gold(policy=0), None),
        (Gold(policy=0, market=0), False),
        (Gold(market=1), True),
    ],
)
def test_only_labels_that_decide_it_say_whether_to_flag(gold: Gold, flagged: bool | None) -> None:
    assert gold.flagged is flagged


def test_a_subscribers_mark_is_a_label(tmp_path: Path) -> None:
    (tmp_path / "marks.jsonl").write_text(
        '{"id": "1", "title": "A", "mark": "useful", "events": [{"type": "market.legal"}]}\n'
        '{"id": "2", "title": "B", "mark": "noise", "events": [{"type": "market.legal"}]}\n'
    )
    useful, noise = read_items(tmp_path / "marks.jsonl")
    assert (useful.gold.types, noise.gold.types) == (("market.legal",), ())


def test_mistakes_name_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text('{"id": "1", "title": "A"}\n[]\n{"id": "2", "gold": {"types": 5}}\nnot json\n')
    with pytest.raises(ConfigurationError) as caught:
        read_items(tmp_path / "bad.jsonl")
    assert [problem.split(": ")[1] for problem in caught.value.problems] == ["line 2", "line 3", "line 4"]
    with pytest.raises(ConfigurationError, match=r"missing\.jsonl"):
        read_items(tmp_path / "missing.jsonl")
