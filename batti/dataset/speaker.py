"""Sentences with their meanings: phrases said over a random home.

A `Speaker` fills the slots of what `dress` makes from a home, names and values spelled as people would write them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from random import Random
from typing import Any

from batti.command import COLORS
from batti.dataset import amounts, homes, names, noise, numbers
from batti.dataset.bank import KINDS, SIMPLE, Place, Sayable, told_alone
from batti.dataset.dress import Dressed, dress, pick
from batti.dataset.homes import RandomHome
from batti.dataset.mention import mention, with_title
from batti.dataset.phrases import PERSON_SLOT, Meaning, Phrase, Segment, kind_of
from batti.lexicon import Concept, Lexicon, key
from batti.prompt import Asked, Span, reckoned
from batti.schema import ALL, HERE
from batti.values import duration_of, seconds_of

_ZERO = re.compile(r"(?<=\d)0")


@dataclass(frozen=True)
class Example:
    """A sentence and what it asks in its home.

    `asked` marks places by (start, end) in `command`, end exclusive; `things` says which thing of
    the home each of them is, None for what the home does not have; `tags` are voice, style and rule;
    `family` is the phrase that it was made from.
    """

    command: str
    asked: tuple[Asked, ...]
    things: Mapping[Span, int | None]
    tags: tuple[str, ...] = ()
    family: str = field(default="", compare=False)

    @property
    def unknown(self) -> bool:
        """Whether a place is asked for that the home does not have."""
        return None in self.things.values()


class Unfit(Exception):
    """The home cannot fill the phrase: no group, too few rooms."""


class Speaker:
    """Says phrases over one home."""

    def __init__(self, home: RandomHome, lex: Lexicon, rng: Random) -> None:
        self.home, self.lexicon, self.rng = home, lex, rng
        self.things = {kind: home.of_kind(kind) for kind in ("room", "group", "light")}

    def example(self) -> Example:
        """One sentence about this home."""
        while True:
            try:
                return self.say(dress(self.lexicon, self.rng))
            except Unfit:
                continue

    def fits(self, one: Sayable) -> bool:
        """Whether the home has all that the phrase names, and no value is said twice: it would come out as two."""
        try:
            things = self._choose(one)
        except Unfit:
            return False
        values = [s.slot for s in one.phrase.segments if s.slot and s.slot not in things]
        return len(values) == len(set(values))

    def say(self, it: Dressed) -> Example:
        """The phrase said over the home. Raises Unfit."""
        one, phrase = it.one, it.one.phrase
        things = self._choose(one)
        values: dict[str, Any] = {}
        spans: dict[str, list[Span]] = {}
        filled: dict[int, str] = {}
        before: tuple[int | None, str] = None, ""
        words = [self._called(it)]
        at = len(words[0])
        for part in it.parts:
            if isinstance(part, int):
                slot = phrase.segments[part].slot
                text = filled.get(part)
                if text is None:
                    if slot in values:  # a value said twice would come out as two
                        raise Unfit
                    text = self._by_number(it, part, things, before) or self._filled(it, part, things, values)
                    filled[part] = text
                if slot in things:
                    before = things[slot], text
                    begun = self._begun(text, it)
                    words.append(begun)
                    at += len(begun)
                    spans.setdefault(slot, []).append((at, at + len(text)))
                part = text
            words.append(part)
            at += len(part)
        _widen(phrase, spans)
        mentions = _Mentions(phrase, spans)
        asked = tuple([_entry(meaning, values, mentions) for meaning in phrase.meanings])
        pointed = {span: things[slot] for slot, span in mentions.told}
        tags = (phrase.voice, it.style, it.rule) if it.rule else (phrase.voice, it.style)
        return Example("".join(words), asked, pointed, tags, f"{phrase.voice}:{phrase.line}")

    # -- slots ---------------------------------------------------------------------------------
    def _choose(self, one: Sayable) -> dict[str, int | None]:
        """A thing of the home for every place slot; None for what the home is not to have."""
        chosen: dict[str, int | None] = {}
        for place in one.places:
            if place.slot in chosen:  # the room of a light
                continue
            if place.strange:
                chosen[place.slot] = None
                continue
            group = chosen.get(place.inside)
            free = self._free(place, chosen) if group is None else self.home.things[group].rooms
            if place.owned:
                free = [i for i in free if self._person(i)]
            if chosen:
                free = [i for i in free if i not in chosen.values()]
            # What has an exception must have another room that it is said of.
            if not free or (place.inside and len(free) < 2):
                raise Unfit
            often = 0.9 if place.alone else 0.5
            chosen[place.slot] = thing = pick(self._alike(free, chosen, often), self.rng)
            if place.light_of and place.light_of not in chosen:
                room = self.home.things[thing].room
                if room in chosen.values():
                    raise Unfit
                chosen[place.light_of] = room
        rooms = len(self.things["room"])
        if any(m.place == ALL and len(m.excepts) >= rooms for m in one.phrase.meanings):
            raise Unfit
        return chosen

    def _alike(self, free: list[int], chosen: Mapping[str, int | None], often: float) -> list[int]:
        """Of these at times only those that a number or letter tells from one that is chosen: room 1 beside room 2."""
        kinds = {names.series_of(self.home.things[i].concept) for i in chosen.values() if i is not None} - {""}
        if not kinds or self.rng.random() > often:
            return free
        return [i for i in free if names.series_of(self.home.things[i].concept) in kinds] or free

    def _free(self, place: Place, chosen: Mapping[str, int | None]) -> list[int]:
        """The things of its kind; the named lights of a room that is said are those of the one that another light has
        chosen already, or of rooms that have as many as are named."""
        if not place.light_of:
            return self.things[place.kind]
        room_of = {i: self.home.things[i].room for i in self.things["light"]}
        if place.light_of in chosen:
            return [i for i, room in room_of.items() if room == chosen[place.light_of]]
        lamps = Counter(room_of.values())
        return [i for i, room in room_of.items() if lamps[room] >= place.lamps]

    def _filled(self, it: Dressed, index: int, things: Mapping[str, int | None], values: dict[str, Any]) -> str:
        """What stands in a slot, spelled; a value is added to `values`."""
        one, segment, script = it.one, it.one.phrase.segments[index], it.one.scripts[index]
        slot = segment.slot
        if slot == PERSON_SLOT:
            return noise.respell(self._owner(one, things), it.style, self.rng)
        if segment.owned:
            return noise.respell(segment.text, it.style, self.rng)
        if slot not in things:
            said, values[slot] = self._value(segment, script, one)
            if kind_of(slot) in ("pct", "k", "dur") and self.rng.random() < 0.01:
                said = _ZERO.sub("o", said)  # `5o%`
            return noise.respell(said, it.style, self.rng, 1.0 if slot.startswith("color") else 0.25)
        thing = things[slot]
        if thing is None:
            said = self._stranger(segment, script, one.english)
        else:
            said = mention(self.home, thing, script, one.english, self.lexicon, self.rng)
        # A recognizer knows the words of requests, and few names.
        spelled = noise.respell(said, it.style, self.rng, 2.0 if it.style == "recognizer" else 1.0)
        # A name never becomes that of another thing.
        if spelled != said and self.home.owner.get(key(spelled), thing) != thing:
            return said
        return spelled

    def _by_number(
        self, it: Dressed, index: int, things: Mapping[str, int | None], before: tuple[int | None, str]
    ) -> str:
        """At times only the number or letter of a room behind one of the same series: the 2 of `dorm 1, 2`."""
        other, said = before
        segment = it.one.phrase.segments[index]
        thing = things.get(segment.slot)
        if thing is None or other is None or thing == other:
            return ""
        room, kin = self.home.things[thing].concept, self.home.things[other].concept
        kind = names.series_of(room)
        if not kind or kind != names.series_of(kin):
            return ""
        for of_kin, of_room in names.told_alike(kin, room, it.one.scripts[index], self.lexicon):
            if said.endswith(of_kin):
                goes_on = said in of_kin  # the 3 of `dorm 1, 2, 3`
                often = 0.85 if goes_on or told_alone(segment.text) else 0.4
                return pick(of_room, self.rng) if self.rng.random() < often else ""
        return ""

    def _person(self, thing: int) -> Concept | None:
        return names.person_of(self.home.things[thing].concept, self.lexicon)

    def _owner(self, one: Sayable, things: Mapping[str, int | None]) -> str:
        """Whose room is asked for, or somebody who is called and of whose room nothing is said."""
        owned = next((s.slot for s in one.phrase.segments if s.owned), "")
        room = things[owned] if owned else self._somebodys_room(things)
        if room is None and not self._strangers:
            raise Unfit
        person = pick(self._strangers, self.rng) if room is None else self._person(room)
        assert person is not None  # as chosen
        return pick(names.spoken_words(person, one.script, one.english, self.rng) or person.words, self.rng)

    def _somebodys_room(self, things: Mapping[str, int | None]) -> int | None:
        """The room of a person that is not among these; at times, or where the home has none, nothing."""
        others = [i for i in self.things["room"] if self._person(i) and i not in things.values()]
        return pick(others, self.rng) if others and self.rng.random() < 0.8 else None

    @cached_property
    def _strangers(self) -> list[Concept]:
        """The people who have no room in this home."""
        here = {person.id for person in map(self._person, range(len(self.home.things))) if person}
        return [person for person in self.lexicon.people if person.id not in here]

    def _called(self, it: Dressed) -> str:
        """At times, somebody whose room the home has is called: `jethi, bhansa ko batti bala`, `oi Ramesh dai, ...`."""
        if self.rng.random() > 0.05 or PERSON_SLOT in it.one.phrase.slots:
            return ""
        people = filter(None, map(self._person, range(len(self.home.things))))
        script, english = it.one.script, it.one.english
        called = [word for one in people for word in names.spoken_words(one, script, english, self.rng)]
        if not called:
            return ""
        calls, titles = (self.lexicon.frames[kind][script] for kind in ("calls", "titles"))
        call = pick(calls, self.rng) + " " if self.rng.random() < 0.4 and calls else ""
        title = " " + pick(titles, self.rng) if self.rng.random() < 0.15 and titles else ""
        # Right before a name, the call would be part of it: `dai kotha`.
        ends = (", ", "! ", " ", " ") if str(it.parts[0]).strip() else (", ", "! ")
        return call + pick(called, self.rng) + title + pick(ends, self.rng)

    def _begun(self, name: str, it: Dressed) -> str:
        """At times, what a recognizer writes of a name that was begun and broken off: `room um ` before `room four`."""
        first, _, rest = name.partition(" ")
        hesitations = self.lexicon.fillers["hesitations"][it.one.script]
        if it.style != "recognizer" or not rest or self.rng.random() > 0.06 or not hesitations:
            return ""
        hesitation = pick(hesitations, self.rng) + " "
        return f"{first} {hesitation if self.rng.random() < 0.7 else ''}"

    def _stranger(self, segment: Segment, script: str, english: bool) -> str:
        kind = segment.passes_for or KINDS.get(segment.slot, "room")
        concept = homes.stranger(self.home, self.lexicon, self.rng, kind)
        if concept is None:
            raise Unfit
        said = pick(names.spoken_words(concept, script, english, self.rng) or concept.words, self.rng)
        person, titles = names.person_of(concept, self.lexicon), self.lexicon.frames["titles"][script]
        titled = with_title(said, person, titles, self.rng) if person and titles and self.rng.random() < 0.3 else ""
        return titled or said

    def _value(self, segment: Segment, script: str, one: Sayable) -> tuple[str, Any]:
        """The words and the value of a value slot: the writer's, or others of the same kind."""
        kind = kind_of(segment.slot)
        english, lex, rng = one.english, self.lexicon, self.rng
        value: Any = seconds_of(segment.value) if kind == "dur" else segment.value
        value = int(value) if kind in ("pct", "k") else value
        said: tuple[str, Any] = (segment.text, value)
        if rng.random() < 0.75 and self._can_say(kind, script, english):
            if kind == "color":
                color = pick(self._colors[script], rng)
                said = pick(lex.colors[color][script], rng), color
            elif kind == "time":
                said = numbers.clock(script, english, lex, rng)
            elif kind == "pct" and rng.random() < 0.02 and _may_be_zero(segment.slot, one.phrase):
                zero = numbers.renumber(segment.text, value, 0, script, english, lex, rng)
                said = (zero, 0) if zero else said
            else:
                exchange = {"pct": numbers.percent, "k": numbers.kelvin, "dur": numbers.duration}[kind]
                said = exchange(segment.text, value, script, english, lex, rng)
        return (said[0], duration_of(said[1])) if kind == "dur" else said

    @cached_property
    def _colors(self) -> dict[str, list[str]]:
        """The colours that have words in each script."""
        named = self.lexicon.colors
        return {script: [c for c in COLORS if named.get(c, {}).get(script)] for script in ("roman", "deva")}

    def _can_say(self, kind: str, script: str, english: bool) -> bool:
        """Whether the lexicon has what it takes to say another value of a kind."""
        if kind == "color":
            return bool(self._colors[script])
        language = "deva" if script == "deva" else "en" if english else "ne"
        return (amounts.counts if kind == "pct" else amounts.tells_time)(self.lexicon, language)


