"""One alert on one channel, and what became of it."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from tocsin.domain.alert import Alert

Status = Literal["delivered", "failed", "expired"]


class Delivery(Struct, frozen=True, kw_only=True):
    """An alert due on a channel. ``attempts`` counts the sends made so far."""

    id: str
    channel: str
    alert: Alert
    due: datetime
    attempts: int = 0


class DeliveryOutcome(Struct, frozen=True, kw_only=True):
    """How a delivery ended: the value of ``deliveries``. ``error`` is masked: it holds no secret."""

    id: str
    alert: str
    subscriber: str
    story: str
    channel: str
    status: Status
    attempts: int
    at: datetime
    error: str | None = None
