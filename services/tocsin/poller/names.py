"""Short words of a feed: authors, tags, languages."""

import re
from collections.abc import Iterable
from typing import Final

from tocsin.poller import limits
from tocsin.poller.text import from_html, line

_TAG: Final = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,3}")


def names(found: Iterable[str]) -> tuple[str, ...]:
    """The names, tidied, each once, in order."""
    tidy = (line(from_html(name, limits.NAME)) for name in found)
    return tuple(dict.fromkeys(name for name in tidy if name))[: limits.NAMES]


def language_tag(said: str) -> str | None:
    """A BCP 47 tag in its usual spelling (``en_us`` → ``en-US``); None when it is not one."""
    said = said.strip().replace("_", "-")
    if not _TAG.fullmatch(said):
        return None
    first, *rest = said.split("-")
    return "-".join([first.lower(), *(part.upper() if len(part) == len("US") else part for part in rest)])
