"""Outbox: deliveries due by lane, the ledger of every try, and the outcomes not yet told to the bus."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from tocsin.domain.delivery import (
    ChannelState,
    ClaimedLane,
    Delivery,
    DeliveryOutcome,
    DeliveryRecord,
    Lane,
    Progress,
    Status,
)


class Outbox(Protocol):
    """Deliveries shared by all notifiers. Thread-safe. All methods raise TransientError when out of reach.

    Deliveries wait in the lane of their channel. A notifier claims a whole lane for a while, so that pace, order and
    circuit breaker of a channel are in one hand, and a lane never waits for another. An ended delivery's outcome
    waits until it is on the bus; the delivery stays in the ledger, and its id is remembered, so that a replayed
    alert is not sent again.
    """

    def plan(self, deliveries: Sequence[Delivery], now: datetime) -> int:
        """Add those whose id was never planned before; returns how many were new. Atomic for each delivery."""
        ...

    def claim(self, now: datetime, lanes: int, batch: int, lease: timedelta) -> Sequence[ClaimedLane]:
        """Up to ``lanes`` lanes in which something is due, longest due first, leased until now + lease.

        Each comes with up to ``batch`` deliveries, earliest due first. A lane is in one notifier's hand at a time;
        one whose lease ran out (its notifier died) is due again. Claiming counts no attempt.
        """
        ...

    def record(self, progress: Sequence[Progress]) -> None:
        """Write down sends, ends and new due times, all or nothing; who holds the lane does not matter.

        An attempt is added to the delivery's ledger. With an outcome the delivery is over and the outcome waits for
        ``outcomes``; a second outcome is ignored, and so is whatever else comes after the end. With ``due`` it is due
        again then.
        """
        ...

    def release(self, claimed: ClaimedLane, state: ChannelState, not_before: datetime | None = None) -> bool:
        """Give a lane back with the channel's state; nothing of it is claimed before ``not_before``.

        False, and no effect, when the lease ran out and another holds it now.
        """
        ...

    def states(self, lanes: Sequence[Lane]) -> Mapping[Lane, ChannelState]:
        """How these channels have been doing; lanes never released are left out."""
        ...

    def outcomes(self, limit: int) -> Sequence[DeliveryOutcome]:
        """Outcomes that were not acknowledged yet, oldest first."""
        ...

    def acknowledge(self, ids: Sequence[str]) -> None:
        """These outcomes are on the bus. Idempotent."""
        ...

    def ledger(
        self, limit: int, *, subscriber: str | None = None, statuses: Sequence[Status] = ()
    ) -> Sequence[DeliveryRecord]:
        """Deliveries, last planned first; of one subscriber, or that ended in one of these ways, where asked."""
        ...

    def find(self, id: str) -> DeliveryRecord | None:
        """One delivery with all its attempts; None when it is not (any more) in the ledger."""
        ...

    def replay(self, id: str, now: datetime, expires: datetime) -> bool:
        """Make a delivery that did not arrive due again, now, until ``expires``; its ``replayed`` grows, its count of
        attempts begins anew, its ledger goes on.

        False when there is no such, or it was delivered or has not ended.
        """
        ...

    def forget(self, before: datetime) -> int:
        """Drop acknowledged deliveries that ended before ``before``, from memory and ledger; returns how many."""
        ...

    def pending(self) -> int:
        """How many deliveries are planned and have not ended."""
        ...

    def close(self) -> None:
        """Let go of connections. Never raises; idempotent."""
        ...
