"""Making a message fit what a channel takes; headline and link survive any limit."""

from collections.abc import Callable
from typing import Final

from tocsin.ports.sender import Traits

DETAILS: Final = (3, 2, 1, 0)
"""How much a template tells, from everything to headline and link."""

_ELLIPSIS: Final = "…"


def fit(render: Callable[[int], tuple[str, str]], traits: Traits, link: str) -> tuple[str, str]:
    """Title and body in as much detail as the channel takes.

    ``render`` gives both for a degree of detail. ``link`` is kept when even the least is too long, and as much of the
    title as goes with it.
    """
    title, body = "", ""
    for detail in DETAILS:
        title, body = render(detail)
        if _fits(title, body, traits):
            return title, body
    most = traits.body_max
    kept = link if _size(link, traits) <= most else ""
    title = _cut(title, traits.title_max or most - _size(kept, traits) - 2, traits)
    return title, kept or _cut(body, most if traits.title_max else most - _size(title, traits) - 2, traits) or _ELLIPSIS


def _fits(title: str, body: str, traits: Traits) -> bool:
    if traits.title_max:
        return _size(title, traits) <= traits.title_max and _size(body, traits) <= traits.body_max
    return _size(title, traits) + 2 + _size(body, traits) <= traits.body_max


def _size(text: str, traits: Traits) -> int:
    # providers that count characters count UTF-16 units, or code points: the former is never less
    return len(text.encode()) if traits.unit == "bytes" else len(text.encode("utf-16-le")) // 2


def _cut(text: str, most: int, traits: Traits) -> str:
    if _size(text, traits) <= most:
        return text
    while text and _size(text, traits) > most - _size(_ELLIPSIS, traits):
        text = text[:-1]
    return text.rstrip("\\") + _ELLIPSIS if most > 0 else ""
