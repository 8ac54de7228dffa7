"""What to do with a delivery before and after an attempt: pure decisions."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec import Struct

from tocsin.domain.delivery import Delivery, DeliveryOutcome, Status
from tocsin.ports.sender import SendResult
from tocsin.runtime.retry import delay
from tocsin.settings.schema import NotifierSettings


class Postpone(Struct, frozen=True, kw_only=True):
    """Try again at ``due``."""

    due: datetime


def before(delivery: Delivery, now: datetime, settings: NotifierSettings) -> DeliveryOutcome | None:
    """The outcome of a claimed delivery that must not be sent any more; None when it may go out.

    The claim was counted as an attempt that is not made, so it is taken off again.
    """
    made = delivery.attempts - 1
    if now >= delivery.alert.expires:
        return outcome(delivery, "expired", now, attempts=made, error="the news is too old to be sent as new")
    if made >= settings.attempts:
        # every claim ended without a word: the notifier died each time
        return outcome(delivery, "failed", now, attempts=made, error=f"gave up after {made} interrupted attempts")
    return None


def after(
    delivery: Delivery,
    result: SendResult,
    now: datetime,
    settings: NotifierSettings,
    *,
    rand: Callable[[], float] = random.random,
) -> DeliveryOutcome | Postpone:
    """What a send leads to: an end, or another try after an exponential wait with jitter.

    ``unknown`` counts as a failed try: the message may then arrive twice, with the same idempotency key. Ringing
    twice is the lesser evil; not ringing defeats the purpose.
    """
    if result.status == "sent":
        return outcome(delivery, "delivered", now)
    if result.status == "refused":
        return outcome(delivery, "failed", now, error=result.error)
    if delivery.attempts >= settings.attempts:
        return outcome(delivery, "failed", now, error=result.error)
    wait = delay(delivery.attempts - 1, settings.backoff, settings.max_backoff, rand=rand)
    due = now + timedelta(seconds=wait)
    if due >= delivery.alert.expires:
        return outcome(delivery, "expired", now, error=result.error)
    return Postpone(due=due)


def outcome(
    delivery: Delivery, status: Status, now: datetime, *, attempts: int | None = None, error: str | None = None
) -> DeliveryOutcome:
    """The end of a delivery. ``attempts`` are the sends made, by default all that were counted."""
    return DeliveryOutcome(
        id=delivery.id,
        alert=delivery.alert.id,
        subscriber=delivery.alert.subscriber,
        story=delivery.alert.story,
        channel=delivery.channel,
        status=status,
        attempts=delivery.attempts if attempts is None else attempts,
        at=now,
        error=error,
    )
