"""Labelled sentences of one home, written by a language model by a guideline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from random import Random
from typing import Any

from batti.command import COLORS, Command
from batti.dataset import noise, prompts
from batti.dataset.api import Answer, Api, Request
from batti.dataset.harvest import Harvest, Rejected, language_tag, sentence_of
from batti.dataset.journal import Journal, Price
from batti.dataset.prompts import as_text, choices
from batti.dataset.records import Record
from batti.dataset.shots import Shot, Shots
from batti.errors import BattiError
from batti.home import Entity, Home

_SPARE = 2
"""So many times the calls that would do are made at most, to make up for rejected rows."""
_SPELLED = 4  # further spellings that are tried for a place
_STYLES = [style for style in noise.STYLES if style != "clean"]


@dataclass(frozen=True)
class Call:
    """One call of a run: what it is to ask, and what that says of its rows."""

    number: int
    request: Request
    language: str
    shots: tuple[Shot, ...]


class Writer:
    """Writes the calls of a run: the same for the same home, seed, size and number."""

    def __init__(self, home: Home, seed: int, size: int) -> None:
        self.home, self.seed, self.size = home, seed, size
        self.entities = home.entities()
        self.shots = Shots(home, frozenset(choices()["english_words"]), Random(seed))
        self.schema = prompts.rows(sentence={"type": "string"}, **prompts.labels(home))
        self.guideline = prompts.text(
            "synthesize", home=home.to_yaml(), colors=", ".join(COLORS), schema=as_text(self.schema)
        )

    def call(self, number: int) -> Call:
        """The call of this number, with an assignment of its own."""
        rng = Random(f"{self.seed} {number}")
        language = prompts.language(number)
        intents = rng.sample(list(choices()["intents"]), choices()["intents_a_call"])
        places = rng.sample(self.entities, min(choices()["places_a_call"], len(self.entities)))
        shots = self.shots.draw(language, intents, rng)
        task = prompts.text(
            "synthesize_call",
            number=number + 1,
            count=self.size,
            language=choices()["languages"][language],
            intents=prompts.listed("intents", intents),
            places="\n".join(_spelled(place, rng) for place in places),
            voices=prompts.some("voices", rng),
            ways=prompts.some("ways", rng),
            contents=prompts.some("contents", rng),
            examples="\n".join(as_text(_row(shot)) for shot in shots),
        )
        return Call(number, Request(self.guideline, task, self.schema), language, tuple(shots))


def _spelled(place: Entity, rng: Random) -> str:
    """A place with its names and some spellings that they come in."""
    spellings = [noise.respell(rng.choice(place.names), rng.choice(_STYLES), rng) for _ in range(_SPELLED)]
    said = ", ".join(dict.fromkeys((*place.names, *spellings)))
    return f"- {place.name}" + (f" in {place.room}" if place.room else "") + f": {said}"


def _row(shot: Shot) -> dict[str, Any]:
    """An example in the form of an answer."""
    document = shot.command.to_dict()
    return {"sentence": shot.sentence, "intent": document["intent"], "actions": document["actions"]}


def _document(row: Mapping[str, Any], home: Home) -> dict[str, Any]:
    """The label of a row as the contract's document; null and empty keys count as left out. Raises Rejected."""
    if not isinstance(row.get("intent"), str):
        raise Rejected("the row has no intent")
    actions = row.get("actions")
    if not isinstance(actions, list) or not all(isinstance(one, dict) for one in actions):
        raise Rejected("actions is not a list of actions")
    given = [{key: value for key, value in one.items() if value not in (None, [])} for one in actions]
    label = {key: value for key, value in row.items() if key != "sentence"}
    try:
        return Command.from_dict({**label, "actions": given}, groups=home.group_names).to_dict()
    except BattiError as error:
        raise Rejected("; ".join(str(error).splitlines())) from None


class _Run:
    """Calls made until there are so many sentences."""

    def __init__(self, harvest: Harvest, name: str, writer: Writer) -> None:
        self.harvest, self.name, self.writer = harvest, name, writer

    def fill(self, count: int, api: Api, journal: Journal) -> None:
        """Calls whose rows are rejected are made up for, those that fail are not: the next run makes them again."""
        most = _SPARE * ceil(count / self.writer.size) + 1
        harvest = self.harvest
        while harvest.calls < most:
            missing = count - len(harvest.records) - len(harvest.failed) * self.writer.size
            more = min(ceil(missing / self.writer.size), most - harvest.calls)
            if more <= 0:
                break
            calls = [self.writer.call(harvest.calls + i) for i in range(more)]
            answers = api.ask([call.request for call in calls], journal)
            harvest.calls += more
            for call, answer in zip(calls, answers, strict=True):
                self._take(call, answer)
        del harvest.records[count:]

    def _take(self, call: Call, answer: Answer) -> None:
        if answer.failed:
            self.harvest.failed.append(answer.failed)
        for shot in call.shots:
            self.harvest.bar(self.name, shot.sentence)
        for index, row in enumerate(answer.rows):
            try:
                self.harvest.take(self._record(call, index, row))
            except Rejected as reason:
                self.harvest.reject(call.number + 1, row, reason)

    def _record(self, call: Call, index: int, row: object) -> Record:
        if not isinstance(row, dict):
            raise Rejected("the row is not an object")
        sentence = sentence_of(row.get("sentence"))
        name = f"{self.harvest.out.stem}-{call.number + 1}-{index + 1}"
        tags = (language_tag(call.language, sentence),)
        expected = _document(row, self.writer.home)
        return Record(sentence, expected, self.name, id=name, set="api", tags=tags, family=name)


def generate(
    out: Path, api: Api, *, count: int, home: Path | None = None, per_call: int = 20, seed: int = 1,
    price: Price | None = None,
) -> Harvest:  # fmt: skip
    """Write `count` sentences of a home to `out`, rejected rows and answers beside it. Raises BattiError."""
    name, known = (home.stem, Home.load(home)) if home else ("default", Home.default())
    harvest = Harvest(out, {name: known})
    with harvest.asking(price) as journal:
        _Run(harvest, name, Writer(known, seed, min(per_call, count))).fill(count, api, journal)
    return harvest
