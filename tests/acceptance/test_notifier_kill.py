"""The short variant of notifier_kills.py."""

from pathlib import Path

from tests.acceptance.notifier_kills import run


def test_killed_again_and_again_every_delivery_arrives_and_repeats_have_the_same_key(tmp_path: Path) -> None:
    result = run(tmp_path, 2, 300, timeout=150)
    assert result.lost == set()
    assert set(result.arrived) == result.planned
    assert result.repeated <= result.most_repeats
    assert result.delivered == 300
