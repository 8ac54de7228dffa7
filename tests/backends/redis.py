"""A real Redis server: one that runs already, a container, or the machine's redis-server. docs/testing.md says more."""

import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Final

import redis
from tests.backends.backend import BackendMissingError, first_of, free_port, given
from tests.backends.container import container

START_TIMEOUT: Final = 20.0
HINT: Final = (
    "install redis-server (Debian: apt-get install redis-server), or set TOCSIN_TEST_REDIS=redis://host:port/0"
)


def start() -> AbstractContextManager[str]:
    """``redis://host:port/0`` of a server; its keys are the caller's to name apart."""
    return first_of(lambda: given("TOCSIN_TEST_REDIS"), _contained, _own)


@contextmanager
def _contained() -> Iterator[str]:
    with container("redis", _answers) as port:
        yield f"redis://127.0.0.1:{port}/0"


@contextmanager
def _own() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="tocsin-redis-") as folder:
        server = RedisServer(Path(folder))
        server.start()
        try:
            yield server.url
        finally:
            server.kill()


class RedisServer:
    """One server of its own, which a test may kill and start again: same port, same data, every write on disk."""

    def __init__(self, folder: Path, *options: str) -> None:
        """``options`` are further words of redis-server's command line. Raises BackendMissingError."""
        binary = shutil.which("redis-server")
        if binary is None:
            raise BackendMissingError(HINT)
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._log = folder / "redis.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._command = [binary, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(folder)]
        self._command += ["--save", "", "--appendonly", "yes", "--appendfsync", "always", *options]

    def start(self) -> None:
        """Run it; returns when it answers."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log)
        deadline = time.monotonic() + START_TIMEOUT
        while not _answers(self.port):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"redis-server did not start:\n{self._log.read_text()[-2000:]}")
            time.sleep(0.02)

    def kill(self) -> None:
        """SIGKILL: what is not on disk is lost."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def suspend(self) -> None:
        """Let it answer nobody until ``resume``."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def restart(self) -> None:
        """Kill it and run it again on its files."""
        self.kill()
        self.start()


def _answers(port: int) -> bool:
    try:
        with redis.Redis(port=port, socket_timeout=1) as client:
            return bool(client.ping())
    except redis.AuthenticationError:
        return True
    except redis.RedisError:
        return False


def unique_prefix() -> str:
    """A key prefix that no other test has."""
    return f"test-{uuid.uuid4().hex[:12]}"
