"""Health: every service beats; the server tells orchestrators and Prometheus."""

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

STALE_AFTER: Final = 60.0
"""Seconds without a beat after which a service counts as stuck."""


class Heartbeat:
    """One service's sign of life: ``beat()`` after each round of work, with ``problem`` while it waits."""

    def __init__(self, name: str, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.name = name
        self._monotonic = monotonic
        self._last = monotonic()
        self._problem: str | None = "starting"

    def beat(self, problem: str | None = None) -> None:
        """The service's loop is alive; ``problem`` says what keeps it from its work."""
        self._problem = problem
        self._last = self._monotonic()

    @property
    def alive(self) -> bool:
        """The loop went round within STALE_AFTER seconds."""
        return self._monotonic() - self._last < STALE_AFTER

    @property
    def problem(self) -> str | None:
        """What keeps the service from its work, None when it works."""
        return self._problem if self.alive else "stuck: no sign of life"


class Health:
    """All heartbeats of the process."""

    def __init__(self) -> None:
        self._hearts: list[Heartbeat] = []

    def heartbeat(self, name: str) -> Heartbeat:
        """A heartbeat for one more service."""
        heart = Heartbeat(name)
        self._hearts.append(heart)
        return heart

    def remove(self, heart: Heartbeat) -> None:
        """Its work is done; it beats no more."""
        self._hearts.remove(heart)

    def live(self) -> bool:
        """No loop is stuck; otherwise the process should be restarted."""
        return all(heart.alive for heart in self._hearts)

    def ready(self) -> bool:
        """Every service does its work; waiting for a bus or store that is away is not ready."""
        return all(heart.problem is None for heart in self._hearts)

    def report(self) -> dict[str, str]:
        """Service → ``ok`` or what is wrong."""
        return {heart.name: heart.problem or "ok" for heart in self._hearts}


class HealthServer:
    """Serves /livez, /readyz and /metrics on its own thread."""

    def __init__(self, health: Health, host: str, port: int) -> None:
        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path == "/metrics":
                    self._send(200, generate_latest(), CONTENT_TYPE_LATEST)
                elif self.path in {"/livez", "/readyz"}:
                    good = health.live() if self.path == "/livez" else health.ready()
                    body = json.dumps({"ok": good, "services": health.report()}).encode()
                    self._send(200 if good else 503, body, "application/json")
                else:
                    self._send(404, b"try /livez, /readyz or /metrics\n", "text/plain")

            def _send(self, status: int, body: bytes, kind: str) -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: Any) -> None:
                """Probes every few seconds are not news."""

        self._server = ThreadingHTTPServer((host, port), Answer)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, name="health", daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()
