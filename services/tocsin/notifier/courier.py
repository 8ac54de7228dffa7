"""One delivery from its claim to its settlement or postponement."""

import threading
import time
import traceback
from datetime import timedelta
from typing import Final

import structlog

from tocsin.domain.delivery import Delivery, DeliveryOutcome
from tocsin.domain.errors import TransientError
from tocsin.notifier import attempt, metrics, render
from tocsin.notifier.attempt import Postpone
from tocsin.ports.clock import Clock
from tocsin.ports.outbox import Outbox
from tocsin.ports.sender import Sender
from tocsin.ports.subscriptions import SubscriptionStore
from tocsin.runtime.retry import Backoff
from tocsin.settings.schema import NotifierSettings

log = structlog.get_logger()

_LAST_TRIES: Final = 4
"""How often a result is written down again after the stop when the outbox is out of reach."""


class Courier:
    """Looks up the channel, renders, sends and writes down the result. Thread-safe."""

    def __init__(
        self,
        outbox: Outbox,
        subscriptions: SubscriptionStore,
        sender: Sender,
        settings: NotifierSettings,
        clock: Clock,
    ) -> None:
        self._outbox = outbox
        self._subscriptions = subscriptions
        self._sender = sender
        self._settings = settings
        self._clock = clock

    def deliver(self, delivery: Delivery, stop: threading.Event) -> bool:
        """Make one attempt at a claimed delivery; True when it ended. Never raises for what a delivery provokes.

        After ``stop`` an outbox that is out of reach is not waited for much longer.
        """
        try:
            decision = self._attempt(delivery)
        except TransientError as error:
            # only the subscriber could not be looked up: nothing was sent
            log.warning("delivery.waiting", delivery=delivery.id, reason=str(error))
            decision = Postpone(due=self._clock() + timedelta(seconds=self._settings.backoff))
        except Exception as error:  # noqa: BLE001 - whatever one delivery provokes must not stop the others
            # not the error's text: it may hold the channel's address
            kind = type(error).__name__
            log.error(  # noqa: TRY400 - as above
                "delivery.broken", delivery=delivery.id, error=kind, where=traceback.format_tb(error.__traceback__)
            )
            now = self._clock()
            decision = attempt.outcome(delivery, "failed", now, error=f"could not be sent ({kind}); see the log")
        if not self._write_down(delivery, decision, stop) or isinstance(decision, Postpone):
            return False
        _tell(delivery, decision)
        return True

    def _attempt(self, delivery: Delivery) -> DeliveryOutcome | Postpone:
        hopeless = attempt.before(delivery, self._clock(), self._settings)
        if hopeless is not None:
            return hopeless
        subscriber = self._subscriptions.subscriber(delivery.alert.subscriber)
        channel = next(
            (each for each in (subscriber.channels if subscriber else ()) if each.id == delivery.channel), None
        )
        if subscriber is None or channel is None:
            missing = (
                f"no channel {delivery.channel!r}" if subscriber else f"no subscriber {delivery.alert.subscriber!r}"
            )
            made = delivery.attempts - 1
            return attempt.outcome(
                delivery, "failed", self._clock(), attempts=made, error=f"there is {missing} any more"
            )
        message = render.message(
            delivery.alert, language=subscriber.language, now=self._clock(), idempotency_key=delivery.id
        )
        result = self._sender.send(channel.url, message, self._settings.timeout)
        metrics.SENDS.labels(result.status).inc()
        decision = attempt.after(delivery, result, self._clock(), self._settings)
        if isinstance(decision, Postpone):
            log.warning(
                "delivery.postponed",
                delivery=delivery.id,
                subscriber=subscriber.id,
                channel=channel.id,
                attempts=delivery.attempts,
                due=decision.due.isoformat(),
                reason=result.error,
            )
        return decision

    def _write_down(self, delivery: Delivery, decision: DeliveryOutcome | Postpone, stop: threading.Event) -> bool:
        """Tell the outbox, again and again while it is out of reach: what is not told is sent again."""
        backoff = Backoff()
        tries_left = _LAST_TRIES
        while True:
            try:
                if isinstance(decision, Postpone):
                    self._outbox.postpone(delivery.id, decision.due)
                else:
                    self._outbox.settle(decision)
            except TransientError as error:
                tries_left -= stop.is_set()
                log.warning("delivery.recording", delivery=delivery.id, reason=str(error), gave_up=not tries_left)
                if not tries_left:
                    return False
                time.sleep(backoff.next(error.retry_after))
            else:
                return True


def _tell(delivery: Delivery, outcome: DeliveryOutcome) -> None:
    """Log and count the end of a delivery."""
    metrics.DELIVERIES.labels(outcome.status).inc()
    if outcome.status == "delivered":
        latency = outcome.at - delivery.alert.signal.article.at
        metrics.PUBLICATION_TO_DELIVERY.observe(max(0.0, latency.total_seconds()))
    write = log.info if outcome.status == "delivered" else log.warning
    write(
        f"delivery.{outcome.status}",
        delivery=outcome.id,
        subscriber=outcome.subscriber,
        channel=outcome.channel,
        story=outcome.story,
        attempts=outcome.attempts,
        reason=outcome.error,
    )
