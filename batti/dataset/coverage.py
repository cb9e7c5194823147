"""What makes sentences, and is never heard: rules, classes of words and fillers that reach no sentence or no test."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path
from random import Random

from batti.dataset import shapes
from batti.dataset.bank import Compiled
from batti.dataset.cases import Case
from batti.dataset.compose import RULES, Rule, made_by
from batti.dataset.source import shown, words
from batti.errors import Fault
from batti.lexicon import Lexicon, key
from batti.prompt import WHENS

_NO_GOLDEN = "add a sentence to a file of the golden tests"


class Heard:
    """A golden sentence with what tells which rule, words and fillers would make one like it."""

    def __init__(self, case: Case, lex: Lexicon) -> None:
        self.case, self.lexicon = case, lex
        self.said = f" {key(case.text)} "
        self.asked = case.expected["actions"]
        self.shapes = shapes.of_case(case)

    @cached_property
    def classes(self) -> frozenset[int]:
        """The classes of interchangeable words in it."""
        return frozenset(index for _, _, index in self.lexicon.swaps.find(self.case.text))

    def of_kind(self, *kinds: str) -> bool:
        return any(shape.split(", ")[0] in kinds for shape in self.shapes)

    def says(self, words: Iterable[str]) -> bool:
        return any(f" {key(word)} " in self.said for word in words)

    def begins(self, words: Iterable[str]) -> bool:
        return any(self.said.startswith(f" {key(word)} ") for word in words)

    def ends(self, words: Iterable[str]) -> bool:
        return any(self.said.endswith(f" {key(word)} ") for word in words)

    @property
    def passes_over(self) -> bool:
        """Whether it asks for something and names a room of which nothing is asked."""
        rooms = [action["room"] for action in self.asked] + [r for a in self.asked for r in a.get("except", ())]
        other = (room for room in self.case.home.rooms if room.name not in rooms)
        return bool(self.asked) and any(self.says((room.name, *room.aliases)) for room in other)


def _device(heard: Heard) -> bool:
    return "none" in heard.shapes and heard.says(word for device in heard.lexicon.devices for word in device.words)


def _forbids(heard: Heard) -> bool:
    return not heard.classes.isdisjoint(heard.lexicon.swaps.prohibitive.values())


def _beside_unasked(heard: Heard) -> bool:
    return heard.passes_over and _forbids(heard)


def _in_tense(*tenses: str) -> Callable[[Heard], bool]:
    def sign(heard: Heard) -> bool:
        ids = (heard.lexicon.swaps.ids[index] for index in heard.classes)
        return any(name.endswith(tenses) for name in ids)

    return sign


def _sets_right(heard: Heard) -> bool:
    frames = heard.lexicon.frames
    return heard.says((*frames["denials"], *frames["dismissals"]))


def _denies(heard: Heard) -> bool:
    return heard.passes_over and _sets_right(heard)


def _takes_back(heard: Heard) -> bool:
    """Whether a room that is passed over is named twice."""
    asked = {action["room"] for action in heard.asked}
    names = ((room.name, *room.aliases) for room in heard.case.home.rooms if room.name not in asked)
    return _denies(heard) and any(sum(heard.said.count(f" {key(name)} ") for name in some) > 1 for some in names)


def _set_right(heard: Heard) -> bool:
    return len(heard.asked) > 1 and not heard.passes_over and _sets_right(heard)


def _of_the_rest(heard: Heard) -> bool:
    """Whether all but the rooms are asked about of which something else is asked."""
    asked = {action["room"] for action in heard.asked}
    return any(asked.issuperset(action.get("except") or ("",)) for action in heard.asked)


def _in_devanagari(heard: Heard) -> bool:
    known = {word for words in heard.lexicon.in_devanagari.values() for word in words}
    said = heard.case.text.split()
    return 2 * sum(word in known for word in said) > len(said)


def _times(heard: Heard) -> list[tuple[str, ...]]:
    """When each thing is asked for; of none without a time."""
    return [tuple(f"{when} {asked[when]}" for when in WHENS if when in asked) for asked in heard.asked]


def _one_in_time(heard: Heard) -> bool:
    now = heard.lexicon.composition["now"].values()
    timed = [*filter(None, _times(heard))]
    return len(timed) == 1 < len(heard.asked) and not heard.says(word for words in now for word in words)


def _lies(heard: Heard) -> bool:
    words = (word for words in heard.lexicon.composition["lying"].values() for word in words)
    rooms = {room.name for room in heard.case.home.rooms}
    return bool(heard.asked) and all(action["room"] in rooms for action in heard.asked) and heard.says(words)


def _needless(lex: Lexicon) -> Iterator[str]:
    return (word for words in lex.frames["needless"].values() for word in words)


def _other_deed(heard: Heard) -> bool:
    if "none" not in heard.shapes:
        return False
    english = heard.lexicon.composition["other_deeds"]["en"]
    return heard.begins(english) or bool(_deed_asked(heard.lexicon).search(heard.said))


@cache
def _deed_asked(lex: Lexicon) -> re.Pattern[str]:
    """Matches a deed with what asks for it, run together or apart: `kinideu`, `kini deu`."""
    deeds, ends = lex.composition["other_deeds"], lex.composition["for_somebody"]
    some = (rf"(?:{_any(deeds[one])}) ?(?:{_any(ends[one])})" for one in ends if deeds[one] and ends[one])
    return re.compile(f" (?:{'|'.join(some) or '(?!)'}) ")


def _any(words: Iterable[str]) -> str:
    return "|".join(re.escape(key(word)) for word in words)


SIGNS: Mapping[str, Callable[[Heard], bool]] = {
    "joined": lambda heard: (
        "several things in several places" in heard.shapes and not _set_right(heard) and not _of_the_rest(heard)
    ),
    "joined in time": lambda heard: len({*_times(heard)}) > 1 and not _one_in_time(heard),
    "one in time": _one_in_time,
    "set right": _set_right,
    "taken back": _takes_back,
    "beside unasked": _beside_unasked,
    "mentioned": lambda heard: heard.passes_over and not _denies(heard) and not _beside_unasked(heard),
    "several rooms": lambda heard: "one thing in several places" in heard.shapes,
    "group": lambda heard: heard.of_kind("group"),
    "corrected": lambda heard: _denies(heard) and not _takes_back(heard),
    "here": lambda heard: heard.of_kind("here"),
    "lying": _lies,
    "whole house": lambda heard: heard.of_kind("all"),
    "excepted": lambda heard: heard.of_kind("all except") and len(heard.asked) == 1,
    "excepted and more": lambda heard: heard.of_kind("all except") and len(heard.asked) > 1 and not _of_the_rest(heard),
    "and the rest": _of_the_rest,
    "named light": lambda heard: heard.of_kind("light"),
    "other device": _device,
    "other deed": _other_deed,
    "forbidden": lambda heard: "none" in heard.shapes and _forbids(heard),
    "needless": lambda heard: "none" in heard.shapes and heard.says(_needless(heard.lexicon)),
    "asked whether": _in_tense(".past.you", ".done.you"),
    "told": _in_tense(".done.me", ".will"),
    "refused": lambda heard: "none" in heard.shapes and heard.begins(heard.lexicon.frames["refusal"]["before"]),
    "strange place": lambda heard: "unknown_room" in heard.shapes,
    "in devanagari": _in_devanagari,
}
"""Rule of `compose` -> whether a golden sentence is of the sort that it makes."""


def idle_rules(bank: Sequence[Compiled], lex: Lexicon) -> list[Rule]:
    """The rules that make nothing of any phrase."""
    rng = Random(0)
    return [rule for rule in RULES if not any(rule.applies(one) and made_by(rule, one, rng, lex) for one in bank)]


def unused_rules(bank: Sequence[Compiled], lex: Lexicon) -> Iterator[Fault]:
    """A fault for each rule that makes nothing of any phrase."""
    for rule in idle_rules(bank, lex):
        yield Fault(_where(rule), f"the rule '{rule.name}' makes nothing of any phrase", "mend it or take it out")


def unheard_rules(cases: Sequence[Heard]) -> Iterator[Fault]:
    """A fault for each rule the like of whose sentences no golden sentence is."""
    for rule in RULES:
        sign = SIGNS.get(rule.name)
        if sign is None:
            problem = f"nothing tells which golden sentences are like those of the rule '{rule.name}'"
            yield Fault(_where(rule), problem, "add it to SIGNS in coverage.py")
        elif not any(map(sign, cases)):
            yield Fault(_where(rule), f"no golden sentence is like those of the rule '{rule.name}'", _NO_GOLDEN)


def _where(rule: Rule) -> str:
    file = inspect.getsourcefile(rule.make)
    return f"{shown(Path(file or 'compose.py'))}:{inspect.getsourcelines(rule.make)[1]}"


def unused_classes(folder: Path, bank: Iterable[Compiled], lex: Lexicon) -> Iterator[Fault]:
    """A fault for each class of swaps.yaml with a word in no phrase, or with nothing to exchange it for."""
    where = _classes(folder)[0]
    for name, script in idle_classes(folder, bank, lex):
        if script:
            yield Fault(where[name], f"{name} has one word in {script}", "add one that can stand for it")
        else:
            yield Fault(where[name], f"no phrase of the bank holds a word of {name}", "write one or take the class out")


def idle_classes(folder: Path, bank: Iterable[Compiled], lex: Lexicon) -> Iterator[tuple[str, str]]:
    """Each such class, and the script in which it has but one word, if it is for that."""
    swaps = lex.swaps
    used = {index for one in bank for found in one.swaps for _, _, index in found}
    used |= {swaps.prohibitive[index] for index in used if index in swaps.prohibitive}
    alive = {swaps.ids[index] for index in used}
    where, sizes = _classes(folder)
    for name in where:
        if name in swaps.ids and name not in alive:
            yield name, ""
        yield from ((name, script) for (one, script), size in sizes.items() if one == name and size < 2)


def unheard_classes(folder: Path, cases: Iterable[Heard], lex: Lexicon) -> Iterator[Fault]:
    """A fault for each class of swaps.yaml of which no golden sentence has a word."""
    heard = {lex.swaps.ids[index] for case in cases for index in case.classes}
    for name, where in _classes(folder)[0].items():
        if name in lex.swaps.ids and name not in heard:
            yield Fault(where, f"no golden sentence holds a word of {name}", _NO_GOLDEN)


def _classes(folder: Path) -> tuple[dict[str, str], dict[tuple[str, str], int]]:
    """Of swaps.yaml, where each class stands, and how many words it has in each script."""
    found = words(folder / "swaps.yaml") if (folder / "swaps.yaml").exists() else []
    names = {word.keys[0]: word for word in found if word.keys[1:] == ("id",)}
    sizes: dict[tuple[str, str], int] = {}
    for word in found:
        if word.keys[1] == "words":
            of = names[word.keys[0]].text, str(word.keys[2])
            sizes[of] = sizes.get(of, 0) + 1
    return {word.text: word.where for word in names.values()}, sizes


def unheard_fillers(folder: Path, cases: Sequence[Heard], lex: Lexicon) -> Iterator[Fault]:
    """A fault for each kind of filler that no golden sentence has where the generator puts it."""
    places = {"openings": Heard.begins, "wake": Heard.begins, "endings": Heard.ends}
    lines: dict[str, str] = {}
    for word in words(folder / "fillers.yaml"):
        lines.setdefault(str(word.keys[0]), word.where)
    for kind, scripts in lex.fillers.items():
        says = places.get(kind, Heard.says)
        if not any(says(case, some) for case in cases for some in scripts.values()):
            yield Fault(lines[kind], f"no golden sentence holds one of the {kind}", _NO_GOLDEN)
