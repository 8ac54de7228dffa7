"""A name server that takes its time."""

import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest


@contextmanager
def slow_name(name: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """A name server that says that ``name`` is 127.0.0.1, but only once the event is set."""
    answers = threading.Event()
    real = socket.getaddrinfo

    def resolve(host: Any, *rest: Any, **more: Any) -> Any:
        if host != name:
            return real(host, *rest, **more)
        if threading.current_thread().name == "resolve":
            answers.wait(60)
            return real("127.0.0.1", *rest, **more)
        sys.audit("socket.getaddrinfo", host, rest[0], 0, 0, 0)  # as the system's does before it asks anyone
        return real("127.0.0.1", *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    try:
        yield answers
    finally:
        answers.set()
