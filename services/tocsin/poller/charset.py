"""Bytes of a feed to text: what the document and the server say of the encoding is often wrong."""

import codecs
import re
from collections.abc import Iterator
from typing import Final

from tocsin.poller import charset_guess

_BOMS: Final = (
    # UTF-32's little-endian mark begins with UTF-16's
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_XML: Final = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']\s*([A-Za-z0-9_:-]{1,40})\s*[\"']")
_META: Final = re.compile(rb"<meta\s[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:-]{1,40})", re.IGNORECASE)
_HTTP: Final = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9_:-]{1,40})", re.IGNORECASE)
_LANGUAGE: Final = re.compile(
    rb"<(?:dc:)?language>\s*([a-zA-Z]{2}(?:[-_][a-zA-Z]{2,4})?)|xml:lang=[\"']([a-zA-Z-]{2,8})"
)
_WIDER: Final = {
    # what authors call by the first name is written by tools that use the second, which contains it
    "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949",
    "big5": "big5hkscs",
    "iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874", "tis-620": "cp874",
    "koi8-r": "koi8_u",
}  # fmt: skip
_RELATIVES: Final = {
    # tried when the first leaves damage: the vendors' additions are spread over several
    "euc_jp": ("euc_jis_2004",), "cp932": ("shift_jis_2004",), "big5hkscs": ("cp950",),
    "iso2022_jp": ("iso2022_jp_ext", "iso2022_jp_2"),
}  # fmt: skip
_CODE_PAGE: Final = re.compile(r"(?:x-)?(?:windows|win|cp|ms|ibm)[-_]?(\d{3,4})")
_NICKNAMES: Final = {
    "sjis": "shift_jis", "iso-8859-8-i": "iso-8859-8", "utf8mb4": "utf-8", "unicode-1-1-utf-8": "utf-8",
    "ansi": "cp1252", "euc": "euc_jp", "euccn": "gb18030", "big5-hkscs": "big5hkscs",
}  # fmt: skip
_STATEFUL: Final = ("iso2022", "hz")
_MULTIBYTE: Final = ("utf", "gb18030", "cp932", "cp949", "big5", "euc", "shift", "johab", "cp950")
_NOT_FOR_TEXT: Final = frozenset({"unicode_escape", "raw_unicode_escape", "unicode-escape", "raw-unicode-escape",
                                  "idna", "punycode", "undefined", "utf-7", "mbcs", "oem", "palmos"})  # fmt: skip
_USUAL: Final = {
    "ru": "cp1251", "uk": "cp1251", "bg": "cp1251", "be": "cp1251", "sr": "cp1251", "pl": "cp1250", "cs": "cp1250",
    "hu": "cp1250", "sk": "cp1250", "ro": "cp1250", "hr": "cp1250", "el": "cp1253", "tr": "cp1254", "he": "cp1255",
    "ar": "cp1256", "fa": "cp1256", "th": "cp874", "vi": "cp1258", "ja": "cp932", "ko": "cp949", "zh": "gb18030",
    "zh-tw": "big5hkscs", "zh-hk": "big5hkscs",
}  # fmt: skip
"""Language → the encoding it was written in before UTF-8."""
_FORGIVEN: Final = 0.01
"""Share of characters that may be damaged in an encoding that is still taken for right."""
_LOOKED_AT: Final = 20_000
_HEAD: Final = 400
"""Bytes in which zeros are looked for."""
_PASTED: Final = "tocsin-pasted"
_PASTED_SHARE: Final = 0.25
"""Share of characters outside ASCII up to which a document is UTF-8 with something else pasted in."""


