import random
import time
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.classifier.classify import Classifier, Text
from tocsin.domain import codec
from tocsin.domain.signal import Amount, Classification, Evidence
from tocsin.knowledge import load_knowledge

DATA = Path(__file__).parents[1] / "knowledge" / "data"
shared = Classifier(load_knowledge(builtin=DATA))


def check(text: Text, verdict: Classification) -> None:
    spans: list[Evidence | Amount] = [piece for event in verdict.events for piece in event.evidence]
    spans += [piece for company in verdict.companies for piece in company.evidence]
    for piece in [*spans, *verdict.amounts]:
        assert getattr(text, piece.field)[piece.start : piece.end] == piece.text
    assert verdict.flagged is bool(verdict.events)
    assert all(0 <= score <= 1 for score in verdict.scores.values())
    assert all(0 <= event.severity <= 100 for event in verdict.events)


def test_the_kind_of_news_it_was_made_for() -> None:
    text = Text(
        title="Nvidia nimmt Chip-Exporte nach China mit Genehmigung wieder auf",
        content="Auch AMDs MI308 war betroffen. Der Schaden: 5,5 Milliarden Dollar (4,7 Milliarden Euro).",
    )
    verdict = shared.classify(text)
    check(text, verdict)
    assert verdict.language == "de"
    assert [(event.type, event.direction) for event in verdict.events] == [("policy.export-control", "up")]
    assert [(company.ticker, company.role) for company in verdict.companies] == [("NVDA", "subject"), ("AMD", "named")]
    assert [(amount.value, amount.currency) for amount in verdict.amounts] == [(5.5e9, "USD"), (4.7e9, "EUR")]
    assert verdict.knowledge == shared.knowledge.version


def test_nothing_at_all() -> None:
    verdict = shared.classify(Text())
    assert (verdict.language, verdict.flagged, verdict.policy) == (None, False, 0.0)


def test_markup_and_marks_keep_offsets_right() -> None:
    text = Text(
        title="\u202b<b>US</b>  eases &quot;export&nbsp;controls&quot;\u202c for Nvi\u00addia\ud83d", language="en"
    )
    verdict = shared.classify(text)
    check(text, verdict)
    assert [piece.text for piece in verdict.events[0].evidence] == ["export&nbsp;controls"]
    assert verdict.companies[0].evidence[0].text == "Nvi\u00addia"


phrases = st.sampled_from(
    [
        "Nvidia",
        "export controls",
        "$5.5bn",
        "出口管制",
        "<b>",
        "&amp;",
        "\u202e",
        "\ud800",
        "Exportbeschränkungen",
        "\n\n",
        ". ",
    ]
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(phrases | st.text(max_size=6)).map(" ".join),
    st.lists(phrases | st.text(max_size=6)).map("".join),
    st.sampled_from([None, "en", "de", "zh", "xx", "en-US", ""]),
)
def test_any_text_is_judged_and_its_evidence_stands_in_it(title: str, content: str, language: str | None) -> None:
    text = Text(title=title, content=content, language=language)
    check(text, shared.classify(text))


def test_verdicts_travel_on_the_wire() -> None:
    verdict = shared.classify(Text(title="Export controls on Nvidia cost $5bn", language="en"))
    assert codec.decode(Classification, codec.encode(verdict)) == verdict


def test_huge_items_take_bounded_time(tmp_path: Path) -> None:
    rng = random.Random(7)
    letters = "bcdfghklmnprstvwz"
    names = sorted({"".join(rng.choices(letters, k=7)).capitalize() for _ in range(10_000)})
    rows = "\n".join(f"  - {{ticker: X{n}, name: {name}}}" for n, name in enumerate(names))
    (tmp_path / "companies").mkdir()
    (tmp_path / "companies" / "many.yaml").write_text(f"companies:\n{rows}\n")
    classifier = Classifier(load_knowledge([tmp_path], builtin=DATA))
    items = [
        " ".join(names)[:1_000_000],
        "export controls Nvidia $5bn " * 35_000,
        "<" * 1_000_000,
        "&" * 1_000_000,
        "9" * 1_000_000,
        "9." * 500_000,
        " " * 1_000_000 + "x",
        "\u0301" * 1_000_000,
        "出口管制英伟达" * 140_000,
        "<b>" * 300_000,
        "\ud800" * 1_000_000,
        "".join(map(chr, range(0x20, 0xD7FF))) * 8,
        "A. " * 300_000,
    ]
    begin = time.process_time()
    for item in items:
        for text in (Text(title=item), Text(summary=item, content=item), Text(title="t", content=item, language="en")):
            check(text, classifier.classify(text))
    assert time.process_time() - begin < 20
