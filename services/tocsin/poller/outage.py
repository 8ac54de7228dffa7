"""Is it the feed, or is it us? When nothing at all can be reached, no feed is to blame."""

from typing import Final

_REASONS: Final = frozenset({"timeout", "connection", "dns"})
"""Failures that our own network can cause."""
_FEW: Final = 3
_MANY: Final = 12
_SHARE: Final = 0.6
_REMEMBERED: Final = 5_000


class Outage:
    """Watches what comes of fetches. Any answer, even a bad one, proves that the network works.

    It is an outage when since the last answer fetches from many different domains have failed: 60 % of those ever
    polled, but at least 3, and 12 are enough. A poller of one or two domains never sees one.
    """

    def __init__(self) -> None:
        self._domains: dict[str, None] = {}
        self._silent: set[str] = set()

    def answered(self, domain: str) -> None:
        """A server of this domain has said something."""
        self._met(domain)
        self._silent.clear()

    def failed(self, domain: str, reason: str) -> bool:
        """A fetch failed for ``reason`` (of FetchError). Returns whether the network is to blame for it."""
        if reason not in _REASONS:
            # it took a server to fail that way, or our own rules
            return False
        self._met(domain)
        self._silent.add(domain)
        return self.now

    @property
    def now(self) -> bool:
        """Nothing can be reached."""
        return len(self._silent) >= min(_MANY, max(_FEW, _SHARE * len(self._domains)))

    def _met(self, domain: str) -> None:
        if len(self._domains) < _REMEMBERED:
            self._domains[domain] = None
