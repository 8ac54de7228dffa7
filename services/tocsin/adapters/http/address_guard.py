"""The address guard: feeds are fetched from the public internet, and from nowhere else unless the operator says so.

It stands where sockets are made, so it sees the address that will really be connected to: after DNS, on every
redirect, for every way to write an address in a URL.
"""

import re
import socket
from collections.abc import Iterable
from contextvars import ContextVar
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, Final, Self

from tocsin.domain.errors import ConfigurationError

_EMBEDDING: Final = (
    # networks whose addresses carry an IPv4 address, and how many bits stand behind it
    (IPv6Network("::ffff:0:0/96"), 0),
    (IPv6Network("::ffff:0:0:0/96"), 0),
    (IPv6Network("::/96"), 0),
    (IPv6Network("64:ff9b::/96"), 0),
    (IPv6Network("2002::/16"), 80),
)
_NEVER_PUBLIC: Final = tuple(
    ip_network(network)
    for network in (
        # what is_global of some Python 3.11 to 3.13 lets through
        "100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4",
        "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16", "fc00::/7", "fec0::/10",
        "fe80::/10", "ff00::/8",
    )
)  # fmt: skip
_OWN: Final = tuple(
    ip_network(network)
    for network in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "127.0.0.0/8",
        "100.64.0.0/10",
        "::1/128",
        "fc00::/7",
    )
)
_HOST: Final = re.compile(r"(?=.{1,253}$)[^\s/:@*?#\[\]]+")

Address = IPv4Address | IPv6Address


class AddressRefusedError(OSError):
    """The address is not one that feeds may come from."""


class Hop:
    """One request's view: whether its host is trusted, and which addresses it was refused. Holds inside ``with``."""

    __slots__ = ("_token", "refused", "trusted")

    def __init__(self, *, trusted: bool) -> None:
        self.trusted = trusted
        self.refused: list[str] = []

    def __enter__(self) -> Self:
        self._token = _hop.set(self)
        return self

    def __exit__(self, *_: object) -> None:
        _hop.reset(self._token)


_hop: ContextVar[Hop | None] = ContextVar("hop", default=None)


class AddressGuard:
    """``allow`` holds networks (CIDR, or one address) and host names.

    An address in an allowed network is allowed. A host of an allowed name may have addresses of one's own networks
    (private, loopback, shared, unique local), but not link-local ones (cloud metadata), multicast or reserved ones:
    for those, name the network. Raises ConfigurationError, which names ``setting``, for an entry that is neither.
    """

    def __init__(self, allow: Iterable[str], setting: str = "allow_private") -> None:
        networks, names, wrong = [], set(), []
        for entry in allow:
            try:
                networks.append(ip_network(entry.strip(), strict=False))
            except ValueError:
                if _HOST.fullmatch(entry.strip()):
                    names.add(_comparable(entry.strip()))
                else:
                    wrong.append(entry)
        if wrong:
            raise ConfigurationError(
                *(f"{setting}: {entry!r} is neither a network (10.0.0.0/8) nor a host name" for entry in wrong)
            )
        self._networks = tuple(networks)
        self._names = frozenset(names)
        self._judged = lru_cache(maxsize=10_000)(self.allows)

    def hop(self, host: str) -> Hop:
        """Sockets made inside this context belong to a request to ``host``. Tasks started inside inherit that."""
        return Hop(trusted=bool(self._names) and _comparable(host) in self._names)

    def socket(self, info: tuple[Any, ...]) -> socket.socket:
        """A socket for an ``getaddrinfo`` entry (aiohttp's ``socket_factory``). Raises AddressRefusedError."""
        family, kind, protocol, _, address = info
        hop = _hop.get()
        if not self._judged(str(address[0]), trusted=hop is not None and hop.trusted):
            if hop is not None:
                hop.refused.append(str(address[0]))
            raise AddressRefusedError(f"{address[0]} is not a public address")
        return socket.socket(family, kind, protocol)

    def allows(self, text: str, *, trusted: bool = False) -> bool:
        """Whether a connection to the address may be made; ``trusted`` when the host's name is allowed."""
        try:
            address = ip_address(text.partition("%")[0])
        except ValueError:
            return False
        carried = _carried(address)
        if any(_within(one, self._networks) for one in (address, carried)):
            return True
        if trusted and _within(carried, _OWN):
            return True
        # an IPv4 address in disguise is never needed to reach a public host, except through a translator
        return carried.is_global and not _within(carried, _NEVER_PUBLIC) and not _disguised(address)


def _carried(address: Address) -> Address:
    """The IPv4 address inside an IPv6 address, or the address itself."""
    if isinstance(address, IPv6Address) and int(address) > 1:
        for network, behind in _EMBEDDING:
            if address in network:
                return IPv4Address((int(address) >> behind) & 0xFFFFFFFF)
    return address


def _disguised(address: Address) -> bool:
    return isinstance(address, IPv6Address) and _carried(address) is not address and address not in _TRANSLATOR


_TRANSLATOR: Final = IPv6Network("::ffff:0:0/96")
"""Mapped addresses are plain IPv4 to the system; all other carriers route elsewhere than they look."""


def _within(address: Address, networks: Iterable[Any]) -> bool:
    return any(address in network for network in networks if network.version == address.version)


def _comparable(host: str) -> str:
    host = host.rstrip(".").lower()
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host
