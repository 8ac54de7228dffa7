"""What a service said, without the secrets of its address."""

import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import unquote, unquote_plus

_LONGEST: Final = 300
_SHORTEST: Final = 3
_SEPARATORS: Final = re.compile(r"[/:@?&=+,;#\s<>]+")
_ADDRESS: Final = re.compile(r"\b[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)


def mask(text: str, url: str) -> str:
    """``text`` with every address in it, and every piece of ``url`` wherever it stands, replaced by ``***``.

    Which part of a URL is the secret differs by service (a token may be the host), so no part is shown. Pieces of
    one or two characters stay: they are everywhere in ordinary words.
    """
    masked = _ADDRESS.sub("***", text)
    for piece in _pieces(url):
        masked = re.sub(re.escape(piece), "***", masked, flags=re.IGNORECASE)
    return masked if len(masked) <= _LONGEST else masked[: _LONGEST - 1] + "…"


def _pieces(url: str) -> Sequence[str]:
    """The URL's parts as written and as decoded, longest first, so that none is masked only in part."""
    rest = url.partition("://")[2]
    forms = (rest, unquote(rest), unquote_plus(rest))
    found = {piece for form in forms for piece in (*_SEPARATORS.split(form), *re.split(r"[/@?&=]+", form))}
    found |= {decoded for piece in found for decoded in (unquote(piece), unquote_plus(piece))}
    return sorted((piece for piece in found if len(piece) >= _SHORTEST), key=len, reverse=True)
