"""Whom a classified article concerns: subscriptions, indexed so that one article meets only a few of them."""

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from tocsin.domain.signal import ClassifiedArticle, Event
from tocsin.domain.subscription import Subscriber, Subscription


class Match(Struct, frozen=True, kw_only=True):
    """A subscriber with those of their subscriptions that an article fulfils, in the order they were written."""

    subscriber: Subscriber
    subscriptions: tuple[Subscription, ...]

    @property
    def channels(self) -> tuple[str, ...]:
        """Ids of the channels to ring, in the subscriber's order; all of them when a match names none.

        A channel that a subscription names and the subscriber does not have is kept, last, so that the mistake
        shows as a failed delivery and not as silence.
        """
        own = [channel.id for channel in self.subscriber.channels]
        named = [channel for subscription in self.subscriptions for channel in (subscription.channels or own)]
        return tuple(dict.fromkeys([channel for channel in own if channel in named] + named))


def fulfils(subscription: Subscription, signal: ClassifiedArticle) -> bool:
    """Every condition that the subscription gives holds for this article.

    Type, severity and confidence must hold together, for one and the same event.
    """
    verdict = signal.classification
    if subscription.companies:
        named = {mention.ticker.casefold() for mention in verdict.companies}
        if not any(ticker.casefold() in named for ticker in subscription.companies):
            return False
    if not (subscription.events or subscription.min_severity > 0 or subscription.min_confidence > 0):
        return True
    return any(_wanted(subscription, event) for event in verdict.events)


def covers(pattern: str, event_type: str) -> bool:
    """``*`` covers every type, ``market`` and ``market.*`` a group, ``market.m*`` a prefix, the rest only itself."""
    if pattern.endswith("*") and not pattern.endswith(".*"):
        return event_type.startswith(pattern[:-1])
    stem = pattern.removesuffix(".*")
    return event_type == stem or event_type.startswith(f"{stem}.")


class SubscriptionIndex:
    """All subscriptions, each filed under its most selective condition. Immutable; safe to share.

    Matching looks only at what is filed under the article's own companies and event types, and at the few
    subscriptions that bind neither: the cost follows the number of candidates, not of subscribers.
    """

    def __init__(self, subscribers: Iterable[Subscriber]) -> None:
        self._entries: list[tuple[Subscriber, Subscription]] = []
        self._by_company: dict[str, list[int]] = {}
        self._by_pattern: dict[str, list[int]] = {}
        self._broad: list[int] = []
        for subscriber in subscribers:
            for subscription in subscriber.subscriptions:
                self._file(len(self._entries), subscription)
                self._entries.append((subscriber, subscription))

    def __len__(self) -> int:
        return len(self._entries)

    def match(self, signal: ClassifiedArticle) -> list[Match]:
        """Everyone whom this article concerns, in the order of the subscribers given."""
        found: dict[str, tuple[Subscriber, list[Subscription]]] = {}
        for number in sorted(set(self._candidates(signal))):
            subscriber, subscription = self._entries[number]
            if fulfils(subscription, signal):
                found.setdefault(subscriber.id, (subscriber, []))[1].append(subscription)
        return [Match(subscriber=who, subscriptions=tuple(wishes)) for who, wishes in found.values()]

    def _file(self, number: int, subscription: Subscription) -> None:
        if subscription.companies:
            for ticker in {ticker.casefold() for ticker in subscription.companies}:
                self._by_company.setdefault(ticker, []).append(number)
        elif subscription.events and all(map(_key, subscription.events)):
            for key in {_key(pattern) for pattern in subscription.events}:
                self._by_pattern.setdefault(key, []).append(number)
        else:
            self._broad.append(number)

    def _candidates(self, signal: ClassifiedArticle) -> Iterator[int]:
        yield from self._broad
        for mention in signal.classification.companies:
            yield from self._by_company.get(mention.ticker.casefold(), ())
        for key in {prefix for event in signal.classification.events for prefix in _prefixes(event.type)}:
            yield from self._by_pattern.get(key, ())


def _wanted(subscription: Subscription, event: Event) -> bool:
    return (
        event.severity >= subscription.min_severity
        and event.confidence >= subscription.min_confidence
        and (not subscription.events or any(covers(pattern, event.type) for pattern in subscription.events))
    )


def _key(pattern: str) -> str:
    """The whole segments a pattern begins with; empty when it binds none."""
    if pattern.endswith("*"):
        return pattern.rpartition(".")[0]
    return pattern


def _prefixes(event_type: str) -> Sequence[str]:
    """``a.b.c`` → ``a``, ``a.b``, ``a.b.c``."""
    parts = event_type.split(".")
    return [".".join(parts[: end + 1]) for end in range(len(parts))]
