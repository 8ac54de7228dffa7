"""All stores on one Redis."""

from tocsin.adapters.redis.alert_log import RedisAlertLog
from tocsin.adapters.redis.channels import RedisChannelStore
from tocsin.adapters.redis.connection import connect
from tocsin.adapters.redis.feeds import RedisFeedStore
from tocsin.adapters.redis.outbox import RedisOutbox
from tocsin.adapters.redis.stories import RedisStoryIndex
from tocsin.adapters.redis.subscriptions import RedisSubscriptionStore
from tocsin.settings.schema import RedisSettings


class RedisState:
    """The port ``State`` on a server. Connects with the first use."""

    def __init__(self, settings: RedisSettings) -> None:
        self._client = connect(settings)
        self.feeds = RedisFeedStore(self._client, settings.prefix)
        self.stories = RedisStoryIndex(self._client, settings.prefix)
        self.subscriptions = RedisSubscriptionStore(self._client, settings.prefix)
        self.alert_log = RedisAlertLog(self._client, settings.prefix)
        self.outbox = RedisOutbox(self._client, settings.prefix)
        self.channels = RedisChannelStore(self._client, settings.prefix)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
