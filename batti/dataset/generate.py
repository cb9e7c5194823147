"""Sentences with their documents: the phrase bank said over random homes, as people would write it.

An `Example` is made in this order: choose a phrase, fill its slots from a home, exchange words of
one class, put polite and chatty words around it, then spell it in one of the styles of `noise`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from batti import lexicon
from batti.command import COLORS
from batti.dataset import homes, noise, numbers
from batti.dataset.bank import Compiled, Swap, bank
from batti.dataset.homes import RandomHome
from batti.dataset.marks import Piece, marked, unmark
from batti.dataset.phrases import GROUP_SLOTS, LIGHT_SLOTS, ROOM_SLOTS, STRANGE_SLOTS, Meaning, Phrase, Segment
from batti.lexicon import Lexicon
from batti.prompt import Asked, Span
from batti.schema import ALL, HERE
from batti.values import duration_of, seconds_of


@dataclass(frozen=True)
class Example:
    """A sentence and what it asks in its home.

    `asked` marks places by (start, end) in `command`, end exclusive; `things` says which thing of
    the home each of them is, None for what the home does not have; `tags` are voice and style.
    """

    command: str
    asked: tuple[Asked, ...]
    things: Mapping[Span, int | None]
    tags: tuple[str, ...] = ()

    @property
    def unknown(self) -> bool:
        """Whether a place is asked for that the home does not have."""
        return None in self.things.values()


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

    def _say(self, compiled: Compiled) -> Example:
        rng, phrase = self.rng, compiled.phrase
        if compiled.joinable and rng.random() < 0.12:
            return self._joined(compiled)
        if compiled.light_word and rng.random() < 0.05:
            return self._other_device(compiled)
        if compiled.verb and rng.random() < 0.05:
            return self._forbidden(compiled)
        if compiled.refusable and rng.random() < 0.12:
            return self._refused(compiled)
        slots = self._choose(phrase)
        if phrase.kind == "act" and not phrase.meanings[0].excepts and rng.random() < 0.06:
            slots = {k: None if k == phrase.meanings[0].place else v for k, v in slots.items()}
        pieces, values = self._fill(compiled, slots)
        return self._finish(compiled, pieces, slots, self._asked(phrase, values))

    # -- slots ---------------------------------------------------------------------------------
    def _choose(self, phrase: Phrase) -> dict[str, int | None]:
        """A thing of the home for every place slot; None for what the home is not to have."""
        chosen: dict[str, int | None] = {}
        # Groups and lights first: a room may have to lie in the group, or be the light's.
        for slot in sorted(dict.fromkeys(s.slot for s in phrase.segments), key=lambda s: s in tuple(ROOM_SLOTS)):
            if slot in tuple(STRANGE_SLOTS):
                chosen[slot] = None
            elif slot in tuple(GROUP_SLOTS):
                chosen[slot] = self._pick(self.groups, chosen)
            elif slot in tuple(LIGHT_SLOTS):
                chosen[slot] = light = self._pick(self.lights, chosen)
                of = next((s.light_of for s in phrase.segments if s.slot == slot and s.light_of), "")
                if of:
                    chosen[of] = self.home.things[light].room
            elif slot in tuple(ROOM_SLOTS) and slot not in chosen:
                group = next((m.place for m in phrase.meanings if slot in m.excepts and m.place in GROUP_SLOTS), "")
                inside = chosen.get(group)
                chosen[slot] = self._pick(self.rooms if inside is None else self.home.things[inside].rooms, chosen)
        known = [i for i in chosen.values() if i is not None]
        if len(set(known)) < len(known):
            raise _Unfit
        return chosen

    def _pick(self, pool: list[int], chosen: Mapping[str, int | None]) -> int:
        free = [i for i in pool if i not in chosen.values()]
        if not free:
            raise _Unfit
        return self.rng.choice(free)

    def _fill(self, compiled: Compiled, slots: Mapping[str, int | None]) -> tuple[list[Piece], dict[str, Any]]:
        """The sentence in pieces, and the value of each value slot."""
        pieces: list[Piece] = []
        values: dict[str, Any] = {}
        for segment, found in zip(compiled.phrase.segments, compiled.swaps, strict=True):
            slot = segment.slot
            if not slot:
                pieces.append(Piece(self._swap(segment.text, found)))
            elif slot in slots:
                index = slots[slot]
                said = self._stranger(segment, compiled) if index is None else self._mention(index, segment, compiled)
                pieces.append(Piece(said, slot))
            elif slot in values:  # a value said twice would come out as two
                raise _Unfit
            else:
                said, values[slot] = self._value(segment, compiled)
                pieces.append(Piece(said, freely=slot.startswith("color")))
        return pieces, values

    def _mention(self, index: int, segment: Segment, compiled: Compiled) -> str:
        script = lexicon.script_of(segment.text)
        return homes.mention(self.home, index, script, compiled.english, self.lexicon, self.rng)

    def _swap(self, text: str, found: tuple[Swap, ...]) -> str:
        out, at = [], 0
        for start, end, index in found:
            out.append(text[at:start])
            keep = self.rng.random() < 0.55
            out.append(text[start:end] if keep else self.rng.choice(self.lexicon.swaps.classes[index]))
            at = end
        return "".join(out) + text[at:]

    def _stranger(self, segment: Segment, compiled: Compiled) -> str:
        kinds = {**dict.fromkeys(LIGHT_SLOTS, "light"), **dict.fromkeys(GROUP_SLOTS, "group")}
        kind = kinds.get(segment.slot, "room")
        concept = homes.stranger(self.home, self.lexicon, self.rng, kind)
        if concept is None:
            raise _Unfit
        script = lexicon.script_of(segment.text)
        words = homes.spoken_words(concept, script, compiled.english, self.rng)
        return self.rng.choice(words or concept.words)

    def _value(self, segment: Segment, compiled: Compiled) -> tuple[str, Any]:
        """The words and the value of a value slot: the writer's, or others of the same kind."""
        kind, script = segment.slot.rstrip("2"), lexicon.script_of(segment.text)
        english, lex, rng = compiled.english, self.lexicon, self.rng
        value: Any = seconds_of(segment.value) if kind == "dur" else segment.value
        value = int(value) if kind in ("pct", "k") else value
        said: tuple[str, Any] = (segment.text, value)
        if rng.random() < 0.75:
            if kind == "color":
                color = rng.choice(COLORS)
                said = rng.choice(lex.colors[color][script]), color
            elif kind == "time":
                said = numbers.clock(script, english, lex, rng)
            elif kind == "pct" and rng.random() < 0.02 and _may_be_zero(segment.slot, compiled.phrase):
                zero = numbers.renumber(segment.text, value, 0, script, english, lex, rng)
                said = (zero, 0) if zero else said
            else:
                exchange = {"pct": numbers.percent, "k": numbers.kelvin, "dur": numbers.duration}[kind]
                said = exchange(segment.text, value, script, english, lex, rng)
        return (said[0], duration_of(said[1])) if kind == "dur" else said

    # -- meanings ------------------------------------------------------------------------------
    def _asked(self, phrase: Phrase, values: Mapping[str, Any]) -> list[tuple[Meaning, dict[str, Any]]]:
        return [(meaning, _doing(meaning, values)) for meaning in phrase.meanings]

    # -- compositions --------------------------------------------------------------------------
    def _joined(self, first: Compiled) -> Example:
        """Two requests for two rooms in one breath."""
        rng = self.rng
        second = rng.choice(bank().joinable[first.script, first.english])
        if len(self.rooms) < 2:
            raise _Unfit
        slots: dict[str, int | None] = dict(zip("AB", rng.sample(self.rooms, 2), strict=True))
        pieces: list[Piece] = []
        asked: list[tuple[Meaning, dict[str, Any]]] = []
        for compiled, slot in zip((first, second), "AB", strict=True):
            if pieces:
                links = {"deva": (" अनि ", " र ", ", "), "roman": (" ani ", " ra ", ", ", " ")}[first.script]
                pieces.append(Piece(rng.choice((" and ", ", ", " and ") if first.english else links), freely=False))
            said, values = self._fill(compiled, {"A": slots[slot]})
            pieces += [replace(piece, slot=slot) if piece.slot else piece for piece in said]
            asked += [(replace(m, place=slot), doing) for m, doing in self._asked(compiled.phrase, values)]
        return self._finish(first, pieces, slots, asked)

    def _other_device(self, compiled: Compiled) -> Example:
        """The same request for a fan or a door: nothing for the lights to do."""
        assert compiled.light_word
        device = self.rng.choice(self.lexicon.devices)
        words = homes.spoken_words(device, compiled.script, compiled.english, self.rng) or list(device.words)
        return self._without_meaning(compiled, compiled.light_word, self.rng.choice(words))

    def _forbidden(self, compiled: Compiled) -> Example:
        """The same sentence with its imperative forbidden: `bala` becomes `nabala`, and nothing is asked."""
        assert compiled.verb
        at, start, end, prohibitive = compiled.verb
        words = self.lexicon.swaps.classes[prohibitive]
        return self._without_meaning(compiled, (at, start, end), self.rng.choice(words))

    def _without_meaning(self, compiled: Compiled, where: tuple[int, int, int], word: str) -> Example:
        """The phrase with the word at (segment, start, end) replaced by one that leaves nothing to do."""
        at, start, end = where
        segments = list(compiled.phrase.segments)
        text = segments[at].text
        segments[at] = Segment(text[:start] + word + text[end:])
        plain = replace(compiled, phrase=Phrase(tuple(segments), "none"), swaps=((),) * len(segments))
        slots = self._choose(compiled.phrase)
        return self._finish(compiled, self._fill(plain, slots)[0], slots, [])

    def _refused(self, compiled: Compiled) -> Example:
        """The same sentence after `no need to` or its like."""
        slots = self._choose(compiled.phrase)
        pieces = self._fill(compiled, slots)[0]
        before = self.rng.choice(self.lexicon.frames["refusal"]["before"])
        pieces[0] = replace(pieces[0], text=f"{before} {pieces[0].text[:1].lower()}{pieces[0].text[1:]}")
        return self._finish(compiled, pieces, slots, [])

    # -- around and over -----------------------------------------------------------------------
    def _finish(
        self,
        compiled: Compiled,
        pieces: list[Piece],
        slots: Mapping[str, int | None],
        asked: list[tuple[Meaning, dict[str, Any]]],
    ) -> Example:
        rng = self.rng
        style = rng.choices(list(noise.STYLES), (34, 15, 13, 12, 5, 9, 12))[0]
        words = "".join(marked(p, noise.respell(p.text, style, rng, 1.0 if p.freely else 0.25)) for p in pieces)
        words = self._wrap(words, compiled)
        if style == "recognizer":
            words = re.sub(r"[.,!?।]", "", words)
            words = noise.repeat_word(words, rng) if rng.random() < 0.25 else words
        if style != "clean" and rng.random() < 0.08:
            words = noise.join_words(words, rng)
        elif rng.random() < 0.3:
            words = words.rstrip("?!.। ") if rng.random() < 0.6 else words + rng.choice((".", "!", "..", " "))
        command, spans = unmark(words)
        _widen(compiled.phrase, spans)
        entries = tuple(_entry(meaning, doing, spans) for meaning, doing in asked)
        pointed = dict.fromkeys(slot for m, _ in asked for slot in (m.place, *m.excepts))
        things = {spans[slot]: slots[slot] for slot in pointed if slot in spans}
        return Example(command, entries, things, (compiled.phrase.voice, style))

    def _wrap(self, words: str, compiled: Compiled) -> str:
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


