"""The health of feeds as Prometheus metrics, read from the store when they are asked for.

All pollers of one store tell the same; take ``max by (feed)``.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final, get_args

import structlog
from prometheus_client import REGISTRY, Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from tocsin.domain.errors import TocsinError
from tocsin.domain.feed import FeedHealth, FeedState
from tocsin.ports.feeds import FeedStore

log = structlog.get_logger()

_STATES: Final[tuple[FeedState, ...]] = get_args(FeedState)
_ORDER: Final = {"failing": 0, "disabled": 1, "unread": 2, "ok": 3}


class FeedCollector(Collector):
    """``most`` feeds have series of their own, those in trouble first: Prometheus pays for each."""

    def __init__(self, store: FeedStore, most: int) -> None:
        self._store = store
        self._most = most

    def describe(self) -> Iterable[Metric]:
        """Nothing: asking the store at registration would be too early."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """The metrics now; none while the store is away."""
        try:
            feeds = self._store.health()
        except TocsinError as error:
            log.warning("metrics.missing", reason=str(error))
            return
        states = Counter(feed.state for feed in feeds)
        total = GaugeMetricFamily("tocsin_feeds", "Feeds watched, by state.", labels=["state"])
        for state in _STATES:
            total.add_metric([state], states[state])
        yield total
        yield from _each(sorted(feeds, key=lambda feed: _ORDER[feed.state])[: self._most])


def _each(feeds: Sequence[FeedHealth]) -> Iterator[Metric]:
    def gauge(name: str, text: str) -> GaugeMetricFamily:
        return GaugeMetricFamily(f"tocsin_feed_{name}", text, labels=["feed"])

    success = gauge("last_success_timestamp_seconds", "Last good look at the feed.")
    following = gauge("next_check_timestamp_seconds", "Next look at the feed.")
    errors = gauge("errors", "Failures since the last good look.")
    status = gauge("status", "HTTP status of the last answer.")
    latency = gauge("latency_seconds", "Time that the last answer took.")
    saved = CounterMetricFamily("tocsin_feed_saved_bytes", "Bytes that 304 answers have saved.", labels=["feed"])
    for feed in feeds:
        label, track = [feed.feed.id], feed.track
        errors.add_metric(label, feed.errors)
        saved.add_metric(label, track.saved)
        if feed.polled is not None:
            success.add_metric(label, feed.polled.timestamp())
        if feed.next_check is not None:
            following.add_metric(label, feed.next_check.timestamp())
        if track.status is not None:
            status.add_metric(label, track.status)
        if track.latency is not None:
            latency.add_metric(label, track.latency)
    yield from (success, following, errors, status, latency, saved)


@contextmanager
def exported(store: FeedStore, most: int) -> Iterator[None]:
    """The feeds of this store are among the process's metrics for as long as the context lasts."""
    collector = FeedCollector(store, most)
    REGISTRY.register(collector)
    try:
        yield
    finally:
        REGISTRY.unregister(collector)
