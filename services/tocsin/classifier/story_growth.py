"""What a story is after one more report: pure functions from a story and a report to the next state."""

from collections.abc import Iterable
from typing import Final, NamedTuple

import msgspec

from tocsin.classifier.figures import alike, read_figures, telling
from tocsin.classifier.story_judge import Verdict
from tocsin.domain.identity import story_id
from tocsin.domain.signal import Correction, Event, Novelty, Placement
from tocsin.domain.story import Amendment, Report, Signalled, Story
from tocsin.ports.stories import Decision

MOST_REPORTS: Final = 8
"""Reports that a story keeps to compare with: the first one, and the latest of those that are no copies."""
_MOST_SOURCES: Final = 50
_MOST_HEADLINES: Final = 20
_MOST_NUMBERS: Final = 60
_MOST_TYPES: Final = 25
_MOST_COMPANIES: Final = 20
_MOST_AMENDMENTS: Final = 10
_SURE: Final = 0.7
"""Confidence from which an event type that the story did not have yet is news."""
_JUMP: Final = 20
"""Severity that a report must have above the story's best to be news."""
_TELLING: Final = 0.6


class Arrival(NamedTuple):
    """A report on its way into a story, with what it flags and what it amends."""

    report: Report
    events: tuple[Event, ...]
    amends: Correction | None


def place(arrival: Arrival, verdict: Verdict, settled: str | None = None) -> Decision:
    """The story with the report in it: the one of the verdict, or a new one, called ``settled`` if that is given."""
    report = arrival.report
    if verdict.story is None:
        story = Story(id=settled or story_id(report.article), first=report.at, last=report.at)
        return Decision(
            _grown(story, arrival, copy=False),
            Placement(story=story.id, opened=True, novelty="first", why=verdict.why, amends=arrival.amends),
        )
    return _join(arrival, verdict.story, verdict)


def _join(arrival: Arrival, story: Story, verdict: Verdict) -> Decision:
    report = arrival.report
    news = _news(arrival, story) if arrival.amends or not verdict.copy else ()
    again = any(known.article == report.article for known in story.reports)
    grown = _grown(story, arrival, copy=verdict.copy, again=again or report.revision > 1)
    novelty: Novelty = "update" if news else "repeat"
    placement = Placement(
        story=story.id,
        opened=story.id == story_id(report.article),
        novelty=novelty,
        articles=grown.articles,
        sources=max(1, len(grown.sources)),
        copy=verdict.copy,
        why=verdict.why,
        nearest=verdict.nearest.article if verdict.nearest else None,
        news=news,
        amends=arrival.amends,
    )
    return Decision(grown, placement)


def _news(arrival: Arrival, story: Story) -> tuple[str, ...]:
    """What the report says that the story did not: what a reader who was told already wants to hear."""
    news: list[str] = [arrival.amends] if arrival.amends else []
    news += [e.type for e in arrival.events if e.type not in story.types and e.confidence >= _SURE]
    severest = max((event.severity for event in arrival.events), default=0)
    if story.best and severest >= story.best.severity + _JUMP:
        news.append(f"severity {severest}")
    known = [float(number) for number in story.numbers]
    title = read_figures(arrival.report.title, arrival.report.traits.language or None)
    fresh = [value for value in title if telling(value) >= _TELLING and not any(alike(value, old) for old in known)]
    if known:
        news += [f"figure {value:g}" for value in fresh]
    return tuple(news)


def _grown(story: Story, arrival: Arrival, *, copy: bool, again: bool = False) -> Story:
    report = msgspec.structs.replace(arrival.report, copy=copy)
    traits = report.traits
    headlines = dict(story.headlines)
    if report.title:
        headlines.setdefault(traits.language, report.title)
    heard = story.sources if copy or not report.source else _more(story.sources, (report.source,), _MOST_SOURCES)
    amendments = story.amendments
    if arrival.amends:
        amendments += (Amendment(article=report.article, kind=arrival.amends, at=report.at),)
    return msgspec.structs.replace(
        story,
        first=min(story.first, report.at),
        last=max(story.last, report.at),
        headlines=dict(list(headlines.items())[:_MOST_HEADLINES]),
        sources=heard,
        articles=story.articles + (not again),
        copies=story.copies + (copy and not again),
        types=_more(story.types, (event.type for event in arrival.events), _MOST_TYPES),
        companies=_more(story.companies, traits.companies, _MOST_COMPANIES),
        numbers=_more(story.numbers, traits.numbers, _MOST_NUMBERS),
        best=_best(story.best, arrival),
        amendments=amendments[-_MOST_AMENDMENTS:],
        reports=_kept(story.reports, report),
    )


def _more(known: tuple[str, ...], fresh: Iterable[str], most: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*known, *fresh]))[:most]


def _best(best: Signalled | None, arrival: Arrival) -> Signalled | None:
    for event in arrival.events:
        if best is None or (event.severity, event.confidence) > (best.severity, best.confidence):
            best = Signalled(
                article=arrival.report.article, type=event.type, severity=event.severity, confidence=event.confidence
            )
    return best


def _kept(reports: tuple[Report, ...], report: Report) -> tuple[Report, ...]:
    others = tuple(known for known in reports if known.article != report.article)
    if report.copy and len(others) == len(reports):
        return reports
    kept = (*others, report)
    return kept if len(kept) <= MOST_REPORTS else (kept[0], *kept[-MOST_REPORTS + 1 :])
