"""What the broker is told when Tocsin makes its topics, and what it answers to settings it cannot fulfil."""

import time
import uuid
from pathlib import Path

import pytest
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType
from tests.backends.backend import free_port

from tocsin.adapters.kafka.bus import KafkaBus
from tocsin.domain.errors import ConfigurationError, TransientError
from tocsin.domain.record import ARTICLES, DEAD_LETTERS, TOPICS
from tocsin.settings.schema import BusSettings, KafkaSecurity, KafkaSettings


def settings(servers: str, prefix: str, **kafka: object) -> BusSettings:
    return BusSettings(kind="kafka", prefix=prefix, kafka=KafkaSettings(servers=(servers,), **kafka))  # type: ignore[arg-type]


@pytest.mark.kafka
def test_topics_get_their_partitions_and_retention_and_existing_ones_keep_theirs(kafka_servers: str) -> None:
    prefix = f"t{uuid.uuid4().hex[:8]}."
    admin = KafkaAdminClient(bootstrap_servers=kafka_servers)
    admin.create_topics({prefix + ARTICLES: {"num_partitions": 2, "replication_factor": 1}}, wait_for_metadata=True)
    bus = KafkaBus(settings(kafka_servers, prefix, partitions=3), instance="one")
    bus.create_topics()
    topics = {topic["name"]: len(topic["partitions"]) for topic in admin.describe_topics([prefix + t for t in TOPICS])}
    assert topics == {prefix + topic: 2 if topic == ARTICLES else 3 for topic in TOPICS}
    resource = ConfigResource(ConfigResourceType.TOPIC, prefix + DEAD_LETTERS)
    described = admin.describe_configs([resource])
    assert str(90 * 86_400_000) in str(described)
    admin.close()
    bus.close()


@pytest.mark.kafka
def test_a_refused_replication_is_the_operators_to_mend(kafka_servers: str) -> None:
    bus = KafkaBus(settings(kafka_servers, f"t{uuid.uuid4().hex[:8]}.", replication=3), instance="one")
    with pytest.raises(ConfigurationError, match="InvalidReplicationFactor") as refused:
        bus.create_topics()
    assert len(refused.value.problems) == len(TOPICS)


def test_a_certificate_that_cannot_be_read_refuses_to_start(tmp_path: Path) -> None:
    for security in (
        KafkaSecurity(protocol="SSL", ca_file=str(tmp_path / "missing.pem")),
        KafkaSecurity(protocol="SASL_SSL", certificate_file=str(tmp_path / "missing.pem")),
    ):
        with pytest.raises(ConfigurationError, match=r"bus\.kafka\.security"):
            KafkaBus(settings("127.0.0.1:1", "t.", security=security), instance="one")


def test_a_bus_without_a_broker_is_made_at_once_and_says_so_when_used() -> None:
    started = time.monotonic()
    bus = KafkaBus(settings(f"127.0.0.1:{free_port()}", "t.", request_timeout=1.0), instance="one")
    consumer = bus.consumer([ARTICLES], "group")
    assert time.monotonic() - started < 0.5
    with pytest.raises(TransientError):
        consumer.poll(0.1)
    with pytest.raises(TransientError):
        bus.create_topics()
    consumer.close()
    bus.close()
