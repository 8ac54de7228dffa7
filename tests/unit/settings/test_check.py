"""Parts that do not fit each other are reported, all at once, with a remedy."""

import msgspec
import pytest

from tocsin.domain.feed import Feed
from tocsin.domain.subscription import Channel, Subscriber, Subscription
from tocsin.settings.check import check_feeds, check_settings, check_subscribers
from tocsin.settings.schema import Settings

TYPES = {"policy.trade", "market.merger"}
TICKERS = {"NVDA", "AMD"}
HOOK = Channel(id="hook", url="json://127.0.0.1/")


def subscriber(wish: Subscription, *channels: Channel) -> Subscriber:
    return Subscriber(id="a", channels=channels or (HOOK,), subscriptions=(wish,))


def subscriber_problems(*subscribers: Subscriber) -> list[str]:
    return list(check_subscribers("s.yaml", subscribers, types=TYPES, tickers=TICKERS))


@pytest.mark.parametrize(
    ("value", "part"),
    [
        ({"poller": {"lease": 10, "timeout": 20}}, "poller.lease"),
        ({"bus": {"kind": "kafka", "kafka": {"servers": ["kafka"]}}}, "host:port"),
        ({"bus": {"kind": "kafka", "kafka": {"servers": []}}}, "at least one"),
        ({"bus": {"kind": "kafka", "kafka": {"security": {"protocol": "SASL_SSL"}}}}, "mechanism"),
        ({"state": {"kind": "redis", "redis": {"url": "http://x"}}}, "redis://"),
        ({"poller": {"interval": 60, "min_interval": 61}}, "poller.min_interval"),
        ({"poller": {"interval": 60, "max_interval": 59}}, "poller.max_interval"),
        ({"poller": {"websub": {"callback": "tocsin.example.org"}}}, "poller.websub.callback"),
        ({"notifier": {"backoff": 9, "max_backoff": 1}}, "notifier.backoff"),
    ],
)
def test_settings(value: dict[str, object], part: str) -> None:
    (problem,) = check_settings(msgspec.convert(value, Settings))
    assert part in problem


def test_defaults_are_right() -> None:
    assert list(check_settings(Settings())) == []


def test_feeds() -> None:
    feeds = [
        Feed(id="a", url="https://a.example/", source="A"),
        Feed(id="a", url="https://b.example/", source="B"),
        Feed(id="c", url="https://b.example/", source="B"),
        Feed(id="d", url="ftp://d.example/", source="D"),
    ]
    problems = list(check_feeds("f.yaml", feeds))
    assert [part in problem for part, problem in zip(("id `a`", "twice", "ftp"), problems, strict=True)] == [True] * 3


@pytest.mark.parametrize(
    ("wish", "part"),
    [
        (Subscription(id="w", events=("policy.trad",)), "did you mean `policy.trade`"),
        (Subscription(id="w", companies=("NVDIA",)), "did you mean `NVDA`"),
        (Subscription(id="w", channels=("hok",)), "did you mean `hook`"),
        (Subscription(id="w", min_severity=101), "0 to 100"),
        (Subscription(id="w", min_confidence=50), "0 to 1"),
    ],
)
def test_subscriptions(wish: Subscription, part: str) -> None:
    (problem,) = subscriber_problems(subscriber(wish))
    assert part in problem
    assert problem.startswith("s.yaml: subscriber `a`: subscription `w`")


def test_channels() -> None:
    (problem,) = subscriber_problems(subscriber(Subscription(id="w"), Channel(id="c", url="secret-token")))
    assert "Apprise URL" in problem
    assert "secret-token" not in problem
    (problem,) = subscriber_problems(Subscriber(id="a", channels=(), subscriptions=()))
    assert "no channel" in problem


def test_good_ones_pass() -> None:
    wish = Subscription(id="w", events=("policy", "market.*"), companies=("NVDA",), channels=("hook",))
    assert subscriber_problems(subscriber(wish)) == []
