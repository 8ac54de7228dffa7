"""What tocsin.ports.feeds promises, on every backend."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from tocsin.domain.feed import ClaimedFeed, Feed, FeedCheck, FeedHealth, Gap, Outcome, Push, Track, Validators
from tocsin.ports.feeds import FeedStore
from tocsin.ports.state import State

NOW = datetime(2026, 3, 5, 12, 0, 0, 123457, tzinfo=UTC)
LEASE = timedelta(minutes=2)
HOUR = timedelta(hours=1)
SOON = timedelta(microseconds=1)


@pytest.fixture
def store(state: State) -> FeedStore:
    return state.feeds


def feed(id: str, path: str = "news") -> Feed:
    return Feed(
        id=id, url=f"https://{id}.example/{path}", source=id.title(), language="de", tags=("Börse",), interval=HOUR
    )


def check(
    claimed: ClaimedFeed, at: datetime = NOW, *, items: dict[str, str] | None = None, error: str | None = None
) -> FeedCheck:
    return FeedCheck(
        feed=claimed.feed.id,
        token=claimed.token,
        at=at,
        next_check=at + HOUR,
        validators=Validators(etag='W/"ä1"', last_modified="Thu, 05 Mar 2026 11:59:00 GMT", body_hash="b1"),
        items=items or {},
        outcome="read" if error is None else "failed",
        error=error,
        track=Track(changes=1.5, hub="https://hub.example/"),
    )


def claim_one(store: FeedStore, now: datetime = NOW) -> ClaimedFeed:
    (claimed,) = store.claim_due(now, 10, LEASE)
    return claimed


def ids(claimed: Sequence[ClaimedFeed]) -> list[str]:
    return [each.feed.id for each in claimed]


def test_nothing_is_watched_at_first(store: FeedStore) -> None:
    assert not store.claim_due(NOW, 10, LEASE)
    assert not store.health()


def test_a_new_feed_is_due_at_once_and_comes_as_it_was_written(store: FeedStore) -> None:
    store.sync([feed("a"), Feed(id="b", url="https://b.example/", source="B")], NOW)
    assert not store.claim_due(NOW - SOON, 10, LEASE)
    claimed = {each.feed.id: each for each in store.claim_due(NOW, 10, LEASE)}
    assert claimed.keys() == {"a", "b"}
    assert claimed["a"].feed == feed("a")
    assert claimed["b"].feed == Feed(id="b", url="https://b.example/", source="B")
    assert claimed["a"].validators == Validators()
    assert (claimed["a"].errors, claimed["a"].polled) == (0, None)


def test_claims_keep_to_the_limit_and_take_the_earliest_first(store: FeedStore) -> None:
    watched: list[Feed] = []
    for number, id in enumerate(["z", "m", "a"]):
        watched.append(feed(id))
        store.sync(watched, NOW + timedelta(minutes=number))
    assert ids(store.claim_due(NOW + HOUR, 2, LEASE)) == ["z", "m"]
    assert ids(store.claim_due(NOW + HOUR, 2, LEASE)) == ["a"]


def test_order_is_by_next_check_even_after_a_lease_has_lapsed(store: FeedStore) -> None:
    store.sync([feed("first")], NOW)
    claim_one(store)
    store.sync([feed("first"), feed("second")], NOW + SOON)
    assert ids(store.claim_due(NOW + HOUR, 1, LEASE)) == ["first"]


def test_a_leased_feed_is_not_given_out_until_its_lease_has_ended(replica: Callable[[], State]) -> None:
    here, there = replica().feeds, replica().feeds
    here.sync([feed("a")], NOW)
    first = claim_one(here)
    assert not there.claim_due(NOW + LEASE - SOON, 10, LEASE)
    second = claim_one(there, NOW + LEASE)
    assert second.token != first.token
    assert not here.claim_due(NOW + LEASE, 10, LEASE)


def test_recording_ends_the_lease_and_sets_the_next_check(store: FeedStore) -> None:
    store.sync([feed("a")], NOW)
    assert store.record([check(claim_one(store))])
    assert not store.claim_due(NOW + HOUR - SOON, 10, LEASE)
    again = claim_one(store, NOW + HOUR)
    assert again.validators == check(again).validators
    assert (again.errors, again.polled) == (0, NOW)


def test_a_feed_recorded_as_due_soon_is_claimed_again_within_the_old_lease(store: FeedStore) -> None:
    store.sync([feed("a")], NOW)
    store.record([check(claim_one(store), NOW - HOUR)])
    assert ids(store.claim_due(NOW, 10, LEASE)) == ["a"]


def test_known_answers_for_what_was_seen_in_this_feed(store: FeedStore) -> None:
    store.sync([feed("a"), feed("b")], NOW)
    for claimed in store.claim_due(NOW, 10, LEASE):
        store.record([check(claimed, items={f"{claimed.feed.id}1": "h1", "both": claimed.feed.id})])
    assert store.known("a", ["a1", "b1", "both", "neither"]) == {"a1": "h1", "both": "a"}
    assert store.known("b", ["both"]) == {"both": "b"}
    assert store.known("a", []) == {}
    assert store.known("no-such-feed", ["a1"]) == {}


def test_known_gives_the_content_hash_last_recorded(store: FeedStore) -> None:
    store.sync([feed("a")], NOW)
    store.record([check(claim_one(store), items={"x": "old", "y": "same"})])
    store.record([check(claim_one(store, NOW + HOUR), NOW + HOUR, items={"x": "new"})])
    assert store.known("a", ["x", "y"]) == {"x": "new", "y": "same"}


def test_known_takes_a_large_feed(store: FeedStore) -> None:
    items = {f"art-{number}": f"rev-{number}" for number in range(5_000)}
    store.sync([feed("a")], NOW)
    store.record([check(claim_one(store), items=items)])
    assert store.known("a", list(items)) == items


def test_an_error_counts_and_leaves_validators_items_and_last_success(store: FeedStore) -> None:
    store.sync([feed("a")], NOW)
    store.record([check(claim_one(store), items={"x": "1"})])
    for failures in (1, 2):
        at = NOW + failures * HOUR
        failed = FeedCheck(
            feed="a",
            token=claim_one(store, at).token,
            at=at,
            next_check=at + HOUR,
            validators=Validators(etag="wrong"),
            items={"x": "2", "z": "1"},
            outcome="failed",
            error=f"timeout {failures}",
            track=Track(gone=failures),
        )
        assert store.record([failed])
        assert store.health() == [
            FeedHealth(
                feed=feed("a"),
                next_check=at + HOUR,
                errors=failures,
                polled=NOW,
                error=f"timeout {failures}",
                track=Track(gone=failures),
            )
        ]
    claimed = claim_one(store, NOW + 3 * HOUR)
    assert claimed.validators == check(claimed).validators
    assert (claimed.errors, claimed.polled) == (2, NOW)
    assert store.known("a", ["x", "z"]) == {"x": "1"}


def test_success_clears_the_errors(store: FeedStore) -> None:
    store.sync([feed("a")], NOW)
    store.record([check(claim_one(store), error="")])
    assert [(each.errors, each.error) for each in store.health()] == [(1, "")]
    store.record([check(claim_one(store, NOW + HOUR), NOW + HOUR)])
    assert [(each.errors, each.error, each.polled) for each in store.health()] == [(0, None, NOW + HOUR)]


def test_new_validators_replace_the_old_ones_whole(store: FeedStore) -> None:
    store.sync([feed("a")], NOW)
    store.record([check(claim_one(store))])
    second = FeedCheck(
        feed="a",
        token=claim_one(store, NOW + HOUR).token,
        at=NOW + HOUR,
        next_check=NOW + 2 * HOUR,
        validators=Validators(etag="e2"),
    )
    store.record([second])
    assert claim_one(store, NOW + 2 * HOUR).validators == Validators(etag="e2")


@pytest.mark.parametrize("error", [None, "timeout"])
def test_recording_without_the_lease_changes_nothing(store: FeedStore, error: str | None) -> None:
    store.sync([feed("a")], NOW)
    lost = claim_one(store)
    held = claim_one(store, NOW + LEASE)
    before = store.health()
    assert not store.record([check(lost, items={"x": "1"}, error=error)])
    assert store.health() == before
    assert store.known("a", ["x"]) == {}
    assert not store.claim_due(NOW + LEASE, 10, LEASE)
    assert store.record([check(held, items={"x": "2"})])
    assert not store.record([check(held, items={"x": "3"})])
    assert store.known("a", ["x"]) == {"x": "2"}


def test_late_work_counts_while_nobody_else_has_the_feed(store: FeedStore) -> None:
    store.sync([feed("a")], NOW)
    late = claim_one(store)
    assert store.record([check(late, NOW + HOUR, items={"x": "1"})])
    assert not store.claim_due(NOW + HOUR, 10, LEASE)


def test_a_feed_that_stays_keeps_its_state_with_its_new_settings(store: FeedStore) -> None:
    store.sync([feed("a")], NOW)
    store.record([check(claim_one(store), items={"x": "1"})])
    renamed = Feed(id="a", url=feed("a").url, source="Other")
    store.sync([renamed], NOW + SOON)
    assert not store.claim_due(NOW + HOUR - SOON, 10, LEASE)
    claimed = claim_one(store, NOW + HOUR)
    assert claimed.feed == renamed
    assert (claimed.validators, claimed.polled) == (check(claimed).validators, NOW)
    assert store.known("a", ["x"]) == {"x": "1"}


def test_syncing_the_same_feeds_keeps_a_lease(store: FeedStore) -> None:
    store.sync([feed("a")], NOW)
    claimed = claim_one(store)
    store.sync([feed("a")], NOW + SOON)
    assert not store.claim_due(NOW + SOON, 10, LEASE)
    assert store.record([check(claimed)])


def test_a_feed_that_moved_keeps_items_loses_validators_and_errors_and_is_due_at_once(store: FeedStore) -> None:
    store.sync([feed("a")], NOW)
    store.record([check(claim_one(store), items={"x": "1"})])
    store.record([check(claim_one(store, NOW + HOUR), NOW + HOUR, error="gone")])
    moved = feed("a", "elsewhere")
    store.sync([moved], NOW + HOUR + SOON)
    assert store.health() == [FeedHealth(feed=moved, next_check=NOW + HOUR + SOON, errors=0, polled=NOW, error=None)]
    claimed = claim_one(store, NOW + HOUR + SOON)
    assert (claimed.feed, claimed.validators, claimed.errors) == (moved, Validators(), 0)
    assert store.known("a", ["x"]) == {"x": "1"}


def test_a_poll_of_the_old_address_is_not_held_for_one_of_the_new(store: FeedStore) -> None:
    store.sync([feed("a")], NOW)
    old = claim_one(store)
    store.sync([feed("a", "elsewhere")], NOW)
    assert not store.record([check(old)])
    assert claim_one(store).validators == Validators()


def test_a_feed_that_left_is_not_claimed_and_brings_back_no_old_news(store: FeedStore) -> None:
    store.sync([feed("a"), feed("b")], NOW)
    for claimed in store.claim_due(NOW, 10, LEASE):
        store.record([check(claimed, items={"x": "1"})])
    store.sync([feed("b")], NOW)
    assert ids(store.claim_due(NOW + HOUR, 10, LEASE)) == ["b"]
    assert [each.feed.id for each in store.health()] == ["b"]
    store.sync([feed("a"), feed("b")], NOW + HOUR)
    assert store.known("a", ["x"]) == {"x": "1"}
    back = claim_one(store, NOW + HOUR)
    assert (back.feed, back.validators, back.polled) == (feed("a"), check(back).validators, NOW)


def test_a_feed_that_left_while_leased_is_no_longer_the_lessees(store: FeedStore) -> None:
    store.sync([feed("a")], NOW)
    claimed = claim_one(store)
    store.sync([], NOW)
    assert not store.record([check(claimed)])
    assert not store.claim_due(NOW + HOUR, 10, LEASE)
    store.sync([feed("a")], NOW)
    assert ids(store.claim_due(NOW, 10, LEASE)) == ["a"]


def test_health_lists_every_watched_feed_by_id(store: FeedStore) -> None:
    store.sync([feed("b"), feed("ä"), feed("a")], NOW)
    assert store.health() == [
        FeedHealth(feed=feed(id), next_check=NOW, errors=0, polled=None, error=None) for id in ("a", "b", "ä")
    ]


def test_items_that_left_the_feed_are_remembered(store: FeedStore) -> None:
    store.sync([feed("a")], NOW)
    at = NOW
    for poll in range(50):
        store.record([check(claim_one(store, at), at, items={f"art-{poll}-{number}": "h" for number in range(20)})])
        at += HOUR
    assert len(store.known("a", [f"art-{poll}-{n}" for poll in range(50) for n in range(20)])) == 1_000


def test_memory_is_bounded_and_what_is_still_in_the_feed_is_never_forgotten(store: FeedStore) -> None:
    evergreen = {f"evergreen-{number}": "h" for number in range(3_000)}
    store.sync([feed("a")], NOW)
    at = NOW
    for poll in range(5):
        # the clock goes backwards: what is newest must not depend on it
        passing = {f"art-{poll}-{number}": "h" for number in range(1_000)}
        store.record([check(claim_one(store, NOW + 10 * HOUR), at, items=evergreen | passing)])
        at -= timedelta(days=1)
    store.record([check(claim_one(store, NOW + 10 * HOUR), at)])
    assert store.known("a", list(evergreen)) == evergreen
    remembered = [len(store.known("a", [f"art-{poll}-{n}" for n in range(1_000)])) for poll in range(5)]
    assert remembered == [0, 0, 1_000, 1_000, 1_000]


PUSH = Push(hub="https://hub.example/", topic="https://a.example/news", secret="hush", asked=NOW, until=NOW + HOUR)


def outcome(claimed: ClaimedFeed, outcome: Outcome, at: datetime = NOW, **changes: Any) -> FeedCheck:
    return msgspec.structs.replace(check(claimed, at), outcome=outcome, **changes)


def state_of(store: FeedStore, id: str) -> FeedHealth:
    found = store.look_up(id)
    assert found is not None
    return found


def test_claims_tell_when_the_feed_was_due_and_what_is_known_of_it(store: FeedStore) -> None:
    store.sync([feed("a")], NOW)
    first = claim_one(store, NOW + SOON)
    assert (first.due, first.track, first.push) == (NOW, Track(), None)
    store.record([check(first)])
    store.set_push("a", PUSH)
    again = claim_one(store, NOW + 2 * HOUR)
    assert (again.due, again.track, again.push) == (NOW + HOUR, check(first).track, PUSH)


def test_one_feed_can_be_claimed_before_it_is_due(store: FeedStore) -> None:
    store.sync([feed("a"), feed("b")], NOW)
    for claimed in store.claim_due(NOW, 10, LEASE):
        store.record([check(claimed)])
    claimed_b = store.claim("b", NOW, LEASE)
    assert claimed_b is not None
    assert (claimed_b.feed, claimed_b.polled, claimed_b.due) == (feed("b"), NOW, NOW + HOUR)
    assert store.claim("b", NOW + LEASE - SOON, LEASE) is None
    assert store.claim("b", NOW + LEASE, LEASE) is not None
    assert not store.record([check(claimed_b)])
    assert ids(store.claim_due(NOW + HOUR, 10, LEASE)) == ["a", "b"]


def test_a_feed_that_is_not_watched_cannot_be_claimed(store: FeedStore) -> None:
    store.sync([feed("a")], NOW)
    store.sync([], NOW)
    assert store.claim("a", NOW, LEASE) is None
    assert store.claim("no-such-feed", NOW, LEASE) is None


def test_many_records_at_once_are_judged_one_by_one(store: FeedStore) -> None:
    store.sync([feed(id) for id in "abc"], NOW)
    lost = {each.feed.id: each for each in store.claim_due(NOW, 2, LEASE)}
    held = {each.feed.id: each for each in store.claim_due(NOW + LEASE, 10, LEASE)}
    checks = [check(each, items={"x": each.feed.id}) for each in (lost["a"], *held.values(), lost["b"])]
    assert sorted(store.record(checks)) == ["a", "b", "c"]
    assert [store.known(id, ["x"]) for id in "abc"] == [{"x": "a"}, {"x": "b"}, {"x": "c"}]
    assert not store.record([])


def test_an_excused_poll_is_noted_but_not_counted(store: FeedStore) -> None:
    store.sync([feed("a")], NOW)
    store.record([check(claim_one(store), items={"x": "1"}, error="timeout")])
    excused = outcome(
        claim_one(store, NOW + HOUR), "excused", NOW + HOUR, error="outage", items={"y": "1"}, track=Track(gone=1)
    )
    assert store.record([excused])
    assert store.health() == [
        FeedHealth(
            feed=feed("a"), next_check=NOW + 2 * HOUR, errors=1, polled=None, error="outage", track=Track(gone=1)
        )
    ]
    assert claim_one(store, NOW + 2 * HOUR).validators == Validators()
    assert store.known("a", ["x", "y"]) == {}


def test_a_released_feed_is_as_it_was_but_for_its_next_check(store: FeedStore) -> None:
    store.sync([feed("a")], NOW)
    store.record([check(claim_one(store), items={"x": "1"})])
    store.record([check(claim_one(store, NOW + HOUR), NOW + HOUR, error="timeout")])
    before = state_of(store, "a")
    at = NOW + 2 * HOUR
    gap = Gap(feed="a", since=NOW, until=at, reason="r")
    released = outcome(
        claim_one(store, at), "released", at, items={"y": "1"}, track=Track(gone=7), gap=gap, next_check=at + SOON
    )
    assert store.record([released])
    assert state_of(store, "a") == msgspec.structs.replace(before, next_check=at + SOON)
    assert store.known("a", ["y"]) == {}
    assert store.gaps(NOW) == []
    assert claim_one(store, at + SOON).validators == released.validators


def test_a_push_is_remembered_beside_the_poll(store: FeedStore) -> None:
    store.sync([feed("a")], NOW)
    store.record([check(claim_one(store), items={"polled": "1"})])
    store.record([check(claim_one(store, NOW + HOUR), NOW + HOUR, error="timeout")])
    claimed = store.claim("a", NOW + HOUR, LEASE)
    assert claimed is not None
    at = NOW + HOUR + SOON
    pushed = outcome(claimed, "pushed", at, items={"pushed": "1"}, validators=Validators(), track=Track(changes=2.0))
    assert store.record([pushed])
    assert state_of(store, "a") == FeedHealth(
        feed=feed("a"), next_check=at + HOUR, errors=1, polled=NOW, error="timeout", track=Track(changes=2.0)
    )
    assert claim_one(store, at + HOUR).validators == check(claimed).validators
    assert store.known("a", ["polled", "pushed"]) == {"polled": "1", "pushed": "1"}


def test_pushes_do_not_make_what_is_in_the_feed_old(store: FeedStore) -> None:
    evergreen = {f"evergreen-{number}": "h" for number in range(2_500)}
    store.sync([feed("a")], NOW)
    store.record([check(claim_one(store), items=evergreen)])
    for number in range(30):
        claimed = store.claim("a", NOW, LEASE)
        assert claimed is not None
        store.record([outcome(claimed, "pushed", items={f"pushed-{number}-{n}": "h" for n in range(20)})])
    assert store.known("a", list(evergreen)) == evergreen


def test_a_feed_without_a_next_check_is_not_polled_until_woken(store: FeedStore) -> None:
    store.sync([feed("a")], NOW)
    store.record([outcome(claim_one(store), "failed", error="gone", next_check=None)])
    assert state_of(store, "a").next_check is None
    store.sync([feed("a")], NOW + HOUR)
    assert not store.claim_due(NOW + 1_000 * HOUR, 10, LEASE)
    assert store.wake(["a"], NOW + HOUR) == 1
    claimed = claim_one(store, NOW + HOUR)
    assert (claimed.errors, claimed.due) == (1, NOW + HOUR)


def test_a_feed_without_a_next_check_can_be_claimed_by_name_and_stays_so(store: FeedStore) -> None:
    store.sync([feed("a")], NOW)
    store.record([outcome(claim_one(store), "failed", error="gone", next_check=None)])
    claimed = store.claim("a", NOW, LEASE)
    assert claimed is not None
    assert claimed.due is None
    # that lease lapses
    assert not store.claim_due(NOW + HOUR, 10, LEASE)


def test_a_new_address_ends_the_end_of_polling(store: FeedStore) -> None:
    store.sync([feed("a")], NOW)
    store.record([outcome(claim_one(store), "failed", error="gone", next_check=None)])
    store.set_push("a", PUSH)
    store.sync([feed("a", "elsewhere")], NOW + HOUR)
    claimed = claim_one(store, NOW + HOUR)
    assert (claimed.track, claimed.push) == (Track(), None)


def test_waking_counts_what_it_can_wake(store: FeedStore) -> None:
    store.sync([feed("a"), feed("b"), feed("left")], NOW)
    for claimed in store.claim_due(NOW, 10, LEASE):
        store.record([check(claimed)])
    store.sync([feed("a"), feed("b")], NOW)
    assert store.claim("b", NOW, LEASE) is not None
    assert store.wake(["a", "b", "left", "no-such-feed"], NOW + SOON) == 1
    assert ids(store.claim_due(NOW + SOON, 10, LEASE)) == ["a"]
    # a lease that has ended holds nothing back
    assert store.wake(["b"], NOW + LEASE) == 1
    assert ids(store.claim_due(NOW + LEASE, 10, LEASE)) == ["b"]
    assert store.wake([], NOW) == 0


def test_a_push_subscription_is_remembered_beside_leases_and_records(store: FeedStore) -> None:
    store.sync([feed("a")], NOW)
    claimed = claim_one(store)
    store.set_push("a", PUSH)
    store.record([check(claimed)])
    assert state_of(store, "a").push == PUSH
    later = msgspec.structs.replace(PUSH, heard=NOW, missed=2)
    store.set_push("a", later)
    assert [each.push for each in store.health()] == [later]
    store.set_push("a", None)
    store.set_push("no-such-feed", PUSH)
    assert state_of(store, "a").push is None
    assert store.look_up("no-such-feed") is None


def test_the_push_subscriptions_of_feeds_that_left_are_told_until_they_are_forgotten(store: FeedStore) -> None:
    store.sync([feed("a"), feed("b"), feed("c")], NOW)
    for id in ("a", "b", "no-such-feed"):
        store.set_push(id, PUSH)
    assert store.abandoned() == {}
    store.sync([feed("b")], NOW)
    assert store.abandoned() == {"a": PUSH}
    store.sync([feed("a")], NOW)
    assert store.abandoned() == {"b": PUSH}
    assert state_of(store, "a").push == PUSH
    store.set_push("b", None)
    assert store.abandoned() == {}


def test_look_up_gives_what_health_gives(store: FeedStore) -> None:
    store.sync([feed("a"), feed("b")], NOW)
    store.record([check(claim) for claim in store.claim_due(NOW, 1, LEASE)])
    assert [store.look_up(id) for id in "ab"] == store.health()
    store.sync([feed("b")], NOW)
    assert store.look_up("a") is None


def test_gaps_are_kept_latest_first(store: FeedStore) -> None:
    store.sync([feed("a"), feed("b")], NOW)
    ended = [NOW + number * HOUR for number in range(4)]
    for number, until in enumerate(ended):
        id = "ab"[number % 2]
        claimed = store.claim(id, until, LEASE)
        assert claimed is not None
        gap = Gap(feed=id, since=until - HOUR, until=until, reason=f"timeout {number}", late=number)
        store.record([msgspec.structs.replace(check(claimed, until), gap=gap)])
    assert [gap.late for gap in store.gaps(NOW - SOON)] == [3, 2, 1, 0]
    assert store.gaps(ended[2]) == [Gap(feed="b", since=ended[2], until=ended[3], reason="timeout 3", late=3)]
    assert store.gaps(ended[3]) == []


def test_close_can_be_repeated(store: FeedStore) -> None:
    store.close()
    store.close()
