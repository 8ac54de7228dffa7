"""Who is behind a lane: the subscriber and the channel, looked up once until something changes."""

import threading
import time
from collections.abc import Callable
from typing import Final

from msgspec import Struct

from tocsin.domain.delivery import Lane
from tocsin.domain.subscription import Channel, Subscriber
from tocsin.ports.subscriptions import SubscriptionStore

_LOOK_EVERY: Final = 0.5


class Addressee(Struct, frozen=True, kw_only=True):
    """Subscriber and channel of a lane; ``missing`` says what there is none of, in words."""

    subscriber: Subscriber | None = None
    channel: Channel | None = None
    missing: str = ""


class Directory:
    """Reads the subscribers from the store when their version has changed, looked at twice a second. Thread-safe.

    Every method raises TransientError.
    """

    def __init__(self, subscriptions: SubscriptionStore, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._subscriptions = subscriptions
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._version = -1
        self._look_at = float("-inf")
        self._known: dict[str, Subscriber | None] = {}

    def subscriber(self, id: str) -> Subscriber | None:
        """One subscriber; None when there is no such."""
        with self._lock:
            now = self._monotonic()
            if now >= self._look_at:
                version = self._subscriptions.version()
                if version != self._version:
                    self._known.clear()
                    self._version = version
                self._look_at = now + _LOOK_EVERY
            if id not in self._known:
                self._known[id] = self._subscriptions.subscriber(id)
            return self._known[id]

    def addressee(self, lane: Lane) -> Addressee:
        """Who is behind a lane."""
        subscriber = self.subscriber(lane.subscriber)
        if subscriber is None:
            return Addressee(missing=f"there is no subscriber {lane.subscriber!r} any more")
        channel = next((each for each in subscriber.channels if each.id == lane.channel), None)
        if channel is None:
            return Addressee(subscriber=subscriber, missing=f"there is no channel {lane.channel!r} any more")
        return Addressee(subscriber=subscriber, channel=channel)
