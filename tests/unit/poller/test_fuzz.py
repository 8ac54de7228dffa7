"""A little of ``tests/fuzz/parser.py``, which runs as long as one likes: ``make fuzz``."""

import random

import pytest
from tests.fuzz.parser import damaged, judged


@pytest.mark.parametrize("block", range(8))
def test_damaged_feeds(block: int) -> None:
    for seed in range(block * 40, (block + 1) * 40):
        judged(damaged(random.Random(seed)))
