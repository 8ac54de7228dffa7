"""Sender over Apprise: one address per message, on the caller's thread."""

import threading
from collections import OrderedDict
from typing import Final

from tocsin.adapters.apprise.channel import ApprisedChannel
from tocsin.adapters.apprise.rules import objection
from tocsin.ports.sender import Message, SendResult

_IDLE: Final = 256
"""Made channels kept for the next message; the longest unused go first."""


class AppriseSender:
    """See tocsin.ports.sender. Never blocks one caller for another: each works with a channel of its own.

    ``timeout`` bounds connecting and waiting for an answer. A receiver that trickles its answer byte by byte, or a
    text that goes out in several parts, can take longer; the deliveries' lease must leave room for that.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: OrderedDict[tuple[str, float], list[ApprisedChannel]] = OrderedDict()
        self._count = 0

    def send(self, url: str, message: Message, timeout: float) -> SendResult:
        """See the port."""
        reason = objection(url)
        if reason is not None:
            return SendResult(status="refused", error=reason)
        channel = self._take(url, timeout)
        if channel is None:
            try:
                channel = ApprisedChannel(url, timeout)
            except ValueError as error:
                return SendResult(status="refused", error=str(error))
        try:
            return channel.send(message)
        finally:
            self._give_back(url, timeout, channel)

    def close(self) -> None:
        """See the port."""
        with self._lock:
            self._idle.clear()
            self._count = 0

    def _take(self, url: str, timeout: float) -> ApprisedChannel | None:
        with self._lock:
            idle = self._idle.get((url, timeout))
            if not idle:
                return None
            self._count -= 1
            channel = idle.pop()
            if not idle:
                del self._idle[url, timeout]
            return channel

    def _give_back(self, url: str, timeout: float, channel: ApprisedChannel) -> None:
        with self._lock:
            self._idle.setdefault((url, timeout), []).append(channel)
            self._idle.move_to_end((url, timeout))
            self._count += 1
            while self._count > _IDLE:
                _, dropped = self._idle.popitem(last=False)
                self._count -= len(dropped)
