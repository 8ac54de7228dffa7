"""The dependency rules of docs/architecture.md hold, and would be noticed if they did not."""

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "services" / "tocsin"


def test_import_linter_is_clean() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_forbidden_clients_are_watched_in_every_room() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    rooms = {f"tocsin.{room.name}" for room in PACKAGE.iterdir() if (room / "__init__.py").exists()}
    adapters = {f"tocsin.adapters.{room.name}" for room in (PACKAGE / "adapters").iterdir() if room.is_dir()}
    adapters = {name for name in adapters if "__pycache__" not in name}
    above = {"tocsin.cli"}  # reaches adapters through bootstrap
    for client, home in (("kafka", "tocsin.adapters.kafka"), ("redis", "tocsin.adapters.redis")):
        contract = next(c for c in contracts if c.get("forbidden_modules") == [client])
        expected = (rooms - above - {"tocsin.adapters"}) | (adapters - {home})
        assert set(contract["source_modules"]) == expected


def test_no_module_is_a_grab_bag() -> None:
    grab_bags = {"utils", "util", "helpers", "helper", "common", "misc"}
    assert [path for path in PACKAGE.rglob("*.py") if path.stem in grab_bags] == []


def test_modules_are_small() -> None:
    sizes = sorted(len(path.read_text().splitlines()) for path in PACKAGE.rglob("*.py"))
    assert sizes[len(sizes) // 2] < 150
