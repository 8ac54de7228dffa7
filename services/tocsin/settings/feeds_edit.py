"""Feeds added to a ``feeds.yaml`` as text, so that comments and order stay as the operator wrote them."""

import json
import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import yaml

from tocsin.domain.errors import ConfigurationError
from tocsin.domain.feed import Feed
from tocsin.settings.feeds_file import load_feeds, slug

_BARE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_WORDS: Final = frozenset({"yes", "no", "on", "off", "true", "false", "null", "y", "n"})
_START: Final = "# What to watch: RSS, Atom or JSON Feed. `id` must be unique and should stay the same.\nfeeds:\n"


def add_feeds(path: Path, feeds: Sequence[Feed]) -> list[Feed]:
    """Append the feeds whose address is not in the file yet, with ids that are free; returns those, as written.

    A file that does not exist is begun. Raises ConfigurationError, and leaves the file as it was then.
    """
    present = load_feeds(path) if path.exists() else []
    urls, ids = {feed.url for feed in present}, {feed.id for feed in present}
    added: list[Feed] = []
    for feed in feeds:
        if feed.url in urls:
            continue
        id = _free(feed.id or slug(feed.url), ids)
        urls.add(feed.url)
        ids.add(id)
        added.append(
            Feed(
                id=id,
                url=feed.url,
                source=feed.source or slug(feed.url),
                language=feed.language,
                tags=feed.tags,
                reliability=feed.reliability,
                region=feed.region,
            )
        )
    if added:
        text = path.read_text(encoding="utf-8") if path.exists() else _START
        _write(path, _with(path, text, [_entry(feed) for feed in added]))
    return added


def _free(id: str, taken: set[str]) -> str:
    number, tried = 1, id
    while tried in taken:
        number += 1
        tried = f"{id}-{number}"
    return tried


def _entry(feed: Feed) -> str:
    told: dict[str, Any] = {"id": feed.id, "url": feed.url, "source": feed.source}
    if feed.language:
        told["language"] = feed.language
    if feed.region:
        told["region"] = feed.region
    if feed.tags:
        told["tags"] = list(feed.tags)
    if feed.reliability != Feed(id="", url="", source="").reliability:
        told["reliability"] = feed.reliability
    return "{" + ", ".join(f"{key}: {_scalar(value)}" for key, value in told.items()) + "}"


def _scalar(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_scalar(one) for one in value)}]"
    if isinstance(value, str) and _BARE.fullmatch(value) and value.lower() not in _WORDS:
        return value
    return json.dumps(value, ensure_ascii=False)


def _with(path: Path, text: str, entries: Sequence[str]) -> str:
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    pairs = root.value if isinstance(root, yaml.MappingNode) else []
    node = next((value for key, value in pairs if key.value == "feeds"), None)
    if root is not None and node is None:
        raise ConfigurationError(f"{path}: has no `feeds:` to add to")
    if node is None or not node.value:
        # nothing there yet: `feeds:`, `feeds: []`, or an empty file
        lines = "".join(f"  - {entry}\n" for entry in entries)
        if node is None:
            return f"{text.rstrip()}\nfeeds:\n{lines}".lstrip("\n")
        start = text.rindex(":", 0, node.start_mark.index + 1) + 1
        return f"{text[:start]}\n{lines}{text[node.end_mark.index :].lstrip(' ').removeprefix(chr(10))}"
    if node.flow_style:
        raise ConfigurationError(
            f"{path}: write `feeds:` as a list with a dash for each, then feeds can be added to it"
        )
    last = node.value[-1]
    indent = " " * (node.start_mark.column)
    end = text.find("\n", last.end_mark.index if last.flow_style else _end_of(text, last))
    head, tail = (text, "") if end < 0 else (text[: end + 1], text[end + 1 :])
    if not head.endswith("\n"):
        head += "\n"
    return head + "".join(f"{indent}- {entry}\n" for entry in entries) + tail


def _end_of(text: str, node: yaml.Node) -> int:
    """Where the last line of a block ends: its end mark stands at the next token, after comments and blanks."""
    inner: yaml.Node = node
    while isinstance(inner, (yaml.MappingNode, yaml.SequenceNode)) and inner.value and not inner.flow_style:
        value = inner.value[-1]
        inner = value[1] if isinstance(value, tuple) else value
    return min(inner.end_mark.index, len(text))


def _write(path: Path, text: str) -> None:
    """Replace the file at once, but only by one that loads."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        load_feeds(Path(name))
        if path.exists():
            Path(name).chmod(path.stat().st_mode & 0o777)
        else:
            Path(name).chmod(0o644)
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)
