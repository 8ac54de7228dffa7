"""WebSub subscriptions: when to ask a hub, whom to believe, and whether a push can stand in for polling. Pure."""

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Final

import msgspec

from tocsin.domain.feed import Push, Track
from tocsin.settings.schema import WebSubSettings

_AGAIN: Final = timedelta(hours=1)
"""Between two requests to a hub that has not answered."""
_AFTER_REFUSAL: Final = timedelta(days=1)
_RENEW: Final = 0.25
"""The share of the lease that is left when it is renewed."""
_UNRELIABLE: Final = 2
"""News found by polls only, in a row, after which a push no longer stands in for polling."""
_SHORTEST: Final = 30.0
_METHODS: Final = {"sha1": hashlib.sha1, "sha256": hashlib.sha256, "sha384": hashlib.sha384, "sha512": hashlib.sha512}


def request(
    track: Track, url: str, push: Push | None, *, settings: WebSubSettings, now: datetime, secret: str
) -> Push | None:
    """What to ask the feed's hub now, None for nothing. ``url`` is where the feed was read, ``secret`` a new one.

    A renewal keeps the secret, so that what is pushed meanwhile can be believed.
    """
    if track.hub is None:
        return None
    topic = track.topic or url
    if push is None or (push.hub, push.topic) != (track.hub, topic):
        return Push(hub=track.hub, topic=topic, secret=secret, asked=now)
    if push.denied is not None:
        wait = _AFTER_REFUSAL
    elif push.until is None or push.until <= now:
        wait = min(_AGAIN, timedelta(seconds=settings.lease * _RENEW))
    else:
        # counted from the last request: one that stays without an answer is repeated, ever closer to the end
        wait = (push.until - push.asked) * (1 - _RENEW)
    if now - push.asked < wait:
        return None
    return msgspec.structs.replace(push, asked=now, denied=None)


def granted(push: Push, lease: float | None, settings: WebSubSettings, now: datetime) -> Push:
    """The hub has said yes, for ``lease`` seconds."""
    seconds = max(1.0, lease if lease is not None else settings.lease)
    return msgspec.structs.replace(push, until=now + timedelta(seconds=seconds), denied=None)


def denied(push: Push, reason: str) -> Push:
    """The hub has said no."""
    return msgspec.structs.replace(push, until=None, denied=reason or "no reason given")


def heard(push: Push, now: datetime) -> Push:
    """News have come."""
    return msgspec.structs.replace(push, heard=now, missed=0)


def missed(push: Push) -> Push:
    """A poll found news that should have been pushed."""
    return msgspec.structs.replace(push, missed=push.missed + 1)


def slow(push: Push | None, settings: WebSubSettings, now: datetime) -> float | None:
    """Seconds until the next look at a feed whose push works; None when it does not, and polling must do.

    Soon enough to renew the lease.
    """
    if push is None or push.until is None or push.until <= now or push.missed >= _UNRELIABLE:
        return None
    left = (push.until - now).total_seconds()
    return min(settings.interval, max(_SHORTEST, left * (1 - _RENEW)) if left > 2 * _SHORTEST else left / 2)


def key(push: Push) -> str:
    """The part of the callback's address that only the hub knows."""
    return hmac.new(push.secret.encode(), b"callback", hashlib.sha256).hexdigest()[:32]


def is_key(push: Push | None, given: str) -> bool:
    """Whether ``given`` is this subscription's key."""
    return push is not None and hmac.compare_digest(key(push).encode(), given.encode("utf-8", "replace"))


def is_genuine(push: Push, body: bytes, signature: str | None) -> bool:
    """Whether the X-Hub-Signature header was made with the subscription's secret."""
    method, _, digest = (signature or "").partition("=")
    hash = _METHODS.get(method.strip().lower())
    if hash is None:
        return False
    expected = hmac.new(push.secret.encode(), body, hash).hexdigest()
    return hmac.compare_digest(expected.encode(), digest.strip().lower().encode("utf-8", "replace"))
