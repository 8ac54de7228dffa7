"""Text that should be XML, mended before it is parsed: less is lost, and nothing in it can blow up."""

import html.entities
import re
from typing import Final
from xml.sax.saxutils import escape

from tocsin.poller.parsed import NotAFeedError

_ROOT: Final = re.compile(r"<(?:[\w.-]{1,40}:)?(?:rss|feed|rdf|channel)(?=[\s>/])", re.IGNORECASE)
_HTML: Final = re.compile(r"<html[\s>]|<!doctype\s+html|<(?:head|body|div)[\s>]", re.IGNORECASE)
_ENTITY: Final = re.compile(
    r"<!ENTITY\s+(\w{1,40})\s+(?:\"([^\"&<%]{1,32}|&#\w{1,8};)\"|'([^'&<%]{1,32}|&#\w{1,8};)')\s*>"
)
_REFERENCE: Final = re.compile(r"&(?:#[xX]([0-9a-fA-F]+);?|#([0-9]+);?|([a-zA-Z]\w{1,40});)")
_ILLEGAL: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_XML_OWN: Final = frozenset({"amp", "lt", "gt", "quot", "apos"})
_DIGITS: Final = 8
_BEYOND_UNICODE: Final = 0x110000
_SHOWN: Final = 60


def mend(text: str) -> tuple[str, bool]:
    """The document from its root element on, and whether it stood inside an HTML page.

    What comes before the root (warnings of a script, the DOCTYPE with its entities) goes. Named characters are
    written out, so that neither HTML's names nor entity declarations trouble the XML parser; only entities that
    stand for a few characters are honoured, so references cannot multiply the text. Characters that XML forbids go.

    Raises NotAFeedError when there is no such root.
    """
    root = _ROOT.search(text)
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
    return document, _HTML.search(head) is not None


def _number(digits: str, base: int) -> str:
    digits = digits.lstrip("0")
    if 0 < len(digits) <= _DIGITS:
        code = int(digits, base)
        if code < _BEYOND_UNICODE and not _ILLEGAL.match(chr(code)):
            return f"&#{code};"
    return "\ufffd"
