"""The server that the demo reads."""

import time
import urllib.request

from tocsin.testing.feed_server import FeedServer
from tocsin.testing.sample_feed import SampleFeed, SampleItem


def test_items_come_in_their_time_however_late_the_first_look_is() -> None:
    items = (SampleItem(id="a", title="First"), SampleItem(id="b", title="Second", at=0.5))
    feed = SampleFeed(id="wire", form="rss", title="Wire", language="en", items=items)

    def titles(server: FeedServer) -> list[bool]:
        body = urllib.request.urlopen(server.url("wire")).read()
        return [item.title.encode() in body for item in items]

    with FeedServer([feed]) as server:
        time.sleep(0.6)
        assert not server.asked.is_set()
        assert titles(server) == [True, False]
        assert server.asked.is_set()
        time.sleep(0.6)
        assert titles(server) == [True, True]
