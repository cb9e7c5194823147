"""Sentences with their documents: the phrase bank said over random homes, as people would write it.

An `Example` is made in this order: choose a phrase, fill its slots from a home, exchange words of
one class, put polite and chatty words around it, then spell it in one of the styles of `noise`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from random import Random
from typing import Any

from batti.dataset import homes, lexicon, noise, numbers, phrases
from batti.dataset.homes import RandomHome
from batti.dataset.lexicon import Lexicon
from batti.values import duration_of, seconds_of
from batti.dataset.phrases import GROUP_SLOTS, LIGHT_SLOTS, ROOM_SLOTS, Meaning, Phrase, Segment

_ENGLISH = re.compile(
    r"\b(?:the|turn|switch|is|are|in|please|to|lights|set|make|my|of|it|and|for|up|down|off|on|what|can|don't|i)\b",
    re.I,
)
_NEPALI = re.compile(
    r"\b(?:ko|ma|gara|gar|na|ra|ani|cha|chha|xa|hai|batti|bala|nibha\w*|lai|le|garnu\w*|gard\w+|bald?\w+|yo|ta)\b",
    re.I,
)


@dataclass(frozen=True)
class Example:
    """A sentence, what it means in its home, and where it came from.

    `actions` are the contract's entries as plain dictionaries; `kind` is `act`, `none` or `unknown`.
    """

    command: str
    kind: str
    actions: tuple[dict[str, Any], ...]
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Compiled:
    """A phrase with what can be found out about it once."""

    phrase: Phrase
    script: str
    english: bool
    swaps: tuple[tuple[tuple[int, int, int], ...], ...]  # per segment
    joinable: bool
    light_word: tuple[int, int, int] | None  # segment, start, end of the only word for "light"


def _compile(phrase: Phrase, lex: Lexicon) -> _Compiled:
    literal = " ".join(s.text for s in phrase.segments if not s.slot)
    script = lexicon.script_of(literal or phrase.text)
    english = script == "roman" and len(_ENGLISH.findall(literal)) > len(_NEPALI.findall(literal))
    swaps = tuple(tuple(lex.swaps.find(s.text)) if not s.slot else () for s in phrase.segments)
    lights = [
        (i, start, end)
        for i, found in enumerate(swaps)
        for start, end, index in found
        if lex.swaps.ids[index].startswith("light.")
    ]
    # Only a light word right behind the place is what the request is about; "hey batti" is not.
    beside = [(i, s, e) for i, s, e in lights if s < 12 and i and phrase.segments[i - 1].slot == "A"]
    places = [s for s in phrase.segments if s.slot and s.slot[0] in phrases.PLACE_SLOTS]
    simple = (
        phrase.kind == "act"
        and [s.slot for s in places] == ["A"]
        and all(m.place == "A" and not m.when and m.done not in ("query", "toggle") for m in phrase.meanings)
    )
    joinable = simple and len(phrase.text) < 60 and not re.search(r"[?.!;।]", phrase.text)
    only = beside[0] if len(lights) == 1 and beside and phrase.kind == "act" and len(phrase.meanings) == 1 else None
    return _Compiled(phrase, script, english, swaps, joinable, only)


@dataclass
class _Bank:
    by_voice: list[list[_Compiled]]
    joinable: dict[tuple[str, bool], list[_Compiled]] = field(default_factory=dict)


@cache
def bank() -> _Bank:
    """The phrase bank, compiled."""
    lex = lexicon.load()
    voices: dict[str, list[_Compiled]] = {}
    joinable: dict[tuple[str, bool], list[_Compiled]] = {}
    for phrase in phrases.load():
        compiled = _compile(phrase, lex)
        voices.setdefault(phrase.voice, []).append(compiled)
        if compiled.joinable:
            joinable.setdefault((compiled.script, compiled.english), []).append(compiled)
    return _Bank(list(voices.values()), joinable)


class _Unfit(Exception):
    """The home cannot fill the phrase: no group, too few rooms."""


class Speaker:
    """Says phrases over one home."""

    def __init__(self, home: RandomHome, lex: Lexicon, rng: Random) -> None:
        self.home, self.lexicon, self.rng = home, lex, rng
        self.rooms = home.of_kind("room")
        self.groups = home.of_kind("group")
        self.lights = home.of_kind("light")

    def example(self) -> Example:
        """One sentence about this home."""
        while True:
            voices = bank().by_voice
            compiled = self.rng.choice(self.rng.choices(voices, [len(v) ** 0.7 for v in voices])[0])
            try:
                return self._say(compiled)
            except _Unfit:
                continue

    def _say(self, compiled: _Compiled) -> Example:
        rng = self.rng
        if compiled.joinable and rng.random() < 0.12:
            return self._finish(compiled, *self._joined(compiled))
        if compiled.light_word and rng.random() < 0.05:
            return self._finish(compiled, self._other_device(compiled), "none", ())
        stranger = (
            rng.random() < 0.06
            and compiled.phrase.kind == "act"
            and compiled.phrase.meanings[0].place in ROOM_SLOTS + LIGHT_SLOTS
            and not compiled.phrase.meanings[0].excepts
        )
        slots = self._choose(compiled.phrase)
        lost = compiled.phrase.meanings[0].place if stranger else ""
        pieces, values = self._fill(compiled, slots, lost)
        if stranger:
            return self._finish(compiled, pieces, "unknown", ())
        return self._finish(compiled, pieces, compiled.phrase.kind, self._actions(compiled.phrase, slots, values))

    # -- slots ---------------------------------------------------------------------------------
    def _choose(self, phrase: Phrase) -> dict[str, int]:
        """A thing of the home for every place slot, rooms within groups where one is excepted."""
        rng, chosen = self.rng, {}
        inside: dict[str, int] = {}
        for meaning in phrase.meanings:
            if meaning.place in GROUP_SLOTS:
                inside.update(dict.fromkeys(meaning.excepts, 0))
        for segment in phrase.segments:
            if segment.slot and segment.slot[0] in GROUP_SLOTS and segment.slot not in chosen:
                chosen[segment.slot] = self._pick(self.groups, chosen)
        for segment in phrase.segments:
            slot = segment.slot
            if not slot or slot in chosen:
                continue
            if slot in tuple(ROOM_SLOTS):
                rooms = self.rooms
                if slot in inside:
                    group = next(m.place for m in phrase.meanings if slot in m.excepts)
                    rooms = self.home.things[chosen[group]].rooms
                chosen[slot] = self._pick(rooms, chosen)
            elif slot in tuple(LIGHT_SLOTS):
                chosen[slot] = self._pick(self.lights, chosen)
                if segment.light_of:  # said with its room: the room follows the light
                    chosen[segment.light_of] = self.home.things[chosen[slot]].room
        if len(set(chosen.values())) < len(chosen):
            raise _Unfit
        rng.random()
        return chosen

    def _pick(self, pool: list[int], chosen: dict[str, int]) -> int:
        free = [i for i in pool if i not in chosen.values()]
        if not free:
            raise _Unfit
        return self.rng.choice(free)

    def _fill(
        self, compiled: _Compiled, slots: dict[str, int], lost: str
    ) -> tuple[list[tuple[str, bool]], dict[str, Any]]:
        """The sentence as (text, may be misspelled freely) pieces, and the value of each value slot."""
        pieces: list[tuple[str, bool]] = []
        values: dict[str, Any] = {}
        for segment, found in zip(compiled.phrase.segments, compiled.swaps, strict=True):
            if not segment.slot:
                pieces.append((self._swap(segment.text, found), True))
            elif segment.slot == "U" or segment.slot == lost:
                pieces.append((self._stranger(segment, compiled), True))
            elif segment.slot in slots:
                said = homes.mention(
                    self.home, slots[segment.slot], lexicon.script_of(segment.text), compiled.english,
                    self.lexicon, self.rng,
                )  # fmt: skip
                pieces.append((said, True))
            elif segment.slot in values:  # said again: the same value in the writer's words is kept out
                raise _Unfit
            else:
                said, values[segment.slot] = self._value(segment, compiled)
                pieces.append((said, segment.slot.startswith("color")))
        return pieces, values

    def _swap(self, text: str, found: tuple[tuple[int, int, int], ...]) -> str:
        out, at = [], 0
        for start, end, index in found:
            out.append(text[at:start])
            keep = self.rng.random() < 0.55
            out.append(text[start:end] if keep else self.rng.choice(self.lexicon.swaps.classes[index]))
            at = end
        return "".join(out) + text[at:]

    def _stranger(self, segment: Segment, compiled: _Compiled) -> str:
        kind = "light" if segment.slot in LIGHT_SLOTS else "room"
        concept = homes.stranger(self.home, self.lexicon, self.rng, kind)
        if concept is None:
            raise _Unfit
        script = lexicon.script_of(segment.text)
        words = homes.spoken_words(concept, script, compiled.english, self.rng)
        return self.rng.choice(words or concept.words)

    def _value(self, segment: Segment, compiled: _Compiled) -> tuple[str, Any]:
        kind, script = segment.slot.rstrip("2"), lexicon.script_of(segment.text)
        english, lex, rng = compiled.english, self.lexicon, self.rng
        keep = rng.random() < 0.25
        if kind == "color":
            color = segment.value if keep else rng.choice(phrases.COLORS)
            return (segment.text if keep else rng.choice(lex.colors[color][script])), color
        if kind == "pct":
            old = int(segment.value)
            return (segment.text, old) if keep else numbers.percent(segment.text, old, script, english, lex, rng)
        if kind == "k":
            old = int(segment.value)
            return (segment.text, old) if keep else numbers.kelvin(segment.text, old, script, english, lex, rng)
        if kind == "dur":
            old = seconds_of(segment.value)
            said = (segment.text, old)
            if not keep:
                said = numbers.duration(segment.text, old, script, english, lex, rng)
            return said[0], duration_of(said[1])
        return (segment.text, segment.value) if keep else numbers.clock(script, english, lex, rng)

    # -- meanings ------------------------------------------------------------------------------
    def _actions(self, phrase: Phrase, slots: dict[str, int], values: dict[str, Any]) -> tuple[dict[str, Any], ...]:
        return tuple(self._action(m, slots, values) for m in phrase.meanings)

    def _action(self, meaning: Meaning, slots: dict[str, int], values: dict[str, Any]) -> dict[str, Any]:
        action: dict[str, Any] = self._place(meaning, slots)
        done = meaning.done
        simple = {"on": "turn_on", "off": "turn_off", "toggle": "toggle", "query": "get_state"}
        if done in simple:
            action["action"] = simple[done]
        elif done.startswith("color") or done in phrases.COLORS:
            action |= {"action": "change_color", "color": values.get(done, done)}
        elif done.startswith("k") or done.endswith("K"):
            kelvin = values[done] if done in values else int(done[:-1])
            action |= {"action": "change_color", "color_temp": kelvin}
        else:
            action["action"] = "adjust_brightness"
            bare = done.lstrip("+-=")
            level = values[bare] / 100 if bare in values else float(bare)
            if done[0] in "+-":
                action["brightness_step"] = round(-level if done[0] == "-" else level, 2)
            else:
                action["brightness"] = round(level, 2)
        action |= {when: values.get(value, value) for when, value in meaning.when}
        return action

    def _place(self, meaning: Meaning, slots: dict[str, int]) -> dict[str, Any]:
        name = self._name
        if meaning.place in ("all", "here"):
            place: dict[str, Any] = {"room": meaning.place}
        else:
            thing = self.home.things[slots[meaning.place]]
            if thing.kind == "light":
                return {"room": name(thing.room), "light": thing.listed[0]}
            place = {"room": thing.listed[0]}
        if meaning.excepts:
            place["except"] = [name(slots[slot]) for slot in meaning.excepts]
        return place

    def _name(self, index: int) -> str:
        return self.home.things[index].listed[0]

    # -- compositions --------------------------------------------------------------------------
    def _joined(self, first: _Compiled) -> tuple[list[tuple[str, bool]], str, tuple[dict[str, Any], ...]]:
        """Two requests for two rooms in one breath."""
        rng = self.rng
        second = rng.choice(bank().joinable[first.script, first.english])
        rooms = rng.sample(self.rooms, 2) if len(self.rooms) > 1 else None
        if not rooms:
            raise _Unfit
        pieces: list[tuple[str, bool]] = []
        actions: tuple[dict[str, Any], ...] = ()
        for compiled, room in zip((first, second), rooms, strict=True):
            if pieces:
                link = {"deva": (" अनि ", " र ", ", "), "roman": (" ani ", " ra ", ", ", " ")}[first.script]
                pieces.append((rng.choice((" and ", ", ", " and ") if first.english else link), False))
            said, values = self._fill(compiled, {"A": room}, "")
            pieces += said
            actions += self._actions(compiled.phrase, {"A": room}, values)
        return pieces, "act", actions

    def _other_device(self, compiled: _Compiled) -> list[tuple[str, bool]]:
        """The same request for a fan or a door: nothing for the lights to do."""
        assert compiled.light_word
        at, start, end = compiled.light_word
        segments = list(compiled.phrase.segments)
        device = self.rng.choice(self.lexicon.devices)
        words = homes.spoken_words(device, compiled.script, compiled.english, self.rng) or list(device.words)
        text = segments[at].text
        segments[at] = Segment(text[:start] + self.rng.choice(words) + text[end:])
        plain = Phrase(tuple(segments), "none")
        changed = _Compiled(plain, compiled.script, compiled.english, ((),) * len(segments), False, None)
        return self._fill(changed, self._choose(compiled.phrase), "")[0]

    # -- around and over -----------------------------------------------------------------------
    def _finish(
        self, compiled: _Compiled, pieces: list[tuple[str, bool]], kind: str, actions: tuple[dict[str, Any], ...]
    ) -> Example:
        rng = self.rng
        style = rng.choices(list(noise.STYLES), (34, 15, 13, 12, 5, 9, 12))[0]
        words = "".join(
            noise.respell(text, style, rng) if free else noise.respell(text, style, rng, 0.25) for text, free in pieces
        )
        words = self._wrap(words, compiled)
        if style == "recognizer":
            words = re.sub(r"[.,!?।]", "", words)
            words = noise.repeat_word(words, rng) if rng.random() < 0.25 else words
        if style != "clean" and rng.random() < 0.08:
            words = noise.join_words(words, rng)
        elif rng.random() < 0.3:
            words = words.rstrip("?!.। ") if rng.random() < 0.6 else words + rng.choice((".", "!", "..", " "))
        return Example(words.strip(), kind, actions, (compiled.phrase.voice, style))

    def _wrap(self, words: str, compiled: _Compiled) -> str:
        """Words that ask nothing: a wake phrase, an address, a reason, a particle."""
        rng, fillers = self.rng, self.lexicon.fillers
        script = "en" if compiled.english and rng.random() < 0.85 else compiled.script

        def some(kind: str) -> str:
            return rng.choice(fillers[kind][script])

        if rng.random() < 0.09:
            words = f"{some('openings')} {words}"
        if rng.random() < 0.05:
            words = f"{some('reasons_before')}{rng.choice((', ', ' ', ', '))}{words}"
        elif rng.random() < 0.05:
            words = f"{words}{rng.choice((', ', ' '))}{some('reasons_after')}"
        if rng.random() < 0.05:
            words = f"{some('wake')} {words}"
        if rng.random() < 0.06:
            words = f"{words} {some('endings')}"
        if rng.random() < 0.03:
            at = rng.choice([m.start() for m in re.finditer(" ", words)] or [0])
            words = f"{words[:at]} {some('hesitations')} {words[at:].lstrip()}"
        return words


def examples(seed: int, per_home: int = 24) -> Iterator[tuple[RandomHome, list[Example]]]:
    """Endless random homes, each with sentences about it; the same for the same seed."""
    rng = Random(seed)
    lex = lexicon.load()
    while True:
        home = homes.random_home(lex, rng)
        speaker = Speaker(home, lex, rng)
        yield home, [speaker.example() for _ in range(per_home)]
