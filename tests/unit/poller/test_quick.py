"""The quick reader against its judge, feedparser: equal in everything that ``parse_feed`` tells."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.poller import documents

from tocsin.poller import quick, xml_text
from tocsin.poller.parse import parse_feed
from tocsin.poller.parsed import NotAFeedError, ParsedFeed

URL = "https://feed.example/dir/feed.xml"


@contextmanager
def judge_only() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(quick, "read", lambda _: None)
        yield


def told(document: str) -> ParsedFeed | str:
    try:
        return parse_feed(document.encode(), content_type=None, url=URL)
    except NotAFeedError as error:
        return str(error)


def assert_equal(document: str) -> None:
    ours = told(document)
    with judge_only():
        assert ours == told(document)


@pytest.mark.parametrize("name", documents.QUICK)
def test_the_quick_reader_reads_what_is_usual(name: str) -> None:
    assert quick.read(xml_text.mend(documents.QUICK[name]).document) is not None
    assert_equal(documents.QUICK[name])


@pytest.mark.parametrize("name", documents.DOUBTFUL)
def test_what_is_unusual_is_left_to_the_judge(name: str) -> None:
    assert quick.read(xml_text.mend(documents.DOUBTFUL[name]).document) is None
    assert_equal(documents.DOUBTFUL[name])


@pytest.mark.parametrize("name", documents.BROKEN)
def test_broken_documents(name: str) -> None:
    assert_equal(documents.BROKEN[name])
    feed = told(documents.BROKEN[name])
    assert isinstance(feed, ParsedFeed)
    assert feed.items[0].title in {"A", "AT&T & more", "5 < 6"}


def test_takes_no_entity_from_anywhere() -> None:
    # the parser sees no DOCTYPE when it is called by parse; called with one, it still opens and expands nothing
    document = "<!DOCTYPE rss [<!ENTITY f SYSTEM 'file:///etc/hostname'>]>" + documents.rss(
        "<item><title>&f;</title></item>"
    )
    feed = quick.read(document)
    assert feed is None or feed["entries"][0]["title"] == ""


_TEXT = st.text(st.sampled_from("ab \u4e2d<>&;#'\"\n]/=1\u0096\u00c3\u00a9"), max_size=12)
_NAMES = st.sampled_from(
    [
        "title", "link", "guid", "id", "pubDate", "published", "updated", "dc:date", "description", "summary", "content",
        "content:encoded", "author", "name", "email", "dc:creator", "category", "dc:title", "media:title", "media:group",
        "media:description", "media:content", "itunes:summary", "itunes:author", "source", "image", "url", "enclosure",
        "language", "x:y", "comments", "rights", "svg", "p", "div", "item", "entry", "channel", "textInput", "keywords",
    ]
)  # fmt: skip
_ATTRIBUTES = st.lists(
    st.tuples(
        st.sampled_from(["type", "href", "rel", "isPermaLink", "xml:lang", "term", "label", "domain", "mode", "url", "text"]),
        st.sampled_from(["html", "xhtml", "text", "text/html", "self", "alternate", "false", "true", "/a", "https://e.example/b",
                         "de", "", "base64", "x y"]),
    ),
    max_size=2,
    unique_by=lambda pair: pair[0],
)  # fmt: skip


def _written(name: str, attributes: list[tuple[str, str]], inner: list[str], cdata: bool) -> str:
    told = "".join(f" {key}='{value}'" for key, value in attributes)
    return f"<{name}{told}>{''.join(inner)}</{name}>"


def _escaped(value: str, cdata: bool) -> str:
    if cdata:
        return f"<![CDATA[{value.replace(']]>', '')}]]>"
    return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


_LEAF = st.builds(_escaped, _TEXT, st.booleans())
_ELEMENT = st.recursive(
    st.builds(lambda name, attributes, text: _written(name, attributes, [text], False), _NAMES, _ATTRIBUTES, _LEAF),
    lambda inner: st.builds(_written, _NAMES, _ATTRIBUTES, st.lists(inner, max_size=3), st.booleans()),
    max_leaves=4,
)
_ITEMS = st.lists(st.lists(_ELEMENT, max_size=6).map("".join), min_size=1, max_size=3)
_SPACES = " ".join(
    f"xmlns:{name}='{xml_text._NAMESPACES.get(name, 'urn:x')}'" for name in ("dc", "media", "content", "itunes", "x")
)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(items=_ITEMS, head=st.lists(_ELEMENT, max_size=3).map("".join), kind=st.sampled_from(["rss", "atom", "rdf"]))
def test_generated_feeds(items: list[str], head: str, kind: str) -> None:
    if kind == "rss":
        document = (
            f"<rss version='2.0' {_SPACES}><channel>{head}{''.join(f'<item>{i}</item>' for i in items)}</channel></rss>"
        )
    elif kind == "rdf":
        document = (
            f"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/' {_SPACES}>"
            f"<channel>{head}</channel>{''.join(f'<item>{i}</item>' for i in items)}</rdf:RDF>"
        )
    else:
        document = f"<feed xmlns='http://www.w3.org/2005/Atom' {_SPACES}>{head}{''.join(f'<entry>{i}</entry>' for i in items)}</feed>"
    assert_equal(document)
