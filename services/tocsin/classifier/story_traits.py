"""What of an article decides which story it belongs to."""

from collections.abc import Sequence
from typing import Final

from tocsin.classifier.figures import read_figures
from tocsin.classifier.model import Array
from tocsin.classifier.names import read_names
from tocsin.classifier.places import MOST as MOST_PLACES
from tocsin.classifier.places import read_months, read_places
from tocsin.classifier.plain import plain
from tocsin.classifier.quantised import pack
from tocsin.classifier.sketch import sketch
from tocsin.domain.article import Article
from tocsin.domain.signal import Classification, CompanyMention
from tocsin.domain.story import Traits

_READ: Final = 1_200
_MOST_COMPANIES: Final = 6
_MOST_TYPES: Final = 4
_LEAST_SCORE: Final = 0.1
_LEAST_RELEVANCE: Final = 30


def read_traits(article: Article, classification: Classification, vector: Array) -> Traits:
    """The traits of an article. ``vector`` is the embedding of title and opening; it may have no columns."""
    text = f"{plain(article.title)}\n{plain((article.summary or article.content)[:_READ])}".strip()
    companies = [company for company in classification.companies if company.relevance >= _LEAST_RELEVANCE]
    subjects = tuple(company.ticker for company in companies if company.role == "subject")
    likely = sorted(classification.scores.items(), key=lambda item: -item[1])[:_MOST_TYPES]
    sure = {event.type: event.confidence for event in classification.events}
    types = {type: score for type, score in likely if score >= _LEAST_SCORE} | sure
    title = plain(article.title)
    title_places = read_places(title)
    places = dict.fromkeys([*title_places, *read_places(text[len(title) :])])
    return Traits(
        language=classification.language or "",
        vector=pack(vector),
        subjects=subjects[:_MOST_COMPANIES],
        companies=tuple(company.ticker for company in companies)[:_MOST_COMPANIES],
        types=tuple(sorted(((type, round(score, 3)) for type, score in types.items()), key=lambda item: -item[1])),
        names=read_names(text),
        places=tuple(places)[:MOST_PLACES],
        headline_places=title_places,
        months=read_months(text),
        numbers=tuple(f"{value:.6g}" for value in read_figures(text, classification.language)),
        sketch=sketch(text),
        headlined=_headlined(companies),
        dated=article.published is not None,
    )


def _headlined(companies: Sequence[CompanyMention]) -> tuple[str, ...]:
    """The companies of the title, in the order in which it names them."""
    places = {
        company.ticker: min(
            (evidence.start for evidence in company.evidence if evidence.field == "title"), default=None
        )
        for company in companies
    }
    named = sorted((place, ticker) for ticker, place in places.items() if place is not None)
    return tuple(ticker for _, ticker in named)[:_MOST_COMPANIES]
