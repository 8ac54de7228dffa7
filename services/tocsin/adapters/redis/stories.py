"""StoryIndex in Redis.

``{prefix}:{stories}:key:<key>`` is a sorted set of the stories that used the key, by the last time they did (one key
may have served several); ``:article:<id>`` remembers placements by revision; ``:story:<id>`` is the story, with a
version that every change counts up; ``:story:serial`` counts all changes. All expire. One hash tag keeps the index in
one slot of a cluster: an article's keys can lead anywhere, and joining must be one step.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
import redis

from tocsin.adapters.redis.connection import Link
from tocsin.adapters.redis.instants import lifetime, micros
from tocsin.domain.errors import TransientError
from tocsin.domain.signal import Placement
from tocsin.domain.story import Story
from tocsin.ports.clock import Clock, system_clock
from tocsin.ports.stories import MOST_CANDIDATES, MOST_PER_KEY, Decide

_MARGIN: Final = timedelta(days=7)
"""How long beyond the window a story stays open to articles that arrive late."""

_KEEP_STORIES: Final = 1_000
"""Stories remembered of one key, so that a key in constant use, which never expires, does not grow for ever."""

_MOST_TRIES: Final = 50
"""Decisions made again because another replica was faster; each time one of them got through."""


class RedisStoryIndex:
    """See tocsin.ports.stories. ``clock`` serves only to let what is long over expire."""

    def __init__(self, client: redis.Redis, prefix: str, *, clock: Clock = system_clock) -> None:
        self._link = Link(client)
        self._base = f"{prefix}:{{stories}}:"
        self._clock = clock
        self._assign = self._link.script("stories_assign")

    def assign(
        self,
        article: str,
        keys: Sequence[str],
        at: datetime,
        window: timedelta,
        decide: Decide,
        *,
        revision: int = 1,
        story: str | None = None,
    ) -> Placement:
        """See the port."""
        name = (f"{self._base}article:{article}",)
        find = (
            f"{self._base}story:", f"{self._base}key:", msgspec.msgpack.encode(tuple(dict.fromkeys(keys))),
            micros(at - window), micros(at + window), MOST_PER_KEY, MOST_CANDIDATES, revision, story or "",
        )  # fmt: skip
        lives = lifetime(until=at + window, least=window, today=self._clock(), margin=_MARGIN)
        what, *answer = self._assign(name, *find)
        for _ in range(_MOST_TRIES):
            if what == b"placed":
                return msgspec.msgpack.decode(answer[0], type=Placement)
            settled, serial, seen, values = answer
            decision = decide(_candidates(values), settled.decode() or None)
            what, *answer = self._assign(
                name, *find, serial, seen, decision.story.id, msgspec.msgpack.encode(decision.story),
                msgspec.msgpack.encode(decision.placement), micros(at), lives, _KEEP_STORIES,
            )  # fmt: skip
            if what == b"kept":
                return decision.placement
        raise TransientError(f"Redis: the stories around {article} keep changing")

    def story(self, id: str) -> Story | None:
        """See the port."""
        value = self._link.command("HGET", f"{self._base}story:{id}", "value")
        return _story(value) if value else None

    def close(self) -> None:
        """See the port."""
        self._link.close()


def _candidates(values: bytes) -> list[Story]:
    return msgspec.msgpack.decode(values, type=list[Story])


def _story(value: bytes) -> Story:
    return msgspec.msgpack.decode(value, type=Story)
