"""Servers in containers, where a Docker engine answers. docs/testing.md says more."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import yaml
from tests.backends.backend import BackendMissingError, free_port

HERE: Final = Path(__file__).parent
STACK: Final = HERE.parents[1] / "docker-compose.yml"
PULL_TIMEOUT: Final = 180.0
START_TIMEOUT: Final = 60.0


@contextmanager
def container(service: str, answers: Callable[[int], bool]) -> Iterator[int]:
    """The port on 127.0.0.1 of a service of compose.yaml that ``answers`` there. Raises BackendMissingError."""
    _docker(["info"], {}, 10)
    port = free_port()
    image = yaml.safe_load(STACK.read_text())["services"][service]["image"]
    project = ["compose", "-p", f"tocsin-tests-{os.getpid()}-{service}", "-f", str(HERE / "compose.yaml")]
    values = {"PORT": str(port), "IMAGE": image}
    try:
        _docker([*project, "up", "-d", "--quiet-pull", service], values, PULL_TIMEOUT)
        deadline = time.monotonic() + START_TIMEOUT
        while not answers(port):
            if time.monotonic() > deadline:
                raise BackendMissingError(f"the container of {image} did not answer on 127.0.0.1:{port}")
            time.sleep(0.1)
        yield port
    finally:
        _docker([*project, "down", "-v", "-t", "0"], values, 60)


def _docker(words: list[str], values: Mapping[str, str], timeout: float) -> None:
    try:
        done = subprocess.run(
            ["docker", *words],
            env={**os.environ, **values},
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BackendMissingError(f"no Docker: {error}") from error
    if done.returncode != 0:
        raise BackendMissingError(f"docker {words[0]}: {done.stderr.strip()[-300:]}")
