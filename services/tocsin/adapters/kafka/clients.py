"""Making the library's clients, all with the same connection settings."""

import ssl
from collections.abc import Callable
from typing import Any, TypeVar

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.coordinator.assignors.range import RangePartitionAssignor
from kafka.net.compat import KafkaNetClient

from tocsin.adapters.kafka.transactional import TransactionalProducer
from tocsin.domain.errors import ConfigurationError
from tocsin.settings.schema import KafkaSecurity, KafkaSettings

T = TypeVar("T")

LINGER = 20
BATCH_BYTES = 128 * 1024


class Clients:
    """Makes clients. Each method connects at once, and raises the library's errors while no broker answers."""

    def __init__(self, settings: KafkaSettings, *, client_id: str, max_poll_interval: float) -> None:
        """Raises ConfigurationError when a certificate cannot be used."""
        self._settings = settings
        self._max_poll_interval = max_poll_interval
        self.request_timeout = settings.request_timeout
        self._common: dict[str, Any] = {
            "bootstrap_servers": list(settings.servers),
            "client_id": client_id,
            "request_timeout_ms": _ms(settings.request_timeout),
            "bootstrap_timeout_ms": _ms(settings.request_timeout),
            # a broker that comes back is found again within about a second
            "reconnect_backoff_max_ms": 1000,
            **_security(settings.security),
        }

    def consumer(self, group: str) -> tuple[KafkaConsumer, KafkaNetClient]:
        """A member of ``group`` without topics yet, and its connections."""
        return self._make(
            KafkaConsumer,
            group_id=group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            allow_auto_create_topics=False,
            # eager: every rebalance is announced before another member can own a partition
            partition_assignment_strategy=[RangePartitionAssignor],
            session_timeout_ms=_ms(self._settings.session_timeout),
            heartbeat_interval_ms=min(1000, _ms(self._settings.session_timeout) // 3),
            max_poll_interval_ms=_ms(self._max_poll_interval),
            # a topic made after the first poll is seen this soon
            metadata_max_age_ms=10_000,
        )

    def reader(self) -> KafkaConsumer:
        """A reader that belongs to no group."""
        client, _ = self._make(
            KafkaConsumer,
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            allow_auto_create_topics=False,
        )
        return client

    def producer(self) -> KafkaProducer:
        """An idempotent producer, for records outside transactions."""
        timeout = _ms(self._settings.request_timeout)
        producer, _ = self._make(KafkaProducer, **self._writing(), delivery_timeout_ms=timeout + 10 * LINGER)
        return producer

    def transactional(self, name: str) -> TransactionalProducer:
        """The one live producer of that transactional id: its predecessor's transaction has come to its end."""
        producer, _ = self._make(
            TransactionalProducer,
            **self._writing(),
            transactional_id=name,
            transaction_timeout_ms=_ms(self._settings.transaction_timeout),
        )
        try:
            producer.init_transactions()
        except BaseException:
            producer.discard()
            raise
        return producer

    def admin(self) -> KafkaAdminClient:
        """An admin client."""
        admin, _ = self._make(KafkaAdminClient)
        return admin

    def _writing(self) -> dict[str, Any]:
        return {
            "acks": "all",
            "linger_ms": LINGER,
            "batch_size": BATCH_BYTES,
            "allow_auto_create_topics": False,
            "max_block_ms": _ms(self._settings.request_timeout),
        }

    def _make(self, kind: Callable[..., T], **config: Any) -> tuple[T, KafkaNetClient]:
        connections: list[KafkaNetClient] = []

        def connect(**options: Any) -> KafkaNetClient:
            connections.append(KafkaNetClient(**options))
            return connections[-1]

        try:
            client = kind(kafka_client=connect, **self._common, **config)
        except BaseException:
            # the library leaves its thread behind when it cannot connect
            for connection in connections:
                connection.close()
            raise
        return client, connections[0]


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def _security(security: KafkaSecurity) -> dict[str, Any]:
    options: dict[str, Any] = {"security_protocol": security.protocol}
    if security.protocol in {"SSL", "SASL_SSL"}:
        options["ssl_context"] = _ssl_context(security)
    if security.protocol in {"SASL_PLAINTEXT", "SASL_SSL"}:
        options["sasl_mechanism"] = security.mechanism
        options["sasl_plain_username"] = security.username
        options["sasl_plain_password"] = security.password
    return options


def _ssl_context(security: KafkaSecurity) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=security.ca_file)
        if security.certificate_file:
            context.load_cert_chain(security.certificate_file, security.key_file, security.key_password)
    except OSError as error:
        raise ConfigurationError(
            f"bus.kafka.security: the certificates cannot be used ({error}); "
            "ca_file, certificate_file and key_file must be readable PEM files, and key_password must fit"
        ) from error
    context.check_hostname = security.check_hostname
    return context
