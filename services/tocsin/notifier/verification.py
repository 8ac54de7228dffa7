"""Codes by which a subscriber shows that an address is theirs, before anything else is sent there."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace

from tocsin.ports.channels import AddedChannel

VALID: Final = timedelta(hours=24)
"""How long a code can be used."""

TRIES: Final = 5
"""How many wrong codes spoil the right one."""

PROVIDERS: Final = frozenset({"email", "webhook", "json", "sms", "whatsapp"})
"""Where anybody could enter somebody else's address. Elsewhere the address itself (a bot's token) is the proof."""


def challenge(added: AddedChannel, now: datetime) -> tuple[AddedChannel, str]:
    """The channel waiting for its new code, and the code."""
    code = f"{secrets.randbelow(10**6):06d}"
    hashed = _hash(added, code)
    channel = replace(added.channel, verified=False)
    return replace(added, channel=channel, code=hashed, code_until=now + VALID, tries=0), code


def answer(added: AddedChannel, code: str, now: datetime) -> AddedChannel:
    """The channel after a code was entered: verified if it was right, in time, and not one too many."""
    usable = added.code is not None and added.code_until is not None and now < added.code_until and added.tries < TRIES
    if usable and hmac.compare_digest(added.code or "", _hash(added, code.strip())):
        return replace(added, channel=replace(added.channel, verified=True), code=None, code_until=None, tries=0)
    return replace(added, tries=added.tries + 1)


def _hash(added: AddedChannel, code: str) -> str:
    # bound to the address: a code for one cannot verify another that replaced it
    return hashlib.sha256(repr((added.subscriber, added.channel.id, added.channel.url, code)).encode()).hexdigest()
