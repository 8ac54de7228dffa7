"""A web server in a process of its own, as cheap as can be, that is 2,000 hosts: it listens on all of 127.0.0.0/8."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Final

from benchmarks.server_process import served

SIZE: Final = 36_000
_ITEM: Final = (
    "<item><guid isPermaLink='false'>{n}</guid><title>Item {n} of a feed like any other</title>"
    "<link>https://news.example/{n}</link><description>{text}</description>"
    "<pubDate>Sun, 01 Mar 2026 12:{minute:02}:00 GMT</pubDate></item>"
)


def document() -> bytes:
    """An RSS document of about 36 KB."""
    items = "".join(_ITEM.format(n=n, minute=n % 60, text="Some words of news. " * 32) for n in range(40))
    return f"<rss version='2.0'><channel><title>A feed</title>{items}</channel></rss>".encode()[: SIZE * 2]


class _Answer(asyncio.Protocol):
    def __init__(self, body: bytes) -> None:
        # the next look at a feed is minutes away, so every one needs a connection of its own
        both = 'ETag: "1"\r\nConnection: close\r\n'
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n{both}Content-Length: {len(body)}\r\n\r\n"
        self._full = head.encode() + body
        self._same = f"HTTP/1.1 304 Not Modified\r\n{both}\r\n".encode()
        self._heard = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._heard += data
        while (end := self._heard.find(b"\r\n\r\n")) >= 0:
            head, self._heard = self._heard[:end], self._heard[end + 4 :]
            # "/full" never answers 304
            known = b'If-None-Match: "1"' in head and not head.startswith(b"GET /full")
            self._transport.write(self._same if known else self._full)
            self._transport.close()


def _serve(told: Connection) -> None:
    async def main() -> None:
        body = document()
        server = await asyncio.get_running_loop().create_server(
            lambda: _Answer(body),
            "0.0.0.0",  # noqa: S104 - all of loopback, to be many hosts
            0,
            backlog=4_096,
        )
        told.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


@contextmanager
def feed_host() -> Iterator[int]:
    """The port, for as long as the context lasts."""
    with served(_serve) as told:
        yield told.recv()


def urls(port: int, count: int, path: str = "feed") -> list[str]:
    """That many feeds, each on a host of its own."""
    return [f"http://127.{1 + n // 62_500}.{n // 250 % 250}.{1 + n % 250}:{port}/{path}" for n in range(count)]
