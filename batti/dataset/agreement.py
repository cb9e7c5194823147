"""How far people agree about labels: samples to label, and Krippendorff's alpha of what they wrote."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Literal, NamedTuple, TypeAlias

import krippendorff
import numpy as np

from batti.command import Action, Command
from batti.dataset import forms, records, tongue
from batti.dataset.forms import Answer
from batti.dataset.records import Record
from batti.errors import BattiError, Fault, quote
from batti.paths import resources
from batti.values import seconds_of

Level: TypeAlias = Literal["nominal", "interval"]
Value: TypeAlias = str | float
Unit: TypeAlias = tuple[str, int]
"""Id of a sentence, and of what is said for each action which of them."""
GOLD = "(gold)"


# -- sampling --------------------------------------------------------------------------------------
def sample(source: Path, out: Path, count: int, annotators: int, seed: int) -> list[Path]:
    """Write forms for a stratified sample, OUT-1.csv and so on, and how to fill them in. Raises BattiError."""
    data = records.load(source)
    known = by_id(source, data.records)
    if count > len(known):
        raise BattiError(f"{source} has {len(known)} sentences, fewer than {count}", f"ask for {len(known)} at most")
    paths = [out.with_name(f"{out.stem}-{annotator}.csv") for annotator in range(1, annotators + 1)]
    if there := [path for path in paths if path.exists()]:
        raise BattiError(f"{there[0]} is there already and may be filled in", "write to another name")
    chosen = stratified(known, count, Random(seed))
    for path in paths:
        order = Random(f"{seed}:{path.stem}").sample(chosen, count)
        forms.write(path, ((name, data.homes[known[name].home], known[name].command) for name in order))
    guide = out.with_name(f"{out.stem}-instructions.md")
    records.write_lines(guide, resources("publish", "annotation.md").read_text(encoding="utf-8").splitlines())
    return [*paths, guide]


def by_id(source: Path, rows: Sequence[Record]) -> dict[str, Record]:
    """The records by their ids, those without one by their number in the file. Raises BattiError."""
    names = [row.id or f"row {number}" for number, row in enumerate(rows, 1)]
    if twice := [name for name, times in Counter(names).items() if times > 1]:
        raise BattiError(f"{source}: the id {quote(twice[0])} is there twice", "give each sentence an id of its own")
    return dict(zip(names, rows, strict=True))


def stratified(known: Mapping[str, Record], count: int, rng: Random) -> list[str]:
    """Ids, each stratum of intent, script and actions by its share, and as far as they go one of each at least."""
    strata: dict[Hashable, list[str]] = {}
    for name in rng.sample(sorted(known), len(known)):
        record = known[name]
        strata.setdefault((record.intent, tongue.script(record.command), record.actions), []).append(name)
    # The first of every stratum comes first, of the largest before the others; then all fill up alike.
    due = [(nth / len(some), -len(some), name) for some in strata.values() for nth, name in enumerate(some)]
    return [name for _, _, name in sorted(due)[:count]]


# -- fields ----------------------------------------------------------------------------------------
class Field(NamedTuple):
    """What is compared: of a sentence as a whole (nominal), or a number of each of its actions (interval)."""

    name: str
    level: Level
    values: Callable[[Answer], Sequence[Value | None]]


def _text(part: Callable[[Action], str]) -> Callable[[Answer], list[str]]:
    """What is said of all the actions of a sentence, as one text."""

    def text(answer: Answer) -> list[str]:
        said = [part(action) for action in answer.actions]
        # What is the same for all once, so that who finds another place does not disagree about all else too.
        return ["; ".join(said if len(set(said)) > 1 else said[:1]) or "-"]

    return text


def _number(part: Callable[[Action], float | None]) -> Callable[[Answer], list[float | None]]:
    return lambda answer: [part(action) for action in answer.actions]


def _place(action: Action) -> str:
    light = f": {action.light}" if action.light else ""
    excepts = f" except {', '.join(sorted(map(str.casefold, action.except_)))}" if action.except_ else ""
    return f"{action.room}{light}{excepts}".casefold()


def _value(action: Action) -> str:
    if action.brightness is not None:
        return f"{action.brightness:.0%}"
    if action.brightness_step is not None:
        return f"{'up' if action.brightness_step > 0 else 'down'} {abs(action.brightness_step):.0%}"
    return action.color or (f"{action.color_temp}K" if action.color_temp else "-")


def _when(action: Action) -> str:
    said = zip(("after", "at", "for"), action.when, strict=True)
    return " ".join(f"{key} {value}" for key, value in said if value) or "-"


def _seconds(duration: str | None) -> int | None:
    return seconds_of(duration) if duration else None


def _minute(time: str | None) -> int | None:
    return int(time[:2]) * 60 + int(time[3:]) if time else None


FIELDS = (
    Field("intent", "nominal", lambda answer: [answer.intent]),
    Field("place", "nominal", _text(_place)),
    Field("action", "nominal", _text(lambda action: action.action)),
    Field("value", "nominal", _text(_value)),
    Field("when", "nominal", _text(_when)),
    Field("brightness", "interval", _number(lambda action: action.brightness)),
    Field("brightness_step", "interval", _number(lambda action: action.brightness_step)),
    Field("color_temp", "interval", _number(lambda action: action.color_temp)),
    Field("after (s)", "interval", _number(lambda action: _seconds(action.after))),
    Field("at (min)", "interval", _number(lambda action: _minute(action.at))),
    Field("for (s)", "interval", _number(lambda action: _seconds(action.for_))),
)


# -- scoring ---------------------------------------------------------------------------------------
class Measured(NamedTuple):
    """Of the units that two or more have a value for: how many, the share of pairs that agree, and alpha.

    Alpha is None where there is nothing to measure: no such unit, or one value for all.
    """

    units: int
    agreement: float | None
    alpha: float | None


class Disagreement(NamedTuple):
    """The values of one unit by annotator, gold among them if given, and how far from one another they are."""

    unit: Unit
    sentence: str
    values: Mapping[str, Value]
    distance: float


@dataclass(frozen=True)
class Scored:
    """One field: how the annotators agree, each with the gold labels, and about what they disagree, worst first."""

    field: Field
    among: Measured
    with_gold: Mapping[str, Measured]
    disagreements: Sequence[Disagreement]


def score(files: Sequence[Path], gold: Path | None = None) -> list[Scored]:
    """Agreement for each field. Raises BattiError with every fault of the forms."""
    answers = _read(files)
    labels = _gold(gold, answers) if gold else None
    return [_scored(field, answers, labels) for field in FIELDS]


def _read(files: Sequence[Path]) -> dict[str, dict[str, Answer]]:
    """The answers of each annotator by sentence."""
    if len({path.resolve() for path in files}) < len(files):
        raise BattiError("a file is named twice", "name each file once")
    unique = len({path.stem for path in files}) == len(files)
    answers: dict[str, dict[str, Answer]] = {}
    faults: list[Fault] = []
    for path in files:
        answers[path.stem if unique else str(path)], wrong = forms.read(path)
        faults += wrong
    wanted = list(dict.fromkeys(name for some in answers.values() for name in some))
    for path, some in zip(files, answers.values(), strict=True):
        missing = [name for name in wanted if name not in some] if some else []  # without any it is no form
        faults += [Fault(str(path), f"no row with the id {quote(name)}", "the other forms have it") for name in missing]
    if faults:
        raise BattiError.of(faults)
    if not wanted:
        raise BattiError("the forms have no rows", "name forms that are filled in")
    return answers


def _gold(source: Path, answers: Mapping[str, Mapping[str, Answer]]) -> dict[str, Answer]:
    """The labels of the sentences that were annotated."""
    data = records.load(source)
    known = by_id(source, data.records)
    labels: dict[str, Answer] = {}
    faults: list[Fault] = []
    for name, answer in next(iter(answers.values())).items():
        record = known.get(name)
        if record is None:
            faults.append(Fault(answer.where, f"{source} has no id {quote(name)}", "name the file that was sampled"))
            continue
        try:
            command = Command.from_dict(record.expected, groups=data.homes[record.home].group_names)
        except BattiError as error:
            faults += [replace(one, where=f"{source}: {name}: {one.where}") for one in error.listed]
        else:
            labels[name] = Answer(command.intent, command.actions, sentence=record.command)
    if faults:
        raise BattiError.of(faults)
    return labels


def _scored(field: Field, answers: Mapping[str, Mapping[str, Answer]], gold: Mapping[str, Answer] | None) -> Scored:
    rated = {who: units_of(field, some) for who, some in answers.items()}
    among = measured(list(rated.values()), field.level)
    with_gold: dict[str, Measured] = {}
    if gold is not None:
        right = units_of(field, gold)
        with_gold = {who: measured([some, right], field.level) for who, some in rated.items()}
        rated[GOLD] = right
    by_unit: dict[Unit, dict[str, Value]] = {}
    for who, some in rated.items():
        for unit, value in some.items():
            by_unit.setdefault(unit, {})[who] = value
    sentences = gold or next(iter(answers.values()))
    found = [
        Disagreement(unit, sentences[unit[0]].sentence, values, _distance(list(values.values()), field.level))
        for unit, values in by_unit.items()
    ]
    worst = sorted((one for one in found if one.distance > 0), key=lambda one: (-one.distance, one.unit))
    return Scored(field, among, with_gold, worst)


def units_of(field: Field, answers: Mapping[str, Answer]) -> dict[Unit, Value]:
    """The values that somebody gives, by unit."""
    return {
        (name, nth): value
        for name, answer in answers.items()
        for nth, value in enumerate(field.values(answer))
        if value is not None
    }


def measured(raters: Sequence[Mapping[Unit, Value]], level: Level) -> Measured:
    """Agreement of raters, who need not have rated every unit."""
    times = Counter(unit for some in raters for unit in some)
    equal = [one[unit] == other[unit] for one, other in combinations(raters, 2) for unit in one.keys() & other.keys()]
    agreement = sum(equal) / len(equal) if equal else None
    return Measured(sum(count > 1 for count in times.values()), agreement, alpha(raters, level))


def alpha(raters: Sequence[Mapping[Unit, Value]], level: Level) -> float | None:
    """Krippendorff's alpha; None where there is nothing to measure."""
    times = Counter(unit for some in raters for unit in some)
    units = sorted(unit for unit, count in times.items() if count > 1)  # the others say nothing of agreement
    values = sorted({some[unit] for some in raters for unit in units if unit in some}, key=repr)
    if len(values) < 2:
        return None
    # The library compares numbers: for nominal values any, the same for the same value.
    codes = {value: float(value) if level == "interval" else code for code, value in enumerate(values)}
    matrix = np.array([[codes[some[unit]] if unit in some else np.nan for unit in units] for some in raters], float)
    return float(krippendorff.alpha(reliability_data=matrix, level_of_measurement=level))


def _distance(values: Sequence[Value], level: Level) -> float:
    """The share of pairs that differ, or of numbers the mean distance; 0 of one value."""
    pairs = list(combinations(values, 2))
    apart = [abs(float(a) - float(b)) if level == "interval" else float(a != b) for a, b in pairs]
    return math.fsum(apart) / max(1, len(pairs))
