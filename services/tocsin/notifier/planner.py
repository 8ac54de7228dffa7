"""alerts → outbox: one delivery for each channel of an alert."""

from collections.abc import Sequence

import structlog

from tocsin.domain import codec, identity
from tocsin.domain.alert import Alert
from tocsin.domain.delivery import Delivery
from tocsin.domain.record import ALERTS, Received, Record
from tocsin.ports.clock import Clock
from tocsin.ports.outbox import Outbox
from tocsin.ports.subscriptions import SubscriptionStore

log = structlog.get_logger()


class PlannerHandler:
    """Writes alerts down as deliveries, due now or when the alert says. The same alert again plans nothing new.

    A channel or subscriber that is gone is planned like any other: the attempt settles it as failed, with the
    reason, so that it shows. An alert that names no channel goes to all that its subscriber has now.
    """

    def __init__(self, outbox: Outbox, subscriptions: SubscriptionStore, clock: Clock) -> None:
        self.name = "notifier"
        self.topics: Sequence[str] = (ALERTS,)
        self._outbox = outbox
        self._subscriptions = subscriptions
        self._clock = clock

    def handle(self, batch: Sequence[Received]) -> Sequence[Record]:
        """See runtime.worker.Handler. Publishes nothing. Raises TransientError when the outbox is out of reach."""
        now = self._clock()
        deliveries = [
            Delivery(
                id=identity.delivery_id(alert.id, channel),
                channel=channel,
                alert=alert,
                due=max(alert.not_before, now) if alert.not_before else now,
            )
            for alert in (codec.decode(Alert, record.value) for record in batch)
            for channel in self._channels(alert)
        ]
        self._outbox.plan(deliveries, now)
        return ()

    def _channels(self, alert: Alert) -> Sequence[str]:
        if alert.channels:
            return alert.channels
        subscriber = self._subscriptions.subscriber(alert.subscriber)
        if subscriber is None or not subscriber.channels:
            log.warning("alert.without_channel", alert=alert.id, subscriber=alert.subscriber)
            return ()
        return [channel.id for channel in subscriber.channels]
