"""The dead letters of the topic: what there is, and publishing a record again."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from tocsin.domain import codec
from tocsin.domain.dead_letter import DeadLetter
from tocsin.domain.errors import UndecodableError
from tocsin.domain.record import DEAD_LETTERS, Record
from tocsin.ports.bus import Bus


class Letter(Struct, frozen=True):
    """A dead letter and its id."""

    id: str
    letter: DeadLetter


def letters(bus: Bus) -> Sequence[Letter]:
    """All there are, oldest first, those that were replayed too. Raises TransientError."""
    found: dict[str, Letter] = {}
    for record in bus.read(DEAD_LETTERS):
        try:
            letter = codec.decode(DeadLetter, record.value)
        except UndecodableError:
            # not from us, and nothing that could be replayed
            continue
        id = record.headers.get("ce_id", record.origin)
        known = found.get(id)
        # a service that failed on it once more, before it had committed, writes the letter again
        if known is None or known.letter.replayed is None:
            found[id] = Letter(id, letter)
    return sorted(found.values(), key=lambda each: each.letter.at)


def replay(bus: Bus, each: Letter, now: datetime) -> None:
    """Publish the record to its topic again, and the letter with a note that this was done. Raises TransientError."""
    letter = each.letter
    noted = msgspec.structs.replace(letter, replayed=now)
    bus.publish(
        [
            Record(topic=letter.topic, key=letter.key, value=letter.value, time=now, headers=letter.headers),
            codec.record(DEAD_LETTERS, key=letter.key, id=each.id, value=noted, source="operator", time=now),
        ]
    )
