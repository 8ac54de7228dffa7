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


def test_an_article_carries_the_feeds_words_and_the_operators() -> None:
    feed = Feed(id="f", url="https://e.org/", source="E", language="de", tags=("desk", "x"))
    told = ParsedItem(guid="1", summary="First line\nsecond", tags=("x", "y"), language="en", authors=("A",))
    (article,) = look([told], feed=feed).articles
    assert (article.title, article.language, article.tags) == ("First line", "de", ("desk", "x", "y"))
    assert (article.source, article.feed, article.authors) == ("E", "f", ("A",))


def test_a_guid_used_again_for_another_item_hides_it_not() -> None:
    def only(n: int) -> ParsedItem:
        return ParsedItem(guid="feed", title=f"T{n}", link=f"https://e.org/{n}", published=NOW - timedelta(hours=9 - n))

    first = look([only(1)])
    second = look([only(2)], first.items)
    third = look([only(3)], first.items | second.items)
    ids_seen = {article.id for found in (first, second, third) for article in found.articles}
    assert len(ids_seen) == 3
    assert look([only(3)], third.items).articles == ()


def test_a_new_title_and_link_of_the_same_date_are_a_revision() -> None:
    at = NOW - timedelta(hours=1)
    first = look([ParsedItem(guid="1", title="Typo", link="https://e.org/typo", published=at)])
    (article,) = look([ParsedItem(guid="1", title="T", link="https://e.org/t", published=at)], first.items).articles
    assert (article.id, article.revision) == (first.articles[0].id, 2)


def catalogue(scheme: str, *, count: int = 20, summary: str = "s", dated: bool = True) -> list[ParsedItem]:
    return [
        ParsedItem(
            guid=f"{scheme}{n}",
            title=f"T{n}",
            summary=summary,
            published=NOW - timedelta(hours=2 + n) if dated else None,
        )
        for n in range(count)
    ]


def test_new_guids_for_all_items_ring_only_for_what_is_new() -> None:
    before = look(catalogue("a"), polled=None)
    news = ParsedItem(guid="b-new", title="News", published=NOW - timedelta(minutes=5))
    found = look([news, *catalogue("b")], before.items)
    assert [article.title for article in found.articles] == ["News"]
    assert (found.held_back, len(found.items)) == (20, 21)
    assert look([news, *catalogue("b")], found.items) == Decision(items=found.items, articles=())


def test_new_guids_without_dates_ring_for_nothing() -> None:
    before = look(catalogue("a", dated=False), polled=None)
    found = look(catalogue("b", dated=False), before.items)
    assert (found.articles, found.held_back) == ((), 20)


def test_another_template_is_no_revision_of_everything() -> None:
    before = look(catalogue("a"), polled=None)
    changed = catalogue("a", summary="s. Follow us!")
    changed[3] = ParsedItem(guid="a3", title="T3, corrected", published=changed[3].published)
    found = look(changed, before.items)
    assert [article.title for article in found.articles] == ["T3, corrected"]
    assert found.held_back == 19


def test_a_busy_feed_is_not_taken_for_a_rebuilt_one() -> None:
    before = look(catalogue("a"), polled=None)
    fresh = [ParsedItem(guid=f"n{n}", title=f"N{n}", published=NOW - timedelta(days=3)) for n in range(10)]
    found = look([*fresh, *catalogue("a")[:10]], before.items)
    assert (len(found.articles), found.held_back) == (10, 0)


def test_what_was_remembered_before_there_were_marks_is_understood() -> None:
    first = look([item()])
    old = {id: " ".join(told.split(" ")[:2]) for id, told in first.items.items()}
    assert look([item()], old).articles == ()
