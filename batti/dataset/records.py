"""Labelled sentences in files: JSON lines, and the homes that they speak of beside them.

A line holds `id`, `home`, `command`, `expected` {intent, rooms, actions}, and may hold `tags`, `set`
and `family`. The home is a line of `homes.jsonl` in the same folder, or `homes/NAME.yaml`.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from batti.command import Command
from batti.dataset.whole import whole
from batti.errors import BattiError, Fault, quote
from batti.home import Home
from batti.paths import text_of
from batti.text import normalize

HOMES = "homes.jsonl"
_TEXTS = ("id", "home", "command", "set", "family")
_REQUIRED = ("home", "command", "expected")
HALF = re.compile("[\ud800-\udfff]")  # of a pair of surrogates
_encode = json.JSONEncoder(ensure_ascii=False).encode


@dataclass(frozen=True)
class Record:
    """One labelled sentence. `expected` is the contract's document as plain data.

    Records of one `family` were made from one another (a phrase, a sentence and its paraphrases).
    """

    command: str
    expected: Mapping[str, Any]
    home: str
    id: str = ""
    set: str = ""
    tags: tuple[str, ...] = ()
    family: str = ""

    def to_json(self) -> str:
        """One line, with the keys that are set."""
        row = {
            "id": self.id, "home": self.home, "command": self.command, "expected": self.expected,
            "tags": self.tags, "set": self.set, "family": self.family,
        }  # fmt: skip
        return _encode({k: v for k, v in row.items() if v or k in _REQUIRED})

    @property
    def intent(self) -> str:
        return str(self.expected["intent"])

    @property
    def rooms(self) -> tuple[str, ...]:
        return tuple(self.expected["rooms"])

    @property
    def actions(self) -> tuple[str, ...]:
        """The distinct kinds of action, in order."""
        return tuple(dict.fromkeys(a["action"] for a in self.expected["actions"]))

    @cached_property
    def label(self) -> str:
        """The expected document as text: equal for equal documents."""
        return json.dumps(self.expected, ensure_ascii=False, sort_keys=True)

    @cached_property
    def normalized(self) -> str:
        """The sentence as models read it."""
        return normalize(self.command)


@dataclass
class Dataset:
    records: list[Record]
    homes: dict[str, Home] = field(default_factory=dict)


def read(path: Path) -> list[Record]:
    """The records of a file. Raises BattiError with every line that is not one."""
    records: list[Record] = []
    faults: list[Fault] = []
    for number, line in _lines(path):
        try:
            records.append(_record(_whole_characters(line)))
        except (json.JSONDecodeError, RecursionError) as error:
            said = getattr(error, "msg", "nested too deeply")
            faults.append(Fault(f"{path}:{number}", f"no JSON: {said}", "one object a line"))
        except _Faulty as error:
            faults.append(Fault(f"{path}:{number}", str(error), "see the form of a line in docs/data.md"))
    if faults:
        raise BattiError.of_first(faults, str(path))
    return records


class _Faulty(ValueError):
    """A line that is no record."""


def _whole_characters(line: str) -> Any:
    """What the JSON of a line says. Raises _Faulty for half a character, which can be read so and never written."""
    row = json.loads(line)
    if "\\u" in line and (half := HALF.search(_encode(row))):
        raise _Faulty(f"half a character, {quote(half[0])}")
    return row


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, with their numbers."""
    if path.suffix == ".parquet" and path.is_file():  # as `data export` writes them, for others to read
        hint = "name a .jsonl file; batti data export --to jsonl writes one"
        raise BattiError(f"{path}: Parquet is not read here", hint)
    # Not splitlines: a sentence may hold the line separators of Unicode.
    return ((n, line) for n, line in enumerate(text_of(path, ".jsonl").split("\n"), 1) if line.strip())


def _record(row: Any) -> Record:
    if not isinstance(row, dict):
        raise _Faulty("the line is not an object")
    missing = [key for key in _REQUIRED if key not in row]
    if missing:
        raise _Faulty(f"{' and '.join(missing)} missing")
    texts = {key: row[key] for key in _TEXTS if row.get(key) is not None}
    if isinstance(texts.get("id"), int):  # as others number theirs
        texts["id"] = str(texts["id"])
    for key, value in texts.items():
        if not isinstance(value, str):
            raise _Faulty(f"{key} is {quote(value)}, not text")
    tags, expected = row.get("tags") or (), row["expected"]
    if not isinstance(tags, list | tuple) or not all(isinstance(tag, str) for tag in tags):
        raise _Faulty("tags is not a list of texts")
    return Record(expected=_document(expected), tags=tuple(tags), **texts)


def _document(expected: Any) -> dict[str, Any]:
    """Enough of a document to work with; whether it is valid is for `faults` to say."""
    if not isinstance(expected, dict) or not isinstance(expected.get("intent"), str):
        raise _Faulty("expected is not a document with an intent")
    for key in ("rooms", "actions"):
        if not isinstance(expected.get(key), list):
            raise _Faulty(f"expected.{key} is not a list")
    if not all(isinstance(a, dict) and isinstance(a.get("action"), str) for a in expected["actions"]):
        raise _Faulty("expected.actions has an entry without an action")
    return expected


