"""AlertLog: which report of a story rang whom, so that one story rings each subscriber once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol


class AlertLog(Protocol):
    """Shared by all routers. Thread-safe. All methods raise TransientError when out of reach."""

    def claim(
        self, story: str, article: str, subscribers: Sequence[str], now: datetime, keep: timedelta
    ) -> frozenset[str]:
        """Those of ``subscribers`` whom ``article`` may ring about ``story``.

        The first article to claim a (story, subscriber) pair has it, for ``keep`` after the claim; asking again
        with the same article gives the same answer, so that a redelivered record loses no alert. Atomic for each
        pair.
        """
        ...

    def close(self) -> None:
        """Let go of connections. Never raises; idempotent."""
        ...
