from pathlib import Path

import pytest
import structlog
from structlog.testing import capture_logs

from tocsin.classifier.classify import Classifier, Text
from tocsin.classifier.reload import CurrentClassifier
from tocsin.knowledge import load_knowledge

DATA = Path(__file__).parents[1] / "knowledge" / "data"
TAX = "id: policy.tax\nname: Tax\nseverity: 50\nlanguages: {en: {triggers: [{any: [window tax], weight: 0.9}]}}\n"


class Ticking:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 10
        return self.now


@pytest.fixture
def current(tmp_path: Path) -> CurrentClassifier:
    (tmp_path / "events").mkdir()
    (tmp_path / "events" / "policy.tax.yaml").write_text(TAX)
    return CurrentClassifier(lambda: Classifier(load_knowledge([tmp_path], builtin=DATA)), [tmp_path], Ticking())


def flagged(current: CurrentClassifier, title: str) -> bool:
    return current().classify(Text(title=title, language="en")).flagged


def test_a_change_takes_effect_without_a_restart(current: CurrentClassifier, tmp_path: Path) -> None:
    assert not flagged(current, "Parliament passes chimney levy")
    (tmp_path / "events" / "policy.tax.yaml").write_text(TAX.replace("window tax", "chimney levy"))
    assert flagged(current, "Parliament passes chimney levy")


def test_a_broken_file_is_refused_by_name_and_the_old_knowledge_stays(
    current: CurrentClassifier, tmp_path: Path
) -> None:
    (tmp_path / "events" / "policy.tax.yaml").write_text(TAX.replace("weight: 0.9", "weight: heavy"))
    structlog.reset_defaults()
    with capture_logs() as logs:
        assert flagged(current, "Parliament passes window tax")
        assert flagged(current, "Parliament passes window tax")
    (refused,) = [entry for entry in logs if entry["event"] == "knowledge.refused"]
    assert "policy.tax.yaml" in refused["problems"][0]
    assert "triggers[0].weight" in refused["problems"][0]


def test_without_folders_nothing_is_looked_at() -> None:
    current = CurrentClassifier(lambda: Classifier(load_knowledge(builtin=DATA)))
    assert current() is current()
