"""Signed links in messages: mute, useful, noise, open, unsubscribe; and how they are checked.

A token is ``payload.signature``, both base64url without padding. The payload is a JSON array: version, action,
subscriber, subject (the story; for ``unsubscribe`` the channel), alert, and the end of its validity in seconds since
1970. The signature is the first 16 bytes of an HMAC-SHA256 over the payload as written. A token proves that we wrote
the link into a message to that subscriber, nothing more: whoever holds it can do this one thing.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

import msgspec
from msgspec import Struct

Action = Literal["mute", "useful", "noise", "open", "unsubscribe"]

VALID: Final = timedelta(days=30)
"""How long a link works."""

_VERSION: Final = 1
_BYTES: Final = 16
_PURPOSE: Final = b"tocsin links"


class LinkError(ValueError):
    """The token is not one of ours, was changed, or is too old."""


class LinkClaim(Struct, frozen=True, kw_only=True):
    """What a valid token allows."""

    action: Action
    subscriber: str
    subject: str
    alert: str
    expires: datetime


class LinkSigner:
    """``keys`` are secrets (bytes); the first signs, all are accepted, so that keys can be changed."""

    def __init__(self, keys: Sequence[bytes], public_url: str) -> None:
        self._keys = [hmac.new(key, _PURPOSE, hashlib.sha256).digest() for key in keys]
        self._base = public_url.rstrip("/")

    @property
    def usable(self) -> bool:
        """Whether there is a key, and a page for links to lead to."""
        return bool(self._keys and self._base)

    def url(self, action: Action, *, subscriber: str, subject: str, alert: str, now: datetime) -> str:
        """The address of a link; empty when not usable."""
        if not self.usable:
            return ""
        return f"{self._base}/l/{self.token(action, subscriber=subscriber, subject=subject, alert=alert, now=now)}"

    def token(self, action: Action, *, subscriber: str, subject: str, alert: str, now: datetime) -> str:
        """A token valid from ``now`` on."""
        expires = int((now + VALID).timestamp())
        payload = _text(msgspec.json.encode((_VERSION, action, subscriber, subject, alert, expires)))
        return f"{payload}.{_text(_sign(self._keys[0], payload))}"

    def verify(self, token: str, now: datetime) -> LinkClaim:
        """What the token allows. Raises LinkError."""
        payload, _, signature = token.partition(".")
        try:
            given = _bytes(signature)
        except (ValueError, binascii.Error):
            raise LinkError("not a link of ours") from None
        if not any(hmac.compare_digest(given, _sign(key, payload)) for key in self._keys):
            raise LinkError("not a link of ours")
        try:
            fields = msgspec.json.decode(_bytes(payload), type=tuple[int, Action, str, str, str, int])
        except (ValueError, binascii.Error):
            raise LinkError("a link of another version") from None
        version, action, subscriber, subject, alert, expires = fields
        if version != _VERSION:
            raise LinkError("a link of another version")
        until = datetime.fromtimestamp(expires, UTC)
        if now >= until:
            raise LinkError("this link is too old")
        return LinkClaim(action=action, subscriber=subscriber, subject=subject, alert=alert, expires=until)


def _sign(key: bytes, payload: str) -> bytes:
    return hmac.new(key, payload.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()[:_BYTES]


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
