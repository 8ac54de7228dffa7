"""Getting ready: what must have happened once before the services begin."""

import threading
from collections.abc import Callable

import structlog

from tocsin.domain.errors import TransientError
from tocsin.runtime.health import Heartbeat
from tocsin.runtime.retry import Backoff

log = structlog.get_logger()


def until_ready(prepare: Callable[[], None], stop: threading.Event, heartbeat: Heartbeat) -> bool:
    """Call ``prepare`` until it raises no TransientError. Returns False when told to stop first."""
    backoff = Backoff()
    while not stop.is_set():
        try:
            prepare()
        except TransientError as error:
            wait = backoff.next(error.retry_after)
            heartbeat.beat(problem=str(error))
            log.warning("startup.waiting", reason=str(error), seconds=round(wait, 2))
            stop.wait(wait)
        else:
            return True
    return False
