"""The poller end to end: a real HTTP server, a real store and a real bus."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY
from tests.integration.feed_server import Handler, Headers, answer
from tests.integration.poller_world import World, item, rss, until

from tocsin.adapters.sqlite.feeds import SqliteFeedStore
from tocsin.domain import codec
from tocsin.domain.article import Article
from tocsin.domain.errors import PermanentError, TransientError
from tocsin.domain.record import Record
from tocsin.ports.bus import Bus


def test_publishes_each_item_once_and_each_revision(world: World) -> None:
    world.server.paths["/f"] = answer("200 OK", rss(item("1", "one"), item("old", "old", timedelta(days=3))))
    world.watch("f")
    with world.polling(parsers=2):
        until(lambda: len(world.server.asked("/f")) >= 3)
        assert world.titles() == ["one"]
        world.server.paths["/f"] = answer("200 OK", rss(item("2", "two"), item("1", "one, corrected")))
        until(lambda: len(world.articles()) == 3)
    by_title = {article.title: article for article in world.articles()}
    assert by_title["one, corrected"].id == by_title["one"].id
    assert by_title["one, corrected"].revision == 2
    assert {record.headers["ce_id"] for record in world.records()} == {
        f"{article.id}/{article.revision}" for article in by_title.values()
    }
    assert all(record.key == codec.decode(Article, record.value).id for record in world.records())


def test_asks_conditionally_and_takes_304_for_an_answer(world: World) -> None:
    async def conditional(headers: Headers, writer: asyncio.StreamWriter) -> None:
        if headers.get("if-none-match") == '"1"':
            await answer("304 Not Modified")(headers, writer)
        else:
            await answer("200 OK", rss(item("1", "one")), 'ETag: "1"')(headers, writer)

    world.server.paths["/f"] = conditional
    world.watch("f")
    with world.polling():
        until(lambda: len(world.server.asked("/f")) >= 4)
    assert ["if-none-match" in headers for headers in world.server.asked("/f")[:4]] == [False, True, True, True]
    assert world.titles() == ["one"]
    assert world.store.health()[0].error is None


@pytest.mark.parametrize(
    ("handler", "said"),
    [
        (answer("200 OK", b"garbage"), "not-a-feed"),
        (answer("200 OK", b""), "not-a-feed"),
        (answer("500 Oops"), "status"),
        (answer("302 Found", b"", "Location: /f"), "redirects"),
        (answer("302 Found", b"", "Location: http://10.0.0.1/"), "address"),
    ],
)
def test_a_failing_feed_is_noted_and_recovers(world: World, handler: Handler, said: str) -> None:
    world.server.paths |= {"/f": handler, "/good": answer("200 OK", rss(item("g", "good")))}
    world.watch("f", "good")
    with world.polling(max_backoff=0.3):
        until(lambda: world.store.health()[0].errors >= 2)
        assert (world.store.health()[0].error or "").startswith(said)
        world.server.paths["/f"] = answer("200 OK", rss(item("1", "back")))
        until(lambda: world.titles() == ["back", "good"])
        until(lambda: world.store.health()[0].errors == 0)


def too_big() -> float:
    return REGISTRY.get_sample_value("tocsin_poll_failures_total", {"reason": "too-big"}) or 0.0


def test_a_document_beyond_the_limits_has_a_reason_of_its_own(world: World) -> None:
    heavy = "<x>" * 200_000
    world.server.paths |= {
        "/f": answer("200 OK", rss(item("1", "heavy").replace("</item>", f"<description>{heavy}"))),
        "/good": answer("200 OK", rss(item("g", "good"))),
    }
    world.watch("f", "good")
    before = too_big()
    with world.polling(parsers=1, parse_memory=20_000_000, parse_timeout=60.0):
        until(lambda: world.health("f").errors >= 1, seconds=30)
        until(lambda: world.titles() == ["good"])
    assert (world.health("f").error or "").startswith("too-big: ")
    assert world.health("f").track.down_reason == "too-big"
    assert too_big() > before


def test_retry_after_is_honoured(world: World) -> None:
    world.server.paths["/f"] = answer("429 Slow", b"", "Retry-After: 60")
    world.watch("f")
    with world.polling():
        until(lambda: world.store.health()[0].errors == 1)
    next_check = world.store.health()[0].next_check
    assert next_check is not None
    assert next_check > datetime.now(UTC) + timedelta(seconds=50)


def test_a_restart_brings_back_no_old_news(world: World) -> None:
    world.server.paths["/f"] = answer("200 OK", rss(item("1", "one")))
    world.watch("f")
    for _ in range(2):
        before = len(world.server.asked("/f"))
        with world.polling():
            until(lambda before=before: len(world.server.asked("/f")) >= before + 2)  # type: ignore[misc]
    assert world.titles() == ["one"]


def test_two_pollers_share_the_work(world: World) -> None:
    ids = [f"f{n}" for n in range(20)]
    for id in ids:
        world.server.paths[f"/{id}"] = answer("200 OK", rss(item(id, id)))
    world.watch(*ids, interval=60.0)
    with world.polling(), world.polling():
        until(lambda: all(feed.polled for feed in world.store.health()))
    assert sorted(path for path, _ in world.server.requests) == sorted(f"/{id}" for id in ids)
    assert world.titles() == sorted(ids)


class TroubledBus:
    """The real bus behind a line that fails: ``faults`` are raised by the next publishes, after writing if so asked.

    ``raised`` counts them.
    """

    def __init__(self, bus: Bus, faults: Sequence[Exception], *, after_writing: bool = False) -> None:
        self._bus = bus
        self.faults = list(faults)
        self.raised = 0
        self._after = after_writing

    def publish(self, records: Sequence[Record]) -> None:
        fault = self.faults.pop(0) if self.faults else None
        if fault is None or self._after:
            self._bus.publish(records)
        if fault is not None:
            self.raised += 1
            raise fault

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bus, name)


@pytest.mark.parametrize("after_writing", [False, True])
def test_a_bus_that_is_away_loses_nothing(world: World, after_writing: bool) -> None:
    world.server.paths["/f"] = answer("200 OK", rss(item("1", "one")))
    world.watch("f")
    bus: Any = TroubledBus(world.bus, [TransientError("bus is away")] * 100, after_writing=after_writing)
    with world.polling(bus=bus):
        until(lambda: world.heartbeat.problem == "bus is away")
        bus.faults.clear()
        until(lambda: world.store.health()[0].polled)
        until(lambda: world.heartbeat.problem is None)
    # what was written although the bus said it was not comes again with the same id
    assert {record.headers["ce_id"] for record in world.records()} == {f"{a.id}/1" for a in world.articles()}
    assert set(world.titles()) == {"one"}
    assert len(world.records()) == (bus.raised + 1 if after_writing else 1)


def test_nothing_is_remembered_before_it_is_published(world: World) -> None:
    world.server.paths["/f"] = answer("200 OK", rss(item("1", "one")))
    world.watch("f")
    bus: Any = TroubledBus(world.bus, [TransientError("bus is away")] * 100)
    with world.polling(bus=bus, lease=1.0):
        until(lambda: len(bus.faults) < 98)
    assert world.articles() == []
    assert world.store.health()[0].polled is None
    with world.polling():
        until(lambda: world.titles() == ["one"])


def test_an_article_that_can_never_be_taken_does_not_hold_up_the_others(world: World) -> None:
    world.server.paths["/f"] = answer("200 OK", rss(item("2", "two"), item("1", "one")))
    world.watch("f")
    bus: Any = TroubledBus(world.bus, [PermanentError("too large"), PermanentError("too large")])
    with world.polling(bus=bus):
        until(lambda: world.store.health()[0].polled)
        until(lambda: len(world.server.asked("/f")) >= 3)
    assert world.titles() == ["two"]


class TroubledStore:
    """The real store behind a line that fails."""

    def __init__(self, store: SqliteFeedStore, faults: int) -> None:
        self._store = store
        self.faults = faults

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)

        def call(*arguments: Any) -> Any:
            if self.faults > 0:
                self.faults -= 1
                raise TransientError("store is away")
            return method(*arguments)

        return call


def test_a_store_that_is_away_is_waited_for(world: World) -> None:
    world.server.paths["/f"] = answer("200 OK", rss(item("1", "one")))
    world.watch("f")
    troubled = TroubledStore(world.store, 1_000)
    real, world.store = world.store, troubled  # type: ignore[assignment]
    try:
        with world.polling():
            until(lambda: world.heartbeat.problem == "store is away")
            troubled.faults = 0
            until(lambda: world.titles() == ["one"])
            until(lambda: world.heartbeat.problem is None)
    finally:
        world.store = real


def test_stops_at_once_although_a_server_is_slow(world: World) -> None:
    async def slow(_: Headers, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(8)

    world.server.paths |= {"/slow": slow, "/f": answer("200 OK", rss(item("1", "one")))}
    world.watch("slow", "f")
    with world.polling(timeout=20.0):
        until(lambda: world.server.asked("/slow") and world.titles() == ["one"])
        began = time.monotonic()
    assert time.monotonic() - began < 3
    # the slow feed was neither held against it nor taken for read
    slow_feed = next(feed for feed in world.store.health() if feed.feed.id == "slow")
    assert (slow_feed.errors, slow_feed.polled) == (0, None)
