"""Variants of labelled sentences, written by a language model; the labels stay ours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from batti.dataset import prompts, records
from batti.dataset.api import Answer, Api, Request
from batti.dataset.harvest import Harvest, Rejected, language_tag, sentence_of
from batti.dataset.journal import Price
from batti.dataset.prompts import as_text, choices
from batti.dataset.records import Dataset, Record
from batti.errors import BattiError, Fault, quote
from batti.home import Home


@dataclass(frozen=True)
class Batch:
    """The sentences of one call, numbered from 1."""

    number: int
    sources: Sequence[Record]


class Rewriter:
    """Writes the calls of a run: the same for the same sentences and seed."""

    def __init__(self, data: Dataset, variants: int, seed: int) -> None:
        self.data, self.variants, self.seed = data, variants, seed
        languages = list(choices()["languages"])
        self.schema = prompts.rows(
            of={"type": "integer"},
            language={"type": "string", "enum": languages},
            sentence={"type": "string"},
        )
        self.guideline = prompts.text(
            "paraphrase", languages=prompts.listed("languages", languages), schema=as_text(self.schema)
        )

    def batches(self, per_call: int) -> list[Batch]:
        """Batches whose variants are about `per_call`."""
        size = max(1, per_call // self.variants)
        sources = self.data.records
        return [Batch(at // size, sources[at : at + size]) for at in range(0, len(sources), size)]

    def request(self, batch: Batch) -> Request:
        rng = Random(f"{self.seed} {batch.number}")
        shown = [self._shown(n, source) for n, source in enumerate(batch.sources, 1)]
        task = prompts.text(
            "paraphrase_call",
            number=batch.number + 1,
            variants=self.variants,
            voices=prompts.some("voices", rng),
            ways=prompts.some("ways", rng),
            sentences="\n".join(shown),
        )
        return Request(self.guideline, task, self.schema)

    def _shown(self, number: int, source: Record) -> str:
        """A sentence with what it asks, and the names of the places that it speaks of."""
        spoken = {name for action in source.expected["actions"] for name in _names_in(action)}
        names = {one.name: one.names for one in self.data.homes[source.home].entities() if one.name in spoken}
        return as_text({"of": number, "sentence": source.command, "label": source.expected, "names": names})


def _names_in(action: dict[str, Any]) -> list[str]:
    return [action["room"], *action.get("except", ()), action.get("light", "")]


class _Run:
    def __init__(self, harvest: Harvest, rewriter: Rewriter) -> None:
        self.harvest, self.rewriter = harvest, rewriter
        self.made = Counter[str]()  # variants taken of each family or id
        for source in rewriter.data.records:
            harvest.bar(source.home, source.command)

    def take(self, batch: Batch, answer: Answer) -> None:
        """Keep the variants that are ones."""
        if answer.failed:
            self.harvest.failed.append(answer.failed)
        given = Counter[int]()
        for row in answer.rows:
            try:
                of, record = self._record(batch, row)
                if given[of] == self.rewriter.variants:
                    raise Rejected("more variants than were asked for")
                self.harvest.take(record)
            except Rejected as reason:
                self.harvest.reject(batch.number + 1, row, reason)
            else:
                given[of] += 1
                self.made[_base(batch.sources[of])] += 1

    def _record(self, batch: Batch, row: object) -> tuple[int, Record]:
        """The number of the source and its variant. Raises Rejected."""
        if not isinstance(row, dict):
            raise Rejected("the row is not an object")
        of = row.get("of")
        if not isinstance(of, int) or isinstance(of, bool) or not 1 <= of <= len(batch.sources):
            raise Rejected(f"there is no sentence {quote(of)}")
        language = row.get("language")
        if not isinstance(language, str) or language not in choices()["languages"]:
            raise Rejected(f"there is no language {quote(language)}")
        source = batch.sources[of - 1]
        sentence = sentence_of(row.get("sentence"))
        base = _base(source)
        return of - 1, Record(
            sentence, source.expected, source.home, id=f"{base}-p{self.made[base] + 1}", set="paraphrase",
            tags=(language_tag(language, sentence),), family=source.family or source.id,
        )  # fmt: skip


def _base(source: Record) -> str:
    return source.id or source.family


def _check(path: Path, data: Dataset) -> None:
    """Raises BattiError with every sentence whose variants could not be used."""
    faults = []
    for record in data.records:
        where = f"{path}: {quote(record.command)}"
        found = records.faults(record, data.homes[record.home])
        faults += [Fault(where, fault, "correct the label first") for fault in found]
        if not _base(record):
            hint = "give it an id, so that a split keeps its variants with it"
            faults.append(Fault(where, "the sentence has neither id nor family", hint))
    if faults:
        raise BattiError.of_first(faults, str(path))


def paraphrase(
    source: Path, out: Path, api: Api, *, variants: int = 3, per_call: int = 20, seed: int = 1,
    price: Price | None = None,
) -> Harvest:  # fmt: skip
    """Write variants of the sentences of a file to `out`, rejected rows and answers beside it. Raises BattiError."""
    data = records.load(source)
    _check(source, data)
    homes: dict[str, Home] = {record.home: data.homes[record.home] for record in data.records}
    harvest = Harvest(out, homes)
    with harvest.asking(price) as journal:
        rewriter = Rewriter(data, variants, seed)
        batches = rewriter.batches(per_call)
        run = _Run(harvest, rewriter)
        harvest.calls = len(batches)
        answers = api.ask([rewriter.request(batch) for batch in batches], journal)
        for batch, answer in zip(batches, answers, strict=True):
            run.take(batch, answer)
    return harvest
