from datetime import timedelta

import pytest
from tests.unit.notifier.alerts import PUBLISHED, alert, delivery

from tocsin.domain.delivery import DeliveryOutcome
from tocsin.notifier.attempt import Decision, HandOver, Postpone, after, before
from tocsin.notifier.pace import Policy
from tocsin.ports.sender import SendResult
from tocsin.settings.schema import NotifierSettings

SETTINGS = NotifierSettings(attempts=5, backoff=10, max_backoff=30, fallback_after=2)
NOW = PUBLISHED + timedelta(minutes=1)
NO = SendResult(status="failed", error="HTTP 500", code=500)


def decide(result: SendResult, attempts: int = 1, *, rand: float = 1.0, **more: object) -> Decision:
    return after(delivery(attempts=attempts), result, NOW, SETTINGS, rand=lambda: rand, **more)  # type: ignore[arg-type]


def ended(decision: Decision) -> DeliveryOutcome:
    assert isinstance(decision, DeliveryOutcome)
    return decision


def test_a_sent_message_is_delivered() -> None:
    end = ended(decide(SendResult(status="sent"), attempts=2))
    assert (end.status, end.attempts, end.at, end.error) == ("delivered", 2, NOW, None)
    assert (end.subscriber, end.story, end.channel) == ("desk", "sto-1", "hook")


def test_a_refusal_is_final_at_once() -> None:
    end = ended(decide(SendResult(status="refused", error="bad address")))
    assert (end.status, end.attempts, end.error) == ("failed", 1, "bad address")


@pytest.mark.parametrize(("attempts", "bound"), [(1, 10), (2, 20), (3, 30), (4, 30)])
@pytest.mark.parametrize("rand", [0.0, 0.3, 1.0])
def test_a_failure_is_tried_again_after_up_to_an_exponential_bound(attempts: int, bound: int, rand: float) -> None:
    assert decide(NO, attempts, rand=rand) == Postpone(due=NOW + timedelta(seconds=rand * bound))


def test_the_provider_is_given_the_time_it_asks_for() -> None:
    busy = SendResult(status="failed", code=429, retry_after=120)
    assert decide(busy, attempts=4) == Postpone(due=NOW + timedelta(seconds=120))


def test_the_last_attempt_fails_for_good() -> None:
    end = ended(decide(NO, attempts=5))
    assert (end.status, end.attempts, end.error) == ("failed", 5, "HTTP 500")


@pytest.mark.parametrize(("code", "tries"), [(400, 3), (404, 3), (408, 5), (429, 5), (503, 5), (None, 5)])
def test_what_the_provider_calls_our_mistake_is_not_tried_for_long(code: int | None, tries: int) -> None:
    result = SendResult(status="failed", code=code)
    assert isinstance(decide(result, attempts=tries - 1), Postpone)
    assert ended(decide(result, attempts=tries)).status == "failed"


@pytest.mark.parametrize(
    ("policy", "unanswered", "again"),
    [("retry", 0, True), ("retry", 4, True), ("once", 0, True), ("once", 1, False), ("never", 0, False)],
)
def test_no_answer_means_what_the_channel_says(policy: Policy, unanswered: int, again: bool) -> None:
    silent = SendResult(status="unknown", error="no answer")
    decision = decide(silent, policy=policy, unanswered=unanswered, fallback=True)
    if again:
        assert isinstance(decision, Postpone)
    else:
        assert ended(decision).status == "unknown"


def test_the_fallback_takes_over_after_enough_failures_or_at_a_refusal() -> None:
    assert isinstance(decide(NO, attempts=1, fallback=True), Postpone)
    decision = decide(NO, attempts=2, fallback=True)
    assert isinstance(decision, HandOver)
    assert (decision.outcome.status, decision.outcome.error) == ("failed", "HTTP 500")
    assert isinstance(decide(SendResult(status="refused"), fallback=True), HandOver)


def test_no_try_is_planned_for_when_the_news_is_stale() -> None:
    short = delivery(alert(expires=NOW + timedelta(seconds=10)))
    end = ended(after(short, NO, NOW, SETTINGS, rand=lambda: 1.0))
    assert (end.status, end.error) == ("expired", "HTTP 500")
    assert isinstance(after(short, NO, NOW, SETTINGS, rand=lambda: 1.0, fallback=True), HandOver)


def test_fresh_news_may_go_out() -> None:
    assert before(delivery(), NOW) is None


def test_stale_news_is_not_sent() -> None:
    stale = before(delivery(alert(expires=NOW), attempts=0), NOW)
    assert stale is not None
    assert (stale.status, stale.attempts) == ("expired", 0)
