"""A scripted HTTP server for the fetcher's and poller's tests: each path answers as a handler writes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Headers = dict[str, str]
Handler = Callable[[Headers, asyncio.StreamWriter], Awaitable[None]]


def answer(status: str, body: bytes = b"", *headers: str) -> Handler:
    """A handler that always answers the same."""

    async def handle(_: Headers, writer: asyncio.StreamWriter) -> None:
        lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "Connection: close", "", ""]
        writer.write("\r\n".join(lines).encode() + body)

    return handle


@dataclass
class FeedServer:
    """``requests`` holds what was asked, as (path, headers in small letters). ``busiest`` counts parallel requests."""

    port: int = 0
    paths: dict[str, Handler] = field(default_factory=dict)
    requests: list[tuple[str, Headers]] = field(default_factory=list)
    busiest: int = 0
    open: int = 0
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def asked(self, path: str) -> list[Headers]:
        return [headers for asked, headers in self.requests if asked == path]

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        self.busiest = max(self.busiest, self.open)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            path = head[0].split(" ")[1]
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:-2])}
            self.requests.append((path, headers))
            await self.paths.get(path, answer("404 Not Found"))(headers, writer)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass  # a client that gives up is part of the tests
        finally:
            self.open -= 1
            writer.close()


@asynccontextmanager
async def serve(paths: dict[str, Handler]) -> AsyncIterator[FeedServer]:
    """The server on a free port of 127.0.0.1, for as long as the context."""
    server = FeedServer(paths=paths)

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(server.connected(reader, writer))
        server.tasks.add(task)
        task.add_done_callback(server.tasks.discard)

    listener = await asyncio.start_server(accept, "127.0.0.1", 0)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()
        for task in server.tasks:
            task.cancel()
        await asyncio.gather(*server.tasks, return_exceptions=True)
