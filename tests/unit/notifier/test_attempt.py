from datetime import timedelta

import pytest
from tests.unit.notifier.alerts import PUBLISHED, alert, delivery

from tocsin.domain.delivery import DeliveryOutcome
from tocsin.notifier.attempt import Postpone, after, before
from tocsin.ports.sender import SendResult
from tocsin.settings.schema import NotifierSettings

SETTINGS = NotifierSettings(attempts=3, backoff=10, max_backoff=30)
NOW = PUBLISHED + timedelta(minutes=1)


def decide(result: SendResult, attempts: int = 1) -> DeliveryOutcome | Postpone:
    return after(delivery(attempts=attempts), result, NOW, SETTINGS, rand=lambda: 1.0)


def test_a_sent_message_is_delivered() -> None:
    decision = decide(SendResult(status="sent"), attempts=2)
    assert isinstance(decision, DeliveryOutcome)
    assert (decision.status, decision.attempts, decision.at, decision.error) == ("delivered", 2, NOW, None)
    assert (decision.subscriber, decision.story, decision.channel) == ("desk", "sto-1", "hook")


def test_a_refusal_is_final_at_once() -> None:
    decision = decide(SendResult(status="refused", error="bad address"))
    assert isinstance(decision, DeliveryOutcome)
    assert (decision.status, decision.attempts, decision.error) == ("failed", 1, "bad address")


@pytest.mark.parametrize(("attempts", "wait"), [(1, 10), (2, 20)])
@pytest.mark.parametrize("status", ["failed", "unknown"])
def test_failed_and_unknown_are_tried_again_after_a_growing_wait(status: str, attempts: int, wait: int) -> None:
    result = SendResult(status="failed" if status == "failed" else "unknown", error="no answer")
    assert decide(result, attempts) == Postpone(due=NOW + timedelta(seconds=wait))


def test_the_wait_is_bounded_and_jittered() -> None:
    settings = NotifierSettings(attempts=99, backoff=10, max_backoff=30)
    decision = after(delivery(attempts=50), SendResult(status="failed"), NOW, settings, rand=lambda: 0.0)
    assert decision == Postpone(due=NOW + timedelta(seconds=15))


def test_the_last_attempt_fails_for_good() -> None:
    decision = decide(SendResult(status="failed", error="HTTP 500"), attempts=3)
    assert isinstance(decision, DeliveryOutcome)
    assert (decision.status, decision.attempts, decision.error) == ("failed", 3, "HTTP 500")


def test_no_try_is_planned_for_when_the_news_is_stale() -> None:
    short = delivery(alert(expires=NOW + timedelta(seconds=10)))
    decision = after(short, SendResult(status="failed", error="HTTP 500"), NOW, SETTINGS, rand=lambda: 1.0)
    assert isinstance(decision, DeliveryOutcome)
    assert (decision.status, decision.error) == ("expired", "HTTP 500")


def test_fresh_news_may_go_out() -> None:
    assert before(delivery(), NOW, SETTINGS) is None
    assert before(delivery(attempts=3), NOW, SETTINGS) is None


def test_stale_news_is_not_sent_and_no_attempt_is_counted() -> None:
    stale = before(delivery(alert(expires=NOW)), NOW, SETTINGS)
    assert stale is not None
    assert (stale.status, stale.attempts) == ("expired", 0)


def test_a_delivery_on_which_the_notifier_keeps_dying_is_given_up() -> None:
    given_up = before(delivery(attempts=4), NOW, SETTINGS)
    assert given_up is not None
    assert (given_up.status, given_up.attempts) == ("failed", 3)
