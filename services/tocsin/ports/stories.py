"""StoryIndex: which story an article belongs to."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from msgspec import Struct


class StoryAssignment(Struct, frozen=True, kw_only=True):
    """The story of an article. ``opened`` says that this article opened it; ``articles`` is its size, this one
    included.
    """

    story: str
    opened: bool
    articles: int


class StoryIndex(Protocol):
    """Live stories, shared by all classifiers. Thread-safe. All methods raise TransientError when out of reach."""

    def assign(self, article: str, keys: Sequence[str], at: datetime, window: timedelta) -> StoryAssignment:
        """Put an article into the story that shares a key with it, or open one (``identity.story_id(article)``).

        A story is joined when one of ``keys`` was last used by it within ``window`` of ``at`` (before or after);
        among several the one found by the earliest key in ``keys`` wins. The story takes over all the article's
        keys, as of ``at`` (the latest time used so far counts). Atomic: two replicas with the same event in the
        same instant get one story. Idempotent: an article that was assigned before gets the same answer (story and
        ``opened``) again, whatever its keys are now, for at least ``window`` after ``at``. No keys: a story of its
        own.
        """
        ...

    def close(self) -> None:
        """Let go of connections. Never raises; idempotent."""
        ...
