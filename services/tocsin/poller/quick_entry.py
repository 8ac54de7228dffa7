"""One entry, filled element by element in the document's order, as feedparser fills it."""

import re
from collections.abc import Callable
from typing import Any, Final

from lxml import etree

from tocsin.poller.quick_text import Doubt, Scope, attributes, element_name, markup, mended, text

_PLAIN: Final = "text/plain"
_HTML: Final = "text/html"
_XHTML: Final = "application/xhtml+xml"
_TYPES: Final = {"text": _PLAIN, "plain": _PLAIN, "html": _HTML, "xhtml": _XHTML, _PLAIN: _PLAIN, _HTML: _HTML,
                 _XHTML: _XHTML}  # fmt: skip
_READABLE: Final = frozenset({_PLAIN, _HTML})
_MODES: Final = frozenset({None, "escaped", "xml"})
_MAIL: Final = re.compile(
    r"[\w.+-]+@(?:\[\d{1,3}\.\d{1,3}\.\d{1,3}\.|(?:[a-zA-Z0-9-]+\.)+)(?:[a-zA-Z]{2,4}|\d{1,3})\]?(?:\?subject=\S+)?",
    re.ASCII,
)
_QUERY: Final = re.compile(r"&([A-Za-z0-9_]+);")


class Entry:
    """``told`` is the dictionary that feedparser would have made, as far as ``parse`` reads it."""

    def __init__(self, scope: Scope) -> None:
        self.told: dict[str, Any] = {}
        self._scope = scope
        self._has_content = False
        self._title_depth = -1
        self._depths: dict[str, int] = {}

    def forget_title_depth(self) -> None:
        """After an item in between, a title counts again."""
        self._title_depth = -1

    def take(self, element: etree._Element, kind: str, depth: int = 1) -> bool:
        """Read a child. False when it is of no kind that is read. Raises Doubt."""
        reader = _READERS.get(kind)
        if reader is None:
            return False
        reader(self, element, kind, depth)
        return True

    def title(self, element: etree._Element, kind: str, depth: int) -> None:
        value, detail = self._content_of(element, _PLAIN)
        if not -1 < self._title_depth <= depth:
            self._file("title", value, detail, depth)
        if value and kind != "media_title":
            self._title_depth = depth

    def description(self, element: etree._Element, kind: str, depth: int) -> None:
        if "summary" in self.told and not self._has_content:
            self.content(element, kind, depth)
            return
        self._file("summary", *self._content_of(element, _HTML), depth)

    def summary(self, element: etree._Element, kind: str, depth: int) -> None:
        if "summary" in self.told and not self._has_content:
            self.content(element, kind, depth)
            return
        self._file("summary", *self._content_of(element, _PLAIN), depth)

    def content(self, element: etree._Element, kind: str, _: int) -> None:
        self._has_content = True
        value, detail = self._content_of(element, _HTML if kind == "content_encoded" else _PLAIN)
        self.told.setdefault("content", []).append(detail)
        if detail["type"] in _READABLE:
            self.told.setdefault("summary", value)

    def _content_of(self, element: etree._Element, default: str) -> tuple[str, dict[str, Any]]:
        told = attributes(element)
        kind = default
        scope = self._scope
        if told:
            scope = scope.inside(element)
            # an unknown type may be base64
            kind = _TYPES.get(told.get("type", default).lower(), "")
            if not kind or told.get("mode") not in _MODES:
                raise Doubt
        value = markup(element) if kind == _XHTML else text(element)
        language = scope.language.replace("_", "-") if scope.language else None
        return value, {"type": kind, "value": value, "language": language}

    def _file(self, key: str, value: str, detail: dict[str, Any], depth: int) -> None:
        # of two elements the outer one counts, of two at one depth the later one
        if depth <= self._depths.get(key, depth):
            self._depths[key] = depth
            self.told[key] = value
        self.told[f"{key}_detail"] = detail

    def link(self, element: etree._Element, _: str, __: int) -> None:
        told = attributes(element)
        if "url" in told or "uri" in told:
            raise Doubt
        href = told.get("href")
        rel = told.get("rel", "alternate").lower()
        links = self.told.setdefault("links", [])
        if href:
            if len(element):
                raise Doubt
            link = self._scope.inside(element).resolved(href)
            links.append({"rel": rel, "href": link})
            kind = told.get("type", "application/atom+xml" if rel == "self" else _HTML).lower()
            if rel == "alternate" and _TYPES.get(kind) in {_HTML, _XHTML}:
                self.told["link"] = link
            return
        if href is not None:
            raise Doubt
        link = text(element)
        if link:
            link = mended(self._scope.inside(element).resolved(link))
        link = _QUERY.sub(r"&\1", link.replace("&amp;", "&"))
        self.told["link"] = link
        links.append({"rel": rel, "href": link} if link else {"rel": rel})

    def guid(self, element: etree._Element, _: str, __: int) -> None:
        value = text(element)
        is_link = attributes(element).get("ispermalink", "true") == "true"
        if is_link and value:
            value = mended(self._scope.inside(element).resolved(value))
        self.told["id"] = value
        if is_link:
            self.told.setdefault("link", value)

    def published(self, element: etree._Element, _: str, __: int) -> None:
        self.told["published"] = text(element)

    def updated(self, element: etree._Element, _: str, __: int) -> None:
        self.told["updated"] = text(element)

    def created(self, element: etree._Element, _: str, __: int) -> None:
        self.told["created"] = text(element)

    def original_link(self, element: etree._Element, _: str, __: int) -> None:
        if element.attrib:
            raise Doubt
        self.told["feedburner_origlink"] = text(element)

    def language(self, element: etree._Element, _: str, __: int) -> None:
        self.told["language"] = text(element)

    def author(self, element: etree._Element, _: str, __: int) -> None:
        person: dict[str, str] = {}
        authors = self.told.setdefault("authors", [])
        authors.append(person)
        if len(element):
            for child in element.iterchildren("*"):
                key = element_name(child)
                if key in {"name", "email"}:
                    person[key] = text(child)
                elif key not in {"uri", "url", "homepage"} or len(child):
                    raise Doubt
            if person.get("name") or person.get("email"):
                self.told["author"] = person.get("name") or person.get("email")
                return
            # only blanks between the elements, or else they are the author
            if any((part or "").strip() for part in (element.text, *(child.tail for child in element))):
                raise Doubt
            return
        name = text(element)
        self.told["author"] = name
        person.update(_person(name))

    def category(self, element: etree._Element, kind: str, _: int) -> None:
        get = attributes(element).get
        scheme = get("scheme", get("domain", "media" if kind == "media_category" else None))
        self._tag(get("term"), scheme, get("label"))
        value = text(element)
        tags = self.told["tags"]
        if value and tags and not tags[-1]["term"]:
            tags[-1]["term"] = value
        elif value:
            self._tag(value, None, None)

    def keywords(self, element: etree._Element, _: str, __: int) -> None:
        for word in text(element).split(","):
            if word.strip():
                self._tag(word.strip(), None, None)

    def itunes_category(self, element: etree._Element, _: str, __: int) -> None:
        if len(element) or (element.text or "").strip():
            raise Doubt
        self._tag(attributes(element).get("text"), "itunes", None)

    def _tag(self, term: Any, scheme: Any, label: Any) -> None:
        tags = self.told.setdefault("tags", [])
        tag = {"term": term, "scheme": scheme, "label": label}
        if (term or scheme or label) and tag not in tags:
            tags.append(tag)

    def source(self, element: etree._Element, _: str, __: int) -> None:
        # all in it is about the source; a title after it would count again
        if "title" in self.told and any(element_name(inner).endswith("title") for inner in element.itersiblings("*")):
            raise Doubt
        for inner in element.iterdescendants("*"):
            if element_name(inner) in {"item", "entry", "source", "image", "textinput", "content", "channel"}:
                raise Doubt
        self._title_depth = -1

    def image(self, element: etree._Element, _: str, __: int) -> None:
        if len(element):
            raise Doubt
        self._title_depth = -1

    def group(self, element: etree._Element, _: str, depth: int) -> None:
        for child in element.iterchildren("*"):
            kind = element_name(child)
            if kind in _IN_GROUP:
                self.take(child, kind, depth + 1)
            elif not kind.startswith("media_") or len(child):
                raise Doubt


