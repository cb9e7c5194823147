"""The phrase bank made ready for use: what can be found out about a phrase once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, lru_cache
from typing import Any

from batti import lexicon
from batti.dataset import phrases
from batti.dataset.phrases import GROUP_SLOTS, LIGHT_SLOTS, PERSON_SLOT, ROOM_SLOTS, STRANGE_SLOTS, Phrase

Found = tuple[int, int, int]
"""Start and end of an exchangeable word in a segment, and its class."""
Where = tuple[int, int, int]
"""Segment, and start and end in it."""
KINDS = {
    **dict.fromkeys(ROOM_SLOTS, "room"),
    **dict.fromkeys(GROUP_SLOTS, "group"),
    **dict.fromkeys(LIGHT_SLOTS, "light"),
}
SIMPLE = {"on": "turn_on", "off": "turn_off", "toggle": "toggle", "query": "get_state"}
"""The contract's words for the actions that phrases write with one."""


@cache
def _any_word(kind: str) -> re.Pattern[str]:
    """Matches any of the words of a list in frames.yaml, whole, in any case; `*` is any ending."""
    return re.compile(_whole(lexicon.load().frames[kind]), re.IGNORECASE)


@cache
def _any_small_word(kind: str) -> re.Pattern[str]:
    """The same in a text of small letters only: four times as quick."""
    return re.compile(_whole(word.lower() for word in lexicon.load().frames[kind]))


def _whole(words: Iterable[str]) -> str:
    body = "|".join(re.escape(word).replace(r"\*", r"\w*") for word in words) or "(?!)"
    return rf"(?<![\w\u0900-\u097f])(?:{body})(?![\w\u0900-\u097f])"


@lru_cache(maxsize=1 << 19)  # all that stands between the places of all phrases
def _found(text: str) -> tuple[Found, ...]:
    return tuple(lexicon.load().swaps.find(text))


@dataclass(frozen=True)
class Place:
    """A place slot that a thing of the home is to be chosen for."""

    slot: str
    kind: str  # "room", "group", "light"; of a strange slot what it passes for
    strange: bool = False
    light_of: str = ""  # of a light: the slot of its room
    lamps: int = 1  # of a light: how many of the same room the phrase names
    inside: str = ""  # of a room: the slot of the group that it must lie in
    owned: bool = False  # of a room: whether it must be somebody's
    alone: bool = False  # of a room: whether the writer told it by its number or letter alone


def told_alone(text: str) -> bool:
    """Whether a writer told a room by its number or letter alone: the 2 of `dorm 1, 2`."""
    return text.isdigit() or len(text) == 1


@dataclass(frozen=True)
class Sayable:
    """A phrase, the script that it is written in (`roman` or `deva`) and whether it is English."""

    phrase: Phrase
    script: str
    english: bool

    @property
    def language(self) -> str:
        """`en`, `ne` (Romanized) or `deva`."""
        return "deva" if self.script == "deva" else "en" if self.english else "ne"

    @cached_property
    def swaps(self) -> tuple[tuple[Found, ...], ...]:
        """Exchangeable words, per segment."""
        return tuple(() if s.slot else _found(s.text) for s in self.phrase.segments)

    @cached_property
    def scripts(self) -> tuple[str, ...]:
        """The script of each segment."""
        return tuple(lexicon.script_of(s.text) for s in self.phrase.segments)

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """The place slots, groups and lights first: a room may have to lie in one, or be a light's."""
        inside = {e: m.place for m in self.phrase.meanings for e in m.excepts if m.place in tuple(GROUP_SLOTS)}
        alone = {s.slot for s in self.phrase.segments if told_alone(s.text)}
        lamps = Counter(room for _, room in {(s.slot, s.light_of) for s in self.phrase.segments if s.light_of})
        found: dict[str, Place] = {}
        for segment in self.phrase.segments:
            slot = segment.slot
            if slot in KINDS and slot not in found:
                room = segment.light_of
                found[slot] = Place(
                    slot, KINDS[slot], False, room, lamps.get(room, 1), inside.get(slot, ""), segment.owned,
                    slot in alone,
                )  # fmt: skip
            elif slot in tuple(STRANGE_SLOTS):
                found[slot] = Place(slot, segment.passes_for or "room", strange=True)
        return tuple(sorted(found.values(), key=lambda place: place.kind == "room"))


