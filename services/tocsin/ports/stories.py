"""StoryIndex: the live stories, and which article belongs to which."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple, Protocol

from tocsin.domain.signal import Placement
from tocsin.domain.story import Story

MOST_CANDIDATES: Final = 16
"""Stories that one article is compared with."""

MOST_PER_KEY: Final = 10
"""Stories that one key can lead to: the ones that used it last."""


class Decision(NamedTuple):
    """The story as it stands with the article in it, and how the article came to be there."""

    story: Story
    placement: Placement


Decide = Callable[[Sequence[Story], str | None], Decision]
"""Chooses among candidates, or opens a story. When the second argument is given, the story is settled: that is its id,
and it is the only candidate if it exists. Pure and quick: it may be asked several times for one article.
"""


class StoryIndex(Protocol):
    """Live stories, shared by all classifiers. Thread-safe. All methods raise TransientError when out of reach."""

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
        """Put an article into the story that ``decide`` chooses, and keep that story as ``decide`` returns it.

        Candidates are stories that used one of ``keys`` last within ``window`` of ``at`` (before or after): those
        that share most keys first, at most MOST_CANDIDATES; of one key the MOST_PER_KEY that used it last before the
        window's end. The story takes over the keys as of ``at`` (the latest use so far counts).

        Atomic: no other article comes between what ``decide`` saw and what is kept, so that reports of one event in
        one instant get one story. Idempotent: an article and revision assigned before gets the same placement again,
        whatever else is passed in, for at least ``window`` after ``at``. A later revision stays in its article's
        story, which is then settled. So it is with ``story``, for an article whose story is known already.
        """
        ...

    def story(self, id: str) -> Story | None:
        """The story, None when there is none or it is over for so long that it was dropped."""
        ...

    def close(self) -> None:
        """Let go of connections. Never raises; idempotent."""
        ...
