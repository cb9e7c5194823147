"""The thesis's files as labelled sentences: `{"command", "output"}`, or intent, rooms and actions with colours.

An output is `kitchen: turn_off`, or several on one line: `store room: change_color bathroom: brightness=0.2`.
What the command language has no faithful form for is rejected: a colour that is not named, a brightness of 0.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from batti.command import Command, one_form
from batti.dataset import records
from batti.dataset.harvest import beside
from batti.dataset.records import Dataset, Record
from batti.document import validated
from batti.errors import BattiError
from batti.home import Home
from batti.paths import text_of

HOME = "thesis"
_ENTRY = re.compile(r"\s*([^:=]+?):\s*([a-z_]+)(?:=(\S+))?(?=\s|$)")
_KELVIN = {"warm": 2700, "warm white": 2700}  # as the command language reads these words


@dataclass
class Imported:
    """What became of a file: the dataset, the rows that have no place in it, and their reasons."""

    data: Dataset
    rejected: list[dict[str, Any]] = field(default_factory=list)

    @property
    def reasons(self) -> Counter[str]:
        return Counter(row["reason"] for row in self.rejected)


def import_file(source: Path, out: Path) -> Imported:
    """Write the sentences of a file to `out`, the rest beside it. Raises BattiError."""
    imported = read(source)
    records.save(out, imported.data)
    records.write_lines(beside(out, "rejected"), map(records.json_line, imported.rejected))
    return imported


def read(path: Path) -> Imported:
    """The sentences of a file in either form. Raises BattiError."""
    imported = Imported(Dataset([]))
    rooms: set[str] = set()
    for number, row in enumerate(_rows(path), 1):
        try:
            command, actions = _asked(row)
            rooms |= {action["room"] for action in actions}
            expected = Command.from_dict({"actions": one_form(actions)}).to_dict()
        except BattiError as error:
            reason = "; ".join(dict.fromkeys(fault.problem for fault in error.listed))
            imported.rejected.append({"row": number, "reason": reason, "source": row})
            continue
        imported.data.records.append(Record(command, expected, HOME, id=f"{path.stem}-{number}", set=HOME))
    if not imported.data.records:
        raise BattiError(f"{path}: no row can be read", "name a file of the thesis, such as train.json")
    # In one order, so that files with the same rooms have the same home.
    listed = [{"name": room} for room in sorted(rooms)]
    imported.data.homes[HOME] = validated(Home, {"name": HOME, "rooms": listed})
    return imported


def _rows(path: Path) -> list[Any]:
    try:
        rows = json.loads(text_of(path, "JSON"))
    except (ValueError, RecursionError):
        raise BattiError(f"{path}: no JSON", "name a JSON file of the thesis") from None
    if not isinstance(rows, list):
        raise BattiError(f"{path}: not a list of sentences", "name a JSON file of the thesis")
    return rows


def _asked(row: Any) -> tuple[str, list[dict[str, Any]]]:
    """The sentence of a row and its actions in the thesis's terms."""
    if not isinstance(row, dict) or not isinstance(row.get("command"), str) or not row["command"].strip():
        raise BattiError("the row has no command")
    if records.HALF.search(row["command"]):
        raise BattiError("the command has half a character")
    if isinstance(row.get("output"), str):
        return row["command"], list(_entries(row["output"]))
    actions = row.get("actions")
    if not isinstance(actions, list) or not actions or not all(map(_is_action, actions)):
        raise BattiError("the row has neither output nor actions")
    return row["command"], [_kelvin(action) for action in actions]


def _is_action(action: Any) -> bool:
    plain = isinstance(action, dict) and all(isinstance(value, str | float | int) for value in action.values())
    return plain and isinstance(action.get("room"), str) and isinstance(action.get("action"), str)


def _kelvin(action: dict[str, Any]) -> dict[str, Any]:
    """The action with a colour that the command language counts as a colour temperature as that."""
    kelvin = _KELVIN.get(str(action.get("color")))
    return {k: v for k, v in action.items() if k != "color"} | {"color_temp": kelvin} if kelvin else action


def _entries(output: str) -> Iterator[dict[str, Any]]:
    """The actions of `kitchen: turn_off bathroom: brightness=0.2`; a key that is none is for the contract to refuse."""
    end = 0
    while match := _ENTRY.match(output, end):
        end = match.end()
        room, action, level = match.groups()
        yield {"room": room, **({"action": "adjust_brightness", action: level} if level else {"action": action})}
    if output[end:].strip() or not end:
        raise BattiError("the output is not of the form 'room: action'")
