"""The composition root: settings → adapters → services. Read it top to bottom to see how Tocsin hangs together."""

import os
import socket
import threading
from collections.abc import Sequence
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Final

from tocsin.adapters.apprise.sender import AppriseSender
from tocsin.adapters.embedding.choose import open_embedder
from tocsin.adapters.http.address_guard import AddressGuard
from tocsin.adapters.http.fetcher import AiohttpFetcher
from tocsin.adapters.http.websub import WebSubHub
from tocsin.adapters.webhook.address import SCHEMES
from tocsin.adapters.webhook.sender import WebhookSender
from tocsin.classifier.classify import Classifier
from tocsin.classifier.model import Model, builtin_model, load_model
from tocsin.classifier.reload import CurrentClassifier
from tocsin.classifier.service import ClassifierHandler
from tocsin.domain.errors import ConfigurationError
from tocsin.domain.feed import Feed
from tocsin.domain.subscription import Subscriber
from tocsin.knowledge import Knowledge, load_knowledge
from tocsin.notifier.addresses import Addresses
from tocsin.notifier.messages import Messages
from tocsin.notifier.planner import PlannerHandler
from tocsin.notifier.senders import SenderByScheme
from tocsin.notifier.service import Notifier
from tocsin.notifier.template_check import check_templates
from tocsin.poller import page_text
from tocsin.poller.service import Poller
from tocsin.ports.bus import Bus
from tocsin.ports.clock import Clock, system_clock
from tocsin.ports.embedder import Embedder
from tocsin.ports.sender import Sender
from tocsin.ports.state import State
from tocsin.router.service import RouterHandler
from tocsin.runtime import lifecycle
from tocsin.runtime.health import Health, HealthServer
from tocsin.runtime.lifecycle import Service
from tocsin.runtime.startup import until_ready
from tocsin.runtime.vault import Vault, key_in, parse_keys
from tocsin.runtime.worker import Handler, Worker
from tocsin.settings.check import check_feeds, check_settings, check_subscribers
from tocsin.settings.feeds_file import load_feeds
from tocsin.settings.schema import ClassifierSettings, Settings
from tocsin.settings.subscribers_file import load_subscribers

ROLES: Final = ("poller", "classifier", "router", "notifier")
"""The services, in the direction the data goes."""


class Configuration:
    """All that the operator wrote, checked against each other and against the knowledge. Raises ConfigurationError."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.feeds: Sequence[Feed] = load_feeds(Path(settings.feeds))
        self.subscribers: Sequence[Subscriber] = load_subscribers(Path(settings.subscribers))
        self.knowledge: Knowledge = load_knowledge([Path(folder) for folder in settings.knowledge])
        types = set(self.knowledge.events)
        tickers = set(self.knowledge.companies)
        check_templates(settings.notifier)
        problems = [
            *check_settings(settings),
            *_check_networks("poller.allow_private", settings.poller.allow_private),
            *_check_networks("notifier.allow_private", settings.notifier.allow_private),
            *check_feeds(settings.feeds, self.feeds),
            *check_subscribers(settings.subscribers, self.subscribers, types=types, tickers=tickers),
        ]
        if any(feed.full_text for feed in self.feeds) and not page_text.available():
            problems.append(f"{settings.feeds}: `full_text` needs its extra: pip install 'tocsin[fulltext]'")
        if problems:
            raise ConfigurationError(*problems)


def _check_networks(setting: str, allow: Sequence[str]) -> Sequence[str]:
    try:
        AddressGuard(allow, setting)
    except ConfigurationError as error:
        return error.problems
    return ()


class Deployment:
    """The bus and the state that the settings ask for, each opened on first use. Close it when done."""

    def __init__(self, settings: Settings, clock: Clock = system_clock) -> None:
        self.clock = clock
        self._settings = settings
        self._opened: list[Bus | State] = []

    @cached_property
    def bus(self) -> Bus:
        """The topics."""
        bus = _open_bus(self._settings, self.clock)
        self._opened.append(bus)
        return bus

    @cached_property
    def state(self) -> State:
        """The stores."""
        state = _open_state(self._settings)
        self._opened.append(state)
        return state

    def close(self) -> None:
        """Close what was opened, last first."""
        while self._opened:
            self._opened.pop().close()


def _open_bus(settings: Settings, clock: Clock) -> Bus:
    instance = settings.instance or f"{socket.gethostname()}-{os.getpid()}"
    if settings.bus.kind == "sqlite":
        from tocsin.adapters.sqlite.bus import SqliteBus

        return SqliteBus(Path(settings.bus.sqlite.path), settings.bus, instance=instance, clock=clock)
    try:
        from tocsin.adapters.kafka.bus import KafkaBus
    except ModuleNotFoundError as error:
        raise _missing_extra("bus.kind", "kafka") from error
    return KafkaBus(settings.bus, instance=instance)


def _open_state(settings: Settings) -> State:
    if settings.state.kind == "sqlite":
        from tocsin.adapters.sqlite.state import SqliteState

        return SqliteState(Path(settings.state.sqlite.path))
    try:
        from tocsin.adapters.redis.state import RedisState
    except ModuleNotFoundError as error:
        raise _missing_extra("state.kind", "redis") from error
    return RedisState(settings.state.redis)


def services(
    configuration: Configuration, deployment: Deployment, roles: Sequence[str], health: Health
) -> list[Service]:
    """The services of these roles, ready to run."""
    settings = configuration.settings
    clock = deployment.clock

    def worker(handler: Handler) -> Worker:
        return Worker(deployment.bus, handler, clock=clock, heartbeat=health.heartbeat(handler.name))

    running: list[Service] = []
    if "poller" in roles:
        running.append(
            Poller(
                store=deployment.state.feeds,
                fetcher=AiohttpFetcher(settings.poller, clock=clock),
                bus=deployment.bus,
                settings=settings.poller,
                clock=clock,
                heartbeat=health.heartbeat("poller"),
                hub=WebSubHub(settings.poller) if settings.poller.websub.callback else None,
            )
        )
    if "classifier" in roles:
        window = timedelta(hours=settings.classifier.story_window)
        classifier = watch_classifier(configuration)
        running.append(worker(ClassifierHandler(classifier, deployment.state.stories, clock, window)))
    if "router" in roles:
        max_age = timedelta(hours=settings.router.alert_max_age)
        running.append(
            worker(RouterHandler(deployment.state.subscriptions, deployment.state.alert_log, clock, max_age))
        )
    if "notifier" in roles:
        people = addresses(settings, deployment.state)
        running.append(worker(PlannerHandler(deployment.state.outbox, people, clock)))
        running.append(
            Notifier(
                outbox=deployment.state.outbox,
                subscriptions=people,
                sender=sender(settings),
                bus=deployment.bus,
                settings=settings.notifier,
                clock=clock,
                heartbeat=health.heartbeat("notifier-sender"),
                messages=Messages(settings.notifier, keys(settings)),
            )
        )
    return running


def open_classifier(settings: ClassifierSettings, knowledge: Knowledge) -> Classifier:
    """A classifier with the embedder and the model that the settings ask for. Raises ConfigurationError."""
    embedder, model = _open_model(settings)
    return Classifier(knowledge, embedder, model)


def watch_classifier(configuration: Configuration) -> CurrentClassifier:
    """The same, made anew when the operator's knowledge changes."""
    embedder, model = _open_model(configuration.settings.classifier)
    folders = [Path(folder) for folder in configuration.settings.knowledge]
    return CurrentClassifier(lambda: Classifier(load_knowledge(folders), embedder, model), folders)


