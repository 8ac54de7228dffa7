"""Messages as ntfy, Slack, Telegram, Discord and mail get them, at endpoints shaped like theirs."""

import email
import email.policy
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from msgspec.structs import replace
from tests.backends.backend import free_port
from tests.unit.notifier.alerts import PUBLISHED, alert, delivery, signal

from tocsin.adapters.apprise.sender import AppriseSender
from tocsin.domain.alert import Alert
from tocsin.domain.subscription import Channel, Subscriber
from tocsin.notifier.messages import Messages
from tocsin.ports.sender import SendResult
from tocsin.settings.schema import NotifierSettings
from tocsin.testing.web import LocalServer, Request, Response

EVIL = "<!channel> <script>x</script> **b** [l](http://evil.example) @everyone & more"
MESSAGES = Messages(NotifierSettings(public_url="https://bell.example"), [b"k" * 32])


def send(sender: AppriseSender, url: str, told: Alert, language: str = "en") -> SendResult:
    channel = Channel(id="hook", url=url)
    reader = Subscriber(id="desk", channels=(channel,), subscriptions=(), language=language)
    message = MESSAGES.message(
        delivery(told),
        subscriber=reader,
        channel=channel,
        traits=sender.traits(url),
        now=PUBLISHED + timedelta(seconds=55),
    )
    return sender.send(url, message, 10)


@pytest.fixture
def requests() -> list[Request]:
    return []


@pytest.fixture
def server(requests: list[Request], monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalServer]:
    """Takes everything with the answer of a content service; the fixed addresses lead here."""
    from apprise.plugins.discord import NotifyDiscord
    from apprise.plugins.slack import NotifySlack
    from apprise.plugins.telegram import NotifyTelegram

    def answer(request: Request) -> Response:
        requests.append(request)
        slack = request.path.startswith("/services")
        return Response(
            body=b"ok" if slack else b'{"ok": true, "id": "1"}', headers={"Content-Type": "application/json"}
        )

    with LocalServer(answer) as made:
        base = f"http://127.0.0.1:{made.port}/"
        monkeypatch.setattr(NotifyTelegram, "notify_url", base + "bot")
        monkeypatch.setattr(NotifyDiscord, "notify_url", base + "webhooks")
        monkeypatch.setattr(NotifySlack, "webhook_url", base + "services")
        yield made


URLS = {
    "telegram": ("tgram://123456789:abcdefghijklmnopqrstuvwxyz012345678/12315544", "text", 4096),
    "discord": ("discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js", "content", 2000),
    "ntfy": ("ntfy://127.0.0.1:{port}/topic", "message", 4096),
    "mattermost": ("mmost://127.0.0.1:{port}/3ccdd113474722377935511fc85d3dd4", "text", 4000),
}


@pytest.mark.parametrize("kind", URLS)
@pytest.mark.parametrize("language", ["en", "ja"])
def test_headline_and_link_arrive_in_one_message_within_the_limit(
    server: LocalServer, requests: list[Request], kind: str, language: str
) -> None:
    url, field, most = URLS[kind]
    sender = AppriseSender()
    told = alert(summary="Long words " * 2_000, title="Headline " * 15 + "END")
    assert send(sender, url.format(port=server.port), told, language).status == "sent"
    (request,) = requests
    body = json.loads(request.body)
    text = f"{body.get('title', '')}\n{body[field]}"
    assert "https://wire.example/h20" in text
    assert "END" in text
    assert len(body[field].encode() if kind == "ntfy" else body[field]) <= most


def test_telegram_gets_html_that_is_only_ours(server: LocalServer, requests: list[Request]) -> None:
    url = URLS["telegram"][0]
    assert send(AppriseSender(), url, alert(title=EVIL, summary=EVIL)).status == "sent"
    body = json.loads(requests[0].body)
    assert body["parse_mode"] == "HTML"
    assert "<script" not in body["text"]
    assert "&lt;script&gt;" in body["text"]


def test_discord_calls_nobody_and_shows_no_foreign_link(server: LocalServer, requests: list[Request]) -> None:
    assert send(AppriseSender(), URLS["discord"][0], alert(title=EVIL, summary=EVIL)).status == "sent"
    content = json.loads(requests[0].body)["content"]
    assert "@everyone" not in content
    assert "[l](http" not in content
    assert "**b**" not in content
    assert "[Sample Wire](https://wire.example/h20)" in content


def test_slack_calls_nobody(server: LocalServer, requests: list[Request]) -> None:
    url = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/"
    assert send(AppriseSender(), url, alert(title=EVIL, summary=EVIL)).status == "sent"
    text = requests[0].body.decode()
    assert "<!channel>" not in json.loads(text)["attachments"][0]["text"]


class Mailbox:
    def __init__(self) -> None:
        self.mails: list[Any] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 OK"


@contextmanager
def smtp() -> Iterator[tuple[str, Mailbox]]:
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield f"mailto://127.0.0.1:{controller.port}?from=bell@tocsin.example&to=d@desk.example&mode=insecure", mailbox
    finally:
        controller.stop()


def test_a_digest_comes_as_html_and_text_and_can_be_stopped_with_one_click() -> None:
    digest = tuple(signal(title=f"Story {n} {EVIL}", link=f"https://wire.example/{n}") for n in range(3))
    told = replace(alert(), kind="digest", digest=digest)
    with smtp() as (url, mailbox):
        assert send(AppriseSender(), url, told).status == "sent"
    (mail,) = mailbox.mails
    assert mail["Subject"] == "🗞 3 stories for you"
    assert mail["List-Unsubscribe"].startswith("<https://bell.example/l/")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["X-Tocsin-Delivery"] == delivery(told).id
    html, text = (mail.get_body((kind,)).get_content() for kind in ("html", "plain"))
    assert "<script" not in html
    for n in range(3):
        assert f'href="https://wire.example/{n}"' in html
        assert f"Story {n}" in text
    assert 'href="http://evil.example' not in html


def test_an_alert_by_mail_says_the_same_in_both_forms() -> None:
    with smtp() as (url, mailbox):
        assert send(AppriseSender(), url, alert()).status == "sent"
        assert send(AppriseSender(), url, replace(alert(), kind="test"), "de").status == "sent"
    first, second = mailbox.mails
    for form in ("html", "plain"):
        text = first.get_body((form,)).get_content()
        assert "Deliveries to China may start again." in text
        assert "seen after 40 s" in text
    assert second["Subject"] == "🔔 Test von Tocsin"
