"""What parsing a changed feed costs, as a ratio to plain ``feedparser.parse`` on the same bytes in the same run.

``python -m benchmarks.parsing``. Documents of about 36 KB, written here: RSS with full content, RSS with summaries,
Atom, RDF, and RSS that is not well-formed. Also what the way to a process of its own adds. Exit code 1 when the target
is missed.
"""

import io
import statistics
import time
from collections.abc import Callable
from typing import Final
from xml.sax.saxutils import escape

import feedparser

from tocsin.poller.parse import parse_feed
from tocsin.poller.parser_pool import ParserPool

TARGET: Final = 1.7
ROUNDS: Final = 7
_SENTENCE: Final = (
    "<p>The ministry said on Tuesday that <b>new rules</b> for <a href='https://e.example/x?a=1&amp;b=2'>exports</a> "
    "of chips &amp; tools will apply from the first of next month.</p>"
)
_SPACES: Final = (
    "xmlns:content='http://purl.org/rss/1.0/modules/content/' xmlns:dc='http://purl.org/dc/elements/1.1/' "
    "xmlns:media='http://search.yahoo.com/mrss/' xmlns:atom='http://www.w3.org/2005/Atom'"
)


def _rss(items: int, paragraphs: int, *, broken: bool = False) -> bytes:
    written = "".join(
        f"<item><title>Item {n} on tariffs {'&' if broken and n == 1 else '&amp;'} quotas</title>"
        f"<link>https://e.example/{n}</link><guid isPermaLink='false'>g{n}</guid>"
        f"<pubDate>Tue, 24 Nov 2026 04:{n % 60:02}:25 GMT</pubDate><dc:creator>Ada</dc:creator>"
        "<category>trade</category>"
        f"<media:content url='https://e.example/{n}.jpg' medium='image'/><description>{escape(_SENTENCE)}</description>"
        + (f"<content:encoded><![CDATA[{_SENTENCE * paragraphs}]]></content:encoded>" if paragraphs else "")
        + "</item>"
        for n in range(items)
    )
    return (
        f"<?xml version='1.0' encoding='utf-8'?><rss version='2.0' {_SPACES}><channel><title>T</title>"
        f"<link>https://e.example/</link><description>d</description><language>en</language>{written}</channel></rss>"
    ).encode()


def _atom(entries: int) -> bytes:
    written = "".join(
        f"<entry><title type='html'>Entry {n} &amp;amp; more</title><id>tag:e.example,{n}</id><link href='/{n}.html'/>"
        f"<published>2026-03-01T09:{n % 60:02}:00Z</published><updated>2026-03-01T10:00:00Z</updated>"
        f"<author><name>Bo</name></author><category term='x'/><summary>s</summary>"
        f"<content type='html'>{escape(_SENTENCE * 4)}</content></entry>"
        for n in range(entries)
    )
    return (
        f"<feed xmlns='http://www.w3.org/2005/Atom' xml:lang='en'><title>A</title><id>f</id>{written}</feed>".encode()
    )


def _rdf(items: int) -> bytes:
    written = "".join(
        f"<item rdf:about='https://e.example/{n}'><title>Item {n}</title><link>https://e.example/{n}</link>"
        f"<dc:date>2026-03-01T09:{n % 60:02}:00Z</dc:date><description>{escape(_SENTENCE * 4)}</description></item>"
        for n in range(items)
    )
    return (
        f"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/' {_SPACES}>"
        f"<channel rdf:about='https://e.example/'><title>R</title></channel>{written}</rdf:RDF>"
    ).encode()


DOCUMENTS: Final = {
    "RSS, full content": _rss(32, 3),
    "RSS, summaries": _rss(60, 0),
    "Atom": _atom(34),
    "RDF": _rdf(40),
    "RSS, not well-formed": _rss(32, 3, broken=True),
}


def _seconds(work: Callable[[], object], times: int) -> float:
    began = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - began) / times


def main() -> int:
    """Measure and print. Returns the exit code."""
    missed = 0
    for name, body in DOCUMENTS.items():

        def ours(body: bytes = body) -> object:
            return parse_feed(body, content_type=None, url="https://e.example/feed")

        def theirs(body: bytes = body) -> object:
            return feedparser.parse(io.BytesIO(body))

        ours(), theirs()
        pairs = [(_seconds(ours, 10), _seconds(theirs, 3)) for _ in range(ROUNDS)]
        mine = statistics.median(one for one, _ in pairs)
        ratio = statistics.median(other / one for one, other in pairs)
        missed += ratio < TARGET
        print(f"{name:22} {len(body) / 1024:5.1f} KB  {mine * 1000:6.2f} ms  {ratio:5.1f} times feedparser.parse")
    with ParserPool(size=1, timeout=60, memory=500_000_000) as pool:
        body = DOCUMENTS["RSS, full content"]
        pool.parse(body, content_type=None, url="")
        began = time.perf_counter()
        for _ in range(50):
            pool.parse(body, content_type=None, url="")
        there = (time.perf_counter() - began) / 50
        began = time.perf_counter()
        for _ in range(50):
            parse_feed(body, content_type=None, url="")
        here = (time.perf_counter() - began) / 50
    print(f"in a process of its own: {there * 1000:.2f} ms, here: {here * 1000:.2f} ms ({there / here:.2f} times)")
    print(f"target: {TARGET} times; {'missed' if missed else 'met'}")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
