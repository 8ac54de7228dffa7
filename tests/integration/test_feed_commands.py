"""``tocsin feeds discover``, ``test``, ``add``, ``import`` and ``export``, against a real server."""

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.feed_server import FeedServer, answer, serve
from typer.testing import CliRunner

from tocsin.cli.main import app
from tocsin.domain.errors import ConfigurationError
from tocsin.settings.feeds_file import load_feeds

RUNNER = CliRunner()
RSS = (
    b"<rss version='2.0'><channel><title>Port</title><item><title>A</title><pubDate>2 Mar 2026</pubDate></item>"
    b"</channel></rss>"
)
PAGE = (
    b"<html><head><link rel='alternate' type='application/rss+xml' href='/news'></head>"
    b"<body><a href='/rss/old'>x</a></body></html>"
)


@pytest.fixture
def server() -> Iterator[FeedServer]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    context = serve({})
    made = asyncio.run_coroutine_threadsafe(context.__aenter__(), loop).result(5)
    yield made
    asyncio.run_coroutine_threadsafe(context.__aexit__(None, None, None), loop).result(5)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "feeds.yaml").write_text(
        "# mine\nfeeds:\n  - {id: one, url: 'http://127.0.0.1:1/feed', source: One}  # keep\n"
    )
    file = tmp_path / "tocsin.yaml"
    file.write_text("poller: {allow_private: [127.0.0.0/8], timeout: 5, lease: 20}\n")
    return file


def run(*arguments: str, config: Path, code: int = 0, text: bytes | None = None) -> str:
    result = RUNNER.invoke(app, ["feeds", *arguments, "-c", str(config)], input=text)
    assert result.exit_code == code, (result.output, result.exception)
    return result.stdout


def test_discovers_what_a_page_names_and_checks_it(server: FeedServer, config: Path) -> None:
    server.paths |= {"/": answer("200 OK", PAGE, "Content-Type: text/html"), "/news": answer("200 OK", RSS)}
    (found,) = json.loads(run("discover", server.url("/"), "--json", config=config))
    assert (found["url"], found["title"], found["items"]) == (server.url("/news"), "Port", 1)
    assert found["newest"] == "2026-03-02T00:00:00Z"


def test_discovers_usual_places_when_a_page_names_nothing(server: FeedServer, config: Path) -> None:
    server.paths |= {"/": answer("200 OK", b"<html></html>"), "/rss.xml": answer("200 OK", RSS)}
    assert [found["url"] for found in json.loads(run("discover", server.url("/"), "--json", config=config))] == [
        server.url("/rss.xml")
    ]
    server.paths.pop("/rss.xml")
    run("discover", server.url("/"), config=config, code=1)


def test_a_feed_is_discovered_as_itself(server: FeedServer, config: Path) -> None:
    server.paths["/f"] = answer("200 OK", RSS)
    assert "Port" in run("discover", server.url("/f"), config=config)


def test_does_not_look_inside_the_network(server: FeedServer, tmp_path: Path) -> None:
    server.paths["/f"] = answer("200 OK", RSS)
    bare = tmp_path / "tocsin.yaml"
    bare.write_text("{}\n")
    (found,) = json.loads(run("discover", server.url("/f"), "--json", config=bare, code=1))
    assert found["error"].startswith("address")
    assert server.requests == []


@pytest.mark.parametrize(
    ("site", "why"),
    [("http://127.0.0.1:1/", "connection: "), ("http://nothing.invalid/", "dns: "), ("PORT/broken", "status: ")],
)
def test_a_site_that_cannot_be_read_is_said_in_one_line(server: FeedServer, config: Path, site: str, why: str) -> None:
    server.paths["/broken"] = answer("500 Oops")
    site = site.replace("PORT", server.url(""))
    result = RUNNER.invoke(app, ["feeds", "discover", site, "-c", str(config)])
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"tocsin: {site} cannot be read: {why}")
    assert result.stderr.count("\n") == 1


def test_tests_feeds_by_address_and_by_id(server: FeedServer, config: Path) -> None:
    server.paths |= {"/f": answer("200 OK", RSS), "/page": answer("200 OK", b"<html></html>")}
    assert "Port" in run("test", server.url("/f"), config=config)
    found = json.loads(run("test", server.url("/page"), "one", "--json", config=config, code=1))
    assert "HTML page" in found[0]["error"]
    assert found[1]["error"].startswith("connection")
    result = RUNNER.invoke(app, ["feeds", "test", "two", "-c", str(config)])
    assert isinstance(result.exception, ConfigurationError)


def test_adds_imports_and_exports(config: Path, tmp_path: Path) -> None:
    run("add", "https://a.example/feed", "--source", "A", "--tag", "x", "--language", "en", config=config)
    opml = b"<opml><body><outline text='F'><outline text='B' xmlUrl='https://b.example/'/></outline></body></opml>"
    assert "b-example" in run("import", "-", config=config, text=opml)
    assert run("import", "-", config=config, text=opml) == ""
    file = tmp_path / "feeds.yaml"
    assert [(feed.id, feed.source, feed.tags) for feed in load_feeds(file)] == [
        ("one", "One", ()),
        ("a-example-feed", "A", ("x",)),
        ("b-example", "B", ("f",)),
    ]
    assert file.read_text().startswith(
        "# mine\nfeeds:\n  - {id: one, url: 'http://127.0.0.1:1/feed', source: One}  # keep\n"
    )
    exported = run("export", config=config)
    other = tmp_path / "other"
    other.mkdir()
    (other / "tocsin.yaml").write_text("{}\n")
    run("import", "-", config=other / "tocsin.yaml", text=exported.encode())
    assert [feed.url for feed in load_feeds(other / "feeds.yaml")] == [feed.url for feed in load_feeds(file)]


def test_an_address_that_is_none_is_refused(config: Path) -> None:
    result = RUNNER.invoke(app, ["feeds", "add", "ftp://a.example/", "-c", str(config)])
    assert isinstance(result.exception, ConfigurationError)
