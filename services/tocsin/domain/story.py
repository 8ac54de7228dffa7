"""A story: all reports of one event, across outlets and languages."""

from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct

from tocsin.domain.signal import Correction

Status = Literal["open", "closed"]


class Traits(Struct, frozen=True, kw_only=True, omit_defaults=True, array_like=True):
    """What decides whether a report tells of the same event as another. A few hundred bytes, whatever the text.

    ``vector`` is the meaning of the text, each column in 8 bits (empty without embedder). ``subjects`` are tickers the
    report is about, ``companies`` all that it names. ``types`` are event types with their probability, the surest
    first. ``names`` are telling words, ``places`` countries (``headline_places`` those of the title), ``months`` 1 to
    12, ``numbers`` figures in a form that is the same in all languages, ``sketch`` a MinHash of the words,
    ``headlined`` the companies that the title names. ``dated`` says that the outlet gave a time.
    """

    language: str = ""
    vector: bytes = b""
    subjects: tuple[str, ...] = ()
    companies: tuple[str, ...] = ()
    types: tuple[tuple[str, float], ...] = ()
    names: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    headline_places: tuple[str, ...] = ()
    months: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    sketch: bytes = b""
    headlined: tuple[str, ...] = ()
    dated: bool = True


class Report(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An article, as its story remembers it. ``copy`` marks a near-copy of an earlier report."""

    article: str
    source: str
    at: datetime
    title: str
    traits: Traits
    revision: int = 1
    copy: bool = False


class Signalled(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The strongest signal of a story: the event of an article. Severity is 0–100, confidence a probability."""

    article: str
    type: str
    severity: int
    confidence: float


class Amendment(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An article that takes back or puts right what the story said before."""

    article: str
    kind: Correction
    at: datetime


class Story(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A story as it stands. Times are aware, UTC.

    ``headlines`` has one title a language, the first that came. ``sources`` are outlets that told it in their own
    words, in the order they came: who copied counts with the one copied from. ``articles`` and ``copies`` count all
    reports. ``types``, ``companies`` and ``numbers`` are what was established so far, ``best`` the strongest signal.
    ``reports`` are those that new ones are compared with: a bounded choice. ``first`` and ``last`` are the times of
    its earliest and latest report.
    """

    id: str
    first: datetime
    last: datetime
    headlines: dict[str, str] = {}
    sources: tuple[str, ...] = ()
    articles: int = 0
    copies: int = 0
    types: tuple[str, ...] = ()
    companies: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    best: Signalled | None = None
    amendments: tuple[Amendment, ...] = ()
    reports: tuple[Report, ...] = ()

    def status(self, now: datetime, window: timedelta) -> Status:
        """Open as long as a report came within ``window`` before ``now``. A late one opens it again."""
        return "open" if now - self.last <= window else "closed"
