"""Commands in the thesis's own words, for its own two metrics: `kitchen: turn_off bathroom: brightness=0.2`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from batti.backends import Backend
from batti.command import COLORS, Command, one_form
from batti.dataset import thesis_text
from batti.dataset.records import Dataset, Record
from batti.errors import BattiError
from batti.home import Home
from batti.schema import folded

_LEVEL = re.compile(r"=(\d*\.?\d+)(?=\s|$)")
_ENTRY = re.compile(r"([^:=]+?): \S+\s*")

_ANY = COLORS[0]

Scored = tuple[bool, float, bool]
"""Exact and partial match, and exact match with the levels left out."""


def read(path: Path) -> list[tuple[str, str]]:
    """The (sentence, normalized output) rows of a file. Raises BattiError."""
    return [(command, normalized(output)) for command, output in thesis_text.read(path)]


def normalized(output: str) -> str:
    """One form of an output: small letters, single spaces, levels as the shortest number (`=1.0`)."""
    return _LEVEL.sub(lambda match: f"={float(match[1])}", " ".join(output.casefold().split()))


def home_of(outputs: Iterable[str]) -> Home:
    """The home of the rows: the default one, with the rooms that it lacks."""
    default = Home.default()
    known = {folded(name) for place in default.places() for name in place.names}
    rooms = dict.fromkeys(room.strip() for output in outputs for room in _ENTRY.findall(output))
    new = [{"name": room} for room in rooms if folded(room) not in known]
    if not new:
        return default
    plain = default.to_dict()
    return Home.from_dict(plain | {"rooms": [*plain["rooms"], *new]})


def learnable(path: Path) -> Dataset:
    """The rows of a file for a baseline to learn from, as far as the command language can say them.

    The form names no colour, so one stands for all of them, and is left out again by `said`.
    """
    rows = read(path)
    home = home_of(output for _, output in rows)
    data = Dataset([], {path.stem: home})
    for command, output in rows:
        actions = [_action(*entry.rsplit(": ", 1)) for entry in thesis_text.entries(output)]
        with suppress(BattiError):  # a brightness of 0
            expected = Command.from_dict({"actions": one_form(actions)}).to_dict()
            data.records.append(Record(command, expected, path.stem))
    return data


def _action(room: str, doing: str) -> dict[str, Any]:
    key, _, level = doing.partition("=")
    if level:
        return {"room": room, "action": "adjust_brightness", key: level}
    return {"room": room, "action": doing} | ({"color": _ANY} if doing == "change_color" else {})


def said(command: Command) -> str:
    """The command as the thesis writes it; colours, times and lights have no place in its form."""
    return normalized(" ".join(f"{action.room}: {_doing(action.to_dict())}" for action in command.actions))


def _doing(action: dict[str, Any]) -> str:
    for level in ("brightness", "brightness_step"):
        if level in action:
            return f"{level}={action[level]}"
    return str(action["action"])


def scores(rows: Sequence[tuple[str, str]], backend: Backend, home: Home) -> list[Scored]:
    """What the model gives for each row, scored."""
    readings = backend.generate(home, [command for command, _ in rows])
    return [_scored(expected, said(reading.command)) for (_, expected), reading in zip(rows, readings, strict=True)]


def _scored(expected: str, given: str) -> Scored:
    levels = thesis_text.without_levels(expected) == thesis_text.without_levels(given)
    return expected == given, thesis_text.partial(expected, given), levels
