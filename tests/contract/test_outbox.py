"""What tocsin.ports.outbox promises, on every backend."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest
from tests.contract.deliveries import NOW, delivery, outcome

from tocsin.domain.delivery import Attempt, ChannelState, ClaimedLane, Delivery, Lane, Progress
from tocsin.ports.outbox import Outbox
from tocsin.ports.state import State

LEASE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
SOON = timedelta(microseconds=1)
CALM = ChannelState()


@pytest.fixture
def outbox(state: State) -> Outbox:
    return state.outbox


def claim(outbox: Outbox, now: datetime = NOW, lanes: int = 10, batch: int = 10) -> Sequence[ClaimedLane]:
    return outbox.claim(now, lanes, batch, LEASE)


def ids(claimed: Sequence[ClaimedLane]) -> list[list[str]]:
    return [[each.id for each in lane.deliveries] for lane in claimed]


def to(channel: str, id: str, due: datetime = NOW) -> Delivery:
    return delivery(id, due, channel=channel)


def end(id: str, at: datetime = NOW, error: str | None = None) -> Progress:
    return Progress(delivery=id, outcome=outcome(id, at, error))


def attempt(number: int = 1, error: str | None = None) -> Attempt:
    return Attempt(number=number, at=NOW, seconds=0.25, result="failed" if error else "sent", error=error)


def settled(outbox: Outbox, *ids: str, error: str | None = None) -> None:
    outbox.record([end(id, error=error) for id in ids])
    outbox.acknowledge(ids)


def test_empty_at_first(outbox: Outbox) -> None:
    assert outbox.pending() == 0
    assert list(claim(outbox)) == []
    assert list(outbox.outcomes(10)) == []
    assert list(outbox.ledger(10)) == []
    assert outbox.find("a") is None
    assert outbox.states([Lane(subscriber="anna", channel="mail")]) == {}
    assert outbox.states([]) == {}
    assert outbox.plan([], NOW) == 0
    assert outbox.forget(NOW) == 0
    outbox.record([])


def test_plan_adds_what_is_new_and_says_how_many(replica: Callable[[], State]) -> None:
    here, there = replica().outbox, replica().outbox
    assert here.plan([delivery("a"), delivery("b")], NOW) == 2
    assert there.plan([delivery("b"), delivery("c"), delivery("c")], NOW) == 1
    assert there.pending() == 3


def test_planning_again_changes_nothing(outbox: Outbox) -> None:
    outbox.plan([delivery("a")], NOW)
    assert outbox.plan([delivery("a", NOW + LEASE)], NOW + SECOND) == 0
    assert ids(claim(outbox)) == [["a"]]
    settled(outbox, "a")
    assert outbox.plan([delivery("a")], NOW) == 0
    assert outbox.pending() == 0


def test_a_large_plan_is_taken_whole(outbox: Outbox) -> None:
    many = [delivery(f"d{number}") for number in range(1_203)]
    assert outbox.plan(many, NOW) == 1_203
    assert outbox.plan(many, NOW) == 0
    assert outbox.pending() == 1_203


def test_a_claimed_delivery_comes_whole_and_no_attempt_is_counted(outbox: Outbox) -> None:
    told = delivery("a", attempts=3)
    outbox.plan([told], NOW)
    (lane,) = claim(outbox)
    assert lane.lane == Lane(subscriber="anna", channel="mail")
    assert lane.deliveries == (told,)
    assert lane.state == CALM


def test_lanes_come_longest_due_first_with_their_earliest_deliveries(outbox: Outbox) -> None:
    outbox.plan([to("sms", "s2", NOW - SECOND), to("sms", "s1", NOW - 2 * SECOND), to("sms", "s3", NOW)], NOW)
    outbox.plan([to("mail", "m1", NOW - 3 * SECOND), to("mail", "later", NOW + SOON)], NOW)
    assert ids(claim(outbox, batch=2)) == [["m1"], ["s1", "s2"]]


def test_no_more_lanes_than_asked_for(outbox: Outbox) -> None:
    outbox.plan([to(f"c{n}", f"d{n}", NOW - n * SECOND) for n in range(4)], NOW)
    assert ids(claim(outbox, lanes=3)) == [["d3"], ["d2"], ["d1"]]
    assert ids(claim(outbox, lanes=3)) == [["d0"]]


def test_a_lane_is_in_one_hand_and_the_others_do_not_wait_for_it(replica: Callable[[], State]) -> None:
    here, there = replica().outbox, replica().outbox
    here.plan([to("slow", "a"), to("slow", "b")], NOW)
    assert ids(claim(here, batch=1)) == [["a"]]
    there.plan([to("slow", "c"), to("quick", "d")], NOW)
    assert ids(claim(there)) == [["d"]]


@pytest.mark.parametrize("channel", ["mail", 'we"ird\n', "größe", ""])
def test_any_name_makes_a_lane_of_its_own(outbox: Outbox, channel: str) -> None:
    outbox.plan([to(channel, "a"), to(channel + "x", "b")], NOW)
    assert {lane.lane.channel: [each.id for each in lane.deliveries] for lane in claim(outbox)} == {
        channel: ["a"],
        channel + "x": ["b"],
    }


def test_what_is_not_due_yet_is_not_claimed(outbox: Outbox) -> None:
    outbox.plan([delivery("a", NOW + SECOND)], NOW)
    assert ids(claim(outbox, NOW + SECOND - SOON)) == []
    assert ids(claim(outbox, NOW + SECOND)) == [["a"]]


def test_a_lane_whose_lease_ran_out_is_due_again(replica: Callable[[], State]) -> None:
    here, there = replica().outbox, replica().outbox
    here.plan([delivery("a")], NOW)
    claim(here)
    assert ids(claim(there, NOW + LEASE - SOON)) == []
    (lane,) = claim(there, NOW + LEASE)
    assert lane.deliveries == (delivery("a"),)
    assert ids(claim(here, NOW + LEASE)) == []


def test_an_attempt_is_counted_and_the_delivery_due_when_told(outbox: Outbox) -> None:
    outbox.plan([delivery("a"), delivery("b")], NOW)
    (lane,) = claim(outbox)
    outbox.record([Progress(delivery="a", attempt=attempt(error="500 – später"), due=NOW + SECOND)])
    assert outbox.release(lane, CALM)
    assert ids(claim(outbox, NOW)) == [["b"]]
    (lane,) = claim(outbox, NOW + LEASE)
    assert [(each.id, each.due, each.attempts) for each in lane.deliveries] == [("b", NOW, 0), ("a", NOW + SECOND, 1)]


def test_a_delivery_postponed_after_its_lane_was_given_back_is_found_again(outbox: Outbox) -> None:
    outbox.plan([delivery("a")], NOW)
    (lane,) = claim(outbox)
    outbox.record([Progress(delivery="a", due=NOW + 2 * SECOND)])
    outbox.release(lane, CALM)
    outbox.record([Progress(delivery="a", due=NOW + SECOND)])
    assert ids(claim(outbox, NOW + SECOND)) == [["a"]]


def test_an_ended_delivery_is_over_and_its_outcome_waits(replica: Callable[[], State]) -> None:
    here, there = replica().outbox, replica().outbox
    here.plan([delivery("a"), delivery("b")], NOW)
    (lane,) = claim(here)
    here.record([end("a", error="500 – später"), end("b")])
    here.release(lane, CALM)
    assert ids(claim(there, NOW + LEASE)) == []
    assert there.pending() == 0
    assert list(there.outcomes(10)) == [outcome("a", error="500 – später"), outcome("b")]
    assert list(there.outcomes(10)) == list(here.outcomes(10))


def test_after_the_end_only_the_ledger_goes_on(outbox: Outbox) -> None:
    outbox.plan([delivery("a")], NOW)
    outbox.record([end("a")])
    outbox.record([Progress(delivery="a", attempt=attempt(), due=NOW)])
    outbox.record([end("a", NOW + SECOND, error="late")])
    assert list(outbox.outcomes(10)) == [outcome("a")]
    outbox.acknowledge(["a"])
    outbox.record([end("a", NOW + SECOND, error="later")])
    assert list(outbox.outcomes(10)) == []
    assert ids(claim(outbox, NOW + LEASE)) == []
    found = outbox.find("a")
    assert found is not None
    assert found.attempts == (attempt(),)
    assert found.outcome == outcome("a")


def test_what_was_never_planned_is_ignored(outbox: Outbox) -> None:
    outbox.record([Progress(delivery="x", attempt=attempt(), due=NOW), end("x")])
    assert list(outbox.outcomes(10)) == []
    assert outbox.find("x") is None
    assert outbox.plan([delivery("x")], NOW) == 1


def test_a_lane_is_closed_until_told_and_its_state_kept(replica: Callable[[], State]) -> None:
    here, there = replica().outbox, replica().outbox
    here.plan([delivery("a")], NOW)
    (lane,) = claim(here)
    broken = ChannelState(failures=5, trips=1, failing_since=NOW, open_until=NOW + SECOND, last_error="weg")
    assert here.release(lane, broken, NOW + SECOND)
    there.plan([delivery("b")], NOW)
    assert ids(claim(there, NOW + SECOND - SOON)) == []
    (again,) = claim(there, NOW + SECOND)
    assert [each.id for each in again.deliveries] == ["a", "b"]
    assert again.state == broken
    other = Lane(subscriber="anna", channel="other")
    assert there.states([lane.lane, other]) == {lane.lane: broken}
    assert there.release(again, CALM)
    assert ids(claim(there, NOW + SECOND)) == [["a", "b"]]


def test_a_lane_is_given_back_by_its_holder_only(outbox: Outbox) -> None:
    outbox.plan([delivery("a")], NOW)
    (first,) = claim(outbox)
    (second,) = claim(outbox, NOW + LEASE)
    assert not outbox.release(first, ChannelState(failures=1))
    assert ids(claim(outbox, NOW + LEASE)) == []
    assert outbox.release(second, CALM)
    assert not outbox.release(second, ChannelState(failures=2))
    assert outbox.states([first.lane]) == {first.lane: CALM}


def test_a_late_release_counts_when_nobody_took_over(outbox: Outbox) -> None:
    outbox.plan([delivery("a")], NOW)
    (lane,) = claim(outbox)
    assert outbox.release(lane, ChannelState(failures=1))
    assert ids(claim(outbox, NOW + 2 * LEASE)) == [["a"]]


def test_outcomes_come_oldest_first_up_to_the_limit(outbox: Outbox) -> None:
    outbox.plan([delivery(f"d{number}") for number in range(4)], NOW)
    outbox.record([end(f"d{number}", NOW - number * SECOND) for number in range(4)])
    assert [each.id for each in outbox.outcomes(3)] == ["d3", "d2", "d1"]


def test_acknowledged_outcomes_do_not_come_again(outbox: Outbox) -> None:
    outbox.plan([delivery("a"), delivery("b")], NOW)
    outbox.record([end("a"), end("b")])
    for _ in range(2):
        outbox.acknowledge(["a", "never planned"])
        assert list(outbox.outcomes(10)) == [outcome("b")]
    assert outbox.plan([delivery("never planned")], NOW) == 1
    outbox.acknowledge([])


def test_acknowledging_what_has_not_ended_does_nothing(outbox: Outbox) -> None:
    outbox.plan([delivery("a")], NOW)
    outbox.acknowledge(["a"])
    assert outbox.pending() == 1
    assert ids(claim(outbox)) == [["a"]]


def test_the_ledger_tells_who_was_told_what_when_and_how_often(outbox: Outbox) -> None:
    outbox.plan([delivery("a")], NOW)
    tries = [attempt(1, "HTTP 503"), attempt(2)]
    outbox.record([Progress(delivery="a", attempt=tries[0], due=NOW + SECOND)])
    found = outbox.find("a")
    assert found is not None
    assert (found.subscriber, found.channel, found.headline) == ("anna", "mail", "Zölle auf Chips – 关税")
    assert (found.planned, found.due, found.outcome) == (NOW, NOW + SECOND, None)
    outbox.record([Progress(delivery="a", attempt=tries[1], outcome=outcome("a"))])
    found = outbox.find("a")
    assert found is not None
    assert (found.due, found.attempts, found.outcome) == (None, tuple(tries), outcome("a"))
    assert list(outbox.ledger(10)) == [found]


def test_the_ledger_lists_last_planned_first_by_subscriber_and_end(outbox: Outbox) -> None:
    for n, who in enumerate(["anna", "ben", "ann", "anna"]):
        outbox.plan([delivery(f"d{n}", subscriber=who)], NOW + n * SECOND)
    outbox.record([end("d0", error="no"), end("d1", error="no"), end("d3")])

    def listed(limit: int = 10, **filters: object) -> list[str]:
        return [each.id for each in outbox.ledger(limit, **filters)]  # type: ignore[arg-type]

    assert listed() == ["d3", "d2", "d1", "d0"]
    assert listed(2) == ["d3", "d2"]
    assert listed(subscriber="anna") == ["d3", "d0"]
    assert listed(statuses=["failed", "expired"]) == ["d1", "d0"]
    assert listed(statuses=["failed"], subscriber="anna") == ["d0"]
    assert listed(statuses=["delivered"]) == ["d3"]
    assert listed(1, statuses=["failed"]) == ["d1"]


def test_a_delivery_that_did_not_arrive_can_be_tried_anew(outbox: Outbox) -> None:
    outbox.plan([delivery("a")], NOW)
    outbox.record([Progress(delivery="a", attempt=attempt(1, "HTTP 500"), outcome=outcome("a", error="HTTP 500"))])
    assert not outbox.replay("a", NOW, NOW + LEASE)  # its outcome is not on the bus yet
    outbox.acknowledge(["a"])
    assert outbox.replay("a", NOW + SECOND, NOW + LEASE)
    assert not outbox.replay("a", NOW + SECOND, NOW + LEASE)
    assert outbox.pending() == 1
    ((again,),) = [lane.deliveries for lane in claim(outbox, NOW + SECOND)]
    assert (again.id, again.attempts, again.replayed, again.stale) == ("a", 0, 1, NOW + LEASE)
    outbox.record([Progress(delivery="a", attempt=attempt(), outcome=outcome("a", NOW + SECOND))])
    assert list(outbox.outcomes(10)) == [outcome("a", NOW + SECOND)]
    found = outbox.find("a")
    assert found is not None
    assert (found.replayed, len(found.attempts)) == (1, 2)
    outbox.acknowledge(["a"])
    assert not outbox.replay("a", NOW, NOW + LEASE)
    assert list(outbox.ledger(10, statuses=["failed"])) == []


def test_what_waits_or_is_unknown_cannot_be_replayed(outbox: Outbox) -> None:
    outbox.plan([delivery("a")], NOW)
    assert not outbox.replay("a", NOW, NOW + LEASE)
    assert not outbox.replay("never planned", NOW, NOW + LEASE)


def test_forget_drops_acknowledged_deliveries_that_ended_before(outbox: Outbox) -> None:
    outbox.plan([delivery(id) for id in ("old", "edge", "waiting", "planned")], NOW)
    outbox.record([end("old", NOW - SOON), end("edge"), end("waiting", NOW - SECOND)])
    outbox.acknowledge(["old", "edge"])
    assert outbox.forget(NOW) == 1
    assert outbox.forget(NOW) == 0
    assert outbox.find("old") is None
    assert {each.id for each in outbox.ledger(10, subscriber="anna")} == {"edge", "waiting", "planned"}
    assert outbox.plan([delivery(id) for id in ("edge", "waiting", "planned")], NOW) == 0
    assert outbox.plan([delivery("old")], NOW) == 1
    assert [each.id for each in outbox.outcomes(10)] == ["waiting"]


def test_a_delivery_that_came_back_after_being_forgotten_starts_afresh(outbox: Outbox) -> None:
    outbox.plan([delivery("a")], NOW)
    (lane,) = claim(outbox)
    outbox.record([Progress(delivery="a", attempt=attempt(1, "no"), outcome=outcome("a", error="no"))])
    outbox.release(lane, CALM)
    outbox.acknowledge(["a"])
    outbox.forget(NOW + SOON)
    outbox.plan([delivery("a")], NOW)
    ((again,),) = [each.deliveries for each in claim(outbox)]
    assert again == delivery("a")
    assert outbox.find("a").attempts == ()  # type: ignore[union-attr]


def test_pending_counts_planned_and_claimed(outbox: Outbox) -> None:
    outbox.plan([delivery(id) for id in ("a", "b", "c")], NOW)
    claim(outbox, batch=2)
    assert outbox.pending() == 3
    outbox.record([Progress(delivery="a", due=NOW + LEASE)])
    assert outbox.pending() == 3
    outbox.record([end("a")])
    assert outbox.pending() == 2


def test_close_can_be_repeated(outbox: Outbox) -> None:
    outbox.close()
    outbox.close()
