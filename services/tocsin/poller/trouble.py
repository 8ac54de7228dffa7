"""What keeps the poller from its work now, for its heartbeat."""


class Trouble:
    """Troubles by where they are. Used on one event loop."""

    def __init__(self) -> None:
        self._now: dict[str, str] = {}

    def begins(self, where: str, what: str) -> None:
        """It does not work there."""
        self._now[where] = what

    def over(self, where: str) -> None:
        """It works again there, or nobody waits for it any more."""
        self._now.pop(where, None)

    @property
    def text(self) -> str | None:
        """One of the troubles, None when there are none."""
        return next(iter(self._now.values()), None)
