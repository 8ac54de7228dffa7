"""Records what came of claims, many in one write."""

import asyncio
from typing import Final

import structlog

from tocsin.domain.feed import FeedCheck
from tocsin.poller.patience import Patience
from tocsin.ports.feeds import FeedStore

log = structlog.get_logger()

_GATHER: Final = 0.02
"""Seconds to wait for more, so that a write and its trip through a thread are shared."""
_MOST: Final = 500


class Ledger:
    """Used on one event loop."""

    def __init__(self, store: FeedStore, patience: Patience) -> None:
        self._store = store
        self._patience = patience
        self._waiting: list[tuple[FeedCheck, asyncio.Future[bool]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def record(self, check: FeedCheck) -> bool:
        """Returns when it is remembered; False when the lease was lost. Raises StoppedError, and as the store does."""
        written: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((check, written))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        return await written

    async def _write(self) -> None:
        await asyncio.sleep(_GATHER)
        while self._waiting:
            batch, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
            await self._write_batch(batch)

    async def _write_batch(self, batch: list[tuple[FeedCheck, asyncio.Future[bool]]]) -> None:
        checks = [check for check, _ in batch]
        try:
            recorded = set(await self._patience.insist("records", lambda: self._store.record(checks)))
        except asyncio.CancelledError:
            for _, written in batch:
                written.cancel()
            raise
        except Exception as error:  # noqa: BLE001 - whoever waits for the record gets it
            if len(batch) > 1 and not self._patience.stopping:
                # one that the store can never take must not cost the others their place
                for one in batch:
                    await self._write_batch([one])
                return
            for _, written in batch:
                if not written.done():
                    written.set_exception(error)
            return
        for check, written in batch:
            if not written.done():
                written.set_result(check.feed in recorded)
