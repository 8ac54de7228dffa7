"""One reader of the Kafka bus: a group member and the transactional producer that commits for it."""

import contextlib
import time
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from kafka import KafkaConsumer
from kafka.consumer.subscription_state import ConsumerRebalanceListener
from kafka.errors import KafkaError, KafkaTimeoutError
from kafka.structs import ConsumerGroupMetadata, MemberState, OffsetAndMetadata, TopicPartition

from tocsin.adapters.kafka.clients import Clients
from tocsin.adapters.kafka.failures import MOVED_ON, NEVER, translated
from tocsin.adapters.kafka.transactional import TransactionalProducer
from tocsin.adapters.kafka.wire import incoming, milliseconds, outgoing
from tocsin.domain.errors import FencedError, TransientError
from tocsin.domain.record import Received, Record

if TYPE_CHECKING:
    from kafka.net.compat import KafkaNetClient

BATCH: Final = 500
"""The most records that one poll returns."""

REBUILD_AFTER: Final = 3
"""Request timeouts of silence after which the client starts afresh."""

METADATA_PAUSE: Final = 0.02
"""Seconds between two looks whether the topics are known."""

CLOSE_TIMEOUT: Final = 2000
"""Milliseconds to say goodbye to the group."""


class KafkaBusConsumer:
    """Consumer on Kafka: read committed, offsets and outputs in one transaction.

    Any rebalance with polled records in hand fences this member, even if it gets the same partitions back.
    """

    def __init__(
        self,
        clients: Clients,
        *,
        prefix: str,
        topics: Sequence[str],
        group: str,
        transactional_id: str,
        transaction_timeout: float,
        closed: Callable[[], None],
    ) -> None:
        self._clients = clients
        self._prefix = prefix
        self._topics = [prefix + topic for topic in topics]
        self._group = group
        self._transactional_id = transactional_id
        self._transaction_timeout = transaction_timeout
        self._on_close = closed
        self._closed = False
        self._client: KafkaConsumer | None = None
        self._connections: KafkaNetClient | None = None
        self._producer: TransactionalProducer | None = None
        self._unsettled = False
        self._polled = False
        self._sought = False
        self._done: dict[TopicPartition, int] = {}  # the offsets that a commit would store
        self._membership: ConsumerGroupMetadata | None = None
        self._fenced = False
        self._well_at = 0.0

    def poll(self, timeout: float) -> Sequence[Received]:
        """The next records; see Consumer."""
        with translated(f"reading as {self._group}"):
            client = self._joined()
            try:
                polled = client.poll(timeout_ms=round(timeout * 1000), max_records=BATCH)
            except KafkaError as error:
                if not error.retriable:
                    # the library does not recover from these by itself
                    self._drop_client()
                raise
            for place, records in polled.items():
                self._done[place] = max(records[-1].offset + 1, client.position(place, timeout_ms=0) or 0)
        if polled:
            self._polled = True
            # the generation in which they were read: only that one may commit them
            self._membership = client.group_metadata()
        if self._fenced:
            raise FencedError(f"partitions of group {self._group} have been given out anew")
        if not polled:
            self._check_health(client)
        return [incoming(record, self._prefix) for records in polled.values() for record in records]

    def commit(self, outputs: Sequence[Record]) -> None:
        """Publish and mark as done in one transaction; see Consumer. PermanentError when one is never taken."""
        if not outputs and not self._polled:
            return
        if self._fenced or (self._polled and not _is_member(self._membership)):
            raise FencedError(f"partitions of group {self._group} have been given out anew")
        sends = outgoing(outputs, self._prefix)
        offsets = {place: OffsetAndMetadata(offset, "", -1) for place, offset in self._done.items()}
        with translated(f"committing as {self._group}"):
            producer = self._settled()
            try:
                producer.transact(
                    sends, offsets, self._membership or ConsumerGroupMetadata(), timeout=self._transaction_timeout
                )
            except (*MOVED_ON, *NEVER):
                if not producer.abort(timeout=self._clients.request_timeout):
                    self._drop_producer()
                raise
            except (KafkaError, OSError):
                self._drop_producer()
                raise
        self._forget()

    def rewind(self) -> None:
        """Go back to the last commit; see Consumer."""
        with translated(f"rewinding {self._group}"):
            if self._unsettled:
                # the successor waits until the broker has decided the transaction in doubt, or aborts it
                self._settled()
            if self._client is not None:
                for place in self._client.assignment() & self._done.keys():
                    committed = self._client.committed(place, timeout_ms=round(self._clients.request_timeout * 1000))
                    if committed is None:
                        self._client.seek_to_beginning(place)
                    else:
                        self._client.seek(place, committed)
        self._forget()

    def seek(self, at: datetime) -> None:
        """Go on at a time; see Consumer. Joins first, and then FencedError says that it must be done again."""
        limit = round(self._clients.request_timeout * 1000)
        with translated(f"seeking in {self._group}"):
            client = self._joined()
            deadline = time.monotonic() + self._clients.request_timeout
            client.poll(timeout_ms=0, max_records=1)
            while client.group_metadata().state != MemberState.STABLE:
                if time.monotonic() > deadline:
                    raise KafkaTimeoutError("the group has not given out its partitions yet")
                client.poll(timeout_ms=100, max_records=1)
            places = list(client.assignment())
            found = client.offsets_for_times(dict.fromkeys(places, milliseconds(at)), timeout_ms=limit)
            ends = client.end_offsets(places, timeout_ms=limit)
            self._forget()
            self._sought = True
            for place in places:
                first = found.get(place)
                self._done[place] = ends[place] if first is None else first.offset
                client.seek(place, self._done[place])

    def close(self) -> None:
        """Leave the group; see Consumer."""
        if self._closed:
            return
        self._closed = True
        self._drop_producer()
        self._drop_client()
        self._on_close()

    def _joined(self) -> KafkaConsumer:
        if self._client is None:
            # first end what a predecessor of the same name left open: its pending offsets block the group's
            self._settled()
            client, connections = self._clients.consumer(self._group)
            self._client, self._connections = client, connections
            client.subscribe(self._topics, listener=_Rebalance(self))
            try:
                self._wait_for_topics(connections)
            except KafkaError:
                self._drop_client()
                raise
            self._well_at = time.monotonic()
        return self._client

    def _wait_for_topics(self, connections: "KafkaNetClient") -> None:
        # whoever joins first gives out the partitions it knows of: none, if it has not heard of the topics yet
        deadline = time.monotonic() + self._clients.request_timeout
        while missing := [topic for topic in self._topics if not connections.cluster.partitions_for_topic(topic)]:
            if time.monotonic() > deadline:
                raise KafkaTimeoutError(f"no such topics: {', '.join(missing)}")
            connections.cluster.request_update()
            time.sleep(METADATA_PAUSE)

    def _settled(self) -> TransactionalProducer:
        if self._producer is None:
            self._producer = self._clients.transactional(self._transactional_id)
            self._unsettled = False
        return self._producer

    def _drop_producer(self) -> None:
        if self._producer is not None:
            self._producer.discard()
            self._producer = None
            self._unsettled = True

    def _drop_client(self) -> None:
        if self._client is not None:
            with contextlib.suppress(KafkaError, OSError, RuntimeError):
                self._client.close(autocommit=False, timeout_ms=CLOSE_TIMEOUT)
            self._client = None

    def _check_health(self, client: KafkaConsumer) -> None:
        # an empty poll means "nothing new" and "nobody there" alike
        connections = self._connections
        assert connections is not None
        joined = client.group_metadata().state != MemberState.UNJOINED
        if joined and any(connections.connected(broker.node_id) for broker in connections.cluster.brokers()):
            self._well_at = time.monotonic()
            return
        silence = time.monotonic() - self._well_at
        if silence > REBUILD_AFTER * self._clients.request_timeout:
            # the brokers may have come back under other addresses, which only a new client looks up
            self._drop_client()
        if silence > self._clients.request_timeout / 2:
            raise TransientError(f"reading as {self._group}: no broker answers")

    def _forget(self) -> None:
        self._done.clear()
        self._polled = self._sought = False
        self._fenced = False

    def revoked(self, places: Collection[TopicPartition]) -> None:
        """Partitions are about to be given out anew. Called by the library inside ``poll``."""
        # positions start again at what is committed, so what was polled or sought is void
        if self._sought or self._done.keys() & set(places):
            self._fenced = True
        self._done.clear()


class _Rebalance(ConsumerRebalanceListener):  # type: ignore[misc]
    def __init__(self, consumer: KafkaBusConsumer) -> None:
        self._consumer = consumer

    def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        self._consumer.revoked(revoked)

    def on_partitions_lost(self, lost: Collection[TopicPartition]) -> None:
        self._consumer.revoked(lost)

    def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """Where to read on comes from the group's offsets."""


def _is_member(membership: ConsumerGroupMetadata | None) -> bool:
    # an offset without a generation would be taken from anybody
    return membership is not None and membership.generation_id >= 0 and bool(membership.member_id)
