"""Structured logs on standard error: JSON for machines, columns for people."""

import logging
import sys
from typing import Literal

import structlog


def configure(level: str, form: Literal["json", "console"]) -> None:
    """Set the process's logging. Libraries that use ``logging`` go the same way, from warnings up.

    Where only errors are wanted, their warnings are not printed, but heard by those who listen (an Apprise send does).
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    tail: list[structlog.typing.Processor] = [structlog.processors.format_exc_info, last] if form == "json" else [last]
    structlog.configure(
        processors=[*shared, *tail],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        # in one write: a line of a library must not come between ours and its end
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(level.upper())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *tail],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
