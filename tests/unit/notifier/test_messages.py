import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.notifier.alerts import CHIPS, PUBLISHED, alert, delivery, evidence, without

from tocsin.domain.alert import Alert
from tocsin.domain.signal import Classification, CompanyMention, Event
from tocsin.domain.subscription import Channel, Subscriber
from tocsin.notifier.labels import LANGUAGES, labels
from tocsin.notifier.messages import Messages
from tocsin.notifier.text import duration, moment, plain
from tocsin.ports.sender import Message, Traits
from tocsin.settings.schema import NotifierSettings

RUNG = PUBLISHED + timedelta(seconds=55)
BARE = Classification(language=None, flagged=True)


MESSAGES = Messages(NotifierSettings())
HOOK = Channel(id="hook", url="json://127.0.0.1/")
TRAITS = Traits(provider="json", account="")


def shown(told: Alert, language: str = "en", traits: Traits = TRAITS) -> Message:
    reader = Subscriber(id="desk", channels=(HOOK,), subscriptions=(), language=language)
    return MESSAGES.message(delivery(told), subscriber=reader, channel=HOOK, traits=traits, now=RUNG)


def test_english() -> None:
    told = shown(alert())
    assert told.title == "🔔 NVDA ▲ Export controls — Washington grants export licence for H20 chips"
    assert told.body == (
        "Deliveries to China may start again.\n"
        "\n"
        "Why: Export controls 92 % (“export licence”, “chips”) · Approval 81 %\n"
        "Companies: Nvidia (NVDA) ▲, AMD\n"
        "Amounts: $5.5 billion\n"
        "Sample Wire: https://wire.example/h20\n"
        "Published 08:02 UTC · seen after 40 s · rung after 55 s\n"
        "Your subscription: chips · Severity 80/100"
    )
    assert told.idempotency_key == delivery().id


@pytest.mark.parametrize("language", ["de", "de-AT", "DE_ch"])
def test_german(language: str) -> None:
    told = shown(alert(), language)
    assert told.title.startswith("🔔 NVDA ▲ Exportkontrollen — ")
    assert "Warum: Exportkontrollen 92 % („export licence“, „chips“) · Genehmigung 81 %" in told.body
    assert "Erschienen 08:02 UTC · gesehen nach 40 Sek. · gemeldet nach 55 Sek." in told.body


def test_a_language_without_a_template_gets_english() -> None:
    assert shown(alert(), "tlh") == shown(alert(), "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_article_with_nothing_but_a_source_still_makes_a_body(language: str) -> None:
    told = shown(alert(BARE, title="", summary="", link="", published=None), language)
    assert told.title.startswith("🔔 ")
    assert "Sample Wire" in told.body
    assert "None" not in told.body


def test_without_a_publication_time_the_line_says_so() -> None:
    assert "Seen 08:02 UTC (no publication time) · rung after 15 s" in shown(alert(published=None)).body


def test_a_summary_that_repeats_the_headline_is_left_out() -> None:
    told = shown(alert(title="Rates rise", summary="Rates  rise."))
    assert told.body.startswith("Why: ")


def test_late_news_is_called_late() -> None:
    assert "Late: the feed was out of reach" in shown(alert(late=True)).body
    assert "Late" not in shown(alert()).body


def test_a_fall_points_down_and_named_companies_do_not_move() -> None:
    verdict = without(CHIPS, events=(Event(type="market.guidance", confidence=0.999, severity=50, direction="down"),))
    told = shown(alert(verdict))
    assert told.title.startswith("🔔 NVDA ▼ Outlook — ")
    assert "Outlook 99 %" in told.body
    assert "Companies: Nvidia (NVDA) ▼, AMD\n" in told.body


def test_many_companies_are_counted_not_listed_in_the_title() -> None:
    many = tuple(CompanyMention(ticker=f"T{n}", name=f"Firm {n}", role="subject", relevance=n) for n in range(5))
    told = shown(alert(without(CHIPS, companies=many)))
    assert told.title.startswith("🔔 T4, T3 +3 ▲ Export controls — ")


def test_an_unknown_event_type_is_made_readable() -> None:
    verdict = without(CHIPS, events=(Event(type="market.space-mining", confidence=0.7, severity=50),))
    assert shown(alert(verdict)).title.startswith("🔔 NVDA Space mining — ")


def test_template_code_in_a_headline_is_only_text() -> None:
    assert "{{ 7 * 7 }}" in shown(alert(title="{{ 7 * 7 }}")).title
    assert "{% raw %}" in shown(alert(summary="{% raw %}")).body


def test_a_link_that_is_not_one_is_left_out() -> None:
    told = shown(alert(link="javascript:alert(1)"))
    assert "javascript" not in told.body
    assert "\nSample Wire\n" in told.body


@given(
    title=st.text(max_size=400),
    summary=st.text(max_size=800),
    phrase=st.text(max_size=200),
    language=st.sampled_from(sorted(LANGUAGES)),
)
def test_whatever_a_feed_says_the_message_is_short_and_whole(
    title: str, summary: str, phrase: str, language: str
) -> None:
    verdict = without(
        CHIPS, events=(Event(type="policy.trade", confidence=0.5, severity=1, evidence=(evidence(phrase),)),)
    )
    told = shown(alert(verdict, title=title, summary=summary), language)
    assert told.body.strip()
    assert len(told.title) < 220
    assert len(told.body) < 1100
    assert "\n" not in told.title
    (told.title + told.body).encode()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" two\n\twords ", "two words"),
        ("a\x00b\x1b[31mc", "ab[31mc"),
        ("abc\u202edef", "abcdef"),
        ("a cat and a dog went out", "a cat and a dog…"),
        ("一二三四五六七八九十一二三四五六七八九十一", "一二三四五六七八九十一二三四五六七八九…"),
        ("hi @everyone!", "hi @\u2060everyone!"),
    ],
)
def test_plain(text: str, expected: str) -> None:
    assert plain(text, 20) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (-5, "0 s"),
        (40.4, "40 s"),
        (99, "99 s"),
        (100, "2 min"),
        (3_599, "1 h"),
        (7_500, "2 h 5 min"),
        (100_800, "1 d 4 h"),
    ],
)
def test_durations(seconds: float, expected: str) -> None:
    assert duration(timedelta(seconds=seconds), labels("en")) == expected


def test_a_moment_of_another_day_has_its_date() -> None:
    assert moment(PUBLISHED, RUNG, labels("de")) == "08:02 UTC"
    assert moment(PUBLISHED, RUNG + timedelta(days=1), labels("de")) == "15.07., 08:02 UTC"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_word_with_the_same_places_for_values(language: str) -> None:
    english, other = labels("en"), labels(language)
    assert other.events.keys() == english.events.keys()
    assert len(other.events) == 25
    places = re.compile(r"\{\w+\}")
    assert {name: set(places.findall(text)) for name, text in other.words.items()} == {
        name: set(places.findall(text)) for name, text in english.words.items()
    }
