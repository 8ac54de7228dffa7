"""Reading a topic from a time on to its end, once, beside the services that work on it."""

import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from tocsin.domain.errors import FencedError, TransientError
from tocsin.domain.record import Received
from tocsin.ports.bus import Bus

_POLL: Final = 1.0
_SILENT: Final = 3
"""Polls without a record after which the end is reached, also where there was nothing to commit."""
_PATIENCE: Final = 60.0
"""Seconds to go on trying while the bus is not ready."""


def replay(bus: Bus, topic: str, group: str, since: datetime) -> Iterator[Received]:
    """The records of ``topic`` of ``since`` or later, up to those that are there when the end is reached.

    ``group`` is for this use only: it is moved to ``since`` first. Raises TransientError when the bus stays out of
    reach.
    """
    consumer = bus.consumer([topic], group)
    batch: Sequence[Received] = ()
    deadline = time.monotonic() + _PATIENCE
    try:
        while True:
            try:
                # what is given out again meanwhile has not been looked at: from the beginning, then
                consumer.seek(since)
                break
            except (FencedError, TransientError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
                consumer.rewind()
        silent = 0
        while silent < _SILENT and (batch or not silent or bus.lag([topic], group)[topic]):
            batch = consumer.poll(_POLL)
            silent = 0 if batch else silent + 1
            yield from (record for record in batch if record.time >= since)
            consumer.commit([])
    finally:
        consumer.close()
