"""docs/schemas says what the code sends."""

import json
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from docs.schemas import generate
from jsonschema import Draft202012Validator, ValidationError

from tocsin.domain import codec
from tocsin.domain.alert import Alert
from tocsin.domain.article import Article
from tocsin.domain.dead_letter import DeadLetter
from tocsin.domain.delivery import DeliveryOutcome
from tocsin.domain.record import ALERTS, ARTICLES, DEAD_LETTERS, DELIVERIES, SIGNALS
from tocsin.domain.signal import Classification, ClassifiedArticle, Event, Evidence

NOW = datetime(2025, 7, 15, 8, 2, tzinfo=UTC)
ARTICLE = Article(id="art-1", feed="f", source="F", title="t", seen=NOW, content_hash="rev-1", published=NOW)
EVIDENCE = Evidence(field="title", start=0, end=1, text="t", rule="policy.trade/en/t")
VERDICT = Classification(
    language="en",
    flagged=True,
    events=(Event(type="policy.trade", confidence=0.9, severity=60, evidence=(EVIDENCE,)),),
    scores={"policy.trade": 0.9},
)
SIGNAL = ClassifiedArticle(article=ARTICLE, classification=VERDICT, story="sto-1", novelty="first", classified=NOW)
SAMPLES: dict[str, msgspec.Struct] = {
    ARTICLES: ARTICLE,
    SIGNALS: SIGNAL,
    ALERTS: Alert(
        id="alr-1",
        subscriber="s",
        story="sto-1",
        subscriptions=("w",),
        channels=("c",),
        signal=SIGNAL,
        created=NOW,
        expires=NOW,
    ),
    DELIVERIES: DeliveryOutcome(
        id="dlv-1", alert="alr-1", subscriber="s", story="sto-1", channel="c", status="delivered", attempts=1, at=NOW
    ),
    DEAD_LETTERS: DeadLetter(
        service="router",
        topic="signals",
        origin="signals/0@7",
        key="k",
        value=b"\xff",
        headers={},
        error="ValueError",
        reason="no",
        at=NOW,
    ),
}


@pytest.mark.parametrize("topic", codec.VALUES)
def test_the_file_is_what_the_code_generates(topic: str) -> None:
    path = Path(generate.__file__).with_name(f"{topic}.json")
    assert path.read_text("utf-8") == generate.text(topic), "run `make schemas`"


@pytest.mark.parametrize("topic", codec.VALUES)
def test_a_real_value_is_valid_and_a_maimed_one_is_not(topic: str) -> None:
    schema = generate.schema(topic)
    validator = Draft202012Validator(schema)
    value = json.loads(codec.encode(SAMPLES[topic]))
    validator.validate(value)
    for required in schema["$defs"][codec.VALUES[topic].__name__]["required"]:
        with pytest.raises(ValidationError):
            validator.validate({name: inner for name, inner in value.items() if name != required})
