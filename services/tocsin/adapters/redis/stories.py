"""StoryIndex in Redis.

``{prefix}:{stories}:key:<key>`` is a sorted set of the stories that used the key, by the last time they did (one key
may have served several); ``:article:<id>`` remembers an answer; ``:story:<id>`` counts articles. All expire. One hash
tag keeps the index in one slot of a cluster: an article's keys can lead anywhere, and joining must be one step.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import redis

from tocsin.adapters.redis.connection import Link
from tocsin.adapters.redis.instants import lifetime, micros
from tocsin.domain import identity
from tocsin.ports.clock import Clock, system_clock
from tocsin.ports.stories import StoryAssignment

_MARGIN: Final = timedelta(days=7)
"""How long beyond the window a story stays open to articles that arrive late."""

_KEEP_STORIES: Final = 1_000
"""Stories remembered of one key, so that a key in constant use, which never expires, does not grow for ever."""


class RedisStoryIndex:
    """See tocsin.ports.stories. ``clock`` serves only to let what is long over expire."""

    def __init__(self, client: redis.Redis, prefix: str, *, clock: Clock = system_clock) -> None:
        self._link = Link(client)
        self._base = f"{prefix}:{{stories}}:"
        self._clock = clock
        self._assign = self._link.script("stories_assign")

    def assign(self, article: str, keys: Sequence[str], at: datetime, window: timedelta) -> StoryAssignment:
        """See the port."""
        story, opened, articles = self._assign(
            [f"{self._base}article:{article}", *(f"{self._base}key:{key}" for key in keys)],
            identity.story_id(article),
            micros(at),
            micros(at - window),
            micros(at + window),
            lifetime(until=at + window, least=window, today=self._clock(), margin=_MARGIN),
            _KEEP_STORIES,
            f"{self._base}story:",
        )
        return StoryAssignment(story=story.decode(), opened=bool(opened), articles=articles)

    def close(self) -> None:
        """See the port."""
        self._link.close()
