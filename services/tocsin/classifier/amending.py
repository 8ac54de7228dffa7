"""Articles that put right, take back or deny what was reported."""

import re
from typing import Final

from tocsin.classifier.fold import fold
from tocsin.domain.signal import Correction

_KINDS: Final[dict[Correction, str]] = {
    "retraction": (
        r"\bretract(?:s|ed|ion)\b|\bstory withdrawn\b|\bwithdraws? (?:its )?(?:story|report|article)\b"
        r"|\bfalschmeldung\b"
        r"|\bziehen? (?:den )?(?:bericht|meldung|artikel) zuruck\b|\bretire (?:son|cet) article\b"
        r"|\bretracta\b|\britratta"
        r"|\bse retracta\b|\btrekt (?:het )?bericht in\b|\bwycofuje (?:artykul|tekst)|\bgeri cekti\b.*\bhaber"
        r"|отозвал[аи]? (?:статью|публикаци)"
        r"|撤稿|撤回报道|撤回該|記事を撤回|記事取り消し|기사 철회|기사 삭제|سحب (?:الخبر|التقرير)"
    ),
    "correction": (
        r"^correct(?:ion|ed|s)\b|\(correct(?:ed|s|ion)\)|\bcorrection\s*[:—-]|^korrektur\b|\(korrigiert\)|\brichtigstellung\b"
        r"|^rectificatif\b|^correction\b|^correccion\b|\bfe de erratas\b|^rettifica\b|\berrata corrige\b|^correcao\b"
        r"|\berrata\b|^rectificatie\b|^correctie\b|^sprostowanie\b|^rattelse\b|^duzeltme\b|^исправлен|^поправка\b|^уточнение\b"
        r"|更正|訂正|정정|تصحيح"
    ),
    "denial": (
        r"\bden(?:y|ies|ied)\b|\bdementi\w*\b|\bbestreitet\b|\bweist\b.*\bzuruck\b|\bdement\b|\bdesm(?:iente|ent\w*)\b"
        r"|\bniega\b|\bsmentisc\w+|\bsmentita\b|\bnega\b|\bontken\w+|\bspreekt\b.*\btegen\b|\bzaprzecza\w*|\bdementuje\b"
        r"|\bdementera\w*|\bforneka\w*|\byalanla\w+|опроверг|отрица|否认|否認|辟谣|부인|ينفي|تنفي|نفت\b|نفى\b"
    ),
}
_PATTERNS: Final = {kind: re.compile(pattern) for kind, pattern in _KINDS.items()}


def amending(title: str) -> Correction | None:
    """What a headline says that it does to earlier reports, the gravest first; None for an ordinary one."""
    folded = fold(title).text.strip()
    return next((kind for kind, pattern in _PATTERNS.items() if pattern.search(folded)), None)
