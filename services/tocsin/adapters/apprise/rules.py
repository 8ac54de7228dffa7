"""Which channel addresses are let through to Apprise at all."""

import re
from typing import Final
from urllib.parse import parse_qsl

_LOCAL: Final = frozenset(
    "blink1 dbus file gio glib gnome kde macosx qt syslog windows".split()  # noqa: SIM905 - a list of words
)
"""Schemes that act on the machine Tocsin runs on instead of reaching somebody."""

_FILES: Final = frozenset({"attach", "keyfile", "subfile", "pgpkey", "pgppub", "pgpprv"})
"""Parameters by which some services read a file of this machine, or fetch one, and send it along."""

_SCHEME: Final = re.compile(r"\s*([a-z0-9][a-z0-9+.-]*)://", re.IGNORECASE)


def scheme(url: str) -> str:
    """The scheme in lower case, empty when there is none."""
    found = _SCHEME.match(url)
    return found[1].lower() if found else ""


def objection(url: str) -> str | None:
    """Why this address is not used, in words without secrets; None when there is nothing against it."""
    name = scheme(url)
    if not name:
        return "the channel's URL has no scheme: it should read like mailto://… or json://…"
    if name in _LOCAL:
        return f"{name}:// acts on the server itself and is not allowed as a channel"
    for key, value in parse_qsl(url.partition("?")[2], keep_blank_values=True):
        parameter = key.strip().lower()
        if parameter in _FILES or (parameter == "template" and re.search(r"[/\\.]", value)):
            return f"the parameter {parameter}= names a file and is not allowed in a channel's URL"
    return None
