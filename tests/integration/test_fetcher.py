"""The fetcher against a real HTTP server that misbehaves on purpose."""

import asyncio
import resource
import socket
import struct
import sys
import time
import zlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import brotli  # type: ignore[import-untyped]
import pytest
from tests.integration.feed_server import FeedServer, Handler, Headers, answer, serve

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

from tocsin.adapters.http.fetcher import AiohttpFetcher
from tocsin.domain.feed import Validators
from tocsin.ports.fetcher import Fetched, FetchError
from tocsin.settings.schema import DomainSettings, PollerSettings

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
NONE = Validators()


def settings(**changes: Any) -> PollerSettings:
    given: dict[str, Any] = {"allow_private": ("127.0.0.0/8",), "timeout": 2.0, "max_bytes": 100_000}
    return PollerSettings(**given | changes)


def run(
    paths: dict[str, Handler], body: Callable[[FeedServer, AiohttpFetcher], Awaitable[None]], **changes: Any
) -> None:
    async def main() -> None:
        async with serve(paths) as server:
            fetcher = AiohttpFetcher(settings(**changes), clock=lambda: NOW)
            try:
                await body(server, fetcher)
            finally:
                await fetcher.close()
                await fetcher.close()

    asyncio.run(main())


def fetch(handler: Handler, validators: Validators = NONE, **changes: Any) -> tuple[Fetched, Headers]:
    found: list[tuple[Fetched, Headers]] = []

    async def body(server: FeedServer, fetcher: AiohttpFetcher) -> None:
        fetched = await fetcher.fetch(server.url("/feed"), validators)
        found.append((fetched, server.requests[0][1]))

    run({"/feed": handler}, body, **changes)
    return found[0]


def failure(handler: Handler, path: str = "/feed", **changes: Any) -> FetchError:
    found: list[FetchError] = []

    async def body(server: FeedServer, fetcher: AiohttpFetcher) -> None:
        with pytest.raises(FetchError) as caught:
            await fetcher.fetch(server.url(path), NONE)
        found.append(caught.value)

    run({"/feed": handler}, body, **changes)
    return found[0]


def refused(url: str, **changes: Any) -> FetchError:
    found: list[FetchError] = []

    async def body(server: FeedServer, fetcher: AiohttpFetcher) -> None:
        with pytest.raises(FetchError) as caught:
            await fetcher.fetch(url.replace("PORT", str(server.port)), NONE)
        found.append(caught.value)
        assert server.requests == []

    run({"/feed": answer("200 OK", b"x")}, body, **changes)
    return found[0]


def test_gets_a_body_and_says_who_asks() -> None:
    fetched, headers = fetch(
        answer("200 OK", b"<rss/>", "Content-Type: text/xml; charset=x", 'ETag: W/"a b"', "Last-Modified: whenever")
    )
    assert (fetched.status, fetched.body, fetched.content_type) == (200, b"<rss/>", "text/xml; charset=x")
    assert (fetched.validators.etag, fetched.validators.last_modified) == ('W/"a b"', "whenever")
    assert fetched.validators.body_hash
    assert headers["user-agent"] == PollerSettings().user_agent
    assert "application/rss+xml" in headers["accept"]
    assert not {"if-none-match", "if-modified-since", "cookie"} & headers.keys()


def test_echoes_validators_verbatim_and_keeps_them_on_304() -> None:
    stored = Validators(etag='W/"a b"', last_modified="whenever", body_hash="h")
    fetched, headers = fetch(answer("304 Not Modified"), stored)
    assert (fetched.status, fetched.body, fetched.validators) == (304, None, stored)
    assert (headers["if-none-match"], headers["if-modified-since"]) == ('W/"a b"', "whenever")


def test_takes_new_validators_from_a_304() -> None:
    stored = Validators(etag='"1"', last_modified="then", body_hash="h")
    fetched, _ = fetch(answer("304 Not Modified", b"", 'ETag: "2"'), stored)
    assert fetched.validators == Validators(etag='"2"', last_modified="then", body_hash="h")


