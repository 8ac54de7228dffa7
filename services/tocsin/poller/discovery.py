"""Where a site's feeds are: what its page says, and the places where feeds usually are. Pure."""

import html
import re
from typing import Final
from urllib.parse import urlsplit

from tocsin.poller.charset import decode
from tocsin.poller.links import absolute

_TAG: Final = re.compile(r"<(link|a|base)\s((?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+)>", re.IGNORECASE)
_ATTRIBUTE: Final = re.compile(r"([\w-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_TYPES: Final = frozenset({
    "application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml", "application/json",
    "application/x-rss+xml", "text/xml", "application/xml",
})  # fmt: skip
_SIGN: Final = re.compile(r"(?:^|[/._=-])(?:rss|atom|feeds?|rdf)(?:$|[/._?&=-]|\d)", re.IGNORECASE)
_PLACES: Final = (
    "/feed", "/rss", "/feed.xml", "/rss.xml", "/atom.xml", "/index.xml", "/feed/", "/feeds/posts/default", "/feed.json",
    "/index.rdf", "/blog/feed", "/news/feed", "/news/rss", "/?feed=rss2",
)  # fmt: skip
_LOOKED_AT: Final = 1_000_000
MOST: Final = 30
"""Addresses told at most."""


def linked(page: bytes, content_type: str | None, url: str) -> list[str]:
    """The feeds that an HTML page names: in its head first, then links that look like feeds, in its order."""
    text = decode(page[:_LOOKED_AT], content_type)
    base = url
    named: list[str] = []
    likely: list[str] = []
    for match in _TAG.finditer(text):
        told = {
            name.lower(): html.unescape(double or single or bare)
            for name, double, single, bare in _ATTRIBUTE.findall(match[2])
        }
        tag, href = match[1].lower(), absolute(base, told.get("href", ""))
        if not href:
            continue
        if tag == "base":
            base = href
        elif tag == "link":
            rel = told.get("rel", "").lower().split()
            if "feed" in rel or ("alternate" in rel and told.get("type", "").lower().split(";")[0].strip() in _TYPES):
                named.append(href)
        elif _SIGN.search(urlsplit(href).path + "?" + urlsplit(href).query) or told.get("type", "").lower() in _TYPES:
            likely.append(href)
    return list(dict.fromkeys([*named, *likely]))[:MOST]


def usual(url: str) -> list[str]:
    """Addresses at which sites like the one of ``url`` often have a feed."""
    parts = urlsplit(url)
    return [f"{parts.scheme}://{parts.netloc}{place}" for place in _PLACES]
