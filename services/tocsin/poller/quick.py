"""The quick reader: well-formed RSS, RDF and Atom by lxml, told in feedparser's words, or not at all.

feedparser is the judge. What this reader returns is what feedparser would have told, as far as ``parse`` asks for it;
wherever a document does something of which that is not sure, the answer is None and feedparser reads it instead.
``tests/unit/poller/test_quick.py`` holds the two against each other.
"""

from collections.abc import Iterator
from typing import Any, Final

from lxml import etree

from tocsin.poller import limits
from tocsin.poller.quick_entry import Entry
from tocsin.poller.quick_text import Doubt, Scope, attributes, element_name, text
from tocsin.poller.vocabulary import is_harmless

_PARSER: Final = {
    "resolve_entities": False, "load_dtd": False, "no_network": True, "huge_tree": False, "remove_comments": True,
    "remove_pis": True, "strip_cdata": True, "recover": False,
}  # fmt: skip
_ENTRIES: Final = frozenset({"item", "entry"})
_ABOUT: Final = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_CDF: Final = frozenset({"href", "lastmod"})
_IN_IMAGE: Final = frozenset({"title", "link", "description", "url", "href", "width", "height"})
_IN_TEXT_INPUT: Final = frozenset({"title", "link", "description", "name"})
_ROOTS: Final = frozenset({"rss", "rdf_rdf", "feed", "channel"})


def read(document: str) -> dict[str, Any] | None:
    """``feed`` and ``entries`` as feedparser's dictionaries have them, or None when in doubt. Never raises.

    ``document`` begins with its root element; it has no DOCTYPE, so there are no entities to resolve. At most
    ``limits.ITEMS`` entries are read.
    """
    try:
        root = etree.fromstring(document.encode(), etree.XMLParser(**_PARSER))
        return _Document(root).told()
    except (etree.XMLSyntaxError, UnicodeEncodeError, Doubt):
        return None


class _Document:
    def __init__(self, root: etree._Element) -> None:
        self._root = root
        self._feed: dict[str, Any] = {}
        self._entries: list[dict[str, Any]] = []

    def told(self) -> dict[str, Any]:
        root = element_name(self._root)
        if root not in _ROOTS:
            raise Doubt
        scope = Scope().inside(self._root, root=True)
        if root in {"rss", "feed"} and scope.language:
            self._feed["language"] = scope.language.replace("_", "-")
        if root in {"feed", "channel"}:
            self._channel(self._root, scope)
        else:
            self._outside(scope)
        if not self._entries:
            # empty feeds are rare and cheap; feedparser knows more of what they could be
            raise Doubt
        return {"version": root, "feed": self._feed, "entries": self._entries, "bozo": False}

    def _outside(self, scope: Scope) -> None:
        channels = 0
        for child, kind in _children(self._root):
            if kind == "channel":
                channels += 1
                self._channel(child, scope.inside(child))
            elif kind in _ENTRIES:
                self._entry(child, scope)
            elif kind == "image":
                _picture(child, _IN_IMAGE)
            elif kind == "textinput":
                _picture(child, _IN_TEXT_INPUT)
            else:
                passed_over(child, kind)
        if channels > 1:
            raise Doubt

    def _channel(self, channel: etree._Element, scope: Scope) -> None:
        head = Entry(scope)
        _refuse_cdf(channel)
        for child, kind in _children(channel):
            if kind in _ENTRIES:
                self._entry(child, scope)
                head.forget_title_depth()
            elif kind == "image":
                _picture(child, _IN_IMAGE)
            elif kind == "textinput":
                _picture(child, _IN_TEXT_INPUT)
            elif kind in {"title", "dc_title", "link", "id", "guid"}:
                head.take(child, kind)
            elif kind in {"language", "dc_language"}:
                self._feed["language"] = text(child)
            elif kind in _TEXTS:
                if len(child):
                    raise Doubt
            elif kind in _PEOPLE:
                _person(child)
            else:
                passed_over(child, kind)
        self._feed.update({key: value for key, value in head.told.items() if key in _OF_FEED})

    def _entry(self, element: etree._Element, scope: Scope) -> None:
        if len(self._entries) == limits.ITEMS:
            return
        entry = Entry(scope.inside(element))
        about = attributes(element).get(_ABOUT)
        if about:
            entry.told["id"] = about
        _refuse_cdf(element)
        for child, kind in _children(element):
            if not entry.take(child, kind):
                passed_over(child, kind)
        self._entries.append(entry.told)


_OF_FEED: Final = frozenset({"title", "title_detail", "link", "links"})
_TEXTS: Final = frozenset([
    "description", "dc_description", "summary", "itunes_summary", "pubdate", "published", "updated", "modified",
    "lastbuilddate", "dc_date", "created", "issued", "dcterms_created", "dcterms_issued", "dcterms_modified",
    "category", "dc_subject", "keywords", "itunes_keywords", "media_keywords", "media_category", "media_description",
    "itunes_author", "dc_creator", "dc_author", "managingeditor", "newlocation", "abstract",
])  # fmt: skip
"""Of a channel: read by feedparser, of no use to us."""
_PEOPLE: Final = frozenset({"author", "contributor", "itunes_category"})
_OF_PERSON: Final = frozenset({"name", "email", "uri", "url", "homepage", "itunes_category"})


def _children(element: etree._Element) -> Iterator[tuple[etree._Element, str]]:
    for child in element.iterchildren("*"):
        yield child, element_name(child)


def passed_over(element: etree._Element, kind: str) -> None:
    """Be sure that neither the element nor what is in it changes what is read. Raises Doubt."""
    if not is_harmless(kind, has_children=bool(len(element))):
        raise Doubt
    for inner in element.iterdescendants("*"):
        if not is_harmless(element_name(inner), has_children=bool(len(inner))):
            raise Doubt


def _refuse_cdf(element: etree._Element) -> None:
    """Channel Definition Format, of 1997, tells by attributes."""
    if not attributes(element).keys().isdisjoint(_CDF):
        raise Doubt


def _picture(element: etree._Element, known: frozenset[str]) -> None:
    for child, kind in _children(element):
        if kind not in known or len(child):
            raise Doubt


def _person(element: etree._Element) -> None:
    for inner in element.iterdescendants("*"):
        if element_name(inner) not in _OF_PERSON:
            raise Doubt
