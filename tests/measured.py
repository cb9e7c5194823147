"""A model whose answers are written down, and small files of cases, for the tests of `evaluate`."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from batti.backends import Backend, Reading
from batti.command import Command
from batti.dataset.cases import cases_of, read_sources
from batti.evaluate import figures
from batti.evaluate.figures import compare
from batti.evaluate.results import DataFile, Model, Results
from batti.evaluate.run import Outcome, run
from batti.home import Home

HOME = {
    "name": "Ghar",
    "rooms": [{"name": "kitchen", "aliases": ["bhancha"]}, {"name": "hall"}, {"name": "attic"}],
    "groups": [{"name": "upstairs", "rooms": ["hall", "attic"]}],
}


def off(room: str) -> Command:
    return Command.from_dict({"actions": [{"room": room, "action": "turn_off"}]})


SECRET = "gupta vakya"  # in every sentence, so that a leak is seen
SENTENCES = {  # sentence -> what it means
    f"kitchen off, {SECRET}": off("kitchen"),
    f"hall off, {SECRET}": off("hall"),
    f"attic off, {SECRET}": off("attic"),
    f"hello <b>|{SECRET}": Command.none(),
    f"garage, {SECRET}": Command.unknown_room(),
}
WRONG = {  # what the worse of the two models says instead
    f"hall off, {SECRET}": Reading(off("attic"), 0.9),
    f"hello <b>|{SECRET}": Reading(off("hall"), 0.4),
}


class Fake:
    """A backend that knows the answers, but for some."""

    def __init__(self, wrong: Mapping[str, Reading] | None = None) -> None:
        self.wrong = dict(wrong or {})
        self.calls: list[tuple[Home, list[str]]] = []

    def generate(self, home: Home, sentences: Sequence[str]) -> list[Reading]:
        self.calls.append((home, list(sentences)))
        return [self.wrong.get(text, Reading(SENTENCES.get(text, Command.none()), 0.8)) for text in sentences]


def write_cases(folder: Path, name: str = "cases.jsonl", times: int = 1) -> Path:
    """The sentences as a file, with their home beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "homes.jsonl").write_text(json.dumps({"id": "ghar", **HOME}) + "\n", encoding="utf-8")
    rows = [
        {"home": "ghar", "command": text, "expected": command.to_dict(), "tags": ["short"], "set": "first"}
        for text, command in SENTENCES.items()
    ]
    path = folder / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows * times), encoding="utf-8")
    return path


def measure(path: Path, errors: int = 5, **models: Backend) -> Results:
    """The results of some models on a file."""
    sources = read_sources([path])
    outcomes: dict[str, list[Outcome]] = {name: run(one, cases_of(sources)) for name, one in models.items()}
    return Results(
        batti="0", seed=1, resamples=2000,
        data=tuple(DataFile(name=one.name, sha256=one.sha256, sentences=len(one.cases)) for one in sources),
        figures=tuple(
            figures.figures(Model(name=name), some, seed=1, errors=errors) for name, some in outcomes.items()
        ),
        comparisons=compare([(n, [(o.exact, o.partial) for o in some]) for n, some in outcomes.items()], 1),
    )  # fmt: skip
