"""A webhook for the container test: keeps every POST; GET / lists them as JSON: path, idempotency key, body."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

CALLS: list[dict[str, Any]] = []


class Answer(BaseHTTPRequestHandler):
    """The receiver and its memory."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """All that arrived, in order."""
        self._send(json.dumps(CALLS).encode())

    def do_POST(self) -> None:
        """Take one call."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        CALLS.append({"path": self.path, "key": self.headers["Idempotency-Key"], "body": body})
        self._send(b"{}")

    def _send(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    ThreadingHTTPServer(("", 8000), Answer).serve_forever()