@dataclass(frozen=True)
class Compiled(Sayable):
    """A phrase of the bank with what the rules of `compose` ask of it, found out when it is first asked."""

    notes: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)  # what others found out about it

    @cached_property
    def simple(self) -> bool:
        """One thing, or a level and a colour, asked of the one room A, at once."""
        phrase = self.phrase
        return (
            phrase.kind == "act"
            and [s.slot for s in phrase.segments if s.slot and s.slot[0] in phrases.PLACE_SLOTS] == ["A"]
            and PERSON_SLOT not in phrase.slots
            and all(m.place == "A" and not m.when and m.done not in ("query", "toggle") for m in phrase.meanings)
            and len(phrase.text) < 60
            and not re.search(r"[?.!;।]", phrase.text)
        )

    @cached_property
    def verb(self) -> tuple[Where, int] | None:
        """The imperative of a phrase that has one verb and one action, and the class that forbids it."""
        phrase, forbidding = self.phrase, lexicon.load().swaps.prohibitive
        verbs = [(where, forbidding[index]) for where, index in self._words if index in forbidding]
        if len(verbs) != 1 or phrase.kind != "act" or len(phrase.meanings) != 1 or phrase.meanings[0].excepts:
            return None
        # Nothing but the verb may carry the request: not a correction, not a question.
        (at, start, end), _ = verbs[0]
        texts = [s.text[:start] + s.text[end:] if i == at else s.text for i, s in enumerate(phrase.segments)]
        turned = "?" in phrase.text or _any_word("turning_words").search(" ".join(texts))
        return None if turned or phrase.meanings[0].done == "query" else verbs[0]

    @cached_property
    def refusable(self) -> bool:
        """Whether it is an English imperative that a refusal may stand before."""
        phrase = self.phrase
        return (
            self.english
            and phrase.kind == "act"
            and len(phrase.meanings) == 1
            and bool(request_verb().match(phrase.text))
            # The verb's own particle ("turn on") is no second request.
            and not _any_word("turning_words").search(particle().sub("", phrase.text))
            and not re.search(r"[.;!?]|\band\b", phrase.text, re.IGNORECASE)
        )

    @cached_property
    def light_word(self) -> Where | None:
        """The only word for "light", right behind the place."""
        phrase, ids = self.phrase, lexicon.load().swaps.ids
        lights = [where for where, index in self._words if ids[index].startswith("light.")]
        # Only a light word right behind the place is what the request is about; "hey batti" is not.
        beside = [w for w in lights if w[1] < 12 and w[0] and phrase.segments[w[0] - 1].slot == "A"]
        one = len(lights) == 1 and phrase.kind == "act" and len(phrase.meanings) == 1
        return beside[0] if one and beside else None

    @property
    def _words(self) -> Iterator[tuple[Where, int]]:
        """The exchangeable words between the slots, each with its class."""
        for i, found in enumerate(self.swaps):
            yield from (((i, start, end), index) for start, end, index in found)


@cache
def request_verb() -> re.Pattern[str]:
    """Matches the verb that an English request begins with."""
    verbs = "|".join(lexicon.load().frames["refusal"]["verbs"]) or "(?!)"
    return re.compile(rf"(?:{verbs})\b", re.IGNORECASE)


@cache
def particle() -> re.Pattern[str]:
    """Matches what such a verb has behind it or at the end, with the space after it: `on` of `turn the light on`."""
    particles = "|".join(lexicon.load().frames["refusal"]["particles"]) or "(?!)"
    return re.compile(rf"\b(?:{particles})\b ?", re.IGNORECASE)


@cache
def _lamps() -> frozenset[str]:
    """What only lights are called."""
    lex = lexicon.load()
    places = {lexicon.key(word) for place in lex.places for word in place.words}
    return frozenset(lexicon.key(word) for light in lex.lights for word in light.words) - places


def _with_lamps(phrase: Phrase) -> Phrase:
    """The phrase with its strange places told as lights where they are called so: `ma {U:fairy lights} bala`."""
    if phrase.kind != "unknown":
        return phrase
    segments = tuple(
        replace(s, passes_for="light")
        if s.slot in STRANGE_SLOTS and lexicon.key(s.text).removeprefix("the ") in _lamps()
        else s
        for s in phrase.segments
    )
    return replace(phrase, segments=segments)


def compiled(phrase: Phrase) -> Compiled:
    """The phrase as one of the bank."""
    phrase = _with_lamps(phrase)
    literal = " ".join(s.text for s in phrase.segments if not s.slot)
    script = lexicon.script_of(literal if literal.strip() else phrase.text)
    english = False
    if script == "roman":
        plain = literal.isascii()  # what is no small letter then becomes one, and only one
        said, find = (literal.lower(), _any_small_word) if plain else (literal, _any_word)
        english = len(find("english_words").findall(said)) > len(find("nepali_words").findall(said))
    return Compiled(phrase, script, english)


@dataclass(frozen=True)
class Bank:
    voices: list[list[Compiled]]

    @cached_property
    def draws(self) -> list[list[Compiled]]:
        """The sentences of each voice, a voice as often as it is to be heard."""
        # A voice with many sentences is heard oftener, but not in proportion.
        return [some for some in self.voices for _ in range(round(len(some) ** 0.7))]

    @cached_property
    def simple(self) -> dict[str, list[Compiled]]:
        """The simple phrases by language."""
        simple: dict[str, list[Compiled]] = {}
        for one in (one for some in self.voices for one in some if one.simple):
            simple.setdefault(one.language, []).append(one)
        return simple


@cache
def bank() -> Bank:
    """The phrase bank, compiled."""
    voices: dict[str, list[Compiled]] = {}
    with phrases.nothing_thrown_away():
        for phrase in phrases.load():
            voices.setdefault(phrase.voice, []).append(compiled(phrase))
    return Bank([*voices.values()])
