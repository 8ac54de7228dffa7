"""Records as Kafka carries them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from kafka.consumer.fetcher import ConsumerRecord

from tocsin.domain.errors import PermanentError
from tocsin.domain.record import Received, Record

MAX_BYTES: Final = 1_000_000
"""The most that key, value and headers may weigh together: the broker's default limit less its framing."""

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def milliseconds(at: datetime) -> int:
    """Whole milliseconds since 1970, rounded down: Kafka's time."""
    return (at - EPOCH) // timedelta(milliseconds=1)


def outgoing(records: Sequence[Record], prefix: str) -> list[dict[str, Any]]:
    """The arguments of ``KafkaProducer.send`` for each record. Raises PermanentError when one is too large."""
    sends = []
    for record in records:
        key = record.key.encode()
        headers = [(name, text.encode()) for name, text in record.headers.items()]
        weight = len(key) + len(record.value) + sum(len(name.encode()) + len(value) for name, value in headers)
        if weight > MAX_BYTES:
            raise PermanentError(
                f"record {record.key!r} for {record.topic} has {weight} bytes; {MAX_BYTES} are allowed"
            )
        sends.append(
            {
                "topic": prefix + record.topic,
                "key": key,
                "value": record.value,
                "headers": headers,
                "timestamp_ms": milliseconds(record.time),
            }
        )
    return sends


def incoming(record: ConsumerRecord, prefix: str) -> Received:
    """A record that was read. Other programs may write too, so nothing about it is taken for granted."""
    return Received(
        topic=record.topic.removeprefix(prefix),
        key=(record.key or b"").decode(errors="replace"),
        value=record.value or b"",
        time=EPOCH + timedelta(milliseconds=max(0, record.timestamp)),
        headers={name: (value or b"").decode(errors="replace") for name, value in record.headers},
        partition=record.partition,
        offset=record.offset,
    )
