"""Values to and from the wire: msgspec JSON, with CloudEvents 1.0 headers (Kafka binary mode) and traceparent.

Decoding refuses what is not the promised value and ignores fields it does not know, so that services of
neighbouring versions understand each other.
"""

import random
from datetime import datetime
from typing import Any, Final, TypeVar

import msgspec

from tocsin.domain.alert import Alert
from tocsin.domain.article import Article
from tocsin.domain.dead_letter import DeadLetter
from tocsin.domain.delivery import DeliveryOutcome
from tocsin.domain.errors import PermanentError, UndecodableError
from tocsin.domain.record import ALERTS, ARTICLES, DEAD_LETTERS, DELIVERIES, SIGNALS, Record
from tocsin.domain.signal import ClassifiedArticle

T = TypeVar("T")

VALUES: Final[dict[str, type[msgspec.Struct]]] = {
    ARTICLES: Article,
    SIGNALS: ClassifiedArticle,
    ALERTS: Alert,
    DELIVERIES: DeliveryOutcome,
    DEAD_LETTERS: DeadLetter,
}
"""What each topic carries."""

MAX_VALUE_BYTES: Final = 700_000
"""The most that a value may weigh. Its dead letter holds it in base64 and must pass under the usual 1 MB too."""

_encoder = msgspec.json.Encoder()
_decoders: dict[Any, msgspec.json.Decoder[Any]] = {}


def encode(value: msgspec.Struct) -> bytes:
    """A value as JSON, UTF-8."""
    return _encoder.encode(value)


def decode(kind: type[T], data: bytes) -> T:
    """The value of this kind in ``data``. Raises UndecodableError, naming the place in the JSON."""
    decoder = _decoders.get(kind)
    if decoder is None:
        decoder = _decoders[kind] = msgspec.json.Decoder(kind)
    try:
        value: T = decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UndecodableError(f"not a {kind.__name__}: {error}") from error
    return value


def record(
    topic: str,
    *,
    key: str,
    id: str,
    value: msgspec.Struct,
    source: str,
    time: datetime,
    cause: Record | None = None,
) -> Record:
    """The record that carries ``value``: ``id`` and ``source`` (the service) identify it as a CloudEvent.

    ``cause`` is the record that led to this one; the trace goes on from it, or begins here. Raises PermanentError
    when the value is too large for the bus.
    """
    data = encode(value)
    if len(data) > MAX_VALUE_BYTES and topic != DEAD_LETTERS:
        raise PermanentError(f"{topic} {id}: {len(data)} bytes of JSON; the bus takes {MAX_VALUE_BYTES}")
    headers = {
        "content-type": "application/json",
        "ce_specversion": "1.0",
        "ce_id": id,
        "ce_type": f"org.tocsin.{topic}.v1",
        "ce_source": f"/tocsin/{source}",
        "ce_time": time.isoformat().replace("+00:00", "Z"),
        "traceparent": traceparent(cause.headers.get("traceparent") if cause else None),
    }
    return Record(topic=topic, key=key, value=data, time=time, headers=headers)


def traceparent(parent: str | None) -> str:
    """A W3C Trace Context header (version 00): a new span of the parent's trace, or of a new trace."""
    parts = parent.split("-") if parent else []
    valid = len(parts) >= 4 and len(parts[1]) == 32 and parts[1] != "0" * 32  # noqa: PLR2004 - the header's form
    trace, flags = (parts[1], parts[3]) if valid else (_id(128), "01")
    return f"00-{trace}-{_id(64)}-{flags}"


def _id(bits: int) -> str:
    # to tell traces apart, not to keep a secret: the system's source would cost a call into it for every record
    return f"{random.getrandbits(bits) or 1:0{bits // 4}x}"
