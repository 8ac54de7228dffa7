from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from tocsin.domain.article import Article
from tocsin.domain.feed import ClaimedFeed, Feed, Gap, Track, Validators
from tocsin.poller import coverage
from tocsin.settings.schema import PollerSettings

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SETTINGS = PollerSettings(interval=300.0)
CLAIMED = ClaimedFeed(
    feed=Feed(id="f", url="https://e.org/", source="E"),
    token="t",
    validators=Validators(),
    polled=NOW - 30 * MINUTE,
    due=NOW,
)
GAP = Gap(feed="f", since=NOW - 30 * MINUTE, until=NOW, reason="timeout")
ARTICLE = Article(id="a", feed="f", source="E", title="T", seen=NOW, content_hash="h")


def test_a_feed_that_was_down_had_a_gap_since_its_last_good_look() -> None:
    down = replace(CLAIMED, track=Track(down_since=NOW - 20 * MINUTE, down_reason="timeout"))
    assert coverage.gap(down, SETTINGS, NOW) == GAP


def test_a_feed_that_nobody_looked_at_had_one_too() -> None:
    assert coverage.gap(replace(CLAIMED, due=NOW - 4 * MINUTE), SETTINGS, NOW) is None
    overdue = coverage.gap(replace(CLAIMED, due=NOW - 6 * MINUTE), SETTINGS, NOW)
    assert overdue == replace(GAP, reason="not polled")


def test_no_gap_without_trouble_or_before_the_first_look() -> None:
    assert coverage.gap(CLAIMED, SETTINGS, NOW) is None
    assert coverage.gap(replace(CLAIMED, polled=None, track=Track(down_since=NOW)), SETTINGS, NOW) is None


def test_what_came_out_in_the_gap_is_late() -> None:
    told = [
        replace(ARTICLE, id="in", published=NOW - 10 * MINUTE),
        replace(ARTICLE, id="before", published=NOW - 40 * MINUTE),
        replace(ARTICLE, id="undated"),
        replace(ARTICLE, id="revised", published=NOW - 10 * MINUTE, revision=2),
    ]
    marked = coverage.mark(told, GAP)
    assert [article.id for article in marked if article.late] == ["in", "undated"]
    assert not any(article.late for article in coverage.mark(told, None))
    assert coverage.counted(GAP, marked) == replace(GAP, late=2)
    assert coverage.counted(None, marked) is None
