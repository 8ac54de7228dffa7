"""The bus on Apache Kafka."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from typing import Final

from kafka import KafkaProducer
from kafka.admin import OffsetSpec
from kafka.errors import KafkaError, TopicAlreadyExistsError, for_code
from kafka.protocol.consumer import IsolationLevel
from kafka.structs import TopicPartition

from tocsin.adapters.kafka.clients import Clients
from tocsin.adapters.kafka.consumer import KafkaBusConsumer
from tocsin.adapters.kafka.failures import REFUSED, translated
from tocsin.adapters.kafka.quiet import hush
from tocsin.adapters.kafka.reading import read
from tocsin.adapters.kafka.transactional import discard
from tocsin.adapters.kafka.wire import outgoing
from tocsin.domain.errors import ConfigurationError
from tocsin.domain.record import TOPICS, Received, Record
from tocsin.settings.schema import BusSettings

MAX_POLL_INTERVAL: Final = 300.0
"""Seconds that a member may take over one batch before the group goes on without it."""

DAY: Final = 86_400_000
"""In milliseconds."""


class KafkaBus:
    """Bus on Kafka. ``instance`` must differ between replicas and stay the same when one restarts.

    Nothing is connected before it is needed, so a broker may come up later than its clients.
    """

    def __init__(self, settings: BusSettings, *, instance: str, max_poll_interval: float = MAX_POLL_INTERVAL) -> None:
        """Raises ConfigurationError when a certificate cannot be used."""
        hush()
        self._settings = settings
        self._prefix = settings.prefix
        self._instance = instance
        self._clients = Clients(settings.kafka, client_id=instance, max_poll_interval=max_poll_interval)
        self._lock = threading.Lock()
        self._producer: KafkaProducer | None = None
        self._slots: dict[str, set[int]] = {}

    def create_topics(self) -> None:
        """Make the topics that are missing and wait until they can be used; see Bus."""
        kafka = self._settings.kafka
        topics = {
            self._prefix + topic: {
                "num_partitions": kafka.partitions,
                "replication_factor": kafka.replication,
                "configs": {"retention.ms": str(self._settings.retention[topic] * DAY)}
                if topic in self._settings.retention
                else {},
            }
            for topic in TOPICS
        }
        limit = round(kafka.request_timeout * 1000)
        with translated("making topics"), closing(self._clients.admin()) as admin:
            answer = admin.create_topics(topics, timeout_ms=limit, raise_errors=False)
            problems = [(topic["name"], for_code(topic["error_code"])) for topic in answer["topics"]]
            refusals = [
                f"bus: Kafka refuses topic {name}: {error.__name__}" for name, error in problems if error in REFUSED
            ]
            if refusals:
                raise ConfigurationError(*refusals)
            for name, error in problems:
                if issubclass(error, KafkaError) and error not in {TopicAlreadyExistsError, for_code(0)}:
                    raise error(name)
            admin.wait_for_topics(list(topics), timeout_ms=limit)

    def publish(self, records: Sequence[Record]) -> None:
        """Send the records and wait until all in-sync replicas have them; see Bus."""
        sends = outgoing(records, self._prefix)
        if not sends:
            return
        timeout = self._clients.request_timeout
        with translated("publishing"):
            producer = self._shared_producer()
            try:
                futures = [producer.send(**send) for send in sends]
                producer.flush(timeout=2 * timeout)
                for future in futures:
                    future.get(timeout=timeout)
            except (KafkaError, OSError):
                # its sequence numbers may be in doubt; a new one begins clean
                self._drop_producer(producer)
                raise

    def consumer(self, topics: Sequence[str], group: str) -> KafkaBusConsumer:
        """A new member of ``group``; see Bus."""
        group = self._prefix + group
        with self._lock:
            slots = self._slots.setdefault(group, set())
            slot = next(number for number in range(len(slots) + 1) if number not in slots)
            slots.add(slot)

        def closed() -> None:
            with self._lock:
                slots.discard(slot)

        # a replica that starts again counts its members from 0 again, and so settles what its predecessor left open
        return KafkaBusConsumer(
            self._clients,
            prefix=self._prefix,
            topics=topics,
            group=group,
            transactional_id=f"{group}.{self._instance}.{slot}",
            transaction_timeout=self._settings.kafka.transaction_timeout,
            closed=closed,
        )

    def read(self, topic: str, since: datetime | None = None) -> Iterator[Received]:
        """The records that are there now; see Bus."""
        return read(self._clients, topic, since, prefix=self._prefix)

    def lag(self, topics: Sequence[str], group: str) -> Mapping[str, int]:
        """Topic → records not committed yet; see Bus. Transaction marks count until the group has read on."""
        waiting = dict.fromkeys(topics, 0)
        name = self._prefix + group
        with translated(f"measuring {name}"), closing(self._clients.admin()) as admin:
            committed = {
                place: stored.offset
                for place, stored in admin.list_group_offsets({name: None})[name].items()
                if stored.offset >= 0
            }
            places = [
                TopicPartition(topic["name"], partition["partition_index"])
                for topic in admin.describe_topics([self._prefix + topic for topic in topics])
                for partition in topic["partitions"]
            ]
            level = IsolationLevel.READ_COMMITTED
            ends = admin.list_partition_offsets(dict.fromkeys(places, OffsetSpec.LATEST), isolation_level=level)
            starts = admin.list_partition_offsets(dict.fromkeys(places, OffsetSpec.EARLIEST), isolation_level=level)
        for place in places:
            first = max(committed.get(place, 0), starts[place].offset)
            waiting[place.topic.removeprefix(self._prefix)] += max(0, ends[place].offset - first)
        return waiting

    def close(self) -> None:
        """Let go of the producer; see Bus. Every publish has waited, so nothing is left to flush."""
        with self._lock:
            producer, self._producer = self._producer, None
        if producer is not None:
            discard(producer)

    def _shared_producer(self) -> KafkaProducer:
        with self._lock:
            if self._producer is None:
                self._producer = self._clients.producer()
            return self._producer

    def _drop_producer(self, producer: KafkaProducer) -> None:
        with self._lock:
            if self._producer is producer:
                self._producer = None
        discard(producer)
