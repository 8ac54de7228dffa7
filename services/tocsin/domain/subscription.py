"""Who wants to hear of what, and where."""

from typing import Literal

from msgspec import Struct


class Channel(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a subscriber can be reached: a webhook or Apprise URL. The URL holds secrets: never log it.

    ``fallback`` is the id of the channel that stands in when this one fails. ``unknown`` says what to do when no
    answer came (None: what suits the provider). ``guarded`` marks an address that a user gave: it is sent to only
    once ``verified``, and only at public addresses.
    """

    id: str
    url: str
    fallback: str | None = None
    unknown: Literal["retry", "once", "never"] | None = None
    guarded: bool = False
    verified: bool = True

    def __repr__(self) -> str:
        return f"Channel(id={self.id!r}, url='***')"


class Subscription(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A standing wish. Every given condition must hold; an empty one holds always.

    ``events`` are event types or patterns of them (``matches_type``). ``companies`` are tickers,
    at least one of which the story must name. ``min_severity`` is 0–100, ``min_confidence`` 0–1. Empty
    ``channels`` means all channels of the subscriber.
    """

    id: str
    events: tuple[str, ...] = ()
    companies: tuple[str, ...] = ()
    min_severity: int = 0
    min_confidence: float = 0.0
    channels: tuple[str, ...] = ()


class Subscriber(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A person or a desk. ``language`` (BCP 47) is the language of the alerts."""

    id: str
    channels: tuple[Channel, ...]
    subscriptions: tuple[Subscription, ...]
    name: str = ""
    language: str = "en"


def matches_type(pattern: str, type: str) -> bool:
    """Whether a subscription's pattern means this event type: the type itself, its group, or a prefix with ``*``."""
    if pattern.endswith("*"):
        return type.startswith(pattern[:-1])
    return type == pattern or type.startswith(f"{pattern}.")
