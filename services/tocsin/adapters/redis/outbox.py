"""Outbox in Redis.

A lane is named by a JSON array of subscriber and channel. ``{prefix}:{outbox}:queue`` is a sorted set without scores
whose members are ``lane NUL due NUL id``, so that a range by name is what waits in a lane, in order; ``:queued`` maps
id → member and holds exactly what has not ended. ``:lanes`` (by when they can be claimed) and ``:leased`` are sorted
sets of lanes, ``:tokens``, ``:gates`` and ``:states`` hashes by lane. ``:entries``, ``:deliveries``, ``:attempts``,
``:sends`` and ``:outcomes`` are hashes by id. ``:untold`` and ``:told`` hold ended ids by time, ``:undelivered`` those
that did not arrive, ``:ledger`` all by time of planning and ``:people`` the same by subscriber. One hash tag keeps all
of it in one slot of a cluster, so that each change is one script.
"""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final

import msgspec
import redis
from msgspec.structs import replace

from tocsin.adapters.redis.connection import Link
from tocsin.adapters.redis.instants import instant, micros
from tocsin.domain import codec
from tocsin.domain.delivery import (
    Attempt,
    ChannelState,
    ClaimedLane,
    Delivery,
    DeliveryOutcome,
    DeliveryRecord,
    Lane,
    Progress,
    Status,
)

_BATCH: Final = 500
"""Deliveries in one call: enough to save round trips, few enough not to hold up others."""


