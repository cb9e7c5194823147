"""Forms that people fill in to label sentences: CSV for a spreadsheet, one file for each annotator."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from batti.command import COLORS, INTENTS, REFUSALS, Action
from batti.dataset.whole import whole
from batti.document import validated
from batti.errors import BattiError, Fault, did_you_mean, quote
from batti.home import Group, Home, Light, Room

COLUMNS = ("id", "home", "sentence", "intent", "place", "action", "value", "when", "note")
_ASKED = ("place", "action", "value", "when")  # of each thing that is asked
_NOTHING = "-"
_VALUE = re.compile(r"(?:(up|down) )?(\d+(?:\.\d+)?) ?%|(\d+) ?k")
_EXCEPT = re.compile(r"(.+?) except (.+)")


@dataclass(frozen=True)
class Answer:
    """What somebody, or the gold label, says that a sentence asks for."""

    intent: str
    actions: tuple[Action, ...]
    where: str = ""
    sentence: str = ""


# -- writing ---------------------------------------------------------------------------------------
def write(path: Path, rows: Iterable[tuple[str, Home, str]]) -> None:
    """A form for sentences, each with its id and its home. Excel knows by the mark at its start that it is UTF-8."""
    with whole(path) as partial, partial.open("w", encoding="utf-8-sig", newline="") as file:
        sheet = csv.writer(file)
        sheet.writerow(COLUMNS)
        blank = [""] * (len(COLUMNS) - 3)
        # With a # before it no spreadsheet takes an id for a number or a date.
        sheet.writerows([f"#{name}", _shown(home), _as_text(said), *blank] for name, home, said in rows)


def _as_text(said: str) -> str:
    """A sentence that no spreadsheet takes for a formula."""
    return f" {said}" if said[:1] in tuple("=+-@") else said


def _shown(home: Home) -> str:
    """The names of a home in one cell."""
    cells = []
    for room in home.rooms:
        lights = "; ".join(map(_named, room.lights))
        cells.append(f"{_named(room)}, lights: {lights}" if lights else _named(room))
    cells += [f"group {_named(group)} = {', '.join(group.rooms)}" for group in home.groups]
    return " | ".join(cells)


def _named(one: Room | Light | Group) -> str:
    return f"{one.name} ({', '.join(one.aliases)})" if one.aliases else one.name


# -- reading ---------------------------------------------------------------------------------------
def read(path: Path) -> tuple[dict[str, Answer], list[Fault]]:
    """The answers of a filled form by the ids of their sentences, and what is wrong with its lines."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        return {}, [Fault(str(path), "not UTF-8 text", 'save it as "CSV UTF-8"')]
    except OSError as error:
        raise BattiError(f"{quote(str(path))}: {error.strerror}", "name a readable CSV file") from None
    try:
        rows = list(_rows(text))
    except csv.Error as error:
        return {}, [Fault(str(path), f"no CSV: {error}", 'save it as "CSV UTF-8"')]
    answers: dict[str, Answer] = {}
    faults: list[Fault] = []
    head = rows[0][1] if rows else {}
    if missing := [column for column in COLUMNS[:-1] if column not in head]:
        return {}, [Fault(f"{path}:1", f"no column {' nor '.join(missing)}", "keep the first line as it was")]
    for line, row in rows[1:]:
        where = f"{path}:{line}"
        name = row["id"].removeprefix("#")
        if not name:
            faults.append(Fault(where, "no id", "copy it from the form as it was given out"))
        elif name in answers:
            faults.append(Fault(where, f"the id {quote(name)} is there twice (also {answers[name].where})", "keep one"))
        else:
            answers[name], wrong = _answer(row, where)
            faults += wrong
    return answers, faults


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows that are not empty, the head first, each by column and with the line where it begins."""
    # Where the comma is a decimal sign, spreadsheets write semicolons.
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    head: list[str] | None = None
    line = 1
    for cells in reader:
        cells = [" ".join(cell.split()) for cell in cells]
        if head is None:
            head = [cell.lower() for cell in cells]
        if any(cells):
            yield line, dict.fromkeys(head, "") | dict(zip(head, cells, strict=False))
        line = reader.line_num + 1


def _answer(row: Mapping[str, str], where: str) -> tuple[Answer, list[Fault]]:
    """What a row says, and what is wrong with it."""
    intent = row["intent"].lower()
    refused = intent in REFUSALS
    faults: list[Fault] = []
    actions: list[Action] = []
    if empty := [column for column in ("intent", *(() if refused else _ASKED)) if not row[column]]:
        hint = "write - where there is nothing to say" if row["intent"] else f"intent is one of: {', '.join(INTENTS)}"
        faults.append(Fault(where, f"nothing in {', '.join(empty)}", hint))
    if intent and intent not in INTENTS:
        faults.append(Fault(where, f"there is no intent {quote(row['intent'])}", did_you_mean(intent, INTENTS)))
    if refused and (given := [column for column in _ASKED if row[column] not in ("", _NOTHING)]):
        faults.append(Fault(where, f"{given[0]} beside intent {intent}", "write - there, or another intent"))
    if not refused and not empty:
        actions, wrong = _actions(row, where)
        faults += wrong
    return Answer(intent, tuple(actions), where, row["sentence"]), faults


def _actions(row: Mapping[str, str], where: str) -> tuple[list[Action], list[Fault]]:
    """The things asked, their parts in the cells in the same order; what is there once goes for all."""
    cells = {column: [item.strip() for item in row[column].split(";")] for column in _ASKED}
    count = max(map(len, cells.values()))
    if odd := [f"{len(items)} of {column}" for column, items in cells.items() if len(items) not in (1, count)]:
        return [], [Fault(where, f"{odd[0]}, but {count} things asked", "write one for all, or one for each")]
    actions: list[Action] = []
    faults: list[Fault] = []
    for nth in range(count):
        place, action, value, when = (cells[column][min(nth, len(cells[column]) - 1)] for column in _ASKED)
        try:
            data = {**_place(place), "action": action.lower(), **_value(value), **_when(when)}
            actions.append(validated(Action, data))
        except BattiError as error:
            faults += [Fault(where, one.problem, one.hint) for one in error.listed]
    return actions, list(dict.fromkeys(faults))


def _place(said: str) -> dict[str, Any]:
    if said in ("", _NOTHING):
        raise BattiError("an action without a place", "write a room, all or here")
    place: dict[str, Any] = {}
    if match := _EXCEPT.fullmatch(said):
        said = match[1]
        place["except"] = [name.strip() for name in match[2].split(",")]
    room, colon, light = (part.strip() for part in said.partition(":"))
    room = room.lower() if room.lower() in ("all", "here") else room
    return {"room": room, **place, **({"light": light} if colon else {})}


def _value(said: str) -> dict[str, Any]:
    """A level, a change, a colour or a colour temperature."""
    said = said.lower()
    if said == _NOTHING:
        return {}
    if said in COLORS:
        return {"color": said}
    match = _VALUE.fullmatch(said)
    if match is None:
        raise BattiError(f"{quote(said)} is no value", "write it like 40%, up 20%, down 20%, 2700K, red or -")
    if match[3]:
        return {"color_temp": int(match[3])}
    share = round(float(match[2]) / 100, 4)
    if match[1]:
        return {"brightness_step": -share if match[1] == "down" else share}
    return {"brightness": share}


def _when(said: str) -> dict[str, Any]:
    words = said.lower().split()
    if said == _NOTHING:
        return {}
    pairs = list(zip(words[::2], words[1::2], strict=False))
    if len(words) % 2 or any(key not in ("after", "at", "for") for key, _ in pairs) or len(dict(pairs)) < len(pairs):
        raise BattiError(f"{quote(said)} is no time", "write it like after 10m, at 18:30, for 1h, or -")
    return dict(pairs)
