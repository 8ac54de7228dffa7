"""Connections kept open from one message to the next, so that not every message of a burst pays for a handshake.

Apprise's plugins open a session, and with it a connection, for each request. Here they are lent one that is open,
for a provider that was just written to. What is lent is cut at the deadline of the send that uses it, like a new one.
"""

import time
from typing import Any, Final

from requests import PreparedRequest
from requests.adapters import HTTPAdapter
from requests.utils import select_proxy
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool

from tocsin.runtime.outgoing import returned, reused

_IDLE: Final = 1.0
"""Seconds for which an unused connection is good. Servers give up on one after two seconds or more, and a request on
its way just then is lost."""

_HOSTS: Final = 32
_EACH: Final = 8


class KeptConnections(HTTPAdapter):
    """Open connections by host and by how the host has to prove itself. Thread-safe."""

    def __init__(self) -> None:
        super().__init__(pool_connections=_HOSTS, pool_maxsize=_EACH)

    def init_poolmanager(self, *arguments: Any, **named: Any) -> None:
        """See HTTPAdapter."""
        super().init_poolmanager(*arguments, **named)
        self.poolmanager.pool_classes_by_scheme = {"http": _Http, "https": _Https}

    @staticmethod
    def suit(request: PreparedRequest, proxies: Any) -> bool:
        """Whether the request can go over one of these: not through a proxy, which has connections of its own."""
        return select_proxy(str(request.url), proxies) is None


class _Keeping(HTTPConnectionPool):
    """Tells the send that borrows a connection of it."""

    def _get_conn(self, timeout: float | None = None) -> Any:
        connection: Any = super()._get_conn(timeout)
        if not connection.is_closed:
            if time.monotonic() - connection.unused_since > _IDLE:
                connection.close()  # it connects anew by itself
            else:
                reused(connection.sock)
        return connection

    def _put_conn(self, conn: Any) -> None:
        if conn is not None:
            conn.unused_since = time.monotonic()
            returned()
        super()._put_conn(conn)


class _Http(_Keeping):
    pass


class _Https(_Keeping, HTTPSConnectionPool):
    pass
