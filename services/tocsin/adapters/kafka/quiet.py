"""Keeps the client library's logs readable while a broker is away: it says the same hundreds of times."""

import logging
import threading
import time
from typing import Final

EVERY: Final = 30.0
"""Seconds within which one message is logged once."""


class Quiet(logging.Filter):
    """Lets each message through once in a while, as a warning at most and without its traceback.

    What matters to the operator is raised to the services, which log it themselves.
    """

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._logged: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is logged."""
        if record.levelno < logging.WARNING:
            return False
        # the place names the message: its text often carries a counter or an address
        place = (record.pathname, str(record.lineno))
        now = time.monotonic()
        with self._lock:
            if now - self._logged.get(place, -EVERY) < EVERY:
                return False
            self._logged[place] = now
        if record.exc_info and record.exc_info[1] is not None:
            record.msg = f"{record.getMessage()} ({record.exc_info[1]!r})"
            record.args = ()
        record.exc_info = None
        record.exc_text = None
        record.levelno, record.levelname = logging.WARNING, "WARNING"
        return True


_quiet: Final = Quiet()


def hush() -> None:
    """Put the filter on every logger of the library. Idempotent."""
    # a filter of a parent does not see its children's records
    for name, logger in logging.root.manager.loggerDict.items():
        if name.split(".")[0] == "kafka" and isinstance(logger, logging.Logger):
            logger.addFilter(_quiet)
