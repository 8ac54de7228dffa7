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
    """An answer. ``body`` is None when the server said 304. ``url`` is where the body finally came from."""

    url: str
    status: int
    body: bytes | None
    content_type: str | None
    validators: Validators


class Fetcher(Protocol):
    """Asynchronous; used on one event loop."""

    async def fetch(self, url: str, validators: Validators) -> Fetched:
        """GET ``url``, conditionally when there are validators. Raises FetchError, never anything else."""
        ...

    async def close(self) -> None:
        """Let go of connections. Never raises; idempotent."""
        ...
