"""Kafka's errors in the product's words: wait, read again, or give up on the record."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from kafka import errors

from tocsin.domain.errors import FencedError, PermanentError, TransientError

MOVED_ON: Final = (
    errors.CommitFailedError,
    errors.FencedInstanceIdError,
    errors.IllegalGenerationError,
    errors.InvalidProducerEpochError,
    errors.InvalidProducerIdMappingError,
    errors.ProducerFencedError,
    errors.RebalanceInProgressError,
    errors.UnknownMemberIdError,
    errors.UnknownProducerIdError,
)
"""Another member or a successor with the same name has taken over."""

NEVER: Final = (
    errors.InvalidRecordError,
    errors.InvalidTimestampError,
    errors.MessageSizeTooLargeError,
    errors.RecordListTooLargeError,
)
"""The broker will not take a record like that: too large, or dated more than an hour ahead."""

REFUSED: Final = (
    errors.AuthorizationError,
    errors.InvalidConfigurationError,
    errors.InvalidPartitionsError,
    errors.InvalidReplicationFactorError,
    errors.InvalidTopicError,
    errors.PolicyViolationError,
)
"""The broker will not make a topic like that."""


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """Raise what the block raises as FencedError, PermanentError or TransientError; ``doing`` opens the text."""
    try:
        yield
    except MOVED_ON as error:
        raise FencedError(f"{doing}: {error}") from error
    except NEVER as error:
        raise PermanentError(f"{doing}: {error}") from error
    except (errors.KafkaError, OSError) as error:
        raise TransientError(f"{doing}: {error}") from error
