"""What the real servers behind the tests have in common."""

import os
import socket
from pathlib import Path


class BackendMissingError(Exception):
    """This machine cannot run the server; the text says why and what to install."""


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
