"""How fast the notifier sends, beside a bare Apprise loop on as many threads, and how long others wait for bad ones.

``python -m benchmarks.sending``. The baseline is ``apprise.notify`` in a thread pool, without outbox, ledger and
templates. Each runs in a process of its own, in turns, and so do the receivers: neither slows or speeds the other.
Planning is not in it: it has a benchmark of its own.
"""

import logging
import multiprocessing
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import structlog
from tests.integration.receivers import hang, raw_server
from tests.unit.notifier.alerts import alert

from benchmarks.receiver import Receiver, receiver
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
WARM: Final = 400
ROUNDS: Final = 5
TARGET: Final = 0.8
PROMPT: Final = 1.0
"""Seconds: the 99th percentile of the good channels' wait beside a dead and a slow one."""

SETTINGS: Final = NotifierSettings(
    threads=THREADS, timeout=10, providers={"json": ProviderSettings(rate=1e6, burst=1_000_000, concurrency=4)}
)


def bare(ports: list[int]) -> float:
    """Messages a second of the bare loop."""
    import apprise

    quiet()
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
        assert made[index].notify(title="title", body="body " * 60, body_format="text")

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(send, range(WARM)))
        began = time.monotonic()
        list(threads.map(send, range(MESSAGES)))
        return MESSAGES / (time.monotonic() - began)


def quiet() -> None:
    """No log: neither writes one."""
    silence()
    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


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


def ours(ports: list[int]) -> float:
    """Messages a second of the notifier, from the outbox to the receiver and into the ledger."""
    quiet()
    channels = [Channel(id=f"c{n}", url=f"json://127.0.0.1:{ports[n % HOSTS]}/c{n}") for n in range(CHANNELS)]
    with tempfile.TemporaryDirectory() as folder, notifier(Path(folder), channels, SETTINGS) as outbox:
        send_all(outbox, [planned(f"c{n % CHANNELS}", MESSAGES + n) for n in range(WARM)])
        return MESSAGES / send_all(outbox, [planned(f"c{n % CHANNELS}", n) for n in range(MESSAGES)])


def send_all(outbox: SqliteOutbox, deliveries: list[Delivery]) -> float:
    """Seconds until all of these have been sent, and that is written down."""
    outbox.plan(deliveries, system_clock())
    began = time.monotonic()
    while outbox.pending():
        time.sleep(0.01)
    return time.monotonic() - began


def apart(measure: Callable[[list[int]], float], there: Receiver) -> float:
    """What ``measure`` gives in a process of its own; all it says it sent must have arrived."""
    there.expect(WARM + MESSAGES)
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        rate = process.submit(measure, there.ports).result()
    there.wait(1)
    return rate


def wait_beside_bad_ones() -> float:
    """Seconds, 99th percentile: from planning to arrival on 198 channels, with one that hangs and one that is slow."""

    def slowly(_: Request) -> Response:
        time.sleep(3)
        return Response()

    with ExitStack() as stack:
        there = stack.enter_context(receiver())
        slow = stack.enter_context(LocalServer(slowly))
        dead = stack.enter_context(raw_server(hang))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        good = [Channel(id=f"c{n}", url=f"json://127.0.0.1:{there.ports[0]}/c{n}") for n in range(198)]
        bad = [
            Channel(id="dead", url=f"json://127.0.0.1:{dead}/"),
            Channel(id="slow", url=f"json://127.0.0.1:{slow.port}/"),
        ]
        outbox = stack.enter_context(notifier(folder, [*good, *bad], SETTINGS))
        outbox.plan([planned(channel.id, n) for channel in bad for n in range(100)], system_clock())
        waits: list[float] = []
        for turn in range(11):
            there.expect(198)
            began = time.monotonic()
            outbox.plan([planned(channel.id, 6_000 + turn) for channel in good], system_clock())
            arrived = there.wait(60)
            if turn:  # the first use loads plugins
                waits += [at - began for at in arrived]
        return sorted(waits)[int(len(waits) * 0.99)]


def main() -> None:
    """Run, print, and fail when a target is missed."""
    quiet()
    with receiver(HOSTS) as there:
        rounds = [(apart(bare, there), apart(ours, there)) for _ in range(ROUNDS)]
    base, mine = (statistics.median(rates) for rates in zip(*rounds, strict=True))
    ratios = [mine / base for base, mine in rounds]
    ratio = statistics.median(ratios)
    fast = ratio >= TARGET
    print(
        f"sending on {THREADS} threads: bare Apprise {base:.0f}/s, notifier {mine:.0f}/s: {ratio:.2f}× "
        f"({min(ratios):.2f} to {max(ratios):.2f}; target ≥ {TARGET}×) {'ok' if fast else 'MISSED'}"
    )
    waited = wait_beside_bad_ones()
    prompt = waited <= PROMPT
    print(
        f"198 channels beside a dead and a slow one: p99 {waited:.2f} s from planning to arrival "
        f"(target ≤ {PROMPT:.0f} s) {'ok' if prompt else 'MISSED'}"
    )
    raise SystemExit(not (fast and prompt))


if __name__ == "__main__":
    main()