def _open_model(settings: ClassifierSettings) -> tuple[Embedder, Model]:
    embedder = open_embedder(settings.embedder, cache_folder(settings))
    model = load_model(Path(settings.model)) if settings.model else builtin_model(embedder.name)
    if model is None:
        raise ConfigurationError(
            f"classifier.model: none comes with Tocsin for the embedder `{embedder.name}`; fit one with "
            f"`tocsin fit --embedder {settings.embedder} --output FILE` and name it here"
        )
    if model.about.embedder != embedder.name:
        raise ConfigurationError(
            f"classifier.model: {settings.model} was fitted on the embedder `{model.about.embedder}`, but "
            f"classifier.embedder is `{embedder.name}`; fit it again, or take that embedder"
        )
    return embedder, model


def cache_folder(settings: ClassifierSettings) -> Path:
    """Where encoders built once are kept: the setting, else ``TOCSIN_CACHE``, else the user's cache folder."""
    given = settings.cache or os.environ.get("TOCSIN_CACHE")
    return Path(given) if given else Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "tocsin"


def sender(settings: Settings) -> Sender:
    """What speaks to the channels."""
    guard = AddressGuard(settings.notifier.allow_private, "notifier.allow_private")
    webhook = WebhookSender(guard.allows)
    return SenderByScheme(dict.fromkeys(SCHEMES, webhook), AppriseSender(guard.allows))


def keys(settings: Settings) -> tuple[bytes, ...]:
    """The keys that seal addresses and sign links: the setting, or in a one-machine deployment a file made for it."""
    if settings.notifier.key:
        return parse_keys(settings.notifier.key, "notifier.key")
    return key_in(Path(settings.data) / "secret.key") if settings.state.kind == "sqlite" else ()


def addresses(settings: Settings, state: State) -> Addresses:
    """The subscribers for those who send: with all channels, and addresses that are sealed in the store."""
    return Addresses(state.subscriptions, state.channels, Vault(keys(settings)))


def prepare(configuration: Configuration, deployment: Deployment, roles: Sequence[str]) -> None:
    """Make topics and bring the stores in line with the configuration. Idempotent. Raises TransientError."""
    deployment.bus.create_topics()
    if "poller" in roles:
        deployment.state.feeds.sync(configuration.feeds, deployment.clock())
    if "router" in roles or "notifier" in roles:
        addresses(configuration.settings, deployment.state).sync(configuration.subscribers)


def run(configuration: Configuration, roles: Sequence[str], stop: threading.Event) -> bool:
    """Run these services in this process until ``stop`` is set. Returns True when all ended well."""
    health = Health()
    server = _health_server(configuration.settings, health)
    deployment = Deployment(configuration.settings)
    try:
        startup = health.heartbeat("startup")
        if not until_ready(lambda: prepare(configuration, deployment, roles), stop, startup):
            return True
        running = services(configuration, deployment, roles, health)
        health.remove(startup)
        return lifecycle.run(running, stop)
    finally:
        deployment.close()
        if server:
            server.close()


def _health_server(settings: Settings, health: Health) -> HealthServer | None:
    if settings.health.port == 0:
        return None
    try:
        server = HealthServer(health, settings.health.host, settings.health.port)
    except OSError as error:
        raise ConfigurationError(
            f"health.port: cannot listen on {settings.health.host}:{settings.health.port}: {error}; "
            "take another port, or 0 for none"
        ) from error
    server.start()
    return server


def _missing_extra(setting: str, extra: str) -> ConfigurationError:
    return ConfigurationError(f"{setting} is `{extra}`, but its client is not installed: pip install 'tocsin[{extra}]'")
