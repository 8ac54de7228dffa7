import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from tocsin.domain.feed import Push, Track
from tocsin.poller import subscription
from tocsin.settings.schema import WebSubSettings

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SETTINGS = WebSubSettings(callback="https://t.example/", lease=10 * 86_400.0, interval=3_600.0)
TRACK = Track(hub="https://hub.example/", topic="https://e.example/f")
PUSH = Push(hub="https://hub.example/", topic="https://e.example/f", secret="old", asked=NOW)
GRANTED = replace(PUSH, until=NOW + 10 * DAY)


def request(push: Push | None, now: datetime = NOW, track: Track = TRACK) -> Push | None:
    return subscription.request(track, "https://e.example/read", push, settings=SETTINGS, now=now, secret="new")


def test_asks_a_hub_once_there_is_one() -> None:
    assert request(None, track=Track()) is None
    assert request(None) == replace(PUSH, secret="new")
    assert request(None, track=Track(hub=TRACK.hub)) == replace(PUSH, secret="new", topic="https://e.example/read")


def test_a_hub_that_does_not_answer_is_asked_again_but_not_at_once() -> None:
    assert request(PUSH, NOW + HOUR / 2) is None
    assert request(PUSH, NOW + HOUR) == replace(PUSH, asked=NOW + HOUR)


def test_a_lease_is_renewed_in_time_with_the_same_secret() -> None:
    assert request(GRANTED, NOW + 7 * DAY) is None
    renewed = request(GRANTED, NOW + 8 * DAY)
    assert renewed == replace(GRANTED, asked=NOW + 8 * DAY)
    assert renewed is not None
    assert request(renewed, NOW + 8 * DAY + HOUR) is None
    assert request(renewed, NOW + 9.9 * DAY) is not None
    assert request(GRANTED, NOW + 20 * DAY) is not None


def test_a_refusal_is_taken_for_a_day() -> None:
    denied = subscription.denied(PUSH, "")
    assert denied.denied
    assert request(denied, NOW + HOUR) is None
    assert request(denied, NOW + DAY) == replace(PUSH, asked=NOW + DAY)


def test_another_hub_or_topic_is_another_subscription() -> None:
    moved = request(GRANTED, track=replace(TRACK, hub="https://other.example/"))
    assert moved == Push(hub="https://other.example/", topic=PUSH.topic, secret="new", asked=NOW)
    assert request(GRANTED, track=replace(TRACK, topic="https://e.example/g")) is not None


def test_a_working_push_makes_polls_rare() -> None:
    assert subscription.slow(None, SETTINGS, NOW) is None
    assert subscription.slow(PUSH, SETTINGS, NOW) is None
    assert subscription.slow(GRANTED, SETTINGS, NOW) == 3_600
    assert subscription.slow(GRANTED, SETTINGS, NOW + 10 * DAY) is None


def test_but_not_so_rare_that_the_lease_ends() -> None:
    for lease in (1.0, 60.0, 200.0, 4_000.0):
        push = subscription.granted(PUSH, lease, SETTINGS, NOW)
        wait = subscription.slow(push, SETTINGS, NOW)
        assert wait is not None
        assert 0 < wait < lease


def test_a_push_that_misses_news_is_not_relied_on_until_it_is_heard_again() -> None:
    once = subscription.missed(GRANTED)
    twice = subscription.missed(once)
    assert subscription.slow(once, SETTINGS, NOW) is not None
    assert subscription.slow(twice, SETTINGS, NOW) is None
    assert subscription.slow(subscription.heard(twice, NOW), SETTINGS, NOW) is not None


@pytest.mark.parametrize(("told", "expected"), [(600.0, 600.0), (None, SETTINGS.lease), (0.0, 1.0)])
def test_the_lease_is_what_the_hub_grants(told: float | None, expected: float) -> None:
    assert subscription.granted(PUSH, told, SETTINGS, NOW).until == NOW + timedelta(seconds=expected)


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_a_genuine_signature(method: str) -> None:
    digest = hmac.new(b"old", b"body", getattr(hashlib, method)).hexdigest()
    assert subscription.is_genuine(PUSH, b"body", f"{method}={digest}")
    assert subscription.is_genuine(PUSH, b"body", f"{method.upper()}={digest.upper()}")
    assert not subscription.is_genuine(PUSH, b"bodY", f"{method}={digest}")
    assert not subscription.is_genuine(replace(PUSH, secret="x"), b"body", f"{method}={digest}")


@pytest.mark.parametrize("signature", [None, "", "=", "sha256", "sha256=", "md5=00", "sha256=é", "\x00=\x00"])
def test_what_is_no_signature(signature: str | None) -> None:
    assert not subscription.is_genuine(PUSH, b"body", signature)


def test_the_callbacks_key_is_of_the_secret() -> None:
    assert subscription.is_key(PUSH, subscription.key(PUSH))
    assert not subscription.is_key(replace(PUSH, secret="x"), subscription.key(PUSH))
    assert not subscription.is_key(None, subscription.key(PUSH))
    assert not subscription.is_key(PUSH, "é")
