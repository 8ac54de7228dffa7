"""What tocsin.ports.channels promises, on every backend."""

from collections.abc import Callable

import pytest
from tests.contract.deliveries import NOW

from tocsin.domain.subscription import Channel
from tocsin.ports.channels import AddedChannel, ChannelStore
from tocsin.ports.state import State


@pytest.fixture
def channels(state: State) -> ChannelStore:
    return state.channels


def added(id: str, subscriber: str = "anna", url: str = "sealed:größe") -> AddedChannel:
    return AddedChannel(subscriber=subscriber, channel=Channel(id=id, url=url, guarded=True, verified=False), added=NOW)


def test_empty_at_first(channels: ChannelStore) -> None:
    assert list(channels.all()) == []
    assert list(channels.of("anna")) == []
    assert channels.version() == 0
    assert not channels.remove("anna", "mail")
    assert channels.version() == 0


def test_what_was_put_is_there_by_subscriber_and_id(replica: Callable[[], State]) -> None:
    here, there = replica().channels, replica().channels
    for each in (added("phone"), added("mail"), added("mail", "ben")):
        here.put(each)
    assert list(there.of("anna")) == [added("mail"), added("phone")]
    assert list(there.all()) == [added("mail"), added("phone"), added("mail", "ben")]


def test_the_same_id_is_replaced(channels: ChannelStore) -> None:
    channels.put(added("mail"))
    channels.put(added("mail", url="other"))
    assert list(channels.of("anna")) == [added("mail", url="other")]


def test_removed_is_gone(channels: ChannelStore) -> None:
    channels.put(added("mail"))
    channels.put(added("phone"))
    assert channels.remove("anna", "mail")
    assert not channels.remove("anna", "mail")
    assert list(channels.all()) == [added("phone")]


def test_the_version_grows_with_every_change(replica: Callable[[], State]) -> None:
    here, there = replica().channels, replica().channels
    seen = [there.version()]
    here.put(added("mail"))
    seen.append(there.version())
    here.put(added("mail", url="other"))
    seen.append(there.version())
    here.remove("anna", "mail")
    seen.append(there.version())
    assert seen == sorted(set(seen))
    here.close()
    here.close()
