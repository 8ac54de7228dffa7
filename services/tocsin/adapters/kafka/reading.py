"""Reading a topic from a time on to its present end, as nobody's group."""

import contextlib
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from kafka import KafkaConsumer
from kafka.consumer.fetcher import ConsumerRecord
from kafka.errors import KafkaError, KafkaTimeoutError
from kafka.structs import TopicPartition

from tocsin.adapters.kafka.clients import Clients
from tocsin.adapters.kafka.failures import translated
from tocsin.adapters.kafka.wire import incoming, milliseconds
from tocsin.domain.record import Received

BATCH: Final = 500
POLL: Final = 200
"""Milliseconds that a poll waits for records."""


CLOSE_TIMEOUT: Final = 2000
"""Milliseconds."""


def read(clients: Clients, topic: str, since: datetime | None, *, prefix: str) -> Iterator[Received]:
    """See Bus."""
    with translated(f"reading {topic}"):
        client = clients.reader()
    try:
        with translated(f"reading {topic}"):
            ends = _assigned(client, prefix + topic, since, round(clients.request_timeout * 1000))
        while polled := _poll(client, ends, topic, clients.request_timeout):
            for record in polled:
                told = incoming(record, prefix)
                if since is None or told.time >= since:
                    yield told
    finally:
        with contextlib.suppress(KafkaError, OSError, RuntimeError):
            client.close(autocommit=False, timeout_ms=CLOSE_TIMEOUT)


def _assigned(client: KafkaConsumer, topic: str, since: datetime | None, limit: int) -> Mapping[TopicPartition, int]:
    """Partition → where to end. The client stands where to begin. ``limit`` is in milliseconds for each request."""
    places = [TopicPartition(topic, number) for number in client.partitions_for_topic(topic) or ()]
    client.assign(places)
    if not places:
        return {}
    # before anything is fetched: of committed transactions only, as all that this client is told
    ends: Mapping[TopicPartition, int] = client.end_offsets(places, timeout_ms=limit)
    client.seek_to_beginning(*places)
    if since is not None:
        found = client.offsets_for_times(dict.fromkeys(places, milliseconds(since)), timeout_ms=limit)
        for place in places:
            first = found.get(place)
            client.seek(place, ends[place] if first is None else first.offset)
    return ends


def _poll(
    client: KafkaConsumer, ends: Mapping[TopicPartition, int], topic: str, timeout: float
) -> list[ConsumerRecord]:
    """The next records, in each partition in their order; none at the end."""
    limit = time.monotonic() + 3 * timeout
    with translated(f"reading {topic}"):
        # a position also passes the marks of transactions, which are no records
        while any((client.position(place, timeout_ms=round(timeout * 1000)) or 0) < end for place, end in ends.items()):
            polled = client.poll(timeout_ms=POLL, max_records=BATCH)
            records = [each for place, some in polled.items() for each in some if each.offset < ends[place]]
            if records:
                return records
            if time.monotonic() > limit:
                raise KafkaTimeoutError("no broker answers")
    return []
