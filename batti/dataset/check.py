"""What is wrong with files of labelled sentences: leakage, conflicting labels, invalid documents, imbalance."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations, permutations
from pathlib import Path
from typing import Any, Literal, TypeAlias

from batti.command import ACTIONS
from batti.dataset import records
from batti.dataset.near import Sentence, near_pairs
from batti.dataset.records import Record
from batti.errors import BattiError, quote
from batti.home import Home

_EXAMPLES = 20  # kept of each finding
_RATIO = 10  # a larger one between the most and the least frequent intent is worth a warning


Verdict: TypeAlias = Literal["fine", "warning", "wrong"]


@dataclass(frozen=True)
class Finding:
    """How often something was found in `of` rows, sentences or names; `wrong` is what must not be."""

    kind: str
    where: str
    count: int
    of: int
    verdict: Verdict
    examples: tuple[str, ...] = ()

    @classmethod
    def any_of(cls, kind: str, where: str, found: Iterable[str], of: int, verdict: Verdict = "wrong") -> Finding:
        """The finding of a list in which nothing should be."""
        found = list(found)
        examples = list(dict.fromkeys(found))[:_EXAMPLES]
        return cls(kind, where, len(found), of, verdict if found else "fine", tuple(examples))


@dataclass(frozen=True)
class _File:
    name: str
    records: list[Record]
    sentences: list[Sentence]  # of the records, in their order
    texts: frozenset[str]
    labels: Mapping[tuple[str, str], frozenset[str]]  # of each sentence in each home
    families: frozenset[str]

    @classmethod
    def of(cls, name: str, rows: list[Record]) -> _File:
        sentences = [Sentence.of(row) for row in rows]
        labels: dict[tuple[str, str], set[str]] = {}
        for home, label, text in sentences:
            labels.setdefault((home, text), set()).add(label)
        return cls(name, rows, sentences, frozenset(one.text for one in sentences),
                   {key: frozenset(all_) for key, all_ in labels.items()},
                   frozenset(row.family for row in rows if row.family))  # fmt: skip


def check(paths: Sequence[Path]) -> list[Finding]:
    """Everything found, wrong or not, of each file and each pair of files. Raises BattiError."""
    if len({path.resolve() for path in paths}) < len(paths):
        raise BattiError("a file is named twice", "name each file once")
    files, homes = _load(paths)
    return [
        *_leaks(files),
        *_divided(files),
        *_conflicts(files),
        *(found for file in files for found in _alone(file, homes)),
        *_unmentioned(files, homes),
    ]


def to_json(findings: Sequence[Finding]) -> dict[str, Any]:
    """Plain data: whether all is well, and each finding."""
    return {"ok": all(one.verdict != "wrong" for one in findings), "findings": [asdict(one) for one in findings]}


def _load(paths: Sequence[Path]) -> tuple[list[_File], dict[str, Home]]:
    files: list[_File] = []
    homes: dict[str, Home] = {}
    unique = len({path.name for path in paths}) == len(paths)
    for path in paths:
        data = records.filled(path)
        records.unite(homes, data.homes, path)
        files.append(_File.of(path.name if unique else str(path), data.records))
    return files, homes


def _leaks(files: Sequence[_File]) -> Iterator[Finding]:
    """Rows of one file whose sentence is in another, or a near-duplicate of it."""
    twins = _twins(files) if len(files) > 1 else {}
    for file, other in permutations(files, 2):
        where = f"{file.name} in {other.name}"
        same = [one for one in file.sentences if one.text in other.texts]
        near = [
            f"{quote(one.text)} is near {quote(twins[one][other.name])}"
            for one in file.sentences
            if one.text not in other.texts and other.name in twins.get(one, ())
        ]
        yield Finding.any_of("same sentence", where, (quote(one.text) for one in same), len(file.records))
        yield Finding.any_of("near-duplicate", where, near, len(file.records))


def _twins(files: Sequence[_File]) -> dict[Sentence, dict[str, str]]:
    """For each sentence that has them: file -> a near-duplicate there."""
    holders: dict[Sentence, list[str]] = {}
    for file in files:
        for one in dict.fromkeys(file.sentences):
            holders.setdefault(one, []).append(file.name)
    twins: dict[Sentence, dict[str, str]] = {}
    for pair in near_pairs(holders):
        for one, other in (pair, pair[::-1]):
            for name in holders[other]:
                twins.setdefault(one, {}).setdefault(name, other.text)
    return twins


def _divided(files: Sequence[_File]) -> Iterator[Finding]:
    """Families of which two files have members."""
    for file, other in combinations(files, 2):
        shared = sorted(file.families & other.families)
        total = len(file.families | other.families)
        yield Finding.any_of("divided family", f"{file.name}, {other.name}", map(quote, shared), total)


def _conflicts(files: Sequence[_File]) -> Iterator[Finding]:
    """Sentences that have two labels in the same home: in a file, then between files."""
    for file in files:
        several = (_contrast(key, labels) for key, labels in file.labels.items() if len(labels) > 1)
        yield Finding.any_of("conflicting labels", file.name, several, len(file.labels))
    for file, other in combinations(files, 2):
        both = {key: file.labels[key] | other.labels[key] for key in file.labels if key in other.labels}
        several = (_contrast(key, labels) for key, labels in both.items() if len(labels) > 1)
        yield Finding.any_of("conflicting labels", f"{file.name}, {other.name}", several, len(both))


def _contrast(key: tuple[str, str], labels: Iterable[str]) -> str:
    return f"{quote(key[1])}: {' | '.join(sorted(map(_short, labels)))}"


def _short(label: str) -> str:
    document = json.loads(label)
    said = (" ".join(map(str, action.values())) for action in document["actions"])
    return ", ".join(said) or str(document["intent"])


def _alone(file: _File, homes: Mapping[str, Home]) -> Iterator[Finding]:
    """What can be said of one file."""
    total = len(file.records)
    yield Finding.any_of("invalid document", file.name, _invalid(file, homes), total)
    again = (one.text for one, count in Counter(file.sentences).items() for _ in range(count - 1))
    yield Finding.any_of("duplicate row", file.name, map(quote, again), total, "warning")
    present = {action for record in file.records for action in record.actions}
    never = [action for action in ACTIONS if action not in present]
    yield Finding.any_of("action never present", file.name, never, len(ACTIONS), "warning")
    intents = Counter(record.intent for record in file.records).most_common()
    for end, (name, count) in zip(("largest", "smallest"), (*intents[:1], *intents[-1:]), strict=False):
        uneven = intents[0][1] > _RATIO * intents[-1][1]
        yield Finding(f"{end} intent: {name}", file.name, count, total, "warning" if uneven else "fine")


def _invalid(file: _File, homes: Mapping[str, Home]) -> Iterator[str]:
    known: dict[tuple[str, str], list[str]] = {}
    for record, sentence in zip(file.records, file.sentences, strict=True):
        key = sentence.home, sentence.label
        if key not in known:
            known[key] = records.faults(record, homes[record.home])
        if known[key]:
            yield f"{quote(record.command)}: {known[key][0]}"


def _unmentioned(files: Sequence[_File], homes: Mapping[str, Home]) -> Iterator[Finding]:
    """Rooms that no file speaks of."""
    mentioned = {(record.home, str(room)) for file in files for record in file.records for room in record.rooms}
    rooms = [(name, room.name) for name, home in homes.items() for room in home.rooms]
    never = (f"{room} of {name}" for name, room in rooms if (name, room) not in mentioned)
    yield Finding.any_of("room never mentioned", "all files", never, len(rooms), "warning")
