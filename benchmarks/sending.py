"""How fast the notifier sends, beside a bare Apprise loop on as many threads, and how long others wait for bad ones.

``python -m benchmarks.sending``. The baseline is ``apprise.notify`` in a thread pool, without outbox, ledger and
templates. Planning is not in it: it has a benchmark of its own.
"""

import logging
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import structlog
from tests.integration.receivers import hang, raw_server
from tests.unit.notifier.alerts import alert

from tocsin.adapters.apprise.channel import silence
from tocsin.adapters.apprise.sender import AppriseSender
from tocsin.adapters.sqlite.bus import SqliteBus
from tocsin.adapters.sqlite.outbox import SqliteOutbox
from tocsin.adapters.sqlite.subscriptions import SqliteSubscriptionStore
from tocsin.domain import identity
from tocsin.domain.alert import Alert
from tocsin.domain.delivery import Delivery
from tocsin.domain.subscription import Channel, Subscriber
from tocsin.notifier.service import Notifier
from tocsin.ports.clock import system_clock
from tocsin.runtime.health import Health
from tocsin.settings.schema import BusSettings, NotifierSettings, ProviderSettings
from tocsin.testing.web import LocalServer, Request, Response

THREADS: Final = 16
HOSTS: Final = 4
"""Receivers: one account gets at most half of the threads."""
CHANNELS: Final = 100
MESSAGES: Final = 3_000
TARGET: Final = 0.8
PROMPT: Final = 1.0
"""Seconds: the 99th percentile of the good channels' wait beside a dead and a slow one."""

SETTINGS: Final = NotifierSettings(
    threads=THREADS, timeout=10, providers={"json": ProviderSettings(rate=1e6, burst=1_000_000, concurrency=4)}
)


class Counting(LocalServer):
    """Notes when each request came, by path."""

    def __init__(self) -> None:
        self.arrived: list[tuple[str, float]] = []
        self.enough = threading.Event()
        self.expected = 0
        super().__init__(self.note)

    def note(self, request: Request) -> Response:
        """Take one request."""
        self.arrived.append((request.path, time.monotonic()))
        if len(self.arrived) >= self.expected:
            self.enough.set()
        return Response()

    def expect(self, count: int) -> None:
        """Forget what came; ``enough`` is set after so many more."""
        self.arrived.clear()
        self.enough.clear()
        self.expected = count


def bare(ports: list[int], server: Counting) -> float:
    """Messages a second of the bare loop."""
    import apprise

    silence()
    asset = apprise.AppriseAsset(async_mode=False, service_timeout=0)
    local = threading.local()

    def send(number: int) -> None:
        made: dict[int, Any] = local.__dict__.setdefault("made", {})
        index = number % CHANNELS
        if index not in made:
            service = apprise.Apprise.instantiate(f"json://127.0.0.1:{ports[index % HOSTS]}/c{index}", asset=asset)
            service.request_rate_per_sec = 0
            made[index] = apprise.Apprise(asset=asset)
            made[index].add(service)
        made[index].notify(title="title", body="body " * 60, body_format="text")

    server.expect(MESSAGES)
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(send, range(THREADS * 4)))
        server.expect(MESSAGES)
        began = time.monotonic()
        list(threads.map(send, range(MESSAGES)))
        return MESSAGES / (time.monotonic() - began)


def told(number: int, created: Any) -> Alert:
    """An alert of now."""
    return alert(story=f"sto-{number}", created=created, published=created - timedelta(seconds=60))


def planned(channel: str, number: int) -> Delivery:
    """A delivery due now."""
    now = system_clock()
    made = told(number, now)
    return Delivery(id=identity.delivery_id(made.id, channel), channel=channel, alert=made, due=now)


