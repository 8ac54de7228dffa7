"""Sender: puts one message on one channel."""

from typing import Literal, Protocol

from msgspec import Struct


class Message(Struct, frozen=True, kw_only=True):
    """A rendered alert, plain text. ``idempotency_key`` goes along where the channel has a place for it."""

    title: str
    body: str
    idempotency_key: str


class SendResult(Struct, frozen=True, kw_only=True):
    """What the provider made of it.

    ``sent``: accepted. ``failed``: not accepted, another try may succeed. ``refused``: the channel cannot work
    as it is (unknown scheme, bad URL); trying again is pointless. ``unknown``: no answer in time; it may or may
    not have arrived. ``error`` says why, with secrets masked.
    """

    status: Literal["sent", "failed", "refused", "unknown"]
    error: str | None = None


class Sender(Protocol):
    """Thread-safe: called from many threads, one channel each."""

    def send(self, url: str, message: Message, timeout: float) -> SendResult:
        """Send to the channel's URL within about ``timeout`` seconds. Never raises for what a channel does."""
        ...

    def close(self) -> None:
        """Let go of connections. Never raises; idempotent."""
        ...
