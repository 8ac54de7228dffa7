"""Connections that the Apprise sender keeps for the next message."""

import datetime as dt
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tests.integration.receivers import drip, raw_server

from tocsin.adapters.apprise.sender import AppriseSender
from tocsin.ports.sender import Message
from tocsin.testing.web import LocalServer, Request, Response

MESSAGE = Message(title="Bell", body="It rings.", idempotency_key="dlv-1")

Talk = Callable[[socket.socket], None]


@pytest.fixture
def sender() -> Iterator[AppriseSender]:
    made = AppriseSender()
    yield made
    made.close()


def answers(connection: socket.socket, number: int) -> None:
    """Take that many requests, each with a 200."""
    for _ in range(number):
        heard = b""
        while b'"message"' not in heard:
            piece = connection.recv(65_536)
            if not piece:
                return
            heard += piece
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


@contextmanager
def counted(talk: Talk) -> Iterator[tuple[int, list[socket.socket]]]:
    """A server's port, and the connections made to it."""
    made: list[socket.socket] = []

    def treat(connection: socket.socket) -> None:
        made.append(connection)
        with suppress(OSError):
            talk(connection)

    with raw_server(treat) as port:
        yield port, made


def send(sender: AppriseSender, port: int, *, path: str = "", timeout: float = 5, guarded: bool = False) -> str:
    return sender.send(f"json://127.0.0.1:{port}/{path}", MESSAGE, timeout, guarded=guarded).status


def test_a_burst_to_one_host_goes_over_one_connection_whatever_the_channel(sender: AppriseSender) -> None:
    with counted(lambda connection: answers(connection, 100)) as (port, made):
        assert [send(sender, port, path=f"c{number}") for number in range(5)] == ["sent"] * 5
        assert len(made) == 1


def test_at_once_each_has_a_connection_of_its_own(sender: AppriseSender) -> None:
    together = threading.Barrier(3)

    def talk(connection: socket.socket) -> None:
        together.wait(5)
        answers(connection, 1)

    with counted(talk) as (port, made), ThreadPoolExecutor(3) as threads:
        assert set(threads.map(lambda number: send(sender, port, path=f"c{number}"), range(3))) == {"sent"}
        assert len(made) == 3


def test_a_connection_that_the_server_gave_up_is_not_used(sender: AppriseSender) -> None:
    def talk(connection: socket.socket) -> None:
        answers(connection, 1)
        connection.close()

    with counted(talk) as (port, made):
        for _ in range(3):
            assert send(sender, port) == "sent"
            time.sleep(0.05)
        assert len(made) == 3


def test_after_a_pause_a_new_one_is_made(sender: AppriseSender) -> None:
    with counted(lambda connection: answers(connection, 100)) as (port, made):
        assert send(sender, port) == "sent"
        time.sleep(1.1)
        assert send(sender, port) == "sent"
        assert len(made) == 2


def test_no_answer_over_a_kept_one_is_unknown_and_in_time(sender: AppriseSender) -> None:
    def talk(connection: socket.socket) -> None:
        answers(connection, 1)
        drip(connection)

    with counted(talk) as (port, made):
        assert send(sender, port, timeout=1) == "sent"
        began = time.monotonic()
        assert send(sender, port, timeout=1) == "unknown"
        assert time.monotonic() - began < 2
        assert len(made) == 1


def test_a_connection_made_without_the_guard_is_not_lent_to_a_guarded_channel(sender: AppriseSender) -> None:
    with counted(lambda connection: answers(connection, 100)) as (port, made):
        assert send(sender, port) == "sent"
        assert send(sender, port, guarded=True) == "refused"
        assert len(made) == 1


def test_what_goes_through_a_proxy_goes_as_before(sender: AppriseSender, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def answer(request: Request) -> Response:
        asked.append(request.path)
        return Response()

    with LocalServer(answer) as proxy:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
        monkeypatch.delenv("no_proxy", raising=False)
        for _ in range(2):
            assert sender.send("json://hooks.example/x", MESSAGE, 5).status == "sent"
    assert asked == ["http://hooks.example/x"] * 2


def test_tls_connections_are_kept_and_cut_too(sender: AppriseSender, tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(tmp_path))

    def talk(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secure:
            answers(secure, 2)
            drip(secure)

    with counted(talk) as (port, made):
        url = f"jsons://127.0.0.1:{port}/?verify=no"
        assert [sender.send(url, MESSAGE, 1).status for _ in range(3)] == ["sent", "sent", "unknown"]
        assert len(made) == 1
        # who wants a certificate that holds gets no connection on which none was asked for
        assert sender.send(f"jsons://127.0.0.1:{port}/", MESSAGE, 1).status == "failed"


def certificate(folder: Path) -> Path:
    """A certificate that nobody vouches for, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path
