"""The thesis's short form: its rows, what is in an output, and how outputs are compared.

An output is `kitchen: turn_off`, or several on one line: `kitchen: turn_off bathroom: brightness=0.2`.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from batti.errors import BattiError
from batti.paths import text_of

Figures = dict[str, Any]
_ENTRY = re.compile(r"[^:=]+: \S+")
_LEVEL = re.compile(r"brightness=\S+")


def read(path: Path) -> list[tuple[str, str]]:
    """The (command, output) rows of a file. Raises BattiError."""
    try:
        rows = json.loads(text_of(path, "JSON"))
        found = [(_text(row["command"]), " ".join(_text(row["output"]).split())) for row in rows]
    except (ValueError, TypeError, KeyError, RecursionError):
        hint = 'a JSON list of {"command": ..., "output": ...} is needed, such as train.json'
        raise BattiError(f"{path}: not a file of the thesis", hint) from None
    if not found:
        raise BattiError(f"{path}: no sentences", "name a file of the thesis, such as train.json")
    return found


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def entries(output: str) -> list[str]:
    """`kitchen: turn_off bathroom: brightness=0.2` -> its two entries."""
    return [entry.strip() for entry in _ENTRY.findall(output)]


def partial(expected: str, given: str) -> float:
    """Entries found / max(entries expected, entries given)."""
    wanted, got = Counter(entries(expected)), Counter(entries(given))
    return (wanted & got).total() / max(1, wanted.total(), got.total())


def without_levels(output: str) -> str:
    """The output with brightness values left out of account."""
    return _LEVEL.sub("brightness", output)


def figures(rows: Sequence[tuple[str, str]], answers: Sequence[str]) -> Figures:
    """Shares of the rows, 0 to 1."""
    scored = [
        (expected == given, partial(expected, given), without_levels(expected) == without_levels(given))
        for (_, expected), given in zip(rows, answers, strict=True)
    ]
    names = ("exact", "partial", "exact_without_brightness")
    shares = [round(sum(column) / len(rows), 4) for column in zip(*scored, strict=True)]
    return {"count": len(rows), **dict(zip(names, shares or [0.0] * len(names), strict=True))}
