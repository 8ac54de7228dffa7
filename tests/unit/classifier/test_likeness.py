"""Evidence on two reports, one piece at a time."""

from datetime import timedelta

import pytest

from tocsin.classifier.likeness import Evidence, compare
from tocsin.domain.story import Traits


def evidence(one: Traits, other: Traits, *, meaning: float = 0.4, hours: float = 0) -> Evidence:
    return compare(one, other, meaning, timedelta(hours=hours), crowd=0.0)


def test_nearness_across_languages_counts_twice() -> None:
    german, english = Traits(language="de"), Traits(language="en")
    assert evidence(german, english).meaning_across == 0.4
    assert evidence(german, english).across == 1
    assert (evidence(german, german).meaning_across, evidence(german, german).across) == (0, 0)


def test_two_days_apart_the_moment_says_nothing() -> None:
    at = [evidence(Traits(), Traits(), hours=hours).soon for hours in (0, 12, -24, 48, 90)]
    assert at == [1, 0.75, 0.5, 0, 0]


def test_without_times_the_moment_says_nothing() -> None:
    assert evidence(Traits(dated=False), Traits()).soon == 0
    assert evidence(Traits(), Traits(dated=False)).soon == 0


@pytest.mark.parametrize(
    ("headlined", "companies", "differ"),
    [
        (("AMZN",), ("AMZN", "NET"), True),  # tells of the other company's outage too, but is about its own
        (("NET",), ("NET",), False),
        ((), ("AMZN",), False),
        (("AMZN", "NET"), ("AMZN", "NET"), True),  # "a day after"
        (("NET", "AMZN"), ("AMZN", "NET"), False),
    ],
)
def test_titles_about_other_companies(headlined: tuple[str, ...], companies: tuple[str, ...], differ: bool) -> None:
    known = Traits(companies=("NET",), headlined=("NET",))
    found = evidence(Traits(companies=companies, headlined=headlined), known)
    assert found.headlined_differ == differ


def test_buyer_and_seller_may_each_have_the_title() -> None:
    buyer = Traits(companies=("THYAO.IS", "BA"), headlined=("THYAO.IS",))
    seller = Traits(companies=("BA", "THYAO.IS"), headlined=("BA",))
    assert evidence(buyer, seller).headlined_differ == 0


def test_two_orders_of_one_buyer() -> None:
    first = Traits(companies=("THYAO.IS", "BA"), headlined=("THYAO.IS", "BA"))
    second = Traits(companies=("THYAO.IS", "AIR.PA"), headlined=("THYAO.IS", "AIR.PA"))
    assert evidence(first, second).headlined_differ == 1
    assert evidence(first, Traits(companies=("THYAO.IS",), headlined=("THYAO.IS",))).headlined_differ == 0


def test_kinds_agree_as_far_as_both_are_sure() -> None:
    one = Traits(types=(("market.contract", 0.9), ("market.guidance", 0.2)))
    assert evidence(one, Traits(types=(("market.contract", 0.6),))).kind == 0.6
    assert evidence(one, Traits(types=(("market.incident", 0.8),))).kind == 0
