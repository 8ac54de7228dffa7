from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from tocsin.domain.feed import ClaimedFeed, Feed, Validators
from tocsin.poller.articles import Decision, candidates, decide, ids
from tocsin.poller.parsed import ParsedItem

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FEED = Feed(id="f", url="https://e.org/", source="E", tags=("desk",))
DAY = timedelta(days=1)


def look(
    items: Sequence[ParsedItem],
    memory: Mapping[str, str] | None = None,
    *,
    polled: datetime | None = NOW - timedelta(hours=1),
    errors: int = 0,
    feed: Feed = FEED,
) -> Decision:
    claimed = ClaimedFeed(feed=feed, token="t", validators=Validators(), errors=errors, polled=polled)
    found = candidates(feed, items)
    asked = ids(found)
    known = {id: digest for id, digest in (memory or {}).items() if id in asked}
    return decide(claimed, found, known, NOW, DAY)


def item(guid: str | None = "1", title: str = "T", **rest: str) -> ParsedItem:
    return ParsedItem(guid=guid, title=title, **rest)  # type: ignore[arg-type]


def test_new_then_unchanged_then_revised_each_time() -> None:
    first = look([item()])
    assert [article.revision for article in first.articles] == [1]
    again = look([item()], first.items)
    assert again.articles == ()
    assert again.items == first.items
    second = look([item(title="T, corrected")], again.items)
    third = look([item(title="T, corrected twice")], second.items)
    assert [(a.id, a.revision) for a in (*second.articles, *third.articles)] == [
        (first.articles[0].id, 2),
        (first.articles[0].id, 3),
    ]
    assert third.articles[0].content_hash != second.articles[0].content_hash


def test_tracking_in_a_link_is_no_revision() -> None:
    first = look([item(link="https://e.org/a?utm_source=x")])
    assert look([item(link="https://e.org/a?utm_source=y")], first.items).articles == ()


def test_identity_falls_back_to_link_then_to_text() -> None:
    by_link = look([item(None, "A", link="https://E.org/a#x")])
    assert by_link.articles[0].id == look([item(None, "B", link="https://e.org/a")]).articles[0].id
    assert look([item(None, "A")]).articles[0].id != look([item(None, "B")]).articles[0].id


def test_a_shared_guid_hides_no_item() -> None:
    three = [item("same", title, link=f"https://e.org/{title}") for title in ("A", "B", "C")]
    found = look(three)
    assert len({article.id for article in found.articles}) == 3
    assert look(three, found.items).articles == ()
    # when only one of them is left, it is the one that was known
    assert look(three[:1], found.items).articles == ()


def test_a_guid_that_begins_to_be_shared_rings_only_for_the_new_item() -> None:
    old = item("same", "A", link="https://e.org/a")
    first = look([old])
    second = look([item("same", "B", link="https://e.org/b"), old], first.items)
    assert [article.title for article in second.articles] == ["B"]


def test_the_same_item_twice_is_one() -> None:
    found = look([item(), item()])
    assert len(found.articles) == len(found.items) == 1


def test_first_poll_publishes_only_what_is_dated_and_young() -> None:
    young = ParsedItem(guid="y", title="young", published=NOW - timedelta(hours=23))
    old = ParsedItem(guid="o", title="old", published=NOW - timedelta(hours=25))
    touched = ParsedItem(guid="u", title="touched", updated=NOW - timedelta(hours=1))
    undated = ParsedItem(guid="n", title="undated")
    found = look([young, old, touched, undated], polled=None)
    assert [article.title for article in found.articles] == ["touched", "young"]
    assert len(found.items) == 4
    assert look([young, old, touched, undated], found.items).articles == ()


def test_later_polls_publish_what_is_new_whatever_its_date() -> None:
    old = ParsedItem(guid="o", title="old", published=NOW - timedelta(days=9))
    assert [article.title for article in look([item(), old]).articles] == ["old", "T"]


def test_a_date_in_the_future_is_now() -> None:
    (article,) = look([ParsedItem(guid="1", title="T", published=NOW + DAY, updated=NOW + DAY)]).articles
    assert (article.published, article.updated, article.seen) == (NOW, NOW, NOW)


def test_what_came_out_while_the_feed_was_away_is_late() -> None:
    new = ParsedItem(guid="1", title="T", published=NOW - timedelta(minutes=30))
    assert look([new], errors=2).articles[0].late
    assert not look([new], errors=0).articles[0].late


def test_an_article_carries_the_feeds_words_and_the_operators() -> None:
    feed = Feed(id="f", url="https://e.org/", source="E", language="de", tags=("desk", "x"))
    told = ParsedItem(guid="1", summary="First line\nsecond", tags=("x", "y"), language="en", authors=("A",))
    (article,) = look([told], feed=feed).articles
    assert (article.title, article.language, article.tags) == ("First line", "de", ("desk", "x", "y"))
    assert (article.source, article.feed, article.authors) == ("E", "f", ("A",))
