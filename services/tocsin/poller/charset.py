"""Bytes of a feed to text: what the document and the server say of the encoding is often wrong."""

import codecs
import re
from collections.abc import Iterator
from typing import Final

_BOMS: Final = (
    # UTF-32's little-endian mark begins with UTF-16's
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_FIRST_SIGNS: Final = tuple(
    (start, encoding)
    for sign in (b"<", b"{")
    for start, encoding in (
        (sign + b"\0\0\0", "utf-32-le"),
        (b"\0\0\0" + sign, "utf-32-be"),
        (sign + b"\0", "utf-16-le"),
        (b"\0" + sign, "utf-16-be"),
    )
)
_XML: Final = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']\s*([A-Za-z0-9_:-]{1,40})\s*[\"']")
_HTTP: Final = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9_:-]{1,40})", re.IGNORECASE)
_LANGUAGE: Final = re.compile(
    rb"<(?:dc:)?language>\s*([a-zA-Z]{2}(?:[-_][a-zA-Z]{2,4})?)|xml:lang=[\"']([a-zA-Z-]{2,8})"
)
_WIDER: Final = {
    # what authors call by the first name is written by tools that use the second, which contains it
    "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949", "big5": "big5hkscs",
    "iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874", "tis-620": "cp874",
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


def decode(body: bytes, content_type: str | None) -> str:
    """``body`` as text; characters that cannot be read become U+FFFD. Never raises.

    A byte order mark decides; else text that is valid UTF-8 is UTF-8, whatever the labels say; else the document's
    own label comes before the server's, encodings that could have failed and did not before those that never fail;
    with no usable label the language the document claims points to the encoding it is usually written in.
    """
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace")
    for start, encoding in _FIRST_SIGNS:
        if body.startswith(start):
            return body.decode(encoding, "replace")
    declared = list(_declared(body, content_type))
    for encoding in (name for name in declared if name.startswith(_STATEFUL)):
        if (text := _read(body, encoding)) is not None:
            return text
    multibyte = [name for name in declared if name.startswith(_MULTIBYTE)]
    others = [name for name in declared if name not in multibyte]
    for encoding in ("utf-8", *multibyte, *others):
        if (text := _read(body, encoding)) is not None:
            return text
    return body.decode(_by_language(body), "replace")


def _declared(body: bytes, content_type: str | None) -> Iterator[str]:
    names = []
    if found := _XML.search(body[:_LOOKED_AT]):
        names.append(found[1].decode("ascii"))
    if content_type and (said := _HTTP.search(content_type)):
        names.append(said[1])
    for name in names:
        try:
            known = codecs.lookup(name).name
        except (LookupError, ValueError):
            continue
        if known in _NOT_FOR_TEXT or known.startswith(("utf-16", "utf-32")):
            # the latter were looked for already: what has no NUL bytes is not written in them
            continue
        yield _WIDER.get(known, known)


def _read(body: bytes, encoding: str) -> str | None:
    try:
        text = body.decode(encoding, "replace")
    except (LookupError, ValueError):  # not an encoding of text
        return None
    damaged = text.count("\ufffd")
    if damaged and damaged > _FORGIVEN * sum(character > "\x7f" for character in text):
        return None
    return text


def _by_language(body: bytes) -> str:
    found = _LANGUAGE.search(body[:_LOOKED_AT])
    language = (found[1] or found[2]).decode("ascii").lower().replace("_", "-") if found else ""
    return _USUAL.get(language) or _USUAL.get(language[:2], "cp1252")
