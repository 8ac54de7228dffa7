"""Secrets at rest: sealed with a key from the environment or a file, opened where they are used.

AES-SIV: the same text under the same key gives the same sealed text, so that stores can tell whether something
changed, and no nonce can be repeated by accident.
"""

import base64
import binascii
import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tocsin.domain.errors import ConfigurationError

_PREFIX: Final = "sealed:1:"
_BYTES: Final = 32


def new_key() -> str:
    """A new key in Fernet's form: 32 random bytes, base64url."""
    return base64.urlsafe_b64encode(os.urandom(_BYTES)).decode()


def parse_keys(text: str, place: str) -> tuple[bytes, ...]:
    """The keys in a setting: one, or several with commas. Raises ConfigurationError, naming ``place``."""
    keys = []
    for part in (each.strip() for each in text.split(",")):
        try:
            key = base64.b64decode(part, altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if len(key) != _BYTES:
            raise ConfigurationError(f"{place}: not a key; `tocsin channels key` prints a new one")
        keys.append(key)
    return tuple(keys)


def key_in(path: Path) -> tuple[bytes, ...]:
    """The keys in a file that belongs to this deployment alone; made, for the owner's eyes only, when missing.

    Raises ConfigurationError.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            # written aside and linked, so that another process finds a whole key or none
            with tempfile.NamedTemporaryFile("w", dir=path.parent) as file:
                file.write(new_key() + "\n")
                file.flush()
                with suppress(FileExistsError):
                    os.link(file.name, path)
        return parse_keys(path.read_text(encoding="ascii").strip(), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: the key to stored addresses cannot be read or made: {error}") from error


class Vault:
    """``keys``: the first seals, all open, so that keys can be changed. Without any, nothing is sealed."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._ciphers = [AESSIV(HKDF(SHA256(), 64, None, b"tocsin addresses").derive(key)) for key in keys]

    def seal(self, text: str) -> str:
        """The text, sealed; as it is when there is no key or it is sealed already."""
        if not self._ciphers or text.startswith(_PREFIX):
            return text
        return _PREFIX + base64.urlsafe_b64encode(self._ciphers[0].encrypt(text.encode(), None)).decode()

    def open(self, text: str) -> str:
        """The text that was sealed; one that never was comes back as it is. Raises ConfigurationError."""
        if not text.startswith(_PREFIX):
            return text
        try:
            sealed = base64.urlsafe_b64decode(text.removeprefix(_PREFIX))
        except (binascii.Error, ValueError):
            sealed = b""
        for cipher in self._ciphers:
            try:
                return cipher.decrypt(sealed, None).decode()
            except (InvalidTag, ValueError):
                continue
        raise ConfigurationError(
            "notifier.key: a stored address was sealed with another key; add that one, with a comma"
        )
