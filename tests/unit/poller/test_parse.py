from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tocsin.poller import limits
from tocsin.poller.parse import parse_feed
from tocsin.poller.parsed import NotAFeedError, ParsedFeed

FEEDS = Path(__file__).parents[2] / "data" / "feeds"


def sample(name: str, url: str = "https://gazette.example/feed.xml") -> ParsedFeed:
    return parse_feed((FEEDS / name).read_bytes(), content_type=None, url=url)


def rss(items: str, head: str = "") -> bytes:
    return f"{head}<rss version='2.0'><channel><title>T</title>{items}</channel></rss>".encode()


def test_rss() -> None:
    feed = sample("rss.xml")
    assert (feed.title, feed.link, feed.language) == ("Harbour & Market Gazette", "https://gazette.example/", "en-GB")
    first, second = feed.items
    assert first.guid == "gazette-7"
    assert first.title == "Tariffs on AT&T parts rise above 5 < 6"
    assert first.link == "https://gazette.example/news/tariffs?utm_source=feed&id=7"
    assert first.summary == "The ministry said so.\nMore follows."
    assert first.content == "The ministry said so.\nMore follows, at length."
    assert first.published == datetime(2026, 11, 24, 9, 19, 25, tzinfo=UTC)
    assert (first.authors, first.tags, first.language) == (("Ada Quill",), ("trade",), "en-GB")
    assert second.link == "https://gazette.example/news/harbour"
    assert second.published is None
    assert (second.summary, second.content) == ("Ships wait.", "")


def test_atom() -> None:
    feed = sample("atom.xml", "https://elsewhere.example/feed.xml")
    assert (feed.title, feed.link, feed.language) == ("Amtsblatt", "https://amt.example/blatt/", "de")
    first, second = feed.items
    assert first.title == "Leitzins bei 5 < 6 Prozent"
    assert first.link == "https://amt.example/blatt/1.html"
    assert first.published == datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
    assert first.updated == datetime(2026, 3, 1, 9, 30, 0, 250_000, tzinfo=UTC)
    assert (first.authors, first.tags) == (("E. Beispiel",), ("Zinsen",))
    assert (second.published, second.updated) == (None, datetime(2026, 2, 28, 9, 0, tzinfo=UTC))
    assert second.summary == "Erster\nZweiter"


def test_rdf() -> None:
    feed = sample("rdf.xml")
    (item,) = feed.items
    assert (feed.title, feed.language) == ("鉱山新聞", "ja")
    assert (item.guid, item.title, item.authors) == ("https://rdf.example/1", "銅の輸出を制限", ("山田",))
    assert item.published == datetime(2026, 1, 5, 0, 0, tzinfo=UTC)


def test_json_feed() -> None:
    feed = sample("feed.json", "https://licence.example/feed.json")
    assert (feed.title, feed.language, len(feed.items)) == ("Licence Watch", "en", 2)
    first, second = feed.items
    assert (first.guid, first.link, first.title) == ("41", "https://licence.example/41", "Licence & quota")
    assert (first.summary, first.authors, first.tags) == ("Granted.", ("Desk",), ("chips",))
    assert first.published == datetime(2026, 2, 1, 13, 0, tzinfo=UTC)
    assert (second.link, second.title, second.published) == ("https://other.example/x", "", None)
    assert (second.summary, second.authors) == ("A note without a title.", ("Guest",))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "empty"),
        (b" \n ", "blanks"),
        (b"<!DOCTYPE html><html><body>Gone</body></html>", "HTML page"),
        (b"not a feed at all", "neither RSS, Atom nor JSON Feed"),
        (bytes(range(256)) * 50, "neither RSS, Atom nor JSON Feed"),
        (b"\0" * 1000, "neither RSS, Atom nor JSON Feed"),
        (b'{"a": 1}', "not a JSON Feed"),
        (b'{"a": ', "not"),
        (b'{"a":' + b"[" * 100_000, "RecursionError"),
        (b"<rss version='2.0'><channel><title>cut o", "broken XML"),
        (b"<html><!-- <rdf:RDF xmlns:rdf='x'></rdf:RDF> --></html>", "HTML page"),
    ],
)
def test_says_what_it_is_instead(body: bytes, said: str) -> None:
    with pytest.raises(NotAFeedError, match=said) as caught:
        parse_feed(body, content_type=None, url="")
    assert "\n" not in str(caught.value)