def _may_be_zero(slot: str, phrase: Phrase) -> bool:
    """Whether the percentage is only ever a level: set to nothing is off, changed by nothing is no change."""
    return all(m.done == slot for m in phrase.meanings if m.done.lstrip("+-") == slot)


def doing_of(meaning: Meaning, values: Mapping[str, Any]) -> dict[str, Any]:
    """The contract's keys from `action` on."""
    return _done(meaning.done, values) | _times(meaning, values)[0]


def _done(done: str, values: Mapping[str, Any]) -> dict[str, Any]:
    if done in SIMPLE:
        doing: dict[str, Any] = {"action": SIMPLE[done]}
    elif done.startswith("color") or done in COLORS:
        doing = {"action": "change_color", "color": values.get(done, done)}
    elif done.startswith("k") or done.endswith("K"):
        doing = {"action": "change_color", "color_temp": values[done] if done in values else int(done[:-1])}
    else:
        bare = done.lstrip("+-=")
        level = values[bare] / 100 if bare in values else float(bare)
        if not level:
            return _done("off", values)
        step = done[0] in "+-"
        level = round(-level if done[0] == "-" else level, 2)
        doing = {"action": "adjust_brightness", "brightness_step" if step else "brightness": level}
    return doing


def _times(meaning: Meaning, values: Mapping[str, Any]) -> tuple[dict[str, str], tuple[str, ...]]:
    return reckoned((when, values.get(value, value)) for when, value in meaning.when)


