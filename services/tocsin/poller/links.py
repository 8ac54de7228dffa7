"""Links of feeds: made absolute for people, made canonical for comparing."""

import re
from typing import Final
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from tocsin.poller import limits

_SCHEME: Final = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
_BROKEN: Final = re.compile(r"[\s\x00-\x1f\x7f\ud800-\udfff]+")
_TRACKING: Final = re.compile(r"utm_\w+|fbclid|gclid|mc_cid|mc_eid|at_medium|at_campaign", re.IGNORECASE)
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


def absolute(base: str, link: str) -> str:
    """``link`` seen from ``base``, without whitespace; empty when it does not lead to the web.

    Stays relative when ``base`` is empty.
    """
    # a line break inside a link is a slip of the feed's template; a blank is part of a sloppy path
    link = _BROKEN.sub(lambda blank: "%20" if set(blank[0]) == {" "} else "", link.strip())
    if not link or len(link) > limits.LINK:
        return ""
    try:
        joined = urljoin(base, link)
        urlsplit(joined)
    except ValueError:
        return ""
    scheme = _SCHEME.match(joined)
    if scheme and scheme[1].lower() not in _DEFAULT_PORTS:
        return ""
    return joined


def canonical(link: str) -> str:
    """One spelling for links that lead to the same article: host in small letters, no fragment, no tracking."""
    try:
        parts = urlsplit(link)
        port = parts.port
    except ValueError:
        return link
    scheme = parts.scheme.lower()
    host = (parts.hostname or "").lower()
    if port is not None and port != _DEFAULT_PORTS.get(scheme):
        host = f"{host}:{port}"
    query = parts.query
    if _TRACKING.search(query):
        # only then: writing a query anew may change its spelling
        pairs = parse_qsl(query, keep_blank_values=True, errors="surrogateescape")
        kept = [(key, value) for key, value in pairs if not _TRACKING.fullmatch(key)]
        query = urlencode(kept, errors="surrogateescape")
    return urlunsplit((scheme, host, parts.path or ("/" if host else ""), query, ""))
