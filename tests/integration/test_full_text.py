"""Articles behind the links, for feeds that ask for them: a real server, store and bus."""

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from tests.integration.feed_server import Headers, answer
from tests.integration.poller_world import World, until

from tocsin.domain.feed import Feed
from tocsin.poller import full_text

pytest.importorskip("trafilatura")

WORDS = "The ministry will license exports of chips again from the first of next month, it said on Tuesday. "
PAGE = (
    f"<html><head><title>T</title></head><body><nav><a href='/'>Menu</a></nav><article><h1>T</h1><p>{WORDS * 3}</p>"
    f"<p>{WORDS * 3}</p></article><footer>Imprint</footer></body></html>"
).encode()


def watch(world: World, *paths: str, full: bool = True) -> None:
    date = format_datetime(datetime.now(UTC) - timedelta(minutes=5))
    items = "".join(
        f"<item><title>{path}</title><link>{world.server.url(path)}</link><pubDate>{date}</pubDate></item>"
        for path in paths
    )
    body = f"<rss version='2.0'><channel><title>T</title>{items}</channel></rss>".encode()
    world.server.paths["/feed"] = answer("200 OK", body)
    feed = Feed(id="f", url=world.server.url("/feed"), source="F", full_text=full, interval=timedelta(hours=1))
    world.store.sync([feed], datetime.now(UTC))


@pytest.mark.parametrize("parsers", [0, 1])
def test_articles_carry_the_text_behind_the_link(world: World, parsers: int) -> None:
    world.server.paths["/page"] = answer("200 OK", PAGE, "Content-Type: text/html")
    watch(world, "/page", "/missing")
    with world.polling(parsers=parsers):
        until(lambda: len(world.articles()) == 2, 30)
    contents = {article.title: article.content for article in world.articles()}
    assert "license exports of chips" in contents["/page"]
    assert "Imprint" not in contents["/page"]
    assert contents["/missing"] == ""


def test_feeds_that_do_not_ask_are_left_alone(world: World) -> None:
    world.server.paths["/page"] = answer("200 OK", PAGE)
    watch(world, "/page", full=False)
    with world.polling():
        until(world.articles)
    assert world.server.asked("/page") == []


def test_a_slow_page_holds_nothing_up_for_long(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def slow(_: Headers, __: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr(full_text, "PATIENCE", 0.5)
    world.server.paths["/slow"] = slow
    watch(world, "/slow")
    with world.polling(timeout=20.0):
        until(lambda: world.titles() == ["/slow"], 15)


def test_pages_inside_the_network_are_not_fetched(world: World) -> None:
    world.server.paths["/page"] = answer("200 OK", PAGE)
    watch(world, "/page")
    feed = Feed(
        id="f",
        url=world.server.url("/feed", host="localhost"),
        source="F",
        full_text=True,
        interval=timedelta(hours=1),
    )
    world.store.sync([feed], datetime.now(UTC))
    # the feed's host is allowed by name, the address that its item links to is not
    with world.polling(allow_private=("localhost",)):
        until(lambda: world.titles() == ["/page"], 15)
    assert world.server.asked("/page") == []
