"""Feeds that move or go away for good: what their servers say, believed after proof. Pure."""

from typing import Final

import msgspec

from tocsin.domain.feed import ClaimedFeed, Track

PROOF: Final = 3
"""Good looks in a row that must lead to the same new address before it is taken for the feed's own."""
_DOUBT: Final = 3
"""Failures in a row after which an adopted address is given up for the one the operator wrote."""
_GONE: Final = 410
_ENOUGH: Final = 2
"""Answers 410 in a row that are believed."""


def followed(claimed: ClaimedFeed, track: Track, permanent: str | None) -> Track:
    """After a good look. ``permanent`` is where permanent redirects (301, 308) led, None where there were none.

    A new address is adopted only when it has given a feed PROOF times in a row, and never when it would give up TLS.
    """
    track = msgspec.structs.replace(track, gone=0, disabled=None)
    if permanent is None or permanent == claimed.url or _downgrade(claimed.url, permanent):
        return msgspec.structs.replace(track, moving=None, moves=0)
    moves = track.moves + 1 if permanent == track.moving else 1
    if moves < PROOF:
        return msgspec.structs.replace(track, moving=permanent, moves=moves)
    return msgspec.structs.replace(
        track, url=None if permanent == claimed.feed.url else permanent, moving=None, moves=0
    )


def failed(claimed: ClaimedFeed, track: Track, status: int | None) -> Track:
    """After a bad look. A feed whose server says twice in a row that it is gone is disabled (``track.disabled``)."""
    gone = track.gone + 1 if status == _GONE else 0
    # an adopted address that fails may have been a mistake: the operator's is asked before anything is believed
    doubtful = track.url is not None and (claimed.errors + 1 >= _DOUBT or gone >= _ENOUGH)
    if doubtful:
        return msgspec.structs.replace(track, url=None, moving=None, moves=0, gone=0)
    disabled = "gone: its server answered 410 twice" if gone >= _ENOUGH else None
    return msgspec.structs.replace(track, moving=None, moves=0, gone=gone, disabled=disabled)


def _downgrade(old: str, new: str) -> bool:
    return old.lower().startswith("https:") and not new.lower().startswith("https:")