def test_a_body_that_is_a_path_opens_nothing(tmp_path: Path) -> None:
    secret = tmp_path / "feed.xml"
    secret.write_bytes(rss("<item><title>secret</title></item>"))
    with pytest.raises(NotAFeedError):
        parse_feed(str(secret).encode(), content_type=None, url="")


def test_an_empty_feed_is_a_feed() -> None:
    assert parse_feed(rss(""), content_type=None, url="").items == ()


@pytest.mark.parametrize(
    "body",
    [
        rss("<item><title>ok</title></item>", head="<b>Warning</b>: line 3\n<?xml version='1.0'?>"),
        b"\n\n<?xml version='1.0'?>" + rss("<item><title>ok</title></item>"),
        rss("<item><title>o\x00\x0bk</title></item>"),
        rss("<item><title>ok&#55555;&#xD800;&#99999999999999;</title></item>"),
        rss("<item><title>ok</title><description>&nbsp;&eacute;&unknown; & done</description></item>"),
        rss("<item><title>ok</title><undeclared:x>1</undeclared:x></item>"),
        rss("<item><title>ok</title></item><item><title>cut o")[:-20],
        b"<rss version='2.0'><channel><item><title>ok</title><description>" + b"<div>" * 50_000,
    ],
    ids=["warning", "blank lines", "controls", "surrogates", "names", "prefix", "cut", "nested"],
)
def test_mends_what_can_be_mended(body: bytes) -> None:
    assert parse_feed(body, content_type=None, url="").items[0].title.rstrip("\ufffd") == "ok"


@pytest.mark.parametrize(
    "body",
    [
        b"<?xml version='1.0'?><items><item><title>ok</title><link>https://e.org/1</link></item></items>",
        b"<entry xmlns='http://www.w3.org/2005/Atom'><title>ok</title><link href='https://e.org/1'/></entry>",
        b"<data><x><rss><channel><item><title>ok</title><link>https://e.org/1</link></item></channel></rss></x></data>",
        b"<rss><channel><item><title>ok</title><guid isPermaLink='True'>https://e.org/1</guid></item></channel></rss>",
    ],
    ids=["items", "entry", "wrapped", "guid"],
)
def test_odd_roots_and_links(body: bytes) -> None:
    (item,) = parse_feed(body, content_type=None, url="https://e.org/").items
    assert (item.title, item.link) == ("ok", "https://e.org/1")


def test_entities_cannot_multiply_the_text() -> None:
    nested = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9))
    bomb = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY e0 "{"A" * 30}">{nested}<!ENTITY big "{"B" * 100_000}">'
    bomb += '<!ENTITY file SYSTEM "file:///etc/hostname"><!ENTITY co "Smith &#38; Co">]>'
    feed = parse_feed(
        rss(f"<item><title>&e9;{'&big;' * 1000}&file;&e0;</title></item>", bomb), content_type=None, url=""
    )
    assert len(feed.items[0].title) <= limits.TITLE
    assert "B" not in feed.items[0].title.replace("&big;", "")


def test_is_bounded() -> None:
    item = f"<item><title>{'t' * 5000}</title><description>{'d ' * 20_000}</description></item>"
    many = parse_feed(rss(item + "<item><title>x</title></item>" * 3000), content_type=None, url="")
    assert len(many.items) == limits.ITEMS
    assert len(many.items[0].title) == limits.TITLE
    assert len(many.items[0].summary) <= limits.SUMMARY


_PIECES = st.sampled_from(
    b"""<rss version='2.0'>|<feed xmlns='http://www.w3.org/2005/Atom'>|<channel>|<item>|</item>|<entry>|<title>|</title>|
<link href='|'/>|<pubDate>|2024-13-05|<description><![CDATA[|]]>|&#x|&amp;|<guid>|\xff\xfe|\xe4|{|"items":[|{"id":|
<?xml encoding='|gbk|?>|<!ENTITY a '|xml:base='http://[|<content type='|base64'>|<svg>|<author>|a@b (|</rss>""".split(
        b"|"
    )
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.one_of(st.binary(max_size=300), st.lists(st.one_of(_PIECES, st.binary(max_size=8)), max_size=40).map(b"".join))
)
def test_any_bytes_are_a_feed_or_refused(body: bytes) -> None:
    for given_body in (body, b"<rss version='2.0'><channel><item>" + body):
        try:
            feed = parse_feed(given_body, content_type="text/xml; charset=x", url="https://e.org/")
        except NotAFeedError:
            continue
        for item in feed.items:
            # nothing in it that cannot be written, as a lone surrogate could not
            assert f"{item.title}{item.summary}{item.content}{item.link}{item.guid}".encode()