def faults(record: Record, home: Home | None) -> list[str]:
    """What the contract, or the home, has against the record's document; empty if nothing."""
    try:
        groups = home.group_names if home else frozenset()
        command = Command.from_dict(record.expected, groups=groups)
    except BattiError as error:
        return str(error).splitlines()
    return [str(fault) for fault in home.check(command)] if home else []


def json_line(row: Any) -> str:
    """Whatever others gave, as a line: half a character, which no UTF-8 file can hold, as the escape that it was."""
    return _encode(row).encode("utf-8", "backslashreplace").decode()


def write(path: Path, records: Iterable[Record]) -> int:
    """Write the records, whole or not at all; returns how many."""
    return write_lines(path, (record.to_json() for record in records))


def write_lines(path: Path, lines: Iterable[str]) -> int:
    """Write lines to a file that appears only when all are there; returns how many."""
    count = 0
    with whole(path) as partial, partial.open("w", encoding="utf-8", newline="\n") as file:
        for line in lines:
            file.write(line + "\n")
            count += 1
        file.flush()
        os.fsync(file.fileno())
    return count


def read_homes(folder: Path, names: Iterable[str], source: Path | None = None) -> dict[str, Home]:
    """The homes of these names, from `homes.jsonl` or `homes/NAME.yaml`; the sentences of `source` speak of them.

    Raises BattiError, for homes that are not there with the lines that speak of them first.
    """
    wanted = dict.fromkeys(names)
    homes: dict[str, Home] = {}
    listed = folder / HOMES
    if listed.exists():
        found = {name: home for name, _, home in _home_lines(listed) if name in wanted}
        homes = {name: _home(home, f"{listed}: home {quote(name)}") for name, home in found.items()}
    files = {name: folder / "homes" / f"{name}.yaml" for name in wanted if name not in homes}
    if absent := {name: file for name, file in files.items() if not file.exists()}:
        raise BattiError.of_first([*_absent(absent, listed, source)], str(source or ""))
    return homes | {name: Home.load(file) for name, file in files.items()}


def _home(data: dict[str, Any], where: str) -> Home:
    """The home of a line. Raises BattiError with where each of its faults is."""
    try:
        return Home.from_dict(data)
    except BattiError as error:
        found = [replace(one, where=f"{where}: {one.where}".removesuffix(": ")) for one in error.listed]
        raise BattiError.of(found) from None


def _absent(files: Mapping[str, Path], listed: Path, source: Path | None) -> Iterator[Fault]:
    """Homes that are neither in their files nor listed."""
    first: dict[str, int] = {}
    for number, line in _lines(source) if source else ():
        first.setdefault(json.loads(line)["home"], number)
    for name, file in files.items():
        where = f"{source}:{first[name]}" if source else ""
        yield Fault(where, f"there is no home {quote(name)}", f"add it to {listed}, or write {file}")


def _home_lines(path: Path) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Name, line and home of each line of a `homes.jsonl`. Raises BattiError."""
    for number, line in _lines(path):
        try:
            home = json.loads(line)
            name = home.pop("id")
        except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
            raise BattiError(f"{path}:{number}: no home", "one object with an id a line") from None
        yield name, line, home


def merged(folder: Path, lines: Iterable[str]) -> list[str]:
    """The lines of a folder's `homes.jsonl` with these added. Raises BattiError where one name has two homes."""
    path = folder / HOMES
    known = {name: line for name, line, _ in _home_lines(path)} if path.exists() else {}
    for line in lines:
        name = json.loads(line)["id"]
        if known.setdefault(name, line) != line:
            raise BattiError(f"{path} has another home {quote(name)}", "write to another folder")
    return list(known.values())


def write_homes(folder: Path, lines: Iterable[str]) -> None:
    """Add homes to `homes.jsonl`. Raises BattiError where one name has two homes."""
    write_lines(folder / HOMES, merged(folder, lines))


def home_line(name: str, home: Mapping[str, Any]) -> str:
    """A home as a line of `homes.jsonl`."""
    return json.dumps({"id": name, **home}, ensure_ascii=False)


def load(*paths: Path) -> Dataset:
    """The records of several files and the homes beside them. Raises BattiError."""
    data = Dataset([])
    for path in paths:
        records = read(path)
        unite(data.homes, read_homes(path.parent, (r.home for r in records), path), path)
        data.records += records
    return data


def filled(path: Path) -> Dataset:
    """The records of a file that has some, and the homes beside it. Raises BattiError."""
    data = load(path)
    if not data.records:
        raise BattiError(f"{path}: no sentences", "leave the file out")
    return data


def unite(homes: dict[str, Home], more: Mapping[str, Home], path: Path) -> None:
    """Add the homes of a file to those of others. Raises BattiError where one name has two homes."""
    for name, home in more.items():
        if homes.setdefault(name, home) != home:
            raise BattiError(f"{path}: the home {quote(name)} is another one than in the files before",
                             "rename one of them")


def save(path: Path, data: Dataset) -> None:
    """Write records, and the homes that they speak of beside them."""
    names = dict.fromkeys(record.home for record in data.records)
    write_homes(path.parent, (home_line(name, data.homes[name].to_dict()) for name in names))
    write(path, data.records)
