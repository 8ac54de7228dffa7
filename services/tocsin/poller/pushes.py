"""Feeds that are pushed: asks hubs, hears them, and turns what they tell into articles at once."""

import asyncio
import secrets
from collections.abc import Callable, Coroutine, Mapping
from datetime import timedelta
from functools import partial
from typing import Any, Final

import structlog

from tocsin.domain.errors import PermanentError, TransientError
from tocsin.domain.feed import ClaimedFeed, FeedCheck, Push, Track
from tocsin.poller import subscription
from tocsin.poller.ledger import Ledger
from tocsin.poller.metrics import PUSHES
from tocsin.poller.parsed import NotAFeedError
from tocsin.poller.patience import Patience, StoppedError
from tocsin.poller.reader import Reader
from tocsin.ports.clock import Clock
from tocsin.ports.feeds import FeedStore
from tocsin.ports.push import Hub, HubError, HubNotice
from tocsin.settings.schema import PollerSettings

log = structlog.get_logger()

_RETRY: Final = 0.05
"""Seconds between two attempts to have a feed that is being polled just now."""
_MOST: Final = 200
"""Pushes in hand; beyond, hubs are told to come again."""
_ASKING: Final = 4
"""Requests to hubs at a time: most feeds have the same few."""


class Pushes:
    """Implements ports.push.HubListener, on one event loop."""

    def __init__(
        self,
        *,
        hub: Hub,
        store: FeedStore,
        reader: Reader,
        ledger: Ledger,
        patience: Patience,
        settings: PollerSettings,
        clock: Clock,
    ) -> None:
        self._hub = hub
        self._store = store
        self._reader = reader
        self._ledger = ledger
        self._patience = patience
        self._settings = settings
        self._clock = clock
        self._asking = asyncio.Semaphore(_ASKING)
        self._told = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Begin to hear hubs."""
        await self._hub.start(self)
        self._spawn(self._leave())

    async def finish(self, grace: float) -> None:
        """Hear no more; wait for what was told, but no longer than ``grace`` seconds."""
        await self._hub.close()
        if self._tasks:
            _, late = await asyncio.wait(set(self._tasks), timeout=grace)
            for task in late:
                task.cancel()

    def slow(self, claimed: ClaimedFeed) -> float | None:
        """Seconds until the next look, when the feed's push works."""
        return subscription.slow(claimed.push, self._settings.websub, self._clock())

    def looked(self, claimed: ClaimedFeed, track: Track, url: str, *, news: bool) -> None:
        """After a good look: asks the feed's hub, if it is time, and notes when it kept news to itself."""
        now = self._clock()
        if news and claimed.push is not None and subscription.slow(claimed.push, self._settings.websub, now):
            # polls are rare here: a hub that does its work leaves them nothing to find
            self._spawn(self._note(claimed.feed.id, subscription.missed))
        wish = subscription.request(
            track, url, claimed.push, settings=self._settings.websub, now=now, secret=secrets.token_hex(32)
        )
        if wish is not None:
            self._spawn(self._ask(claimed.feed.id, wish))

    async def _ask(self, feed: str, push: Push) -> None:
        # first remembered, for the hub may come to verify before it has answered
        await self._call(feed, lambda: self._store.set_push(feed, push))
        try:
            async with self._asking:
                await self._hub.subscribe(feed, subscription.key(push), push, self._settings.websub.lease)
            PUSHES.labels("asked").inc()
        except HubError as error:
            PUSHES.labels("failed").inc()
            log.warning("push.failed", feed=feed, hub=push.hub, reason=str(error))

    async def _leave(self) -> None:
        """Tell hubs of feeds that left the settings to stop. Once: what they still tell is answered with 410."""
        abandoned: Mapping[str, Push] = await self._call("pushes", self._store.abandoned)
        for feed, push in abandoned.items():
            await self._call(feed, partial(self._store.set_push, feed, None))
            if push.until is None or push.until <= self._clock():
                continue
            try:
                async with self._asking:
                    await self._hub.unsubscribe(feed, subscription.key(push), push)
            except HubError as error:
                PUSHES.labels("failed").inc()
                log.warning("push.failed", feed=feed, hub=push.hub, reason=str(error))
            else:
                PUSHES.labels("left").inc()
                log.info("push.left", feed=feed, hub=push.hub)

    async def _note(self, feed: str, change: Callable[[Push], Push]) -> None:
        push = await self._push(feed)
        if push is not None:
            await self._call(feed, lambda: self._store.set_push(feed, change(push)))

    async def _push(self, feed: str) -> Push | None:
        found = await self._call(feed, lambda: self._store.look_up(feed))
        return found.push if found else None

    async def _call(self, feed: str, call: Callable[[], Any]) -> Any:
        return await self._patience.insist(feed, call)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(_contained(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def noticed(self, feed: str, key: str, notice: HubNotice) -> bool:
        """See the port."""
        push = await self._push(feed)
        if push is None or not subscription.is_key(push, key):
            # what we no longer know may go
            return notice.mode == "unsubscribe"
        if notice.topic != push.topic:
            return False
        if notice.mode == "denied":
            PUSHES.labels("denied").inc()
            log.warning("push.denied", feed=feed, hub=push.hub, reason=notice.reason)
            changed = subscription.denied(push, notice.reason)
        elif notice.mode == "subscribe":
            PUSHES.labels("granted").inc()
            changed = subscription.granted(push, notice.lease, self._settings.websub, self._clock())
            log.info("push.granted", feed=feed, hub=push.hub, until=str(changed.until))
        else:
            return False
        await self._call(feed, lambda: self._store.set_push(feed, changed))
        return True

    async def knows(self, feed: str, key: str) -> bool:
        """See the port."""
        return subscription.is_key(await self._push(feed), key)

    async def told(self, feed: str, body: bytes, content_type: str | None, signature: str | None) -> bool:
        """See the port."""
        if self._told >= _MOST or self._patience.stopping:
            raise TransientError("too much at once")
        push = await self._push(feed)
        if push is None or not subscription.is_genuine(push, body, signature):
            PUSHES.labels("forged").inc()
            log.warning("push.forged", feed=feed, signature=bool(signature))
            return False
        PUSHES.labels("told").inc()
        self._spawn(self._take(feed, push.topic, body, content_type))
        return True

    async def _take(self, feed: str, topic: str, body: bytes, content_type: str | None) -> None:
        self._told += 1
        try:
            async with asyncio.timeout(self._settings.lease):
                await self._read(feed, topic, body, content_type)
        finally:
            self._told -= 1

    async def _read(self, feed: str, topic: str, body: bytes, content_type: str | None) -> None:
        claimed = await self._claim(feed)
        if claimed is None:
            return
        now = self._clock()
        try:
            news, _ = await self._reader.document(claimed, body, content_type=content_type, url=topic, ended=None)
        except NotAFeedError:
            # a hub that only rings: look for ourselves, at once
            check = FeedCheck(feed=feed, token=claimed.token, at=now, next_check=now, outcome="released")
        else:
            check = FeedCheck(
                feed=feed,
                token=claimed.token,
                at=now,
                next_check=claimed.due,
                outcome="pushed",
                track=claimed.track,
                items=dict(news.items),
            )
        await self._ledger.record(check)
        await self._note(feed, partial(subscription.heard, now=self._clock()))

    async def _claim(self, feed: str) -> ClaimedFeed | None:
        lease = timedelta(seconds=self._settings.lease)
        end = self._clock() + lease / 2
        while (now := self._clock()) < end:
            found = await self._call(feed, lambda now=now: self._store.claim(feed, now, lease))  # type: ignore[misc]
            if found is not None:
                claimed: ClaimedFeed = found
                return claimed
            await asyncio.sleep(_RETRY)
        log.warning("push.dropped", feed=feed, reason="the feed is being polled, or is not watched any more")
        return None


async def _contained(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except (StoppedError, TimeoutError):
        return
    except PermanentError as error:
        log.error("push.dropped", reason=str(error))  # noqa: TRY400 - the reason says it
    except Exception:
        # as with looks: a mistake on one feed must not stop the others
        log.exception("push.dropped", reason="unexpected error")
