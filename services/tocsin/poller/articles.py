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


_MARKS: Final = 3
_BULK: Final = 8
"""So many items at least are new or changed at once when a feed was rebuilt."""
_NEARLY_ALL: Final = 0.8


class Candidate(Struct, frozen=True, kw_only=True):
    """An item with the ids it may have. ``own`` comes from its guid, or else link, or else title and date.

    ``precise`` adds link and title, for feeds that give one guid to several items; ``shared`` says that this one
    does so now. ``marks`` are short hashes of link, title and date, by which a later look sees what changed.
    """

    item: ParsedItem
    own: str
    precise: str
    shared: bool
    content_hash: str
    marks: tuple[str, ...]


class Decision(Struct, frozen=True, kw_only=True):
    """``items`` is what to remember of the document, ``articles`` what to publish, oldest first.

    ``held_back`` counts items that look new or changed because the feed was rebuilt: remembered, not published.
    """

    items: dict[str, str]
    articles: tuple[Article, ...]
    held_back: int = 0


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
            marks=tuple(
                identity.mark(part)
                for part in (canonical(item.link), item.title, item.dated.isoformat() if item.dated else "")
            ),
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
    item is its revision, hash and marks (``3 rev-… 1f.2e.3d``), so that revisions are counted without another table.

    The first poll of a feed finds its back catalogue: only items dated within ``max_age`` are published, the others,
    the undated among them, are only remembered. Dates in the future become ``now``.

    When nearly all of a feed is new at once, or nearly all of it changed, it was rebuilt (new guids, another template):
    of the new only items dated after the last poll are published, of the changed only those with another title.
    """
    looked = [_looked(candidate, known) for candidate in reversed(found)]
    fresh = sum(seen.revision == 0 for seen in looked)
    changed = sum(seen.changed for seen in looked)
    rebuilt = fresh >= max(_BULK, _NEARLY_ALL * len(looked))
    reworked = changed >= max(_BULK, _NEARLY_ALL * (len(looked) - fresh))
    items: dict[str, str] = {}
    articles: list[Article] = []
    held_back = 0
    for seen in looked:
        candidate = seen.candidate
        items[seen.id] = f"{seen.revision + seen.new} {candidate.content_hash} {'.'.join(candidate.marks)}"
        if not seen.new:
            continue
        if claimed.polled is None:
            wanted = candidate.item.dated is not None and candidate.item.dated >= now - max_age
        elif seen.revision == 0:
            wanted = not rebuilt or (candidate.item.dated is not None and candidate.item.dated > claimed.polled)
            held_back += not wanted
        else:
            wanted = not reworked or seen.retitled
            held_back += not wanted
        if wanted:
            articles.append(_article(claimed, candidate, seen.id, seen.revision + 1, now))
    return Decision(items=items, articles=tuple(articles), held_back=held_back)


class _Seen(Struct, frozen=True):
    """A candidate beside what is remembered of it: its last ``revision``, 0 for none."""

    candidate: Candidate
    id: str
    revision: int
    changed: bool
    retitled: bool

    @property
    def new(self) -> bool:
        return self.revision == 0 or self.changed


def _looked(candidate: Candidate, known: Mapping[str, str]) -> _Seen:
    id = _choose(candidate, known)
    revision, content_hash, marks = _recall(known.get(id))
    return _Seen(
        candidate,
        id,
        revision,
        changed=revision > 0 and content_hash != candidate.content_hash,
        retitled=not marks or marks[1] != candidate.marks[1],
    )


def _choose(candidate: Candidate, known: Mapping[str, str]) -> str:
    """The id that hides no item and rings nobody twice when a feed begins or ends to use a guid for several items."""
    if candidate.precise in known:
        return candidate.precise
    _, content_hash, marks = _recall(known.get(candidate.own))
    if candidate.shared and content_hash != candidate.content_hash:
        return candidate.precise
    # another link, another title and another date under the same guid: another item
    if marks and all(before != now for before, now in zip(marks, candidate.marks, strict=True)):
        return candidate.precise
    return candidate.own


def _recall(remembered: str | None) -> tuple[int, str, tuple[str, ...]]:
    if remembered is None:
        return 0, "", ()
    revision, content_hash, *rest = remembered.split(" ")
    marks = tuple(rest[0].split(".")) if rest else ()
    return int(revision), content_hash, marks if len(marks) == _MARKS else ()


def _article(claimed: ClaimedFeed, candidate: Candidate, id: str, revision: int, now: datetime) -> Article:
    feed, item = claimed.feed, candidate.item
    published = min(item.published, now) if item.published else None
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
    )
