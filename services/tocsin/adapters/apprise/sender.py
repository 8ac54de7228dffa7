"""Sender over Apprise: one address per message, on the caller's thread."""

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from tocsin.adapters.apprise.channel import ApprisedChannel
from tocsin.adapters.apprise.rules import account, objection, provider
from tocsin.ports.sender import Message, SendResult, Traits
from tocsin.runtime.outgoing import Allows

if TYPE_CHECKING:  # it loads requests, which only a send needs
    from tocsin.adapters.apprise.kept import KeptConnections

_IDLE: Final = 256
"""Made channels kept for the next message; the longest unused go first."""

_KNOWN: Final = 10_000
_NO_MATTER: Final = 1.0


class AppriseSender:
    """See tocsin.ports.sender. Never blocks one caller for another: each works with a channel of its own.

    ``allows`` says which addresses a guarded channel may connect to.
    """

    def __init__(self, allows: Allows = lambda _: False) -> None:
        self._allows = allows
        self._lock = threading.Lock()
        self._idle: OrderedDict[tuple[str, float], list[ApprisedChannel]] = OrderedDict()
        self._count = 0
        self._traits: OrderedDict[str, Traits] = OrderedDict()
        self._kept: dict[bool, KeptConnections] = {}

    def send(self, url: str, message: Message, timeout: float, *, guarded: bool = False) -> SendResult:
        """See the port."""
        reason = objection(url, guarded=guarded)
        if reason is not None:
            return SendResult(status="refused", error=reason)
        channel = self._take(url, timeout)
        if channel is None:
            try:
                channel = ApprisedChannel(url, timeout)
            except ValueError as error:
                return SendResult(status="refused", error=str(error))
        try:
            return channel.send(message, self._connections(guarded), self._allows if guarded else None)
        finally:
            self._give_back(url, timeout, channel)

    def traits(self, url: str) -> Traits:
        """See the port."""
        with self._lock:
            known = self._traits.get(url)
        if known is None:
            try:
                known = ApprisedChannel(url, _NO_MATTER).traits
            except ValueError:
                known = Traits(provider=provider(url), account=account(url))
            with self._lock:
                self._traits[url] = known
                while len(self._traits) > _KNOWN:
                    self._traits.popitem(last=False)
        return known

    def objection(self, url: str, *, guarded: bool = False) -> str | None:
        """See the port."""
        reason = objection(url, guarded=guarded)
        if reason is None:
            try:
                ApprisedChannel(url, _NO_MATTER)
            except ValueError as error:
                return str(error)
        return reason

    def close(self) -> None:
        """See the port."""
        with self._lock:
            self._idle.clear()
            self._count = 0
            while self._kept:
                self._kept.popitem()[1].close()

    def _connections(self, guarded: bool) -> "KeptConnections":  # noqa: FBT001 - the key of the table
        """A connection made without the guard is not lent to those who must have it: two sets of them."""
        from tocsin.adapters.apprise.kept import KeptConnections

        with self._lock:
            if guarded not in self._kept:
                self._kept[guarded] = KeptConnections()
            return self._kept[guarded]

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
