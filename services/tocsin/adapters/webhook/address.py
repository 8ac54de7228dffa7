"""``webhooks://host[:port]/path?query#secret``: HTTPS to that address; ``webhook://`` is plain HTTP.

The fragment never travels: it is the secret that requests are signed with.
"""

import base64
import binascii
import hashlib
import re
from typing import Final
from urllib.parse import unquote, urlsplit

from msgspec import Struct

SCHEMES: Final = frozenset({"webhook", "webhooks"})
_SHORTEST: Final = 16


class WebhookAddress(Struct, frozen=True, kw_only=True):
    """Where to send, and the key to sign with. ``target`` is path and query."""

    secure: bool
    host: str
    port: int
    target: str
    key: bytes

    @property
    def account(self) -> str:
        """A hash of the host."""
        return hashlib.blake2b(f"{self.host}:{self.port}".encode(), digest_size=8).hexdigest()


def parse(url: str) -> WebhookAddress:
    """The address in a channel's URL. Raises ValueError, with the mistake and no secret."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        raise ValueError("not a webhook address: webhooks://host/path#secret") from None
    if parts.scheme.lower() not in SCHEMES or not parts.hostname:
        raise ValueError("not a webhook address: webhooks://host/path#secret")
    if parts.username is not None or parts.password is not None:
        raise ValueError("a webhook address has no user and password; its secret stands after #")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if re.search(r"[\x00-\x20\x7f-\U0010ffff]", target):
        raise ValueError("path and query of a webhook address must be percent-encoded ASCII")
    try:
        host = parts.hostname.encode("idna").decode("ascii") if not parts.hostname.isascii() else parts.hostname
    except UnicodeError:
        raise ValueError("the webhook's host is not a valid name") from None
    secure = parts.scheme.lower() == "webhooks"
    return WebhookAddress(
        secure=secure, host=host, port=port or (443 if secure else 80), target=target, key=_key(parts.fragment)
    )


def _key(fragment: str) -> bytes:
    """The key: base64 after ``whsec_``, or else the text itself."""
    secret = unquote(fragment)
    if secret.startswith("whsec_"):
        try:
            key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except (binascii.Error, ValueError):
            raise ValueError("what follows whsec_ in the webhook's secret is not base64") from None
    else:
        key = secret.encode()
    if len(key) < _SHORTEST:
        raise ValueError(f"a webhook needs a secret of at least {_SHORTEST} characters after #, to sign with")
    return key
