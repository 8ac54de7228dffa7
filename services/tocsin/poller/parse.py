"""A feed document's bytes to its items: RSS 0.9x, 1.0 and 2.0, Atom, JSON Feed. Pure, safe on any bytes."""

import io
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import feedparser

from tocsin.poller import charset, json_feed, limits, quick, xml_text
from tocsin.poller.dates import parse_date
from tocsin.poller.links import absolute
from tocsin.poller.names import language_tag, names
from tocsin.poller.parsed import NotAFeedError, ParsedFeed, ParsedItem
from tocsin.poller.text import cut, from_html, line, looks_like_html, plain, unscrambled

_HEADERS: Final = {"content-type": "application/xml; charset=utf-8"}
_WEB: Final = re.compile(r"https?://[^\s/]", re.IGNORECASE)
_DECLARATION: Final = "<?xml version='1.0' encoding='utf-8'?>\n"


def parse_feed(body: bytes, *, content_type: str | None, url: str) -> ParsedFeed:
    """The feed in ``body``. ``content_type`` is the server's header; ``url`` is the base of relative links, may be "".

    Raises NotAFeedError for everything that holds no feed, never anything else. A feed without items is a feed.
    """
    if not body:
        raise NotAFeedError("empty, not a feed")
    try:
        text = charset.decode(body, content_type)
        if text.lstrip().startswith("{"):
            return json_feed.parse(text, url)
        return _read(xml_text.mend(text), url)
    except NotAFeedError:
        raise
    except MemoryError as error:
        raise NotAFeedError("takes more memory than allowed", "too-big") from error
    except Exception as error:
        # feedparser has no list of what it may raise (RecursionError among them); no document may stop the poller
        raise NotAFeedError(f"cannot be read as a feed ({type(error).__name__})") from error


def _feedparser(document: str) -> Any:
    # a stream, because feedparser would open bytes that happen to be a path; sanitising and resolving cost most of
    # its time and are done, for what we keep, by from_html and absolute
    stream = io.BytesIO((_DECLARATION + document).encode())
    return feedparser.parse(stream, response_headers=_HEADERS, sanitize_html=False, resolve_relative_uris=False)


# it fills a table shared by all its parsers on first use, without a lock: do that before there are threads
_feedparser("<rss/>")
# its own reading of dates guesses wrong and may raise; ours reads the texts, so the first of its handlers ends its try
feedparser.registerDateHandler(lambda _: (1970, 1, 1, 0, 0, 0, 3, 1, 0))


def _told(document: str) -> Any:
    """What the document says, in feedparser's dictionaries: from the quick reader, or else from feedparser itself."""
    told = quick.read(document)
    if told is None:
        repaired = xml_text.repair(document)
        if repaired != document:
            told = quick.read(repaired)
        if told is None:
            told = _feedparser(repaired)
    return told


def _read(mended: xml_text.Mended, url: str) -> ParsedFeed:
    result = _told(mended.document)
    entries: Sequence[dict[str, Any]] = result["entries"]
    feed: dict[str, Any] = result["feed"]
    if not entries and mended.in_page:
        # blogs once kept a licence as RDF in their pages
        raise NotAFeedError("an HTML page, not a feed")
    if not entries and not result["version"] and not feed:
        raise NotAFeedError("neither RSS, Atom nor JSON Feed: an empty or broken document")
    if not entries and result["bozo"]:
        # cut off, perhaps; taking it for an empty feed would make a later 304 hide its items
        raise NotAFeedError("broken XML without a single item")
    link = absolute(url, _link(feed))
    language = language_tag(_get(feed, "language"))
    # RSS has no date of change: feedparser files dc:date there, which is the date of publication
    items = (_item(entry, base=url or link, language=language, atom=mended.atom) for entry in entries[: limits.ITEMS])
    return ParsedFeed(
        title=_title(feed),
        link=link,
        language=language,
        items=tuple(item for item in items if item.title or item.summary or item.content or item.link),
    )


def _item(entry: dict[str, Any], *, base: str, language: str | None, atom: bool) -> ParsedItem:
    contents: Sequence[dict[str, Any]] = dict.get(entry, "content") or ()
    content = max((_text(part, limits.CONTENT) for part in contents), key=len, default="")
    own_summary = _get(entry, "summary")
    # feedparser copies the content of an item that has no summary
    copied = any(own_summary == part.get("value") for part in contents)
    summary = ("" if copied else _text(_detail(entry, "summary"), limits.SUMMARY)) or cut(content, limits.EXCERPT)
    guid = line(plain(_get(entry, "id"), limits.LINK)) or None
    published = _date(entry, "published") or _date(entry, "created")
    updated = _date(entry, "updated")
    if published is None and not atom:
        published, updated = updated, None
    return ParsedItem(
        guid=guid,
        # many guids are addresses, whatever they say of themselves
        link=absolute(base, _link(entry)) or (absolute("", guid) if guid and _WEB.match(guid) else ""),
        title=_title(entry),
        summary=summary,
        content="" if content == summary else content,
        published=published,
        updated=updated,
        authors=names(_authors(entry)),
        tags=names(str(tag.get("label") or tag.get("term") or "") for tag in dict.get(entry, "tags") or ()),
        language=language_tag(_get(entry, "language") or str(_detail(entry, "title").get("language") or ""))
        or language,
    )


def _get(source: dict[str, Any], key: str) -> str:
    # feedparser's dictionaries answer some keys with others' values; the plain lookup does not
    value = dict.get(source, key)
    return value if isinstance(value, str) else ""


def _detail(source: dict[str, Any], key: str) -> dict[str, Any]:
    detail = dict.get(source, f"{key}_detail")
    # the detail is the last one's, the value that of the element which counts
    return {**(detail if isinstance(detail, dict) else {}), "value": _get(source, key)}


def _title(source: dict[str, Any]) -> str:
    return line(_text(_detail(source, "title"), limits.TITLE))


def _text(detail: dict[str, Any], limit: int) -> str:
    value = unscrambled(str(detail.get("value") or ""))
    if detail.get("type", "text/html") != "text/plain" or looks_like_html(value):
        return from_html(value, limit)
    return plain(value, limit)


def _date(entry: dict[str, Any], key: str) -> datetime | None:
    return parse_date(_get(entry, key))


def _link(source: dict[str, Any]) -> str:
    # the publisher's own link, where a service put one that counts clicks
    link = _get(source, "feedburner_origlink") or _get(source, "link")
    if not link:
        links: Sequence[dict[str, Any]] = dict.get(source, "links") or ()
        link = next((str(other.get("href") or "") for other in links if other.get("rel") == "alternate"), "")
    return link


def _authors(entry: dict[str, Any]) -> list[str]:
    people: Sequence[dict[str, Any]] = dict.get(entry, "authors") or ()
    found = [str(person.get("name") or person.get("email") or "") for person in people]
    return found if any(found) else [_get(entry, "author")]
