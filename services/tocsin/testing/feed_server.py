"""A web server of sample feeds that releases items over time and answers conditional GETs.

Run by itself: ``python -m tocsin.testing.feed_server --host 0.0.0.0 --port 8000`` serves the bundled pack.
"""

import argparse
import hashlib
import threading
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from tocsin.testing.sample_feed import SampleFeed, SampleItem, bundled, document
from tocsin.testing.web import LocalServer, Request, Response


class FeedServer(LocalServer):
    """Serves each feed at ``/<feed id>``. ``speed`` makes the items' clock run faster than the wall's.

    The clock starts when a feed is first asked for, and ``asked`` is set: however long its reader takes to get ready,
    items come one after the other.
    """

    def __init__(
        self, feeds: Sequence[SampleFeed], *, host: str = "127.0.0.1", port: int = 0, speed: float = 1.0
    ) -> None:
        self._feeds = {feed.id: feed for feed in feeds}
        self._lock = threading.Lock()
        self._speed = speed
        self.start: datetime | None = None
        self.asked = threading.Event()
        self.requests = 0

        super().__init__(self._answer, host=host, port=port)

    def url(self, feed: str) -> str:
        """Where a feed is."""
        return f"http://{self.host}:{self.port}/{feed}"

    def release(self, feed: str, item: SampleItem) -> None:
        """Publish one more item, now."""
        with self._lock:
            now = msgspec.structs.replace(item, at=self._elapsed())
            old = self._feeds[feed]
            self._feeds[feed] = msgspec.structs.replace(old, items=(*old.items, now))

    def _answer(self, request: Request) -> Response:
        with self._lock:
            self.requests += 1
            feed = self._feeds.get(request.path.strip("/"))
            start = self.start = self.start or datetime.now(UTC)
            elapsed = self._elapsed()
        self.asked.set()
        if feed is None:
            return Response(status=404)
        items = [item for item in feed.items if item.at <= elapsed]
        kind, body = document(feed, items, base=f"http://{feed.id}.example", start=start)
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if request.headers.get("if-none-match") == etag:
            return Response(status=304, headers={"ETag": etag})
        return Response(headers={"Content-Type": kind, "ETag": etag}, body=body)

    def _elapsed(self) -> float:
        return (datetime.now(UTC) - self.start).total_seconds() * self._speed if self.start else 0.0


def main() -> None:
    """Serve the bundled pack until interrupted."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    options = parser.parse_args()
    with FeedServer(bundled(), host=options.host, port=options.port):
        threading.Event().wait()


if __name__ == "__main__":
    main()
