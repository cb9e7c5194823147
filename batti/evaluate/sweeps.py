"""Plain sentences by rule, whose answers follow from how they were made: every number, and many things in one breath.

What people say is measured by people's sentences. These are said by nobody and find what such sets are too small
to show: an amount that was never learned, the middle one of three requests lost. `python -m batti.evaluate.sweeps
OUT.jsonl` writes them for `batti evaluate`; the templates are in `evaluation/sweeps.yaml`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any

import click
import yaml

from batti import lexicon
from batti.command import Command, one_form
from batti.dataset import records
from batti.dataset.names import DEVANAGARI_DIGITS
from batti.dataset.records import Record
from batti.home import Home
from batti.values import duration_of

TEMPLATES = Path("evaluation/sweeps.yaml")
_HOME = "default"
_LANGUAGES = ("ne", "deva", "en")
_JOINED = 150  # sentences of each number of requests and language
_AROUND = 8  # with each thing that is said around a request
_SHAPED = 12  # of each shape and language
_SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600}

Said = tuple[str, str, list[dict[str, Any]]]
"""The set, a sentence and the actions that it asks."""


def sentences(templates: Mapping[str, Any], seed: int = 1) -> Iterator[Said]:
    """All sentences of the templates; the same for the same seed."""
    rng = Random(seed)
    for row in templates["amounts"]:
        yield from _amounts(row, templates["rooms"], rng)
    for language in _LANGUAGES:
        for count in (2, 3, 4):
            for _ in range(_JOINED):
                yield _joined(templates, language, count, rng)
        for around in templates["around"][language]:
            for _ in range(_AROUND):
                yield _said_around(templates, language, around, rng)
        for row in templates["shapes"]:
            for _ in range(_SHAPED):
                yield _shaped(row, templates["rooms"], language, rng)


def _amounts(row: Mapping[str, Any], rooms: Mapping[str, Any], rng: Random) -> Iterator[Said]:
    for n in range(row["first"], row["last"] + 1, row.get("step", 1)):
        for language in _LANGUAGES:
            for number in _numbers(n, row["in"], language):
                room, said = _room(rooms[language], rng)
                sentence = rng.choice(row[language]).format(n=number, A=said)
                asked = {key: _value(n, row["in"]) if value == "n" else value for key, value in row["asks"].items()}
                yield row["set"], sentence, [{"room": room, **asked}]


def _numbers(n: int, kind: str, language: str) -> Iterator[str]:
    """A number in digits and in the words that the lexicon has for it."""
    digits = f"{n // 60}:{n % 60:02d}" if kind == "clock" else str(abs(n))
    yield digits.translate(DEVANAGARI_DIGITS) if language == "deva" else digits
    number = lexicon.load().numbers.get(abs(n)) if kind != "clock" else None
    if number:
        yield getattr(number, language)[0]


def _value(n: int, kind: str) -> Any:
    """What the contract has for n of a kind."""
    if kind in _SECONDS:
        return duration_of(n * _SECONDS[kind])
    return {"hundredths": n / 100, "kelvin": n, "clock": f"{n // 60:02d}:{n % 60:02d}"}[kind]


def _room(rooms: Mapping[str, list[str]], rng: Random) -> tuple[str, str]:
    """A room, and what it is called."""
    room = rng.choice([*rooms])
    return room, rng.choice(rooms[room])


def _request(templates: Mapping[str, Any], language: str, room: str, rng: Random) -> tuple[str, dict[str, Any]]:
    row = rng.choice(templates["requests"])
    said = rng.choice(row[language]).format(A=rng.choice(templates["rooms"][language][room]))
    return said, {"room": room, **row["asks"]}


def _said_around(templates: Mapping[str, Any], language: str, around: str, rng: Random) -> Said:
    request, action = _request(templates, language, rng.choice([*templates["rooms"][language]]), rng)
    return "said around", rng.choice((f"{around}, {request}", f"{request}, {around}")), [action]


def _joined(templates: Mapping[str, Any], language: str, count: int, rng: Random) -> Said:
    sentence, actions = "", []
    for room in rng.sample([*templates["rooms"][language]], count):
        said, action = _request(templates, language, room, rng)
        sentence += (rng.choice(templates["links"][language]) if sentence else "") + said
        actions.append(action)
    return f"{count} requests", sentence, actions


def _shaped(row: Mapping[str, Any], rooms: Mapping[str, Any], language: str, rng: Random) -> Said:
    chosen = dict(zip("ABCD", rng.sample([*rooms[language]], 4), strict=True))
    said = {letter: rng.choice(rooms[language][room]) for letter, room in chosen.items()}
    actions = []
    for asked in row["asks"]:
        action = asked | {"room": chosen.get(asked["room"], asked["room"])}
        actions.append(action | ({"except": [chosen[e] for e in asked["except"]]} if "except" in asked else {}))
    return row["set"], row[language].format(**said), actions


def rows(seed: int = 1) -> list[Record]:
    """The sentences as labelled rows, each once. Raises BattiError where a template asks what the contract has not."""
    templates = yaml.safe_load(TEMPLATES.read_text(encoding="utf-8"))
    found: dict[str, Record] = {}
    for at, (group, sentence, actions) in enumerate(sentences(templates, seed)):
        document = Command.from_dict({"actions": one_form(actions)}).to_dict()
        found.setdefault(sentence, Record(sentence, document, _HOME, id=f"sweep-{at:05d}", set=group))
    return [*found.values()]


@click.command()
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--seed", default=1, show_default=True)
def main(out: Path, seed: int) -> None:
    """Write the sentences to OUT, a .jsonl file, and the home that they speak of beside it."""
    out.parent.mkdir(parents=True, exist_ok=True)
    records.write_lines(out, (row.to_json() for row in rows(seed)))
    records.write_homes(out.parent, [records.home_line(_HOME, Home.default().to_dict())])


if __name__ == "__main__":
    main()
