import pytest

from tocsin.domain.errors import ConfigurationError
from tocsin.domain.feed import Feed
from tocsin.poller.opml import read, write

LIST = b"""<?xml version="1.0" encoding="iso-8859-1"?><opml version="1.1"><head><title>Mine</title></head><body>
<outline text="Central Banks"><outline text="ECB" title="Europ\xe4ische" type="rss"
 xmlUrl="https://ecb.example/rss?a=1&amp;b=2" language="de"/>
<outline text="Deep"><outline text="X" xmlurl="https://x.example/feed" category="/Trade,tariffs"/></outline></outline>
<outline text="again" xmlUrl="https://ecb.example/rss?a=1&amp;b=2"/><outline text="no feed" url="https://page.example/"/>
<outline text="bad" xmlUrl="javascript:1"/></body></opml>"""


def test_reads_lists_of_other_readers() -> None:
    first, second = read(LIST, "list.opml")
    assert (first.url, first.source, first.language) == ("https://ecb.example/rss?a=1&b=2", "Europäische", "de")
    assert first.tags == ("central-banks",)
    assert (second.source, second.tags) == ("X", ("central-banks", "deep", "trade", "tariffs"))


def test_what_is_written_is_read_again() -> None:
    feeds = [
        Feed(id="", url="https://e.example/?a=1&b='2'", source='A "B" <C> & D', language="fr", tags=("x", "y")),
        Feed(id="", url="https://f.example/", source="日本"),
    ]
    assert read(write(feeds, "T").encode(), "t") == feeds


@pytest.mark.parametrize("body", [b"", b"no xml", b"<rss/>", b"\0\xff"])
def test_refuses_what_is_none(body: bytes) -> None:
    with pytest.raises(ConfigurationError, match=r"list\.opml"):
        read(body, "list.opml")


def test_entities_are_not_followed() -> None:
    bomb = b"<!DOCTYPE opml [<!ENTITY a 'x'><!ENTITY f SYSTEM 'file:///etc/hostname'>]><opml><body>"
    bomb += b"<outline text='&f;&a;' xmlUrl='https://e.example/'/></body></opml>"
    assert all("\n" not in feed.source for feed in read(bomb, "b"))
