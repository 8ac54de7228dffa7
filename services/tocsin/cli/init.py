"""``tocsin init``: a configuration to start from."""

from importlib import resources
from pathlib import Path
from typing import Annotated

import typer

from tocsin.domain.errors import ConfigurationError

FILES = ("tocsin.yaml", "feeds.yaml", "subscribers.yaml")


def init(
    folder: Annotated[Path, typer.Argument(help="Where to write the files.")] = Path("config"),
) -> None:
    """Write tocsin.yaml, feeds.yaml and subscribers.yaml with comments. Overwrites nothing."""
    present = [name for name in FILES if (folder / name).exists()]
    if present:
        raise ConfigurationError(
            f"{folder} has {', '.join(present)} already; name another folder, or remove them first"
        )
    folder.mkdir(parents=True, exist_ok=True)
    starter = resources.files(__package__).joinpath("starter")
    for name in FILES:
        (folder / name).write_text(starter.joinpath(name).read_text("utf-8"), encoding="utf-8")
        print(f"wrote {folder / name}")
    settings = folder / "tocsin.yaml"
    print(f"\nNext: edit {folder / 'subscribers.yaml'}, then\n  tocsin check -c {settings}\n  tocsin run -c {settings}")
