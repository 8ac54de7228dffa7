"""A small HTTP server on its own thread, for the doubles in this room."""

import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from msgspec import Struct


class Request(Struct, frozen=True, kw_only=True):
    """What a client asked. Header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class Response(Struct, frozen=True, kw_only=True):
    """What to answer."""

    status: int = 200
    headers: Mapping[str, str] = {}
    body: bytes = b""


class LocalServer:
    """Answers GET and POST with ``answer`` while the context lasts. ``port`` 0 takes a free one."""

    def __init__(self, answer: Callable[[Request], Response], *, host: str = "127.0.0.1", port: int = 0) -> None:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _handle(self) -> None:
                response = answer(
                    Request(
                        method=self.command,
                        path=self.path,
                        headers={name.lower(): value for name, value in self.headers.items()},
                        body=self.rfile.read(int(self.headers.get("Content-Length", "0"))),
                    )
                )
                self.send_response(response.status)
                for name, value in response.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(response.body)))
                self.end_headers()
                self.wfile.write(response.body)

            do_GET = do_POST = _handle  # noqa: N815 - http.server finds its methods by these names

            def log_message(self, *args: Any) -> None:
                """A line for each request would drown the demo."""

        self._server = ThreadingHTTPServer((host, port), Handler)
        self._server.daemon_threads = True
        self.host = host
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
