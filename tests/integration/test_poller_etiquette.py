"""What a good guest does, and what it believes: the poller against a server that plays every rule."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import REGISTRY
from tests.integration.feed_server import Handler, Headers, answer
from tests.integration.poller_world import World, item, rss, until

from tocsin.domain.feed import Feed
from tocsin.settings.schema import DomainSettings


def in_turn(*handlers: Handler) -> Handler:
    """One handler after the other; the last goes on."""
    left = list(handlers)

    async def handle(headers: Headers, writer: asyncio.StreamWriter) -> None:
        await (left.pop(0) if len(left) > 1 else left[0])(headers, writer)

    return handle


def wait_of(world: World, feed: str) -> float:
    """Seconds from the last good look to the next."""
    health = world.health(feed)
    assert health.polled is not None
    assert health.next_check is not None
    return (health.next_check - health.polled).total_seconds()


def polls(outcome: str) -> float:
    return REGISTRY.get_sample_value("tocsin_polls_total", {"outcome": outcome}) or 0.0


def test_a_new_etag_on_an_unchanged_body_is_the_one_that_is_echoed(world: World) -> None:
    body = rss(item("1", "one"))
    world.server.paths["/f"] = in_turn(*(answer("200 OK", body, f'ETag: W/"{n}" ') for n in range(1, 6)))
    world.watch("f")
    read, unread = polls("new"), polls("unchanged")
    with world.polling():
        until(lambda: len(world.server.asked("/f")) >= 4)
    # the same bytes are not parsed again
    assert polls("new") - read == 1
    assert polls("unchanged") - unread >= 2
    echoed = [headers.get("if-none-match") for headers in world.server.asked("/f")[:4]]
    assert echoed == [None, 'W/"1"', 'W/"2"', 'W/"3"']
    assert world.titles() == ["one"]
    assert all("if-modified-since" not in headers for headers in world.server.asked("/f"))


def test_a_month_of_freshness_is_not_obeyed(world: World) -> None:
    for id, header in {
        "age": "Cache-Control: max-age=2592000",
        "expires": "Expires: Fri, 01 Jan 2100 00:00:00 GMT",
    }.items():
        world.server.paths[f"/{id}"] = answer("200 OK", rss(item("1", "one")), header)
    world.server.paths["/plain"] = answer("200 OK", rss(item("1", "one")))
    feeds = [Feed(id=id, url=world.server.url(f"/{id}"), source=id) for id in ("age", "expires", "plain")]
    world.store.sync(feeds, datetime.now(UTC))
    with world.polling(interval=100.0, max_interval=250.0):
        until(lambda: all(feed.polled for feed in world.store.health()))
    assert 220 < wait_of(world, "age") < 280
    assert 220 < wait_of(world, "expires") < 280
    assert wait_of(world, "plain") < 220


def test_a_document_that_asks_for_patience_gets_some(world: World) -> None:
    body = rss(item("1", "one")).replace(b"<title>T", b"<ttl>3</ttl><title>T")
    world.server.paths["/f"] = answer("200 OK", body)
    world.store.sync([Feed(id="f", url=world.server.url("/f"), source="F")], datetime.now(UTC))
    with world.polling(interval=100.0):
        until(lambda: world.health("f").polled)
    assert 160 < wait_of(world, "f") < 200


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
@pytest.mark.parametrize("as_date", [False, True])
def test_retry_after_in_seconds_and_as_a_date(world: World, status: str, as_date: bool) -> None:
    now = datetime.now(UTC)
    lines = ["Retry-After: 600"]
    if as_date:
        # by a clock that is a day behind
        lines = [
            f"{name}: {at:%a, %d %b %Y %H:%M:%S} GMT"
            for name, at in (
                ("Date", now - timedelta(days=1)),
                ("Retry-After", now - timedelta(days=1) + timedelta(minutes=10)),
            )
        ]
    world.server.paths["/f"] = answer(status, b"", *lines)
    world.watch("f")
    with world.polling():
        until(lambda: world.health("f").errors == 1)
    next_check = world.health("f").next_check
    assert next_check is not None
    assert 590 < (next_check - now).total_seconds() < 680


def test_one_busy_feed_does_not_shut_out_the_others_of_its_host(world: World) -> None:
    world.server.paths |= {
        "/busy": answer("429 Slow", b"", "Retry-After: 3600"),
        "/good": answer("200 OK", rss(item("1", "one"))),
    }
    world.watch("busy", "good", interval=0.2)
    with world.polling():
        until(lambda: world.health("busy").errors == 1)
        before = len(world.server.asked("/good"))
        until(lambda: len(world.server.asked("/good")) > before + 1)


def test_a_permanent_redirect_is_adopted_after_proof_and_noted(world: World) -> None:
    world.server.paths |= {
        "/f": answer("301 Moved", b"", "Location: /g"),
        "/g": answer("308 Moved", b"", "Location: /h"),
        "/h": answer("200 OK", rss(item("1", "one")), 'ETag: "1"'),
    }
    world.watch("f")
    with world.polling():
        until(lambda: world.health("f").track.url)
        assert world.health("f").track.url == world.server.url("/h")
        asked = len(world.server.asked("/f"))
        until(lambda: len(world.server.asked("/h")) >= asked + 2)
    assert len(world.server.asked("/f")) == asked == 3
    assert world.titles() == ["one"]


def test_a_temporary_redirect_is_followed_for_ever(world: World) -> None:
    world.server.paths |= {
        "/f": answer("302 Found", b"", "Location: /g"),
        "/g": answer("200 OK", rss(item("1", "one"))),
    }
    world.watch("f")
    with world.polling():
        until(lambda: len(world.server.asked("/g")) >= 6)
    assert world.health("f").track.url is None


def test_an_adopted_address_that_dies_is_given_up_for_the_first(world: World) -> None:
    world.server.paths |= {
        "/f": answer("301 Moved", b"", "Location: /g"),
        "/g": answer("200 OK", rss(item("1", "one"))),
    }
    world.watch("f")
    with world.polling(max_backoff=0.3):
        until(lambda: world.health("f").track.url)
        world.server.paths |= {"/g": answer("404 Not Found"), "/f": answer("200 OK", rss(item("2", "two")))}
        until(lambda: "two" in world.titles())
    assert world.health("f").track.url is None


def test_gone_twice_is_gone_until_someone_asks(world: World) -> None:
    world.server.paths["/f"] = answer("410 Gone")
    world.watch("f")
    with world.polling(max_backoff=0.3):
        until(lambda: world.health("f").next_check is None)
        assert len(world.server.asked("/f")) == 2
        assert world.health("f").state == "disabled"
        assert "410" in (world.health("f").track.disabled or "")
        world.server.paths["/f"] = answer("200 OK", rss(item("1", "one")))
        time.sleep(0.5)
        assert len(world.server.asked("/f")) == 2
        world.store.wake(["f"], datetime.now(UTC))
        until(lambda: world.titles() == ["one"])
        until(lambda: world.health("f").state == "ok")


def test_gone_once_may_be_a_mistake(world: World) -> None:
    world.server.paths["/f"] = in_turn(answer("410 Gone"), answer("200 OK", rss(item("1", "one"))))
    world.watch("f")
    with world.polling(max_backoff=0.3):
        until(lambda: world.titles() == ["one"])
    assert world.health("f").track.gone == 0


def test_a_feed_that_was_down_leaves_a_gap_and_its_items_are_late(world: World) -> None:
    world.server.paths["/f"] = answer("200 OK", rss(item("1", "one")))
    world.watch("f")
    with world.polling(max_backoff=0.3):
        until(lambda: world.health("f").polled)
        world.server.paths["/f"] = answer("503 Busy")
        until(lambda: world.health("f").errors >= 2)
        time.sleep(1.0)  # dates in feeds are whole seconds
        missed = item("2", "missed", timedelta(0))
        old = item("3", "old", timedelta(hours=2))
        world.server.paths["/f"] = answer("200 OK", rss(missed, old, item("1", "one")))
        until(lambda: world.health("f").errors == 0)
        world.server.paths["/f"] = answer("200 OK", rss(item("4", "in time", timedelta(0)), missed, old))
        until(lambda: "in time" in world.titles())
    assert {article.title: article.late for article in world.articles()} == {
        "one": False, "missed": True, "old": False, "in time": False,
    }  # fmt: skip
    (gap,) = world.store.gaps(datetime.now(UTC) - timedelta(hours=1))
    assert (gap.feed, gap.reason, gap.late) == ("f", "status 503", 1)
    assert timedelta(seconds=0.5) < gap.until - gap.since < timedelta(seconds=30)


def test_a_poller_that_was_away_leaves_a_gap_too(world: World) -> None:
    world.server.paths["/f"] = answer("200 OK", rss(item("1", "one")))
    world.watch("f", interval=0.2)
    with world.polling():
        until(lambda: world.health("f").polled)
    # as if that had been an hour ago
    hour = timedelta(hours=1)
    before = world.health("f")
    assert before.polled is not None
    world.set_back("f", hour)
    world.server.paths["/f"] = answer("200 OK", rss(item("2", "meanwhile"), item("1", "one")))
    with world.polling(interval=1.0):
        until(lambda: "meanwhile" in world.titles())
        until(lambda: world.store.gaps(datetime.now(UTC) - hour))
    (gap,) = world.store.gaps(datetime.now(UTC) - hour)
    assert (gap.reason, gap.late) == ("not polled", 1)


def test_an_outage_of_ours_is_not_held_against_the_feeds(world: World) -> None:
    port = world.server.port
    # the same port of other loopback addresses: nobody listens there
    feeds = [
        Feed(id=f"f{n}", url=f"http://127.0.0.{n}:{port}/f", source="F", interval=timedelta(seconds=0.3))
        for n in range(2, 7)
    ]
    world.store.sync(feeds, datetime.now(UTC))
    with world.polling():
        until(lambda: all((feed.error or "").startswith("outage") for feed in world.store.health()), seconds=20)
        time.sleep(1.0)
        assert max(feed.errors for feed in world.store.health()) <= 1
        assert all(feed.next_check for feed in world.store.health())


def test_feeds_that_wait_for_their_host_do_not_keep_others_waiting(world: World) -> None:
    async def slow(_: Headers, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.5)
        await answer("200 OK", rss(item("1", "one")))(_, writer)

    feeds = []
    for n in range(12):
        world.server.paths[f"/slow{n}"] = slow
        feeds.append(Feed(id=f"slow{n}", url=world.server.url(f"/slow{n}"), source="S", interval=timedelta(hours=1)))
    world.store.sync(feeds, datetime.now(UTC))
    world.server.paths["/other"] = answer("200 OK", rss(item("1", "one")))
    rules = {"127.0.0.1": DomainSettings(parallel=1)}
    with world.polling(concurrency=3, domains=rules):
        until(lambda: world.server.requests)
        other = Feed(id="other", url=world.server.url("/other", "localhost"), source="O")
        world.store.sync([*feeds, other], datetime.now(UTC))
        until(lambda: world.health("other").polled)
        assert sum(1 for feed in world.store.health() if feed.polled is None) >= 4


def test_a_domain_with_a_long_queue_gives_its_feeds_back(world: World) -> None:
    feeds = []
    for n in range(8):
        world.server.paths[f"/f{n}"] = answer("200 OK", rss(item("1", "one")))
        feeds.append(Feed(id=f"f{n}", url=world.server.url(f"/f{n}"), source="S", interval=timedelta(hours=1)))
    world.store.sync(feeds, datetime.now(UTC))
    rules = {"127.0.0.1": DomainSettings(parallel=1, delay=0.4)}
    with world.polling(lease=8.0, domains=rules):
        until(lambda: all(feed.polled for feed in world.store.health()), seconds=30)
    assert len(world.server.requests) == 8
    assert all(feed.errors == 0 for feed in world.store.health())


def test_shorter_intervals_count_from_the_next_start(world: World) -> None:
    world.server.paths["/f"] = answer("200 OK", rss(item("1", "one")))
    world.store.sync([Feed(id="f", url=world.server.url("/f"), source="F")], datetime.now(UTC))
    with world.polling(interval=3_600.0):
        until(lambda: world.health("f").polled)
    first = len(world.server.asked("/f"))
    with world.polling(interval=3_600.0):
        time.sleep(0.6)
    assert len(world.server.asked("/f")) == first
    with world.polling(interval=60.0):
        until(lambda: len(world.server.asked("/f")) > first)
