"""The words of a text without markup, as a reader would see them."""

import html
import re
from typing import Final

_TAG: Final = re.compile(r"</?[A-Za-z][^<>]{0,300}>")
_INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_SPACE: Final = re.compile(r"\s+")


def plain(text: str) -> str:
    """``text`` on one line, without tags, entities, direction marks and halves of surrogate pairs."""
    if "<" in text or "&" in text:
        text = html.unescape(_TAG.sub(" ", text))
    return _SPACE.sub(" ", _INVISIBLE.sub("", text)).strip()
