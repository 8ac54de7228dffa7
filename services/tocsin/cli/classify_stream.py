"""Items in as JSON lines, verdicts out as JSON lines: one for one, in order."""

import json
import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO

import msgspec
from msgspec import Struct

from tocsin.classifier.centre import builtin_centre
from tocsin.classifier.classify import Classifier, Text
from tocsin.classifier.stories import Stories
from tocsin.cli.classify_report import report
from tocsin.domain.article import Article
from tocsin.domain.identity import content_hash
from tocsin.domain.signal import Classification, Placement
from tocsin.ports.stories import StoryIndex


class Item(Struct, frozen=True):
    """A line of input. What else it says is ignored."""

    id: str | int
    title: str | None = None
    summary: str | None = None
    content: str | None = None
    lang: str | None = None
    published: str | None = None
    source: str | None = None


class StoryLine:
    """Joins items to stories, in the order in which they come. An item without a time is of the present."""

    def __init__(self, classifier: Classifier, index: StoryIndex, window: timedelta) -> None:
        self._classifier = classifier
        self._stories = Stories(index, window, builtin_centre(classifier.embedder))
        self._now = datetime.now(UTC)

    def place(self, item: Item, classification: Classification) -> Placement:
        """The item's place. Raises ValueError when its time cannot be read."""
        published = _time(item.published) if item.published else None
        article = Article(
            id=str(item.id),
            feed="classify",
            source=item.source or "",
            title=item.title or "",
            summary=item.summary or "",
            content=item.content or "",
            language=item.lang,
            seen=published or self._now,
            published=published,
            content_hash=content_hash(item.title or "", item.summary or "", item.content or ""),
        )
        return self._stories.place(article, classification, self._classifier.vector(Text.of(article)))


def classify_lines(
    classifier: Classifier, lines: Iterable[bytes], output: BinaryIO, stories: StoryLine | None = None
) -> int:
    """Write a result for every line that is not blank, as soon as it is there.

    A line that is no item gets a result with ``error``, and the exit code returned is 1 instead of 0.
    """
    code = 0
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        raw: Any = None
        try:
            raw = json.loads(line.decode("utf-8-sig"))
            result = _result(classifier, msgspec.convert(raw, Item), stories)
        except (ValueError, RecursionError) as error:  # msgspec's and JSON's errors are ValueErrors
            code = 1
            what = f"line {number}: {_reason(error)}"
            print(f"tocsin classify: {what}", file=sys.stderr)
            id = raw.get("id") if isinstance(raw, dict) else None
            result = {"id": id if isinstance(id, str | int) else None, "error": what}
        output.write(_encode(result))
        output.flush()
    return code


def _result(classifier: Classifier, item: Item, stories: StoryLine | None) -> dict[str, Any]:
    text = Text(title=item.title or "", summary=item.summary or "", content=item.content or "", language=item.lang)
    classification = classifier.classify(text)
    result = report(item.id, classification)
    if stories:
        placement = stories.place(item, classification)
        told = msgspec.to_builtins(placement)
        result |= {"story": placement.story, "novelty": placement.novelty, "placement": told}
    return result


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"not UTF-8 (byte {error.start})"
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON: {error.msg} at column {error.colno}"
    return str(error)


def _encode(result: dict[str, Any]) -> bytes:
    try:
        return json.dumps(result, ensure_ascii=False).encode() + b"\n"
    except UnicodeEncodeError:  # half of a surrogate pair in the input: JSON can escape it, UTF-8 cannot hold it
        return json.dumps(result).encode() + b"\n"


def _time(written: str) -> datetime:
    try:
        time = datetime.fromisoformat(written)
    except ValueError:
        raise ValueError(f"published is no ISO 8601 time: {written!r}") from None
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
