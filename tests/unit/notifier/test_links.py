from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.notifier.links import VALID, LinkError, LinkSigner

NOW = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
OLD, NEW = b"o" * 32, b"n" * 32
SIGNER = LinkSigner([NEW, OLD], "https://bell.example/")


def token(signer: LinkSigner = SIGNER, subject: str = "sto-1") -> str:
    return signer.token("mute", subscriber="anna", subject=subject, alert="alr-1", now=NOW)


def test_a_token_tells_what_it_allows() -> None:
    claim = SIGNER.verify(token(), NOW)
    assert (claim.action, claim.subscriber, claim.subject, claim.alert) == ("mute", "anna", "sto-1", "alr-1")
    assert claim.expires == NOW + VALID


def test_a_link_leads_to_the_public_address() -> None:
    url = SIGNER.url("useful", subscriber="anna", subject="sto-1", alert="alr-1", now=NOW)
    assert url.startswith("https://bell.example/l/")
    assert SIGNER.verify(url.rpartition("/")[2], NOW).action == "useful"


@pytest.mark.parametrize("signer", [LinkSigner([], "https://bell.example"), LinkSigner([NEW], "")])
def test_without_key_or_address_there_are_no_links(signer: LinkSigner) -> None:
    assert signer.url("mute", subscriber="a", subject="s", alert="x", now=NOW) == ""


def test_a_token_ends() -> None:
    SIGNER.verify(token(), NOW + VALID - timedelta(seconds=1))
    with pytest.raises(LinkError, match="too old"):
        SIGNER.verify(token(), NOW + VALID)


def test_a_token_of_the_key_before_still_holds_and_of_another_does_not() -> None:
    assert SIGNER.verify(token(LinkSigner([OLD], "x")), NOW).action == "mute"
    with pytest.raises(LinkError):
        SIGNER.verify(token(LinkSigner([b"x" * 32], "x")), NOW)


def test_no_byte_of_a_token_can_be_changed() -> None:
    good = token()
    for place, char in enumerate(good):
        changed = good[:place] + ("A" if char != "A" else "B") + good[place + 1 :]
        try:
            claim = SIGNER.verify(changed, NOW)
        except LinkError:
            continue
        # the last character of base64 has bits that do not count
        assert claim == SIGNER.verify(good, NOW)


@given(st.text(max_size=100))
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(LinkError):
        SIGNER.verify(text, NOW)


@given(st.text(max_size=50))
def test_any_subject_survives(subject: str) -> None:
    try:
        subject.encode()
    except UnicodeEncodeError:
        return
    assert SIGNER.verify(token(subject=subject), NOW).subject == subject