def _may_be_zero(slot: str, phrase: Phrase) -> bool:
    """Whether the percentage is only ever a level: set to nothing is off, changed by nothing is no change."""
    return all(m.done == slot for m in phrase.meanings if m.done.lstrip("+-") == slot)


def _doing(meaning: Meaning, values: Mapping[str, Any]) -> dict[str, Any]:
    """The contract's keys from `action` on."""
    done = meaning.done
    simple = {"on": "turn_on", "off": "turn_off", "toggle": "toggle", "query": "get_state"}
    if done in simple:
        doing: dict[str, Any] = {"action": simple[done]}
    elif done.startswith("color") or done in COLORS:
        doing = {"action": "change_color", "color": values.get(done, done)}
    elif done.startswith("k") or done.endswith("K"):
        doing = {"action": "change_color", "color_temp": values[done] if done in values else int(done[:-1])}
    else:
        bare = done.lstrip("+-=")
        level = values[bare] / 100 if bare in values else float(bare)
        if not level:
            return _doing(replace(meaning, done="off"), values)
        key = "brightness_step" if done[0] in "+-" else "brightness"
        doing = {"action": "adjust_brightness", key: round(-level if done[0] == "-" else level, 2)}
    return doing | {when: values.get(value, value) for when, value in meaning.when}


def _widen(phrase: Phrase, spans: dict[str, Span]) -> None:
    """A light said right behind its room is marked together with it: `dai ko kothako table lamp`."""
    for segment in phrase.segments:
        room = spans.get(segment.light_of)
        light = spans.get(segment.slot)
        if segment.light_of and room and light and 0 <= light[0] - room[1] <= 5:
            spans[segment.slot] = (room[0], light[1])


def _entry(meaning: Meaning, doing: dict[str, Any], spans: Mapping[str, Span]) -> Asked:
    try:
        place: Span | str = meaning.place if meaning.place in (ALL, HERE) else spans[meaning.place]
        return Asked(place, doing, tuple(spans[slot] for slot in meaning.excepts))
    except KeyError:  # the noise broke a place's marks
        raise _Unfit from None


def examples(seed: int, per_home: int = 24) -> Iterator[tuple[RandomHome, list[Example]]]:
    """Endless random homes, each with sentences about it; the same for the same seed."""
    rng = Random(seed)
    lex = lexicon.load()
    while True:
        home = homes.random_home(lex, rng)
        speaker = Speaker(home, lex, rng)
        yield home, [speaker.example() for _ in range(per_home)]
