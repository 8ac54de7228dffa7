"""What the provider's HTTP server answered, which Apprise does not tell: status and Retry-After.

Apprise's plugins call ``requests`` and keep the answer to themselves. All of them pass through
``requests.adapters.HTTPAdapter.send``, so that is where it is noted, for the thread that asked, and where a request
is put on a connection that is open already.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

if TYPE_CHECKING:  # it loads requests, which only a send needs
    from tocsin.adapters.apprise.kept import KeptConnections

_LARGEST: Final = 100_000
_noting: Final = threading.local()
_installed: Final = threading.Lock()


class Answer(Struct):
    """The last answer of a send: None where there was none."""

    status: int | None = None
    retry_after: float | None = None


@contextmanager
def noted(kept: "KeptConnections") -> Iterator[Answer]:
    """The last HTTP answer that this thread gets inside; its requests go over ``kept`` connections."""
    _install()
    answer = Answer()
    _noting.answer, _noting.kept = answer, kept
    try:
        yield answer
    finally:
        _noting.answer = _noting.kept = None


def _install() -> None:
    from requests.adapters import HTTPAdapter

    with _installed:
        original: Any = HTTPAdapter.send
        if getattr(original, "notes_answers", False):
            return

        def send(self: Any, request: Any, **named: Any) -> Any:
            answer: Answer | None = getattr(_noting, "answer", None)
            if answer is None:
                return original(self, request, **named)
            answer.status = answer.retry_after = None
            # an adapter with rules of its own keeps them
            lent = type(self) is HTTPAdapter and _noting.kept.suit(request, named.get("proxies"))
            response = original(_noting.kept if lent else self, request, **named)
            answer.status = response.status_code
            answer.retry_after = _wait(response)
            return response

        send.notes_answers = True  # type: ignore[attr-defined]
        HTTPAdapter.send = send  # type: ignore[assignment, method-assign]


def _wait(response: Any) -> float | None:
    """The wait asked for: the header (seconds or a date), or what Telegram and Discord put in the body."""
    if response.status_code < 400:  # noqa: PLR2004 - nothing to wait for
        return None
    header = str(response.headers.get("Retry-After", "")).strip()
    try:
        if header:
            if header.replace(".", "", 1).isdigit():
                return float(header)
            moment = parsedate_to_datetime(header)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            return max(0.0, (moment - datetime.now(UTC)).total_seconds())
        if response.status_code != 429 or int(response.headers.get("Content-Length", 0)) > _LARGEST:  # noqa: PLR2004
            return None
        body = json.loads(response.content[:_LARGEST])
        asked = body.get("retry_after", body.get("parameters", {}).get("retry_after"))
        return None if asked is None else float(asked)
    except (ValueError, TypeError, AttributeError, OverflowError, IndexError):
        return None
