"""A verdict as JSON for programs and as a page for people."""

import re
from typing import Any, Final

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text as Styled

from tocsin.classifier.classify import LIMITS, Text
from tocsin.domain.signal import Classification, Evidence, Field

_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_ARROWS: Final = {"up": "▲ up", "down": "▼ down", "neutral": "● neutral", "unknown": ""}


def report(id: str | int | None, classification: Classification) -> dict[str, Any]:
    """The verdict as one JSON object. ``story`` and ``novelty`` are for the caller to fill."""
    plain = msgspec.to_builtins(classification)
    companies = [
        {key: company[key] for key in ("ticker", "name", "role", "relevance")} for company in plain["companies"]
    ]
    return {
        "id": id,
        "lang": classification.language,
        "flagged": classification.flagged,
        "events": plain["events"],
        "scores": plain["scores"],
        "policy": classification.policy,
        "market": classification.market,
        "any": classification.any,
        "example": plain["neighbour"],
        "versions": {"knowledge": classification.knowledge, "model": classification.model},
        "companies": companies,
        "amounts": plain["amounts"],
        "story": None,
        "novelty": None,
    }


def print_report(text: Text, classification: Classification) -> None:
    """The text with the evidence marked, and what follows from it."""
    console = Console(soft_wrap=True)
    evidence = [piece for event in classification.events for piece in event.evidence]
    names = [piece for company in classification.companies for piece in company.evidence]
    fields: tuple[tuple[Field, str], ...] = (
        ("title", text.title),
        ("summary", text.summary),
        ("content", text.content[: LIMITS["content"]]),
    )
    for field, value in fields:
        if value:
            console.print(_marked(field, value, evidence, names), style="bold" if field == "title" else "")
    console.print()
    console.print(
        "FLAGGED" if classification.flagged else "not flagged", style="bold red" if classification.flagged else "dim"
    )
    table = Table("event", "confidence", "severity", "direction", "evidence", box=None)
    for event in classification.events:
        said = Styled(", ".join(f"“{_printable(piece.text)}”" for piece in event.evidence))
        table.add_row(event.type, f"{event.confidence:.2f}", str(event.severity), _ARROWS[event.direction], said)
    if classification.events:
        console.print(table)
    for company in classification.companies:
        console.print(Styled(f"{company.ticker}  {company.name}: {company.role}, relevance {company.relevance}"))
    for amount in classification.amounts:
        console.print(Styled(f"{amount.value:,.10g} {amount.currency or amount.unit}  “{_printable(amount.text)}”"))
    if classification.neighbour:
        near = classification.neighbour
        console.print(Styled(f"like       “{_printable(near.title)}” ({near.similarity:.2f})", style="dim"))
    versions = f"knowledge {classification.knowledge}, model {classification.model or 'none'}"
    console.print(f"language {classification.language or 'unknown'}, {versions}", style="dim")


def _marked(field: Field, value: str, evidence: list[Evidence], names: list[Evidence]) -> Styled:
    styled = Styled(_printable(value))
    for pieces, style in ((names, "underline cyan"), (evidence, "bold black on yellow")):
        for piece in pieces:
            if piece.field == field:
                styled.stylize(style, piece.start, piece.end)
    return styled


def _printable(text: str) -> str:
    # one for one, so that offsets stay right and no news can steer the terminal
    return _CONTROL.sub("\ufffd", text)
