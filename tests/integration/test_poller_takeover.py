"""A poller that is killed: others take over its feeds, when its lease has ended and not before."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.integration.feed_server import Headers, answer
from tests.integration.poller_world import World, item, rss, until

LEASE = 3.0
TOCSIN = Path(sys.executable).with_name("tocsin")


def test_a_killed_pollers_feeds_are_taken_over_after_their_lease(world: World, tmp_path: Path) -> None:
    ids = [f"f{n}" for n in range(6)]
    asked: list[float] = []

    async def silent(_: Headers, writer: asyncio.StreamWriter) -> None:
        asked.append(time.monotonic())
        await asyncio.sleep(60)

    for id in ids:
        world.server.paths[f"/{id}"] = silent
    feeds = [{"id": id, "url": world.server.url(f"/{id}"), "interval": 3600} for id in ids]
    (tmp_path / "feeds.yaml").write_text(json.dumps({"feeds": feeds}))
    (tmp_path / "subscribers.yaml").write_text("subscribers: []")
    settings = {
        "data": ".",
        "poller": {"lease": LEASE, "timeout": 2.5, "per_domain": 10, "allow_private": ["127.0.0.0/8"], "parsers": 0},
        "health": {"port": 0},
    }
    (tmp_path / "tocsin.yaml").write_text(json.dumps(settings))
    # it shares this world's store and bus
    victim = subprocess.Popen([TOCSIN, "run", "poller", "-c", tmp_path / "tocsin.yaml"], env=os.environ)
    try:
        until(lambda: len(asked) == len(ids), seconds=60)
    finally:
        victim.send_signal(signal.SIGKILL)
        victim.wait()
    killed = time.monotonic()
    for id in ids:
        world.server.paths[f"/{id}"] = answer("200 OK", rss(item(id, id)))
    before = len(world.server.requests)
    with world.polling(lease=LEASE, timeout=2.5):
        until(lambda: len(world.server.requests) > before, seconds=20)
        # leased before it was asked, so a lease's length after that nearly all of it has passed
        assert time.monotonic() > asked[0] + LEASE - 1.5
        until(lambda: all(world.health(id).polled for id in ids), seconds=20)
        assert time.monotonic() - killed < 20
    assert world.titles() == ids
    assert sorted(path for path, _ in world.server.requests) == sorted(f"/{id}" for id in ids * 2)
    assert all(world.health(id).errors == 0 for id in ids)
