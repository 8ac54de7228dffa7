"""The feeds that ship in ``config/feeds.yaml``."""

import re
from collections import Counter
from pathlib import Path

import pytest

from tocsin.domain.errors import ConfigurationError
from tocsin.settings.check import check_feeds
from tocsin.settings.feeds_file import load_feeds

FILE = Path(__file__).parents[3] / "config" / "feeds.yaml"


def test_loads_and_fits_together() -> None:
    feeds = load_feeds(FILE)
    assert list(check_feeds(str(FILE), feeds)) == []
    assert all(re.fullmatch(r"[a-z0-9-]+", feed.id) for feed in feeds)


def test_says_of_each_feed_what_an_operator_needs() -> None:
    for feed in load_feeds(FILE):
        assert feed.source, feed.id
        assert feed.language, feed.id
        assert feed.region, feed.id
        assert feed.tags, feed.id
        assert 0.5 < feed.reliability < 1, feed.id


def test_is_broad() -> None:
    feeds = load_feeds(FILE)
    assert len(feeds) >= 100
    assert len({feed.language for feed in feeds}) >= 12
    assert len({feed.region for feed in feeds}) >= 15
    kinds = Counter(tag for feed in feeds for tag in feed.tags)
    for kind in ("central-bank", "trade", "competition", "regulator", "exchange", "newswire", "news", "sanctions"):
        assert kinds[kind] >= 2, kind


@pytest.mark.parametrize(("key", "value"), [("reliability", "1.5"), ("reliability", "-1"), ("region", "Germany")])
def test_refuses_what_is_out_of_range(tmp_path: Path, key: str, value: str) -> None:
    file = tmp_path / "feeds.yaml"
    file.write_text(f"feeds:\n  - url: https://e.example/feed\n    {key}: {value}\n")
    with pytest.raises(ConfigurationError, match=rf"feeds\.yaml:3: .*{key}"):
        load_feeds(file)
