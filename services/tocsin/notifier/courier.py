"""One send: the message made for the channel, and what the provider made of it."""

import time
import traceback
from collections.abc import Callable

import structlog

from tocsin.domain.delivery import Attempt, Delivery
from tocsin.domain.subscription import Channel, Subscriber
from tocsin.notifier import metrics
from tocsin.notifier.messages import Messages
from tocsin.ports.clock import Clock
from tocsin.ports.sender import Sender, SendResult
from tocsin.settings.schema import NotifierSettings

log = structlog.get_logger()


class Courier:
    """Renders and sends. Thread-safe."""

    def __init__(
        self,
        sender: Sender,
        messages: Messages,
        settings: NotifierSettings,
        clock: Clock,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._sender = sender
        self._messages = messages
        self._settings = settings
        self._clock = clock
        self._monotonic = monotonic

    def send(self, delivery: Delivery, subscriber: Subscriber, channel: Channel) -> tuple[Attempt, SendResult]:
        """One attempt at a delivery. Never raises: whatever one delivery provokes must not stop the others."""
        at, began = self._clock(), self._monotonic()
        try:
            message = self._messages.message(
                delivery, subscriber=subscriber, channel=channel, traits=self._sender.traits(channel.url), now=at
            )
            result = self._sender.send(channel.url, message, self._settings.timeout, guarded=channel.guarded)
        except Exception as error:  # noqa: BLE001 - as said above
            # not the error's text: it may hold the channel's address
            kind = type(error).__name__
            log.error(  # noqa: TRY400 - as above
                "delivery.broken", delivery=delivery.id, error=kind, where=traceback.format_tb(error.__traceback__)
            )
            result = SendResult(status="refused", error=f"could not be sent ({kind}); see the log")
        metrics.SENDS.labels(result.status).inc()
        attempt = Attempt(
            number=delivery.attempts + 1,
            at=at,
            seconds=round(self._monotonic() - began, 3),
            result=result.status,
            code=result.code,
            error=result.error,
        )
        return attempt, result
