"""The circuit breaker of a channel: pure steps from one state to the next."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec.structs import replace

from tocsin.domain.delivery import ChannelState
from tocsin.settings.schema import NotifierSettings


def sent(now: datetime) -> ChannelState:
    """After a success: whatever was wrong is over."""
    return ChannelState(last_sent=now)


def failed(
    state: ChannelState,
    now: datetime,
    error: str | None,
    settings: NotifierSettings,
    *,
    retry_after: float | None = None,
    rand: Callable[[], float] = random.random,
) -> ChannelState:
    """After a failure. Enough of them in a row break the circuit, and so does a failed probe, for longer each time.

    What the provider asked for (``retry_after``, seconds) breaks it at once, for as long as it asked, up to a day.
    """
    failures = state.failures + 1
    trips, until = state.trips, state.open_until
    if failures >= settings.breaker_failures:
        nominal = min(settings.max_backoff, settings.breaker_pause * 2.0 ** min(trips, 30))
        until = now + timedelta(seconds=nominal * (0.5 + rand() / 2))
        trips += 1
    if retry_after:
        asked = now + timedelta(seconds=min(retry_after, 86_400.0))
        until = max(until, asked) if until else asked
    return replace(
        state,
        failures=failures,
        trips=trips,
        failing_since=state.failing_since or now,
        open_until=until,
        last_error=error,
    )


def resting(state: ChannelState, now: datetime) -> bool:
    """Whether nothing may be sent yet."""
    return state.open_until is not None and state.open_until > now
