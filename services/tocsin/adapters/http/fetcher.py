"""Fetcher on aiohttp: polite, bounded in time and size, and blind to everything that is not the public web."""

import asyncio
import contextlib
import hashlib
import re
import socket
from typing import Final
from weakref import WeakValueDictionary

import aiohttp
from yarl import URL

from tocsin.adapters.http.address_guard import AddressGuard
from tocsin.adapters.http.failures import failure, shown
from tocsin.adapters.http.retry_after import retry_after
from tocsin.domain.feed import Validators
from tocsin.ports.clock import Clock, system_clock
from tocsin.ports.fetcher import Fetched, FetchError
from tocsin.settings.schema import PollerSettings

_ACCEPT: Final = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.5"
)
_OLD_IPV4: Final = re.compile(r"(?:0x[0-9a-f]+|[0-9]+)(?:\.(?:0x[0-9a-f]+|[0-9]+)){0,3}", re.IGNORECASE)
"""127.1, 2130706433, 0x7f.1, 0177.0.0.1: addresses as C's inet_aton reads them."""
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_NOT_MODIFIED: Final = 304
_CHUNK: Final = 65_536
_KEEP_ALIVE: Final = 10.0
_LONGEST_VALIDATOR: Final = 2_000
_LONGEST_HEADER: Final = 65_536


class AiohttpFetcher:
    """Implements ports.fetcher.Fetcher.

    Time spent waiting for one of the host's ``per_host`` slots does not count against ``timeout``; everything else,
    redirects included, does. ``max_bytes`` bounds the body after decompression.
    """

    def __init__(self, settings: PollerSettings, *, clock: Clock = system_clock) -> None:
        self._settings = settings
        self._clock = clock
        self._guard = AddressGuard(settings.allow_private)
        self._slots = asyncio.Semaphore(settings.concurrency)
        self._hosts: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()
        self._session: aiohttp.ClientSession | None = None

    async def fetch(self, url: str, validators: Validators) -> Fetched:
        """GET ``url``, conditionally when there are validators. Raises FetchError, never anything else."""
        try:
            return await self._follow(url, validators)
        except FetchError:
            raise
        except Exception as error:
            # the port promises it: whatever a server provokes in the client is the feed's failure, not ours
            raise FetchError("protocol", f"{type(error).__name__}: {error}") from error

    async def close(self) -> None:
        """Let go of connections. Never raises; idempotent."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _follow(self, address: str, validators: Validators) -> Fetched:
        url = _web_url(address)
        seen = {url}
        left = self._settings.timeout
        loop = asyncio.get_running_loop()
        for _ in range(self._settings.max_redirects + 1):
            host = self._hosts.setdefault(url.host or "", asyncio.Semaphore(self._settings.per_host))
            async with host, self._slots:
                began = loop.time()
                answer = await self._hop(url, validators, left)
                left -= loop.time() - began
            if isinstance(answer, Fetched):
                return answer
            if answer in seen:
                raise FetchError("redirects", f"redirected in a circle at {shown(answer)}")
            seen.add(answer)
            url = answer
        raise FetchError("redirects", f"more than {self._settings.max_redirects} redirects")

    async def _hop(self, url: URL, validators: Validators, seconds: float) -> Fetched | URL:
        with self._guard.hop(url.host or "") as hop:
            try:
                async with asyncio.timeout(max(0.0, seconds)):
                    return await self._get(url, validators)
            except TimeoutError as error:
                raise FetchError("timeout", f"{shown(url)}: no full answer in {self._settings.timeout:g} s") from error
            except (aiohttp.ClientError, OSError, ValueError) as error:
                raise failure(url, error, hop) from error

    async def _get(self, url: URL, validators: Validators) -> Fetched | URL:
        headers = {}
        if validators.etag is not None:
            headers["If-None-Match"] = validators.etag
        if validators.last_modified is not None:
            headers["If-Modified-Since"] = validators.last_modified
        async with self._client().get(url, headers=headers, allow_redirects=False) as response:
            status = response.status
            if status in _REDIRECTS and "Location" in response.headers:
                target = url.join(URL(response.headers["Location"].strip()))
                response.close()  # what a redirect says beside its target is not worth reading
                return _web_url(str(target))
            if status == _NOT_MODIFIED and headers:
                return Fetched(
                    url=str(url),
                    status=status,
                    body=None,
                    content_type=None,
                    validators=_validators(response, validators.body_hash, before=validators),
                )
            if not response.ok or status == _NOT_MODIFIED or status in _REDIRECTS:
                response.close()
                wait = retry_after(response.headers.get("Retry-After"), self._clock())
                text = f"{shown(url)} answered {status} {response.reason or ''}".rstrip()
                raise FetchError("status", text, status=status, retry_after=wait)
            body = await self._body(response)
            return Fetched(
                url=str(url.with_user(None)),
                status=status,
                body=body,
                content_type=response.headers.get("Content-Type"),
                validators=_validators(response, hashlib.blake2b(body, digest_size=16).hexdigest()),
            )

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        most = self._settings.max_bytes
        body = bytearray()
        # aiohttp decompresses piece by piece as it is read from, so a bomb ends here after ``most`` bytes
        async for chunk in response.content.iter_chunked(_CHUNK):
            body += chunk
            if len(body) > most:
                response.close()
                raise FetchError("size", f"{shown(response.url)}: more than {most:,} bytes")
        return bytes(body)

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=0,  # our own slots come before it, outside the deadline
                    socket_factory=self._guard.socket,
                    keepalive_timeout=_KEEP_ALIVE,
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self._settings.user_agent, "Accept": _ACCEPT},
                timeout=aiohttp.ClientTimeout(total=None),
                max_line_size=_LONGEST_HEADER,
                max_field_size=_LONGEST_HEADER,
            )
        return self._session


def _web_url(address: str) -> URL:
    try:
        url = URL(address.strip())
        host = url.host
    except ValueError as error:
        raise FetchError("protocol", f"not a URL: {error}") from error
    if url.scheme not in {"http", "https"} or not host:
        raise FetchError("protocol", f"only http and https URLs are fetched, not {url.scheme or 'relative'} ones")
    if _OLD_IPV4.fullmatch(host):
        # aiohttp calls these invalid, other clients connect: spelt out, the guard can judge them
        with contextlib.suppress(OSError):
            url = url.with_host(socket.inet_ntoa(socket.inet_aton(host)))
    return url.with_fragment(None)


def _validators(
    response: aiohttp.ClientResponse, body_hash: str | None, before: Validators | None = None
) -> Validators:
    """Those of the answer, verbatim; a 304 need not repeat what it did not change."""
    etag, modified = _echoable(response.headers.get("ETag")), _echoable(response.headers.get("Last-Modified"))
    if before is not None:
        etag, modified = etag or before.etag, modified or before.last_modified
    return Validators(etag=etag, last_modified=modified, body_hash=body_hash)


def _echoable(value: str | None) -> str | None:
    # one that cannot be written into a header would make every later request fail
    if value and len(value) <= _LONGEST_VALIDATOR and value.isprintable():
        return value
    return None
