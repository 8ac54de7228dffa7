"""How grave an event is, by the rules of its type."""

from collections.abc import Iterable

from tocsin.classifier.amounts import rough_dollars
from tocsin.domain.signal import Amount
from tocsin.knowledge.schema import EventType, SeverityRule


def severity(event: EventType, amounts: Iterable[Amount], *, headline: bool, subject: bool) -> int:
    """0–100: the type's own severity and what its rules add to it for these facts. None of them knows of the others."""
    sums = tuple(amounts)
    largest = {
        "dollars": max((rough_dollars(amount) for amount in sums), default=0.0),
        "percent": max((amount.value for amount in sums if amount.unit == "%" and not amount.points), default=0.0),
        "points": max((amount.value for amount in sums if amount.points), default=0.0),
    }
    told = {"headline": headline, "subject": subject}
    reached: dict[str, SeverityRule] = {}
    added = 0
    for rule in event.severity_rules:
        measure = rule.measure
        bound = getattr(rule, measure)
        if measure in told:
            added += rule.add if told[measure] == bound else 0
        elif largest[measure] >= bound and (measure not in reached or bound > getattr(reached[measure], measure)):
            reached[measure] = rule
    added += sum(rule.add for rule in reached.values())
    return max(0, min(100, event.severity + added))