def test_forgets_validators_that_a_200_no_longer_has() -> None:
    stored = Validators(etag='"1"', body_hash="h")
    fetched, headers = fetch(answer("200 OK", b"x", "Last-Modified: now"), stored)
    assert (fetched.validators.etag, fetched.validators.last_modified) == (None, "now")
    assert "if-modified-since" not in headers


def test_a_304_that_nobody_asked_for_is_a_failure() -> None:
    assert failure(answer("304 Not Modified")).reason == "status"


def test_a_validator_that_cannot_be_sent_back_is_not_kept() -> None:
    async def odd(_: Headers, writer: asyncio.StreamWriter) -> None:
        writer.write(b'HTTP/1.1 200 OK\r\nETag: "\xff\xfe"\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx')

    assert fetch(odd)[0].validators.etag is None


@pytest.mark.parametrize(("value", "seconds"), [("120", 120.0), ("Sun, 01 Mar 2026 12:01:00 GMT", 60.0), ("x", None)])
def test_tells_status_and_retry_after(value: str, seconds: float | None) -> None:
    error = failure(answer("429 Too Many Requests", b"slow down", f"Retry-After: {value}"))
    assert (error.reason, error.status, error.retry_after) == ("status", 429, seconds)


@pytest.mark.parametrize("status", ["404 Not Found", "410 Gone", "500 Oops", "503 Busy"])
def test_tells_other_statuses(status: str) -> None:
    error = failure(answer(status))
    assert (error.reason, error.status) == ("status", int(status[:3]))


def packed(encoding: str, data: bytes, times: int = 1) -> bytes:
    """``data`` that many times over, without ever holding it all."""
    if encoding == "br":
        brotlier = brotli.Compressor(quality=1)
        return b"".join(brotlier.process(data) for _ in range(times)) + bytes(brotlier.finish())
    compressor = (
        zstd.ZstdCompressor() if encoding == "zstd" else zlib.compressobj(1, wbits=31 if encoding == "gzip" else 15)
    )
    return b"".join(compressor.compress(data) for _ in range(times)) + compressor.flush()


