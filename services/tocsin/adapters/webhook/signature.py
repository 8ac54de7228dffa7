"""Signing a request, and how a receiver checks it: HMAC-SHA256 over ``id.timestamp.body``.

The headers are those of the Standard Webhooks specification, so that its libraries can check them: ``webhook-id``,
``webhook-timestamp`` (seconds since 1970) and ``webhook-signature`` (``v1,`` and base64).
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Final

TOLERANCE: Final = 300.0
"""Seconds by which a receiver's clock may differ; an older request is a replay."""


def headers(key: bytes, id: str, at: float, body: bytes) -> dict[str, str]:
    """The headers that sign this body, sent at ``at`` (seconds since 1970)."""
    stamp = str(int(at))
    return {"webhook-id": id, "webhook-timestamp": stamp, "webhook-signature": f"v1,{_sign(key, id, stamp, body)}"}


def verify(key: bytes, headers: Mapping[str, str], body: bytes, now: float) -> bool:
    """Whether a request with these headers (names in lower case) is ours, unchanged and fresh."""
    id, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not stamp.isascii() or not stamp.isdigit() or abs(now - int(stamp)) > TOLERANCE:
        return False
    expected = _sign(key, id, stamp, body).encode()
    given = (each.partition(",") for each in headers.get("webhook-signature", "").split())
    return any(version == "v1" and hmac.compare_digest(value.encode(), expected) for version, _, value in given)


def _sign(key: bytes, id: str, stamp: str, body: bytes) -> str:
    signed = b".".join((id.encode(), stamp.encode(), body))
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
