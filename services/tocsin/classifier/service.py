"""The classifier as a stage of the pipeline: articles in, signals out."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final

from tocsin.classifier.centre import builtin_centre
from tocsin.classifier.classify import Classifier, Text
from tocsin.classifier.stories import Stories
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
        self._stories = Stories(stories, window, builtin_centre(classifier().embedder))
        self._clock = clock

    def handle(self, batch: Sequence[Received]) -> Sequence[Record]:
        """A signal for each article. Raises UndecodableError for what is none, TransientError from the index."""
        return [self._signal(record) for record in batch]

    def _signal(self, record: Received) -> Record:
        article = codec.decode(Article, record.value)
        classifier, text = self._classifier(), Text.of(article)
        classification = classifier.classify(text)
        placement = self._stories.place(article, classification, classifier.vector(text))
        now = self._clock()
        signal = ClassifiedArticle(
            article=article,
            classification=classification,
            story=placement.story,
            novelty=placement.novelty,
            classified=now,
            placement=placement,
        )
        return codec.record(
            SIGNALS,
            key=placement.story,
            id=f"{article.id}/{article.revision}",
            value=signal,
            source=NAME,
            time=now,
            cause=record,
        )
