import socket

import pytest

from tocsin.adapters.http.address_guard import AddressGuard, AddressRefusedError
from tocsin.domain.errors import ConfigurationError


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.9.1", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
        "169.254.169.254", "169.254.1.1", "100.64.0.1", "100.100.100.200", "192.0.0.8", "192.0.0.192", "192.0.2.1",
        "198.18.0.1", "198.51.100.7", "203.0.113.7", "192.88.99.1", "224.0.0.1", "239.1.1.1", "240.0.0.1",
        "255.255.255.255", "::", "::1", "::127.0.0.1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "::ffff:169.254.169.254", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b::808:808",
        "64:ff9b:1::1", "2002:7f00:1::", "2002:a00:1::1", "2002:808:808::1", "2001::1", "2001:db8::1", "3fff::1",
        "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1",
         "ff02::1", "100::1", "5f00::1", "nonsense", "",
    ],
)  # fmt: skip
def test_refuses_what_is_not_the_public_internet(address: str) -> None:
    assert not AddressGuard(()).allows(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "172.32.0.1", "::ffff:8.8.8.8", "2606:4700::1111", "2a00:1450::1"]
)
def test_allows_the_public_internet(address: str) -> None:
    assert AddressGuard(()).allows(address)


def test_networks_on_the_list_are_allowed() -> None:
    guard = AddressGuard(("10.0.0.0/8", "127.0.0.1", "fd00::/8", "169.254.169.254/32"))
    for address in ("10.9.9.9", "::ffff:10.9.9.9", "127.0.0.1", "fd12::1", "169.254.169.254"):
        assert guard.allows(address)
    for address in ("127.0.0.2", "192.168.0.1", "fe80::1", "169.254.169.253"):
        assert not guard.allows(address)


def test_a_trusted_name_opens_ones_own_networks_only() -> None:
    guard = AddressGuard(("Intranet.Example.", "bücher.example"))
    info = (socket.AF_INET, socket.SOCK_STREAM, 0, "", ("10.0.0.1", 80))
    metadata = (socket.AF_INET, socket.SOCK_STREAM, 0, "", ("169.254.169.254", 80))
    for host in ("intranet.example", "INTRANET.EXAMPLE.", "xn--bcher-kva.example"):
        with guard.hop(host) as hop:
            guard.socket(info).close()
            assert hop.refused == []
            with pytest.raises(AddressRefusedError):
                guard.socket(metadata)
    with guard.hop("other.example") as hop:
        with pytest.raises(AddressRefusedError):
            guard.socket(info)
        assert hop.refused == ["10.0.0.1"]
    with pytest.raises(AddressRefusedError):
        guard.socket(info)


@pytest.mark.parametrize("entry", ["http://intranet", "10.0.0.0/99", "", "a b", "*.example"])
def test_an_entry_that_is_neither_is_refused(entry: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^notifier\.allow_private"):
        AddressGuard((entry,), "notifier.allow_private")
