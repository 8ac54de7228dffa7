"""A lane in our hands: what waits in it, what is on its way, and when the next may go."""

from collections import deque
from datetime import datetime

from tocsin.domain.delivery import ChannelState, ClaimedLane, Delivery
from tocsin.domain.subscription import Channel, Subscriber
from tocsin.notifier.pace import Bucket, Pace


class LaneRun:
    """One claim of a lane. Used by the dispatcher's thread only. Times in seconds of its monotonic clock."""

    def __init__(
        self,
        claimed: ClaimedLane,
        subscriber: Subscriber,
        channel: Channel,
        *,
        pace: Pace,
        buckets: tuple[Bucket, ...],
        account: str,
        until: float,
        now: float,
    ) -> None:
        self.claimed = claimed
        self.subscriber = subscriber
        self.channel = channel
        self.pace = pace
        self.account = account
        self.until = until
        self.state: ChannelState = claimed.state
        self.waiting: deque[Delivery] = deque(claimed.deliveries)
        self.in_flight = 0
        self.moved_at = now
        self._buckets = buckets

    def wait(self, now: float) -> float:
        """Seconds until the pace lets the next go."""
        return max(bucket.wait(now) for bucket in self._buckets)

    def take(self, now: float) -> Delivery:
        """The next delivery, which goes now."""
        for bucket in self._buckets:
            bucket.take(now)
        self.in_flight += 1
        self.moved_at = now
        return self.waiting.popleft()

    def give_up(self) -> None:
        """Nothing more is sent in this claim: what waits stays planned, for the next."""
        self.waiting.clear()

    @property
    def done(self) -> bool:
        """Whether it can be given back."""
        return not self.waiting and not self.in_flight

    def not_before(self, now: datetime) -> datetime | None:
        """From when on the channel may be sent to again, if it must rest."""
        return self.state.open_until if self.state.open_until and self.state.open_until > now else None
