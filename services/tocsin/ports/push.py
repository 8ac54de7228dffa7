"""Hub: WebSub, both directions. Hubs are asked to push a feed's news, and tell them."""

from typing import Protocol

from msgspec import Struct

from tocsin.domain.errors import TocsinError
from tocsin.domain.feed import Push


class HubError(TocsinError):
    """The hub did not take the request. The text is for people."""


class HubNotice(Struct, frozen=True, kw_only=True):
    """A hub's answer to a request of ours, to be confirmed: ``mode`` is ``subscribe``, ``unsubscribe`` or ``denied``.

    ``lease`` is in seconds, None when the hub did not say.
    """

    mode: str
    topic: str
    lease: float | None = None
    reason: str = ""


class HubListener(Protocol):
    """Who hears what hubs tell. ``feed`` and ``key`` come from the callback's address, and may be anybody's guess.

    Each method says whether it takes what was told; it may be called by anyone who can reach the callback. Never raises
    but TransientError.
    """

    async def noticed(self, feed: str, key: str, notice: HubNotice) -> bool:
        """A hub says that it has taken or refused a subscription. True confirms it."""
        ...

    async def knows(self, feed: str, key: str) -> bool:
        """Whether news of this feed may come here at all."""
        ...

    async def told(self, feed: str, body: bytes, content_type: str | None, signature: str | None) -> bool:
        """News of a feed. ``signature`` is the X-Hub-Signature header. Returns before they are read; False when the
        signature is not that of the hub.
        """
        ...


class Hub(Protocol):
    """Asynchronous; used on one event loop."""

    async def start(self, listener: HubListener) -> None:
        """Begin to hear hubs."""
        ...

    async def subscribe(self, feed: str, key: str, push: Push, lease: float) -> None:
        """Ask the hub to push the topic for ``lease`` seconds. Its answer comes as a notice, perhaps before this
        returns. Raises HubError.
        """
        ...

    async def unsubscribe(self, feed: str, key: str, push: Push) -> None:
        """Ask the hub to push the topic no more. It asks back as for a subscription. Raises HubError."""
        ...

    async def close(self) -> None:
        """Hear no more. Never raises; idempotent."""
        ...
