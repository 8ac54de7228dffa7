"""Mistakes that a schema cannot see: things that do not fit each other. All are reported at once."""

import difflib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from urllib.parse import urlsplit

from tocsin.domain.feed import Feed
from tocsin.domain.subscription import Subscriber, Subscription, matches_type
from tocsin.settings.schema import Settings


def check_settings(settings: Settings) -> Iterator[str]:
    """What is wrong with the settings."""
    security = settings.bus.kafka.security
    if settings.bus.kind == "kafka":
        if not settings.bus.kafka.servers:
            yield "bus.kafka.servers: empty; name at least one broker as host:port"
        for server in settings.bus.kafka.servers:
            host, _, port = server.rpartition(":")
            if not host or not port.isdigit():
                yield f"bus.kafka.servers: `{server}` is not host:port"
        if security.protocol.startswith("SASL") and not (
            security.mechanism and security.username and security.password
        ):
            yield f"bus.kafka.security: {security.protocol} needs mechanism, username and password (or password_file)"
    if settings.state.kind == "redis" and urlsplit(settings.state.redis.url).scheme not in {"redis", "rediss", "unix"}:
        yield "state.redis.url: begins with none of redis://, rediss://, unix://"
    if settings.poller.lease <= settings.poller.timeout:
        yield (
            f"poller.lease ({settings.poller.lease:g} s) must be longer than poller.timeout "
            f"({settings.poller.timeout:g} s), or two pollers fetch the same feed"
        )
    yield from _check_intervals(settings)
    if settings.notifier.backoff > settings.notifier.max_backoff:
        yield "notifier.backoff is longer than notifier.max_backoff"


def _check_intervals(settings: Settings) -> Iterator[str]:
    poller = settings.poller
    if poller.min_interval is not None and poller.min_interval > poller.interval:
        yield f"poller.min_interval ({poller.min_interval:g} s) is longer than poller.interval ({poller.interval:g} s)"
    if poller.max_interval is not None and poller.max_interval < poller.interval:
        yield f"poller.max_interval ({poller.max_interval:g} s) is shorter than poller.interval ({poller.interval:g} s)"
    callback = poller.websub.callback
    if callback is not None and (urlsplit(callback).scheme not in {"http", "https"} or not urlsplit(callback).hostname):
        yield f"poller.websub.callback: `{callback}` is not an http:// or https:// address that hubs can reach"


def check_feeds(file: str, feeds: Sequence[Feed]) -> Iterator[str]:
    """What is wrong with the feeds."""
    for id in _repeated(feed.id for feed in feeds):
        yield f"{file}: two feeds have the id `{id}`; give each its own"
    for url in _repeated(feed.url for feed in feeds):
        yield f"{file}: the feed {url} stands here twice; remove one"
    for feed in feeds:
        parts = urlsplit(feed.url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            yield f"{file}: feed `{feed.id}`: `{feed.url}` is not an http:// or https:// address"
        if feed.interval and feed.max_interval and feed.max_interval < feed.interval:
            yield f"{file}: feed `{feed.id}`: max_interval is shorter than interval"


def check_subscribers(
    file: str, subscribers: Sequence[Subscriber], *, types: Collection[str], tickers: Collection[str]
) -> Iterator[str]:
    """What is wrong with the subscribers, given the event types and tickers that are known."""
    for id in _repeated(subscriber.id for subscriber in subscribers):
        yield f"{file}: two subscribers have the id `{id}`; give each its own"
    for subscriber in subscribers:
        place = f"{file}: subscriber `{subscriber.id}`"
        channels = [channel.id for channel in subscriber.channels]
        for id in _repeated(channels):
            yield f"{place}: two channels have the id `{id}`"
        for id in _repeated(wish.id for wish in subscriber.subscriptions):
            yield f"{place}: two subscriptions have the id `{id}`"
        if not channels:
            yield f"{place}: has no channel, so nothing can ring; add one under `channels`"
        for channel in subscriber.channels:
            if "://" not in channel.url:
                yield f"{place}: channel `{channel.id}`: not an Apprise URL such as ntfy://topic or mailto://..."
            if channel.fallback is not None and (channel.fallback not in channels or channel.fallback == channel.id):
                yield f"{place}: channel `{channel.id}`: `fallback` must name another channel of the subscriber"
        for wish in subscriber.subscriptions:
            yield from _check_subscription(f"{place}: subscription `{wish.id}`", wish, channels, types, tickers)


def _check_subscription(
    place: str, wish: Subscription, channels: Sequence[str], types: Collection[str], tickers: Collection[str]
) -> Iterator[str]:
    for pattern in wish.events:
        if not any(matches_type(pattern, type) for type in types):
            yield f"{place}: there is no event type `{pattern}`{_closest(pattern, types)}"
    for ticker in wish.companies:
        if ticker not in tickers:
            yield f"{place}: no company has the ticker `{ticker}`{_closest(ticker, tickers)}"
    for id in wish.channels:
        if id not in channels:
            yield f"{place}: the subscriber has no channel `{id}`{_closest(id, channels)}"
    if not 0 <= wish.min_severity <= 100:  # noqa: PLR2004 - the scale of severity
        yield f"{place}: min_severity is {wish.min_severity}; it goes from 0 to 100"
    if not 0 <= wish.min_confidence <= 1:
        yield f"{place}: min_confidence is {wish.min_confidence}; it goes from 0 to 1"


def _repeated(values: Iterable[str]) -> list[str]:
    return [value for value, count in Counter(values).items() if count > 1]


def _closest(word: str, possible: Collection[str]) -> str:
    close = difflib.get_close_matches(word, possible, n=1)
    return f"; did you mean `{close[0]}`?" if close else "; `tocsin types` lists them" if "." in word else ""
