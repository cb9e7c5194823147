"""Labelled sentences to measure with: JSON lines with their homes beside them, or golden files.

What lies under a folder called `heldout` is measured and never shown: no message and no report has a
sentence of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from batti.command import Command
from batti.dataset import records
from batti.errors import BattiError, Fault, quote
from batti.home import Home
from batti.paths import text_of

HELD_OUT = "heldout"
_REFUSALS = {"none": Command.none, "unknown_room": Command.unknown_room}


@dataclass(frozen=True)
class Case:
    """A labelled sentence. `expected` has intent, rooms and actions; `group` is the set it belongs to."""

    text: str
    home: Home
    expected: Mapping[str, Any]
    group: str
    tags: tuple[str, ...] = ()
    home_name: str = ""
    held_out: bool = False


@dataclass(frozen=True)
class Source:
    """A file of cases, told apart by what is in it and in its homes."""

    path: Path
    cases: tuple[Case, ...]

    @property
    def name(self) -> str:
        return label(self.path)

    @property
    def sha256(self) -> str:
        return sha256(self.path)

    @property
    def homes_sha256(self) -> str:
        """Of the homes that the cases speak of: another home makes another measurement."""
        homes = {case.home_name: case.home.to_dict() for case in self.cases}
        text = json.dumps(homes, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def label(path: Path) -> str:
    """The last folder and the name: the same from wherever the path is given."""
    return "/".join(path.absolute().parts[-2:]).lstrip("/")


def sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise BattiError(f"{quote(str(path))}: {error.strerror}", "name a readable file") from None


def is_held_out(path: Path) -> bool:
    """Whether a folder called `heldout` is on the way to the file, or the file itself is, through links too."""
    ways = (path.absolute(), path.resolve())
    return HELD_OUT in {part.casefold() for way in ways for part in (*way.parts[:-1], way.stem)}


def read_sources(paths: Iterable[Path]) -> list[Source]:
    """The cases of several files. Raises BattiError, also where a file is named twice."""
    sources: dict[Path, Source] = {}
    for path in paths:
        if path.resolve() in sources:
            raise BattiError(f"{quote(str(path))} is named twice", "name each file once")
        sources[path.resolve()] = Source(path, tuple(read_cases(path)))
    return list(sources.values())


def read_cases(path: Path) -> list[Case]:
    """The cases of a `.jsonl` file (homes beside it) or of a golden `.yaml` file. Raises BattiError."""
    readers = {".jsonl": _json_lines, ".yaml": _golden, ".yml": _golden}
    if path.suffix not in readers:
        raise BattiError(f"{quote(str(path))} is no file of cases", "name .jsonl or golden .yaml files; "
                         "for a .json of the thesis add --thesis")
    cases = readers[path.suffix](path)
    if not cases:
        raise BattiError(f"{quote(str(path))} has no sentences", "name a file with some")
    return cases


def _json_lines(path: Path) -> list[Case]:
    data = records.load(path)
    faults: list[Fault] = []
    cases = []
    for number, record in enumerate(data.records, 1):
        home = data.homes[record.home]
        told = records.faults(record, home)
        faults += [Fault(f"{path}: sentence {number}", said, "correct the label") for said in told]
        if not told:
            cases.append(Case(
                record.command, home, _document(record.expected, home), record.set or path.stem, record.tags,
                record.home, is_held_out(path),
            ))  # fmt: skip
    if faults:
        raise BattiError.of_first(faults)
    return cases


def _document(expected: Mapping[str, Any], home: Home) -> dict[str, Any]:
    """The label as the contract writes it: 1 is 1.0, `60m` is `1h`."""
    return Command.from_dict(expected, groups=home.group_names).to_dict()


def _golden(path: Path) -> list[Case]:
    document = _yaml(path)
    if not isinstance(document, dict) or not isinstance(document.get("sentences"), list):
        raise BattiError(f"{quote(str(path))} is no file of cases", "write the keys home and sentences")
    home = _home(document.get("home"), path)
    held_out = is_held_out(path)
    faults: list[Fault] = []
    cases = []
    for number, row in enumerate(document["sentences"], 1):
        try:
            text, command = _said(row, home)
            faults += [Fault(f"{path}: sentence {number}", str(fault), "") for fault in home.check(command)]
            cases.append(Case(text, home, command.to_dict(), path.stem, (), path.stem, held_out))
        except BattiError as error:
            faults += [Fault(f"{path}: sentence {number}", str(fault), "") for fault in error.listed]
    if faults:
        raise BattiError.of_first(faults)
    return cases


def _home(data: object, path: Path) -> Home:
    try:
        return Home.from_dict(data)
    except BattiError as error:
        raise BattiError.of([Fault(f"{path}: home", str(fault), "") for fault in error.listed]) from None


def _yaml(path: Path) -> Any:
    """The texts of a YAML file; the place of a fault is told without what stands there."""
    try:  # texts only, so that no name or time of day is taken for a number
        return yaml.load(text_of(path), Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        raise BattiError(f"{path}{line}: no YAML", "see tests/golden for the form") from None


def _said(row: Any, home: Home) -> tuple[str, Command]:
    """A sentence and what it means. Raises BattiError."""
    if not isinstance(row, dict) or not isinstance(row.get("say"), str) or set(row) != {"say", "means"}:
        raise BattiError("not a sentence with its meaning", "write say and means")
    return row["say"], meaning(row["means"], home)


def meaning(means: Any, home: Home) -> Command:
    """The command of `none`, `unknown_room` or a list of entries. Raises BattiError."""
    if isinstance(means, str):
        if means not in _REFUSALS:
            raise BattiError(f"there is no meaning {quote(means)}", "write none, unknown_room or a list of entries")
        return _REFUSALS[means]()
    return Command.from_dict({"actions": means}, groups=home.group_names)


def cases_of(sources: Iterable[Source]) -> list[Case]:
    return [case for source in sources for case in source.cases]


def home_groups(cases: Iterable[Case]) -> Iterator[tuple[Home, list[int]]]:
    """The homes with the numbers of the cases that speak of them, in order of first mention."""
    by_home: dict[Home, list[int]] = {}
    for index, case in enumerate(cases):
        by_home.setdefault(case.home, []).append(index)
    yield from by_home.items()
