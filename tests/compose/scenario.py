"""What the container test asserts once the stack is up: a line for each check, the end at the first that fails.

Needs Python 3.11 and ``docker``, nothing of the project's: ``python3 -m tests.compose.scenario`` from the checkout.
"""

import json
import sys
import time
from typing import Final

from tests.compose.items import FAILED_OVER, H20, REPLACED, SCALED, WHILE_KILLED, Item
from tests.compose.stack import (
    Ring,
    compose,
    containers,
    docker,
    exit_codes,
    health,
    log_lines,
    process,
    publish,
    rings,
)

APP: Final = ("poller", "classifier", "router", "notifier")
SERVERS: Final = ("kafka", "redis")
DOUBLES: Final = ("feeds", "webhook")
SCALABLE: Final = ("classifier", "notifier")
UP: Final = ("up", "-d", "--no-build", "--wait", "--wait-timeout", "120")

PATIENCE: Final = 120.0
"""Seconds within which a published item rings."""
SILENCE: Final = 12.0
"""Seconds to listen for a ring too many: more than two looks at the feed."""


def main() -> None:
    """Every check, in order."""
    for service in (*SERVERS, *APP, *DOUBLES):
        check(f"{service} is healthy", health(service) == ["healthy"], health(service))
        check_confined(service)
    check_first_alert()
    check_kills()
    check_scaling()
    check_replacement()
    time.sleep(SILENCE)
    check_nothing_repeated()


def check_first_alert() -> None:
    """The founding example, to one who asked for export controls on Nvidia, and to one who asked for everything."""
    publish(H20)
    ring = check_rings("desk", H20)
    title, _, message = ring.text.partition("\n")
    check("  its title names the company and the event", "NVDA" in title and "Exportkontrollen" in title, title)
    check("  its text says why", "Exportlizenz" in message.partition("Warum:")[2], message)
    check_rings("watch", H20)


def check_kills() -> None:
    """A service that is killed loses nothing and repeats nothing."""
    for service, item in WHILE_KILLED.items():
        docker("kill", "-s", "KILL", *containers(service))
        publish(item)
        compose("start", service)
        check_rings("watch", item, f", published while {service} was killed")


def check_scaling() -> None:
    """Replicas share the work; those that are left take over from one that is killed."""
    compose(*UP, "--no-recreate", *(f"--scale={service}=2" for service in SCALABLE))
    both = " and ".join(SCALABLE)
    for service in SCALABLE:
        check(f"two of {service} are healthy", health(service) == ["healthy", "healthy"], health(service))
    publish(SCALED)
    check_rings("watch", SCALED, f", published with two of {both}")
    docker("kill", "-s", "KILL", *(containers(service)[0] for service in SCALABLE))
    publish(FAILED_OVER)
    check_rings("watch", FAILED_OVER, f", published with one of {both} killed")
    compose("start", *SCALABLE)


def check_replacement() -> None:
    """An upgrade: every container is stopped and made anew; what they remember is in the volumes."""
    compose("stop", *APP)
    for service in APP:
        # 143 is a stop that came before there was anything to finish
        check(f"{service} ends by itself when asked", set(exit_codes(service)) <= {0, 143}, exit_codes(service))
        lines = log_lines(service)
        check("  it logged JSON", all("event" in json.loads(line) for line in lines) and len(lines) > 1, lines[-9:])
    compose("rm", "--stop", "--force", "init", *APP, *SERVERS)
    compose(*UP)
    publish(REPLACED)
    check_rings("watch", REPLACED, ", published after every container was replaced")


def check_nothing_repeated() -> None:
    """One ring a story, from the first to the last."""
    heard = rings("watch")
    for item in (H20, *WHILE_KILLED.values(), SCALED, FAILED_OVER, REPLACED):
        check(f"`{item.id}` has rung once", len(about(item, heard)) == 1, heard)
    check("desk has heard of `h20` alone", len(rings("desk")) == 1, rings("desk"))
    keys = [ring.key for ring in (*heard, *rings("desk"))]
    check("every ring has an idempotency key of its own", None not in keys and len(set(keys)) == len(keys), keys)


def check_confined(service: str) -> None:
    """The first process of the service's container cannot do more than its work."""
    (container,) = containers(service)
    status = process(container)
    check("  not as root", "0" not in status["Uid"].split(), status["Uid"])
    check("  without capabilities", int(status["CapBnd"], 16) == 0 == int(status["CapEff"], 16), status["CapBnd"])
    check("  without a way to gain privileges", status["NoNewPrivs"] == "1", status["NoNewPrivs"])
    if service != "kafka":
        # Kafka's image writes its configuration into itself
        root = docker("exec", container, "sh", "-c", "grep ' / ' /proc/mounts").split()[3]
        check("  on a file system it cannot change", "ro" in root.split(","), root)


def check_rings(subscriber: str, item: Item, when: str = "") -> Ring:
    """The subscriber's one ring for the item, which must come within PATIENCE."""
    start = time.monotonic()
    heard: list[Ring] = []
    while not about(item, heard) and time.monotonic() - start < PATIENCE:
        time.sleep(1)
        heard = rings(subscriber)
    seconds = time.monotonic() - start
    found = about(item, heard)
    check(f"`{item.id}` rings {subscriber} once{when} ({seconds:.0f} s)", len(found) == 1, heard)
    return found[0]


def about(item: Item, heard: list[Ring]) -> list[Ring]:
    """The rings that carry the item's title."""
    return [ring for ring in heard if item.title in ring.text]


def check(what: str, holds: bool, otherwise: object) -> None:
    """One line of the report. What does not hold ends the run."""
    print(f"{'ok  ' if holds else 'FAIL'}  {what}", flush=True)
    if not holds:
        print(f"      {otherwise}", flush=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
