"""Connections that a thread makes while it sends: cut at a deadline, and refused to addresses that are not public.

Clients have time limits for each step, and a receiver that trickles its answer byte by byte never trips one. They
also connect to whatever a name resolves to. Both are mended where every client, in whatever library, must pass: at
the interpreter's audit event for ``socket.connect``, which comes with the socket and the resolved address, and at that
for ``socket.getaddrinfo``, whose name is resolved beforehand where that can be given up.
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

from tocsin.runtime.names import UnresolvedError, is_address, resolve

Allows = Callable[[str], bool]
"""Whether a connection to an address (IPv4 or IPv6, in text) may be made."""


class RefusedAddressError(OSError):
    """The address is not one to connect to."""


class Outgoing:
    """The connections of one send. ``cut`` is set once the deadline has ended them, ``unresolved`` when a name did not
    resolve until then; ``refused`` are addresses.
    """

    def __init__(self, seconds: float, allows: Allows | None) -> None:
        self.deadline = time.monotonic() + seconds
        self.cut = False
        self.connected = False
        self.unresolved = False
        self.refused: list[str] = []
        self._allows = allows
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._over = False

    def resolve(self, host: str, port: str | int | None) -> list[Any]:
        """What ``socket.getaddrinfo`` says for TCP, if it says it in time. Raises UnresolvedError, OSError."""
        try:
            return resolve(host, port, self.deadline - time.monotonic())
        except UnresolvedError:
            self.unresolved = True
            raise

    def connecting(self, sock: socket.socket, address: Any) -> None:
        """Called before a connection is made. Raises RefusedAddressError."""
        host = str(address[0]) if isinstance(address, tuple) else ""
        if self._allows is not None and not self._allows(host):
            self.refused.append(host or "a local socket")
            raise RefusedAddressError(f"{host or 'a local socket'} is not a public address")
        self.using(sock)

    def using(self, sock: socket.socket) -> None:
        """Called before a connection is made or used again. Raises TimeoutError when it is too late for that."""
        self.connected = True
        with self._lock:
            if self.cut:
                raise TimeoutError("the time to send is over")
            # a duplicate: TLS takes the descriptor out of the socket that we see here
            self._sockets.append(socket.socket(fileno=os.dup(sock.fileno())))

    def let_go(self) -> None:
        """Called when the connections are free for other sends: they are not ours to cut any more."""
        with self._lock:
            while self._sockets:
                self._sockets.pop().close()

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
        self.let_go()


_EVENTS: Final = frozenset({"socket.connect", "socket.getaddrinfo"})
_current: Final = threading.local()
_deadlines: Final[list[tuple[float, int, Outgoing]]] = []
_changed: Final = threading.Condition()
_number: Final = itertools.count()
_started: Final = threading.Lock()
_running: list[threading.Thread] = []


@contextmanager
def outgoing(seconds: float, allows: Allows | None = None) -> Iterator[Outgoing]:
    """Connections that this thread makes inside are cut after ``seconds``, and made only where ``allows`` agrees.

    Resolving a name ends then too. A client that resolves for itself asks the resolver once more after us; only one
    that takes our answer (``resolve``) is bound to the second.
    """
    _start()
    connections = Outgoing(seconds, allows)
    with _changed:
        heapq.heappush(_deadlines, (connections.deadline, next(_number), connections))
        if _deadlines[0][2] is connections:
            _changed.notify()
    _current.connections = connections
    try:
        yield connections
    finally:
        _current.connections = None
        connections.end(cut=False)


def reused(sock: socket.socket) -> None:
    """A client tells that it uses an open connection again on this thread. Raises TimeoutError as a new one would."""
    connections: Outgoing | None = getattr(_current, "connections", None)
    if connections is not None:
        connections.using(sock)


def returned() -> None:
    """A client tells that it keeps the connections used on this thread for others."""
    connections: Outgoing | None = getattr(_current, "connections", None)
    if connections is not None:
        connections.let_go()


def _start() -> None:
    with _started:
        if not _running:
            sys.addaudithook(_audit)
            watch = threading.Thread(target=_watch, name="deadlines", daemon=True)
            _running.append(watch)
            watch.start()


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if event not in _EVENTS:
        return
    connections: Outgoing | None = getattr(_current, "connections", None)
    if connections is None:
        return
    if event == "socket.connect":
        connections.connecting(*arguments)
    elif isinstance(arguments[0], str) and not is_address(arguments[0]):
        connections.resolve(*arguments[:2])


def _watch() -> None:
    while True:
        with _changed:
            now = time.monotonic()
            while _deadlines and _deadlines[0][0] <= now:
                heapq.heappop(_deadlines)[2].end(cut=True)
            _changed.wait(_deadlines[0][0] - now if _deadlines else None)
