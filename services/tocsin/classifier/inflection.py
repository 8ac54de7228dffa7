"""How names of companies change in a sentence: endings, clitics and particles, language by language.

Precision goes first: only endings of a closed list are taken for the name's, all others make another word.
"""

import re
from collections.abc import Iterator
from typing import Final

from tocsin.classifier.matcher import part_of_word

_CYRILLIC: Final = re.compile(r"[Ѐ-ӿ]")
_ARABIC: Final = re.compile(r"[\u0600-\u06ff]")
_KATAKANA: Final = re.compile(r"[ァ-ヺーｦ-ﾟ]")
_HANGUL: Final = re.compile(r"[가-힣]")
_LATIN: Final = re.compile(r"[A-Za-zÀ-ɏ]")

_SHORTEST_STEM: Final = 3
_RUSSIAN: Final = re.compile(
    r"(?:а|у|ом|ем|ём|е|ы|и|ой|ою|ей|ею|ю|я|ь|ью|ам|ям|ами|ями|ах|ях|ов|ев|й|ий|ого|ому|ым|им)(?!\w)"
)
_POLISH: Final = re.compile(r"(?:a|u|owi|em|iem|ie|y|i|ii|ę|ą|o|ów|om|ami|ach)(?!\w)")
_TURKISH: Final = re.compile(r"(?:n?[ıiuü]n|[dt][ae]n?|nd[ae]n?|[yn][ae]|[yn][ıiuü]|l[ae]r)(?!\w)")
_FINNISH: Final = re.compile(r"(?:n|in|a|ta|lla|lle|lta|ssa|sta|ksi|on|an|en)(?!\w)")
_GENITIVE_S: Final = re.compile(r"s(?!\w)")
_ENDINGS: Final[dict[str | None, re.Pattern[str]]] = {
    **dict.fromkeys(("de", "nl", "sv", "da", "no", "nb"), _GENITIVE_S),
    "pl": _POLISH,
    "tr": _TURKISH,
    "fi": _FINNISH,
    None: _GENITIVE_S,
}
# and, so; in, for, like: written together with the word
_ARABIC_CLITICS: Final = re.compile(r"[وف]?[بلك]?")
_KATAKANA_FORM: Final = re.compile(r"(?:グループ|ホールディングス|ジャパン)(?![ァ-ヺー])")
_KOREAN: Final = re.compile(
    r"(?:그룹|측|주|발|표|코리아)?(?:은|는|이|가|을|를|의|에|에서|에게|에는|에도|와|과|도|로|으로|만|까지|부터|보다|처럼|랑|이랑|나|이나|라는|이라는|인|다|이다"
    r"|에서는|로서|으로부터|로부터|와의|과의|로의)?(?![가-힣])"
)


def name_patterns(written: str) -> Iterator[tuple[str, str | None, bool]]:
    """Patterns of the matcher for a name, each with its language (None: all) and whether it is a mere stem.

    All are beginnings of words; ``name_end`` and ``begins_well`` look at what stands around.
    """
    literal = written.removesuffix("*")
    if _ARABIC.match(literal):
        yield f"*{literal}*", None, False
        if literal.startswith("ال"):
            yield f"*لل{literal[2:]}*", None, False  # for the: the article's alif falls
        return
    yield f"{literal}*", None, False
    if " " in literal:
        yield f"{literal.replace(' ', '-')}*", "de", False  # Deutsche-Bank-Chef
    if written.endswith("*") or len(literal) <= _SHORTEST_STEM or not literal[0].isupper():
        return
    if _CYRILLIC.match(literal[-1]) and literal[-1] in "аяьй":
        yield f"{literal[:-1]}*", None, True
    elif literal[-1] == "a" and len(literal.split()[-1]) > _SHORTEST_STEM and not literal.isupper():
        yield f"{literal[:-1]}*", "pl", True


def begins_well(text: str, start: int) -> bool:
    """Whether the name at ``start`` is a word of its own or follows clitics. ``start`` may be within a word."""
    if not start:
        return True
    first, before = text[start], text[start - 1]
    if _ARABIC.match(first):
        begin = start
        while begin and part_of_word(text[begin - 1]):
            begin -= 1
        return begin == start or _ARABIC_CLITICS.fullmatch(text, begin, start) is not None
    if _KATAKANA.match(first):
        return not _KATAKANA.match(before)
    if _HANGUL.match(first):
        return not _HANGUL.match(before)
    return True


def name_end(text: str, start: int, end: int, language: str | None, *, stem: bool = False) -> int:
    """Where the word ends whose beginning, ``text[start:end]``, is a name; 0 when the word is another one.

    Korean particles and Japanese forms of companies are left out.
    """
    last = text[end - 1]
    following = text[end : end + 1]
    if stem:
        ending = (_RUSSIAN if _CYRILLIC.match(last) else _POLISH).match(text, end)
        return ending.end() if ending else 0
    if _KATAKANA.match(last):
        return 0 if following and _KATAKANA.match(following) and not _KATAKANA_FORM.match(text, end) else end
    if _HANGUL.match(last):
        return end if _KOREAN.match(text, end) else 0
    if not following or not part_of_word(following) or not part_of_word(last):
        return end
    if _CYRILLIC.match(last):
        endings: re.Pattern[str] | None = _RUSSIAN if end - start > _SHORTEST_STEM else None
    elif _LATIN.match(last):
        endings = _ENDINGS.get(language)
    else:
        endings = None
    ending = endings.match(text, end) if endings else None
    return ending.end() if ending else 0
