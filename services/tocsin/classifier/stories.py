"""Which story an article belongs to: read its traits, look where reports of the same event may be, compare, decide."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from tocsin.classifier.amending import amending
from tocsin.classifier.centre import Centre
from tocsin.classifier.model import Array
from tocsin.classifier.story_growth import Arrival, place
from tocsin.classifier.story_judge import judge
from tocsin.classifier.story_keys import StoryKeys
from tocsin.classifier.story_traits import read_traits
from tocsin.domain.article import Article
from tocsin.domain.signal import Classification, ClassifiedArticle, Placement
from tocsin.domain.story import Report, Story
from tocsin.ports.stories import Decision, StoryIndex

_LONGEST_TITLE: Final = 300


class Stories:
    """Puts articles into stories, one after the other. Thread-safe.

    Reports further apart than ``window`` are not compared: a story without a report for so long is closed. ``centre``
    goes with the embedder and learns from the stream.
    """

    def __init__(self, index: StoryIndex, window: timedelta, centre: Centre) -> None:
        self._index = index
        self._window = window
        self._centre = centre
        self._keys = StoryKeys()

    def place(self, article: Article, classification: Classification, vector: Array) -> Placement:
        """Where the article belongs. ``vector`` is its embedding.

        An article and revision placed before gets the same answer. Raises TransientError from the index.
        """
        return self._place(article, classification, vector, None, None)

    def restore(self, signal: ClassifiedArticle, vector: Array) -> Placement:
        """Put an article where it was before, in an index that has forgotten it. Raises TransientError."""
        return self._place(signal.article, signal.classification, vector, signal.story, signal.placement)

    def _place(
        self,
        article: Article,
        classification: Classification,
        vector: Array,
        story: str | None,
        before: Placement | None,
    ) -> Placement:
        traits = read_traits(article, classification, vector)
        self._centre.see(vector, traits.language)
        report = Report(
            article=article.id,
            source=article.source,
            at=article.at,
            title=article.title[:_LONGEST_TITLE],
            traits=traits,
            revision=article.revision,
        )
        arrival = Arrival(report, classification.events, amending(article.title))

        def decide(candidates: Sequence[Story], settled: str | None) -> Decision:
            decision = place(arrival, judge(report, candidates, self._centre, settled), settled)
            return decision if before is None else decision._replace(placement=before)

        keys = self._keys.of(traits, self._centre.fixed(vector, traits.language))
        return self._index.assign(
            article.id, keys, article.at, self._window, decide, revision=article.revision, story=story
        )