class RedisOutbox:
    """See tocsin.ports.outbox."""

    def __init__(self, client: redis.Redis, prefix: str) -> None:
        self._link = Link(client)
        self._base = f"{prefix}:{{outbox}}:"
        self._plan = self._link.script("outbox_plan")
        self._claim = self._link.script("outbox_claim")
        self._record = self._link.script("outbox_record")
        self._release = self._link.script("outbox_release")
        self._outcomes = self._link.script("outbox_outcomes")
        self._acknowledge = self._link.script("outbox_acknowledge")
        self._replay = self._link.script("outbox_replay")
        self._forget = self._link.script("outbox_forget")

    def plan(self, deliveries: Sequence[Delivery], now: datetime) -> int:
        """See the port."""
        keys = self._keys(
            *("entries", "deliveries", "queued", "queue", "lanes", "leased", "gates", "attempts", "ledger", "people")
        )
        left = iter(deliveries)
        new = 0
        while batch := list(islice(left, _BATCH)):
            words = (
                word
                for each in batch
                for word in (
                    *(each.id, _name(each.lane), each.alert.subscriber, _sortable(each.due), each.attempts),
                    *(codec.encode(DeliveryRecord.planned_now(each, now)), codec.encode(each)),
                )
            )
            new += self._plan(keys, _sortable(now), *words)
        return new

    def claim(self, now: datetime, lanes: int, batch: int, lease: timedelta) -> Sequence[ClaimedLane]:
        """See the port."""
        keys = self._keys("lanes", "leased", "tokens", "states", "queue", "deliveries", "attempts")
        token = secrets.token_hex(8)
        answer = iter(self._claim(keys, _sortable(now), micros(now + lease), token, lanes, batch))
        return list(_claimed(answer, token))

    def record(self, progress: Sequence[Progress]) -> None:
        """See the port."""
        keys = self._keys(
            *("entries", "deliveries", "queued", "queue", "lanes", "leased"),
            *("gates", "attempts", "sends", "outcomes", "untold", "undelivered"),
        )
        words = (word for step in progress for word in _words(step))
        self._record(keys, *words)

    def release(self, claimed: ClaimedLane, state: ChannelState, not_before: datetime | None = None) -> bool:
        """See the port."""
        keys = self._keys("lanes", "leased", "tokens", "states", "gates", "queue")
        gate = _sortable(not_before) if not_before else ""
        return bool(self._release(keys, _name(claimed.lane), claimed.token, codec.encode(state), gate))

    def states(self, lanes: Sequence[Lane]) -> Mapping[Lane, ChannelState]:
        """See the port."""
        if not lanes:
            return {}
        found = self._link.command("HMGET", *self._keys("states"), *(_name(lane) for lane in lanes))
        return {lane: codec.decode(ChannelState, state) for lane, state in zip(lanes, found, strict=True) if state}

    def outcomes(self, limit: int) -> Sequence[DeliveryOutcome]:
        """See the port."""
        waiting: list[bytes] = self._outcomes(self._keys("outcomes", "untold"), limit)
        return [codec.decode(DeliveryOutcome, outcome) for outcome in waiting]

    def acknowledge(self, ids: Sequence[str]) -> None:
        """See the port."""
        self._acknowledge(self._keys("untold", "told"), *ids)

    def ledger(
        self, limit: int, *, subscriber: str | None = None, statuses: Sequence[Status] = ()
    ) -> Sequence[DeliveryRecord]:
        """See the port."""
        found: list[DeliveryRecord] = []
        for ids in self._pages(subscriber, undelivered=bool(statuses) and "delivered" not in statuses):
            for record in self._records(ids):
                fits = subscriber in {None, record.subscriber}
                if fits and (not statuses or (record.outcome and record.outcome.status in statuses)):
                    found.append(record)
            if len(found) >= limit:
                break
        return sorted(found, key=lambda record: record.planned, reverse=True)[:limit]

    def find(self, id: str) -> DeliveryRecord | None:
        """See the port."""
        return next(iter(self._records([id])), None)

    def replay(self, id: str, now: datetime, expires: datetime) -> bool:
        """See the port."""
        words = [("HGET", *self._keys(name), id) for name in ("entries", "deliveries", "outcomes")]
        told, delivery, outcome = self._link.together(*words)
        if not (told and delivery and outcome):
            return False
        old = codec.decode(Delivery, delivery)
        again = replace(old, due=now, attempts=0, replayed=old.replayed + 1, expires=expires)
        marked = replace(codec.decode(DeliveryRecord, told), replayed=again.replayed)
        keys = self._keys(
            *("entries", "deliveries", "queued", "queue", "lanes", "leased"),
            *("gates", "attempts", "outcomes", "told", "undelivered"),
        )
        name, due = _name(again.lane), _sortable(now)
        return bool(self._replay(keys, id, name, due, codec.encode(marked), codec.encode(again), outcome))

    def forget(self, before: datetime) -> int:
        """See the port."""
        keys = self._keys(
            *("told", "people", "ledger", "undelivered"),
            *("entries", "deliveries", "attempts", "sends", "outcomes", "queued"),
        )
        total = 0
        while True:
            forgotten: int = self._forget(keys, micros(before), _BATCH)
            total += forgotten
            if forgotten < _BATCH:
                return total

    def pending(self) -> int:
        """See the port."""
        count: int = self._link.command("HLEN", *self._keys("queued"))
        return count

    def close(self) -> None:
        """See the port."""
        self._link.close()

    def _keys(self, *names: str) -> list[str]:
        return [self._base + name for name in names]

    def _pages(self, subscriber: str | None, *, undelivered: bool) -> Iterator[list[str]]:
        """Ids, last first; all of the undelivered ones at once, because they are sorted by their end."""
        if undelivered:
            yield [id.decode() for id in self._link.command("ZREVRANGE", *self._keys("undelivered"), 0, -1)]
            return
        start = 0
        while True:
            if subscriber is None:
                page = self._link.command("ZREVRANGE", *self._keys("ledger"), start, start + _BATCH - 1)
            else:
                name = subscriber.encode()
                bounds = (b"(" + name + b"\1", b"[" + name + b"\0")
                page = self._link.command("ZREVRANGEBYLEX", *self._keys("people"), *bounds, "LIMIT", start, _BATCH)
                page = [member.rpartition(b"\0")[2] for member in page]
            if not page:
                return
            yield [id.decode() for id in page]
            start += _BATCH

    def _records(self, ids: Sequence[str]) -> list[DeliveryRecord]:
        if not ids:
            return []
        names = ("entries", "queued", "sends", "outcomes")
        columns = self._link.together(*(("HMGET", *self._keys(name), *ids) for name in names))
        return [
            replace(
                codec.decode(DeliveryRecord, told),
                due=instant(queued.split(b"\0")[1]) if queued else None,
                attempts=tuple(msgspec.json.decode(b"[" + (sends or b"") + b"]", type=list[Attempt])),
                outcome=codec.decode(DeliveryOutcome, outcome) if outcome else None,
            )
            for told, queued, sends, outcome in zip(*columns, strict=True)
            if told
        ]


def _name(lane: Lane) -> bytes:
    # JSON: no byte of it is NUL, whatever the ids are
    return msgspec.json.encode((lane.subscriber, lane.channel))


def _sortable(at: datetime) -> str:
    return f"{micros(at):016d}"


def _words(step: Progress) -> Iterable[str | bytes | int]:
    outcome = step.outcome
    return (
        step.delivery,
        msgspec.json.encode(step.attempt) if step.attempt else "",
        codec.encode(outcome) if outcome else "",
        micros(outcome.at) if outcome else 0,
        outcome.status if outcome else "",
        _sortable(step.due) if step.due else "",
    )


def _claimed(answer: Iterator[Any], token: str) -> Iterator[ClaimedLane]:
    for name in answer:
        subscriber, channel = msgspec.json.decode(name, type=tuple[str, str])
        state = next(answer)
        count = next(answer)
        yield ClaimedLane(
            lane=Lane(subscriber=subscriber, channel=channel),
            token=token,
            state=codec.decode(ChannelState, state) if state else ChannelState(),
            deliveries=tuple(
                replace(codec.decode(Delivery, next(answer)), due=instant(next(answer)), attempts=int(next(answer)))
                for _ in range(count)
            ),
        )
