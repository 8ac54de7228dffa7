"""Fetcher: gets a feed's bytes from the web."""

from typing import Protocol

from msgspec import Struct

from tocsin.domain.errors import TocsinError
from tocsin.domain.feed import Validators


class FetchError(TocsinError):
    """The feed could not be had. ``reason`` is a short fixed word for metrics; the text is for people.

    Reasons: ``timeout``, ``connection``, ``dns``, ``tls``, ``address`` (refused by the guard), ``redirects``,
    ``size``, ``status``, ``protocol``. ``retry_after`` is what the server asked for, in seconds.
    """

    def __init__(
        self, reason: str, message: str, *, status: int | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.status = status
        self.retry_after = retry_after


class Fetched(Struct, frozen=True, kw_only=True):
    """An answer. ``body`` is None when the server said 304. ``url`` is where the body finally came from.

    ``permanent`` is the address that permanent redirects (301, 308) led to before any other kind, None without them.
    ``fresh`` is for how many seconds the server calls its answer fresh, None when it does not say. ``hub`` and
    ``topic`` are the WebSub links in the answer's headers. ``latency`` is in seconds, without the wait for a free slot.
    """

    url: str
    status: int
    body: bytes | None
    content_type: str | None
    validators: Validators
    permanent: str | None = None
    fresh: float | None = None
    hub: str | None = None
    topic: str | None = None
    latency: float = 0.0


class Manners(Struct, frozen=True, kw_only=True):
    """How to treat the domain of a URL. ``wait`` is in how many seconds a fetch may begin, about, for all that is
    waiting already; ``min_interval`` the seconds that must lie between two looks at one feed, 0 for no rule.
    """

    domain: str
    wait: float = 0.0
    min_interval: float = 0.0


class Fetcher(Protocol):
    """Asynchronous; used on one event loop."""

    @property
    def waiting(self) -> int:
        """How many fetches wait for their domain and cost nothing meanwhile."""
        ...

    def manners(self, url: str) -> Manners:
        """What is to be known of the URL's domain before fetching. Never raises; what is no URL is its own domain."""
        ...

    async def fetch(self, url: str, validators: Validators) -> Fetched:
        """GET ``url``, conditionally when there are validators. Raises FetchError, never anything else."""
        ...

    async def close(self) -> None:
        """Let go of connections. Never raises; idempotent."""
        ...
