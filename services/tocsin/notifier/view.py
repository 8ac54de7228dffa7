"""What templates see of an alert: short plain texts, chosen and put into words."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from tocsin.domain.signal import ClassifiedArticle, CompanyMention, Direction, Event
from tocsin.notifier.labels import Labels
from tocsin.notifier.markup import safe_url
from tocsin.notifier.text import duration, moment, plain

_ARROWS: Final[dict[Direction, str]] = {"up": "▲", "down": "▼", "neutral": "", "unknown": ""}
_HEADLINE: Final = 160
_SUMMARY: Final = 280
_EVENTS: Final = 3
_PHRASES: Final = 3
_COMPANIES: Final = 6
_AMOUNTS: Final = 4


def story(signal: ClassifiedArticle, now: datetime, labels: Labels) -> dict[str, Any]:
    """One report: ``head`` (``NVDA ▲ Export controls``), ``headline``, ``summary``, ``reasons``, ``companies``,
    ``amounts``, ``severity``, ``source``, ``link``, ``latency``, ``late``.

    ``now`` is when it is rung, for the latency line. Every text is one line of bounded length; absent ones are empty.
    """
    article, verdict = signal.article, signal.classification
    events = _strongest(verdict.events)
    subjects = [mention.ticker for mention in _by_relevance(verdict.companies) if mention.role == "subject"]
    whom = ", ".join(subjects[:2]) + (f" +{len(subjects) - 2}" if len(subjects) > 2 else "")  # noqa: PLR2004 - two fit
    what = labels.event(events[0].type) if events else labels.words["flagged"]
    return {
        "head": " ".join(part for part in (whom, _direction(events), what) if part),
        "headline": plain(article.title, _HEADLINE),
        "summary": _summary(article.title, article.summary),
        "reasons": [_reason(event, labels) for event in events],
        "companies": [_company(mention, _direction(events)) for mention in _foremost(verdict.companies)],
        "amounts": _distinct(plain(amount.text, 40) for amount in verdict.amounts)[:_AMOUNTS],
        "severity": verdict.severity,
        "source": plain(article.source, 80),
        "link": safe_url(article.link),
        "latency": _latency(signal, now, labels),
        "late": article.late,
    }


def data(signal: ClassifiedArticle) -> dict[str, Any]:
    """The same for programs: values as they are."""
    article, verdict = signal.article, signal.classification
    return {
        "headline": article.title,
        "summary": article.summary,
        "link": article.link,
        "source": article.source,
        "feed": article.feed,
        "article": article.id,
        "story": signal.story,
        "novelty": signal.novelty,
        "language": verdict.language,
        "published": article.published,
        "seen": article.seen,
        "late": article.late,
        "severity": verdict.severity,
        "events": [
            {
                "type": event.type,
                "confidence": event.confidence,
                "severity": event.severity,
                "direction": event.direction,
                "why": [evidence.text for evidence in event.evidence],
            }
            for event in verdict.events
        ],
        "companies": [
            {"ticker": each.ticker, "name": each.name, "role": each.role, "relevance": each.relevance}
            for each in verdict.companies
        ],
        "amounts": [amount.text for amount in verdict.amounts],
    }


def facts(given: Mapping[str, str], now: datetime, labels: Labels) -> dict[str, str]:
    """What a notice tells: short texts, and ``since`` as a time in words."""
    told = {name: plain(value, 300) for name, value in given.items()}
    if "since" in told:
        told["since"] = moment(datetime.fromisoformat(told["since"]), now, labels)
    return told


def _latency(signal: ClassifiedArticle, now: datetime, labels: Labels) -> str:
    article = signal.article
    pattern = labels.words["published" if article.published else "undated"]
    return pattern.format(
        published=moment(article.at, now, labels),
        seen=moment(article.seen, now, labels),
        seen_after=duration(article.seen - article.at, labels),
        rung_after=duration(now - article.at, labels),
    )


def _strongest(events: Iterable[Event]) -> list[Event]:
    return sorted(events, key=lambda event: event.severity * event.confidence, reverse=True)[:_EVENTS]


def _direction(events: Iterable[Event]) -> str:
    """The arrow of the strongest event that has one."""
    return next((arrow for event in events if (arrow := _ARROWS[event.direction])), "")


def _reason(event: Event, labels: Labels) -> str:
    """``Export controls 92 % (“export licence”)``: the type, its confidence, the phrases that speak for it."""
    opening, closing = labels.quotes
    phrases = _distinct(plain(evidence.text, 60) for evidence in event.evidence)[:_PHRASES]
    quoted = ", ".join(f"{opening}{phrase}{closing}" for phrase in phrases)
    # a probability is never shown as certainty
    percent = min(99, round(event.confidence * 100))
    return f"{labels.event(event.type)} {percent} %" + (f" ({quoted})" if quoted else "")


def _by_relevance(companies: Iterable[CompanyMention]) -> list[CompanyMention]:
    return sorted(companies, key=lambda mention: mention.relevance, reverse=True)


def _foremost(companies: Iterable[CompanyMention]) -> list[CompanyMention]:
    """Subjects before those merely named, the more relevant first."""
    return sorted(_by_relevance(companies), key=lambda mention: mention.role != "subject")[:_COMPANIES]


def _company(mention: CompanyMention, arrow: str) -> str:
    """``Nvidia (NVDA) ▲``; only the story's subjects go up or down."""
    name = plain(mention.name, 40)
    shown = f"{name} ({mention.ticker})" if name and name != mention.ticker else mention.ticker
    return f"{shown} {arrow}" if arrow and mention.role == "subject" else shown


def _summary(title: str, summary: str) -> str:
    """The summary, cut to a glance; nothing when it only says the headline again."""
    text = plain(summary, _SUMMARY)
    return "" if text.casefold().rstrip(".…") == plain(title, _SUMMARY).casefold().rstrip(".…") else text


def _distinct(texts: Iterable[str]) -> list[str]:
    """Without empty ones and repeats (of whatever case), in order."""
    return list({text.casefold(): text for text in reversed([text for text in texts if text])}.values())[::-1]
