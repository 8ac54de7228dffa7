"""Resident memory of a poller with 20,000 feeds that are all polled: each a document of 36 KB on a host of its own.

``python -m benchmarks.memory``. The target is absolute: 300 MB, all libraries included.
"""

import tempfile
import time
from pathlib import Path
from typing import Final

import structlog

from benchmarks.feed_host import feed_host, urls
from benchmarks.polling import Polling

FEEDS: Final = 20_000
MOST: Final = 300


def resident() -> float:
    """Megabytes, now."""
    line = next(line for line in Path("/proc/self/status").read_text("utf-8").splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def main() -> None:
    """Run, print, and fail when the target is missed."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    with feed_host() as port, tempfile.TemporaryDirectory() as folder:
        empty = resident()
        began = time.monotonic()
        polling = Polling(Path(folder), urls(port, FEEDS))
        most = [empty]
        try:
            polling.round(lambda: most.append(resident()))
            first = time.monotonic() - began
            polling.round(lambda: most.append(resident()))
        finally:
            polling.close()
    good = max(most) <= MOST
    print(
        f"memory at {FEEDS:,} feeds: {max(most):.0f} MB at most, {most[-1]:.0f} MB at the end, {empty:.0f} MB before "
        f"(target ≤ {MOST} MB) {'ok' if good else 'MISSED'}; first round {first:.0f} s, all parsed"
    )
    raise SystemExit(not good)


if __name__ == "__main__":
    main()
