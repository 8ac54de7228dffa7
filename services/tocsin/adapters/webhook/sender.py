"""Sender for signed webhooks."""

import http.client
import re
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import msgspec

from tocsin.adapters.webhook.address import WebhookAddress, parse
from tocsin.adapters.webhook.signature import headers
from tocsin.ports.sender import Message, SendResult, Traits
from tocsin.runtime.outgoing import Allows, Outgoing, outgoing

_GONE: Final = 410
_ENOUGH: Final = 4096
"""Bytes of an answer that are read; what it says does not matter."""


class WebhookSender:
    """See tocsin.ports.sender. Takes ``webhook://`` and ``webhooks://`` addresses; redirects are not followed.

    ``allows`` says which addresses a guarded channel may connect to.
    """

    def __init__(
        self, allows: Allows = lambda _: False, *, user_agent: str = "Tocsin", clock: Callable[[], float] = time.time
    ) -> None:
        self._allows = allows
        self._user_agent = user_agent
        self._clock = clock
        self._tls = ssl.create_default_context()

    def send(self, url: str, message: Message, timeout: float, *, guarded: bool = False) -> SendResult:
        """See the port."""
        try:
            address = parse(url)
        except ValueError as error:
            return SendResult(status="refused", error=str(error))
        body = _event(message, self._clock())
        signed = headers(address.key, message.idempotency_key, self._clock(), body)
        request = {
            "Content-Type": "application/cloudevents+json; charset=utf-8",
            "Idempotency-Key": message.idempotency_key,
            "User-Agent": self._user_agent,
            "Connection": "close",
            **signed,
        }
        # the connection itself is ours; of the kind depends which port the Host header leaves out
        kind = http.client.HTTPSConnection if address.secure else http.client.HTTPConnection
        connection = kind(address.host, address.port, timeout=timeout)
        sent = False
        with outgoing(timeout, self._allows if guarded else None) as connections:
            try:
                connection.sock = self._connected(address, timeout, connections)
                sent = True
                connection.request("POST", address.target, body=body, headers=request)
                answer = connection.getresponse()
                with suppress(OSError, http.client.HTTPException):  # the status is what counts
                    answer.read(_ENOUGH)
            except (OSError, http.client.HTTPException) as error:
                late = connections.cut or isinstance(error, TimeoutError)
                return (
                    _unanswered(error, timeout, late=late) if sent else _unsent(error, timeout, connections, late=late)
                )
            finally:
                connection.close()
        return self._judge(answer.status, answer.getheader("Retry-After"))

    def traits(self, url: str) -> Traits:
        """See the port."""
        try:
            account = parse(url).account
        except ValueError:
            account = ""
        return Traits(provider="webhook", account=account, title_max=500, body_max=20_000)

    def objection(self, url: str, *, guarded: bool = False) -> str | None:
        """See the port."""
        try:
            address = parse(url)
        except ValueError as error:
            return str(error)
        if guarded and not address.secure:
            return "webhook:// is not encrypted; give a webhooks:// address"
        return None

    def close(self) -> None:
        """See the port."""

    def _connected(self, address: WebhookAddress, timeout: float, connections: Outgoing) -> socket.socket:
        """A connection to the first of the host's addresses that takes one. Raises OSError."""
        reasons: list[OSError] = []
        for family, kind, protocol, _, target in connections.resolve(address.host, address.port):
            sock = socket.socket(family, kind, protocol)
            try:
                sock.settimeout(timeout)
                sock.connect(target)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return self._tls.wrap_socket(sock, server_hostname=address.host) if address.secure else sock
            except OSError as error:
                sock.close()
                reasons.append(error)
                if isinstance(error, ssl.SSLError):
                    break
        raise reasons[-1] if reasons else OSError("the name has no address")

    def _judge(self, status: int, retry_after: str | None) -> SendResult:
        if 200 <= status < 300:  # noqa: PLR2004 - success
            return SendResult(status="sent", code=status)
        if status == _GONE:
            return SendResult(status="refused", code=status, error=f"webhook: HTTP {status}, nothing there takes it")
        return SendResult(
            status="failed", code=status, error=f"webhook: HTTP {status}", retry_after=_wait(retry_after, self._clock())
        )


def _event(message: Message, now: float) -> bytes:
    event: dict[str, Any] = {
        "specversion": "1.0",
        "id": message.idempotency_key,
        "source": "/tocsin/notifier",
        "type": message.type,
        "time": datetime.fromtimestamp(int(now), UTC).isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": {"title": message.title, "text": message.body, **message.data},
    }
    return msgspec.json.encode(event)


def _unsent(error: Exception, timeout: float, connections: Outgoing, *, late: bool) -> SendResult:
    """There was no connection."""
    if connections.refused:
        return SendResult(status="refused", error="webhook: its address is not a public one (notifier.allow_private)")
    if connections.unresolved:
        return SendResult(status="failed", error=f"webhook: its name did not resolve within {timeout:g} s")
    if late:
        return SendResult(status="failed", error=f"webhook: no connection within {timeout:g} s")
    return SendResult(status="failed", error=f"webhook: {_reason(error)}")


def _unanswered(error: Exception, timeout: float, *, late: bool) -> SendResult:
    """There was one, and no answer."""
    if late:
        return SendResult(status="unknown", error=f"webhook: no answer within {timeout:g} s")
    if isinstance(error, ssl.SSLError):
        return SendResult(status="failed", error=f"webhook: {_reason(error)}")
    return SendResult(status="unknown", error="webhook: the connection ended without an answer")


def _reason(error: Exception) -> str:
    """Why it failed, without what the other side could have written into the error."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate does not hold: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return "no secure connection could be agreed on"
    if isinstance(error, OSError) and error.strerror:
        return re.sub(r"[^\w ,'-]", "", error.strerror)[:100]
    return type(error).__name__


def _wait(header: str | None, now: float) -> float | None:
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    return max(0.0, (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now)
