"""An alert as a message for people: short, with the reason, in the subscriber's language."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from jinja2 import PackageLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from tocsin.domain.alert import Alert
from tocsin.domain.signal import CompanyMention, Direction, Event
from tocsin.notifier.labels import LANGUAGES, Labels, choose
from tocsin.notifier.text import duration, moment, plain
from tocsin.ports.sender import Message

_ARROWS: Final[dict[Direction, str]] = {"up": "▲", "down": "▼", "neutral": "", "unknown": ""}
_HEADLINE: Final = 160
_SUMMARY: Final = 280
_EVENTS: Final = 3
_PHRASES: Final = 3
_COMPANIES: Final = 6
_AMOUNTS: Final = 4

_environment: Final = SandboxedEnvironment(
    loader=PackageLoader("tocsin.notifier"),
    undefined=StrictUndefined,
    autoescape=False,  # plain text: the sender declares it so, and what a provider needs escaped is escaped there
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=False,
)


def message(alert: Alert, *, language: str, now: datetime, idempotency_key: str) -> Message:
    """The message that rings a subscriber who reads ``language`` (BCP 47; English stands in for what is missing).

    ``now`` is when it is rung, for the latency line. The title is one line of at most about 200 characters, the
    body is never empty.
    """
    chosen = choose(language)
    labels = LANGUAGES[chosen]
    article = alert.signal.article
    verdict = alert.signal.classification
    events = _strongest(verdict.events)
    body = _environment.get_template(f"alert.{chosen}.txt.j2").render(
        summary=_summary(article.title, article.summary),
        reasons=[_reason(event, labels) for event in events],
        companies=[_company(mention, _direction(events)) for mention in _foremost(verdict.companies)],
        amounts=_distinct(plain(amount.text, 40) for amount in verdict.amounts)[:_AMOUNTS],
        source=plain(article.source, 80),
        link=article.link if re.match(r"https?://\S+\Z", article.link) else "",
        published=moment(article.published, now, labels) if article.published else "",
        seen=moment(article.seen, now, labels),
        seen_after=duration(article.seen - article.at, labels),
        rung_after=duration(now - article.at, labels),
        late=article.late,
        subscriptions=[plain(each, 60) for each in alert.subscriptions],
    )
    return Message(title=_title(alert, events, labels), body=body.strip(), idempotency_key=idempotency_key)


def _title(alert: Alert, events: list[Event], labels: Labels) -> str:
    """``🔔 NVDA ▲ Export controls — headline``: whom, which way, what, then the news itself."""
    subjects = [mention for mention in alert.signal.classification.companies if mention.role == "subject"]
    tickers = [mention.ticker for mention in _by_relevance(subjects)]
    whom = ", ".join(tickers[:2]) + (f" +{len(tickers) - 2}" if len(tickers) > 2 else "")  # noqa: PLR2004 - two fit
    what = labels.event(events[0].type) if events else labels.flagged
    head = " ".join(part for part in ("🔔", whom, _direction(events), what) if part)
    headline = plain(alert.signal.article.title, _HEADLINE)
    return f"{head} — {headline}" if headline else head


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
