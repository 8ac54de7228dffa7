"""The running stack, seen through ``docker``: its containers, the feed to publish in, the webhook that rings."""

import json
import subprocess
from dataclasses import asdict, dataclass
from typing import Any, Final

from tests.compose.items import Item

FILES: Final = ("-f", "docker-compose.yml", "-f", "tests/compose/compose.yaml")
COMPOSE: Final = ("docker", "compose", "-p", "tocsin-test", *FILES)

PUBLISH: Final = "import sys, urllib.request as u; u.urlopen('http://127.0.0.1:8000/items', sys.stdin.buffer.read())"
LISTEN: Final = "import urllib.request as u; print(u.urlopen('http://127.0.0.1:8000/').read().decode())"


def docker(*arguments: str) -> str:
    """Standard output of a ``docker`` command. Raises CalledProcessError, its output printed."""
    return _run(["docker", *arguments])


def compose(*arguments: str, input: str | None = None) -> str:
    """Standard output of a ``docker compose`` command on the stack. Raises CalledProcessError, its output printed."""
    return _run([*COMPOSE, *arguments], input)


def containers(service: str) -> list[str]:
    """The ids of a service's containers that run."""
    return compose("ps", "-q", "--status", "running", service).split()


def health(service: str) -> list[str]:
    """How each container of a service is, such as ``healthy``."""
    ids = compose("ps", "-aq", service).split()
    return docker("inspect", "-f", "{{.State.Health.Status}}", *ids).split() if ids else []


def process(container: str) -> dict[str, str]:
    """What the kernel says of a container's first process: the fields of /proc/1/status."""
    lines = docker("exec", container, "cat", "/proc/1/status").splitlines()
    return dict(line.split(":\t", 1) for line in lines if ":\t" in line)


def publish(item: Item) -> None:
    """Put the item into the feed, dated now."""
    compose("exec", "-T", "feeds", "python", "-c", PUBLISH, input=json.dumps(asdict(item)))


@dataclass(frozen=True)
class Ring:
    """One POST that the webhook took."""

    subscriber: str
    key: str | None
    text: str


def rings(subscriber: str) -> list[Ring]:
    """What the webhook got for this subscriber, in order."""
    calls: list[dict[str, Any]] = json.loads(compose("exec", "-T", "webhook", "python", "-c", LISTEN))
    heard = [
        Ring(call["path"].strip("/"), call["key"], f"{call['body']['title']}\n{call['body']['message']}")
        for call in calls
    ]
    return [ring for ring in heard if ring.subscriber == subscriber]


def log_lines(service: str) -> list[str]:
    """What a service's containers have written."""
    return compose("logs", "--no-log-prefix", "--no-color", service).splitlines()


def exit_codes(service: str) -> list[int]:
    """How each container of a service ended."""
    ids = compose("ps", "-aq", service).split()
    return [int(code) for code in docker("inspect", "-f", "{{.State.ExitCode}}", *ids).split()]


def _run(command: list[str], input: str | None = None) -> str:
    done = subprocess.run(command, input=input, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode != 0:
        print(done.stdout, done.stderr, sep="\n")
    done.check_returncode()
    return done.stdout
