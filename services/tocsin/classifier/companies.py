"""Which listed companies a text is about, and which it merely names."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from tocsin.classifier.mentions import Mention, find_mentions
from tocsin.classifier.passage import Passage
from tocsin.classifier.tickers import Tickers
from tocsin.domain.signal import CompanyMention, Evidence, Role
from tocsin.knowledge.schema import Company

MOST_SUBJECTS: Final = 4
"""A title that names more companies is a list, and is about none of them."""
_MOST_EVIDENCE: Final = 5
_LEAD_SENTENCES: Final = 2

# relevance of a first mention: at the field's start, and what is lost towards its end
_RELEVANCE: Final = {"title": (85, 25), "summary": (55, 15), "content": (40, 25)}
_REPEATED: Final = 5
_MOST_REPEATED: Final = 15
_BY_PRODUCT: Final = 0.6
_BY_NAME: Final = frozenset({"name", "ticker"})


class CompanyLinker:
    """Links texts to ``companies``; their numbers in the rules are their places in it. Thread-safe."""

    def __init__(self, companies: Sequence[Company]) -> None:
        self._companies = companies
        self._tickers = Tickers(companies)
        self._shared = Counter(name.casefold() for company in companies for name in company.names)

    def link(self, passages: Sequence[Passage]) -> tuple[CompanyMention, ...]:
        """The companies of a text: those it is about first, then by relevance."""
        linked = find_mentions(passages, self._companies, self._tickers, self._shared)
        subjects = _subjects(linked, passages)
        found = [
            _describe(self._companies[company], mentions, passages, "subject" if company in subjects else "named")
            for company, mentions in linked.items()
        ]
        return tuple(sorted(found, key=lambda mention: (mention.role != "subject", -mention.relevance, mention.ticker)))


def _subjects(linked: Mapping[int, Sequence[Mention]], passages: Sequence[Passage]) -> set[int]:
    def headline(mention: Mention) -> bool:
        return mention.sentence == passages[mention.passage].headline

    named = {company for company, found in linked.items() if any(m.kind in _BY_NAME and headline(m) for m in found)}
    if named:
        return named if len(named) <= MOST_SUBJECTS else set()
    hinted = {company for company, found in linked.items() if any(headline(mention) for mention in found)}
    if hinted:
        return hinted if len(hinted) <= MOST_SUBJECTS else set()
    leading = [
        (found[0].passage, found[0].start, company)
        for company, found in linked.items()
        if found[0].sentence < _LEAD_SENTENCES and found[0].kind in _BY_NAME
    ]
    return {min(leading)[2]} if leading else set()


def _describe(company: Company, found: Sequence[Mention], passages: Sequence[Passage], role: Role) -> CompanyMention:
    first = found[0]
    passage = passages[first.passage]
    field = "title" if first.sentence == passage.headline else passage.field
    start, lost = _RELEVANCE[field]
    relevance = start - lost * first.start / max(1, len(passage.text))
    relevance += min(_MOST_REPEATED, _REPEATED * (len(found) - 1))
    if not any(mention.kind in _BY_NAME for mention in found):
        relevance *= _BY_PRODUCT
    evidence: list[Evidence] = [
        passages[mention.passage].evidence(mention.start, mention.end, f"company/{company.ticker}/{mention.name}")
        for mention in found[:_MOST_EVIDENCE]
    ]
    return CompanyMention(
        ticker=company.ticker,
        name=company.name,
        role=role,
        relevance=max(1, min(100, round(relevance))),
        evidence=tuple(evidence),
    )
