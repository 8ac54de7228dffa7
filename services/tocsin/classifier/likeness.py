"""Do two reports tell of one event? A small linear model over evidence that can be said in words.

The embedding says how near the subjects are; it cannot tell the Fed's March meeting from the one in May. What two
reports share beside their subject (company, country, figures, names, kind of event, hour) and where they contradict
each other decides with it, and a pair that is alike in meaning alone is not joined unless it is extremely near.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final, NamedTuple

from tocsin.classifier.figures import alike, telling
from tocsin.classifier.sketch import resemblance
from tocsin.domain.story import Traits

_USUAL: Final = 0.2
"""Cosine that stories without anything in common but their kind come to."""
_LONG: Final = timedelta(days=2)


class Evidence(NamedTuple):
    """What two reports have in common, and what speaks against them. Each from 0 to about 1 unless said otherwise.

    ``meaning`` is the cosine of the centred embeddings (-1 to 1), ``meaning_across`` the same for two languages (else
    0): translations of a text are not as near as two texts of one language. ``across`` says that there are two.
    ``crowd`` is how near the sixth candidate is beyond what is usual: where many are near, nearness says little.
    ``copy`` is the share of common word pairs. ``company`` counts a common subject as 1 and a company merely named as a
    half. What ends in ``differ`` says that both have some and share none: subjects, products and drugs, countries,
    countries in the titles, months, likely event types, figures; of the companies in the titles, that the first
    is not in the other report. ``kind`` is how far the likely event types agree.
    ``figures`` weighs common figures by their digits (up to 2), ``figures_new`` those of the first report that the
    second has not. ``names`` counts common names (up to 4). ``soon`` falls from 1 for the same moment to 0 for two days
    between them, and is 0 when a time is not known.
    """

    meaning: float
    meaning_across: float
    across: float
    copy: float
    company: float
    companies_differ: float
    headlined_differ: float
    place: float
    places_differ: float
    headlines_differ: float
    months_differ: float
    kind: float
    types_differ: float
    figures: float
    figures_differ: float
    figures_new: float
    names: float
    soon: float
    crowd: float
    products_differ: float


def compare(one: Traits, other: Traits, meaning: float, between: timedelta, crowd: float) -> Evidence:
    """The evidence on two reports. ``meaning`` is their cosine, ``between`` the time from one to the other."""
    shared = set(one.companies) & set(other.companies)
    both_subject = set(one.subjects) & set(other.subjects)
    company = 1.0 if both_subject else 0.5 if shared else 0.0
    place = float(bool(set(one.places) & set(other.places)))
    figures, differ, new = _figures(one, other)
    kind, types_differ = _kind(one, other)
    across = one.language != other.language
    names = set(one.names) & set(other.names)
    return Evidence(
        meaning=meaning,
        meaning_across=meaning if across else 0.0,
        across=float(across),
        copy=0.0 if across else resemblance(one.sketch, other.sketch),
        company=company,
        companies_differ=float(bool(one.subjects and other.subjects and not shared)),
        headlined_differ=float(_other_companies(one, other)),
        place=place,
        places_differ=float(_apart(one.places, other.places)),
        headlines_differ=float(_apart(one.headline_places, other.headline_places)),
        months_differ=float(_apart(one.months, other.months)),
        kind=kind,
        types_differ=types_differ,
        figures=figures,
        figures_differ=differ,
        figures_new=new,
        names=min(4.0, float(len(names))),
        soon=max(0.0, 1.0 - abs(between) / _LONG) if one.dated and other.dated else 0.0,
        crowd=max(0.0, crowd - _USUAL),
        products_differ=float(_apart(_products(one), _products(other))),
    )


def _other_companies(one: Traits, other: Traits) -> bool:
    """What one title names first, the other report does not name at all; or each title names one that the other report
    does not. Buyer and seller name each other; who cuts its forecast "after Porsche" is not Porsche, and who orders
    from Boeing today and from Airbus tomorrow gives two orders.
    """
    if not one.headlined or not other.headlined:
        return False
    strange, strange_there = set(one.headlined) - set(other.companies), set(other.headlined) - set(one.companies)
    return bool(one.headlined[0] in strange or other.headlined[0] in strange_there or (strange and strange_there))


def _products(traits: Traits) -> list[str]:
    return [name for name in traits.names if name.startswith("#")]


def _apart(one: Sequence[str], other: Sequence[str]) -> bool:
    """Both say something, and not the same."""
    return bool(one and other) and not set(one) & set(other)


def _figures(one: Traits, other: Traits) -> tuple[float, float, float]:
    here = [float(number) for number in one.numbers]
    there = [float(number) for number in other.numbers]
    common = sum(telling(value) for value in here if any(alike(value, second) for second in there))
    weights = (sum(map(telling, here)), sum(map(telling, there)))
    fresh = sum(telling(value) for value in here if not any(alike(value, second) for second in there))
    return min(2.0, common), min(1.0, *weights) if not common else 0.0, min(2.0, fresh)


def _kind(one: Traits, other: Traits) -> tuple[float, float]:
    here, there = dict(one.types), dict(other.types)
    common = max((min(score, there[type]) for type, score in here.items() if type in there), default=0.0)
    surest = min(max(here.values(), default=0.0), max(there.values(), default=0.0))
    return common, max(0.0, surest - common)
