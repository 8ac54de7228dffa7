"""The client, made from the settings, and its errors told apart, here and nowhere else."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from typing import Any, Final

import redis
from redis.backoff import NoBackoff
from redis.commands.core import Script as RegisteredScript
from redis.connection import parse_url
from redis.exceptions import (
    AuthenticationError,
    AuthenticationWrongNumberOfArgsError,
    AuthorizationError,
    ConnectionError,  # noqa: A004 - Redis's own
    NoPermissionError,
    NoScriptError,
    ReadOnlyError,
    ResponseError,
    TimeoutError,  # noqa: A004 - Redis's own
)
from redis.retry import Retry

from tocsin.domain.errors import ConfigurationError, TransientError
from tocsin.settings.schema import RedisSettings

_REFUSED: Final = (AuthenticationError, AuthenticationWrongNumberOfArgsError, AuthorizationError)
_PASSING: Final = frozenset(
    {
        "BUSY",
        "CLUSTERDOWN",
        "LOADING",
        "MASTERDOWN",
        "MISCONF",
        "NOREPLICAS",
        "OOM",
        "READONLY",
        "TRYAGAIN",
        "UNKILLABLE",
    }
)
"""First words of replies that say "not now" rather than "wrong"."""


def connect(settings: RedisSettings) -> redis.Redis:
    """A client for all stores of a process, safe for threads. Connects with the first command, and again after losses.

    Raises ConfigurationError when the URL is none.
    """
    try:
        named: dict[str, Any] = parse_url(settings.url)  # type: ignore[no-untyped-call]
    except ValueError as error:
        raise ConfigurationError(
            f"state.redis.url: {error}; write redis://host:port/0, rediss:// for TLS or unix:///path"
        ) from error
    options: dict[str, Any] = {
        "socket_timeout": settings.timeout,
        "socket_connect_timeout": settings.timeout,
        "socket_keepalive": True,
        "health_check_interval": 30,
        # the services retry, with a wait; a retry down here would run a script twice whose answer was lost
        "retry": Retry(NoBackoff(), 0),
        "protocol": 2,
    }
    login = {"username": settings.username, "password": settings.password}
    options |= named | {name: value for name, value in login.items() if value is not None}
    return redis.Redis.from_pool(redis.ConnectionPool(**options))


class Link:
    """What the stores use of a client. Every method raises TransientError while Redis is out of reach or refuses work
    for now, and ConfigurationError when it refuses the login.
    """

    def __init__(self, client: redis.Redis) -> None:
        self._client = client

    def command(self, *words: str | bytes | float) -> Any:
        """The answer to one command."""
        with self.wrapped():
            return self._client.execute_command(*words)  # type: ignore[no-untyped-call]

    def together(self, *commands: tuple[str, ...]) -> list[Any]:
        """The answers to several commands that nothing comes between (MULTI)."""
        with self.wrapped(), self._client.pipeline(transaction=True) as pipeline:
            for words in commands:
                pipeline.execute_command(*words)  # type: ignore[no-untyped-call]
            return pipeline.execute()

    def scripts(
        self, script: RegisteredScript, calls: Sequence[tuple[Sequence[str], Sequence[str | bytes | float]]]
    ) -> list[Any]:
        """The answers to one script called many times in one round trip; others' commands may come between."""
        with self.wrapped(), self._client.pipeline(transaction=False) as pipeline:
            for keys, arguments in calls:
                script(keys=keys, args=arguments, client=pipeline)
            return pipeline.execute()

    def script(self, name: str) -> "Script":
        """The script ``lua/<name>.lua``, ready to run. Asks nothing of the server yet."""
        source = files(__package__).joinpath("lua", f"{name}.lua").read_text("utf-8")
        return Script(self, self._client, self._client.register_script(source))

    def close(self) -> None:
        """Let go of connections. Never raises; idempotent."""
        try:
            self._client.close()
        except (redis.RedisError, OSError):
            return

    @contextmanager
    def wrapped(self) -> Iterator[None]:
        """Turn the client's errors into ours."""
        try:
            yield
        except _REFUSED as error:
            raise ConfigurationError(
                f"state.redis: the server refuses the login ({error}); check username and password (or password_file)"
            ) from error
        except NoPermissionError as error:
            raise ConfigurationError(
                f"state.redis: the user may not do this ({error}); allow it the keys of the prefix, and scripts"
            ) from error
        except (ConnectionError, TimeoutError, OSError) as error:
            raise TransientError(f"Redis: {error}") from error
        except ResponseError as error:
            if not _passing(error):
                raise
            if isinstance(error, ReadOnlyError):
                # the master has become a replica: the name may lead to the new one by now
                self._client.connection_pool.disconnect(inuse_connections=False)
            raise TransientError(f"Redis: {error}") from error


class Script:
    """A Lua script that runs as one step. A server that does not know it (any more) is sent it again."""

    def __init__(self, link: Link, client: redis.Redis, script: RegisteredScript) -> None:
        self._link = link
        self._client = client
        self._script = script

    def __call__(self, keys: Sequence[str], *arguments: str | bytes | float) -> Any:
        """Run it and return its answer."""
        # redis-py's own object asks each time whether the client is a pipeline, and that is measurable
        words = ("EVALSHA", self._script.sha, len(keys), *keys, *arguments)
        with self._link.wrapped():
            try:
                return self._client.execute_command(*words)  # type: ignore[no-untyped-call]
            except NoScriptError:
                self._client.script_load(self._script.script)
                return self._client.execute_command(*words)  # type: ignore[no-untyped-call]

    def each(self, calls: Sequence[tuple[Sequence[str], Sequence[str | bytes | float]]]) -> list[Any]:
        """Run it for each (keys, arguments), each as one step, in one round trip; the answers, in order."""
        if len(calls) == 1:
            ((keys, arguments),) = calls
            return [self(keys, *arguments)]
        return self._link.scripts(self._script, calls)


def _passing(error: ResponseError) -> bool:
    # redis-py takes the first word off where it has a class for it
    return (error.status_code or str(error).split(" ", 1)[0]) in _PASSING
