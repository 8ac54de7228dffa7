"""A deployment under test: every service its own process, as an operator runs them."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from tests.backends.backend import free_port

TOCSIN = Path(sys.executable).with_name("tocsin")


class Stack:
    """Starts, kills and stops ``tocsin run`` processes on one configuration; a replica has a name of its own."""

    def __init__(self, folder: Path, settings: dict[str, Any], feeds: list[Any], subscribers: list[Any]) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.config = folder / "tocsin.yaml"
        # JSON is YAML
        self.config.write_text(json.dumps(settings))
        (folder / "feeds.yaml").write_text(json.dumps({"feeds": feeds}))
        (folder / "subscribers.yaml").write_text(json.dumps({"subscribers": subscribers}))
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._ports: dict[str, int] = {}

    def start(self, name: str, service: str) -> None:
        """Start a replica of ``service``, or start it again, under the same name."""
        port = self._ports.setdefault(name, free_port())
        environment = {
            **os.environ,
            "TOCSIN_CONFIG": str(self.config),
            "TOCSIN__instance": name,
            "TOCSIN__health__port": str(port),
        }
        with self.log(name).open("ab") as output:
            self._processes[name] = subprocess.Popen(
                [TOCSIN, "run", service], env=environment, stdout=output, stderr=output
            )

    def log(self, name: str) -> Path:
        """Where a replica's output goes."""
        return self.folder / f"{name}.log"

    def kill(self, name: str) -> None:
        """SIGKILL."""
        process = self._processes[name]
        process.kill()
        process.wait()

    def stop(self, name: str) -> int:
        """SIGTERM; returns the exit code."""
        process = self._processes.pop(name)
        process.send_signal(signal.SIGTERM)
        return process.wait(timeout=30)

    def ready(self, name: str) -> bool:
        """What /readyz says."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self._ports[name]}/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def wait_ready(self, *names: str, timeout: float = 60) -> None:
        """Until all of these are ready."""
        deadline = time.monotonic() + timeout
        for name in names:
            while not self.ready(name):
                code = self._processes[name].poll()
                assert code is None, f"{name} ended with {code}:\n{self.log(name).read_text()[-3000:]}"
                assert time.monotonic() < deadline, f"{name} not ready:\n{self.log(name).read_text()[-3000:]}"
                time.sleep(0.1)

    def close(self) -> None:
        """End what still runs."""
        for process in self._processes.values():
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            process.wait()
