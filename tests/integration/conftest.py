"""What several integration tests stand on."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.feed_server import serve
from tests.integration.poller_world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    context = serve({})
    server = asyncio.run_coroutine_threadsafe(context.__aenter__(), loop).result(5)
    made = World(tmp_path, server)
    yield made
    asyncio.run_coroutine_threadsafe(context.__aexit__(None, None, None), loop).result(5)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)
    made.bus.close()
    made.store.close()
