"""What a feed document says about itself beside its items: how often to come, and who pushes its news. Pure.

Read from the head of the document by itself, because it must cost next to nothing and never fail.
"""

import html
import re
from typing import Any, Final

import msgspec
from msgspec import Struct

from tocsin.poller.links import absolute

_HEAD: Final = 32_768
_ITEM: Final = re.compile(rb"<(?:\w+:)?(?:item|entry)[\s>]")
_TTL: Final = re.compile(r"<ttl>\s*(\d{1,7})\s*</ttl>", re.IGNORECASE)
_PERIOD: Final = re.compile(r"<(?:\w+:)?updatePeriod[^>]*>\s*(\w+)\s*<", re.IGNORECASE)
_FREQUENCY: Final = re.compile(r"<(?:\w+:)?updateFrequency[^>]*>\s*(\d{1,7})\s*<", re.IGNORECASE)
_PERIODS: Final = {
    "hourly": 3_600.0,
    "daily": 86_400.0,
    "weekly": 604_800.0,
    "monthly": 2_592_000.0,
    "yearly": 3.1536e7,
}
_LINK: Final = re.compile(r"<(?:\w+:)?link\s[^>]*>", re.IGNORECASE)
_ATTRIBUTE: Final = re.compile(r"([\w:]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")


class Hints(Struct, frozen=True, kw_only=True):
    """``wish`` is the seconds that it asks to wait between two looks. ``hub`` and ``topic`` are for WebSub."""

    wish: float | None = None
    hub: str | None = None
    topic: str | None = None


class _JsonHub(Struct, frozen=True):
    type: Any = None
    url: Any = None


class _JsonHead(Struct, frozen=True):
    feed_url: Any = None
    hubs: list[_JsonHub] = []


def read(body: bytes, base: str) -> Hints:
    """The hints in a feed document of any format; none where there are none, or it is none. Never raises."""
    if body[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return _json(body, base)
    first = _ITEM.search(body, 0, _HEAD)
    text = body[: first.start() if first else _HEAD].decode("latin-1").replace("\0", "")
    linked: dict[str, str] = {}
    for tag in _LINK.findall(text):
        attributes = {name.lower(): double or single for name, double, single in _ATTRIBUTE.findall(tag)}
        for rel in attributes.get("rel", "").lower().split():
            linked.setdefault(rel, attributes.get("href", ""))
    return Hints(wish=_wish(text), hub=_web(base, linked.get("hub")), topic=_web(base, linked.get("self")))


def _wish(text: str) -> float | None:
    wishes = [float(found[1]) * 60 for found in [_TTL.search(text)] if found]
    if found := _PERIOD.search(text):
        frequency = _FREQUENCY.search(text)
        times = max(1.0, float(frequency[1])) if frequency else 1.0
        wishes += [_PERIODS[found[1].lower()] / times] if found[1].lower() in _PERIODS else []
    # software writes one of them without being asked: the shorter is more likely meant
    return min(wishes, default=None)


def _json(body: bytes, base: str) -> Hints:
    try:
        head = msgspec.json.decode(body, type=_JsonHead)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return Hints()
    hub = next((one.url for one in head.hubs if isinstance(one.url, str) and str(one.type).lower() == "websub"), None)
    return Hints(hub=_web(base, hub), topic=_web(base, head.feed_url if isinstance(head.feed_url, str) else None))


def _web(base: str, href: str | None) -> str | None:
    url = absolute(base, html.unescape(href.strip())) if href else ""
    return url if url.startswith(("http://", "https://")) else None
