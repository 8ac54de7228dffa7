"""Ids are the same for the same thing, and differ for different things."""

from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain import identity


@given(st.text(), st.text(), st.text(), st.text())
def test_equal_ids_mean_equal_parts(feed: str, item: str, other_feed: str, other_item: str) -> None:
    same = identity.article_id(feed, item) == identity.article_id(other_feed, other_item)
    assert same == ((feed, item) == (other_feed, other_item))


def test_kinds_do_not_collide() -> None:
    assert identity.article_id("a", "b") != identity.delivery_id("a", "b")


def test_lone_surrogates_have_an_id() -> None:
    assert identity.content_hash("\ud800")
