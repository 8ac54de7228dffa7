"""What makes two reports one story."""

import re
from hashlib import blake2b
from typing import Final

from tocsin.classifier.fold import fold_text
from tocsin.domain.article import Article
from tocsin.domain.signal import Classification, CompanyMention, Novelty
from tocsin.ports.stories import StoryAssignment

_FEWEST_WORDS: Final = 4
_FEWEST_HAN: Final = 8
_MOST_SUBJECTS: Final = 3
_LEAST_RELEVANCE: Final = 30
_WORD: Final = re.compile(r"[^\W_]+")
_HAN: Final = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")


def story_keys(article: Article, classification: Classification) -> tuple[str, ...]:
    """The article's keys for the StoryIndex, the strongest first.

    First its title, folded, when that is long enough to be its own; then ``ticker|event-type`` for every event and
    every company it is about. They are the same in all languages, so that the reports of one event meet.
    """
    keys = [f"title|{_digest(title)}"] if (title := _telling(article.title)) else []
    companies = _companies(classification)
    keys += [f"{company.ticker}|{event.type}" for event in classification.events for company in companies]
    return tuple(dict.fromkeys(keys))


def novelty(assignment: StoryAssignment) -> Novelty:
    """``first`` for the article that opened its story, ``repeat`` for all others.

    ``update`` needs to know what is new in a later report, which the index does not keep.
    """
    return "first" if assignment.opened else "repeat"


def _telling(title: str) -> str:
    """The title's words, or nothing when they are too few to tell it from others."""
    words = _WORD.findall(fold_text(title))
    joined = " ".join(words)
    return joined if len(words) >= _FEWEST_WORDS or len(_HAN.findall(joined)) >= _FEWEST_HAN else ""


def _companies(classification: Classification) -> list[CompanyMention]:
    subjects = [company for company in classification.companies if company.role == "subject"]
    if subjects:
        return subjects[:_MOST_SUBJECTS]
    ranked = sorted(classification.companies, key=lambda company: -company.relevance)
    return [company for company in ranked[:1] if company.relevance >= _LEAST_RELEVANCE]


def _digest(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=10).hexdigest()
