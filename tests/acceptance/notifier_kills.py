"""kill -9 of the notifier again and again while deliveries run.

``python -m tests.acceptance.notifier_kills`` is the full run, 20 kills and 5,000 deliveries; the suite has a short one.
Every delivery must arrive; what arrives twice has the same idempotency key and was in hand at a kill.
"""

import argparse
import tempfile
import time
from collections import Counter
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Final

from msgspec import Struct
from tests.acceptance.stack import Stack
from tests.unit.notifier.alerts import alert

from tocsin.adapters.sqlite.outbox import SqliteOutbox
from tocsin.domain import identity
from tocsin.domain.delivery import Delivery
from tocsin.ports.clock import system_clock
from tocsin.testing.web import LocalServer, Request, Response

CHANNELS: Final = 20
CONCURRENCY: Final = 2
SLOW: Final = 0.02
"""Seconds that the receiver takes, so that a kill finds sends in hand."""


class Result(Struct, frozen=True):
    """``planned`` ids, how often each key arrived, how often each outcome says it was delivered, and the kills made."""

    planned: set[str]
    arrived: Counter[str]
    delivered: int
    kills: int

    @property
    def lost(self) -> set[str]:
        """Planned and never arrived."""
        return self.planned - set(self.arrived)

    @property
    def repeated(self) -> int:
        """Arrivals beyond the first of each."""
        return sum(self.arrived.values()) - len(self.arrived)

    @property
    def most_repeats(self) -> int:
        """The stated window: what is in hand, or sent and not yet written down, when a process is killed."""
        return self.kills * CHANNELS * CONCURRENCY * 2


def run(folder: Path, kills: int, count: int, *, timeout: float) -> Result:
    """Plan, start, kill, start again ... and wait until nothing is left to send."""
    arrived: Counter[str] = Counter()

    def take(request: Request) -> Response:
        time.sleep(SLOW)
        arrived[request.headers["idempotency-key"]] += 1
        return Response()

    settings = {
        "data": ".",
        "log": {"level": "warning", "format": "json"},
        "notifier": {
            "timeout": 1,
            "threads": 16,
            "providers": {"json": {"rate": 100000, "burst": 100000, "concurrency": CONCURRENCY}},
        },
    }
    with LocalServer(take) as server:
        # a killed client leaves broken pipes behind, as it must
        server._server.handle_error = lambda *_: None  # type: ignore[method-assign]
        channels = [{"id": f"c{n}", "url": f"json://127.0.0.1:{server.port}/c{n}"} for n in range(CHANNELS)]
        people = [{"id": "desk", "channels": channels, "subscriptions": []}]
        with closing(Stack(folder, settings, [], people)) as stack:
            stack.start("notifier", "notifier")
            stack.wait_ready("notifier")
            outbox = SqliteOutbox(folder / "state.db")
            now = system_clock()
            deliveries = [_planned(n, f"c{n % CHANNELS}") for n in range(count)]
            outbox.plan(deliveries, now)
            deadline = time.monotonic() + timeout
            for kill in range(1, kills + 1):
                while len(arrived) < count * kill / (kills + 1) and time.monotonic() < deadline:
                    time.sleep(0.01)
                stack.kill("notifier")
                stack.start("notifier", "notifier")
            while outbox.pending() and time.monotonic() < deadline:
                time.sleep(0.1)
            delivered = len(outbox.ledger(count + 1, statuses=["delivered"]))
            outbox.close()
            stack.stop("notifier")
    return Result({each.id for each in deliveries}, arrived, delivered, kills)


def _planned(number: int, channel: str) -> Delivery:
    now = system_clock()
    told = alert(story=f"sto-{number}", created=now, published=now - timedelta(minutes=1))
    return Delivery(id=identity.delivery_id(told.id, channel), channel=channel, alert=told, due=now)


def main() -> None:
    """The full run, with its figures; exit code 1 when something was lost or repeated outside the window."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--deliveries", type=int, default=5_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        began = time.monotonic()
        result = run(Path(name), arguments.kills, arguments.deliveries, timeout=3_600)
    good = not result.lost and result.repeated <= result.most_repeats and result.delivered == len(result.planned)
    print(
        f"{len(result.planned):,} deliveries, {result.kills} kills, {time.monotonic() - began:.0f} s: "
        f"{len(result.lost)} lost, {result.repeated} arrived again with the same key "
        f"(window {result.most_repeats}), {result.delivered:,} in the ledger: {'ok' if good else 'MISSED'}"
    )
    raise SystemExit(not good)


if __name__ == "__main__":
    main()
