"""Connections that a thread makes while it sends: cut at a deadline, and refused to addresses that are not public.

Clients have time limits for each step, and a receiver that trickles its answer byte by byte never trips one. They
also connect to whatever a name resolves to. Both are mended where every client, in whatever library, must pass: at
the interpreter's audit event for ``socket.connect``, which comes with the socket and the resolved address.
"""

import heapq
import itertools
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

Allows = Callable[[str], bool]
"""Whether a connection to an address (IPv4 or IPv6, in text) may be made."""


class RefusedAddressError(OSError):
    """The address is not one to connect to."""


class Outgoing:
    """The connections of one send. ``cut`` is set once the deadline has ended them; ``refused`` are addresses."""

    def __init__(self, allows: Allows | None) -> None:
        self.cut = False
        self.connected = False
        self.refused: list[str] = []
        self._allows = allows
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._over = False

    def connecting(self, sock: socket.socket, address: Any) -> None:
        """Called before a connection is made. Raises RefusedAddressError."""
        host = str(address[0]) if isinstance(address, tuple) else ""
        if self._allows is not None and not self._allows(host):
            self.refused.append(host or "a local socket")
            raise RefusedAddressError(f"{host or 'a local socket'} is not a public address")
        self.connected = True
        with self._lock:
            if self.cut:
                raise TimeoutError("the time to send is over")
            # a duplicate: TLS takes the descriptor out of the socket that we see here
            self._sockets.append(socket.socket(fileno=os.dup(sock.fileno())))

    def end(self, *, cut: bool) -> None:
        """Cut the connections, or let go of them because the send is over. Whichever comes second does nothing."""
        with self._lock:
            if self._over:
                return
            if cut:
                self.cut = True
                for sock in self._sockets:
                    with suppress(OSError):
                        sock.shutdown(socket.SHUT_RDWR)
                return
            self._over = True
            while self._sockets:
                self._sockets.pop().close()


_current: Final = threading.local()
_deadlines: Final[list[tuple[float, int, Outgoing]]] = []
_changed: Final = threading.Condition()
_number: Final = itertools.count()
_started: Final = threading.Lock()
_running: list[threading.Thread] = []


@contextmanager
def outgoing(seconds: float, allows: Allows | None = None) -> Iterator[Outgoing]:
    """Connections that this thread makes inside are cut after ``seconds``, and made only where ``allows`` agrees.

    Does not bound the resolving of names, which has the system's own limits.
    """
    _start()
    connections = Outgoing(allows)
    with _changed:
        heapq.heappush(_deadlines, (time.monotonic() + seconds, next(_number), connections))
        if _deadlines[0][2] is connections:
            _changed.notify()
    _current.connections = connections
    try:
        yield connections
    finally:
        _current.connections = None
        connections.end(cut=False)


def _start() -> None:
    with _started:
        if not _running:
            sys.addaudithook(_audit)
            watch = threading.Thread(target=_watch, name="deadlines", daemon=True)
            _running.append(watch)
            watch.start()


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "socket.connect":
        return
    connections: Outgoing | None = getattr(_current, "connections", None)
    if connections is not None:
        connections.connecting(*arguments)


def _watch() -> None:
    while True:
        with _changed:
            now = time.monotonic()
            while _deadlines and _deadlines[0][0] <= now:
                heapq.heappop(_deadlines)[2].end(cut=True)
            _changed.wait(_deadlines[0][0] - now if _deadlines else None)
