import base64
from pathlib import Path

import pytest

from tocsin.domain.errors import ConfigurationError
from tocsin.runtime.vault import Vault, key_in, new_key, parse_keys

URL = "mailto://user:pass@mail.example?to=größe@desk.example"
A, B = (parse_keys(new_key(), "x")[0] for _ in range(2))
KEY = base64.urlsafe_b64encode(bytes(32)).decode()
"""A key in form only."""


def test_what_was_sealed_opens_and_shows_nothing() -> None:
    sealed = Vault([A]).seal(URL)
    assert "mail" not in sealed
    assert Vault([A]).open(sealed) == URL


def test_the_same_seals_the_same_and_never_twice() -> None:
    assert Vault([A]).seal(URL) == Vault([A]).seal(URL) != Vault([B]).seal(URL)
    assert Vault([A]).seal(Vault([A]).seal(URL)) == Vault([A]).seal(URL)


def test_keys_can_be_changed() -> None:
    old = Vault([A]).seal(URL)
    assert Vault([B, A]).open(old) == URL
    assert Vault([B]).open(Vault([B, A]).seal(URL)) == URL
    with pytest.raises(ConfigurationError, match=r"notifier\.key"):
        Vault([B]).open(old)


def test_a_changed_seal_does_not_open() -> None:
    sealed = Vault([A]).seal(URL)
    for broken in (sealed[:-6] + "AAAA==", sealed[:12], "sealed:1:?"):
        with pytest.raises(ConfigurationError):
            Vault([A]).open(broken)


def test_without_a_key_nothing_is_sealed() -> None:
    assert Vault([]).seal(URL) == Vault([]).open(URL) == URL


def test_a_key_is_made_once_for_the_owner(tmp_path: Path) -> None:
    path = tmp_path / "data" / "secret.key"
    assert key_in(path) == key_in(path)
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("text", ["", "short", "ä" * 44, KEY + ",short"])
def test_what_is_no_key_is_refused_with_a_remedy(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"here: .*tocsin channels key"):
        parse_keys(text, "here")
