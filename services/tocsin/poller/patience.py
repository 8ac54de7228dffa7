"""Waiting for a bus or a store that is away, without holding up anything else."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import structlog

from tocsin.domain.errors import TransientError
from tocsin.poller.trouble import Trouble
from tocsin.runtime.retry import Backoff

log = structlog.get_logger()

T = TypeVar("T")


class StoppedError(Exception):
    """The poller stops; what was in hand is dropped, and its lease given back or left to end."""


class Patience:
    """Calls on the threads of ``io``, again and again until they work or ``stop`` was called. On one event loop."""

    def __init__(self, io: ThreadPoolExecutor, trouble: Trouble) -> None:
        self._io = io
        self._trouble = trouble
        self._stopping = asyncio.Event()

    @property
    def stopping(self) -> bool:
        """No more waiting."""
        return self._stopping.is_set()

    def stop(self) -> None:
        """Wait no longer for what is away; what works may still be called."""
        self._stopping.set()

    async def insist(self, where: str, call: Callable[[], T]) -> T:
        """The answer, as late as it comes. ``where`` names the caller in logs and for the heartbeat.

        Raises StoppedError, and what ``call`` raises beside TransientError.
        """
        backoff = Backoff()
        while True:
            try:
                answer = await asyncio.get_running_loop().run_in_executor(self._io, call)
            except TransientError as error:
                wait = backoff.next(error.retry_after)
                self._trouble.begins(where, str(error))
                log.warning("poller.waiting", where=where, reason=str(error), seconds=round(wait, 2))
                try:
                    await asyncio.wait_for(self._stopping.wait(), wait)
                except TimeoutError:
                    continue
                raise StoppedError from None
            except BaseException:
                self._trouble.over(where)
                raise
            self._trouble.over(where)
            return answer
