"""What a subscription's event pattern means."""

import pytest

from tocsin.domain.subscription import Channel, matches_type


@pytest.mark.parametrize(
    ("pattern", "type", "meant"),
    [
        ("policy.trade", "policy.trade", True),
        ("policy", "policy.trade", True),
        ("policy.*", "policy.trade", True),
        ("*", "market.merger", True),
        ("policy.tr*", "policy.trade", True),
        ("polic", "policy.trade", False),
        ("policy.trad", "policy.trade", False),
        ("market", "policy.trade", False),
    ],
)
def test_patterns(pattern: str, type: str, meant: bool) -> None:
    assert matches_type(pattern, type) is meant


def test_a_channel_does_not_show_its_url() -> None:
    assert "token" not in repr(Channel(id="c", url="slack://token"))
