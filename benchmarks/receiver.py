"""An HTTP receiver in a process of its own, as cheap as can be: it says 200 and notes when each request came."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Final

from benchmarks.server_process import served

_ANSWER: Final = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


class Receiver:
    """What listens on ``ports`` of 127.0.0.1."""

    def __init__(self, server: Connection) -> None:
        self._server = server
        self.ports: list[int] = server.recv()

    def expect(self, count: int) -> None:
        """Forget what came; the next ``count`` requests are waited for."""
        self._server.send(count)
        self._server.recv()

    def wait(self, seconds: float) -> list[float]:
        """When those came, on the monotonic clock. Raises TimeoutError when they are not all there in time."""
        if not self._server.poll(seconds):
            raise TimeoutError("not all messages have arrived")
        arrived: list[float] = self._server.recv()
        return arrived


@contextmanager
def receiver(listeners: int = 1) -> Iterator[Receiver]:
    """A receiver on that many ports, for as long as the context lasts."""
    with served(_serve, listeners) as server:
        yield Receiver(server)


class _Log:
    """When requests came, told once there are enough of them."""

    def __init__(self, told: Connection) -> None:
        self._told = told
        self._arrived: list[float] = []
        self._expected = 0

    def note(self) -> None:
        self._arrived.append(time.monotonic())
        if len(self._arrived) == self._expected:
            self._told.send(self._arrived)

    def command(self) -> None:
        self._expected = self._told.recv()
        self._arrived = []
        self._told.send(None)


class _Answer(asyncio.Protocol):
    def __init__(self, log: _Log) -> None:
        self._log = log
        self._heard = b""
        self._length = -1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._heard += data
        if self._length < 0 and (end := self._heard.find(b"\r\n\r\n")) >= 0:
            fields = dict(line.split(b":", 1) for line in self._heard[:end].lower().split(b"\r\n")[1:])
            self._length = end + 4 + int(fields.get(b"content-length", b"0"))
        if 0 <= self._length <= len(self._heard):
            self._log.note()
            self._heard, self._length = b"", -1
            self._transport.write(_ANSWER)


def _serve(told: Connection, listeners: int) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        log = _Log(told)
        servers = [
            await loop.create_server(lambda: _Answer(log), "127.0.0.1", 0, backlog=1_024) for _ in range(listeners)
        ]
        told.send([server.sockets[0].getsockname()[1] for server in servers])
        loop.add_reader(told.fileno(), log.command)
        await asyncio.gather(*(server.serve_forever() for server in servers))

    asyncio.run(main())
