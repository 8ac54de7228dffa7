"""What goes wrong in the client, in the port's words."""

import os
import ssl

import aiohttp
from yarl import URL

from tocsin.adapters.http.address_guard import Hop
from tocsin.ports.fetcher import FetchError


def failure(url: URL, error: Exception, hop: Hop) -> FetchError:
    """The FetchError for what aiohttp, the system or TLS raised on this hop."""
    where = shown(url)
    if hop.refused and isinstance(error, OSError):
        return FetchError(
            "address", f"{where}: {', '.join(hop.refused)} is not a public address (poller.allow_private)"
        )
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return FetchError("dns", f"{where}: the host name does not resolve")
    if isinstance(error, (aiohttp.ClientSSLError, ssl.SSLError)):
        return FetchError("tls", f"{where}: {error}")
    if isinstance(error, (aiohttp.ClientPayloadError, aiohttp.ClientResponseError, aiohttp.InvalidURL)):
        return FetchError("protocol", f"{where}: {type(error).__name__}: {error}")
    if isinstance(error, (aiohttp.ClientConnectionError, OSError)):
        return FetchError("connection", f"{where}: {_words(error)}")
    return FetchError("protocol", f"{where}: {type(error).__name__}: {error}")


def shown(url: URL) -> str:
    """A URL for people, without user, password and query: those may be secrets."""
    return str(url.origin().with_path(url.path))


def _words(error: Exception) -> str:
    # the system's own words; aiohttp's repeat the address twice
    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    text = os.strerror(cause.errno) if isinstance(cause, OSError) and cause.errno else str(error)
    return f"{text[:1].lower()}{text[1:]}" or type(error).__name__
