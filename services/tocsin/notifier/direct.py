"""One message at once, the way alerts go, for a person who waits for the result."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from msgspec.structs import replace

from tocsin.domain.alert import Alert
from tocsin.domain.delivery import Attempt, Progress, Status
from tocsin.domain.subscription import Channel, Subscriber
from tocsin.notifier import notices
from tocsin.notifier.attempt import outcome
from tocsin.notifier.courier import Courier
from tocsin.notifier.messages import Messages
from tocsin.ports.clock import Clock
from tocsin.ports.outbox import Outbox
from tocsin.ports.sender import Sender
from tocsin.settings.schema import NotifierSettings

_OURS: Final = timedelta(hours=1)


def send_now(
    alert: Alert,
    *,
    subscriber: Subscriber,
    channel: Channel,
    outbox: Outbox,
    sender: Sender,
    settings: NotifierSettings,
    keys: Sequence[bytes],
    clock: Clock,
) -> Attempt:
    """Send over the channel, once, whatever its state, and write it into the ledger. Raises TransientError."""
    now = clock()
    delivery = notices.of(alert, channel.id, now)
    # due late, so that no notifier takes it out of our hands; what the ledger keeps of it holds no code
    kept = replace(alert, facts={name: value for name, value in alert.facts.items() if name != "code"})
    outbox.plan([replace(delivery, alert=kept, due=now + _OURS)], now)
    courier = Courier(sender, Messages(settings, keys), settings, clock)
    attempt, result = courier.send(delivery, subscriber, channel)
    status: Status = "delivered" if result.status == "sent" else "unknown" if result.status == "unknown" else "failed"
    end = outcome(replace(delivery, attempts=1), status, clock(), error=result.error)
    outbox.record([Progress(delivery=delivery.id, attempt=attempt, outcome=end)])
    return attempt
