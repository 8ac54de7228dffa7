"""Text that should be XML, mended before it is parsed: less is lost, and nothing in it can blow up."""

import html
import html.entities
import re
from typing import Final
from xml.sax.saxutils import escape

from msgspec import Struct

from tocsin.poller.parsed import NotAFeedError

_ROOT: Final = re.compile(r"<!--|<(?:[\w.-]{1,40}:)?(rss|feed|rdf|channel)(?=[\s>/])", re.IGNORECASE)
_ITEM: Final = re.compile(r"<(item|entry)[\s>]")
_HTML: Final = re.compile(r"<html[\s>]|<!doctype\s+html|<(?:head|body|div)[\s>]", re.IGNORECASE)
_ENTITY: Final = re.compile(
    r"<!ENTITY\s+(\w{1,40})\s+(?:\"([^\"&<%]{1,32}|&#\w{1,8};)\"|'([^'&<%]{1,32}|&#\w{1,8};)')\s*>"
)
_REFERENCE: Final = re.compile(
    # XML's own five and numbers that are surely characters stay as they are
    r"&(?!(?:amp|lt|gt|quot|apos|#[1-9]\d{1,3}|#x[1-9a-fA-F][0-9a-fA-F]{1,2});)"
    r"(?:#[xX]([0-9a-fA-F]+);?|#([0-9]+);?|([a-zA-Z]\w{1,40});)"
)
_ILLEGAL: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LOW_CONTROL: Final = re.compile(r"&#(?:1[0-9]|2[0-9]|3[01]|x1[0-9a-fA-F]);")
_LEGAL_BLANKS: Final = frozenset({"&#10;", "&#13;"})
_XML_OWN: Final = frozenset({"amp", "lt", "gt", "quot", "apos"})
_DIGITS: Final = 8
_BEYOND_UNICODE: Final = 0x110000
_SHOWN: Final = 60
_REST: Final = re.compile(r"(?:\s|<!--.*?-->|<\?.*?\?>)*", re.DOTALL)
_NOT_TEXT: Final = re.compile(
    # kept as they are: CDATA, comments, instructions, tags; and ampersands and brackets that are none of XML's
    r"(<!\[CDATA\[.*?\]\]>|<!--.*?-->|<\?.*?\?>|</?[A-Za-z_][\w.:-]*+(?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+>)"
    r"|&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});)|<",
    re.DOTALL,
)
_AMPERSAND: Final = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});)")
_PREFIX: Final = re.compile(r"</?([A-Za-z_][\w.-]*):[A-Za-z_]|\s([A-Za-z_][\w.-]*):[A-Za-z_][\w.-]*\s*=\s*[\"']")
_DECLARED: Final = re.compile(r"\sxmlns:([A-Za-z_][\w.-]*)\s*=")
_NAMESPACES: Final = {
    "atom": "http://www.w3.org/2005/Atom", "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/", "dcterms": "http://purl.org/dc/terms/",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0", "georss": "http://www.georss.org/georss",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd", "media": "http://search.yahoo.com/mrss/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "slash": "http://purl.org/rss/1.0/modules/slash/",
    "sy": "http://purl.org/rss/1.0/modules/syndication/", "wfw": "http://wellformedweb.org/CommentAPI/",
    "xhtml": "http://www.w3.org/1999/xhtml", "geo": "http://www.w3.org/2003/01/geo/wgs84_pos#",
}  # fmt: skip
"""What prefixes mean that documents use and forget to declare."""


class Mended(Struct, frozen=True):
    """``document`` begins with its root element. ``in_page``: it stood inside an HTML page. ``atom``: by its root."""

    document: str
    in_page: bool
    atom: bool


