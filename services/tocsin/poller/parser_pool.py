"""Parsing in processes of its own: a document that takes too long or too much costs one feed one look."""

import contextlib
import os
import queue
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Final, Self

import msgspec

import tocsin
from tocsin.poller.parsed import NotAFeedError, ParsedFeed
from tocsin.poller.parser_process import LENGTH, Answer, Job, receive

_LIFE: Final = 5_000
"""Documents after which a process is replaced, whatever it has gathered."""
_START: Final = 60.0
"""Seconds that a process may take to come up, beside the time for its first document."""


class ParserError(NotAFeedError):
    """The document could not be parsed within the limits, or brought the parser down."""


class _Gone(Exception):  # noqa: N818 - not an error of ours
    """The process ended instead of answering."""


class _Process:
    def __init__(self, memory: int) -> None:
        ours, theirs = socket.socketpair()
        self._link = ours
        paths = [str(Path(tocsin.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
        with theirs:
            self._child = subprocess.Popen(  # noqa: S603 - ourselves
                [sys.executable, "-m", "tocsin.poller.parser_process", str(theirs.fileno()), str(memory)],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
            )
        self.done = 0

    def ask(self, job: bytes, seconds: float) -> Answer:
        """The answer to an encoded job. Raises TimeoutError and _Gone; after either the process is of no more use."""
        end = time.monotonic() + seconds + (0 if self.done else _START)
        try:
            self._link.settimeout(max(0.01, end - time.monotonic()))
            self._link.sendall(LENGTH.pack(len(job)) + job)
            head = self._receive(LENGTH.size, end)
            reply = self._receive(LENGTH.unpack(head)[0], end)
        except ConnectionError as error:
            raise _Gone from error
        self.done += 1
        return msgspec.msgpack.decode(reply, type=Answer)

    def _receive(self, size: int, end: float) -> bytes:
        self._link.settimeout(max(0.01, end - time.monotonic()))
        told = receive(self._link, size)
        if len(told) < size:
            raise _Gone
        return told

    def end(self) -> int:
        """End it, at once; who waits for its answer hears that it is gone. The exit code it had, or has now."""
        with contextlib.suppress(OSError):
            self._child.kill()
        return self._child.wait()

    def close(self) -> int:
        """End it, and let go of the line to it, which nobody may be using."""
        code = self.end()
        self._link.close()
        return code


class ParserPool:
    """``size`` processes, started when there is work, replaced when they die. Thread-safe; close it when done.

    A document may take ``timeout`` seconds and ``memory`` bytes.
    """

    def __init__(self, *, size: int, timeout: float, memory: int) -> None:
        self._timeout = timeout
        self._memory = memory
        # a place holds a process, or None where none is running
        self._places: queue.SimpleQueue[_Process | None] = queue.SimpleQueue()
        for _ in range(size):
            self._places.put(None)
        self._running: set[_Process] = set()
        self._lock = threading.Lock()
        self._closed = False

    def parse(self, body: bytes, *, content_type: str | None, url: str) -> ParsedFeed:
        """As ``parse.parse_feed``. Raises NotAFeedError; of its kind ParserError for what exceeds the limits.

        Waits for a process that is free. A process that dies is not the document's fault until a second one does.
        """
        reply = self._answered(Job(body, content_type, url))
        if reply.feed is None:
            raise NotAFeedError(reply.refused, reply.reason)
        return reply.feed

    def text(self, body: bytes, content_type: str | None) -> str:
        """As ``page_text.extract``. Raises ParserError."""
        reply = self._answered(Job(body, content_type, "", page=True))
        if reply.refused:
            raise ParserError(reply.refused, reply.reason)
        return reply.text

    def _answered(self, job: Job) -> Answer:
        encoded = msgspec.msgpack.encode(job)
        try:
            return self._asked(encoded)
        except _Gone:
            try:
                return self._asked(encoded)
            except _Gone as error:
                raise ParserError(f"brings its parser down ({error})", "crash") from error

    def _asked(self, job: bytes) -> Answer:
        if self._closed:
            raise ParserError("the poller stops")
        process = self._places.get()
        keep = False
        try:
            process = process or self._started()
            try:
                reply = process.ask(job, self._timeout)
            except TimeoutError as error:
                raise ParserError(f"takes longer than {self._timeout:g} s to parse", "too-slow") from error
            except _Gone as error:
                raise _Gone(f"exit code {self._ended(process)}") from error
            keep = process.done < _LIFE
            return reply
        finally:
            if not keep and process is not None:
                self._ended(process)
            self._places.put(process if keep else None)

    def _started(self) -> _Process:
        with self._lock:
            if self._closed:
                raise ParserError("the poller stops")
            process = _Process(self._memory)
            self._running.add(process)
            return process

    def _ended(self, process: _Process) -> int:
        code = process.close()
        with self._lock:
            self._running.discard(process)
        return code

    def close(self) -> None:
        """End all processes; what they were parsing is given up. Idempotent."""
        with self._lock:
            self._closed = True
            running, self._running = self._running, set()
        for process in running:
            process.end()
        places = []
        with contextlib.suppress(queue.Empty):
            while True:
                places.append(self._places.get_nowait())
        for idle in places:
            if idle is not None:
                idle.close()
            self._places.put(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
