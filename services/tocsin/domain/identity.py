"""Deterministic ids: the same thing has the same id however often it is seen, so replays are idempotent."""

import hashlib


def _digest(kind: str, *parts: str) -> str:
    # a length before each part keeps ("ab", "c") apart from ("a", "bc")
    joined = "".join(f"{len(part)}:{part}" for part in parts)
    return f"{kind}-{hashlib.blake2b(joined.encode('utf-8', 'surrogatepass'), digest_size=12).hexdigest()}"


def article_id(feed: str, identity: str) -> str:
    """Id of an article, from its feed and its canonical identity there (guid, link, or title and date)."""
    return _digest("art", feed, identity)


def content_hash(*parts: str) -> str:
    """Hash of what a reader would notice as changed; a new hash makes a new revision."""
    return _digest("rev", *parts)


def mark(part: str) -> str:
    """A short hash, to see whether something changed; too short to tell many things apart."""
    return hashlib.blake2b(part.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()


def story_id(article: str) -> str:
    """Id of the story that an article opens."""
    return _digest("sto", article)


def alert_id(subscriber: str, story: str, revision: int) -> str:
    """Id of an alert: one for each subscriber, story and revision of the story."""
    return _digest("alr", subscriber, story, str(revision))


def delivery_id(alert: str, channel: str) -> str:
    """Id of a delivery, sent to receivers as the idempotency key."""
    return _digest("dlv", alert, channel)


def dead_letter_id(service: str, origin: str) -> str:
    """Id of a dead letter: one for each record and service that failed on it."""
    return _digest("ded", service, origin)
