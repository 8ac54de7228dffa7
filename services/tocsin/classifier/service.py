"""The classifier as a stage of the pipeline: articles in, signals out."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final

from tocsin.classifier.classify import Classifier, Text
from tocsin.classifier.stories import novelty, story_keys
from tocsin.domain import codec
from tocsin.domain.article import Article
from tocsin.domain.record import ARTICLES, SIGNALS, Received, Record
from tocsin.domain.signal import ClassifiedArticle
from tocsin.ports.clock import Clock
from tocsin.ports.stories import StoryIndex

NAME: Final = "classifier"


class ClassifierHandler:
    """Classifies every article and puts it into its story. A ``runtime.worker.Handler``.

    The story comes from the index, which answers the same for an article seen before: a batch may come twice.
    Articles that raise no flag are published too: the archive and "why did I not get this?" need them.
    """

    name = NAME
    topics: Sequence[str] = (ARTICLES,)

    def __init__(
        self, classifier: Callable[[], Classifier], stories: StoryIndex, clock: Clock, window: timedelta
    ) -> None:
        self._classifier = classifier
        self._stories = stories
        self._clock = clock
        self._window = window

    def handle(self, batch: Sequence[Received]) -> Sequence[Record]:
        """A signal for each article. Raises UndecodableError for what is none, TransientError from the index."""
        return [self._signal(record) for record in batch]

    def _signal(self, record: Received) -> Record:
        article = codec.decode(Article, record.value)
        classification = self._classifier().classify(Text.of(article))
        keys = story_keys(article, classification)
        assignment = self._stories.assign(article.id, keys, article.at, self._window)
        now = self._clock()
        signal = ClassifiedArticle(
            article=article,
            classification=classification,
            story=assignment.story,
            novelty=novelty(assignment),
            classified=now,
        )
        return codec.record(
            SIGNALS,
            key=assignment.story,
            id=f"{article.id}/{article.revision}",
            value=signal,
            source=NAME,
            time=now,
            cause=record,
        )
