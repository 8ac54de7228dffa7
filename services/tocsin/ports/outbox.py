"""Outbox: deliveries due, and the outcomes not yet told to the bus."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from tocsin.domain.delivery import Delivery, DeliveryOutcome


class Outbox(Protocol):
    """Deliveries shared by all notifiers. Thread-safe. All methods raise TransientError when out of reach.

    A delivery is planned, claimed, and either postponed (to be claimed again) or settled. A settled outcome
    waits until it is on the bus. The id is remembered after that, so that a replayed alert is not sent again.
    """

    def plan(self, deliveries: Sequence[Delivery]) -> int:
        """Add those whose id was never planned before; returns how many were new. Atomic for each delivery."""
        ...

    def claim_due(self, now: datetime, limit: int, lease: timedelta) -> Sequence[Delivery]:
        """Up to ``limit`` deliveries that are due, earliest first, leased until now + lease.

        Each claim counts as an attempt: the returned ``attempts`` includes the one about to be made. A claim
        whose lease ran out (its notifier died) is due again.
        """
        ...

    def postpone(self, id: str, due: datetime) -> None:
        """Give a claimed delivery back, due again at ``due``. Nothing happens when it was settled meanwhile."""
        ...

    def settle(self, outcome: DeliveryOutcome) -> None:
        """End a delivery. The outcome waits for ``outcomes``. A second outcome for the same id is ignored."""
        ...

    def outcomes(self, limit: int) -> Sequence[DeliveryOutcome]:
        """Settled outcomes that were not acknowledged yet, oldest first."""
        ...

    def acknowledge(self, ids: Sequence[str]) -> None:
        """These outcomes are on the bus; forget all but their ids. Idempotent."""
        ...

    def forget(self, before: datetime) -> int:
        """Drop the remembered ids of deliveries acknowledged whose outcome is older than ``before``; returns how
        many.
        """
        ...

    def pending(self) -> int:
        """How many deliveries are planned and not settled."""
        ...

    def close(self) -> None:
        """Let go of connections. Never raises; idempotent."""
        ...
