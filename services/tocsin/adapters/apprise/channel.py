"""One Apprise service for one address, with Apprise's own retries, waits and shared threads turned off."""

import logging
import re
import time
from typing import Any, Final

from tocsin.adapters.apprise.masking import mask
from tocsin.adapters.apprise.rules import scheme
from tocsin.ports.sender import Message, SendResult

_KEY_HEADERS: Final = dict.fromkeys(
    ("json", "jsons", "xml", "xmls", "form", "forms"), "Idempotency-Key"
) | dict.fromkeys(("mailto", "mailtos"), "X-Tocsin-Delivery")
"""Services that take headers of ours, and the name under which the idempotency key goes along."""

_ROOMY: Final = 1000
"""Characters a service must take in one piece for a longer text to be split; elsewhere (SMS) it is cut."""


class ApprisedChannel:
    """Sends to one address. Used by one thread at a time: an Apprise service is not safe to share.

    Raises ValueError, with the reason and no secret, when Apprise can make nothing of the address.
    """

    def __init__(self, url: str, timeout: float) -> None:
        import apprise

        silence()
        self._url = url
        self._scheme = scheme(url)
        asset = apprise.AppriseAsset(
            app_id="Tocsin",
            app_desc="Tocsin news alerts",
            app_url="",
            async_mode=False,
            service_timeout=0,  # 0 keeps the send on our thread; otherwise all share one small pool
            http_redirects=False,
            secure_logging=True,
            storage_mode=apprise.PersistentStoreMode.MEMORY,
            pgp_autogen=False,
            pem_autogen=False,
            interpret_emojis=False,
        )
        service = apprise.Apprise.instantiate(url, asset=asset)
        if service is None:
            raise ValueError(
                f"Apprise cannot use this {self._scheme}:// address: a mistake in it, an unknown service, "
                "or one that needs a library which is not installed"
            )
        self._tame(service, timeout)
        self._service: Any = service
        self._apprise: Any = apprise.Apprise(asset=asset)
        self._apprise.add(service)
        self._format: Any = apprise.NotifyFormat.TEXT
        self._sent: Any = apprise.AppriseResultStatus.SUCCESS

    def _tame(self, service: Any, timeout: float) -> None:
        """Set what the address must not decide, whatever it says."""
        service.retry = 0
        service.wait = 0.0
        service.optional = False
        service.redirects = False
        service.request_rate_per_sec = 0
        # a mail session has one time limit for every step of it; elsewhere connecting and answering have their own
        connect = timeout if self._scheme in {"mailto", "mailtos"} else timeout / 3
        service.socket_connect_timeout = connect
        service.socket_read_timeout = self._answer_within = timeout if connect == timeout else timeout - connect
        if str(getattr(service.overflow_mode, "value", service.overflow_mode)) == "upstream":
            service.overflow_mode = "split" if service.body_maxlen >= _ROOMY else "truncate"

    def send(self, message: Message) -> SendResult:
        """See ports.sender."""
        header = _KEY_HEADERS.get(self._scheme)
        if header is not None:
            self._service.headers[header] = message.idempotency_key
        started = time.monotonic()
        result = self._apprise.notify(title=message.title, body=message.body, body_format=self._format)
        elapsed = time.monotonic() - started
        if result.status == self._sent:
            return SendResult(status="sent")
        said = " ".join(str(entry.message) for entry in result.logs())
        # Apprise does not tell a lost answer from a refused message; the time it took does
        if elapsed >= self._answer_within * 0.98 and not re.search(r"error=\d", said):
            return SendResult(status="unknown", error=f"{self._name()}: no answer within {elapsed:.0f} s")
        reason = mask(said, self._url) or "the service did not take the message and gave no reason"
        return SendResult(status="failed", error=f"{self._name()}: {reason}")

    def _name(self) -> str:
        return str(self._service.service_name)


def silence() -> None:
    """Keep the libraries that put addresses into their log lines out of the logs. What matters is in the result."""
    for name in ("apprise", "urllib3", "requests"):
        library = logging.getLogger(name)
        library.propagate = False
        if not library.handlers:
            library.addHandler(logging.NullHandler())
