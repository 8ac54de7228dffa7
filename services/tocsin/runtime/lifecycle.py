"""Running services together: one thread each, stopped together, in order."""

import signal
import threading
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Protocol

import structlog

log = structlog.get_logger()


class Service(Protocol):
    """Something that works until told to stop."""

    @property
    def name(self) -> str:
        """Its name in logs."""
        ...

    def run(self, stop: threading.Event) -> None:
        """Work until ``stop`` is set, then finish what is in hand, commit it and return.

        Waits out what is transient by itself; an exception that leaves it ends the process.
        """
        ...


def run(services: Sequence[Service], stop: threading.Event) -> bool:
    """Run all services until ``stop`` is set or one of them fails. Returns True when all ended well."""
    failed: list[str] = []

    def guard(service: Service) -> Callable[[], None]:
        def body() -> None:
            log.info("service.started", service=service.name)
            try:
                service.run(stop)
            except Exception:
                log.exception("service.failed", service=service.name)
                failed.append(service.name)
                stop.set()
            else:
                log.info("service.stopped", service=service.name)

        return body

    threads = [threading.Thread(target=guard(service), name=service.name) for service in services]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return not failed


def stop_on_signals(stop: threading.Event) -> None:
    """Let SIGTERM and SIGINT ask for a graceful stop; a second one is not waited for."""

    def ask(number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        log.info("process.stopping", signal=signal.Signals(number).name)
        stop.set()

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)
