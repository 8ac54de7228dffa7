"""Values survive the wire; strangers are refused; neighbours of another version are understood."""

import re
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain import codec
from tocsin.domain.article import Article
from tocsin.domain.errors import PermanentError, UndecodableError
from tocsin.domain.record import ARTICLES

NOW = datetime(2025, 7, 15, 8, 2, tzinfo=UTC)
ARTICLE = Article(id="art-1", feed="f", source="F", title="Nvidia darf liefern", seen=NOW, content_hash="rev-1")


def test_a_value_comes_back_equal() -> None:
    assert codec.decode(Article, codec.encode(ARTICLE)) == ARTICLE


def test_unknown_fields_are_ignored() -> None:
    data = msgspec.json.encode({**msgspec.to_builtins(ARTICLE), "a_field_of_the_next_version": 1})
    assert codec.decode(Article, data) == ARTICLE


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"", "truncated"),
        (b"not json", "malformed"),
        (b"[]", "object"),
        (b"{}", "id"),
        (msgspec.json.encode({**msgspec.to_builtins(ARTICLE), "title": 7}), "title"),
        (b'"\xff"', "not a Article"),
    ],
)
def test_garbage_is_refused_naming_the_place(data: bytes, place: str) -> None:
    with pytest.raises(UndecodableError, match=place):
        codec.decode(Article, data)


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    with pytest.raises(UndecodableError):
        codec.decode(Article, data)


def test_headers_are_cloudevents_in_binary_mode() -> None:
    record = codec.record(ARTICLES, key="k", id="art-1/1", value=ARTICLE, source="poller", time=NOW)
    assert record.headers["ce_specversion"] == "1.0"
    assert record.headers["ce_id"] == "art-1/1"
    assert record.headers["ce_type"] == "org.tocsin.articles.v1"
    assert record.headers["ce_source"] == "/tocsin/poller"
    assert record.headers["ce_time"] == "2025-07-15T08:02:00Z"
    assert record.headers["content-type"] == "application/json"
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01", record.headers["traceparent"])


def test_the_trace_goes_on_from_the_cause_in_a_new_span() -> None:
    first = codec.record(ARTICLES, key="k", id="1", value=ARTICLE, source="poller", time=NOW)
    second = codec.record(ARTICLES, key="k", id="2", value=ARTICLE, source="classifier", time=NOW, cause=first)
    _, trace, span, _ = first.headers["traceparent"].split("-")
    _, same, other, _ = second.headers["traceparent"].split("-")
    assert trace == same
    assert span != other


@pytest.mark.parametrize("broken", ["", "00", "00-zz", f"00-{'0' * 32}-{'1' * 16}-01"])
def test_a_broken_trace_begins_anew(broken: str) -> None:
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01", codec.traceparent(broken))


def test_a_value_too_large_for_the_bus_is_refused_before_it_gets_there() -> None:
    huge = msgspec.structs.replace(ARTICLE, content="x" * codec.MAX_VALUE_BYTES)
    with pytest.raises(PermanentError, match="art-1/1"):
        codec.record(ARTICLES, key="k", id="art-1/1", value=huge, source="poller", time=NOW)
