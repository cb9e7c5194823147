"""The lexicon: names, numbers, colours, times and interchangeable words, from `resources/lexicon`.

Each file is read when it is first asked for: use needs the names only, making sentences needs all. A lexicon of
another language may leave out what `LEFT_OUT` has: it is without such words then.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any

from batti.lexicon_shape import LEFT_OUT, NEEDED, SCRIPTS
from batti.paths import read_yaml, resources
from batti.text import is_devanagari, normalize


def folder() -> Path:
    """The folder of the lexicon files."""
    return resources("lexicon")


def _read(name: str) -> Any:
    """What a file holds, and nothing for each thing that it may be without and is."""
    if name not in LEFT_OUT:
        return read_yaml("lexicon", name)
    given = read_yaml("lexicon", name) if name in NEEDED or (folder() / name).exists() else None
    return _filled(given or type(LEFT_OUT[name])(), LEFT_OUT[name])


def _filled(given: Any, empty: Any) -> Any:
    if not isinstance(empty, Mapping) or not isinstance(given, Mapping):
        return given
    return {**empty, **{name: _filled(some, empty.get(name)) for name, some in given.items()}}


def script_of(text: str) -> str:
    """`deva` or `roman`: which list of a lexicon entry a piece of a sentence belongs to."""
    return "deva" if is_devanagari(text) else "roman"


_NO_KEY = re.compile(r"[^a-z0-9 ]+")


@lru_cache(maxsize=1 << 17)
def key(name: str) -> str:
    """What two names share when they are the same word to a listener: letters, digits, spaces."""
    return _NO_KEY.sub("", normalize(name))


# \w leaves out Devanagari vowel signs, so what a word is made of is spelled out.
_TOKEN = re.compile(r"%|[\w\u0900-\u0963\u0970-\u097f']+")


@dataclass(frozen=True)
class Concept:
    """One nameable thing and the words that people use for it, by script."""

    id: str
    en: tuple[str, ...] = ()
    ne: tuple[str, ...] = ()
    deva: tuple[str, ...] = ()

    @cached_property
    def words(self) -> tuple[str, ...]:
        return self.en + self.ne + self.deva

    @cached_property
    def keys(self) -> frozenset[str]:
        """The `key` of each word."""
        return frozenset(map(key, self.words)) - {""}


def _concepts(rows: list[dict[str, Any]]) -> tuple[Concept, ...]:
    return tuple(
        Concept(str(row.get("id", row.get("n", row.get("en")))), *(tuple(row.get(s) or ()) for s in SCRIPTS))
        for row in rows
    )


@dataclass(frozen=True)
class Swaps:
    """Interchangeable words: `find` marks them in a text, `classes` gives the alternatives."""

    ids: tuple[str, ...]
    classes: tuple[tuple[str, ...], ...]
    index: Mapping[str, int]
    prohibitive: Mapping[int, int]  # class of imperatives -> class of the same verbs forbidden
    other_script: Mapping[int, int]  # class -> class of the same words in the other script
    numbers: Mapping[tuple[str, str], int]  # id and script -> class

    def of(self, name: str, script: str) -> tuple[str, ...]:
        """The words of a class by its id and script (`roman` or `deva`); none where there is no such class."""
        number = self.numbers.get((name, script))
        return () if number is None else self.classes[number]

    @cached_property
    def _reach(self) -> dict[str, int]:
        """Words in the longest phrase that begins with a word."""
        reach: dict[str, int] = {}
        for said in self.index:
            first, *more = _TOKEN.findall(said) or [""]
            reach[first] = max(reach.get(first, 0), 1 + len(more))
        return reach

    def find(self, text: str) -> list[tuple[int, int, int]]:
        """(start, end, class) of each whole word or phrase that may be swapped, longest first."""
        tokens = [match.span() for match in _TOKEN.finditer(text)]
        lower = text.lower()
        if len(lower) != len(text):
            lower = text
        found: list[tuple[int, int, int]] = []
        at = 0
        while at < len(tokens):
            start, end = tokens[at]
            step = 1
            for last in range(min(at + self._reach.get(lower[start:end], 0), len(tokens)) - 1, at - 1, -1):
                index = self.index.get(lower[start : tokens[last][1]])
                if index is not None:
                    found.append((start, tokens[last][1], index))
                    step = last - at + 1
                    break
            at += step
        return found


class Lexicon:
    """See the files' own comments for what each holds."""

    @cached_property
    def places(self) -> tuple[Concept, ...]:
        return _concepts(_read("places.yaml"))

    @cached_property
    def people(self) -> tuple[Concept, ...]:
        return _concepts(_read("people.yaml"))

    @cached_property
    def lights(self) -> tuple[Concept, ...]:
        return _concepts(_read("lights.yaml"))

    @cached_property
    def groups(self) -> tuple[Concept, ...]:
        return _concepts(_read("groups.yaml"))

    @cached_property
    def devices(self) -> tuple[Concept, ...]:
        return _concepts(_read("other_devices.yaml"))

    @cached_property
    def numbers(self) -> dict[int, Concept]:
        """0 to 100, or some of them."""
        return {int(concept.id): concept for concept in _concepts(_read("numbers.yaml"))}

    @cached_property
    def frames(self) -> Mapping[str, Any]:
        """How names are composed."""
        return dict(_read("frames.yaml"))

    @property
    def first_sentence(self) -> str:
        """What a service reads before anybody speaks, so that nobody waits for what is slow at first."""
        return str(self.frames["first_sentence"] or "?")

    @cached_property
    def composition(self) -> Mapping[str, Any]:
        """Words that make one sentence out of another."""
        return dict(_read("composition.yaml"))

    @cached_property
    def in_devanagari(self) -> Mapping[str, list[str]]:
        """English words and how they are written in Devanagari."""
        return {word: spellings for word, *spellings in self.composition["in_devanagari"]}

    @cached_property
    def adjectives(self) -> tuple[Concept, ...]:
        return _concepts(self.frames["adjectives"])

    @cached_property
    def devanagari_endings(self) -> tuple[str, ...]:
        """Case endings that are glued to the word before them."""
        return tuple(_read("devanagari.yaml")["endings"])

    @cached_property
    def furniture(self) -> tuple[Concept, ...]:
        """What rooms are numbered by that is no place of its own: the table of table 4."""
        known = {key for place in self.places for key in place.keys}
        return tuple(base for base in _concepts(self.frames["bases"]) if known.isdisjoint(base.keys))

    @cached_property
    def proper_in_both(self) -> tuple[Concept, ...]:
        """Proper names that are others in another language: Everest, Sagarmatha."""
        return _concepts(self.frames["proper_in_both"])

    @cached_property
    def near(self) -> dict[str, frozenset[str]]:
        """Id of a place -> ids of the places that some homes do not tell from it."""
        groups = self.frames["near"]
        ids = {one for group in groups for one in group}
        return {one: frozenset(o for g in groups if one in g for o in g) - {one} for one in ids}

    @cached_property
    def colors(self) -> dict[str, dict[str, tuple[str, ...]]]:
        """Colour -> `roman` and `deva` -> words."""
        rows = _read("colors.yaml")
        return {row["color"]: {s: tuple(row.get(s) or ()) for s in ("roman", "deva")} for row in rows}

    @cached_property
    def fillers(self) -> dict[str, dict[str, tuple[str, ...]]]:
        """Kind -> `roman`, `deva` and `en` -> words."""
        return {
            kind: {script: tuple(words) for script, words in row.items()}
            for kind, row in _read("fillers.yaml").items()
        }

    @cached_property
    def times(self) -> Mapping[str, Any]:
        return dict(_read("times.yaml"))

    @cached_property
    def spelling(self) -> Mapping[str, Any]:
        return dict(_read("spelling.yaml"))

    @cached_property
    def pronounced(self) -> Mapping[str, str]:
        """Words of another language that a recognizer writes for what it does not know -> folded, as they sound."""
        return dict(_read("pronounced.yaml")["words"])

    @cached_property
    def pronounced_rarely(self) -> Mapping[str, str]:
        """The same of less common ones, which are understood and not said."""
        return dict(_read("pronounced.yaml")["rarer"])

    @cached_property
    def meanings(self) -> dict[str, frozenset[str]]:
        """Single word that carries a meaning -> what it may mean, comparable between words."""
        found: dict[str, set[str]] = {}

        def add(words: Iterable[str], meaning: str) -> None:
            for word in words:
                if " " not in word:
                    found.setdefault(word.lower(), set()).add(meaning)

        for name, words in zip(self.swaps.ids, self.swaps.classes, strict=True):
            add(words, _meaning_of(name))
        for color, by_script in self.colors.items():
            add((*by_script["roman"], *by_script["deva"]), f"color {color}")
        for n, concept in self.numbers.items():
            add(concept.words, f"number {n}")
        for device in self.devices:
            add(device.words, "device")
        return {word: frozenset(meanings) for word, meanings in found.items()}

    @cached_property
    def swaps(self) -> Swaps:
        ids: list[str] = []
        classes: list[tuple[str, ...]] = []
        index: dict[str, int] = {}
        for row in _read("swaps.yaml"):
            for words in row["words"].values():
                if len(words) > 1:
                    index.update({word.lower(): len(classes) for word in words if word.lower() not in index})
                    ids.append(row["id"])
                    classes.append(tuple(words))
        scripts = {(name, script_of(words[0])): i for i, (name, words) in enumerate(zip(ids, classes, strict=True))}
        prohibitive = {
            i: scripts[name.removesuffix(".imp") + ".not", script]
            for (name, script), i in scripts.items()
            if name.endswith(".imp") and (name.removesuffix(".imp") + ".not", script) in scripts
        }
        other_script = {
            i: scripts[name, other]
            for (name, script), i in scripts.items()
            if (name, other := "roman" if script == "deva" else "deva") in scripts
        }
        return Swaps(tuple(ids), tuple(classes), index, prohibitive, other_script, scripts)


def _meaning_of(class_id: str) -> str:
    """What the forms of one verb, and the words for one thing, have in common: `on`, `on not`."""
    stem, *rest = class_id.split(".")
    stem = f"en.{rest[0].split('_')[-1]}" if stem == "en" else stem
    return f"{stem} not" if {"not", "neg", "dont"} & set(rest) else stem


@cache
def load() -> Lexicon:
    """The lexicon, shared."""
    return Lexicon()
