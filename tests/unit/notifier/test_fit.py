"""Headline and link survive any limit, in every language and dialect, whatever a feed says."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.unit.notifier.alerts import PUBLISHED, alert, delivery, signal

from tocsin.domain.alert import CoverageGap
from tocsin.domain.subscription import Channel, Subscriber
from tocsin.notifier.labels import LANGUAGES
from tocsin.notifier.messages import Messages
from tocsin.ports.sender import Dialect, Message, Traits
from tocsin.settings.schema import NotifierSettings

MESSAGES = Messages(NotifierSettings(public_url="https://bell.example"), [b"k" * 32])
HOOK = Channel(id="hook", url="json://127.0.0.1/")
LINK = "https://wire.example/h20"
DIALECTS: list[Dialect] = ["text", "markdown", "html"]
KINDS = ["alert", "update", "correction", "digest", "coverage-gap", "test", "channel-failing", "verification"]


def shown(traits: Traits, language: str = "en", kind: str = "alert", **fields: Any) -> Message:
    told = alert(**fields)
    told = replace(
        told,
        kind=kind,
        reason="Severity rose from 40 to 80",
        digest=(signal(), signal(title="Another story", link="https://wire.example/2")) if kind == "digest" else (),
        gap=CoverageGap(since=PUBLISHED, until=PUBLISHED + timedelta(minutes=29), late=3),
        facts={
            "since": PUBLISHED.isoformat(),
            "failures": "5",
            "error": "HTTP 500",
            "channel": "mail",
            "code": "482913",
        },
    )
    reader = Subscriber(id="desk", channels=(HOOK,), subscriptions=(), language=language)
    now = PUBLISHED + timedelta(seconds=55)
    return MESSAGES.message(delivery(told), subscriber=reader, channel=HOOK, traits=traits, now=now)


def size(text: str, traits: Traits) -> int:
    return len(text.encode()) if traits.unit == "bytes" else len(text)


@pytest.mark.parametrize("title_max", [0, 250])
@pytest.mark.parametrize("most", [20_000, 4_000, 1_000, 500, 250, 160])
@pytest.mark.parametrize("unit", ["characters", "bytes"])
def test_headline_and_link_survive(title_max: int, most: int, unit: str) -> None:
    traits = Traits(provider="x", account="", title_max=title_max, body_max=most, unit=unit)  # type: ignore[arg-type]
    message = shown(traits, summary="Long " * 200)
    assert "Washington grants export licence" in message.title
    assert LINK in message.body
    whole = size(message.body, traits) + (0 if title_max else size(message.title, traits) + 2)
    assert whole <= most


def test_a_short_message_loses_detail_before_anything_else() -> None:
    full = shown(Traits(provider="x", account="", body_max=4_000)).body
    less = shown(Traits(provider="x", account="", body_max=250)).body
    assert "Your subscription" in full
    assert "Your subscription" not in less
    assert "Why: " in less


@given(
    title=st.text(max_size=300),
    link=st.text(max_size=300).map(lambda tail: "https://wire.example/" + tail),
    most=st.integers(60, 600),
    titled=st.booleans(),
    dialect=st.sampled_from(DIALECTS),
)
def test_no_limit_is_ever_passed(title: str, link: str, most: int, titled: bool, dialect: Dialect) -> None:
    traits = Traits(provider="x", account="", dialect=dialect, title_max=60 if titled else 0, body_max=most)
    message = shown(traits, title=title, link=link)
    assert message.title
    assert message.body
    if titled:
        assert len(message.title) <= 60
        assert len(message.body) <= most
    else:
        assert len(message.title) + 2 + len(message.body) <= most


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_in_every_language_and_dialect_says_something_whole(
    language: str, dialect: Dialect, kind: str
) -> None:
    message = shown(Traits(provider="x", account="", dialect=dialect), language, kind)
    assert message.title
    assert message.body
    assert not any(trace in message.title + message.body + message.html for trace in ("None", "{", "}}", "&amp;lt;"))
    assert bool(message.html) == (dialect == "html")
    if kind == "verification":
        assert "482913" in message.body
        assert "482913" not in str(message.data)
    if kind == "digest":
        assert "Another story" in message.body
        assert dialect == "markdown" or LINK in message.body
    assert "<https://bell.example/l/" in message.headers["List-Unsubscribe"]
    assert message.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


EVIL = "<script>x</script> *b* _i_ [l](http://evil.example) <!channel> `c` @everyone ||s|| \\"


def test_html_is_escaped_everywhere() -> None:
    message = shown(Traits(provider="email", account="", dialect="html"), title=EVIL, summary=EVIL, source=EVIL)
    assert "<script>" not in message.html
    assert "&lt;script&gt;" in message.html
    assert 'href="http://evil.example' not in message.html


def test_markdown_is_escaped_everywhere() -> None:
    message = shown(Traits(provider="discord", account="", dialect="markdown"), title=EVIL, summary=EVIL, source=EVIL)
    for text in (message.title, message.body):
        for live in ("l](http://evil", " *b*", " _i_", " <!channel", " `c", " ||s", "@everyone"):
            assert live not in text, live
    assert f"({LINK})" in message.body


def test_a_link_cannot_end_early() -> None:
    message = shown(
        Traits(provider="discord", account="", dialect="markdown"), link="https://e.example/a)[x](http://b.c"
    )
    assert "](http://b.c" not in message.body
    quoted = shown(Traits(provider="email", account="", dialect="html"), link='https://e.example/"onload="x')
    assert "onload" not in quoted.html


def test_programs_get_values() -> None:
    data = shown(Traits(provider="webhook", account="")).data
    (story,) = data["stories"]
    assert (data["kind"], data["subscriber"], story["link"]) == ("alert", "desk", LINK)
    assert story["events"][0]["type"] == "market.approval"
    assert set(data["links"]) == {"open", "useful", "noise", "mute"}
