"""A server, a store and a bus, for pollers to run on."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from tests.integration.feed_server import FeedServer

from tocsin.adapters.http.fetcher import AiohttpFetcher
from tocsin.adapters.sqlite.bus import SqliteBus
from tocsin.adapters.sqlite.feeds import SqliteFeedStore
from tocsin.domain import codec
from tocsin.domain.article import Article
from tocsin.domain.feed import Feed, FeedHealth
from tocsin.domain.record import ARTICLES, Received
from tocsin.poller.service import Poller
from tocsin.ports.bus import Bus
from tocsin.ports.clock import system_clock
from tocsin.ports.push import Hub
from tocsin.runtime.health import Heartbeat
from tocsin.settings.schema import BusSettings, PollerSettings


def item(guid: str, title: str, age: timedelta = timedelta(minutes=5)) -> str:
    date = format_datetime(datetime.now(UTC) - age)
    return f"<item><guid isPermaLink='false'>{guid}</guid><title>{title}</title><pubDate>{date}</pubDate></item>"


def rss(*items: str) -> bytes:
    return f"<rss version='2.0'><channel><title>T</title>{''.join(items)}</channel></rss>".encode()


class World:
    """A server, a store and a bus; pollers run on it."""

    def __init__(self, folder: Path, server: FeedServer) -> None:
        self.server = server
        self.store = SqliteFeedStore(folder / "state.db")
        self.bus = SqliteBus(folder / "bus.db", BusSettings(), instance="t", clock=system_clock)
        self.bus.create_topics()
        self.heartbeat = Heartbeat("poller")

    def watch(self, *ids: str, interval: float = 0.2) -> None:
        feeds = [
            Feed(id=id, url=self.server.url(f"/{id}"), source=id, interval=timedelta(seconds=interval)) for id in ids
        ]
        self.store.sync(feeds, datetime.now(UTC))

    @contextmanager
    def polling(self, bus: Bus | None = None, hub: Hub | None = None, **changes: Any) -> Iterator[None]:
        given: dict[str, Any] = {"allow_private": ("127.0.0.0/8",), "timeout": 5.0, "parsers": 0}
        settings = PollerSettings(**given | changes)
        poller = Poller(
            store=self.store,
            fetcher=AiohttpFetcher(settings),
            bus=bus or self.bus,
            settings=settings,
            clock=system_clock,
            heartbeat=self.heartbeat,
            hub=hub,
        )
        stop = threading.Event()
        thread = threading.Thread(target=poller.run, args=(stop,))
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(15)
            assert not thread.is_alive()

    def health(self, feed: str) -> FeedHealth:
        found = self.store.look_up(feed)
        assert found is not None
        return found

    def set_back(self, feed: str, by: timedelta) -> None:
        """As if all that happened to this feed had happened so much earlier."""
        with self.store._database.write() as connection:
            connection.execute(
                "UPDATE feeds SET polled = polled - ?1, next_check = next_check - ?1 WHERE id = ?2",
                (by // timedelta(microseconds=1), feed),
            )

    def records(self) -> list[Received]:
        reader = self.bus.consumer([ARTICLES], f"test-{time.monotonic_ns()}")
        found: list[Received] = []
        while batch := reader.poll(0.2):
            found += batch
        reader.close()
        return found

    def articles(self) -> list[Article]:
        return [codec.decode(Article, record.value) for record in self.records()]

    def titles(self) -> list[str]:
        return sorted(article.title for article in self.articles())


def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "not in time"
        time.sleep(0.05)
