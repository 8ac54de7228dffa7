"""``tocsin demo``: everything in one process, on bundled sample feeds, without a network."""

import re
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from tocsin import bootstrap
from tocsin.cli.demo_bell import JsonBell, TerminalBell
from tocsin.domain import codec
from tocsin.domain.alert import Alert
from tocsin.domain.delivery import DeliveryOutcome
from tocsin.domain.errors import ConfigurationError, TransientError
from tocsin.domain.record import ALERTS, DELIVERIES, SIGNALS
from tocsin.domain.signal import ClassifiedArticle
from tocsin.runtime import lifecycle, logs
from tocsin.settings.schema import (
    BusSettings,
    HealthSettings,
    PollerSettings,
    Settings,
    SqliteBusSettings,
    SqliteStateSettings,
    StateSettings,
)
from tocsin.testing.feed_server import FeedServer
from tocsin.testing.sample_feed import bundled
from tocsin.testing.webhook import RecordingWebhook

POLL = 0.5
"""Seconds between two looks at a sample feed."""

READY = 60.0
"""Seconds that the pipeline may take to ask for the first feed; the very first start of a machine takes the longest."""

LINGER = 4.0
"""Seconds the demo goes on after the last item, so that it can ring."""


def demo(
    headless: Annotated[bool, typer.Option("--headless", help="Print plainly; for scripts.")] = False,
    duration: Annotated[
        str | None,
        typer.Option("--for", metavar="TIME", help="How long feeds are read: 30s, 2m. Otherwise until all is said."),
    ] = None,
    json_output: Annotated[
        bool, typer.Option("--json", help="One JSON object a line for each delivered alert.")
    ] = False,
) -> None:
    """Ring the bell: feeds, classifier, router and notifier in one process, on sample news. Needs no network."""
    logs.configure("error", "console")
    items = [item for feed in bundled() for item in feed.items]
    seconds = _seconds(duration) if duration else max(item.at for item in items) + LINGER
    stop = threading.Event()
    lifecycle.stop_on_signals(stop)
    bell = JsonBell() if json_output else TerminalBell(Console(force_terminal=False if headless else None))
    with (
        tempfile.TemporaryDirectory(prefix="tocsin-demo-") as folder,
        FeedServer(bundled()) as server,
        RecordingWebhook() as webhook,
    ):
        settings = _settings(Path(folder), server, webhook)
        configuration = bootstrap.Configuration(settings)
        bell.opening(len(bundled()), seconds)
        threading.Thread(target=_end, args=(server, seconds, stop), daemon=True).start()
        pipeline = threading.Thread(target=bootstrap.run, args=(configuration, bootstrap.ROLES, stop), name="pipeline")
        pipeline.start()
        for value in _watch(settings, stop):
            match value:
                case ClassifiedArticle():
                    bell.read(value)
                case Alert():
                    bell.rung(value)
                case DeliveryOutcome():
                    bell.delivered(value)
        pipeline.join()
        bell.closing(len(webhook.calls))


def _end(server: FeedServer, seconds: float, stop: threading.Event) -> None:
    """Set ``stop`` when the feeds have been read for so long."""
    server.asked.wait(READY)
    stop.wait(seconds)
    stop.set()


def _watch(settings: Settings, stop: threading.Event) -> Iterator[msgspec.Struct]:
    """What passes on the bus, until ``stop`` and a last look after it."""
    topics = (SIGNALS, ALERTS, DELIVERIES)
    deployment = bootstrap.Deployment(settings)
    consumer = deployment.bus.consumer(topics, "demo")
    try:
        last_look = None
        while last_look is None or time.monotonic() < last_look:
            if stop.is_set() and last_look is None:
                last_look = time.monotonic() + 1.0
            try:
                for record in consumer.poll(0.2):
                    yield codec.decode(codec.VALUES[record.topic], record.value)
                consumer.commit([])
            except TransientError:
                consumer.rewind()
    finally:
        consumer.close()
        deployment.close()


def _settings(folder: Path, server: FeedServer, webhook: RecordingWebhook) -> Settings:
    feeds = [
        {"id": feed.id, "url": server.url(feed.id), "source": feed.title, "language": feed.language}
        for feed in bundled()
    ]
    subscriber = {
        "id": "you",
        "channels": [{"id": "webhook", "url": webhook.apprise_url}],
        "subscriptions": [{"id": "policy-and-markets", "events": ["policy", "market"]}],
    }
    # JSON is YAML
    (folder / "feeds.yaml").write_bytes(msgspec.json.encode({"feeds": feeds}))
    (folder / "subscribers.yaml").write_bytes(msgspec.json.encode({"subscribers": [subscriber]}))
    return Settings(
        data=str(folder),
        feeds=str(folder / "feeds.yaml"),
        subscribers=str(folder / "subscribers.yaml"),
        bus=BusSettings(sqlite=SqliteBusSettings(path=str(folder / "bus.db"))),
        state=StateSettings(sqlite=SqliteStateSettings(path=str(folder / "state.db"))),
        poller=PollerSettings(interval=POLL, max_interval=POLL, allow_private=("127.0.0.0/8",)),
        health=HealthSettings(port=0),
    )


def _seconds(text: str) -> float:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(s|m|h)?", text.strip())
    if not match:
        raise ConfigurationError(f"--for {text}: not a duration such as 30s or 2m")
    unit = {"s": "seconds", "m": "minutes", "h": "hours", None: "seconds"}[match[2]]
    return timedelta(**{unit: float(match[1])}).total_seconds()
