"""A server of the benchmarks in a process of its own, which takes no time from what is measured."""

import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any


@contextmanager
def served(serve: Callable[..., None], *arguments: Any) -> Iterator[Connection]:
    """Our end of a pipe to ``serve``, which gets the other end and ``arguments``; it is killed afterwards."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=serve, args=(there, *arguments), daemon=True)
    process.start()
    try:
        yield here
    finally:
        process.kill()
        process.join()
