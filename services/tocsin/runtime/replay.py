"""Reading a topic from a time on to its end, once, beside the services that work on it."""

import time
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from tocsin.domain.errors import FencedError, TransientError
from tocsin.domain.record import Received
from tocsin.ports.bus import Bus

_POLL: Final = 1.0
_PATIENCE: Final = 60.0
"""Seconds to go on trying while the bus is not ready."""


def replay(bus: Bus, topic: str, group: str, since: datetime) -> Iterator[Received]:
    """The records of ``topic`` of ``since`` or later, up to those that are there when the end is reached.

    ``group`` is for this use only: it is moved to ``since`` first. Raises TransientError when the bus stays out of
    reach.
    """
    consumer = bus.consumer([topic], group)
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
        while True:
            batch = consumer.poll(_POLL)
            yield from (record for record in batch if record.time >= since)
            consumer.commit([])
            if not batch and bus.lag([topic], group)[topic] == 0:
                return
    finally:
        consumer.close()
