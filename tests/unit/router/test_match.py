import random
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.notifier.alerts import signal

from tocsin.domain.signal import Classification, ClassifiedArticle, CompanyMention, Event
from tocsin.domain.subscription import Channel, Subscriber, Subscription
from tocsin.router.match import SubscriptionIndex, covers, fulfils

TYPES = ("market.merger", "market.macro", "market.earnings", "policy.trade", "policy.sanctions")
TICKERS = ("NVDA", "AMD", "BMW.DE", "7203.T")


def told(*events: tuple[str, float, int], companies: tuple[str, ...] = ()) -> ClassifiedArticle:
    return signal(
        Classification(
            language="en",
            flagged=True,
            events=tuple(Event(type=t, confidence=c, severity=s) for t, c, s in events),
            companies=tuple(CompanyMention(ticker=t, name=t, role="subject", relevance=50) for t in companies),
        )
    )


def wish(**fields: Any) -> Subscription:
    return Subscription(id="w", **fields)


def subscriber(id: str, *wishes: Subscription, channels: tuple[str, ...] = ("mail", "phone")) -> Subscriber:
    own = tuple(Channel(id=channel, url="json://127.0.0.1/") for channel in channels)
    return Subscriber(id=id, channels=own, subscriptions=wishes)


@pytest.mark.parametrize(
    ("pattern", "type", "expected"),
    [
        ("policy.trade", "policy.trade", True),
        ("policy.trade", "policy.trade-war", False),
        ("policy.trade", "policy", False),
        ("policy.*", "policy.trade", True),
        ("policy.*", "market.macro", False),
        ("policy", "policy.trade", True),
        ("policy", "policymaking.trade", False),
        ("*", "market.macro", True),
        ("market.m*", "market.macro", True),
        ("market.m*", "market.earnings", False),
        ("mark*", "market.macro", True),
    ],
)
def test_patterns(pattern: str, type: str, expected: bool) -> None:
    assert covers(pattern, type) is expected


def test_a_subscription_without_conditions_takes_everything() -> None:
    assert fulfils(wish(), told(("market.macro", 0.6, 10)))
    assert fulfils(wish(), told())


def test_one_event_must_meet_type_severity_and_confidence_together() -> None:
    scattered = told(("policy.trade", 0.95, 20), ("market.macro", 0.5, 90))
    assert not fulfils(wish(events=("policy.*",), min_severity=50), scattered)
    assert not fulfils(wish(min_severity=50, min_confidence=0.9), scattered)
    assert fulfils(wish(events=("policy.*",), min_severity=20, min_confidence=0.95), scattered)
    assert fulfils(wish(min_severity=90, min_confidence=0.5), scattered)


def test_a_minimum_alone_needs_an_event() -> None:
    assert not fulfils(wish(min_severity=1), told())


def test_at_least_one_of_the_companies_is_named() -> None:
    asked = wish(companies=("amd", "NVDA"))
    assert fulfils(asked, told(companies=("NVDA", "INTC")))
    assert not fulfils(asked, told(companies=("INTC",)))
    assert not fulfils(
        wish(companies=("NVDA",), events=("policy.*",)), told(("market.macro", 1, 1), companies=("NVDA",))
    )


def test_match_gathers_all_wishes_of_each_subscriber() -> None:
    index = SubscriptionIndex(
        [
            subscriber("a", Subscription(id="one", events=("policy.*",)), Subscription(id="two", companies=("NVDA",))),
            subscriber("b", Subscription(id="three", events=("market.*",))),
            subscriber("c", Subscription(id="four")),
        ]
    )
    matches = index.match(told(("policy.trade", 0.9, 50), companies=("NVDA",)))
    assert [(m.subscriber.id, [w.id for w in m.subscriptions]) for m in matches] == [
        ("a", ["one", "two"]),
        ("c", ["four"]),
    ]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (("phone",), ("mail",), ("mail", "phone")),
        (("phone",), ("phone",), ("phone",)),
        (("phone",), (), ("mail", "phone")),
        (("phone",), ("pager",), ("phone", "pager")),
    ],
)
def test_channels_are_the_union_in_the_subscribers_order(
    first: tuple[str, ...], second: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    who = subscriber("a", Subscription(id="x", channels=first), Subscription(id="y", channels=second))
    assert [match.channels for match in SubscriptionIndex([who]).match(told())] == [expected]


WISHES = st.builds(
    Subscription,
    id=st.uuids().map(str),
    events=st.lists(
        st.sampled_from([*TYPES, "market.*", "policy", "*", "market.m*", "mark*"]), max_size=2, unique=True
    ).map(tuple),
    companies=st.lists(st.sampled_from([*TICKERS, "nvda"]), max_size=2, unique=True).map(tuple),
    min_severity=st.sampled_from([0, 30, 70]),
    min_confidence=st.sampled_from([0.0, 0.5, 0.9]),
)
EVENTS = st.lists(
    st.tuples(st.sampled_from(TYPES), st.sampled_from([0.4, 0.7, 0.95]), st.sampled_from([10, 50, 90])), max_size=3
)


@given(wishes=st.lists(WISHES, max_size=8), events=EVENTS, companies=st.lists(st.sampled_from(TICKERS), max_size=3))
def test_the_index_finds_what_a_full_scan_finds(
    wishes: list[Subscription], events: list[tuple[str, float, int]], companies: list[str]
) -> None:
    news = told(*events, companies=tuple(companies))
    found = SubscriptionIndex([subscriber("a", *wishes)]).match(news)
    expected = [each.id for each in wishes if fulfils(each, news)]
    assert [each.id for match in found for each in match.subscriptions] == expected


def test_an_article_meets_only_the_few_subscriptions_that_could_want_it() -> None:
    rand = random.Random(7)
    people = [
        subscriber(f"s{n}", wish(companies=(f"T{rand.randrange(20_000)}",), events=("policy.*",)))
        for n in range(100_000)
    ]
    index = SubscriptionIndex(people)
    news = told(("policy.trade", 0.9, 50), companies=("T1", "T2"))
    start = time.perf_counter()
    index.match(news)
    indexed = time.perf_counter() - start
    start = time.perf_counter()
    expected = [each.id for each in people if fulfils(each.subscriptions[0], news)]
    scanned = time.perf_counter() - start
    assert [match.subscriber.id for match in index.match(news)] == expected
    assert indexed * 50 < scanned
