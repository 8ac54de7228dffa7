from msgspec.structs import replace

from tocsin.domain.feed import ClaimedFeed, Feed, Track, Validators
from tocsin.poller import moves

OLD, NEW, OTHER = "https://old.example/f", "https://new.example/f", "https://other.example/f"


UNTRACKED = Track()


def claimed(track: Track = UNTRACKED, errors: int = 0, url: str = OLD) -> ClaimedFeed:
    feed = Feed(id="f", url=url, source="F")
    return ClaimedFeed(feed=feed, token="t", validators=Validators(), errors=errors, track=track)


def looks(*targets: str | None, url: str = OLD) -> Track:
    track = Track()
    for target in targets:
        track = moves.followed(claimed(track, url=url), track, target)
    return track


def test_a_new_address_is_adopted_after_three_good_looks_in_a_row() -> None:
    assert looks(NEW, NEW) == Track(moving=NEW, moves=2)
    assert looks(NEW, NEW, NEW) == Track(url=NEW)
    assert claimed(looks(NEW, NEW, NEW)).url == NEW


def test_anything_else_in_between_begins_the_proof_again() -> None:
    assert looks(NEW, NEW, None, NEW, NEW).url is None
    assert looks(NEW, NEW, OTHER, NEW, NEW).url is None
    assert moves.failed(claimed(looks(NEW, NEW)), looks(NEW, NEW), 500).moves == 0


def test_an_adopted_address_stays_and_may_move_on() -> None:
    adopted = looks(NEW, NEW, NEW, None)
    assert adopted.url == NEW
    assert looks(NEW, NEW, NEW, OTHER, OTHER, OTHER).url == OTHER
    assert looks(NEW, NEW, NEW, OLD, OLD, OLD).url is None


def test_tls_is_not_given_up() -> None:
    assert looks(*["http://new.example/f"] * 5) == Track()
    assert looks(*[OLD] * 3, url="http://old.example/f").url == OLD


def test_an_adopted_address_that_fails_is_given_up() -> None:
    track = looks(NEW, NEW, NEW)
    assert moves.failed(claimed(track, errors=1), track, None).url == NEW
    assert moves.failed(claimed(track, errors=2), track, None).url is None


def test_gone_is_believed_the_second_time_in_a_row() -> None:
    once = moves.failed(claimed(), Track(), 410)
    assert (once.gone, once.disabled) == (1, None)
    assert moves.failed(claimed(once, errors=1), once, 410).disabled
    between = moves.failed(claimed(once, errors=1), once, 500)
    assert moves.failed(claimed(between, errors=2), between, 410).disabled is None
    assert moves.followed(claimed(once), replace(once, disabled="x"), None) == Track()


def test_gone_at_an_adopted_address_asks_the_operators_first() -> None:
    track = looks(NEW, NEW, NEW)
    once = moves.failed(claimed(track), track, 410)
    twice = moves.failed(claimed(once, errors=1), once, 410)
    assert (twice.url, twice.disabled) == (None, None)
