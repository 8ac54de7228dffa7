"""A process that parses documents for the poller, one after the other, within limits of its own.

It is started by ``parser_pool``, with the number of a socket and a limit of memory, and ends when the socket closes.
"""

import contextlib
import resource
import signal
import socket
import struct
import sys
from pathlib import Path

import msgspec
from msgspec import Struct

from tocsin.poller import page_text
from tocsin.poller.parse import parse_feed
from tocsin.poller.parsed import NotAFeedError, ParsedFeed

LENGTH = struct.Struct("!I")
"""Before each message: its size in bytes."""


class Job(Struct, frozen=True):
    """A document to parse: a feed, or a ``page`` whose article is asked for."""

    body: bytes
    content_type: str | None
    url: str
    page: bool = False


class Answer(Struct, frozen=True):
    """What came of a job: the feed, or the article's ``text``, or why there is none (as in NotAFeedError)."""

    feed: ParsedFeed | None = None
    text: str = ""
    refused: str = ""
    reason: str = ""


def receive(link: socket.socket, size: int) -> bytes:
    """Exactly ``size`` bytes; fewer when the other side closed. Raises TimeoutError, OSError."""
    pieces = bytearray()
    while len(pieces) < size:
        piece = link.recv(min(size - len(pieces), 1 << 20))
        if not piece:
            break
        pieces += piece
    return bytes(pieces)


def answer(job: Job) -> Answer:
    """Do a job."""
    if job.page:
        return Answer(text=page_text.extract(job.body, job.content_type))
    try:
        return Answer(parse_feed(job.body, content_type=job.content_type, url=job.url))
    except NotAFeedError as error:
        return Answer(refused=str(error), reason=error.reason)


def serve(link: socket.socket) -> None:
    """Do jobs until the other side closes."""
    while len(head := receive(link, LENGTH.size)) == LENGTH.size:
        reply = _reply(receive(link, LENGTH.unpack(head)[0]))
        link.sendall(LENGTH.pack(len(reply)) + reply)


def _reply(job: bytes) -> bytes:
    try:
        return msgspec.msgpack.encode(answer(msgspec.msgpack.decode(job, type=Job)))
    except MemoryError:
        return msgspec.msgpack.encode(Answer(refused="takes more memory than allowed", reason="too-big"))


def _limit(memory: int) -> None:
    """At most ``memory`` bytes more than now, no core dumps, no files written; where the system can."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        most = pages * resource.getpagesize() + memory
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    for kind in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE):
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(kind, (0, 0))


def main() -> None:
    """The process: ``python -m tocsin.poller.parser_process SOCKET MEMORY``."""
    # Ctrl-C in a terminal reaches the whole group; the poller ends us when it has finished
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with socket.socket(fileno=int(sys.argv[1])) as link:
        _limit(int(sys.argv[2]))
        with contextlib.suppress(ConnectionError):
            serve(link)


if __name__ == "__main__":
    main()
