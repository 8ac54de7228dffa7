"""A record: what travels on the bus."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

ARTICLES: Final = "articles"
SIGNALS: Final = "signals"
ALERTS: Final = "alerts"
DELIVERIES: Final = "deliveries"
DEAD_LETTERS: Final = "dead-letters"

TOPICS: Final = (ARTICLES, SIGNALS, ALERTS, DELIVERIES, DEAD_LETTERS)
"""Logical topic names. Adapters add the deployment's prefix."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A value to publish. ``time`` is when the thing happened, aware, UTC."""

    topic: str
    key: str
    value: bytes
    time: datetime
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Received(Record):
    """A record read back, with its place in the log. Order holds within a partition."""

    partition: int
    offset: int

    @property
    def origin(self) -> str:
        """``topic/partition@offset``, for logs and dead letters."""
        return f"{self.topic}/{self.partition}@{self.offset}"
