"""The looks in hand."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, Final

from tocsin.domain.feed import ClaimedFeed

_STEP: Final = 0.2
"""Seconds between two glances at the stop event, which is of threads and cannot be waited for here."""


class Crew:
    """A task for each feed in hand. Used on one event loop."""

    def __init__(self, work: Callable[[ClaimedFeed], Coroutine[Any, Any, None]]) -> None:
        self._work = work
        self._tasks: set[asyncio.Task[None]] = set()
        self._done = asyncio.Event()
        self._enough = -1

    @property
    def size(self) -> int:
        """How many are in hand."""
        return len(self._tasks)

    def take(self, claimed: Iterable[ClaimedFeed]) -> None:
        """Begin to look at these."""
        for feed in claimed:
            task = asyncio.create_task(self._work(feed))
            self._tasks.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if len(self._tasks) <= self._enough:
            self._done.set()

    async def pause(self, seconds: float, stop: threading.Event, enough: int | None) -> None:
        """Until so many seconds have passed, ``stop`` is set, or only ``enough`` are still in hand."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        self._done.clear()
        self._enough = -1 if enough is None else enough
        if enough is not None and self.size <= enough:
            return
        while not stop.is_set() and not self._done.is_set() and (left := end - loop.time()) > 0:
            try:
                async with asyncio.timeout(min(left, _STEP)):
                    await self._done.wait()
            except TimeoutError:
                continue

    async def finish(self, grace: float) -> None:
        """Wait for those in hand, but no longer than ``grace`` seconds."""
        if self._tasks:
            tasks = set(self._tasks)
            _, late = await asyncio.wait(tasks, timeout=grace)
            for task in late:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