ENCODINGS = ["gzip", "deflate", "br", "zstd"]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_asks_for_compression_and_unpacks_it(encoding: str) -> None:
    fetched, headers = fetch(answer("200 OK", packed(encoding, b"<rss/>"), f"Content-Encoding: {encoding}"))
    assert fetched.body == b"<rss/>"
    assert encoding in headers["accept-encoding"]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_bomb_is_stopped_while_it_unpacks(encoding: str) -> None:
    bomb = packed(encoding, b"\0" * 1_000_000, 1_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert failure(answer("200 OK", bomb, f"Content-Encoding: {encoding}"), timeout=30.0).reason == "size"
    # kilobytes: a small part of what it would have become
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


def test_a_gigabyte_that_is_announced_is_not_read() -> None:
    sent = 0

    async def huge(_: Headers, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        while sent < 1_000_000_000:
            writer.write(b"x" * 65_536)
            sent += 65_536
            await writer.drain()

    error = failure(huge, timeout=30.0)
    assert (error.reason, "announced" in str(error)) == ("size", True)
    assert sent < 50_000_000


def test_broken_compression_is_a_failure() -> None:
    assert failure(answer("200 OK", b"not gzip at all", "Content-Encoding: gzip")).reason == "protocol"


def test_an_endless_body_is_stopped() -> None:
    sent = 0

    async def endless(_: Headers, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        while sent < 100_000_000:
            writer.write(b"x" * 65_536)
            sent += 65_536
            await writer.drain()

    assert failure(endless).reason == "size"
    assert sent < 50_000_000


def test_the_cap_itself_is_allowed() -> None:
    assert len(fetch(answer("200 OK", b"x" * 100_000))[0].body or b"") == 100_000


def test_a_slow_drip_meets_the_deadline() -> None:
    async def drip(_: Headers, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        for _n in range(100):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    began = time.perf_counter()
    assert failure(drip, timeout=0.4).reason == "timeout"
    assert time.perf_counter() - began < 1.5


def test_an_answer_that_never_comes() -> None:
    async def silent(_: Headers, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(1.0)

    assert failure(silent, timeout=0.3).reason == "timeout"


def test_connection_reset() -> None:
    async def reset(_: Headers, writer: asyncio.StreamWriter) -> None:
        connection = writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    assert failure(reset).reason == "connection"


@pytest.mark.parametrize(
    "raw",
    [
        b"garbage\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nxx",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nlonger than five\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nshort\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n5\r\nshort\r\n",
        b"\x16\x03\x01",
        b"",
    ],
)
def test_what_is_not_http(raw: bytes) -> None:
    async def handle(_: Headers, writer: asyncio.StreamWriter) -> None:
        writer.write(raw)

    assert failure(handle).reason in {"protocol", "connection"}


def test_nobody_listens() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        assert refused(f"http://127.0.0.1:{held.getsockname()[1]}/feed").reason == "connection"


def test_an_unknown_host() -> None:
    assert refused("http://no-such-host.invalid/feed", timeout=10.0).reason == "dns"


def test_tls_that_is_none() -> None:
    async def body(server: FeedServer, fetcher: AiohttpFetcher) -> None:
        async def plain(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 400 Plain HTTP\r\n\r\n")
            writer.close()

        listener = await asyncio.start_server(plain, "127.0.0.1", 0)
        with pytest.raises(FetchError) as caught:
            await fetcher.fetch(f"https://127.0.0.1:{listener.sockets[0].getsockname()[1]}/feed", NONE)
        listener.close()
        assert caught.value.reason == "tls"

    run({}, body)


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://e.org/f", "data:,x", "/feed", "", "http://", "http://[broken", "http://a b/", "\x00"],
)
def test_refuses_what_is_not_the_web(url: str) -> None:
    assert refused(url).reason in {"protocol", "dns"}


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "2130706433", "0x7f000001", "127.1", "0177.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0"],
)
def test_the_guard_sees_every_spelling_of_home(host: str) -> None:
    assert refused(f"http://{host}:PORT/feed", allow_private=()).reason == "address"


def test_a_trusted_name_may_be_at_home() -> None:
    async def body(server: FeedServer, fetcher: AiohttpFetcher) -> None:
        assert (await fetcher.fetch(server.url("/feed", "localhost"), NONE)).body == b"ok"
        with pytest.raises(FetchError) as caught:
            await fetcher.fetch(server.url("/feed"), NONE)
        assert caught.value.reason == "address"

    run({"/feed": answer("200 OK", b"ok")}, body, allow_private=("LOCALHOST",))


def redirect(target: str, status: str = "302 Found") -> Handler:
    return answer(status, b"", f"Location: {target}")


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See", "307 Temporary", "308 Permanent"])
def test_follows_redirects(status: str) -> None:
    async def body(server: FeedServer, fetcher: AiohttpFetcher) -> None:
        fetched = await fetcher.fetch(server.url("/a/b"), Validators(etag='"1"'))
        assert (fetched.body, fetched.url) == (b"ok", server.url("/a/c"))
        assert server.asked("/a/c")[0]["if-none-match"] == '"1"'

    run({"/a/b": redirect("c", status), "/a/c": answer("200 OK", b"ok")}, body)


def test_a_redirect_circle() -> None:
    assert failure(redirect("/feed")).reason == "redirects"


def test_too_many_redirects() -> None:
    async def body(server: FeedServer, fetcher: AiohttpFetcher) -> None:
        with pytest.raises(FetchError) as caught:
            await fetcher.fetch(server.url("/0"), NONE)
        assert caught.value.reason == "redirects"
        assert len(server.requests) == 4

    run({f"/{n}": redirect(f"/{n + 1}") for n in range(20)}, body, max_redirects=3)


@pytest.mark.parametrize(
    "target",
    [
        "http://10.0.0.1/x",
        "http://127.0.0.2/",
        "http://169.254.169.254/latest",
        "http://[::1]/",
        "http://[::ffff:169.254.169.254]/",
        "http://[::ffff:7f00:2]/",
        "http://[64:ff9b::a9fe:a9fe]/",
        "http://0x0a000001/",
        "http://0xa9fea9fe/",
        "http://2852039166/",
        "http://0251.0376.0251.0376/",
        "http://127.2/",
        "http://0/",
    ],
)
def test_a_redirect_to_a_private_address(target: str) -> None:
    assert failure(redirect(target), allow_private=("127.0.0.1/32",)).reason == "address"


@pytest.mark.parametrize("target", ["file:///etc/passwd", "javascript:1", "http://[", "ftp://e.org/"])
def test_a_redirect_out_of_the_web(target: str) -> None:
    assert failure(redirect(target)).reason == "protocol"


def test_a_redirect_to_a_name_at_a_private_address(monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.getaddrinfo

    def resolve(host: str, *rest: Any, **more: Any) -> Any:
        # what a hostile name server would say
        return real("127.0.0.2" if host == "rebind.example" else host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    error = failure(redirect("http://rebind.example/"), allow_private=("127.0.0.1/32",))
    assert error.reason == "address"
    assert "127.0.0.2" in str(error)


@pytest.mark.parametrize(
    ("statuses", "end"),
    [
        (["301 Moved", "308 Moved"], "/2"),
        (["301 Moved", "302 Found", "301 Moved"], "/1"),
        (["302 Found", "301 Moved"], None),
        ([], None),
    ],
)
def test_tells_where_permanent_redirects_lead(statuses: list[str], end: str | None) -> None:
    async def body(server: FeedServer, fetcher: AiohttpFetcher) -> None:
        fetched = await fetcher.fetch(server.url("/0"), NONE)
        assert fetched.body == b"ok"
        assert fetched.permanent == (server.url(end) if end else None)

    chain = {f"/{n}": redirect(f"/{n + 1}", status) for n, status in enumerate(statuses)}
    run(chain | {f"/{len(statuses)}": answer("200 OK", b"ok")}, body)


def test_a_password_is_not_given_up_for_a_redirect() -> None:
    async def body(server: FeedServer, fetcher: AiohttpFetcher) -> None:
        fetched = await fetcher.fetch(f"http://joe:hush@127.0.0.1:{server.port}/0", NONE)
        assert fetched.permanent is None

    run({"/0": redirect("/1", "301 Moved"), "/1": answer("200 OK", b"ok")}, body)


@pytest.mark.parametrize("status", ["200 OK", "304 Not Modified"])
def test_tells_how_long_an_answer_is_fresh_and_who_pushes_the_feed(status: str) -> None:
    headers = ["Cache-Control: public, max-age=600", 'Link: <http://hub.example/>; rel="hub", </f>; rel=self']
    fetched, _ = fetch(answer(status, b"x" if status.startswith("200") else b"", *headers), Validators(etag='"1"'))
    assert (fetched.fresh, fetched.hub, fetched.topic) == (600.0, "http://hub.example/", "/f")
    assert fetched.latency > 0


def test_a_moment_to_come_again_is_by_the_servers_own_clock() -> None:
    # this server's clock is an hour ahead of ours
    dates = ["Date: Sun, 01 Mar 2026 13:00:00 GMT", "Retry-After: Sun, 01 Mar 2026 13:02:00 GMT"]
    assert failure(answer("503 Busy", b"", *dates)).retry_after == 120.0


def test_a_domain_that_complains_is_asked_more_slowly_not_shut_out() -> None:
    async def body(server: FeedServer, fetcher: AiohttpFetcher) -> None:
        assert fetcher.manners(server.url("/feed")).wait == 0
        with pytest.raises(FetchError):
            await fetcher.fetch(server.url("/busy"), NONE)
        began = time.monotonic()
        for _ in range(2):
            assert (await fetcher.fetch(server.url("/feed"), NONE)).body == b"ok"
        assert 0.5 < time.monotonic() - began < 10

    run({"/feed": answer("200 OK", b"ok"), "/busy": answer("429 Slow", b"", "Retry-After: 3600")}, body)


def test_a_domains_rule_spaces_its_requests_and_tells_the_wait() -> None:
    async def body(server: FeedServer, fetcher: AiohttpFetcher) -> None:
        began = time.monotonic()
        fetches = [asyncio.create_task(fetcher.fetch(server.url("/feed"), NONE)) for _ in range(4)]
        while fetcher.waiting < 3:  # noqa: ASYNC110 - a count, not an event
            await asyncio.sleep(0.01)
        manners = fetcher.manners(server.url("/other"))
        assert manners.wait > 0.2
        assert manners.min_interval == 60
        assert fetcher.manners("http://localhost/").wait == 0
        await asyncio.gather(*fetches)
        assert time.monotonic() - began >= 0.6
        assert fetcher.waiting == 0

    rule = DomainSettings(delay=0.2, min_interval=60.0, parallel=4)
    run({"/feed": answer("200 OK", b"ok")}, body, domains={"127.0.0.1": rule})


def test_waiting_for_a_domain_can_be_given_up() -> None:
    async def body(server: FeedServer, fetcher: AiohttpFetcher) -> None:
        first, second, third = (asyncio.create_task(fetcher.fetch(server.url("/feed"), NONE)) for _ in range(3))
        await first
        second.cancel()
        await asyncio.gather(second, return_exceptions=True)
        assert (await third).body == b"ok"
        assert fetcher.waiting == 0

    run({"/feed": answer("200 OK", b"ok")}, body, domains={"127.0.0.1": DomainSettings(delay=0.3, parallel=1)})


def test_secrets_in_the_url_stay_out_of_errors_and_answers() -> None:
    async def body(server: FeedServer, fetcher: AiohttpFetcher) -> None:
        base = f"127.0.0.1:{server.port}"
        with pytest.raises(FetchError) as caught:
            await fetcher.fetch(f"http://joe:hush@{base}/gone?token=hush", NONE)
        assert "hush" not in str(caught.value)
        fetched = await fetcher.fetch(f"http://joe:hush@{base}/feed", NONE)
        assert "hush" not in fetched.url
        assert server.asked("/feed")[0]["authorization"].startswith("Basic ")

    run({"/feed": answer("200 OK", b"ok")}, body)


def test_few_at_a_time_on_one_host_and_waiting_is_not_held_against_them() -> None:
    async def slow(_: Headers, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.2)
        await answer("200 OK", b"ok")(_, writer)

    async def body(server: FeedServer, fetcher: AiohttpFetcher) -> None:
        answers = await asyncio.gather(*(fetcher.fetch(server.url("/feed"), NONE) for _ in range(8)))
        assert [fetched.body for fetched in answers] == [b"ok"] * 8
        assert server.busiest == 2

    # 8 fetches, 2 at a time, last longer than any one of them may
    run({"/feed": slow}, body, per_domain=2, timeout=0.6)


def test_cookies_are_not_kept() -> None:
    async def body(server: FeedServer, fetcher: AiohttpFetcher) -> None:
        for _ in range(2):
            await fetcher.fetch(server.url("/feed"), NONE)
        assert all("cookie" not in headers for headers in server.asked("/feed"))

    run({"/feed": answer("200 OK", b"ok", "Set-Cookie: id=1; Path=/")}, body)
