"""Parsing in processes of their own, with real processes."""

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tocsin.poller.parse import parse_feed
from tocsin.poller.parsed import NotAFeedError, ParsedFeed
from tocsin.poller.parser_pool import ParserError, ParserPool, _Process
from tocsin.poller.parser_process import Answer

FEEDS = Path(__file__).parents[1] / "data" / "feeds"
RSS = (FEEDS / "rss.xml").read_bytes()
NESTED = b"<rss version='2.0'><channel><item><title>deep</title><description>" + b"<x>" * 200_000


def parsed(pool: ParserPool, body: bytes) -> ParsedFeed:
    return pool.parse(body, content_type=None, url="https://e.org/")


@pytest.fixture
def pool() -> Iterator[ParserPool]:
    with ParserPool(size=2, timeout=60, memory=500_000_000) as made:
        yield made


def pids(pool: ParserPool) -> list[int]:
    return [process._child.pid for process in pool._running]


def test_says_the_same_as_parsing_here(pool: ParserPool) -> None:
    for name in ("rss.xml", "atom.xml", "rdf.xml", "feed.json"):
        body = (FEEDS / name).read_bytes()
        assert parsed(pool, body) == parse_feed(body, content_type=None, url="https://e.org/")
    with pytest.raises(NotAFeedError, match="HTML page") as caught:
        parsed(pool, b"<html><body>x</body></html>")
    assert caught.value.reason == "not-a-feed"


def test_several_at_a_time_share_the_processes(pool: ParserPool) -> None:
    with ThreadPoolExecutor(6) as threads:
        found = list(threads.map(lambda _: parsed(pool, RSS), range(24)))
    assert all(feed == found[0] for feed in found)
    assert len(pids(pool)) <= 2


def test_what_takes_too_long_is_given_up_and_the_next_is_read() -> None:
    with ParserPool(size=1, timeout=60, memory=500_000_000) as pool:
        parsed(pool, RSS)
        pool._timeout = 0.05
        with pytest.raises(ParserError, match=r"longer than 0\.05 s") as caught:
            parsed(pool, NESTED)
        assert caught.value.reason == "too-slow"
        pool._timeout = 60
        assert parsed(pool, RSS).items


def test_a_process_that_is_killed_is_replaced(pool: ParserPool) -> None:
    parsed(pool, RSS)
    for pid in pids(pool):
        os.kill(pid, signal.SIGKILL)
    assert parsed(pool, RSS).items


def test_memory_is_bounded() -> None:
    text = b"<rss version='2.0'><channel><item><title>x</title><description>" + b"&#252;" * 1_500_000
    with ParserPool(size=1, timeout=60, memory=20_000_000) as pool:
        with pytest.raises(NotAFeedError, match="more memory than allowed") as caught:
            parsed(pool, text + b"</description></item></channel></rss>")
        assert caught.value.reason == "too-big"
        assert parsed(pool, RSS).items


def test_what_kills_its_parser_twice_is_said_to() -> None:
    with ParserPool(size=1, timeout=60, memory=500_000_000) as pool:
        asked = _Process.ask

        def ask(process: _Process, job: bytes, seconds: float) -> Answer:
            os.kill(process._child.pid, signal.SIGKILL)
            return asked(process, job, seconds)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(_Process, "ask", ask)
            with pytest.raises(ParserError, match="brings its parser down") as caught:
                parsed(pool, RSS)
        assert caught.value.reason == "crash"
        assert parsed(pool, RSS).items


def test_two_hundred_thousand_tags_in_each_other(pool: ParserPool) -> None:
    assert parsed(pool, NESTED).items[0].title == "deep"


def test_no_process_outlives_the_pool() -> None:
    with ParserPool(size=1, timeout=60, memory=500_000_000) as pool:
        parsed(pool, RSS)
        (pid,) = pids(pool)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(ParserError):
        parsed(pool, RSS)


def test_closing_gives_up_what_is_being_parsed() -> None:
    pool = ParserPool(size=1, timeout=600, memory=500_000_000)
    parsed(pool, RSS)
    (process,) = pool._running
    os.kill(process._child.pid, signal.SIGSTOP)  # a document without end
    with ThreadPoolExecutor(1) as thread:
        stuck = thread.submit(parsed, pool, RSS)
        time.sleep(0.2)
        pool.close()
        with pytest.raises(ParserError):
            stuck.result(timeout=30)
