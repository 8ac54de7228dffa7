"""Politeness by registrable domain: how many requests at a time, and how far apart.

Whoever runs one host of a domain usually runs them all; what the public suffix list calls a suffix (github.io) is many
domains. Used on one event loop.
"""

import asyncio
from collections.abc import Mapping
from functools import cache, lru_cache
from ipaddress import ip_address
from typing import Final

from publicsuffixlist import PublicSuffixList
from yarl import URL

from tocsin.ports.fetcher import Manners
from tocsin.settings.schema import DomainSettings

PRESETS: Final[Mapping[str, DomainSettings]] = {
    # what these publish as their limits, or are known to enforce
    "reddit.com": DomainSettings(parallel=1, delay=7.0, min_interval=600.0),
    "sec.gov": DomainSettings(parallel=1, delay=0.2),
    "tumblr.com": DomainSettings(parallel=1, delay=2.0, min_interval=600.0),
    "openrss.org": DomainSettings(parallel=1, delay=10.0, min_interval=1_800.0),
    "youtube.com": DomainSettings(parallel=2, delay=0.5, min_interval=300.0),
    "google.com": DomainSettings(parallel=2, delay=1.0, min_interval=120.0),
    "medium.com": DomainSettings(parallel=1, delay=1.0, min_interval=300.0),
}
_SHORTEST: Final = 1.0
_LONGEST: Final = 60.0
"""Seconds between two requests to a domain that says 429: doubled each time, from the shortest to the longest."""
_RECOVERY: Final = 0.8
_WEIGHT: Final = 0.2
_REMEMBERED: Final = 10_000


class Queue:
    """All that wait, whatever for."""

    length = 0


class Domain:
    """One domain's slots. ``delay`` grows when the domain complains and shrinks back when it does not."""

    def __init__(self, rule: DomainSettings, parallel: int, everywhere: "Queue") -> None:
        self._rule = rule
        self._parallel = rule.parallel or parallel
        self._free = asyncio.Semaphore(self._parallel)
        self._delay = rule.delay
        self._next = 0.0
        self._usual = 0.5
        self._everywhere = everywhere
        self.waiting = 0
        self.busy = 0

    @property
    def idle(self) -> bool:
        """Nobody would notice if it were forgotten."""
        return not self.waiting and not self.busy and self._delay == self._rule.delay

    def wait(self, now: float) -> float:
        """Seconds until one more would get a slot, about."""
        queue = self.waiting + max(0, self.busy + 1 - self._parallel)
        return max(queue * self._usual / self._parallel, self._next - now + self._delay * self.waiting, 0.0)

    async def enter(self) -> None:
        """Take a slot, when there is one and the last request is long enough ago. Whoever entered must leave."""
        if not self._delay and not self._free.locked():
            await self._free.acquire()
        else:
            await self._queue()
        self.busy += 1

    async def _queue(self) -> None:
        self.waiting += 1
        self._everywhere.length += 1
        try:
            await self._free.acquire()
            now = asyncio.get_running_loop().time()
            begin = max(now, self._next)
            self._next = begin + self._delay
            if begin > now:
                try:
                    await asyncio.sleep(begin - now)
                except asyncio.CancelledError:
                    self._free.release()
                    raise
        finally:
            self.waiting -= 1
            self._everywhere.length -= 1

    def leave(self, seconds: float) -> None:
        """Give the slot back; ``seconds`` is how long it was held."""
        self.busy -= 1
        self._usual += _WEIGHT * (seconds - self._usual)
        self._free.release()

    def complained(self) -> None:
        """It said 429: all its feeds come slower, none is shut out."""
        self._delay = min(_LONGEST, max(_SHORTEST, 2 * self._delay))

    def content(self) -> None:
        """It answered."""
        if self._delay > self._rule.delay:
            self._delay = max(self._rule.delay, self._delay * _RECOVERY - _SHORTEST / 10)


class Domains:
    """All domains that were met. ``rules`` come before the presets, ``parallel`` counts where neither says so."""

    def __init__(self, rules: Mapping[str, DomainSettings], parallel: int) -> None:
        self._rules = {**PRESETS, **rules}
        self._parallel = parallel
        self._met: dict[str, Domain] = {}
        self._queue = Queue()

    @property
    def waiting(self) -> int:
        """How many wait for a slot, everywhere."""
        return self._queue.length

    def of(self, host: str) -> Domain:
        """The domain of a host."""
        name = registrable(host)
        domain = self._met.get(name)
        if domain is None:
            if len(self._met) >= _REMEMBERED:
                self._met = {known: one for known, one in self._met.items() if not one.idle}
            domain = self._met[name] = Domain(self._rule(name), self._parallel, self._queue)
        return domain

    def manners(self, url: str, now: float) -> Manners:
        """See ports.fetcher."""
        try:
            host = URL(url).host or url
        except ValueError:
            host = url
        name = registrable(host)
        domain = self._met.get(name)
        return Manners(
            domain=name, wait=domain.wait(now) if domain else 0.0, min_interval=self._rule(name).min_interval
        )

    def _rule(self, name: str) -> DomainSettings:
        return self._rules.get(name) or _NO_RULE


_NO_RULE: Final = DomainSettings()


@lru_cache(maxsize=65_536)
def registrable(host: str) -> str:
    """The domain that someone could register, for a host name; an address is its own."""
    host = host.rstrip(".").lower()
    try:
        return str(ip_address(host))
    except ValueError:
        return _suffixes().privatesuffix(host) or host


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()
