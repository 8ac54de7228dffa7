"""A feed to watch, and what is remembered of it between two looks."""

from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from msgspec import Struct


class Feed(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A feed as the operator wrote it.

    ``interval`` is the wait between polls; None lets the feed's own rate decide. ``max_interval`` bounds what its rate
    and its publisher's wishes may make of that; None takes the settings' bound. ``reliability``, 0 to 1, says how far a
    report can be taken as fact before others confirm it. ``region`` is an ISO 3166 country, or EU, INT. ``full_text``
    asks for the articles behind the links.
    """

    id: str
    url: str
    source: str
    language: str | None = None
    tags: tuple[str, ...] = ()
    interval: timedelta | None = None
    max_interval: timedelta | None = None
    reliability: float = 0.5
    region: str | None = None
    full_text: bool = False


class Validators(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What to echo, verbatim, in the next conditional GET; and the hash of the last body."""

    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None


class Track(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the poller has learned of a feed. The poller writes and reads it, the store only keeps it.

    ``url`` is the address that was adopted after permanent redirects, None for the feed's own; ``moving`` is one that
    was pointed to in ``moves`` good looks in a row. ``gone`` counts 410 answers in a row. ``disabled`` says why the
    feed is not polled any more.

    ``changes`` in ``watched`` seconds is how often the feed had news, older times weighing less. ``wish`` is the wait
    in seconds that the document itself asks for. ``down_since`` is the first bad look since the last good one,
    ``down_reason`` what was wrong at the last.

    ``status`` (HTTP), ``latency`` (seconds), ``size`` (bytes, decompressed) are of the last answer; ``saved`` is the
    bytes that 304 answers have saved so far. ``hub`` and ``topic`` are where the feed says its news are pushed.
    """

    url: str | None = None
    moving: str | None = None
    moves: int = 0
    gone: int = 0
    disabled: str | None = None
    changes: float = 0.0
    watched: float = 0.0
    wish: float | None = None
    down_since: datetime | None = None
    down_reason: str | None = None
    status: int | None = None
    latency: float | None = None
    size: int | None = None
    saved: int = 0
    hub: str | None = None
    topic: str | None = None


class Push(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A WebSub subscription. ``asked`` is when the hub was asked last, ``until`` the end of the lease it granted, None
    while it has not. ``heard`` is the last push. ``missed`` counts news that a poll found and no push had told.
    """

    hub: str
    topic: str
    secret: str
    asked: datetime
    until: datetime | None = None
    heard: datetime | None = None
    missed: int = 0
    denied: str | None = None


class ClaimedFeed(Struct, frozen=True, kw_only=True):
    """A feed leased to one poller until the lease ends. ``token`` proves the lease.

    ``errors`` counts the failures since the last success. ``polled`` is the last successful poll, None when the
    feed was never read. ``due`` is when it was to be looked at, None when it was not to be at all.
    """

    feed: Feed
    token: str
    validators: Validators
    errors: int = 0
    polled: datetime | None = None
    due: datetime | None = None
    track: Track = Track()
    push: Push | None = None

    @property
    def url(self) -> str:
        """Where to look: the feed's address, or the one that was adopted for it."""
        return self.track.url or self.feed.url


class Gap(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A time in which a feed could not be watched: from its last good look to the next. ``late`` counts the items that
    came out meanwhile and were found only then.
    """

    feed: str
    since: datetime
    until: datetime
    reason: str
    late: int = 0


Outcome: TypeAlias = Literal["read", "failed", "excused", "pushed", "released"]
"""Of a claim: the feed was read; it failed; it could not be had but is not to blame; its hub told news; it was given
back without a look."""


class FeedCheck(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What came of one claim. ``items`` maps article id → content hash of every item now in the feed (``pushed``: in
    the push). ``next_check`` None means that the feed is not to be polled again.
    """

    feed: str
    token: str
    at: datetime
    next_check: datetime | None
    outcome: Outcome = "read"
    validators: Validators = Validators()
    items: dict[str, str] = {}
    error: str | None = None
    track: Track = Track()
    gap: Gap | None = None


FeedState: TypeAlias = Literal["ok", "failing", "disabled", "unread"]


class FeedHealth(Struct, frozen=True, kw_only=True):
    """A feed's state, for operators. ``error`` is that of the last poll, None after a success. ``next_check`` is None
    when it is not polled any more.
    """

    feed: Feed
    next_check: datetime | None
    errors: int
    polled: datetime | None
    error: str | None
    track: Track = Track()
    push: Push | None = None

    @property
    def state(self) -> FeedState:
        """In one word."""
        if self.track.disabled is not None:
            return "disabled"
        if self.errors or self.error is not None:
            return "failing"
        return "ok" if self.polled is not None else "unread"
