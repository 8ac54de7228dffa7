"""A record that could not be processed, kept with the reason."""

from datetime import datetime

from msgspec import Struct


class DeadLetter(Struct, frozen=True, kw_only=True):
    """The value of ``dead-letters``: the failed record as it was, who failed on it and why.

    ``value`` is the original value (base64 on the wire), cut where it is larger than any value of ours. ``origin``
    is ``topic/partition@offset``. ``error`` is the exception's class, ``reason`` the beginning of its text.
    ``replayed`` is when the record was published to its topic again: the letter is then written once more, under
    the same id, with that.
    """

    service: str
    topic: str
    origin: str
    key: str
    value: bytes
    headers: dict[str, str]
    error: str
    reason: str
    at: datetime
    replayed: datetime | None = None
