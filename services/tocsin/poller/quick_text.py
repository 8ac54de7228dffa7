"""Text of elements as feedparser would give it, for the quick reader."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urljoin

from lxml import etree
from msgspec import Struct

from tocsin.poller.text import plausible
from tocsin.poller.vocabulary import name

_LANGUAGE: Final = "{http://www.w3.org/xml/1998/namespace}lang"
_BASE: Final = "{http://www.w3.org/xml/1998/namespace}base"
_SLASHES: Final = re.compile(r"^([A-Za-z][A-Za-z0-9+-.]*://)/+")
_CONTROLS: Final = {
    code: bytes([code]).decode("cp1252") for code in range(0x80, 0xA0) if code not in {0x81, 0x8D, 0x8F, 0x90, 0x9D}
}
"""C1 controls that were meant as characters of windows-1252."""
_SOUND: Final = re.compile(r"https?://[\w.-]+(?::\d+)?(?:/[^\s\[\]]*)?\Z|[\w.][\w./-]*\Z|/(?!/)[\w./-]*\Z")
_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XML: Final = "http://www.w3.org/xml/1998/namespace"
_MEANT: Final = frozenset(["about", "base", "domain", "href", "ispermalink", "label", "lang", "lastmod", "mode", "rel",
                           "scheme", "term", "text", "type", "uri", "url", "version"])  # fmt: skip
_NONE: Final[Mapping[str, str]] = {}
_SPECIAL: Final = frozenset({"svg", "math"})


class Doubt(Exception):  # noqa: N818 - not an error
    """feedparser could read this differently; let it."""


class Scope(Struct, frozen=True):
    """What an element's ancestors say of language and base."""

    language: str | None = None
    base: str = ""

    def inside(self, element: etree._Element, *, root: bool = False) -> "Scope":
        """The scope within ``element``. Raises Doubt on bases that are odd, or that nothing outside stands behind: to
        feedparser such a base goes on after its element.
        """
        told = attributes(element)
        if not told:
            return self
        language = told.get(_LANGUAGE, told.get("lang"))
        base = told.get(_BASE) or told.get("base")
        if language is None and not base:
            return self
        if base and (not (root or self.base) or not _SOUND.match(base)):
            raise Doubt
        return Scope(
            self.language if language is None else language or None, self.resolved(base) if base else self.base
        )

    def resolved(self, link: str) -> str:
        """``link`` seen from the base."""
        return resolved(self.base, link)


def resolved(base: str, link: str) -> str:
    """``link`` seen from ``base``; empty when it cannot be."""
    try:
        return urljoin(base, _SLASHES.sub(r"\1", link))
    except ValueError:
        return ""


def attributes(element: etree._Element) -> Mapping[str, str]:
    """The attributes by name in small letters, ``{namespace}local`` where they have one. Raises Doubt."""
    told = element.attrib
    if not told:
        return _NONE
    named = {str(key).lower(): str(value) for key, value in told.items()}
    for key in named:
        namespace, bracket, local = key[1:].rpartition("}")
        # in a namespace that feedparser does not know it goes by its bare name; and its parser knows fewer letters
        if (bracket and local in _MEANT and namespace not in {_XML, _RDF}) or not key.isascii():
            raise Doubt
    return named


def element_name(element: etree._Element) -> str:
    """The element as feedparser's handlers call it."""
    return name(str(element.tag), element.prefix)


def text(element: etree._Element) -> str:
    """The text of an element that holds nothing else. Raises Doubt when it does."""
    if len(element):
        raise Doubt
    return mended(element.text or "")


def mended(value: str) -> str:
    """Stripped, and UTF-8 that was taken for ISO 8859-1 put right."""
    value = value.strip()
    return value if value.isascii() else _put_right(value).translate(_CONTROLS)


def markup(element: etree._Element) -> str:
    """What is inside an element of XHTML, as markup without attributes. Raises Doubt on embedded pictures."""
    pieces: list[str] = []
    _write(element, pieces)
    return mended("".join(pieces))


def _put_right(value: str) -> str:
    try:
        meant = value.encode("iso-8859-1").decode("utf-8")
    except UnicodeError:
        return value
    # feedparser takes whatever is valid
    return meant if plausible(meant) else value


def _write(element: etree._Element, pieces: list[str]) -> None:
    pieces.append(_escaped(element.text))
    for child in element.iterchildren("*"):
        local = etree.QName(child).localname.lower()
        if local in _SPECIAL:
            raise Doubt
        pieces.append(f"<{local}>")
        _write(child, pieces)
        pieces.append(f"</{local}>")
        pieces.append(_escaped(child.tail))


def _escaped(value: str | None) -> str:
    if not value:
        return ""
    return value.replace("&", "&amp;").replace(">", "&gt;").replace("<", "&lt;")
