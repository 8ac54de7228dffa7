"""The bus: named logs of records, read by groups of consumers."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from tocsin.domain.record import Received, Record


class Consumer(Protocol):
    """One member of a group. Used by one thread only.

    Members of a group share the topics' partitions; every partition has one reader at a time. Records of one
    key are in one partition and are read in the order in which they were published. Other groups read on
    their own. When a member dies, the others take over what it had not committed.
    """

    def poll(self, timeout: float) -> Sequence[Received]:
        """The next records, as soon as there are some; empty after ``timeout`` seconds without any.

        Successive polls go on where the last one ended; nothing is skipped. Only records of committed
        transactions are seen. A new group begins at the start of the log.

        Raises TransientError while the bus is out of reach, FencedError when the group has moved on without
        this member; call ``rewind`` after either and poll again.
        """
        ...

    def commit(self, outputs: Sequence[Record]) -> None:
        """Publish ``outputs`` and mark everything polled so far as done, atomically: all of it or nothing.

        With nothing polled since the last commit and no outputs it does nothing.

        Raises FencedError when another member has taken over (nothing was committed), TransientError when the
        bus is out of reach. After either, call ``rewind`` before the next poll: what was polled may be
        delivered again, here or elsewhere, unless it turns out to have been committed.
        """
        ...

    def rewind(self) -> None:
        """Forget what was polled since the last commit: the next poll begins there again.

        Raises TransientError while the bus is out of reach.
        """
        ...

    def seek(self, at: datetime) -> None:
        """Go on with the first record of ``at`` or later (by record time) in every partition; forgets what was polled.

        For replay: the group's position moves with the next commit. Raises TransientError.
        """
        ...

    def close(self) -> None:
        """Leave the group at once, so that others take over without waiting. Never raises; idempotent."""
        ...


class Bus(Protocol):
    """Access to the topics of one deployment. Thread-safe."""

    def create_topics(self) -> None:
        """Make the topics that are missing, as the settings say; leave those that exist. Idempotent, safe to race.

        Raises TransientError while the bus is out of reach, ConfigurationError when it refuses the settings.
        """
        ...

    def publish(self, records: Sequence[Record]) -> None:
        """Append the records; returns when they are durable.

        Records of one key keep their order. Raises TransientError when that could not be confirmed: some
        records may have been written, so publish the same ones again (their ids make that harmless).
        PermanentError when a record can never be taken (too large).
        """
        ...

    def consumer(self, topics: Sequence[str], group: str) -> Consumer:
        """A new member of ``group`` reading ``topics``. Joins with the first poll. Does not block."""
        ...

    def read(self, topic: str, since: datetime | None = None) -> Iterator[Received]:
        """The records of ``topic``, of ``since`` or later (by record time) if given, up to the last one that was there
        when the reading began. Beside all groups, without a trace.

        Those of one partition come in their order; only those of committed transactions come. A topic that was not made
        yet holds none. Raises TransientError.
        """
        ...

    def lag(self, topics: Sequence[str], group: str) -> Mapping[str, int]:
        """Topic → records that the group has not committed yet; all of them where it never committed.

        A commit shows a moment after it has been confirmed. Raises TransientError.
        """
        ...

    def close(self) -> None:
        """Flush and let go of all connections. Never raises; idempotent. Close consumers first."""
        ...
