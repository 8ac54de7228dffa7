"""What tocsin.ports.outbox promises, on every backend."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from msgspec.structs import replace
from tests.contract.deliveries import NOW, delivery, outcome

from tocsin.domain.delivery import Delivery
from tocsin.ports.outbox import Outbox
from tocsin.ports.state import State

LEASE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
SOON = timedelta(microseconds=1)


@pytest.fixture
def outbox(state: State) -> Outbox:
    return state.outbox


def ids(claimed: Sequence[Delivery]) -> list[str]:
    return [each.id for each in claimed]


def test_empty_at_first(outbox: Outbox) -> None:
    assert outbox.pending() == 0
    assert ids(outbox.claim_due(NOW, 10, LEASE)) == []
    assert list(outbox.outcomes(10)) == []
    assert outbox.plan([]) == 0
    assert outbox.forget(NOW) == 0


def test_plan_adds_what_is_new_and_says_how_many(replica: Callable[[], State]) -> None:
    here, there = replica().outbox, replica().outbox
    assert here.plan([delivery("a"), delivery("b")]) == 2
    assert there.plan([delivery("b"), delivery("c"), delivery("c")]) == 1
    assert there.pending() == 3


def test_planning_again_changes_nothing(outbox: Outbox) -> None:
    outbox.plan([delivery("a")])
    assert outbox.plan([delivery("a", NOW + LEASE)]) == 0
    assert ids(outbox.claim_due(NOW, 10, LEASE)) == ["a"]
    assert outbox.plan([delivery("a", NOW)]) == 0
    assert ids(outbox.claim_due(NOW, 10, LEASE)) == []


def test_a_large_plan_is_taken_whole(outbox: Outbox) -> None:
    many = [delivery(f"d{number}") for number in range(1_203)]
    assert outbox.plan(many) == 1_203
    assert outbox.plan(many) == 0
    assert outbox.pending() == 1_203


def test_a_claimed_delivery_comes_whole_and_counts_the_attempt_about_to_be_made(outbox: Outbox) -> None:
    outbox.plan([delivery("a"), delivery("b", NOW + SECOND, attempts=3)])
    first, second = outbox.claim_due(NOW + SECOND, 10, LEASE)
    assert first == delivery("a", NOW, attempts=1)
    assert second == delivery("b", NOW + SECOND, attempts=4)


def test_claims_wait_until_due_keep_to_the_limit_and_take_the_earliest_first(outbox: Outbox) -> None:
    outbox.plan([delivery(f"d{number}", NOW - number * SECOND) for number in range(5)])
    outbox.plan([delivery("not yet", NOW + SOON)])
    assert ids(outbox.claim_due(NOW, 3, LEASE)) == ["d4", "d3", "d2"]
    assert ids(outbox.claim_due(NOW, 3, LEASE)) == ["d1", "d0"]
    assert ids(outbox.claim_due(NOW, 3, LEASE)) == []
    assert ids(outbox.claim_due(NOW + SOON, 3, LEASE)) == ["not yet"]


def test_a_claim_whose_lease_ran_out_is_due_again_and_counts_another_attempt(replica: Callable[[], State]) -> None:
    here, there = replica().outbox, replica().outbox
    here.plan([delivery("a")])
    here.claim_due(NOW, 10, LEASE)
    assert ids(there.claim_due(NOW + LEASE - SOON, 10, LEASE)) == []
    assert list(there.claim_due(NOW + LEASE, 10, LEASE)) == [delivery("a", attempts=2)]
    assert ids(here.claim_due(NOW + LEASE, 10, LEASE)) == []


def test_order_is_by_due_time_even_after_a_lease_has_lapsed(outbox: Outbox) -> None:
    outbox.plan([delivery("first", NOW), delivery("second", NOW + SOON)])
    outbox.claim_due(NOW, 10, LEASE)
    assert ids(outbox.claim_due(NOW + LEASE, 1, LEASE)) == ["first"]


def test_a_postponed_delivery_is_due_when_told(outbox: Outbox) -> None:
    outbox.plan([delivery("a")])
    outbox.claim_due(NOW, 10, LEASE)
    later = NOW + 10 * LEASE
    outbox.postpone("a", later)
    assert ids(outbox.claim_due(later - SOON, 10, LEASE)) == []
    assert list(outbox.claim_due(later, 10, LEASE)) == [replace(delivery("a", later), attempts=2)]
    assert outbox.pending() == 1


def test_a_delivery_postponed_for_less_than_its_lease_need_not_wait_for_the_lease(outbox: Outbox) -> None:
    outbox.plan([delivery("a")])
    outbox.claim_due(NOW, 10, LEASE)
    outbox.postpone("a", NOW + SECOND)
    assert ids(outbox.claim_due(NOW + SECOND, 10, LEASE)) == ["a"]


def test_postponing_what_was_settled_does_nothing(outbox: Outbox) -> None:
    outbox.plan([delivery("a"), delivery("b")])
    outbox.claim_due(NOW, 10, LEASE)
    for id in ("a", "b"):
        outbox.settle(outcome(id))
    outbox.acknowledge(["b"])
    for id in ("a", "b", "never planned"):
        outbox.postpone(id, NOW)
    assert ids(outbox.claim_due(NOW + LEASE, 10, LEASE)) == []
    assert outbox.pending() == 0
    assert list(outbox.outcomes(10)) == [outcome("a")]


def test_a_settled_delivery_is_over_and_its_outcome_waits(replica: Callable[[], State]) -> None:
    here, there = replica().outbox, replica().outbox
    here.plan([delivery("a"), delivery("b")])
    here.claim_due(NOW, 1, LEASE)
    for id in ("a", "b"):
        here.settle(outcome(id, error="500 – später"))
    assert ids(there.claim_due(NOW + LEASE, 10, LEASE)) == []
    assert there.pending() == 0
    assert list(there.outcomes(10)) == [outcome(id, error="500 – später") for id in ("a", "b")]
    assert list(there.outcomes(10)) == list(here.outcomes(10))
    assert there.plan([delivery("a")]) == 0


def test_outcomes_come_oldest_first_up_to_the_limit(outbox: Outbox) -> None:
    outbox.plan([delivery(f"d{number}") for number in range(4)])
    for number in range(4):
        outbox.settle(outcome(f"d{number}", NOW - number * SECOND))
    assert [each.id for each in outbox.outcomes(3)] == ["d3", "d2", "d1"]


def test_a_second_outcome_is_ignored_for_good(outbox: Outbox) -> None:
    outbox.plan([delivery("a")])
    outbox.settle(outcome("a"))
    outbox.settle(outcome("a", NOW + SECOND, error="late"))
    assert list(outbox.outcomes(10)) == [outcome("a")]
    outbox.acknowledge(["a"])
    outbox.settle(outcome("a", NOW + SECOND, error="later"))
    assert list(outbox.outcomes(10)) == []


def test_an_outcome_without_a_plan_is_not_lost(outbox: Outbox) -> None:
    outbox.settle(outcome("a"))
    assert list(outbox.outcomes(10)) == [outcome("a")]
    assert outbox.plan([delivery("a")]) == 0
    assert outbox.pending() == 0


def test_acknowledged_outcomes_are_gone_but_their_ids_are_remembered(outbox: Outbox) -> None:
    outbox.plan([delivery("a"), delivery("b")])
    outbox.settle(outcome("a"))
    outbox.settle(outcome("b"))
    for _ in range(2):
        outbox.acknowledge(["a", "never planned"])
        assert list(outbox.outcomes(10)) == [outcome("b")]
    assert outbox.plan([delivery("a"), delivery("b")]) == 0
    assert outbox.plan([delivery("never planned")]) == 1
    outbox.acknowledge([])


def test_acknowledging_what_is_not_settled_does_nothing(outbox: Outbox) -> None:
    outbox.plan([delivery("a")])
    outbox.acknowledge(["a"])
    assert outbox.pending() == 1
    assert ids(outbox.claim_due(NOW, 10, LEASE)) == ["a"]


def test_forget_drops_ids_acknowledged_whose_outcome_is_older(outbox: Outbox) -> None:
    outbox.plan([delivery(id) for id in ("old", "edge", "waiting", "planned")])
    outbox.settle(outcome("old", NOW - SOON))
    outbox.settle(outcome("edge", NOW))
    outbox.settle(outcome("waiting", NOW - SECOND))
    outbox.acknowledge(["old", "edge"])
    assert outbox.forget(NOW) == 1
    assert outbox.forget(NOW) == 0
    assert outbox.plan([delivery(id) for id in ("edge", "waiting", "planned")]) == 0
    assert outbox.plan([delivery("old")]) == 1
    assert list(outbox.outcomes(10)) == [outcome("waiting", NOW - SECOND)]


def test_pending_counts_planned_and_claimed(outbox: Outbox) -> None:
    outbox.plan([delivery(id) for id in ("a", "b", "c")])
    outbox.claim_due(NOW, 2, LEASE)
    assert outbox.pending() == 3
    outbox.postpone("a", NOW + LEASE)
    assert outbox.pending() == 3
    outbox.settle(outcome("a"))
    assert outbox.pending() == 2


def test_a_delivery_that_came_back_after_being_forgotten_starts_afresh(outbox: Outbox) -> None:
    outbox.plan([delivery("a")])
    outbox.claim_due(NOW, 10, LEASE)
    outbox.settle(outcome("a"))
    outbox.acknowledge(["a"])
    outbox.forget(NOW + SOON)
    outbox.plan([delivery("a")])
    assert list(outbox.claim_due(NOW, 10, LEASE)) == [delivery("a", attempts=1)]


def test_close_can_be_repeated(outbox: Outbox) -> None:
    outbox.close()
    outbox.close()
