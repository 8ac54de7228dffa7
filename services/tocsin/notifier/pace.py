"""How fast each kind of channel may be sent to, and a bucket that keeps to it."""

from collections.abc import Mapping
from typing import Final, Literal

from msgspec import Struct

from tocsin.settings.schema import ProviderSettings

Policy = Literal["retry", "once", "never"]
"""What to do when no answer came: as after a failure, one more try, or leave it at that."""


class Pace(Struct, frozen=True, kw_only=True):
    """Limits of a kind of channel; see ``settings.schema.ProviderSettings``."""

    rate: float = 1.0
    burst: int = 5
    concurrency: int = 1
    account_rate: float | None = None
    unknown: Policy = "once"


PRESETS: Final = {
    # what the providers publish, with a margin
    "telegram": Pace(rate=1.0, burst=3, account_rate=25.0),
    "slack": Pace(rate=1.0, burst=3),
    "discord": Pace(rate=2.0, burst=5),
    "ntfy": Pace(rate=0.2, burst=50, account_rate=10.0),
    "pushover": Pace(rate=1.0, burst=5, concurrency=2, account_rate=5.0),
    "email": Pace(rate=1.0, burst=10, concurrency=2, account_rate=10.0),
    "matrix": Pace(rate=1.0, burst=10, account_rate=5.0),
    "teams": Pace(rate=1.0, burst=4),
    "googlechat": Pace(rate=1.0, burst=3),
    "mattermost": Pace(rate=5.0, burst=10),
    "gotify": Pace(rate=10.0, burst=50),
    "sms": Pace(rate=1.0, burst=2, unknown="never"),
    "whatsapp": Pace(rate=1.0, burst=2, unknown="never"),
    "pagerduty": Pace(rate=2.0, burst=10, unknown="retry"),
    # programs that are given an idempotency key: a second copy is recognised
    "webhook": Pace(rate=50.0, burst=200, concurrency=4, unknown="retry"),
    "json": Pace(rate=50.0, burst=200, concurrency=4, unknown="retry"),
}
_OTHERS: Final = Pace()


def pace(provider: str, settings: Mapping[str, ProviderSettings]) -> Pace:
    """The limits of a provider: the operator's where set, else the preset's."""
    preset = PRESETS.get(provider, _OTHERS)
    own = settings.get(provider)
    if own is None:
        return preset
    return Pace(
        rate=own.rate or preset.rate,
        burst=own.burst or preset.burst,
        concurrency=own.concurrency or preset.concurrency,
        account_rate=own.account_rate or preset.account_rate,
        unknown=own.unknown or preset.unknown,
    )


class Bucket:
    """A leaky bucket (GCRA): ``rate`` a second on average, ``burst`` at once. Times in seconds, from any one clock."""

    def __init__(self, rate: float, burst: int) -> None:
        self._interval = 1.0 / rate
        self._slack = self._interval * (burst - 1)
        self._next = float("-inf")

    def wait(self, now: float) -> float:
        """Seconds until one may go; 0 when it may go now."""
        return max(0.0, self._next - self._slack - now)

    def take(self, now: float) -> None:
        """One goes now."""
        self._next = max(self._next, now) + self._interval
