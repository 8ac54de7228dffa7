"""Resident memory of a poller with 20,000 feeds that are all polled, its parser processes included: each feed a
document of 36 KB on a host of its own.

``python -m benchmarks.memory``. The target is absolute: 300 MB, all libraries included.
"""

import multiprocessing
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import structlog

from benchmarks.feed_host import feed_host, urls
from benchmarks.polling import Polling

FEEDS: Final = 20_000
MOST: Final = 300


def resident(processes: Sequence[str] = ("self",)) -> float:
    """Megabytes, now."""
    total = 0
    for process in processes:
        status = Path("/proc", process, "status").read_text("utf-8").splitlines()
        total += int(next(line for line in status if line.startswith("VmRSS")).split()[1])
    return total / 1024


def all_resident(but: int) -> float:
    """Megabytes of this process and those it started, but for one: the parsers."""
    children = {
        child for thread in Path("/proc/self/task").iterdir() for child in (thread / "children").read_text().split()
    }
    return resident(["self", *children - {str(but)}])


def main() -> None:
    """Run, print, and fail when the target is missed."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    with feed_host() as port, tempfile.TemporaryDirectory() as folder:
        empty = resident()
        began = time.monotonic()
        polling = Polling(Path(folder), urls(port, FEEDS))
        most = [empty]
        (host,) = (process.pid for process in multiprocessing.active_children())
        assert host is not None
        try:
            polling.round(lambda: most.append(all_resident(host)))
            first = time.monotonic() - began
            polling.round(lambda: most.append(all_resident(host)))
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
