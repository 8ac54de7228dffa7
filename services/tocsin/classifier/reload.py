"""Knowledge that an operator edits takes effect without a restart; what is broken does not."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import structlog

from tocsin.classifier.classify import Classifier
from tocsin.domain.errors import ConfigurationError

log = structlog.get_logger()

_EVERY: Final = 5.0
"""Seconds between two looks at the files."""

_Signature = tuple[tuple[str, int, int], ...]


class CurrentClassifier:
    """The classifier in force. Used by one thread.

    ``build`` makes it from the knowledge as it now is; it is called again when a file below ``folders`` has changed.
    When it raises ConfigurationError, the problems are logged and the classifier before it stays in force.
    """

    def __init__(
        self,
        build: Callable[[], Classifier],
        folders: Sequence[Path] = (),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._build = build
        self._folders = folders
        self._monotonic = monotonic
        self._signature = self._sign()
        self._looked = monotonic()
        self._classifier = build()

    def __call__(self) -> Classifier:
        """The classifier to use now."""
        now = self._monotonic()
        if self._folders and now - self._looked >= _EVERY:
            self._looked = now
            signature = self._sign()
            if signature != self._signature:
                self._signature = signature
                self._rebuild()
        return self._classifier

    def _rebuild(self) -> None:
        try:
            self._classifier = self._build()
        except ConfigurationError as error:
            log.error("knowledge.refused", problems=error.problems, kept=self._classifier.knowledge.version)  # noqa: TRY400 - whoever edits a file has no use for a traceback
        else:
            log.info("knowledge.loaded", version=self._classifier.knowledge.version)

    def _sign(self) -> _Signature:
        files = [file for folder in self._folders for file in sorted(folder.rglob("*.y*ml"))]
        return tuple((str(file), *_stamp(file)) for file in files)


def _stamp(file: Path) -> tuple[int, int]:
    try:
        status = file.stat()
    except OSError:  # gone between the listing and the look
        return 0, 0
    return status.st_mtime_ns, status.st_size
