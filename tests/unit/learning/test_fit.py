"""Fitting, on a small bank in one language and without embeddings: quick, and what it learns can be seen."""

from collections.abc import Sequence
from functools import cache

import pytest

from tocsin.classifier.classify import Classifier, Text
from tocsin.classifier.model import Model, load_model
from tocsin.domain.errors import ConfigurationError
from tocsin.knowledge import load_knowledge
from tocsin.knowledge.examples import load_examples
from tocsin.learning.design import build
from tocsin.learning.fit import fit
from tocsin.learning.items import LabelledItem, of_examples

TYPES = ("market.earnings", "policy.monetary")
RATE = "Riksbanken höjer styrräntan med en kvarts procentenhet"


@cache
def items() -> Sequence[LabelledItem]:
    found = of_examples(load_examples())
    return [item for item in found if item.lang == "sv" and set(item.gold.types or ()) <= set(TYPES)]


def fitted() -> Model:
    knowledge = load_knowledge()
    judgements = tuple(sorted(knowledge.judgements))
    design = build(Classifier(knowledge), items(), TYPES, judgements)
    return fit(items(), design, embedder="none", types=TYPES, judgements=judgements, knowledge=knowledge.version)


@pytest.fixture(scope="module")
def model() -> Model:
    return fitted()


def test_the_same_labels_give_the_same_file(model: Model) -> None:
    assert fitted().save() == model.save()


def test_a_fitted_model_tells_events_from_ordinary_news(model: Model) -> None:
    classifier = Classifier(load_knowledge(), None, model)
    rate = classifier.classify(Text(title=RATE, language="sv"))
    cake = classifier.classify(Text(title="Prinsesstårtan fyller år, så bakar du den", language="sv"))
    assert rate.scores["policy.monetary"] > 2 * cake.scores["policy.monetary"]
    assert rate.any is not None
    assert cake.any is not None
    assert rate.any > cake.any


def test_types_without_a_model_are_judged_by_their_words(model: Model) -> None:
    classifier = Classifier(load_knowledge(), None, model)
    verdict = classifier.classify(Text(title="Bolaget ansöker om konkurs", language="sv"))
    assert "market.insolvency" in {event.type for event in verdict.events}


def test_a_saved_model_judges_as_before(model: Model, tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("models") / "small.zip"
    file.write_bytes(model.save())
    loaded = load_model(file)
    text = Text(title=RATE, language="sv")
    before = Classifier(load_knowledge(), None, model).classify(text)
    after = Classifier(load_knowledge(), None, loaded).classify(text)
    assert after.scores == before.scores
    assert after.model == loaded.version != ""


def test_a_file_that_is_no_model_is_refused_by_name(tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("models") / "broken.zip"
    file.write_bytes(b"PK not really")
    with pytest.raises(ConfigurationError, match=r"broken\.zip.*tocsin fit"):
        load_model(file)
