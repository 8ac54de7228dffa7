"""The commands as an operator meets them: what they print, what they refuse, how they exit."""

import json
import subprocess
import sys
from importlib import metadata, resources
from pathlib import Path

import pytest

TOCSIN = Path(sys.executable).with_name("tocsin")
ROOT = Path(__file__).parents[2]


def tocsin(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([TOCSIN, *arguments], cwd=cwd, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def started(tmp_path: Path) -> Path:
    """A folder with the configuration that ``tocsin init`` writes."""
    assert tocsin("init", tmp_path / "my").returncode == 0
    return tmp_path / "my"


def test_init_check_status(started: Path) -> None:
    checked = tocsin("check", "-c", started / "tocsin.yaml")
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "5 feeds, 1 subscribers with 2 subscriptions, 25 event types" in checked.stdout

    status = tocsin("status", "--json", "-c", started / "tocsin.yaml")
    assert json.loads(status.stdout) == {
        "waiting": {"classifier": 0, "router": 0, "notifier": 0},
        "deliveries_due": 0,
        "subscribers": 0,
        "feeds": {"watched": 0, "never_read": 0, "failing": [], "disabled": []},
    }
    assert "waiting for the classifier" in tocsin("status", "-c", started / "tocsin.yaml").stdout


def test_init_overwrites_nothing(started: Path) -> None:
    (started / "feeds.yaml").write_text("mine")
    again = tocsin("init", started)
    assert again.returncode == 1
    assert "feeds.yaml" in again.stderr
    assert (started / "feeds.yaml").read_text() == "mine"


def test_the_repository_ships_what_init_writes() -> None:
    starter = resources.files("tocsin.cli").joinpath("starter")
    for name in ("tocsin.yaml", "subscribers.yaml"):  # feeds.yaml: a few to begin with, many to choose from
        assert (ROOT / "config" / name).read_text("utf-8") == starter.joinpath(name).read_text("utf-8")


def test_the_settings_are_found_in_the_usual_place(started: Path) -> None:
    started.rename(started.parent / "config")
    assert tocsin("check", cwd=started.parent).returncode == 0


@pytest.mark.parametrize(
    ("file", "old", "new", "parts"),
    [
        ("tocsin.yaml", "kind: sqlite ", "kind: sqlight ", ["tocsin.yaml:12", "bus.kind"]),
        ("tocsin.yaml", "interval: 300", "intervall: 300", ["did you mean `interval`"]),
        ("tocsin.yaml", "notifier:", "notifier:\n  allow_private: ['a b']", ["notifier.allow_private: 'a b'"]),
        ("feeds.yaml", "https://www.ftc.gov", "ftp://www.ftc.gov", ["feeds.yaml", "ftc-press"]),
        ("feeds.yaml", "id: ftc-press", "id: sec-press", ["two feeds", "sec-press"]),
        ("subscribers.yaml", "policy.monetary", "policy.monetery", ["did you mean `policy.monetary`"]),
        ("subscribers.yaml", "[NVDA, AMD]", "[NVDIA]", ["NVDIA"]),
        ("subscribers.yaml", "ntfy://", "", ["Apprise URL"]),
    ],
)
def test_check_names_file_place_and_remedy(started: Path, file: str, old: str, new: str, parts: list[str]) -> None:
    path = started / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    for command in ("check", "run"):
        result = tocsin(command, "-c", started / "tocsin.yaml")
        assert result.returncode == 1
        assert all(part in result.stderr for part in parts), result.stderr
        assert "Traceback" not in result.stderr


def test_all_mistakes_are_reported_at_once(started: Path) -> None:
    path = started / "subscribers.yaml"
    path.write_text(path.read_text().replace("policy.monetary", "policy.x").replace("NVDA", "NVDIAA"))
    assert len(tocsin("check", "-c", started / "tocsin.yaml").stderr.splitlines()) == 2


def test_a_port_in_use_is_a_clear_error(started: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        path = started / "tocsin.yaml"
        path.write_text(path.read_text().replace("port: 8780", f"port: {port}"))
        result = tocsin("run", "-c", path)
    assert result.returncode == 1
    assert "health.port" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_file_that_is_no_database_is_a_clear_error(started: Path) -> None:
    (started / "data").mkdir()
    (started / "data" / "bus.db").write_text("this is not a database, but it is long enough to be read as one" * 20)
    result = tocsin("run", "-c", started / "tocsin.yaml")
    assert result.returncode == 1
    assert "bus.db" in result.stderr
    assert "Traceback" not in result.stderr


def test_types_lists_all_with_their_names() -> None:
    types = json.loads(tocsin("types", "--json").stdout)
    assert len(types) == 25
    assert set(types["policy.export-control"]) == {"name", "severity"}
    assert "market.insolvency" in tocsin("types").stdout


def test_the_command_is_what_the_package_declares() -> None:
    (script,) = metadata.entry_points(group="console_scripts", name="tocsin")
    assert script.value == "tocsin.cli.entry:main"


def test_a_stop_during_the_start_is_heard() -> None:
    # the rest of the program is replaced by a SIGTERM: without a handler the process would die of the signal (-15),
    # and as process 1 of a container not at all
    code = (
        "import os, signal, sys, types\n"
        "rest = types.SimpleNamespace(main=lambda: os.kill(os.getpid(), signal.SIGTERM))\n"
        "sys.modules['tocsin.cli.main'] = rest\n"
        "from tocsin.cli.entry import main; main()"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 143


def test_topics_are_made_by_name(started: Path) -> None:
    result = tocsin("topics", "create", "-c", started / "tocsin.yaml")
    assert result.returncode == 0
    assert "tocsin.dead-letters" in result.stdout
