"""Trying out the operator's templates before any alert depends on them."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, get_args

from jinja2 import TemplateError
from msgspec.structs import replace

from tocsin.domain.alert import AlertKind, CoverageGap
from tocsin.domain.article import Article
from tocsin.domain.delivery import Delivery
from tocsin.domain.errors import ConfigurationError
from tocsin.domain.signal import Amount, Classification, ClassifiedArticle, CompanyMention, Event, Evidence
from tocsin.domain.subscription import Channel, Subscriber
from tocsin.notifier import notices
from tocsin.notifier.labels import LANGUAGES
from tocsin.notifier.messages import Messages
from tocsin.ports.sender import Dialect
from tocsin.settings.schema import NotifierSettings

_NAME: Final = re.compile(
    rf"(?:[^/]+/[^/]+/)?(?P<kind>{'|'.join(get_args(AlertKind))})(?:\.(?P<language>{'|'.join(LANGUAGES)}))?"
    r"\.(?P<form>txt|html)\.j2"
)
_AT: Final = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)


def check_templates(settings: NotifierSettings) -> None:
    """Render each template of the operator's with a rich and with a bare alert, in every dialect that it may meet.

    Raises ConfigurationError, naming each file that loops for too long, raises, says nothing or is never looked for.
    """
    if not settings.templates:
        return
    folder = Path(settings.templates)
    if not folder.is_dir():
        raise ConfigurationError(f"notifier.templates: {folder} is not a folder; make it, or remove the setting")
    messages = Messages(settings, [b"only to try them out, never sent"])
    problems = []
    for path in sorted(folder.rglob("*.j2")):
        name = path.relative_to(folder).as_posix()
        problem = _problem(messages, name)
        if problem:
            problems.append(f"{path}: {problem}")
    if problems:
        raise ConfigurationError(*problems)


def _problem(messages: Messages, name: str) -> str | None:
    fits = _NAME.fullmatch(name)
    if not fits:
        return (
            "no template is looked for under this name; it is <kind>[.<language>].txt.j2 or .html.j2, where <kind> is "
            f"one of {', '.join(get_args(AlertKind))}"
        )
    dialects: tuple[Dialect, ...] = ("html",) if fits["form"] == "html" else ("text", "markdown")
    for dialect in dialects:
        for delivery in _samples(fits["kind"]):
            reader = Subscriber(id="desk", channels=(_CHANNEL,), subscriptions=())
            values = messages.values(
                delivery, subscriber=reader, channel=_CHANNEL, language=fits["language"] or "en", now=_AT
            )
            try:
                text = messages.try_out(name, dialect, values)
            except (TemplateError, ArithmeticError, TypeError, ValueError, LookupError, RecursionError) as error:
                line = getattr(error, "lineno", None)
                return f"{f'line {line}: ' if line else ''}{type(error).__name__}: {error}"
            if not text.strip():
                return "it says nothing for some alerts; a title at least must always stand there"
    return None


_CHANNEL: Final = Channel(id="mail", url="mailto://desk.example")


def _samples(kind: str) -> list[Delivery]:
    """A rich alert of this kind, and one with nothing in it that may be missing."""
    facts = {"since": _AT.isoformat(), "failures": "5", "error": "HTTP 500", "channel": "mail", "code": "123456"}
    bare = notices.notice("test", "desk", facts, _AT, key="sample")
    evidence = tuple(Evidence(field="title", start=0, end=4, text=f"phrase {n}", rule="x") for n in range(9))
    verdict = Classification(
        language="en",
        flagged=True,
        events=tuple(Event(type=f"policy.{n}", confidence=0.9, severity=70, evidence=evidence) for n in range(9)),
        companies=tuple(
            CompanyMention(ticker=f"T{n}", name=f"Firm {n}", role="subject", relevance=9) for n in range(9)
        ),
        amounts=tuple(Amount(value=n, text=f"${n}", field="title", start=0, end=1) for n in range(9)),
    )
    article = Article(
        id="a",
        feed="wire",
        source="Sample Wire",
        title="A headline",
        summary="A summary.",
        link="https://wire.example/1",
        seen=_AT,
        published=_AT - timedelta(minutes=1),
        content_hash="",
        late=True,
    )
    signal = ClassifiedArticle(article=article, classification=verdict, story="s", novelty="first", classified=_AT)
    gap = CoverageGap(since=_AT, until=_AT, late=1)
    rich = replace(bare, signal=signal, digest=(signal,) * 50, gap=gap, reason="a reason", subscriptions=("one",) * 9)
    told = [replace(each, kind=kind, gap=gap) for each in (rich, bare)]
    return [notices.of(each, "mail", _AT) for each in told]
