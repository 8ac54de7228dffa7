"""A distributed deployment for one test: topics and keys of its own on the shared Kafka and Redis."""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from kafka import KafkaAdminClient
from tests.acceptance.stack import Stack

from tocsin.bootstrap import Deployment
from tocsin.domain.record import ALERTS, ARTICLES, SIGNALS, Received, Record
from tocsin.settings.load import load_settings

READERS: Final = {"classifier": ARTICLES, "router": SIGNALS, "notifier": ALERTS}
"""Group → topic."""


class Distributed:
    """One configuration, and what can be done with it. ``config`` is the file for commands."""

    def __init__(
        self, folder: Path, kafka: str, redis: str, subscribers: Sequence[dict[str, Any]], **sections: Any
    ) -> None:
        self._kafka = kafka
        self._prefix = f"t{uuid.uuid4().hex[:8]}"
        settings = {
            "bus": {
                "kind": "kafka",
                "prefix": f"{self._prefix}.",
                "kafka": {"servers": [kafka], "partitions": 2, "session_timeout": 3},
            },
            "state": {"kind": "redis", "redis": {"url": redis, "prefix": self._prefix}},
            "classifier": {"embedder": "none"},
            **sections,
        }
        self._stack = Stack(folder, settings, [], list(subscribers))
        self.config = self._stack.config
        self.settings = load_settings(self.config, {})

    @contextmanager
    def running(self, service: str) -> Iterator[None]:
        """One life of a process with this service, or with ``all``."""
        try:
            self._stack.start("one", service)
            self._stack.wait_ready("one")
            yield
            assert self._stack.stop("one") == 0
        finally:
            self._stack.close()

    @contextmanager
    def opened(self) -> Iterator[Deployment]:
        """Its bus and its state, its topics made."""
        deployment = Deployment(self.settings)
        try:
            deployment.bus.create_topics()
            yield deployment
        finally:
            deployment.close()

    def publish(self, *records: Record) -> None:
        with self.opened() as deployment:
            deployment.bus.publish(records)

    def records(self, topic: str) -> list[Received]:
        with self.opened() as deployment:
            return list(deployment.bus.read(topic))

    def caught_up(self) -> bool:
        """Whether each service has committed all that is in the topic it reads."""
        with closing(KafkaAdminClient(bootstrap_servers=self._kafka)) as admin:
            for group, topic in READERS.items():
                name = f"{self._prefix}.{group}"
                done = {
                    place.partition: each.offset for place, each in admin.list_group_offsets({name: None})[name].items()
                }
                if any(record.offset >= done.get(record.partition, 0) for record in self.records(topic)):
                    return False
        return True

    def forget_positions(self) -> None:
        """All that the services have read, they will read again. None of them may be running."""
        with closing(KafkaAdminClient(bootstrap_servers=self._kafka)) as admin:
            told = admin.delete_groups([f"{self._prefix}.{group}" for group in READERS])
        assert set(told.values()) == {"OK"}, told
