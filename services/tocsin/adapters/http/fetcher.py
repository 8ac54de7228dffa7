"""Fetcher on aiohttp: polite, bounded in time and size, and blind to everything that is not the public web."""

import asyncio
import contextlib
import hashlib
import re
import socket
from typing import Final

import aiohttp
import msgspec
from yarl import URL

from tocsin.adapters.http.address_guard import AddressGuard
from tocsin.adapters.http.domains import Domains
from tocsin.adapters.http.failures import failure, shown
from tocsin.adapters.http.headers import fresh, links, retry_after, server_time
from tocsin.domain.feed import Validators
from tocsin.ports.clock import Clock, system_clock
from tocsin.ports.fetcher import Fetched, FetchError, Manners
from tocsin.settings.schema import PollerSettings

_ACCEPT: Final = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.5"
)
_OLD_IPV4: Final = re.compile(r"(?:0x[0-9a-f]+|[0-9]+)(?:\.(?:0x[0-9a-f]+|[0-9]+)){0,3}", re.IGNORECASE)
"""127.1, 2130706433, 0x7f.1, 0177.0.0.1: addresses as C's inet_aton reads them."""
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_PERMANENT: Final = frozenset({301, 308})
_NOT_MODIFIED: Final = 304
_TOO_MANY: Final = 429
_KEEP_ALIVE: Final = 3.0
"""Seconds. The next look at this host is minutes away, and an idle TLS connection costs memory."""
_LONGEST_VALIDATOR: Final = 2_000
_LONGEST_HEADER: Final = 65_536


class AiohttpFetcher:
    """Implements ports.fetcher.Fetcher.

    Time spent waiting for one of the domain's slots does not count against ``timeout``; everything else, redirects
    included, does. ``max_bytes`` bounds the body after decompression.
    """

    def __init__(self, settings: PollerSettings, *, clock: Clock = system_clock) -> None:
        self._settings = settings
        self._clock = clock
        self._guard = AddressGuard(settings.allow_private, "poller.allow_private")
        self._domains = Domains(settings.domains, settings.per_domain)
        self._slots = asyncio.Semaphore(settings.concurrency)
        self._session: aiohttp.ClientSession | None = None

    @property
    def waiting(self) -> int:
        """See the port."""
        return self._domains.waiting

    def manners(self, url: str) -> Manners:
        """See the port."""
        return self._domains.manners(url, asyncio.get_running_loop().time())

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
        spent = 0.0
        permanent: str | None = None
        # an address with a password is not given up for one without
        only_permanent = url.user is None
        loop = asyncio.get_running_loop()
        for _ in range(self._settings.max_redirects + 1):
            domain = self._domains.of(url.host or "")
            await domain.enter()
            began = loop.time()
            try:
                async with self._slots:
                    began = loop.time()
                    answer = await self._hop(url, validators, self._settings.timeout - spent)
                domain.content()
            except FetchError as error:
                if error.status == _TOO_MANY:
                    domain.complained()
                raise
            finally:
                took = loop.time() - began
                domain.leave(took)
            spent += took
            if isinstance(answer, Fetched):
                return msgspec.structs.replace(answer, permanent=permanent, latency=spent)
            url, kept = answer
            only_permanent = only_permanent and kept
            if only_permanent:
                permanent = str(url)
            if url in seen:
                raise FetchError("redirects", f"redirected in a circle at {shown(url)}")
            seen.add(url)
        raise FetchError("redirects", f"more than {self._settings.max_redirects} redirects")

    async def _hop(self, url: URL, validators: Validators, seconds: float) -> Fetched | tuple[URL, bool]:
        with self._guard.hop(url.host or "") as hop:
            try:
                async with asyncio.timeout(max(0.0, seconds)):
                    return await self._get(url, validators)
            except TimeoutError as error:
                raise FetchError("timeout", f"{shown(url)}: no full answer in {self._settings.timeout:g} s") from error
            except (aiohttp.ClientError, OSError, ValueError) as error:
                raise failure(url, error, hop) from error

    async def _get(self, url: URL, validators: Validators) -> Fetched | tuple[URL, bool]:
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
                return _web_url(str(target)), status in _PERMANENT
            if status == _NOT_MODIFIED and headers:
                return self._fetched(response, None, _validators(response, validators.body_hash, before=validators))
            if not response.ok or status == _NOT_MODIFIED or status in _REDIRECTS:
                response.close()
                wait = retry_after(response.headers.get("Retry-After"), server_time(response.headers, self._clock()))
                text = f"{shown(url)} answered {status} {response.reason or ''}".rstrip()
                raise FetchError("status", text, status=status, retry_after=wait)
            body = await self._body(response)
            return self._fetched(
                response, body, _validators(response, hashlib.sha1(body, usedforsecurity=False).hexdigest())
            )

    def _fetched(self, response: aiohttp.ClientResponse, body: bytes | None, validators: Validators) -> Fetched:
        headers = response.headers
        linked = links(headers) if "Link" in headers else {}
        return Fetched(
            url=str(response.url.with_user(None) if response.url.raw_user else response.url),
            status=response.status,
            body=body,
            content_type=None if body is None else headers.get("Content-Type"),
            validators=validators,
            fresh=fresh(headers, self._clock()),
            hub=linked.get("hub"),
            topic=linked.get("self"),
        )

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        most = self._settings.max_bytes
        if (response.content_length or 0) > most:
            response.close()
            raise FetchError("size", f"{shown(response.url)}: {response.content_length:,} bytes announced")
        parts: list[bytes] = []
        size = 0
        # aiohttp decompresses piece by piece as it is read from, so a bomb ends here after ``most`` bytes
        while part := await response.content.readany():
            parts.append(part)
            size += len(part)
            if size > most:
                response.close()
                raise FetchError("size", f"{shown(response.url)}: more than {most:,} bytes")
        return parts[0] if len(parts) == 1 else b"".join(parts)

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
            plain = socket.inet_ntoa(socket.inet_aton(host))
            url = url if plain == host else url.with_host(plain)
    return url.with_fragment(None) if url.raw_fragment else url


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
