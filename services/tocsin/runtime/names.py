"""Host names to addresses, within a time limit.

The system's resolver cannot be interrupted: it works on a thread of its own, and who has waited long enough goes on
without it. Those who ask for the same name meanwhile share the thread.
"""

import socket
import threading
from ipaddress import ip_address
from typing import Any, Final


class UnresolvedError(TimeoutError):
    """No answer in time."""


class _Lookup:
    def __init__(self) -> None:
        self.done = threading.Event()
        self.found: list[Any] = []
        self.error: OSError | None = None


_under_way: Final[dict[tuple[str, str | int | None], _Lookup]] = {}
_lock: Final = threading.Lock()


def resolve(host: str, port: str | int | None, seconds: float) -> list[Any]:
    """What ``socket.getaddrinfo`` says for TCP. Raises UnresolvedError after ``seconds``, OSError for its errors."""
    if is_address(host):  # nobody is asked
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    with _lock:
        lookup = _under_way.get((host, port))
        if lookup is None:
            lookup = _under_way[host, port] = _Lookup()
            threading.Thread(target=_work, args=(host, port, lookup), name="resolve", daemon=True).start()
    if not lookup.done.wait(max(0.0, seconds)):
        raise UnresolvedError("the name did not resolve in time")
    if lookup.error is not None:
        # several may wait for it, and an error carries the traceback of one
        raise type(lookup.error)(*lookup.error.args) from lookup.error
    return lookup.found


def _work(host: str, port: str | int | None, lookup: _Lookup) -> None:
    try:
        lookup.found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        lookup.error = error
    except UnicodeError:
        lookup.error = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    finally:
        with _lock:
            del _under_way[host, port]
        lookup.done.set()


def is_address(host: str) -> bool:
    """Whether it is an IP address and no name."""
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True
