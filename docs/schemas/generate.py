"""Writes the JSON Schemas of the topics' values, from the code."""

import json
from pathlib import Path
from typing import Any

import msgspec

from tocsin.domain.codec import VALUES

FOLDER = Path(__file__).parent


def schema(topic: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the values in ``topic``."""
    (body,), components = msgspec.json.schema_components([VALUES[topic]], ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"https://tocsin.example/schemas/{topic}.json",
        **body,
        "$defs": components,
    }


def text(topic: str) -> str:
    """The schema as it stands in the file."""
    return json.dumps(schema(topic), indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write every schema."""
    for topic in VALUES:
        (FOLDER / f"{topic}.json").write_text(text(topic), encoding="utf-8")


if __name__ == "__main__":
    main()
