"""Damages feeds at random and parses them: ``python -m tests.fuzz.parser [--seconds 600] [--seed N]``.

Whatever comes: a feed or NotAFeedError, text that can be written, links that lead to the web, bounded time; and where
the quick reader answers, it says what feedparser says. A finding is printed with its seed and kept as a file.
"""

import argparse
import contextlib
import random
import sys
import tempfile
import time
from pathlib import Path
from unittest import mock

from tests.unit.poller import documents

from tocsin.poller import limits, quick
from tocsin.poller.parse import parse_feed
from tocsin.poller.parsed import NotAFeedError, ParsedFeed

SLOW = 20.0
"""Seconds that no document of this size may take."""
_SEEDS = [text.encode() for kind in (documents.QUICK, documents.DOUBTFUL, documents.BROKEN) for text in kind.values()]
_FILES = sorted((Path(__file__).parents[1] / "data" / "feeds").iterdir())
_PIECES = (
    b"<item>", b"</item>", b"<![CDATA[", b"]]>", b"<!--", b"-->", b"&", b"&#0;", b"&#x110000;", b"&nbsp;", b"<", b">",
    b"'", b'"', b"<title>", b"</title>", b"<link/>", b"<?xml version='1.0' encoding='utf-16'?>", b"\xff\xfe", b"\0",
    b"\xef\xbb\xbf", b"\x1b$B", b"<!DOCTYPE rss [<!ENTITY a 'b'>]>", b"xmlns='urn:x'", b" xml:base='http://['",
    b"2024-13-05", b"/etc/passwd", b"<pubDate>99999999999</pubDate>", b"{", b"[" * 500, b"<x>" * 300, b"\xe2\x80",
    b"javascript:", b"\xed\xa0\x80",
)  # fmt: skip
_ENCODINGS = (
    "utf-8",
    "utf-16",
    "utf-32",
    "gb18030",
    "cp932",
    "cp1251",
    "big5",
    "iso-8859-1",
    "iso-2022-jp",
    "utf-16-be",
)


def damaged(rand: random.Random) -> bytes:
    """One document, whole or hurt."""
    seeds = [*_SEEDS, *(file.read_bytes() for file in _FILES)]
    body = rand.choice(seeds)
    if rand.random() < 0.2:
        body = body.decode("utf-8", "replace").encode(rand.choice(_ENCODINGS), "replace")
    for _ in range(rand.choice((0, 1, 1, 2, 4, 12))):
        at = rand.randrange(len(body) + 1)
        to = min(len(body), at + rand.choice((1, 1, 3, 20, 200)))
        match rand.randrange(6):
            case 0:
                body = body[:at] + rand.choice(_PIECES) + body[at:]
            case 1:
                body = body[:at] + body[to:]
            case 2:
                body = body[:at] + rand.randbytes(to - at) + body[to:]
            case 3:
                body = body[:to] + body[at:to] * rand.choice((1, 5, 50)) + body[to:]
            case 4:
                other = rand.choice(seeds)
                body = body[:at] + other[rand.randrange(len(other)) :]
            case 5:
                body = body[:at]
    return body


def judged(body: bytes) -> None:
    """Raise AssertionError, or whatever parsing should not raise, when something is wrong with how it is read."""
    began = time.monotonic()
    told = _told(body)
    assert time.monotonic() - began < SLOW, "takes too long"
    if isinstance(told, str):
        assert told, "a reason"
        assert "\n" not in told, "in one line"
    else:
        assert len(told.items) <= limits.ITEMS
        for item in told.items:
            f"{item.title}{item.summary}{item.content}{item.link}{item.guid}{item.authors}{item.tags}".encode()
            assert "://" not in item.link or item.link.lower().startswith(("http://", "https://")) or "?" in item.link
            assert "\n" not in item.title
    with mock.patch.object(quick, "read", return_value=None):
        assert told == _told(body), "the two readers differ"


def _told(body: bytes) -> ParsedFeed | str:
    try:
        return parse_feed(body, content_type="text/xml; charset=x", url="https://e.example/dir/feed")
    except NotAFeedError as error:
        return str(error)


def main() -> int:
    """Fuzz until the time is over. Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=None)
    arguments = parser.parse_args()
    seed = arguments.seed if arguments.seed is not None else random.SystemRandom().randrange(1 << 32)
    end = time.monotonic() + arguments.seconds
    found = count = 0
    while time.monotonic() < end and found < 10:
        body = damaged(random.Random(seed))
        try:
            judged(body)
        except Exception as error:  # noqa: BLE001 - whatever comes is a finding
            found += 1
            with tempfile.NamedTemporaryFile(prefix=f"finding-{seed}-", suffix=".xml", delete=False) as file:
                file.write(body)
            print(f"seed {seed}: {type(error).__name__}: {str(error)[:300]} ({file.name})")
        seed += 1
        count += 1
        if count % 1_000 == 0 and sys.stderr.isatty():
            print(f"\r{count:,} documents", end="", file=sys.stderr)
    print(f"{count:,} documents, {found} findings")
    return 1 if found else 0


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        raise SystemExit(main())
