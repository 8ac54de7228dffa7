"""Sender: puts one message on one channel."""

from collections.abc import Mapping
from typing import Any, Literal, Protocol

from msgspec import Struct

from tocsin.domain.delivery import Result

Dialect = Literal["text", "markdown", "html"]
"""How a channel reads a body: as it stands, as Markdown, or as HTML beside plain text (e-mail)."""


class Traits(Struct, frozen=True, kw_only=True):
    """What a kind of channel can take.

    ``provider`` names the service (``telegram``), ``account`` who shares its limits (a hash: it tells no secret).
    ``title_max`` is 0 where title and body are one text; ``body_max`` is in characters, or in bytes of UTF-8 where
    ``unit`` says so.
    """

    provider: str
    account: str
    dialect: Dialect = "text"
    title_max: int = 250
    body_max: int = 4000
    unit: Literal["characters", "bytes"] = "characters"


class Message(Struct, frozen=True, kw_only=True):
    """A rendered alert. ``body`` is in the channel's dialect; for ``html`` it is plain text and ``html`` its twin.

    ``idempotency_key`` goes along where the channel has a place for it, ``headers`` where it has headers (e-mail).
    ``data`` is the alert as values, for receivers that are programs; ``type`` its CloudEvents type.
    """

    title: str
    body: str
    idempotency_key: str
    html: str = ""
    headers: Mapping[str, str] = {}
    data: Mapping[str, Any] = {}
    type: str = "org.tocsin.message.v1"


class SendResult(Struct, frozen=True, kw_only=True):
    """What the provider made of it.

    ``sent``: accepted. ``failed``: not accepted, another try may succeed. ``refused``: the channel cannot work
    as it is (unknown scheme, bad URL, gone for good); trying again is pointless. ``unknown``: no answer in time; it may
    or may not have arrived. ``error`` says why, with secrets masked. ``code`` is the provider's status code and
    ``retry_after`` the wait in seconds it asked for, where it gave them.
    """

    status: Result
    error: str | None = None
    code: int | None = None
    retry_after: float | None = None


class Sender(Protocol):
    """Thread-safe: called from many threads."""

    def send(self, url: str, message: Message, timeout: float, *, guarded: bool = False) -> SendResult:
        """Send to the channel's URL; over after ``timeout`` seconds whatever the other side does.

        ``guarded`` is for addresses that users gave: only kinds of channels made for that, and no connection to
        an address that is not public. Never raises for what a channel does.
        """
        ...

    def traits(self, url: str) -> Traits:
        """What the channel can take. Never raises; of an unusable URL it says something harmless."""
        ...

    def objection(self, url: str, *, guarded: bool = False) -> str | None:
        """Why the URL cannot be a channel, in words without secrets; None when it can. Does not connect."""
        ...

    def close(self) -> None:
        """Let go of connections. Never raises; idempotent."""
        ...
