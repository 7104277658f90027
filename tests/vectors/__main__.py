"""Writes schema.json anew: `python -m tests.vectors`."""

import json
from pathlib import Path

from traceability.vectors import schema

SCHEMA = Path(__file__).with_name("schema.json")


def text() -> str:
    """The JSON Schema of a vectors document, as it stands in the file."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    SCHEMA.write_text(text(), encoding="utf-8")
