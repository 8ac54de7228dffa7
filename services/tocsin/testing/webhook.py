"""A webhook that remembers what it was sent."""

import json
import threading
import time
from collections.abc import Callable
from typing import Any

from msgspec import Struct

from tocsin.testing.web import LocalServer, Request, Response


class Call(Struct, frozen=True, kw_only=True):
    """One POST: its path, headers (names in lower case) and JSON body."""

    path: str
    headers: dict[str, str]
    body: Any


class RecordingWebhook(LocalServer):
    """Takes POSTs of JSON. ``status`` decides the answer to each; by default 200."""

    def __init__(self, *, port: int = 0, status: Callable[[Call], int] = lambda _: 200) -> None:
        self._calls: list[Call] = []
        self._changed = threading.Condition()

        self._status = status
        super().__init__(self._answer, port=port)

    @property
    def calls(self) -> list[Call]:
        """What arrived so far, in order."""
        with self._changed:
            return list(self._calls)

    @property
    def apprise_url(self) -> str:
        """The Apprise URL of this webhook."""
        return f"json://{self.host}:{self.port}/"

    def wait_for(self, count: int, timeout: float) -> list[Call]:
        """The calls, as soon as there are ``count``, or what there is after ``timeout`` seconds."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while len(self._calls) < count and (left := deadline - time.monotonic()) > 0:
                self._changed.wait(left)
            return list(self._calls)

    def _answer(self, request: Request) -> Response:
        call = Call(path=request.path, headers=dict(request.headers), body=json.loads(request.body or b"null"))
        code = self._status(call)
        if code < 400:  # noqa: PLR2004 - what was refused did not arrive
            with self._changed:
                self._calls.append(call)
                self._changed.notify_all()
        return Response(status=code)
