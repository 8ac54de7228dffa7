"""Errors by what to do about them: wait, give up on this record, or refuse to start."""


class TocsinError(Exception):
    """Root of every error that Tocsin raises on purpose."""


class TransientError(TocsinError):
    """The outside world is not ready; the same work will succeed later.

    ``retry_after`` is the wait in seconds that the other side asked for, or None.
    """

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class FencedError(TransientError):
    """Another member of the group owns this work now; forget it and read again."""


class PermanentError(TocsinError):
    """This record can never be processed; it belongs in the dead letters."""


class UndecodableError(PermanentError):
    """Bytes that are not the value they claim to be."""


class ConfigurationError(TocsinError):
    """What the operator wrote cannot work. The text names file, place and remedy.

    ``problems`` has one entry for each mistake, so that all are mended in one round.
    """

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
