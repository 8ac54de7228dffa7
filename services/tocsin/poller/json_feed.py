"""JSON Feed 1.0 and 1.1 (jsonfeed.org), read leniently: a wrong field is left out, the item stays."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from tocsin.poller import limits
from tocsin.poller.dates import parse_date
from tocsin.poller.links import absolute
from tocsin.poller.names import language_tag, names
from tocsin.poller.parsed import NotAFeedError, ParsedFeed, ParsedItem
from tocsin.poller.text import cut, from_html, line, looks_like_html, plain, unscrambled

_VERSION: Final = "jsonfeed.org/version/"


def parse(text: str, url: str) -> ParsedFeed:
    """The JSON Feed in ``text``. Raises NotAFeedError for other JSON and for what is not JSON."""
    try:
        document = msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise NotAFeedError(f"begins like JSON, but is not: {error}") from error
    if not isinstance(document, dict) or not (
        _VERSION in _string(document, "version") or isinstance(document.get("items"), list)
    ):
        raise NotAFeedError("JSON, but not a JSON Feed")
    link = absolute(url, _string(document, "home_page_url"))
    language = language_tag(_string(document, "language"))
    base = url or _string(document, "feed_url") or link
    people = _people(document)
    items = document.get("items")
    found = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    parsed = (_item(item, base, language, people) for item in found[: limits.ITEMS])
    return ParsedFeed(
        title=_line(document, "title"),
        link=link,
        language=language,
        items=tuple(item for item in parsed if item.title or item.summary or item.content or item.link),
    )


def _item(item: Mapping[str, Any], base: str, language: str | None, people: list[str]) -> ParsedItem:
    content = from_html(_string(item, "content_html"), limits.CONTENT) or plain(
        _string(item, "content_text"), limits.CONTENT
    )
    summary = plain(_string(item, "summary"), limits.SUMMARY) or cut(content, limits.EXCERPT)
    tags = item.get("tags")
    return ParsedItem(
        guid=line(plain(_string(item, "id"), limits.LINK)) or None,
        link=absolute(base, _string(item, "url") or _string(item, "external_url")),
        title=_line(item, "title"),
        summary=summary,
        content="" if content == summary else content,
        published=parse_date(_string(item, "date_published")),
        updated=parse_date(_string(item, "date_modified")),
        authors=names(_people(item) or people),
        tags=names(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
        language=language_tag(_string(item, "language")) or language,
    )


def _string(source: Mapping[str, Any], key: str) -> str:
    """A string; the specification asks readers to take a number for one (ids)."""
    value = source.get(key)
    if isinstance(value, str):
        return unscrambled(value)
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else ""


def _line(source: Mapping[str, Any], key: str) -> str:
    value = _string(source, key)
    return line(from_html(value, limits.TITLE) if looks_like_html(value) else plain(value, limits.TITLE))


def _people(source: Mapping[str, Any]) -> list[str]:
    # 1.1 has ``authors``, 1.0 had one ``author``
    authors = source.get("authors")
    people = authors if isinstance(authors, list) else [source.get("author")]
    return [name for person in people if isinstance(person, dict) and (name := _string(person, "name"))]
