"""A producer whose transactions end in bounded time."""

import contextlib
import time
from collections.abc import Mapping, Sequence
from typing import Any

from kafka import KafkaProducer
from kafka.errors import KafkaError, KafkaTimeoutError
from kafka.structs import ConsumerGroupMetadata, OffsetAndMetadata, TopicPartition

DISCARD_WAIT = 2.0
"""Seconds that closing waits for the producer's thread."""


class TransactionalProducer(KafkaProducer):  # type: ignore[misc]
    """KafkaProducer whose waits have an end: the library's own wait for as long as the broker is away."""

    def transact(
        self,
        sends: Sequence[Mapping[str, Any]],
        offsets: Mapping[TopicPartition, OffsetAndMetadata],
        group: ConsumerGroupMetadata,
        *,
        timeout: float,
    ) -> None:
        """Send the records (arguments of ``send``) and the group's offsets in one transaction.

        Raises the library's errors. After a KafkaTimeoutError the outcome is unknown until a successor with the same
        transactional id has been made; after any other error nothing is committed.
        """
        deadline = time.monotonic() + timeout
        manager = self._transaction_manager
        try:
            self.begin_transaction()
            for send in sends:
                self.send(**send)
            if offsets:
                self._await(manager.send_offsets_to_transaction(offsets, group), deadline)
            self._await(manager.begin_commit(), deadline)
        except KafkaTimeoutError:
            raise
        except KafkaError as error:
            # an error of the background thread comes back as a plain KafkaError around its text
            cause = manager.last_error
            if cause is None or cause is error:
                raise
            raise cause from error

    def abort(self, *, timeout: float) -> bool:
        """End the open transaction without effect. Returns False when that could not be confirmed."""
        with contextlib.suppress(KafkaError):
            self._await(self._transaction_manager.begin_abort(), time.monotonic() + timeout)
            return True
        return False

    def discard(self) -> None:
        """Let go of everything at once, whatever is under way."""
        discard(self)

    def _await(self, result: Any, deadline: float) -> None:
        self._sender.wakeup()
        if not result.wait(timeout_ms=max(0.0, deadline - time.monotonic()) * 1000):
            raise KafkaTimeoutError("the broker has not confirmed the transaction in time")


def discard(producer: KafkaProducer) -> None:
    """Let go of a producer at once. Its own ``close`` waits for records that will never be confirmed, and raises."""
    producer._unregister_cleanup()  # noqa: SLF001
    producer._sender.force_close()  # noqa: SLF001
    producer._sender.join(DISCARD_WAIT)  # noqa: SLF001
    producer._closed = True  # noqa: SLF001
