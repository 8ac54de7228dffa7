"""All stores in one SQLite file."""

from pathlib import Path

from tocsin.adapters.sqlite.alert_log import SqliteAlertLog
from tocsin.adapters.sqlite.channels import SqliteChannelStore
from tocsin.adapters.sqlite.feeds import SqliteFeedStore
from tocsin.adapters.sqlite.outbox import SqliteOutbox
from tocsin.adapters.sqlite.stories import SqliteStoryIndex
from tocsin.adapters.sqlite.subscriptions import SqliteSubscriptionStore


class SqliteState:
    """The port ``State`` on a file. Raises ConfigurationError when the path cannot hold one."""

    def __init__(self, path: Path) -> None:
        self.feeds = SqliteFeedStore(path)
        self.stories = SqliteStoryIndex(path)
        self.subscriptions = SqliteSubscriptionStore(path)
        self.alert_log = SqliteAlertLog(path)
        self.outbox = SqliteOutbox(path)
        self.channels = SqliteChannelStore(path)

    def close(self) -> None:
        """Close the file."""
        for store in (self.feeds, self.stories, self.subscriptions, self.alert_log, self.outbox, self.channels):
            store.close()