def mend(text: str) -> Mended:
    """The document from its root element to the root's end.

    What comes before the root (warnings of a script, the DOCTYPE with its entities) goes. Named characters are
    written out, so that neither HTML's names nor entity declarations trouble the XML parser; only entities that
    stand for a few characters are honoured, so references cannot multiply the text. Characters that XML forbids go.

    Raises NotAFeedError when there is no such root.
    """
    root = _root(text)
    if root is None and (wrapped := _wrapped(text)):
        text, root = wrapped, _root(wrapped)
    if root is None:
        if not text.strip():
            raise NotAFeedError("nothing but blanks, not a feed")
        if _HTML.search(text):
            raise NotAFeedError("an HTML page, not a feed")
        raise NotAFeedError(f"neither RSS, Atom nor JSON Feed: begins with {text.strip()[:_SHOWN]!r}")
    head, document = text[: root.start()], text[root.start() :]
    declared = {name: html.unescape(double or single) for name, double, single in _ENTITY.findall(head)}

    def written_out(match: re.Match[str]) -> str:
        hexadecimal, decimal, name = match.groups()
        if not name:
            return _number(hexadecimal or decimal, 16 if hexadecimal else 10)
        if name in _XML_OWN:
            return match[0]
        meant = declared.get(name) or html.entities.html5.get(f"{name};") or match[0]
        return _ILLEGAL.sub("", escape(meant))

    document = _REFERENCE.sub(written_out, _ILLEGAL.sub("", document))
    document = _LOW_CONTROL.sub(lambda match: match[0] if match[0] in _LEGAL_BLANKS else "\ufffd", document)
    return Mended(_ended(document, root[0]), _HTML.search(head) is not None, root[1].lower() == "feed")


def repair(document: str) -> str:
    """A document that is not well-formed, with the commonest slips put right.

    Ampersands and brackets that are text are escaped, and prefixes that are used without being declared are declared.
    """
    document = _NOT_TEXT.sub(_kept, document)
    used = {tag or attribute for tag, attribute in _PREFIX.findall(document)}
    missing = used - set(_DECLARED.findall(document)) - {"xml", "xmlns"}
    if missing:
        end = re.match(r"<[^\s>/]+", document)
        assert end, "begins with its root element"
        declarations = "".join(f' xmlns:{name}="{_NAMESPACES.get(name, f"urn:{name}")}"' for name in sorted(missing))
        document = document[: end.end()] + declarations + document[end.end() :]
    return document


def _root(text: str) -> re.Match[str] | None:
    start = 0
    while found := _ROOT.search(text, start):
        if found[1]:
            return found
        # a root inside a comment is none
        end = text.find("-->", found.end())
        start = end if end >= 0 else found.end()
    return None


def _wrapped(text: str) -> str | None:
    """Items without a feed around them, under a root of any name, as a feed."""
    first = _ITEM.search(text)
    if first is None or _HTML.search(text, 0, first.start()):
        return None
    kind = first[1]
    end = text.rfind(f"</{kind}>")
    if end < first.start():
        return None
    items = text[first.start() : end + len(f"</{kind}>")]
    return f"<feed>{items}</feed>" if kind == "entry" else f"<rss><channel>{items}</channel></rss>"


def _ended(document: str, opening: str) -> str:
    """Without what follows the root's end: counters, scripts, a second page."""
    closing = f"</{opening[1:]}"
    end = document.rfind(closing)
    if end < 0:
        return document
    bracket = document.find(">", end)
    rest = bracket + 1
    match = _REST.fullmatch(document, rest) if bracket >= 0 else None
    return document[:rest] if match is None and bracket >= 0 else document


def _kept(match: re.Match[str]) -> str:
    tag = match[1]
    if tag is None:
        return "&amp;" if match[0] == "&" else "&lt;"
    return _AMPERSAND.sub("&amp;", tag) if tag[1] not in "!?" and "&" in tag else tag


def _number(digits: str, base: int) -> str:
    digits = digits.lstrip("0")
    if 0 < len(digits) <= _DIGITS:
        code = int(digits, base)
        if code < _BEYOND_UNICODE and not _ILLEGAL.match(chr(code)):
            return f"&#{code};"
    return "\ufffd"
