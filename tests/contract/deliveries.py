"""Deliveries and outcomes, for tests of the outbox."""

from datetime import UTC, datetime, timedelta

from tocsin.domain.alert import Alert
from tocsin.domain.article import Article
from tocsin.domain.delivery import Delivery, DeliveryOutcome
from tocsin.domain.signal import Classification, ClassifiedArticle, Event

NOW = datetime(2026, 3, 5, 12, 0, 0, 123457, tzinfo=UTC)

_SIGNAL = ClassifiedArticle(
    article=Article(
        id="art-1", feed="wire", source="Wire", title="Zölle auf Chips – 关税", seen=NOW, content_hash="rev-1"
    ),
    classification=Classification(
        language="de", flagged=True, events=(Event(type="policy.tariff", confidence=0.9, severity=70),)
    ),
    story="sto-1",
    novelty="first",
    classified=NOW,
)


def delivery(
    id: str, due: datetime = NOW, attempts: int = 0, *, channel: str = "mail", subscriber: str = "anna"
) -> Delivery:
    alert = Alert(
        id=f"alr-{id}",
        subscriber=subscriber,
        story="sto-1",
        subscriptions=("chips",),
        channels=(channel,),
        signal=_SIGNAL,
        created=NOW,
        expires=NOW + timedelta(days=1),
    )
    return Delivery(id=id, channel=channel, alert=alert, due=due, attempts=attempts)


def outcome(id: str, at: datetime = NOW, error: str | None = None) -> DeliveryOutcome:
    return DeliveryOutcome(
        id=id,
        alert=f"alr-{id}",
        subscriber="anna",
        story="sto-1",
        channel="mail",
        status="failed" if error else "delivered",
        attempts=1,
        at=at,
        error=error,
    )
