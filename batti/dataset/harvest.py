"""Rows that a language model wrote: each becomes a record, or is rejected with the reason."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from batti.dataset import records
from batti.dataset.journal import Journal, Price, Spent
from batti.dataset.records import Dataset, Record
from batti.errors import BattiError, quote
from batti.home import Home
from batti.text import MAX_CHARS, is_devanagari, normalize


class Rejected(ValueError):
    """A row that is not taken; the message says why."""


def beside(out: Path, what: str) -> Path:
    """`data/x.jsonl` -> `data/x.WHAT.jsonl`."""
    return out.with_name(f"{out.name.removesuffix('.jsonl')}.{what}.jsonl")


def sentence_of(value: object) -> str:
    """The sentence on one line. Raises Rejected."""
    if not isinstance(value, str):
        raise Rejected(f"the sentence is {quote(value)}, not text")
    sentence = " ".join(value.split())
    if any(unicodedata.category(c) in ("Cc", "Cs") for c in sentence):
        raise Rejected("the sentence holds a control character")
    said = normalize(sentence)
    if not any(map(str.isalnum, said)):
        raise Rejected("the sentence is empty")
    length = max(len(sentence), len(said))  # either may be the longer: भ is bha, aaaaa is aaa
    if length > MAX_CHARS:
        raise Rejected(f"the sentence is too long: {length} characters, {MAX_CHARS} at most")
    return sentence


def language_tag(meant: str, sentence: str) -> str:
    """The language that was meant, save where the script says otherwise."""
    if meant == "devanagari":
        return meant if is_devanagari(sentence) else "romanized"
    return "devanagari" if is_devanagari(sentence) and meant != "code-mixed" else meant


@dataclass
class Harvest:
    """What has come of all answers: records, rejected rows, and why calls failed."""

    out: Path
    homes: Mapping[str, Home]
    records: list[Record] = field(default_factory=list)
    rejected: list[dict[str, Any]] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    calls: int = 0
    spent: Spent = field(default_factory=Spent)
    _seen: set[tuple[str, str]] = field(default_factory=set)

    @contextmanager
    def asking(self, price: Price | None) -> Iterator[Journal]:
        """The answers of this run and of earlier ones, from which the records are taken that are written then.

        Raises BattiError where another home beside OUT has the name of one of these: before anything is paid for.
        """
        with Journal(beside(self.out, "calls"), price) as journal:
            lines = (records.home_line(name, home.to_dict()) for name, home in self.homes.items())
            records.write_homes(self.out.parent, lines)
            yield journal
            self.spent = journal.spent
        records.write_lines(beside(self.out, "rejected"), map(records.json_line, self.rejected))
        records.save(self.out, Dataset(self.records, dict(self.homes)))

    def bar(self, home: str, sentence: str) -> None:
        """Have this sentence rejected: an example, or what is to be said in other words."""
        self._seen.add((home, normalize(sentence)))

    def take(self, record: Record) -> None:
        """Keep a record. Raises Rejected where its label is faulty or its sentence is there already."""
        faults = records.faults(record, self.homes[record.home])
        if faults:
            raise Rejected("; ".join(faults))
        said = record.home, record.normalized
        if said in self._seen:
            raise Rejected("the sentence is there already")
        self._seen.add(said)
        self.records.append(record)

    def reject(self, call: int, row: object, reason: Rejected) -> None:
        self.rejected.append({"call": call, "reason": str(reason), "row": row})

    def check(self, wanted: int) -> None:
        """Raises BattiError where calls failed, or where too little came of them."""
        if self.failed:
            said = "; ".join(f"{n} × {reason}" for reason, n in Counter(self.failed).most_common(3))
            problem = f"{len(self.failed)} of {self.calls} calls failed: {said}"
            raise BattiError(problem, "run the same command again to try only these")
        if len(self.records) < wanted:
            problem = f"{len(self.records)} of {wanted} sentences came of {self.calls} calls"
            raise BattiError(problem, f"see {beside(self.out, 'rejected')} for what was wrong with the others")
