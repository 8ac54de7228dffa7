"""What the real servers behind the tests have in common."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path


class BackendMissingError(Exception):
    """This machine cannot run the server; the text says why and what to install."""


@contextmanager
def first_of(*ways: Callable[[], AbstractContextManager[str]]) -> Iterator[str]:
    """The address from the first way that can be gone here. Raises BackendMissingError, with all that is missing."""
    missing: list[str] = []
    for way in ways:
        with ExitStack() as stack:
            try:
                address = stack.enter_context(way())
            except BackendMissingError as error:
                missing.append(str(error))
                continue
            yield address
            return
    raise BackendMissingError("; ".join(missing))


@contextmanager
def given(variable: str) -> Iterator[str]:
    """The address in an environment variable."""
    address = os.environ.get(variable)
    if not address:
        raise BackendMissingError(f"{variable} is not set")
    yield address


def free_port() -> int:
    """A TCP port on 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def cache() -> Path:
    """Where downloads for tests are kept: outside the checkout, shared by all checkouts."""
    base = os.environ.get("TOCSIN_TEST_CACHE") or os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(base) / "tocsin-test"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
