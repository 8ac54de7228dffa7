"""A little of ``tests/fuzz/parser.py``, which runs as long as one likes: ``make fuzz``."""

import random

import pytest
from tests.fuzz.parser import damaged, judged


@pytest.mark.parametrize("block", range(8))
def test_damaged_feeds(block: int) -> None:
    for seed in range(block * 40, (block + 1) * 40):
        judged(damaged(random.Random(seed)))


# each was a difference between the two readers once
@pytest.mark.parametrize("seed", [586, 1035, 1508, 2272, 3427, 6990])
def test_what_was_found_once(seed: int) -> None:
    judged(damaged(random.Random(seed)))
