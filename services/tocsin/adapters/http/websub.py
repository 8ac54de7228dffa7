"""WebSub subscriber on aiohttp (W3C Recommendation of 2018-01-23): a callback server, and the requests to hubs."""

import asyncio
import base64
import binascii
import contextlib
import socket
from collections.abc import Mapping
from typing import Final

import aiohttp
from aiohttp import web
from yarl import URL

from tocsin.adapters.http.address_guard import AddressGuard
from tocsin.adapters.http.failures import failure
from tocsin.domain.errors import ConfigurationError, TransientError
from tocsin.domain.feed import Push
from tocsin.ports.fetcher import FetchError
from tocsin.ports.push import HubError, HubListener, HubNotice
from tocsin.settings.schema import PollerSettings

_DIGITS: Final = 9
_BRIEF: Final = 200


class WebSubHub:
    """Implements ports.push.Hub.

    The callback of a feed is the configured address with one more path segment, which holds the feed's id and a key
    that only the hub was told. Whatever a proxy makes of the path before it does not matter.
    """

    def __init__(self, settings: PollerSettings) -> None:
        """Takes the port at once. Raises ConfigurationError when it cannot be had."""
        websub = settings.websub
        self._settings = settings
        self._callback = URL(websub.callback or "")
        self._guard = AddressGuard(settings.allow_private, "poller.allow_private")
        self._session: aiohttp.ClientSession | None = None
        self._runner: web.AppRunner | None = None
        try:
            self._socket = socket.create_server((websub.host, websub.port))
        except OSError as error:
            raise ConfigurationError(
                f"poller.websub.port: cannot listen on {websub.host}:{websub.port}: {error}; take another port"
            ) from error
        self.port: int = self._socket.getsockname()[1]

    async def start(self, listener: HubListener) -> None:
        """See the port."""
        app = web.Application(client_max_size=self._settings.max_bytes)
        callback = _Callback(listener)
        app.router.add_get("/{path:.*}", callback.verify, allow_head=False)
        app.router.add_post("/{path:.*}", callback.take)
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.SockSite(self._runner, self._socket).start()

    async def subscribe(self, feed: str, key: str, push: Push, lease: float) -> None:
        """See the port."""
        await self._ask("subscribe", feed, key, push, {"hub.lease_seconds": str(int(lease)), "hub.secret": push.secret})

    async def unsubscribe(self, feed: str, key: str, push: Push) -> None:
        """See the port."""
        await self._ask("unsubscribe", feed, key, push, {})

    async def _ask(self, mode: str, feed: str, key: str, push: Push, more: Mapping[str, str]) -> None:
        form = {
            "hub.mode": mode,
            "hub.topic": push.topic,
            "hub.callback": str(self._callback / f"{_segment(feed)}.{key}"),
            **more,
        }
        try:
            url = URL(push.hub)
            with self._guard.hop(url.host or "") as hop:
                try:
                    async with (
                        asyncio.timeout(self._settings.timeout),
                        self._client().post(url, data=form, allow_redirects=False) as response,
                    ):
                        status, text = response.status, (await response.content.read(_BRIEF)).decode("utf-8", "replace")
                except (aiohttp.ClientError, OSError, ValueError) as error:
                    raise failure(url, error, hop) from error
        except (FetchError, TimeoutError, ValueError) as error:
            raise HubError(f"{push.hub}: {str(error) or 'no answer in time'}") from error
        if not 200 <= status < 300:  # noqa: PLR2004 - success, as HTTP defines it
            raise HubError(f"{push.hub} answered {status}: {' '.join(text.split())}")

    async def close(self) -> None:
        """See the port."""
        runner, self._runner = self._runner, None
        session, self._session = self._session, None
        with contextlib.suppress(Exception):
            if runner is not None:
                await runner.cleanup()
            self._socket.close()
            if session is not None:
                await session.close()

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(socket_factory=self._guard.socket, force_close=True),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self._settings.user_agent},
            )
        return self._session


class _Callback:
    """The server's side: what hubs (or anyone) ask, in the port's words."""

    def __init__(self, listener: HubListener) -> None:
        self._listener = listener

    async def verify(self, request: web.Request) -> web.Response:
        """A hub wants to know whether we asked."""
        feed, key = _address(request)
        query = request.query
        lease = query.get("hub.lease_seconds", "")
        notice = HubNotice(
            mode=query.get("hub.mode", ""),
            topic=query.get("hub.topic", ""),
            lease=float(lease[:_DIGITS]) if lease.isascii() and lease.isdigit() else None,
            reason=query.get("hub.reason", "")[:_BRIEF],
        )
        try:
            taken = await self._listener.noticed(feed, key, notice)
        except TransientError as error:
            raise web.HTTPServiceUnavailable from error
        if not taken:
            raise web.HTTPNotFound
        return web.Response(text=query.get("hub.challenge", ""), content_type="text/plain")

    async def take(self, request: web.Request) -> web.Response:
        """A hub tells news."""
        feed, key = _address(request)
        try:
            if not await self._listener.knows(feed, key):
                # the standard's word for: stop sending
                raise web.HTTPGone
            body = await request.read()
            kind, signature = request.headers.get("Content-Type"), request.headers.get("X-Hub-Signature")
            if not await self._listener.told(feed, body, kind, signature):
                raise web.HTTPForbidden
        except TransientError as error:
            raise web.HTTPServiceUnavailable from error
        return web.Response(status=202)


def _segment(feed: str) -> str:
    return base64.urlsafe_b64encode(feed.encode()).decode().rstrip("=")


def _address(request: web.Request) -> tuple[str, str]:
    segment, _, key = request.path.rpartition("/")[2].rpartition(".")
    try:
        return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)).decode(), key
    except (binascii.Error, UnicodeDecodeError, ValueError) as error:
        raise web.HTTPNotFound from error
