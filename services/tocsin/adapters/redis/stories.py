"""StoryIndex in Redis.

``{prefix}:{stories}:uses:<key>`` is a string of the stories that used the key, by the last time they did (one key may
have served several); ``:placed:<article>`` remembers placements by revision; ``:live:<hash of id>`` is the story,
after a version that no other change has; ``:serial`` counts all changes. All expire. One hash tag keeps the index in
one slot of a cluster: an article's keys can lead anywhere, and joining must be one step.
"""

import hashlib
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

_KEEP: Final = 500
"""Latest uses remembered of one key, so that a key in constant use, which never expires, does not grow for ever. It is
cut back when there are twice as many."""

_VERSION: Final = 16
"""Digits in front of a story."""

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
        name = (f"{self._base}placed:{article}",)
        find = (
            self._base, msgspec.msgpack.encode(tuple(dict.fromkeys(keys))), micros(at - window), micros(at + window),
            MOST_PER_KEY, MOST_CANDIDATES, revision, story or "",
        )  # fmt: skip
        lives = lifetime(until=at + window, least=window, today=self._clock(), margin=_MARGIN)
        what, *answer = self._assign(name, *find)
        for _ in range(_MOST_TRIES):
            if what == b"placed":
                return msgspec.msgpack.decode(answer[0], type=Placement)
            settled, serial, found = answer
            candidates = [_story(value) for value in found if value]
            seen = b"".join(value[:_VERSION] for value in found if value)
            decision = decide(candidates, settled.decode() or None)
            what, *answer = self._assign(
                name, *find, serial, seen, decision.story.id, msgspec.msgpack.encode(decision.story),
                msgspec.msgpack.encode(decision.placement), micros(at), _packed(at), lives, _KEEP,
            )  # fmt: skip
            if what == b"kept":
                return decision.placement
        raise TransientError(f"Redis: the stories around {article} keep changing")

    def story(self, id: str) -> Story | None:
        """See the port."""
        name = hashlib.sha1(id.encode(), usedforsecurity=False).hexdigest()[:16]
        value = self._link.command("GET", f"{self._base}live:{name}")
        return _story(value) if value else None

    def close(self) -> None:
        """See the port."""
        self._link.close()


def _story(value: bytes) -> Story:
    return msgspec.msgpack.decode(memoryview(value)[_VERSION:], type=Story)


def _packed(at: datetime) -> bytes:
    """Microseconds in MessagePack, in as many bytes for every time."""
    return b"\xd3" + micros(at).to_bytes(8, "big", signed=True)