_READERS: Final[dict[str, Callable[[Entry, etree._Element, str, int], None]]] = {
    "title": Entry.title, "dc_title": Entry.title, "media_title": Entry.title,
    "description": Entry.description, "dc_description": Entry.description, "media_description": Entry.description,
    "summary": Entry.summary, "itunes_summary": Entry.summary,
    "content": Entry.content, "content_encoded": Entry.content,
    "link": Entry.link, "guid": Entry.guid, "id": Entry.guid, "feedburner_origlink": Entry.original_link,
    "pubdate": Entry.published, "published": Entry.published, "issued": Entry.published,
    "dcterms_issued": Entry.published,
    "updated": Entry.updated, "modified": Entry.updated, "lastbuilddate": Entry.updated, "dc_date": Entry.updated,
    "dcterms_modified": Entry.updated,
    "created": Entry.created, "dcterms_created": Entry.created,
    "language": Entry.language, "dc_language": Entry.language,
    "author": Entry.author, "managingeditor": Entry.author, "dc_creator": Entry.author, "dc_author": Entry.author,
    "itunes_author": Entry.author,
    "category": Entry.category, "keywords": Entry.category, "dc_subject": Entry.category,
    "media_category": Entry.category, "media_keywords": Entry.keywords, "itunes_keywords": Entry.keywords,
    "itunes_category": Entry.itunes_category,
    "source": Entry.source, "image": Entry.image, "media_group": Entry.group, "media_content": Entry.group,
}  # fmt: skip
_IN_GROUP: Final = frozenset({"media_title", "media_description", "media_category", "media_keywords", "media_group",
                              "media_content"})  # fmt: skip


def _person(told: str) -> dict[str, str]:
    """Name and address of ``ada@e.org (Ada)``, ``Ada <ada@e.org>``."""
    found = _MAIL.search(told)
    person = {}
    if found:
        person["email"] = found[0]
        told = told.replace(found[0], "").replace("()", "").replace("<>", "").replace("&lt;&gt;", "").strip()
        told = told.removeprefix("(").removesuffix(")").strip()
    if told:
        person["name"] = told
    return person
