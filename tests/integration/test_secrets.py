"""A secret planted in an address of every kind shows up nowhere: no log, metric, ledger, outcome, message or file."""

import io
import logging
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace
from prometheus_client import REGISTRY, generate_latest
from tests.backends.backend import free_port
from tests.integration.test_notifier import QUICK, Deployment, eventually, fresh

from tocsin.adapters.apprise.sender import AppriseSender
from tocsin.adapters.webhook.address import SCHEMES
from tocsin.adapters.webhook.sender import WebhookSender
from tocsin.domain.delivery import Lane
from tocsin.domain.subscription import Channel, Subscriber
from tocsin.notifier.addresses import Addresses
from tocsin.notifier.senders import SenderByScheme
from tocsin.runtime.vault import Vault
from tocsin.testing.web import LocalServer, Request, Response

SECRET = "s3cr3tT0ken9f8e"

KINDS = {
    "json": "json://user:{secret}@127.0.0.1:{port}/{secret}?+X-Key={secret}",
    "form": "form://user:{secret}@127.0.0.1:{port}/{secret}",
    "xml": "xml://user:{secret}@127.0.0.1:{port}/{secret}",
    "ntfy": "ntfy://{secret}@127.0.0.1:{port}/{secret}",
    "gotify": "gotify://127.0.0.1:{port}/{secret}",
    "mattermost": "mmost://127.0.0.1:{port}/{secret}",
    "mail": "mailto://user:{secret}@127.0.0.1:{port}?from=a@b.example&to={secret}@c.example&mode=insecure",
    "webhook": "webhook://127.0.0.1:{port}/{secret}#{secret}{secret}",
    "telegram": "tgram://123456789:{secret}_aaaaaaaaaaaaaaaaaaa/12315544",
    "discord": "discord://1234567890/{secret}",
    "slack": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajk{secret}/",
}


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    made = Deployment(tmp_path)
    yield made
    made.close()


def evil(request: Request) -> Response:
    """Refuses, and says all it was told back."""
    echo = f"{request.path} {dict(request.headers)}"
    return Response(status=500, body=echo.encode(), headers={"X-Echo": request.path})


def test_no_secret_leaves_its_place(
    deployment: Deployment,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    # not caplog: pytest listens in on loggers that we have cut off from the root
    heard = io.StringIO()
    handler = logging.StreamHandler(heard)
    logging.root.addHandler(handler)
    monkeypatch.setattr(logging.root, "level", logging.DEBUG)
    with LocalServer(evil) as server:
        base = f"http://127.0.0.1:{server.port}/"
        _shape(monkeypatch, base)
        channels = [
            Channel(id=f"{kind}-{where}", url=url.format(secret=SECRET, port=port))
            for kind, url in KINDS.items()
            for where, port in (("answers", server.port), ("dead", free_port()))
        ]
        channels.append(Channel(id="unusable", url=f"nosuch://{SECRET}"))
        people = Addresses(deployment.subscriptions, deployment.channels_added, Vault([b"k" * 32]))
        people.sync([Subscriber(id="desk", channels=tuple(channels), subscriptions=())])
        deployment.people = people
        sender = SenderByScheme(dict.fromkeys(SCHEMES, WebhookSender()), AppriseSender())
        deployment.ring(fresh(channels=tuple(channel.id for channel in channels)))
        settings = replace(QUICK, timeout=0.5, attempts=2, breaker_failures=2, threads=8)
        with deployment.running(sender, settings):
            assert eventually(lambda: _ended(deployment) >= {channel.id for channel in channels}, 60)
    outcomes = deployment.outcomes(len(channels))
    lanes = [Lane(subscriber="desk", channel=channel.id) for channel in channels]
    told = [
        *outcomes,
        *deployment.outbox.ledger(1_000),
        *deployment.outbox.states(lanes).values(),
    ]
    assert any("500" in (outcome.error or "") for outcome in outcomes)
    logging.root.removeHandler(handler)
    out, err = capfd.readouterr()
    places = {
        "values": msgspec.json.encode(told).decode(),
        "streams": out + err,
        "logs": heard.getvalue(),
        "metrics": generate_latest(REGISTRY).decode(),
        "channels": repr(channels),
    }
    for path in tmp_path.iterdir():
        places[path.name] = path.read_bytes().decode("latin-1")
    for place, text in places.items():
        assert SECRET.lower() not in text.lower(), (
            place,
            text[max(0, text.lower().find(SECRET.lower()) - 200) :][:400],
        )


def _ended(deployment: Deployment) -> set[str]:
    """The channels on which the alert has ended; the notices about them may go on for a while."""
    return {each.channel for each in deployment.outbox.ledger(99) if each.kind == "alert" and each.outcome}


def _shape(monkeypatch: pytest.MonkeyPatch, base: str) -> None:
    """Lead the services with a fixed address to this machine."""
    from apprise.plugins.discord import NotifyDiscord
    from apprise.plugins.slack import NotifySlack
    from apprise.plugins.telegram import NotifyTelegram

    monkeypatch.setattr(NotifyTelegram, "notify_url", base + "bot")
    monkeypatch.setattr(NotifyDiscord, "notify_url", base + "webhooks")
    monkeypatch.setattr(NotifySlack, "webhook_url", base + "services")