def _widen(phrase: Phrase, spans: Mapping[str, list[Span]]) -> None:
    """A light said right behind its room is marked together with it: `dai ko kothako table lamp`."""
    for segment in phrase.segments:
        lights = spans.get(segment.slot, []) if segment.light_of else []
        for i, light in enumerate(lights):
            before = (room for room in spans.get(segment.light_of, ()) if 0 <= light[0] - room[1] <= 5)
            lights[i] = (next(before, light)[0], light[1])


class _Mentions:
    """Where the places of a phrase stand, one mention after another as its meanings tell of them.

    Of `A ra B bahek sabai nibhau ani B madhuro` the first B is excepted and the second dimmed. A place that is told of
    less often than it is mentioned was set right, or called first: its last mentions count.
    """

    def __init__(self, phrase: Phrase, spans: Mapping[str, list[Span]]) -> None:
        self.spans, self.told = spans, list[tuple[str, Span]]()
        self.left = Counter(slot for m in phrase.meanings for slot in (m.place, *m.excepts))

    def next(self, slot: str) -> Span:
        """Raises KeyError for a place that is not mentioned."""
        mentions = self.spans[slot]
        span = mentions[-min(self.left[slot], len(mentions))]
        self.left[slot] -= 1
        self.told.append((slot, span))
        return span


def _entry(meaning: Meaning, values: Mapping[str, Any], mentions: _Mentions) -> Asked:
    try:
        place: Span | str = meaning.place if meaning.place in (ALL, HERE) else mentions.next(meaning.place)
        excepts = tuple([mentions.next(slot) for slot in meaning.excepts])
        times, chained = _times(meaning, values)
        return Asked(place, _done(meaning.done, values) | times, excepts, chained)
    except KeyError:  # the noise left a place out
        raise Unfit from None
