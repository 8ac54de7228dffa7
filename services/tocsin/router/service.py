"""signals → alerts: who is rung, about what, and that it happens once for each story."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import msgspec
import structlog

from tocsin.domain import codec, identity
from tocsin.domain.alert import Alert
from tocsin.domain.record import ALERTS, SIGNALS, Received, Record
from tocsin.domain.signal import ClassifiedArticle
from tocsin.ports.alert_log import AlertLog
from tocsin.ports.clock import Clock
from tocsin.ports.subscriptions import SubscriptionStore
from tocsin.router import metrics
from tocsin.router.match import Match, SubscriptionIndex

log = structlog.get_logger()

ALERT_MEMORY: Final = timedelta(days=30)
"""How long a subscriber is not rung again about a story that goes on; well over any story's window."""


class RouterHandler:
    """Turns flagged signals into alerts. A signal read again gives the same alerts again, by the same ids."""

    def __init__(
        self, subscriptions: SubscriptionStore, alert_log: AlertLog, clock: Clock, alert_max_age: timedelta
    ) -> None:
        self.name = "router"
        self.topics: Sequence[str] = (SIGNALS,)
        self._store = subscriptions
        self._alert_log = alert_log
        self._clock = clock
        self._max_age = alert_max_age
        self._version: int | None = None
        self._index = SubscriptionIndex(())

    def handle(self, batch: Sequence[Received]) -> Sequence[Record]:
        """See runtime.worker.Handler. Raises TransientError when a store is out of reach."""
        self._refresh()
        return [output for record in batch for output in self._route(record)]

    def _refresh(self) -> None:
        # the version is read first: a change between the two reads is then loaded twice, never missed
        version = self._store.version()
        if version != self._version:
            subscribers = self._store.subscribers()
            self._index = SubscriptionIndex(subscribers)
            self._version = version
            metrics.SUBSCRIPTIONS.set(len(self._index))
            log.info("subscriptions.loaded", subscribers=len(subscribers), subscriptions=len(self._index))

    def _route(self, record: Received) -> list[Record]:
        signal = codec.decode(ClassifiedArticle, record.value)
        result, alerts = self._decide(signal)
        metrics.ROUTED.labels(result).inc()
        metrics.ALERTS.inc(len(alerts))
        return [
            codec.record(
                ALERTS,
                key=alert.subscriber,
                id=alert.id,
                value=alert,
                source=self.name,
                time=alert.created,
                cause=record,
            )
            for alert in alerts
        ]

    def _decide(self, signal: ClassifiedArticle) -> tuple[str, list[Alert]]:
        if not signal.classification.flagged:
            return "not_flagged", []
        now = self._clock()
        if now - signal.article.at > self._max_age:
            log.debug("alert.too_old", article=signal.article.id, story=signal.story, at=signal.article.at.isoformat())
            return "too_old", []
        matches = self._index.match(signal)
        if not matches:
            return "nobody", []
        subscribers = [match.subscriber.id for match in matches]
        rung = self._alert_log.claim(signal.story, signal.article.id, subscribers, now, ALERT_MEMORY)
        slim = msgspec.structs.replace(signal, article=msgspec.structs.replace(signal.article, content=""))
        # an article dated ahead of us must not outlive one that came out now
        expires = min(signal.article.at, now) + self._max_age
        alerts = [
            Alert(
                id=identity.alert_id(match.subscriber.id, signal.story, 1),
                subscriber=match.subscriber.id,
                story=signal.story,
                subscriptions=_ids(match),
                channels=match.channels,
                signal=slim,
                created=now,
                expires=expires,
            )
            for match in matches
            if match.subscriber.id in rung
        ]
        return ("alerted" if alerts else "repeat"), alerts


def _ids(match: Match) -> tuple[str, ...]:
    return tuple(subscription.id for subscription in match.subscriptions)
