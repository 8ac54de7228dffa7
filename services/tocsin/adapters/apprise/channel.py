"""One Apprise service for one address, with Apprise's own retries, waits and shared threads turned off."""

import logging
import re
import time
from typing import TYPE_CHECKING, Any, Final

from tocsin.adapters.apprise.answers import noted
from tocsin.adapters.apprise.masking import mask
from tocsin.adapters.apprise.rules import MARKDOWN, account, provider, scheme
from tocsin.ports.sender import Message, SendResult, Traits
from tocsin.runtime.outgoing import Allows, outgoing

if TYPE_CHECKING:  # it loads requests, which only a send needs
    from tocsin.adapters.apprise.kept import KeptConnections

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
        self._own_headers: dict[str, str] = dict(getattr(service, "headers", None) or {})
        self._apprise: Any = apprise.Apprise(asset=asset)
        self._apprise.add(service)
        self._text: Any = apprise.NotifyFormat.TEXT
        # `text` lets Apprise escape for the provider; where the body is read as Markdown anyway, it comes escaped
        marked = provider(url) in MARKDOWN
        self._format: Any = apprise.NotifyFormat.MARKDOWN if marked else apprise.NotifyFormat.TEXT
        self._html: Any = apprise.NotifyFormat.HTML
        self._timeout = timeout
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

    @property
    def traits(self) -> Traits:
        """See ports.sender."""
        service, name = self._service, provider(self._url)
        return Traits(
            provider=name,
            account=account(self._url),
            dialect="html" if name == "email" else "markdown" if name in MARKDOWN else "text",
            title_max=int(service.title_maxlen or 0),
            # ntfy turns a message of more than 4,096 bytes into an attachment
            body_max=4000 if name == "ntfy" else min(int(service.body_maxlen), 100_000),
            unit="bytes" if name == "ntfy" else "characters",
        )

    def send(self, message: Message, kept: "KeptConnections", allows: Allows | None = None) -> SendResult:
        """See ports.sender."""
        header = _KEY_HEADERS.get(self._scheme)
        if header is not None:
            own = self._own_headers
            self._service.headers = own | dict(message.headers) | {header: message.idempotency_key}
        rich = bool(message.html)
        started = time.monotonic()
        with outgoing(self._timeout, allows) as connections, noted(kept) as answer:
            result = self._apprise.notify(
                title=message.title,
                body=message.html if rich else message.body,
                body_format=self._html if rich else self._format,
            )
        elapsed = time.monotonic() - started
        if result.status == self._sent:
            return SendResult(status="sent", code=answer.status)
        if connections.refused:
            return SendResult(
                status="refused", error=f"{self._name()}: its address is not a public one (notifier.allow_private)"
            )
        said = " ".join(str(entry.message) for entry in result.logs())
        # Apprise does not tell a lost answer from a refused message; what we saw of the connection does
        late = connections.cut or elapsed >= self._answer_within * 0.98
        if late and connections.connected and answer.status is None and not re.search(r"error=\d", said):
            return SendResult(status="unknown", error=f"{self._name()}: no answer within {elapsed:.0f} s")
        if connections.unresolved:
            return SendResult(status="failed", error=f"{self._name()}: its name did not resolve within {elapsed:.0f} s")
        reason = mask(said, self._url) or "the service did not take the message and gave no reason"
        return SendResult(
            status="failed", error=f"{self._name()}: {reason}", code=answer.status, retry_after=answer.retry_after
        )

    def _name(self) -> str:
        return str(self._service.service_name)


def silence() -> None:
    """Keep the libraries that put addresses into their log lines out of the logs. What matters is in the result."""
    for name in ("apprise", "urllib3", "requests"):
        library = logging.getLogger(name)
        library.propagate = False
        if not library.handlers:
            library.addHandler(logging.NullHandler())
