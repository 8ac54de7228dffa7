"""HTML to plain text. Linear in its input whatever the markup: feeds are written by anybody."""

import codecs
import html
import re
from typing import Final

_MARKUP: Final = re.compile(
    # comments and elements whose text nobody reads; an unclosed one takes the rest
    r"<!--.*?(?:-->|\Z)"
    # (one that closes itself takes nothing)
    r"|<(?:script|style|template|noscript|iframe|object|svg)\b[^<>]*/>"
    r"|<(?P<unread>script|style|template|noscript|iframe|object|svg)\b.*?(?:</(?P=unread)\s*>|\Z)"
    # a tag ends at the next ">" outside quotes; no "<" inside, so that no position is scanned twice
    r"|</?(?P<name>[a-zA-Z][a-zA-Z0-9:-]*+)(?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+>"
    r"|</?(?P<broken>[a-zA-Z][a-zA-Z0-9:-]*+)[^<>]*+>"
    # of CDATA only the wrapping goes: some feeds wrap twice
    r"|<!\[CDATA\[|\]\]>"
    r"|<[!?][^<>]*+>",
    re.DOTALL | re.IGNORECASE,
)
_BLOCKS: Final = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "br",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "option",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "title",
        "tr",
        "ul",
    ]
)
_CELLS: Final = frozenset({"td", "th"})
_SIGN_OF_HTML: Final = re.compile(
    r"</(?:a|abbr|acronym|address|article|aside|b|big|blockquote|caption|center|cite|code|dd|del|details|dfn|div|dl|dt|em"
    r"|figcaption|figure|font|footer|h[1-6]|header|i|ins|kbd|li|main|mark|nav|ol|p|pre|q|s|samp|section|small|span|strike"
    r"|strong|sub|summary|sup|table|tbody|td|tfoot|th|thead|time|tr|tt|u|ul|var|video)\s*>"
    r"|<(?:br|hr|img|p|wbr)\b[^<>]*>"
    r"|&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});"
)
# controls, lone surrogates, zero-width space, word joiner, byte order mark, soft hyphen: invisible, they only
# break matching
_INVISIBLE: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\ud800-\udfff\u200b\u2060\ufeff]")
# only what is not yet as it should be: most blanks are
_BLANKS: Final = re.compile(r"[^\S\n]{2,}|[^\S\n ]")
_BREAKS: Final = re.compile(r" \n[ \n]*|\n[ \n]+")


_SCRAMBLED: Final = re.compile("[\u00c2-\u00f4][\x80-\xbf\u0152-\u0192\u02c6-\u02dc\u2013-\u20ac\u2122]")
_SURE: Final = 3
"""Characters of any script that do not all come out valid by chance."""
_LATER_LATIN: Final = re.compile("[\u0080-\u024f\u2010-\u203a\u20ac\u2122]")
_AS_LATIN: Final = "tocsin-as-latin"


def _as_latin(error: UnicodeError) -> tuple[bytes, int]:
    """The five bytes that windows-1252 leaves free are passed through as controls."""
    assert isinstance(error, UnicodeEncodeError)
    return error.object[error.start : error.end].encode("latin-1"), error.end


codecs.register_error(_AS_LATIN, _as_latin)


def looks_like_html(text: str) -> bool:
    """Text that claims to be plain and is not: a closing tag, a lonely one such as <br>, or a character reference."""
    return _SIGN_OF_HTML.search(text) is not None


def plain(text: str, limit: int) -> str:
    """Tidy plain text: invisible characters out, blanks and line breaks collapsed, at most ``limit`` characters."""
    text = _INVISIBLE.sub("", text[: limit * 4].replace("\r\n", "\n").replace("\r", "\n"))
    return cut(_BREAKS.sub("\n", _BLANKS.sub(" ", text)).strip(), limit)


def from_html(markup: str, limit: int) -> str:
    """What a reader would see of ``markup``: block elements begin a line, scripts and styles are gone."""
    # a line break in HTML's source is a blank
    text = markup.replace("\r", " ").replace("\n", " ")
    if "<" in text or "]]>" in text:
        text = _MARKUP.sub(_shown, text)
    return plain(html.unescape(text) if "&" in text else text, limit)


def unscrambled(text: str) -> str:
    """UTF-8 that a publisher's software took for windows-1252 (``ZÃ¶lle``, ``â€™``), put right; else as it is."""
    if text.isascii() or not _SCRAMBLED.search(text):
        return text
    try:
        meant = text.encode("cp1252", _AS_LATIN).decode("utf-8")
    except UnicodeError:
        return text
    return meant if plausible(meant) else text


def plausible(meant: str) -> bool:
    """Whether a second decoding can be meant: by chance it is valid for ``é`` with a blank and a dash after it."""
    foreign = [letter for letter in meant if letter > "\x7f"]
    return len(foreign) >= _SURE or all(_LATER_LATIN.match(letter) for letter in foreign)


def line(text: str) -> str:
    """The same on one line."""
    return " ".join(text.split())


def cut(text: str, limit: int) -> str:
    """At most ``limit`` characters; what is cut ends with an ellipsis, at a blank when there is one near."""
    if len(text) <= limit:
        return text
    kept = text[: limit - 1]
    blank = kept.rfind(" ", limit - 40)
    return (kept[:blank] if blank > 0 else kept).rstrip() + "…"


def _shown(tag: re.Match[str]) -> str:
    name = (tag["name"] or tag["broken"] or "").lower()
    if name in _BLOCKS:
        return "\n"
    return " " if name in _CELLS else ""
