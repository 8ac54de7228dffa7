import pytest

from tocsin.poller.hints import Hints, read

RSS = b"""<?xml version='1.0'?><rss xmlns:atom='http://www.w3.org/2005/Atom'><channel>%s<item><ttl>1</ttl></item>
</channel></rss>"""
URL = "https://e.example/feeds/news.xml"


@pytest.mark.parametrize(
    ("head", "wish"),
    [
        (b"<ttl>60</ttl>", 3_600.0),
        (b"<ttl> 5 </ttl>", 300.0),
        (b"<ttl>soon</ttl>", None),
        (b"<sy:updatePeriod>hourly</sy:updatePeriod>", 3_600.0),
        (b"<sy:updatePeriod>\n Daily \n</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>", 21_600.0),
        (b"<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>", 86_400.0),
        (b"<sy:updatePeriod>sometimes</sy:updatePeriod>", None),
        (b"<ttl>10</ttl><sy:updatePeriod>hourly</sy:updatePeriod>", 600.0),
        (b"", None),
    ],
)
def test_the_wait_that_a_document_asks_for(head: bytes, wish: float | None) -> None:
    assert read(RSS % head, URL).wish == wish


def test_who_pushes_it() -> None:
    head = b"""<atom:link rel="hub" href="https://hub.example/?a=1&amp;b=2"/>
        <atom:link href='news.xml' rel='self alternate' />"""
    assert read(RSS % head, URL) == Hints(hub="https://hub.example/?a=1&b=2", topic=URL)


def test_who_pushes_a_json_feed() -> None:
    body = b'{"version":"x","feed_url":"https://e.example/f","hubs":[{"type":"rssCloud","url":"https://a.example"},'
    body += b'{"type":"WebSub","url":"https://hub.example/"}],"items":[]}'
    assert read(body, URL) == Hints(hub="https://hub.example/", topic="https://e.example/f")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"{" * 10_000,
        b'{"hubs":3}',
        b"\xff\xfe<\0r\0s\0s\0",
        b"<link rel=hub href='javascript:1'>",
        b"<link rel='hub' href='javascript:alert(1)'/>",
        b"<link rel='hub' href='http://[broken'/>",
        b"<link " * 100_000,
        b"/etc/passwd",
    ],
)
def test_what_says_nothing(body: bytes) -> None:
    assert read(body, URL) == Hints()
