from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tocsin.adapters.sqlite.stories import SqliteStoryIndex
from tocsin.classifier.classify import Classifier
from tocsin.classifier.service import ClassifierHandler
from tocsin.domain import codec, identity
from tocsin.domain.article import Article
from tocsin.domain.errors import UndecodableError
from tocsin.domain.record import ARTICLES, SIGNALS, Received
from tocsin.domain.signal import ClassifiedArticle
from tocsin.runtime.worker import Handler

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def handler(classifier: Classifier, tmp_path: Path) -> Iterator[ClassifierHandler]:
    index = SqliteStoryIndex(tmp_path / "stories.db", clock=lambda: NOW)
    yield ClassifierHandler(lambda: classifier, index, lambda: NOW, timedelta(hours=48))
    index.close()


def received(id: str, title: str, language: str = "en", value: bytes | None = None) -> Received:
    article = Article(
        id=id, feed="f", source="s", title=title, language=language, seen=NOW - timedelta(minutes=5),
        published=NOW - timedelta(minutes=7), content_hash="h", revision=2,
    )  # fmt: skip
    record = codec.record(ARTICLES, key=id, id=id, value=article, source="poller", time=NOW)
    return Received(
        topic=ARTICLES, key=id, value=record.value if value is None else value, time=NOW,
        headers=record.headers, partition=0, offset=7,
    )  # fmt: skip


def test_it_is_a_handler(handler: ClassifierHandler) -> None:
    stage: Handler = handler
    assert (stage.name, tuple(stage.topics)) == ("classifier", (ARTICLES,))


def test_every_article_gives_a_signal(handler: ClassifierHandler) -> None:
    batch = [received("a1", "Nvidia may resume chip exports to China"), received("a2", "A quiet day at the lake")]
    outputs = handler.handle(batch)
    signals = [codec.decode(ClassifiedArticle, output.value) for output in outputs]
    assert [signal.article.id for signal in signals] == ["a1", "a2"]
    assert [signal.classification.flagged for signal in signals] == [True, False]
    assert [output.topic for output in outputs] == [SIGNALS, SIGNALS]
    assert [output.key for output in outputs] == [signal.story for signal in signals]
    assert signals[0].story == identity.story_id("a1")
    assert signals[0].classified == outputs[0].time == NOW
    assert outputs[0].headers["ce_id"] == "a1/2"
    assert outputs[0].headers["traceparent"].split("-")[1] == batch[0].headers["traceparent"].split("-")[1]


def test_reports_of_one_event_share_a_story(handler: ClassifierHandler) -> None:
    batch = [
        received("de", "Nvidia nimmt Chip-Exporte mit Genehmigung wieder auf", "de"),
        received("en", "Nvidia may resume chip exports to China"),
        received("zh", "英伟达获准恢复向中国出口芯片", "zh"),
    ]
    signals = [codec.decode(ClassifiedArticle, output.value) for output in handler.handle(batch)]
    assert len({signal.story for signal in signals}) == 1
    assert [signal.novelty for signal in signals] == ["first", "repeat", "repeat"]


def test_a_batch_that_comes_again_gives_the_same(handler: ClassifierHandler) -> None:
    batch = [received("a1", "Nvidia may resume chip exports"), received("a2", "Nvidia to resume exports of chips")]
    first, again = ([output.value for output in handler.handle(batch)] for _ in range(2))
    assert first == again


def test_garbage_is_undecodable(handler: ClassifierHandler) -> None:
    with pytest.raises(UndecodableError):
        handler.handle([received("a1", "x", value=b"{")])
