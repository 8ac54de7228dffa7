"""Telling words of a text, folded so that the press of other languages and scripts may share them.

Names are what a report has in common with another one beyond its kind: persons, towns, products, ships. They are
compared by a skeleton of their consonants, since every language writes the vowels and the ending its own way:
Novorossiysk, Noworossijsk and Новороссийск are all ``nvrs``.
"""

import re
from functools import lru_cache
from typing import Final

from tocsin.classifier.fold import fold_word

MOST: Final = 24
"""Names kept of a text."""
_READ: Final = 700
_WORD: Final = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_CYRILLIC: Final = dict(
    zip(
        "абвгдежзийклмнопрстуфхцчшщъыьэюяіїєґ",
        "a b v g d e zh z i i k l m n o p r s t u f kh ts ch sh sh  y  e yu ya i i e g".replace("  ", " _ ").split(" "),
        strict=False,
    )
)
_SOUNDS: Final = (
    ("tsch", "c"), ("tch", "c"), ("sch", "s"), ("sh", "s"), ("ch", "c"), ("cz", "c"), ("sz", "s"), ("zh", "s"),
    ("ph", "f"), ("th", "t"), ("kh", "k"), ("ck", "k"), ("ts", "s"), ("tz", "s"), ("qu", "k"), ("w", "v"), ("x", "ks"),
    ("q", "k"), ("z", "s"), ("j", ""), ("y", ""), ("h", ""),
)  # fmt: skip
_VOWELS: Final = re.compile(r"[aeiou'’-]+")
_TWICE: Final = re.compile(r"(.)\1+")
_LEAST: Final = 3
_LONGEST: Final = 6
_MIXED: Final = re.compile(r"(?=.*\d)(?=.*[a-z])[a-z0-9-]{2,12}\Z")
_PLURAL: Final = re.compile(r"(?<=\d)s\Z")
"""Twenty A220s are of the same kind as one A220."""
_DRUG: Final = re.compile(
    r"[a-z]{3,}(?:mab|tinib|ciclib|parib|lisib|degib|strant|glutide|gliptin|gliflozin|vastatin)\Z"
)
"""Generic names by the ending of their kind, as the WHO gives them."""
_CACHED: Final = 20_000
"""Words whose name is remembered: news repeats itself."""
_UNSPACED: Final = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_ARTICLE: Final = re.compile(r"^\w{1,5}['’](?=\w{3})")
"""Elided before a name: d'Anvers, dell'Eni, qu'Airbus."""
_LATIN_RUN: Final = re.compile(r"[A-Za-z][A-Za-z0-9&-]{1,}")


def read_names(text: str) -> tuple[str, ...]:
    """Skeletons of the capitalised words of ``text``, each once, in order.

    Products such as "H20" and drugs such as "semaglutide" are as they stand, after a "#".
    """
    found: dict[str, None] = {}
    text = text[:_READ]
    unspaced = _UNSPACED.search(text)
    for match in _WORD.finditer(text):
        word = match.group()
        runs = _LATIN_RUN.findall(word) if unspaced and _UNSPACED.search(word) else (word,)
        found |= dict.fromkeys(name for name in map(_name, runs) if name)
        if len(found) >= MOST:
            break
    return tuple(found)


def skeleton(word: str) -> str:
    """The consonants of a word, in Latin letters, without those that languages write differently. May be empty."""
    plain = fold_word(word)
    plain = "".join(_CYRILLIC.get(letter, letter) for letter in plain)
    for written, sound in _SOUNDS:
        plain = plain.replace(written, sound)
    first = "a" if plain[:1] in "aeiou" else ""
    bones = _TWICE.sub(r"\1", _VOWELS.sub("", plain.replace("c", "k")))
    return (first + bones)[:_LONGEST]


@lru_cache(_CACHED)
def _name(word: str) -> str:
    """What stands for the word; "" when it is no name."""
    word = _ARTICLE.sub("", word)
    plain = fold_word(word)
    if _MIXED.match(plain) or _DRUG.match(plain):
        return f"#{_PLURAL.sub('', plain.replace('-', ''))}"
    bones = skeleton(word) if word[0].isupper() else ""
    return bones if len(bones) >= _LEAST and bones.isascii() else ""
