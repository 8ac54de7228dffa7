"""What a process logs from many threads, by our logger and by libraries: a JSON object on every line."""

import json
import subprocess
import sys
from typing import Final

TALK: Final = """
import logging, sys, threading
import structlog
from tocsin.runtime import logs

logs.configure("info", "json")
sys.setswitchinterval(1e-6)

def ours():
    for number in range(2000):
        structlog.get_logger().info("ours", number=number)

def theirs():
    for number in range(2000):
        logging.getLogger("library").warning("theirs %s", number)

threads = [threading.Thread(target=talk) for talk in (ours, theirs, ours, theirs)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


def test_every_line_is_one_json_object_whoever_writes() -> None:
    done = subprocess.run([sys.executable, "-c", TALK], capture_output=True, text=True, timeout=120, check=True)
    events = [json.loads(line)["event"] for line in done.stderr.splitlines()]
    assert len(events) == 8000
    assert events.count("ours") == 4000