@contextmanager
def notifier(folder: Path, channels: list[Channel], settings: NotifierSettings) -> Iterator[SqliteOutbox]:
    """A notifier at work on an outbox of its own."""
    outbox = SqliteOutbox(folder / "state.db")
    people = SqliteSubscriptionStore(folder / "state.db")
    people.sync([Subscriber(id="desk", channels=tuple(channels), subscriptions=())])
    bus = SqliteBus(folder / "bus.db", BusSettings(), instance="b", clock=system_clock)
    bus.create_topics()
    stop = threading.Event()
    made = Notifier(outbox, people, AppriseSender(), bus, settings, system_clock, Health().heartbeat("n"))
    thread = threading.Thread(target=made.run, args=(stop,))
    thread.start()
    try:
        yield outbox
    finally:
        stop.set()
        thread.join()
        bus.close()


def ours(ports: list[int], server: Counting, folder: Path) -> float:
    """Messages a second of the notifier, from the outbox to the receiver and into the ledger."""
    channels = [Channel(id=f"c{n}", url=f"json://127.0.0.1:{ports[n % HOSTS]}/c{n}") for n in range(CHANNELS)]
    with notifier(folder, channels, SETTINGS) as outbox:
        server.expect(CHANNELS)
        outbox.plan([planned(f"c{n}", 1_000_000 + n) for n in range(CHANNELS)], system_clock())
        server.enough.wait(60)
        deliveries = [planned(f"c{n % CHANNELS}", n) for n in range(MESSAGES)]
        server.expect(MESSAGES)
        outbox.plan(deliveries, system_clock())
        began = time.monotonic()
        server.enough.wait(300)
        while outbox.pending():
            time.sleep(0.01)
        return MESSAGES / (time.monotonic() - began)


def wait_beside_bad_ones(folder: Path) -> float:
    """Seconds, 99th percentile: from planning to arrival on 198 channels, with one that hangs and one that is slow."""

    def slowly(_: Request) -> Response:
        time.sleep(3)
        return Response()

    with ExitStack() as stack:
        server = stack.enter_context(Counting())
        slow = stack.enter_context(LocalServer(slowly))
        dead = stack.enter_context(raw_server(hang))
        good = [Channel(id=f"c{n}", url=f"json://127.0.0.1:{server.port}/c{n}") for n in range(198)]
        bad = [
            Channel(id="dead", url=f"json://127.0.0.1:{dead}/"),
            Channel(id="slow", url=f"json://127.0.0.1:{slow.port}/"),
        ]
        with notifier(folder, [*good, *bad], SETTINGS) as outbox:
            outbox.plan([planned(channel.id, n) for channel in bad for n in range(100)], system_clock())
            server.expect(198)
            outbox.plan([planned(channel.id, 5_000) for channel in good], system_clock())  # the first use loads plugins
            server.enough.wait(60)
            waits = []
            for turn in range(10):
                server.expect(198)
                began = time.monotonic()
                outbox.plan([planned(channel.id, 6_000 + turn) for channel in good], system_clock())
                server.enough.wait(60)
                waits += [at - began for _, at in server.arrived]
            return sorted(waits)[int(len(waits) * 0.99)]


def main() -> None:
    """Run, print, and fail when a target is missed."""
    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        server = stack.enter_context(Counting())
        more = [stack.enter_context(LocalServer(server.note)) for _ in range(HOSTS - 1)]
        ports = [server.port, *(each.port for each in more)]
        rounds: list[tuple[float, float]] = []
        for turn in range(3):
            place = folder / str(turn)
            place.mkdir()
            rounds.append((bare(ports, server), ours(ports, server, place)))
        ratio = sorted(mine / base for base, mine in rounds)[1]
        base, mine = rounds[-1]
        fast = ratio >= TARGET
        print(
            f"sending on {THREADS} threads: bare Apprise {base:.0f}/s, notifier {mine:.0f}/s: "
            f"{ratio:.2f}× (target ≥ {TARGET}×) {'ok' if fast else 'MISSED'}"
        )
        place = folder / "bad"
        place.mkdir()
        waited = wait_beside_bad_ones(place)
        prompt = waited <= PROMPT
        print(
            f"198 channels beside a dead and a slow one: p99 {waited:.2f} s from planning to arrival "
            f"(target ≤ {PROMPT:.0f} s) {'ok' if prompt else 'MISSED'}"
        )
    raise SystemExit(not (fast and prompt))


if __name__ == "__main__":
    main()