def decode(body: bytes, content_type: str | None) -> str:
    """``body`` as text; characters that cannot be read become U+FFFD. Never raises.

    A byte order mark decides; else text that is valid UTF-8 is UTF-8, whatever the labels say; else the document's
    own label comes before the server's, encodings that could have failed and did not before those that never fail.
    A label of the latter kind is not believed when the text is clearly in another encoding. Without a usable label
    the encoding is guessed from the text and from the language that the document claims.
    """
    body, encoding = _marked(body)
    encoding = encoding or _wide(body[:_HEAD])
    if encoding is not None:
        return body.decode(encoding, "replace")
    declared = list(_declared(body, content_type))
    if b"\x1b$" in body:
        declared.append("iso2022_kr" if b"\x1b$)C" in body else "iso2022_jp")
    if (text := _first(body, [name for name in declared if name.startswith(_STATEFUL)])) is not None:
        return text
    if (text := _utf8(body)) is not None:
        return text
    multibyte = [name for name in declared if name.startswith(_MULTIBYTE)]
    if (text := _first(body, multibyte)) is not None:
        return text
    for name in declared:
        if name not in multibyte and _read(body, name) is not None:
            return body.decode(charset_guess.better(body, name) or name, "replace")
    usual = _by_language(body)
    return body.decode(charset_guess.guess(body, hint=usual) or usual or "cp1252", "replace")


def _marked(body: bytes) -> tuple[bytes, str | None]:
    """The body without its byte order mark, and what the mark says, if that can be true and is not UTF-8."""
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            wide = encoding != "utf-8" and b"\0" in body[: _HEAD * 4]
            return body[len(mark) :], encoding if wide else None
    return body, None


def _wide(head: bytes) -> str | None:
    """The encoding of two or four bytes a character that the zeros in ``head`` show: half of it is ASCII's markup."""
    if b"\0" not in head:
        return None
    whole = len(head) // 4 * 4
    zeros = [head[place:whole:4].count(0) for place in range(4)]
    most = whole // 4
    if zeros[1] > most / 2 and zeros[2] > most / 2:
        return "utf-32-le" if zeros[3] > zeros[0] else "utf-32-be"
    even, odd = zeros[0] + zeros[2], zeros[1] + zeros[3]
    if max(even, odd) > most / 2 and min(even, odd) < max(even, odd) / 8:
        return "utf-16-be" if even > odd else "utf-16-le"
    return None


def _utf8(body: bytes) -> str | None:
    try:
        return body.decode()
    except UnicodeDecodeError:
        text = body.decode("utf-8", "replace")
    damaged, foreign = text.count("\ufffd"), sum(character > "\x7f" for character in text)
    if damaged <= _FORGIVEN * foreign:
        return text
    # mostly UTF-8, with quotes or names pasted in from windows-1252
    return body.decode("utf-8", _PASTED) if damaged <= _PASTED_SHARE * foreign else None


def _pasted(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error(_PASTED, _pasted)


def _declared(body: bytes, content_type: str | None) -> Iterator[str]:
    names = []
    if found := _XML.search(body[:_LOOKED_AT]) or _META.search(body[:_LOOKED_AT]):
        names.append(found[1].decode("ascii"))
    if content_type and (said := _HTTP.search(content_type)):
        names.append(said[1])
    for said_name in names:
        name = said_name.lower()
        name = _NICKNAMES.get(name.removeprefix("x-"), name)
        if page := _CODE_PAGE.fullmatch(name):
            name = f"cp{page[1]}"
        try:
            known = codecs.lookup(name.removeprefix("x-")).name
        except (LookupError, ValueError):
            continue
        if known in _NOT_FOR_TEXT or known.startswith(("utf-16", "utf-32")):
            # the latter were looked for already: what has no NUL bytes is not written in them
            continue
        yield _WIDER.get(known, known)


def _first(body: bytes, encodings: list[str]) -> str | None:
    for encoding in encodings:
        tried = [_read(body, name) for name in (encoding, *_RELATIVES.get(encoding, ()))]
        texts = [text for text in tried if text is not None]
        if texts:
            return min(texts, key=lambda text: text.count("\ufffd"))
    return None


def _read(body: bytes, encoding: str) -> str | None:
    try:
        text = body.decode(encoding, "replace")
    except (LookupError, ValueError):  # not an encoding of text
        return None
    damaged = text.count("\ufffd")
    if damaged and damaged > _FORGIVEN * sum(character > "\x7f" for character in text):
        return None
    return text


def _by_language(body: bytes) -> str | None:
    found = _LANGUAGE.search(body[:_LOOKED_AT])
    language = (found[1] or found[2]).decode("ascii").lower().replace("_", "-") if found else ""
    return _USUAL.get(language) or _USUAL.get(language[:2])
