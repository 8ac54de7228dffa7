"""What to do with a delivery before and after an attempt: pure decisions."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from tocsin.domain.delivery import Delivery, DeliveryOutcome, Status
from tocsin.notifier.pace import Policy
from tocsin.ports.sender import SendResult
from tocsin.runtime.retry import delay
from tocsin.settings.schema import NotifierSettings

_WAITING_CODES: Final = frozenset({408, 409, 421, 425, 429})
"""Client errors that say "not now"."""

_TRIES_AT_NO: Final = 3
"""Tries when the provider calls our request wrong: a passing mishap on its side is possible, but not likely."""


class Postpone(Struct, frozen=True, kw_only=True):
    """Try again at ``due``."""

    due: datetime


class HandOver(Struct, frozen=True, kw_only=True):
    """Let the channel's fallback send it, and end it here with ``outcome``."""

    outcome: DeliveryOutcome


Decision = DeliveryOutcome | Postpone | HandOver


def before(delivery: Delivery, now: datetime) -> DeliveryOutcome | None:
    """The outcome of a claimed delivery that must not be sent any more; None when it may go out."""
    if now >= delivery.stale:
        return outcome(delivery, "expired", now, error="the news is too old to be sent as new")
    return None


def after(  # noqa: PLR0911 - one for each way to go on
    delivery: Delivery,
    result: SendResult,
    now: datetime,
    settings: NotifierSettings,
    *,
    policy: Policy = "retry",
    unanswered: int = 0,
    fallback: bool = False,
    rand: Callable[[], float] = random.random,
) -> Decision:
    """What a send leads to: an end, another try after an exponential wait with full jitter, or the fallback channel.

    ``delivery.attempts`` includes the send that was made. ``unanswered`` counts earlier sends without an answer;
    ``policy`` says what such a send leads to. ``fallback`` tells whether another channel can stand in.
    """
    if result.status == "sent":
        return outcome(delivery, "delivered", now)
    if result.status == "unknown":
        if policy == "never" or (policy == "once" and unanswered >= 1):
            return outcome(delivery, "unknown", now, error=result.error)
    elif fallback and (result.status == "refused" or delivery.attempts >= settings.fallback_after):
        return HandOver(outcome=outcome(delivery, "failed", now, error=result.error))
    if result.status == "refused":
        return outcome(delivery, "failed", now, error=result.error)
    refusing = result.code is not None and 400 <= result.code < 500 and result.code not in _WAITING_CODES  # noqa: PLR2004
    if delivery.attempts >= (min(settings.attempts, _TRIES_AT_NO) if refusing else settings.attempts):
        return outcome(delivery, "failed", now, error=result.error)
    wait = full_jitter(delivery.attempts - 1, settings, rand)
    due = now + timedelta(seconds=max(wait, min(result.retry_after or 0.0, 86_400.0)))
    if due >= delivery.stale:
        if fallback:
            return HandOver(outcome=outcome(delivery, "failed", now, error=result.error))
        return outcome(delivery, "expired", now, error=result.error)
    return Postpone(due=due)


def full_jitter(failures: int, settings: NotifierSettings, rand: Callable[[], float] = random.random) -> float:
    """Seconds to wait: anything up to the exponential bound, so that many do not come back together."""
    # `delay` with rand = 1 is the nominal wait
    return rand() * delay(failures, settings.backoff, settings.max_backoff, rand=lambda: 1.0)


def outcome(delivery: Delivery, status: Status, now: datetime, *, error: str | None = None) -> DeliveryOutcome:
    """The end of a delivery."""
    return DeliveryOutcome(
        id=delivery.id,
        alert=delivery.alert.id,
        subscriber=delivery.alert.subscriber,
        story=delivery.alert.story,
        channel=delivery.channel,
        status=status,
        attempts=delivery.attempts,
        at=now,
        error=error,
        kind=delivery.alert.kind,
        fallback_for=delivery.fallback_for,
    )
