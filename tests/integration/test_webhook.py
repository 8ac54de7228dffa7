"""The signed webhook against real receivers."""

import json
import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from tests.backends.backend import free_port
from tests.integration.name_server import slow_name
from tests.integration.receivers import drip, hang, raw_server, reset

from tocsin.adapters.http.address_guard import AddressGuard
from tocsin.adapters.webhook.address import parse
from tocsin.adapters.webhook.sender import WebhookSender
from tocsin.adapters.webhook.signature import TOLERANCE, headers, verify
from tocsin.ports.sender import Message
from tocsin.testing.web import LocalServer, Request, Response

SECRET = "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"
KEY = b"secret-secret-secret-secret"
MESSAGE = Message(
    title="🔔 NVDA", body="Why: x", idempotency_key="dlv-1", data={"story": "sto-1"}, type="org.tocsin.alert.v1"
)


@pytest.fixture
def sender() -> WebhookSender:
    return WebhookSender(AddressGuard([]).allows)


def to(port: int, path: str = "/hook?a=b") -> str:
    return f"webhook://127.0.0.1:{port}{path}#{SECRET}"


def answering(**response: object) -> tuple[LocalServer, list[Request]]:
    requests: list[Request] = []

    def answer(request: Request) -> Response:
        requests.append(request)
        return Response(**response)  # type: ignore[arg-type]

    return LocalServer(answer), requests


def test_a_cloud_event_arrives_signed(sender: WebhookSender) -> None:
    server, requests = answering(status=202)
    with server:
        result = sender.send(to(server.port), MESSAGE, 5)
    assert (result.status, result.code) == ("sent", 202)
    (request,) = requests
    assert (request.method, request.path) == ("POST", "/hook?a=b")
    assert request.headers["content-type"] == "application/cloudevents+json; charset=utf-8"
    assert request.headers["idempotency-key"] == request.headers["webhook-id"] == "dlv-1"
    event = json.loads(request.body)
    assert (event["specversion"], event["id"], event["type"]) == ("1.0", "dlv-1", "org.tocsin.alert.v1")
    assert event["data"] == {"title": "🔔 NVDA", "text": "Why: x", "story": "sto-1"}
    datetime.fromisoformat(event["time"])
    assert verify(KEY, request.headers, request.body, time.time())
    assert not verify(KEY, request.headers, request.body + b" ", time.time())
    assert SECRET.removeprefix("whsec_") not in str(request)


def test_the_signature_covers_id_time_and_body_and_grows_old() -> None:
    signed = headers(KEY, "dlv-1", 1000.7, b"body")
    assert verify(KEY, signed, b"body", 1000 + TOLERANCE)
    assert not verify(KEY, signed, b"body", 1001 + TOLERANCE)
    assert not verify(KEY, signed, b"body", 999 - TOLERANCE)
    assert not verify(b"another key, long enough", signed, b"body", 1000)
    for name, changed in (("webhook-id", "dlv-2"), ("webhook-timestamp", "1001"), ("webhook-signature", "v1,xx")):
        assert not verify(KEY, signed | {name: changed}, b"body", 1000)
    assert verify(KEY, signed | {"webhook-signature": f"v1,old {signed['webhook-signature']}"}, b"body", 1000)
    assert not verify(KEY, {}, b"body", 1000)


@pytest.mark.parametrize("status", [301, 302, 307, 400, 404, 429, 500, 503])
def test_any_other_answer_is_a_failure_with_its_number(sender: WebhookSender, status: int) -> None:
    server, requests = answering(status=status, headers={"Location": "http://127.0.0.1:1/"})
    with server:
        result = sender.send(to(server.port), MESSAGE, 5)
    assert (result.status, result.code) == ("failed", status)
    assert len(requests) == 1


def test_gone_is_final(sender: WebhookSender) -> None:
    server, _ = answering(status=410)
    with server:
        assert sender.send(to(server.port), MESSAGE, 5).status == "refused"


@pytest.mark.parametrize(
    ("header", "low", "high"),
    [
        ("17", 17, 17),
        ("soon", None, None),
        (format_datetime(datetime.now(UTC).replace(year=2999), usegmt=True), 1e9, 1e11),
    ],
)
def test_retry_after_is_told(sender: WebhookSender, header: str, low: float | None, high: float | None) -> None:
    server, _ = answering(status=429, headers={"Retry-After": header})
    with server:
        wait = sender.send(to(server.port), MESSAGE, 5).retry_after
    if low is None or high is None:
        assert wait is None
    else:
        assert wait is not None
        assert low <= wait <= high


