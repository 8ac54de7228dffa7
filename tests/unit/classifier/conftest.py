from pathlib import Path

import pytest

from tocsin.classifier.classify import Classifier
from tocsin.knowledge import load_knowledge


@pytest.fixture(scope="session")
def classifier() -> Classifier:
    return Classifier(load_knowledge(builtin=Path(__file__).parents[1] / "knowledge" / "data"))
