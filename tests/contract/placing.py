"""A simple decider for the tests of the index: joins the first candidate, whatever it is about."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from tocsin.domain.identity import story_id
from tocsin.domain.signal import Novelty, Placement
from tocsin.domain.story import Story
from tocsin.ports.stories import Decide, Decision, StoryIndex


def join_first(article: str, at: datetime) -> Decide:
    """Joins the first candidate, or opens the settled story, or one named after the article."""

    def decide(candidates: Sequence[Story], settled: str | None) -> Decision:
        if candidates:
            story = candidates[0]
            opened = story.id == story_id(article)
        else:
            story, opened = Story(id=settled or story_id(article), first=at, last=at), True
        again = opened and story.articles > 0
        grown = msgspec.structs.replace(
            story,
            first=min(story.first, at),
            last=max(story.last, at),
            articles=story.articles + (not again),
            headlines=story.headlines | {article: "title"},
        )
        novelty: Novelty = "first" if not candidates else "repeat"
        return Decision(grown, Placement(story=grown.id, opened=opened, novelty=novelty, articles=grown.articles))

    return decide


def put(
    index: StoryIndex,
    article: str,
    keys: Sequence[str],
    at: datetime,
    window: timedelta,
    *,
    revision: int = 1,
    story: str | None = None,
) -> Placement:
    """Assign with ``join_first``."""
    return index.assign(article, keys, at, window, join_first(article, at), revision=revision, story=story)
