"""Deliveries that the notifier makes itself: over a fallback, about a failing channel, a test, a verification."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace

from tocsin.domain import identity
from tocsin.domain.alert import Alert, AlertKind
from tocsin.domain.article import Article
from tocsin.domain.delivery import ChannelState, Delivery, Lane
from tocsin.domain.signal import Classification, ClassifiedArticle
from tocsin.domain.subscription import Channel, Subscriber
from tocsin.ports.outbox import Outbox

_VALID: Final = timedelta(days=1)


def stand_in(delivery: Delivery, fallback: str, now: datetime) -> Delivery:
    """The delivery over the fallback channel. The same one when the alert goes there anyway: it rings once."""
    return replace(
        delivery,
        id=identity.delivery_id(delivery.alert.id, fallback),
        channel=fallback,
        due=now,
        attempts=0,
        fallback_for=delivery.channel,
    )


def channel_failing(
    subscriber: Subscriber, channel: Channel, state: ChannelState, outbox: Outbox, now: datetime
) -> Delivery | None:
    """A notice over the first other channel of the subscriber that works; None when there is none.

    Raises TransientError.
    """
    others = [Lane(subscriber=subscriber.id, channel=each.id) for each in subscriber.channels if each.verified]
    others = [lane for lane in others if lane.channel != channel.id]
    states = outbox.states(others)
    working = [lane for lane in others if not states.get(lane, ChannelState()).failures]
    if not working or state.failing_since is None:
        return None
    facts = {
        "channel": channel.id,
        "since": state.failing_since.isoformat(),
        "error": state.last_error or "",
        "failures": str(state.failures),
    }
    alert = notice("channel-failing", subscriber.id, facts, now, key=f"{channel.id}:{state.failing_since.isoformat()}")
    return of(alert, working[0].channel, now)


def told(state: ChannelState, now: datetime) -> ChannelState:
    """The state after the subscriber was told."""
    return replace(state, told=now)


def notice(kind: AlertKind, subscriber: str, facts: Mapping[str, str], now: datetime, *, key: str) -> Alert:
    """A message about Tocsin itself. ``key`` tells it from others of its kind to this subscriber."""
    story = f"{kind}:{key}"
    signal = ClassifiedArticle(
        article=Article(id="", feed="tocsin", source="Tocsin", title="", seen=now, content_hash=""),
        classification=Classification(language=None, flagged=False),
        story=story,
        novelty="first",
        classified=now,
    )
    return Alert(
        id=identity.alert_id(subscriber, story, 1),
        subscriber=subscriber,
        story=story,
        subscriptions=(),
        channels=(),
        signal=signal,
        created=now,
        expires=now + _VALID,
        kind=kind,
        facts=dict(facts),
    )


def of(alert: Alert, channel: str, now: datetime) -> Delivery:
    """The delivery of an alert over a channel, due now."""
    return Delivery(id=identity.delivery_id(alert.id, channel), channel=channel, alert=alert, due=now)
