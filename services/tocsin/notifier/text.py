"""Pieces of text for an alert: made plain, cut, and times in words."""

import re
import unicodedata
from datetime import datetime, timedelta
from typing import Final

from tocsin.notifier.labels import Labels

_CALLS: Final = re.compile(r"@(?=everyone\b|here\b|channel\b|all\b)", re.IGNORECASE)
_WORD_JOINER: Final = "\u2060"


def plain(text: str, most: int) -> str:
    """One line of at most ``most`` characters, cut at a word where there is one.

    Control and direction-override characters go (they could garble the rest of the message), and words by which
    a chat room calls everybody are broken up invisibly: a headline must not ring people who did not ask.
    """
    kept = text
    if not text.isprintable():
        kept = "".join(" " if char in "\t\n\r" else char for char in text if char in "\t\n\r" or _printable(char))
    line = " ".join(kept.split())
    if "@" in line:
        line = _CALLS.sub(f"@{_WORD_JOINER}", line)
    if len(line) <= most:
        return line
    cut = line[: most - 1]
    space = cut.rfind(" ")
    return (cut[:space] if space > most * 0.6 else cut).rstrip(" ,;:–—-") + "…"


def duration(span: timedelta, labels: Labels) -> str:
    """A span in its one or two largest units: ``40 s``, ``3 min``, ``2 h 5 min``, ``1 d 4 h``; never negative."""
    seconds = max(0, round(span.total_seconds()))
    if seconds < 100:  # noqa: PLR2004 - up to here seconds read better than minutes
        return f"{seconds} {labels.units.second}"
    minutes = round(seconds / 60)
    if minutes < 60:  # noqa: PLR2004
        return f"{minutes} {labels.units.minute}"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:  # noqa: PLR2004
        return f"{hours} {labels.units.hour}" + (f" {minutes} {labels.units.minute}" if minutes else "")
    days, hours = divmod(hours, 24)
    return f"{days} {labels.units.day}" + (f" {hours} {labels.units.hour}" if hours else "")


def moment(at: datetime, now: datetime, labels: Labels) -> str:
    """A time in UTC, with its date when that is not today's."""
    return at.strftime(labels.same_day if at.date() == now.date() else labels.other_day)


def _printable(char: str) -> bool:
    # joiners (Cf) are part of emoji and of several scripts; overrides and isolates are not needed in one line
    return unicodedata.category(char) not in {"Cc", "Cs", "Co", "Cn"} and not (
        "\u202a" <= char <= "\u202e" or "\u2066" <= char <= "\u2069"
    )
