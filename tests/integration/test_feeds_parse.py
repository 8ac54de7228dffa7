"""``tocsin feeds parse`` as a command."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tocsin.cli.feeds import app

FEEDS = Path(__file__).parents[1] / "data" / "feeds"
RUNNER = CliRunner()


@pytest.mark.parametrize(("name", "count"), [("rss.xml", 2), ("atom.xml", 2), ("rdf.xml", 1), ("feed.json", 2)])
def test_json(name: str, count: int) -> None:
    result = RUNNER.invoke(app, ["parse", str(FEEDS / name), "--url", "https://e.org/", "--json"])
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert told["feed"].keys() == {"title", "link", "language"}
    assert len(told["articles"]) == count
    keys = {"id", "title", "link", "published", "updated", "summary", "authors", "tags", "language"}
    assert all(article.keys() == keys and article["id"] for article in told["articles"])


def test_dates_are_utc_or_null() -> None:
    told = json.loads(RUNNER.invoke(app, ["parse", str(FEEDS / "rss.xml"), "--json"]).stdout)
    assert [article["published"] for article in told["articles"]] == ["2026-11-24T09:19:25Z", None]


def test_standard_input() -> None:
    body = (FEEDS / "rdf.xml").read_bytes()
    result = RUNNER.invoke(app, ["parse", "-", "--json"], input=body)
    assert json.loads(result.stdout)["articles"][0]["title"] == "銅の輸出を制限"


def test_table() -> None:
    result = RUNNER.invoke(app, ["parse", str(FEEDS / "atom.xml")])
    assert result.exit_code == 0
    assert "Amtsblatt" in result.stdout
    assert "2 articles" in result.stdout


def test_a_title_is_not_markup_for_the_terminal(tmp_path: Path) -> None:
    feed = tmp_path / "f.xml"
    feed.write_text(
        "<rss version='2.0'><channel><title>[/x] t</title><item><title>[red]a[/]</title></item></channel></rss>"
    )
    result = RUNNER.invoke(app, ["parse", str(feed)])
    assert result.exit_code == 0
    assert "[red]a[/]" in result.stdout


@pytest.mark.parametrize("body", [b"", b"\0\xff\xfe garbage", b"<html><body>Gone</body></html>", b"{}", b"/etc/passwd"])
def test_refuses_in_one_line(tmp_path: Path, body: bytes) -> None:
    file = tmp_path / "f"
    file.write_bytes(body)
    result = RUNNER.invoke(app, ["parse", str(file), "--json"])
    assert (result.exit_code, result.stdout) == (1, "")
    assert len(result.stderr.splitlines()) == 1
    assert result.exception is None or isinstance(result.exception, SystemExit)


@pytest.mark.parametrize("name", ["missing.xml", ".", "nul\0byte"])
def test_what_is_no_file(tmp_path: Path, name: str) -> None:
    result = RUNNER.invoke(app, ["parse", f"{tmp_path}/{name}"])
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1
