"""The lexicon: names, numbers, colours, times and interchangeable words, read from `resources/lexicon`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from batti.text import is_devanagari, normalize

SCRIPTS = ("en", "ne", "deva")
"""English, Romanized Nepali, Devanagari: the three ways in which a thing is named."""


def folder() -> Path:
    """The folder of the lexicon files."""
    return Path(str(files("batti"))) / "resources" / "lexicon"


def _read(name: str) -> Any:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load((folder() / name).read_text(encoding="utf-8"), Loader=loader)


def script_of(text: str) -> str:
    """`deva` or `roman`: which list of a lexicon entry a piece of a sentence belongs to."""
    return "deva" if is_devanagari(text) else "roman"


@dataclass(frozen=True)
class Concept:
    """One nameable thing and the words that people use for it, by script."""

    id: str
    en: tuple[str, ...] = ()
    ne: tuple[str, ...] = ()
    deva: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        return self.en + self.ne + self.deva


def _concepts(name: str) -> tuple[Concept, ...]:
    return tuple(
        Concept(str(row.get("id", row.get("en"))), *(tuple(row.get(s) or ()) for s in SCRIPTS))
        for row in _read(name)
    )


@dataclass(frozen=True)
class Swaps:
    """Interchangeable words: `find` marks them in a text, `classes` gives the alternatives."""

    ids: tuple[str, ...]
    classes: tuple[tuple[str, ...], ...]
    index: Mapping[str, int]
    pattern: re.Pattern[str]

    def find(self, text: str) -> list[tuple[int, int, int]]:
        """(start, end, class) of each whole word or phrase that may be swapped, longest first."""
        return [(m.start(), m.end(), self.index[m.group().lower()]) for m in self.pattern.finditer(text)]


@dataclass(frozen=True)
class Lexicon:
    places: tuple[Concept, ...]
    people: tuple[Concept, ...]
    lights: tuple[Concept, ...]
    groups: tuple[Concept, ...]
    devices: tuple[Concept, ...]
    frames: Mapping[str, Any]  # how names are composed, see frames.yaml
    near: Mapping[str, frozenset[str]]  # id -> ids of places that some homes do not tell from it
    numbers: Mapping[int, Concept]
    colors: Mapping[str, Mapping[str, tuple[str, ...]]]
    swaps: Swaps
    fillers: Mapping[str, Mapping[str, tuple[str, ...]]]
    times: Mapping[str, Any]
    spelling: Mapping[str, Any]


def _near(groups: list[list[str]]) -> dict[str, frozenset[str]]:
    ids = {one for group in groups for one in group}
    return {one: frozenset(o for g in groups if one in g for o in g) - {one} for one in ids}


def _swaps() -> Swaps:
    ids: list[str] = []
    classes: list[tuple[str, ...]] = []
    index: dict[str, int] = {}
    for row in _read("swaps.yaml"):
        for words in row["words"].values():
            if len(words) > 1:
                for word in words:
                    index.setdefault(word.lower(), len(classes))
                ids.append(row["id"])
                classes.append(tuple(words))
    longest_first = sorted(index, key=len, reverse=True)
    body = "|".join(map(re.escape, longest_first))
    # \w leaves out Devanagari vowel signs, so the borders are spelled out.
    border = r"[\w\u0900-\u0963\u0970-\u097f']"
    pattern = re.compile(rf"(?<!{border})(?:{body})(?!{border})", re.IGNORECASE)
    return Swaps(tuple(ids), tuple(classes), index, pattern)


@cache
def load() -> Lexicon:
    """The whole lexicon, read once."""
    frames = _read("frames.yaml")
    numbers = {row["n"]: Concept(str(row["n"]), *(tuple(row[s]) for s in SCRIPTS)) for row in _read("numbers.yaml")}
    colors = {row["color"]: {s: tuple(row[s]) for s in ("roman", "deva")} for row in _read("colors.yaml")}
    fillers = {
        kind: {script: tuple(words) for script, words in row.items()}
        for kind, row in _read("fillers.yaml").items()
    }
    return Lexicon(
        places=_concepts("places.yaml"),
        people=_concepts("people.yaml"),
        lights=_concepts("lights.yaml"),
        groups=_concepts("groups.yaml"),
        devices=_concepts("other_devices.yaml"),
        frames=frames,
        near=_near(frames["near"]),
        numbers=numbers,
        colors=colors,
        swaps=_swaps(),
        fillers=fillers,
        times=_read("times.yaml"),
        spelling=_read("spelling.yaml"),
    )


def key(name: str) -> str:
    """What two names share when they are the same word to a listener: the normalized text."""
    return re.sub(r"[^a-z0-9 ]", "", normalize(name))
