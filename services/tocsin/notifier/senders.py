"""Each channel to the sender that knows its scheme."""

from collections.abc import Mapping

from tocsin.ports.sender import Message, Sender, SendResult, Traits


class SenderByScheme:
    """See tocsin.ports.sender. ``own`` maps schemes to senders; ``others`` takes the rest."""

    def __init__(self, own: Mapping[str, Sender], others: Sender) -> None:
        self._own = own
        self._others = others

    def send(self, url: str, message: Message, timeout: float, *, guarded: bool = False) -> SendResult:
        """See the port."""
        return self._of(url).send(url, message, timeout, guarded=guarded)

    def traits(self, url: str) -> Traits:
        """See the port."""
        return self._of(url).traits(url)

    def objection(self, url: str, *, guarded: bool = False) -> str | None:
        """See the port."""
        return self._of(url).objection(url, guarded=guarded)

    def close(self) -> None:
        """See the port."""
        for sender in (*self._own.values(), self._others):
            sender.close()

    def _of(self, url: str) -> Sender:
        return self._own.get(url.strip().partition("://")[0].lower(), self._others)