@pytest.mark.parametrize(("treat", "seconds"), [(hang, 0.6), (drip, 0.6), (reset, 5.0)])
def test_an_answer_that_never_comes_whole_is_unknown_and_over_in_time(
    sender: WebhookSender, treat: Callable[[socket.socket], None], seconds: float
) -> None:
    with raw_server(treat) as port:
        began = time.monotonic()
        result = sender.send(to(port), MESSAGE, seconds)
        assert time.monotonic() - began < 4
    assert result.status == "unknown"


def test_nobody_listening_is_a_failure(sender: WebhookSender) -> None:
    result = sender.send(to(free_port()), MESSAGE, 5)
    assert result.status == "failed"
    assert "refused" in (result.error or "").lower()


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "169.254.169.254", "10.0.0.1", "0177.0.0.1", "2130706433"]
)
def test_a_users_address_must_be_public_whatever_it_looks_like(sender: WebhookSender, host: str) -> None:
    server, requests = answering()
    with server:
        result = sender.send(f"webhook://{host}:{server.port}/#{SECRET}", MESSAGE, 2, guarded=True)
    assert result.status in {"refused", "failed"}
    assert requests == []


def test_a_host_that_the_operator_allows_is_reached() -> None:
    server, requests = answering()
    with server:
        sender = WebhookSender(AddressGuard(["127.0.0.0/8"]).allows)
        assert sender.send(to(server.port), MESSAGE, 5, guarded=True).status == "sent"
    assert len(requests) == 1


def test_a_name_that_does_not_resolve_in_time_is_a_failure_and_nothing_was_sent(
    sender: WebhookSender, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, requests = answering()
    with server, slow_name("slow.test", monkeypatch) as answers:
        url = f"webhook://slow.test:{server.port}/#{SECRET}"
        began = time.monotonic()
        result = sender.send(url, MESSAGE, 0.5)
        assert time.monotonic() - began < 5
        assert (result.status, result.error) == ("failed", "webhook: its name did not resolve within 0.5 s")
        answers.set()
        assert sender.send(url, MESSAGE, 10).status == "sent"
        refused = sender.send(url, MESSAGE, 10, guarded=True)
    assert (refused.status, len(requests)) == ("refused", 1)
    assert "notifier.allow_private" in (refused.error or "")


def test_a_name_that_is_unknown_is_a_failure(sender: WebhookSender) -> None:
    result = sender.send(f"webhook://nothing.invalid/#{SECRET}", MESSAGE, 10)
    assert result.status == "failed"
    assert "nothing.invalid" not in (result.error or "")


@pytest.mark.parametrize(
    ("url", "mistake"),
    [
        ("webhooks://host/path", "secret"),
        ("webhooks://host/path#short", "secret"),
        ("webhooks://host/path#whsec_***", "base64"),
        ("webhooks:///path#" + "s" * 20, "not a webhook"),
        ("webhooks://u:p@host/#" + "s" * 20, "no user"),
        ("webhooks://host:x/#" + "s" * 20, "not a webhook"),
        ("webhooks://host/a b#" + "s" * 20, "percent"),
    ],
)
def test_a_wrong_address_says_what_is_wrong_and_no_secret(sender: WebhookSender, url: str, mistake: str) -> None:
    said = sender.objection(url) or ""
    assert mistake in said
    assert "s" * 20 not in said
    assert sender.send(url, MESSAGE, 1).status == "refused"


def test_users_must_encrypt(sender: WebhookSender) -> None:
    assert sender.objection(to(1)) is None
    assert "webhooks://" in (sender.objection(to(1), guarded=True) or "")
    assert sender.objection(f"webhooks://hook.example/#{SECRET}", guarded=True) is None


def test_ports_and_names() -> None:
    assert parse(f"webhooks://hook.example/#{SECRET}").port == 443
    assert parse(f"webhook://hook.example/#{SECRET}").port == 80
    assert parse(f"webhooks://bücher.example/#{SECRET}").host == "xn--bcher-kva.example"
    assert parse("webhooks://h/#a plain secret of length").key == b"a plain secret of length"
