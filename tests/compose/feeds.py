"""A feed that grows on request, for the container test: GET /de.xml is RSS, POST /items (JSON) adds an item now."""

import json
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.sax.saxutils import escape

ITEMS: list[str] = []


def add(id: str, title: str, summary: str) -> None:
    """Publish one more item, with the time of this moment."""
    ITEMS.append(
        f"<item><guid isPermaLink='false'>{escape(id)}</guid><link>http://beispiel.example/{escape(id)}</link>"
        f"<title>{escape(title)}</title><description>{escape(summary)}</description>"
        f"<pubDate>{format_datetime(datetime.now(UTC))}</pubDate></item>"
    )


class Answer(BaseHTTPRequestHandler):
    """The feed and the way to let it grow."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """The feed, newest item first."""
        body = (
            "<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel><title>Beispiel</title>"
            "<link>http://beispiel.example/</link><description>Nachrichten</description><language>de</language>"
            + "".join(reversed(ITEMS))
            + "</channel></rss>"
        )
        self._send(200 if self.path == "/de.xml" else 404, body.encode(), "application/rss+xml; charset=utf-8")

    def do_POST(self) -> None:
        """One more item: ``id``, ``title``, ``summary``."""
        add(**json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self._send(201, b"", "text/plain")

    def _send(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    ThreadingHTTPServer(("", 8000), Answer).serve_forever()
