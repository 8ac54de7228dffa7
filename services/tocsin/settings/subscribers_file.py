"""``subscribers.yaml``: who wants to hear of what."""

from pathlib import Path
from typing import Literal

from msgspec import UNSET, Struct, UnsetType, field

from tocsin.domain.errors import ConfigurationError
from tocsin.domain.subscription import Channel, Subscriber, Subscription
from tocsin.settings import yaml_file
from tocsin.settings.secret import read_secret


class ChannelEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A channel in ``subscribers.yaml``: a webhook or Apprise URL, or the file that holds it."""

    id: str
    url: str | UnsetType = UNSET
    url_file: str | UnsetType = UNSET
    fallback: str | None = None
    unknown: Literal["retry", "once", "never"] | None = None


class SubscriptionEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A subscription in ``subscribers.yaml``; see ``domain.subscription.Subscription``."""

    id: str
    events: tuple[str, ...] = ()
    companies: tuple[str, ...] = ()
    min_severity: int = 0
    min_confidence: float = 0.0
    channels: tuple[str, ...] = ()


class SubscriberEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A subscriber in ``subscribers.yaml``."""

    id: str
    channels: tuple[ChannelEntry, ...]
    subscriptions: tuple[SubscriptionEntry, ...] = ()
    name: str = ""
    language: str = "en"


class SubscribersFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``subscribers.yaml``."""

    subscribers: tuple[SubscriberEntry, ...] = field(default_factory=tuple)


def load_subscribers(path: Path) -> list[Subscriber]:
    """The subscribers in a ``subscribers.yaml``. Raises ConfigurationError."""
    return [
        Subscriber(
            id=entry.id,
            name=entry.name,
            language=entry.language,
            channels=tuple(_channel(path, entry.id, channel) for channel in entry.channels),
            subscriptions=tuple(
                Subscription(**{name: getattr(wish, name) for name in wish.__struct_fields__})
                for wish in entry.subscriptions
            ),
        )
        for entry in yaml_file.load(path, SubscribersFile).subscribers
    ]


def _channel(path: Path, subscriber: str, entry: ChannelEntry) -> Channel:
    place = f"{path}: channel `{entry.id}` of subscriber `{subscriber}`"
    if (entry.url is UNSET) == (entry.url_file is UNSET):
        raise ConfigurationError(f"{place}: give either `url` or `url_file`")
    if isinstance(entry.url, str):
        url = entry.url
    else:
        assert isinstance(entry.url_file, str)
        url = read_secret(path.parent / entry.url_file, place)
    return Channel(id=entry.id, url=url, fallback=entry.fallback, unknown=entry.unknown)
