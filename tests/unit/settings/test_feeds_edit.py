from pathlib import Path

import pytest

from tocsin.domain.errors import ConfigurationError
from tocsin.domain.feed import Feed
from tocsin.settings.feeds_edit import add_feeds
from tocsin.settings.feeds_file import load_feeds

NEW = Feed(
    id="", url="https://n.example/feed?x=1", source="Nové: “zprávy”", language="no", tags=("a", "b c"), reliability=0.9
)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "feeds: []\n",
        "# top\nfeeds: []  # none yet\n",
        "# top\nfeeds:\n  # first\n  - {id: a, url: 'https://a.example/'}  # end\n",
        "feeds:\n- id: a\n  url: https://a.example/\n  tags:\n  - x\n# after\n",
        "feeds:\n    - url: https://a.example/\n      id: a\n\n# after\n\n",
        "feeds:\n  - {id: a, url: 'https://a.example/'}",
    ],
)
def test_what_was_written_stays(tmp_path: Path, text: str) -> None:
    file = tmp_path / "feeds.yaml"
    file.write_text(text)
    before = load_feeds(file)
    (added,) = add_feeds(file, [NEW, NEW])
    assert load_feeds(file) == [*before, added]
    assert (added.id, added.source, added.tags, added.reliability) == ("n-example-feed-x=1", NEW.source, NEW.tags, 0.9)
    after = file.read_text()
    assert all(line in after for line in text.splitlines() if "#" in line and "[]" not in line)
    assert add_feeds(file, [NEW]) == []
    assert file.read_text() == after


def test_ids_are_free(tmp_path: Path) -> None:
    file = tmp_path / "feeds.yaml"
    added = add_feeds(file, [Feed(id="a", url=f"https://a.example/{n}", source="") for n in range(3)])
    assert [feed.id for feed in added] == ["a", "a-2", "a-3"]


@pytest.mark.parametrize("text", ["other: 1\n", "feeds: [{url: 'https://a.example/'}]\n", "feeds: [\n"])
def test_a_file_that_cannot_be_added_to_stays_as_it_is(tmp_path: Path, text: str) -> None:
    file = tmp_path / "feeds.yaml"
    file.write_text(text)
    with pytest.raises(ConfigurationError, match=r"feeds\.yaml"):
        add_feeds(file, [NEW])
    assert file.read_text() == text
    assert list(tmp_path.iterdir()) == [file]
