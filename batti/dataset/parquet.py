"""Labelled sentences as Parquet: typed columns, and every row with its whole home."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from batti.dataset.records import Record
from batti.dataset.whole import whole
from batti.document import dump
from batti.home import Home

_TEXT, _TEXTS = pa.string(), pa.list_(pa.string())
ACTION = pa.struct([
    ("room", _TEXT), ("except", _TEXTS), ("light", _TEXT), ("action", _TEXT),
    ("brightness", pa.float64()), ("brightness_step", pa.float64()), ("color", _TEXT), ("color_temp", pa.int64()),
    ("after", _TEXT), ("at", _TEXT), ("for", _TEXT),
])  # fmt: skip
"""An entry of `actions`; keys that are not set are null."""
SCHEMA = pa.schema([
    ("id", _TEXT), ("home", _TEXT), ("home_id", _TEXT), ("command", _TEXT), ("intent", _TEXT), ("rooms", _TEXTS),
    ("actions", pa.list_(ACTION)), ("expected", _TEXT), ("tags", _TEXTS), ("set", _TEXT), ("family", _TEXT),
])  # fmt: skip
_GROUP = 10_000  # rows that are written at once


def write(path: Path, records: Iterable[tuple[Record, Home]]) -> None:
    """Write records, valid ones, each with its home."""
    with whole(path) as partial, parquet.ParquetWriter(partial, SCHEMA) as writer:
        rows = _rows(records)
        while some := list(islice(rows, _GROUP)):
            writer.write_table(pa.Table.from_pylist(some, schema=SCHEMA))


def _rows(records: Iterable[tuple[Record, Home]]) -> Iterator[dict[str, Any]]:
    texts: dict[str, str] = {}  # of homes, by their names
    for record, home in records:
        if record.home not in texts:
            texts[record.home] = home.to_yaml()
        yield {
            "id": record.id, "home": texts[record.home], "home_id": record.home, "command": record.command,
            "intent": record.intent, "rooms": record.rooms, "actions": record.expected["actions"],
            "expected": dump(record.expected), "tags": record.tags, "set": record.set, "family": record.family,
        }  # fmt: skip
