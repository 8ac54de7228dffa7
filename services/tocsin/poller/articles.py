"""Which items of a feed are news: items to articles, against what the feed showed before. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from tocsin.domain import identity
from tocsin.domain.article import Article
from tocsin.domain.feed import ClaimedFeed, Feed
from tocsin.poller.links import canonical
from tocsin.poller.parsed import ParsedItem
from tocsin.poller.text import cut

_HEADLINE: Final = 120
"""Characters of text that stand for a title where an item has none."""


class Candidate(Struct, frozen=True, kw_only=True):
    """An item with the ids it may have. ``own`` comes from its guid, or else link, or else title and date.

    ``precise`` adds link and title, for feeds that give one guid to several items; ``shared`` says that this one
    does so now.
    """

    item: ParsedItem
    own: str
    precise: str
    shared: bool
    content_hash: str


class Decision(Struct, frozen=True, kw_only=True):
    """``items`` is what to remember of the document, ``articles`` what to publish, oldest first."""

    items: dict[str, str]
    articles: tuple[Article, ...]


def item_identity(item: ParsedItem) -> str:
    """What stays the same of an item from poll to poll: its guid, or else its canonical link, or title and date."""
    if item.guid:
        return f"guid {item.guid}"
    if item.link:
        return f"link {canonical(item.link)}"
    return f"text {item.title or item.summary or item.content} {item.dated.isoformat() if item.dated else ''}"


def candidates(feed: Feed, items: Sequence[ParsedItem]) -> list[Candidate]:
    """The items with their possible ids; a repetition of the same item is left out."""
    told = [(item, item_identity(item), f"{canonical(item.link)} {item.title}") for item in items]
    uses = Counter(own for own, _ in {(own, rest) for _, own, rest in told})
    found: dict[tuple[str, str], Candidate] = {}
    for item, own, rest in told:
        candidate = Candidate(
            item=item,
            own=identity.article_id(feed.id, own),
            precise=identity.article_id(feed.id, f"{own} {rest}"),
            shared=uses[own] > 1,
            content_hash=identity.content_hash(item.title, item.summary, item.content, canonical(item.link)),
        )
        found.setdefault((own, rest), candidate)
    return list(found.values())


def ids(found: Iterable[Candidate]) -> list[str]:
    """All ids to ask the store about."""
    return list(dict.fromkeys(id for candidate in found for id in (candidate.own, candidate.precise)))


def decide(
    claimed: ClaimedFeed, found: Sequence[Candidate], known: Mapping[str, str], now: datetime, max_age: timedelta
) -> Decision:
    """What to publish and what to remember. ``known`` is the store's answer for ``ids(found)``.

    A new item is revision 1; a known one whose text or link changed is the next revision. What is remembered of an
    item is its revision and hash (``3 rev-…``), so that revisions are counted without another table.

    The first poll of a feed finds its back catalogue: only items dated within ``max_age`` are published, the others,
    the undated among them, are only remembered. Dates in the future become ``now``.
    """
    first = claimed.polled is None
    items: dict[str, str] = {}
    articles: list[Article] = []
    for candidate in reversed(found):
        id = _choose(candidate, known)
        revision, last_hash = _recall(known.get(id))
        if last_hash == candidate.content_hash:
            items[id] = known[id]
            continue
        items[id] = f"{revision + 1} {candidate.content_hash}"
        dated = candidate.item.dated
        if not first or (dated is not None and dated >= now - max_age):
            articles.append(_article(claimed, candidate, id, revision + 1, now))
    return Decision(items=items, articles=tuple(articles))


def _choose(candidate: Candidate, known: Mapping[str, str]) -> str:
    """The id that hides no item and rings nobody twice when a feed begins or ends to share a guid among items."""
    if candidate.precise in known:
        return candidate.precise
    if candidate.shared and _recall(known.get(candidate.own))[1] != candidate.content_hash:
        return candidate.precise
    return candidate.own


def _recall(remembered: str | None) -> tuple[int, str]:
    if remembered is None:
        return 0, ""
    revision, _, content_hash = remembered.partition(" ")
    return int(revision), content_hash


def _article(claimed: ClaimedFeed, candidate: Candidate, id: str, revision: int, now: datetime) -> Article:
    feed, item = claimed.feed, candidate.item
    published = min(item.published, now) if item.published else None
    # came out after the last good look, and looks failed since
    late = bool(claimed.errors and claimed.polled and published and published > claimed.polled)
    return Article(
        id=id,
        feed=feed.id,
        source=feed.source,
        title=item.title or cut((item.summary or item.content).partition("\n")[0], _HEADLINE) or item.link,
        seen=now,
        content_hash=candidate.content_hash,
        revision=revision,
        link=item.link,
        summary=item.summary,
        content=item.content,
        # the operator knows the feed; feeds often claim the language of their software
        language=feed.language or item.language,
        published=published,
        updated=min(item.updated, now) if item.updated else None,
        authors=item.authors,
        tags=tuple(dict.fromkeys((*feed.tags, *item.tags))),
        late=late,
    )
