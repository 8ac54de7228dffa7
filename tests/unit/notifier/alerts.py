"""Alerts to test with."""

from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from tocsin.domain import identity
from tocsin.domain.alert import Alert
from tocsin.domain.article import Article
from tocsin.domain.delivery import Delivery
from tocsin.domain.signal import Amount, Classification, ClassifiedArticle, CompanyMention, Event, Evidence

PUBLISHED = datetime(2025, 7, 15, 8, 2, tzinfo=UTC)


def evidence(text: str) -> Evidence:
    return Evidence(field="title", start=0, end=len(text), text=text, rule="policy.export-control/en/export*")


CHIPS = Classification(
    language="en",
    flagged=True,
    events=(
        Event(type="market.approval", confidence=0.81, severity=60, direction="up"),
        Event(
            type="policy.export-control",
            confidence=0.92,
            severity=80,
            direction="up",
            evidence=(evidence("export licence"), evidence("Export licence"), evidence("chips")),
        ),
    ),
    companies=(
        CompanyMention(ticker="AMD", name="AMD", role="named", relevance=99),
        CompanyMention(ticker="NVDA", name="Nvidia", role="subject", relevance=95),
    ),
    amounts=(Amount(value=5.5e9, text="$5.5 billion", field="summary", start=0, end=12, currency="USD"),),
)


def article(*, published: datetime | None = PUBLISHED, **fields: Any) -> Article:
    seen = (published or PUBLISHED) + timedelta(seconds=40)
    plain: dict[str, Any] = {
        "id": "art-1",
        "feed": "wire",
        "source": "Sample Wire",
        "title": "Washington grants export licence for H20 chips",
        "summary": "Deliveries to China may start again.",
        "link": "https://wire.example/h20",
        "content_hash": "rev-1",
        "seen": seen,
        "published": published,
    }
    return Article(**(plain | fields))


def signal(verdict: Classification = CHIPS, *, story: str = "sto-1", **fields: Any) -> ClassifiedArticle:
    told = article(**fields)
    return ClassifiedArticle(article=told, classification=verdict, story=story, novelty="first", classified=told.seen)


def alert(
    verdict: Classification = CHIPS,
    *,
    subscriber: str = "desk",
    story: str = "sto-1",
    channels: tuple[str, ...] = ("hook",),
    created: datetime = PUBLISHED,
    expires: datetime | None = None,
    **fields: Any,
) -> Alert:
    return Alert(
        id=identity.alert_id(subscriber, story, 1),
        subscriber=subscriber,
        story=story,
        subscriptions=("chips",),
        channels=channels,
        signal=signal(verdict, story=story, **fields),
        created=created,
        expires=expires or created + timedelta(hours=24),
    )


def delivery(told: Alert | None = None, *, attempts: int = 1) -> Delivery:
    told = told or alert()
    channel = told.channels[0]
    return Delivery(
        id=identity.delivery_id(told.id, channel), channel=channel, alert=told, due=told.created, attempts=attempts
    )


def without(verdict: Classification, **fields: Any) -> Classification:
    return replace(verdict, **fields)
