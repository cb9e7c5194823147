"""Score a model on labelled sentences: JSON lines with their homes, or golden files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from batti.command import Command
from batti.errors import BattiError
from batti.evaluate.metrics import exact, partial
from batti.home import Home
from batti.interpreter import Interpreter


@dataclass(frozen=True)
class Case:
    """A labelled sentence. `expected` has intent, rooms and actions."""

    text: str
    home: Home
    expected: dict[str, Any]
    group: str


@dataclass
class Score:
    """Sums over cases; the errors keep (case, document given, confidence)."""

    count: int = 0
    exact: int = 0
    partial: float = 0.0
    acted: int = 0  # acted where nothing, or only an answer, was asked
    errors: list[tuple[Case, dict[str, Any], float]] = field(default_factory=list)

    def to_dict(self) -> dict[str, float]:
        """Shares of all cases, 0 to 1."""
        n = max(1, self.count)
        return {
            "count": self.count,
            "exact": round(self.exact / n, 4),
            "partial": round(self.partial / n, 4),
            "false_actions": round(self.acted / n, 4),
        }


def read_cases(path: Path) -> list[Case]:
    """Cases of a `.jsonl` file (homes in `homes/` beside it) or of a golden `.yaml` file.

    Raises BattiError for a file that is missing or not of this form.
    """
    try:
        text = path.read_text(encoding="utf-8")
        return list(_golden(path, text) if path.suffix in (".yaml", ".yml") else _json_lines(path, text))
    except OSError as error:
        raise BattiError(f"'{path}': {error.strerror}", "name a .jsonl or golden .yaml file") from None
    except (ValueError, KeyError, TypeError, yaml.YAMLError) as error:
        raise BattiError(f"'{path}' is no file of cases: {' '.join(str(error).split())}", "see docs") from None


def _json_lines(path: Path, text: str) -> Iterator[Case]:
    homes: dict[str, Home] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        row = json.loads(line)
        name = row["home"]
        if name not in homes:
            homes[name] = Home.load(path.parent / "homes" / f"{name}.yaml")
        yield Case(row["command"], homes[name], row["expected"], row.get("set", path.stem))


def _golden(path: Path, text: str) -> Iterator[Case]:
    document = yaml.load(text, Loader=yaml.BaseLoader)
    home = Home.from_yaml(yaml.safe_dump(document["home"], allow_unicode=True), str(path))
    for row in document["sentences"]:
        yield Case(row["say"], home, _meaning(row["means"], home).to_dict(), path.stem)


def _meaning(means: Any, home: Home) -> Command:
    if means == "none":
        return Command.none()
    if means == "unknown_room":
        return Command.unknown_room()
    return Command.from_dict({"actions": means}, groups=home.group_names)


def score(cases: Iterable[Case], interpreter: Interpreter) -> dict[str, Score]:
    """Scores by group, and `all`. The interpreter's model is asked about each case's own home."""
    scores: dict[str, Score] = {}
    by_home: dict[Home, list[Case]] = {}
    for case in cases:
        by_home.setdefault(case.home, []).append(case)
    for home, some in by_home.items():
        asked = Interpreter(interpreter.backend, home)
        for case, result in zip(some, asked.batch(c.text for c in some), strict=True):
            given = result.command.to_dict()
            for name in ("all", case.group):
                _add(scores.setdefault(name, Score()), case, given, result.confidence)
    return scores


def _add(total: Score, case: Case, given: dict[str, Any], confidence: float) -> None:
    total.count += 1
    total.partial += partial(case.expected, given)
    if exact(case.expected, given):
        total.exact += 1
    else:
        total.errors.append((case, given, confidence))
    asked = any(a["action"] != "get_state" for a in case.expected["actions"])
    does = any(a["action"] != "get_state" for a in given["actions"])
    total.acted += does and not asked


def short(document: dict[str, Any]) -> str:
    """A document on one line, for reading errors."""
    if not document["actions"]:
        return str(document["intent"])
    said = ({k: v for k, v in a.items() if k != "action"} | {"do": a["action"]} for a in document["actions"])
    return "; ".join(" ".join(f"{k}={v}" for k, v in a.items()) for a in said)
