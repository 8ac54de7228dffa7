"""AppriseSender against real receivers on this machine."""

import email
import email.policy
import json
import logging
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from tests.backends.backend import free_port
from tests.integration.name_server import slow_name
from tests.integration.receivers import drip, raw_server, reset

import tocsin
from tocsin.adapters.apprise.masking import mask
from tocsin.adapters.apprise.rules import objection
from tocsin.adapters.apprise.sender import AppriseSender
from tocsin.ports.sender import Message
from tocsin.testing.web import LocalServer, Request, Response

SECRET = "s3cr3t-T0ken-9f8e"
MESSAGE = Message(
    title="🔔 NVDA ▲ Approval — it may", body="Why: <b>x</b> & Ähnliches\nline two", idempotency_key="dlv-1"
)


@pytest.fixture
def sender() -> Iterator[AppriseSender]:
    made = AppriseSender()
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _no_secret_in_logs(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Whatever a test provokes, its secret shows up in no log line and on no stream."""
    caplog.set_level(logging.DEBUG)
    yield
    out, err = capfd.readouterr()
    assert SECRET.lower() not in (caplog.text + out + err).lower()


def receiver(status: int = 200, headers: dict[str, str] | None = None) -> tuple[LocalServer, list[Request]]:
    requests: list[Request] = []

    def answer(request: Request) -> Response:
        requests.append(request)
        return Response(status=status, headers=headers or {})

    return LocalServer(answer), requests


def test_json_arrives_with_its_idempotency_key(sender: AppriseSender) -> None:
    server, requests = receiver()
    with server:
        url = f"json://127.0.0.1:{server.port}/{SECRET}?+X-Mine=kept"
        for key in ("dlv-1", "dlv-2"):
            told = Message(title=MESSAGE.title, body=MESSAGE.body, idempotency_key=key)
            assert sender.send(url, told, 5).status == "sent"
    assert [request.headers["idempotency-key"] for request in requests] == ["dlv-1", "dlv-2"]
    assert {request.headers["x-mine"] for request in requests} == {"kept"}
    assert requests[0].path == f"/{SECRET}"
    body = json.loads(requests[0].body)
    assert (body["title"], body["message"]) == (MESSAGE.title, MESSAGE.body)


@pytest.mark.parametrize("kind", ["xml", "form"])
def test_xml_and_form_carry_the_key_too(sender: AppriseSender, kind: str) -> None:
    server, requests = receiver()
    with server:
        assert sender.send(f"{kind}://127.0.0.1:{server.port}/", MESSAGE, 5).status == "sent"
    assert requests[0].headers["idempotency-key"] == "dlv-1"


@pytest.mark.parametrize("status", [400, 404, 429, 500, 503])
def test_an_error_answer_is_a_failure_with_its_number_and_one_request(sender: AppriseSender, status: int) -> None:
    server, requests = receiver(status)
    with server:
        result = sender.send(f"json://127.0.0.1:{server.port}/{SECRET}?retry=3&optional=yes", MESSAGE, 5)
    assert result.status == "failed"
    assert str(status) in (result.error or "")
    assert SECRET not in (result.error or "")
    assert len(requests) == 1


def test_a_redirect_is_not_followed(sender: AppriseSender) -> None:
    target, reached = receiver()
    with target:
        server, _ = receiver(307, {"Location": f"http://127.0.0.1:{target.port}/"})
        with server:
            result = sender.send(f"json://127.0.0.1:{server.port}/?redirect=yes", MESSAGE, 5)
    assert result.status == "failed"
    assert reached == []


def test_nobody_listening_is_a_failure(sender: AppriseSender) -> None:
    result = sender.send(f"json://user:{SECRET}@127.0.0.1:{free_port()}/", MESSAGE, 5)
    assert result.status == "failed"
    assert SECRET not in (result.error or "")


def test_a_reset_connection_is_a_failure(sender: AppriseSender) -> None:
    with raw_server(reset) as port:
        assert sender.send(f"json://127.0.0.1:{port}/{SECRET}", MESSAGE, 5).status == "failed"


def test_no_answer_in_time_is_unknown_whatever_the_address_asks_for(sender: AppriseSender) -> None:
    held: list[socket.socket] = []
    with raw_server(held.append) as port:
        start = time.monotonic()
        result = sender.send(f"json://127.0.0.1:{port}/{SECRET}?rto=60&cto=60&retry=2", MESSAGE, 0.9)
        elapsed = time.monotonic() - start
    assert result.status == "unknown"
    assert SECRET not in (result.error or "")
    assert elapsed < 2
    assert len(held) == 1
    for connection in held:
        connection.close()


def test_an_answer_that_drips_is_over_in_time_and_unknown(sender: AppriseSender) -> None:
    with raw_server(drip) as port:
        start = time.monotonic()
        result = sender.send(f"json://127.0.0.1:{port}/{SECRET}", MESSAGE, 0.8)
        assert time.monotonic() - start < 4
    assert result.status == "unknown"


def test_an_address_of_our_own_network_is_refused_when_a_user_gave_it(sender: AppriseSender) -> None:
    server, requests = receiver()
    with server:
        for host in ("127.0.0.1", "localhost"):
            result = sender.send(f"json://{host}:{server.port}/{SECRET}", MESSAGE, 5, guarded=True)
            assert result.status == "refused"
            assert "notifier.allow_private" in (result.error or "")
    assert requests == []


@pytest.mark.parametrize("kind", ["json", "mailto"])
def test_a_name_that_does_not_resolve_in_time_is_a_failure_and_nothing_was_sent(
    sender: AppriseSender, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    server, requests = receiver()
    with server, slow_name("slow.test", monkeypatch) as answers:
        url = f"{kind}://user:{SECRET}@slow.test:{server.port}/"
        start = time.monotonic()
        result = sender.send(url, MESSAGE, 0.5)
        assert time.monotonic() - start < 5
        assert result.status == "failed"
        assert "did not resolve within" in (result.error or "")
        assert requests == []
        answers.set()
        if kind == "json":
            assert sender.send(url, MESSAGE, 10).status == "sent"
            assert len(requests) == 1


def test_what_the_provider_asked_for_is_told(sender: AppriseSender) -> None:
    server, _ = receiver(429, {"Retry-After": "31"})
    with server:
        result = sender.send(f"json://127.0.0.1:{server.port}/", MESSAGE, 5)
    assert (result.status, result.code, result.retry_after) == ("failed", 429, 31.0)


def test_many_hanging_receivers_do_not_hold_up_a_good_one(sender: AppriseSender) -> None:
    held: list[socket.socket] = []
    server, requests = receiver()
    with raw_server(held.append) as port, server, ThreadPoolExecutor(12) as threads:
        sender.send(f"json://127.0.0.1:{server.port}/", MESSAGE, 5)  # Apprise's first use loads its plugins
        hanging = [threads.submit(sender.send, f"json://127.0.0.1:{port}/{n}", MESSAGE, 3) for n in range(12)]
        time.sleep(0.2)
        start = time.monotonic()
        assert sender.send(f"json://127.0.0.1:{server.port}/", MESSAGE, 3).status == "sent"
        assert time.monotonic() - start < 1
        assert {each.result().status for each in hanging} == {"unknown"}
    assert len(requests) == 2


def test_one_channel_is_sent_to_from_many_threads_each_with_its_own_key(sender: AppriseSender) -> None:
    server, requests = receiver()
    keys = {f"dlv-{n}" for n in range(60)}
    with server, ThreadPoolExecutor(8) as threads:

        def send(key: str) -> str:
            told = Message(title=key, body=key, idempotency_key=key)
            return sender.send(f"json://127.0.0.1:{server.port}/", told, 5).status

        start = time.monotonic()
        assert set(threads.map(send, keys)) == {"sent"}
        elapsed = time.monotonic() - start
    assert elapsed < 10  # Apprise's own throttle would take minutes
    assert {request.headers["idempotency-key"] for request in requests} == keys
    assert all(f'"{request.headers["idempotency-key"]}"'.encode() in request.body for request in requests)


class Mailbox:
    """Keeps what it is sent, or refuses it."""

    def __init__(self, answer: str) -> None:
        self.answer = answer
        self.mails: list[Any] = []

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return self.answer


@contextmanager
def smtp(answer: str) -> Iterator[tuple[int, Mailbox]]:
    mailbox = Mailbox(answer)
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield controller.port, mailbox
    finally:
        controller.stop()


def test_mail_arrives_as_text_that_cannot_become_markup(sender: AppriseSender) -> None:
    with smtp("250 OK") as (port, mailbox):
        url = f"mailto://127.0.0.1:{port}?from=bell@tocsin.example&to=desk@desk.example&mode=insecure"
        assert sender.send(url, MESSAGE, 5).status == "sent"
    (mail,) = mailbox.mails
    assert mail["Subject"] == MESSAGE.title
    assert mail["X-Tocsin-Delivery"] == "dlv-1"
    html = mail.get_body(("html",))
    text = (html or mail.get_body(("plain",))).get_content()
    assert "Ähnliches" in text or "&Auml;hnliches" in text
    assert html is None or "<b>x</b>" not in text


def test_a_refused_mail_is_a_failure(sender: AppriseSender) -> None:
    with smtp("554 5.7.1 not here") as (port, mailbox):
        url = f"mailto://127.0.0.1:{port}?from=bell@tocsin.example&to={SECRET}@desk.example&mode=insecure"
        result = sender.send(url, MESSAGE, 5)
    assert result.status == "failed"
    assert SECRET not in (result.error or "")
    assert len(mailbox.mails) == 1


@pytest.mark.parametrize(
    "url",
    [
        "",
        SECRET,
        f"nosuchservice://{SECRET}/",
        f"https://127.0.0.1/{SECRET}",
        f"slack://{SECRET}",
        "syslog://",
        "DBus://",
        "macosx://",
        "windows://",
        "gnome://",
        "file:///etc/hostname",
        f"json://127.0.0.1/{SECRET}?attach=/etc/hostname",
        f"ntfy://127.0.0.1/{SECRET}?Attach=http://127.0.0.1/",
        f"fcm://{SECRET}/device?keyfile=/etc/hostname",
        f"tgram://{SECRET}/1?template=/etc/hostname",
        "json://[broken/",
    ],
)
def test_what_cannot_work_is_refused_without_its_secret(sender: AppriseSender, url: str) -> None:
    result = sender.send(url, MESSAGE, 5)
    assert result.status == "refused"
    assert result.error
    assert SECRET not in result.error


@pytest.mark.parametrize(
    "url",
    ["mailto://u:p@mail.example?to=a@b.example", "tgram://1:a/2", "whatsapp://t/f/2?template=hello", "jsons://h/"],
)
def test_ordinary_channels_are_let_through(url: str) -> None:
    assert objection(url) is None


@pytest.mark.parametrize(
    ("said", "url"),
    [
        (f"posting to {SECRET} failed", f"slack://{SECRET}/b/c"),
        (f"bad host {SECRET.lower()}", f"json://{SECRET}/"),
        ("user p@ss/word rejected", "mailto://bell:p%40ss%2Fword@mail.example"),
        ("see https://api.example/botTOKEN/send", "tgram://other/1"),
    ],
)
def test_masking(said: str, url: str) -> None:
    masked = mask(said, url)
    assert "***" in masked
    assert not any(secret in masked.lower() for secret in (SECRET.lower(), "p@ss", "word rej", "token"))


def test_masking_leaves_the_reason_readable() -> None:
    said = "Failed to send JSON POST notification: Internal Server Error, error=500."
    assert mask(said, f"json://127.0.0.1:8080/{SECRET}") == said


def test_apprise_is_loaded_only_when_something_is_sent() -> None:
    services = str(Path(tocsin.__file__).parents[1])
    code = "import sys, tocsin.adapters.apprise.sender as s; s.AppriseSender(); sys.exit('apprise' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, env={"PYTHONPATH": services}).returncode == 0
