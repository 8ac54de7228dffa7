"""A feed to watch, and what is remembered of it between two looks."""

from datetime import datetime, timedelta

from msgspec import Struct


class Feed(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A feed as the operator wrote it. ``interval`` is the wait between polls; None takes the default."""

    id: str
    url: str
    source: str
    language: str | None = None
    tags: tuple[str, ...] = ()
    interval: timedelta | None = None


class Validators(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What to echo, verbatim, in the next conditional GET; and the hash of the last body."""

    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None


class ClaimedFeed(Struct, frozen=True, kw_only=True):
    """A feed leased to one poller until the lease ends. ``token`` proves the lease.

    ``errors`` counts the failures since the last success. ``polled`` is the last successful poll, None when the
    feed was never read.
    """

    feed: Feed
    token: str
    validators: Validators
    errors: int = 0
    polled: datetime | None = None


class FeedCheck(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What came of one poll. ``items`` maps article id → content hash of every item now in the feed."""

    feed: str
    token: str
    at: datetime
    next_check: datetime
    validators: Validators
    items: dict[str, str] = {}
    error: str | None = None


class FeedHealth(Struct, frozen=True, kw_only=True):
    """A feed's state, for operators. ``error`` is that of the last poll, None after a success."""

    feed: Feed
    next_check: datetime
    errors: int
    polled: datetime | None
    error: str | None
