"""How labelled sentences are distributed: a page with a table and a picture for each topic, splits side by side."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from batti.command import ACTIONS, INTENTS, Action
from batti.dataset import charts, records, tongue
from batti.dataset.datacard import table
from batti.dataset.records import Record
from batti.errors import BattiError
from batti.home import Home
from batti.lexicon import key

PAGE = "index.md"
_MOST = 30  # values in a table and a picture
_KEYS = tuple(field.alias or name for name, field in Action.model_fields.items() if name not in ("room", "action"))


class Topic(NamedTuple):
    """What is counted: the values that a sentence has, and their order, without one by frequency."""

    title: str
    values: Callable[[Record], Iterable[str]]
    order: tuple[str, ...] = ()
    note: str = ""


_INDEX = """\
The index of Das and Gambäck (2014) for a sentence is 100 * (1 - max(w) / (n - u)): of its n words u are of no language
(names, digits), and w of each language. It is 0 where all are of one language and 50 where there are as many of each.

The language of a word comes from the lexicon and the phrase bank; of words that are in neither, from their letters. Of
words labelled by hand it is right for {generated} in generated sentences, with their slips and invented names, and for
{written} in plainly written ones; these helped to mend the tagger, the others did not."""
_SEVERAL = "A sentence may have several, or none."
TOPICS: Mapping[str, Topic] = {
    "intents": Topic("Intents", lambda record: [record.intent], INTENTS),
    "rooms": Topic("Rooms", lambda record: record.rooms, note=_SEVERAL),
    "actions": Topic("Actions", lambda record: record.actions, ACTIONS, _SEVERAL),
    "keys": Topic("Keys of actions", lambda record: _keys(record), _KEYS, _SEVERAL),
    "scripts": Topic("Scripts", lambda record: [tongue.script(record.command)], tongue.SCRIPTS),
    "tags": Topic("Tags", lambda record: record.tags, note=_SEVERAL),
}


def _keys(record: Record) -> set[str]:
    return {name for action in record.expected["actions"] for name in action} - {"room", "action"}


@dataclass(frozen=True)
class Part:
    """What is counted and measured in one file."""

    name: str
    size: int
    homes: int
    families: int
    counts: Mapping[str, Counter[str]]  # by topic
    characters: list[float]
    words: list[float]
    mixing: list[float]
    languages: Counter[str]

    def share(self, topic: str, value: str) -> float:
        return self.counts[topic][value] / self.size


def describe(files: Sequence[Path], out: Path) -> Path:
    """Write the page and its pictures to the folder `out`; returns the page. Raises BattiError."""
    if len(files) > len(charts.COLORS):
        raise BattiError(f"{len(files)} files are too many for a picture", f"name {len(charts.COLORS)} at most")
    unique = len({path.stem for path in files}) == len(files)
    parts = [measure(path, path.stem if unique else str(path)) for path in files]
    for name, topic in TOPICS.items():
        values = _values(name, topic, parts)
        shares = {part.name: [part.share(name, value) for value in values] for part in parts}
        charts.bars(out / f"{name}.png", topic.title, values, shares)
    charts.histograms(out / "lengths.png", "Lengths", [
        _panel("characters in a sentence", {part.name: part.characters for part in parts}),
        _panel("words in a sentence", {part.name: part.words for part in parts}),
    ])  # fmt: skip
    mixing = {part.name: part.mixing for part in parts}
    nearest = charts.Panel("code-mixing index of a sentence, to the nearest ten", mixing, range(-5, 60, 10))
    charts.histograms(out / "mixing.png", "Code-mixing", [nearest])
    page = out / PAGE
    records.write_lines(page, "\n".join(_page(parts)).splitlines())
    return page


def measure(path: Path, name: str) -> Part:
    """What is in a file. Raises BattiError."""
    data = records.filled(path)
    names = {of: _names(home) for of, home in data.homes.items()}
    counts: dict[str, Counter[str]] = {topic: Counter() for topic in TOPICS}
    mixing: list[float] = []
    languages: Counter[str] = Counter()
    for record in tqdm(data.records, desc=name, unit=" sentences", file=sys.stderr, disable=None):
        for topic, values in TOPICS.items():
            counts[topic].update(values.values(record))
        tagged = tongue.tag(record.command, names[record.home])
        mixing.append(tongue.mixing(tagged))
        languages.update(one.language for one in tagged)
    families = {record.family for record in data.records} - {""}
    characters = [float(len(record.command)) for record in data.records]
    words = [float(len(record.command.split())) for record in data.records]
    return Part(name, len(data.records), len(data.homes), len(families), counts, characters, words, mixing, languages)


def _names(home: Home) -> frozenset[str]:
    said = (word for place in home.places() for name in place.names for word in tongue.words(name))
    return frozenset(map(key, said))


def _values(name: str, topic: Topic, parts: Sequence[Part]) -> list[str]:
    """The values that are shown, of those without an order the most frequent."""
    if topic.order:
        return list(topic.order)
    total = sum((part.counts[name] for part in parts), Counter())
    return sorted(total, key=lambda value: (-total[value], value))[:_MOST]


def _panel(label: str, numbers: Mapping[str, Sequence[float]]) -> charts.Panel:
    """Bins of whole numbers up to where all but one sentence in two hundred are."""
    last = max(np.quantile(some, 0.995) for some in numbers.values())
    step = max(1, round(last / 20))
    return charts.Panel(label, numbers, np.arange(0.5, last + step + 0.5, step).tolist())


def _page(parts: Sequence[Part]) -> Iterator[str]:
    yield f"# How {', '.join(part.name for part in parts)} are distributed"
    yield ""
    yield table(["", *(part.name for part in parts)], [
        ["sentences", *(f"{part.size:,}" for part in parts)],
        ["homes", *(f"{part.homes:,}" for part in parts)],
        ["families", *(f"{part.families:,}" for part in parts)],
    ])  # fmt: skip
    for name, topic in TOPICS.items():
        values = _values(name, topic, parts)
        more = len({value for part in parts for value in part.counts[name]}) - len(values)
        note = f"{topic.note} The {_MOST} most frequent; {more:,} more." if more > 0 else topic.note
        yield from _section(name, topic.title, note)
        yield table(["", *(part.name for part in parts)],
                    ([value, *(_counted(part, name, value) for part in parts)] for value in values))  # fmt: skip
    yield from _section("lengths", "Lengths", "The last bins of the picture hold all that is longer.")
    yield table(["", "", "mean", "median", "90% are at most", "longest"], _lengths(parts))
    yield from _section("mixing", "Code-mixing", _tagger())
    yield table(["", *(part.name for part in parts)], _mixing(parts))


def _section(name: str, title: str, note: str) -> Iterator[str]:
    yield from ("", f"## {title}", "", f"![{title}]({name}.png)", "")
    yield from (note, "") if note else ()


def _counted(part: Part, topic: str, value: str) -> str:
    return f"{part.counts[topic][value]:,} ({part.share(topic, value):.1%})"


def _lengths(parts: Sequence[Part]) -> Iterator[list[str]]:
    for part in parts:
        for what, numbers in (("characters", part.characters), ("words", part.words)):
            figures = (np.mean(numbers), np.median(numbers), np.quantile(numbers, 0.9), max(numbers))
            yield [part.name, what, *(f"{figure:.1f}".removesuffix(".0") for figure in figures)]


def _mixing(parts: Sequence[Part]) -> Iterator[list[str]]:
    mixed = [[index for index in part.mixing if index] for part in parts]
    yield ["index, mean of all sentences", *(f"{np.mean(part.mixing):.1f}" for part in parts)]
    yield ["index, mean of those that mix", *(f"{np.mean(some):.1f}" if some else "-" for some in mixed)]
    yield ["sentences that mix", *(f"{len(some) / part.size:.1%}" for some, part in zip(mixed, parts, strict=True))]
    names = {"en": "English words", "ne": "Nepali words", "un": "names and numbers"}
    for language, name in names.items():
        yield [name, *(f"{part.languages[language] / max(1, part.languages.total()):.1%}" for part in parts)]


def _tagger() -> str:
    """What the index is, and how far the languages of the words can be trusted."""
    tested = {sort: tongue.accuracy(sentences) for sort, sentences in tongue.labelled().items()}
    right = {sort: f"{right} of {of} ({right / of:.1%})" for sort, (right, of) in tested.items()}
    return _INDEX.format(**right)
