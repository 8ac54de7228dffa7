"""One alert on one channel, each try at it, and what became of it."""

from datetime import datetime
from typing import Literal, Self

from msgspec import Struct

from tocsin.domain.alert import Alert, AlertKind

Status = Literal["delivered", "failed", "expired", "unknown"]
"""How a delivery ends. ``unknown``: the provider never answered, and the channel's policy is not to ring twice."""

Result = Literal["sent", "failed", "refused", "unknown"]
"""What one send came to; see ``ports.sender.SendResult``."""


class Lane(Struct, frozen=True, kw_only=True, order=True):
    """A subscriber's channel: the unit that is claimed, paced and broken off by itself."""

    subscriber: str
    channel: str


class Delivery(Struct, frozen=True, kw_only=True):
    """An alert due on a channel. ``attempts`` counts the sends whose result is known.

    ``fallback_for`` is the channel that it stands in for. ``replayed`` counts how often people had a failed delivery
    tried again; ``expires`` then replaces the alert's.
    """

    id: str
    channel: str
    alert: Alert
    due: datetime
    attempts: int = 0
    fallback_for: str | None = None
    replayed: int = 0
    expires: datetime | None = None

    @property
    def lane(self) -> Lane:
        """Whom it goes to, and over which channel."""
        return Lane(subscriber=self.alert.subscriber, channel=self.channel)

    @property
    def stale(self) -> datetime:
        """From when on it is not sent any more."""
        return self.expires or self.alert.expires


class Attempt(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One send: when it began, how long it took (seconds), and what came of it.

    ``number`` counts from 1. ``code`` is the provider's status code where it gave one. ``error`` is masked.
    """

    number: int
    at: datetime
    seconds: float
    result: Result
    code: int | None = None
    error: str | None = None


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
    kind: AlertKind = "alert"
    fallback_for: str | None = None


class DeliveryRecord(Struct, frozen=True, kw_only=True):
    """A delivery in the ledger: who is or was told what, when, over which channel, at which attempt, with which error.

    ``due`` is None once it has ended, ``outcome`` None until then.
    """

    id: str
    alert: str
    kind: AlertKind
    subscriber: str
    story: str
    channel: str
    headline: str
    planned: datetime
    due: datetime | None
    attempts: tuple[Attempt, ...] = ()
    outcome: DeliveryOutcome | None = None
    fallback_for: str | None = None
    replayed: int = 0

    @classmethod
    def planned_now(cls, delivery: Delivery, now: datetime) -> Self:
        """The entry of a delivery that was just planned."""
        return cls(
            id=delivery.id,
            alert=delivery.alert.id,
            kind=delivery.alert.kind,
            subscriber=delivery.alert.subscriber,
            story=delivery.alert.story,
            channel=delivery.channel,
            headline=delivery.alert.signal.article.title[:200],
            planned=now,
            due=delivery.due,
            fallback_for=delivery.fallback_for,
            replayed=delivery.replayed,
        )


class ChannelState(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a channel has been doing. ``failures`` counts those since the last success, ``failing_since`` the first.

    While ``open_until`` lies ahead nothing is sent (the circuit is broken). ``trips`` counts how often it broke in
    this time of failing. ``told`` is when the subscriber was told over another channel.
    """

    failures: int = 0
    trips: int = 0
    failing_since: datetime | None = None
    open_until: datetime | None = None
    last_sent: datetime | None = None
    last_error: str | None = None
    told: datetime | None = None


class ClaimedLane(Struct, frozen=True, kw_only=True):
    """A lane in one notifier's hands until the lease ends, with its next deliveries. ``token`` proves the claim."""

    lane: Lane
    token: str
    state: ChannelState
    deliveries: tuple[Delivery, ...]


class Progress(Struct, frozen=True, kw_only=True):
    """What is to be written down about a delivery: a send (or none), and its end or when it is due again."""

    delivery: str
    attempt: Attempt | None = None
    outcome: DeliveryOutcome | None = None
    due: datetime | None = None
