"""What is said when something was done, will be done, is asked or refused: in the tongue of the sentence."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from batti import spans, spoken
from batti.command import Action, Command
from batti.home import Entity, Home
from batti.impossible import Impossible
from batti.schema import ALL, HERE
from batti.serve import asking, jobs, phrases
from batti.serve.jobs import Job
from batti.serve.lights import Effect, Light, LightState, Outcome
from batti.serve.phrases import CODES, Tongue
from batti.serve.tongue import called, tongue_of
from batti.text import normalize
from batti.values import seconds_of

_LATIN_GLUED = re.compile(r"(?<=[A-Za-z])(?=[\u0904-\u0939])")  # a Latin name before an ending in Devanagari
_PARTS_OF_DAY = ((4, "small_hours"), (12, "morning"), (16, "day"), (20, "evening"), (24, "night"))


@dataclass(frozen=True)
class Reply:
    """A reply and its tongue; `language` is its tag of BCP 47 (en, ne, ne-Latn)."""

    text: str
    tongue: Tongue

    @property
    def language(self) -> str:
        return CODES[self.tongue]


@dataclass(frozen=True)
class Deed:
    """An action and what came of it; without an outcome it is yet to be done, at the moment `due` (seconds since 1970)
    where that is known."""

    action: Action
    outcome: Outcome | None = None
    due: float | None = None


@dataclass(frozen=True)
class _Place:
    """What a clause is about, comparable so that clauses that say the same of several places become one. `own` is the
    light of a room that has no name, and not those that have one."""

    room: str
    light: str | None = None
    excepts: tuple[str, ...] = ()
    own: bool = False

    @classmethod
    def of(cls, action: Action) -> _Place:
        return cls(action.room, action.light, action.except_)


class Speaker:
    """Says things about one home in the tongue of one sentence (or in a given one)."""

    def __init__(
        self, home: Home, sentence: str = "", tongue: Tongue | None = None, now: float | None = None
    ) -> None:
        self.home, self._sentence = home, sentence
        self._now = time.time() if now is None else now
        self.tongue: Tongue = tongue or tongue_of(sentence)
        self._say = phrases.load(self.tongue)
        self._names = {(one.kind, one.room, one.name): one.names for one in home.entities()}

    # --- whole replies ---------------------------------------------------------------------------
    def told(
        self, deeds: Iterable[Deed], waiting: Sequence[Job] | None = None, alike: Sequence[Job] = ()
    ) -> Reply:
        """What was done, what will be done, and what could not be, in the order of the actions; and what waits, if
        anything, where that is given, or what else of the kind does."""
        clauses: dict[tuple[str, str, str], list[_Place]] = {}
        for deed in deeds:
            for place, section, name, fill, when in self._clauses(deed):
                clauses.setdefault((f"{section}.{name}", fill, when), []).append(place)
        said = [self._sentence_of(which, fill, when, places) for (which, fill, when), places in clauses.items()]
        said += [self.what_waits(waiting).text] if waiting is not None else []
        return self._reply(" ".join([*said, *self._also_waits(alike)]))

    def question(self, readings: Sequence[Command], whole_house: bool = False) -> Reply:
        """Asks whether the first reading is meant, or the second; readings without actions are not asked about."""
        asked = [self._asked(command) for command in readings if command.actions][:2]
        if len(asked) == 2:
            text = self._phrase("sentence.ask_two", clause=asked[0], other=asked[1])
        else:
            text = self._phrase("sentence.ask_all" if whole_house else "sentence.ask_one", clause=asked[0])
        if self._is_no_single_time([action for command in readings for action in command.actions]):
            text = f"{self._phrase('sentence.one_time')} {self._capital(text)}"
        return self._reply(text)

    def _is_no_single_time(self, actions: Sequence[Action]) -> bool:
        """Whether more than a time was said: `every day at 6`, `until 9`, `6 baje dekhi 8 baje samma`."""
        said = normalize(self._sentence)
        span = spans.is_told(said, timed=any(action.at or action.after or action.for_ for action in actions))
        return span or (any(action.at for action in actions) and spoken.is_no_single_time(said))

    def which_room(self) -> Reply:
        """Asks for the room that `here` is."""
        return self._reply(self._phrase("sentence.which_room"))

    def nothing(self, waiting: Sequence[Job] = ()) -> Reply:
        """Says that the sentence asks nothing of the lights, or of a sentence about lights that nothing has changed,
        and what of them is yet to be done."""
        if not asking.is_of_lights(self._sentence):
            return self._reply(self._phrase("sentence.none"))
        return self._still_waits(waiting) if waiting else self.unchanged()

    def cannot(self, why: Impossible) -> Reply:
        """Says that there is no such time, white or level as the sentence has it, or that it was not understood."""
        return self._reply(self._phrase(f"impossible.{why}"))

    def neither(self, waiting: Sequence[Job] = ()) -> Reply:
        """Says that neither a light was changed nor anything called off, and what is still to come."""
        if waiting:
            return self._still_waits(waiting)
        return self._reply(f"{self.unchanged().text} {self.nothing_waits().text}")

    def unchanged(self) -> Reply:
        """Says that the lights stay as they are."""
        return self._reply(self._phrase("sentence.as_they_are"))

    def nothing_waits(self, others: Sequence[Job] = ()) -> Reply:
        """Says that there is nothing to be called off, or what is still to come of others than were meant."""
        return self._still_waits(others) if others else self._reply(self._phrase("sentence.nothing_waits"))

    def what_waits(self, waiting: Sequence[Job]) -> Reply:
        """Says what is yet to be done."""
        if not waiting:
            return self.nothing_waits()
        return self._reply(self._phrase("sentence.waits", clause=self._to_come(waiting)))

    def nothing_there(self) -> Reply:
        """Says of a place that nothing is yet to be done there, though elsewhere something is."""
        return self._reply(self._phrase("sentence.nothing_there"))

    def _still_waits(self, waiting: Sequence[Job]) -> Reply:
        return self._reply(self._phrase("sentence.still_waits", clause=self._to_come(waiting)))

    def called_off(self, ended: Sequence[Job], waiting: Sequence[Job] = ()) -> Reply:
        """Says what will not be done, and what still will."""
        said = self._phrase("sentence.called_off", clause=self._to_come(ended))
        return self._reply(" ".join([said, *self._also_waits(waiting)]))

    def _also_waits(self, waiting: Sequence[Job]) -> list[str]:
        return [self._phrase("sentence.also_waits", clause=self._to_come(waiting))] if waiting else []

    def no_such_room(self, said: str = "", near: Sequence[Entity] = ()) -> Reply:
        """Says that there is no such place, called `said`, and which may be meant."""
        text = self._phrase("sentence.unknown_name", said=said) if said else self._phrase("sentence.unknown_room")
        if near:
            kinds = [(one.kind, one.room, one.name) for one in near]
            names = self._listed([called(self._names[kind], self.tongue) for kind in kinds], "or")
            text += " " + self._capital(self._phrase("sentence.did_you_mean", names=names))
        return self._reply(text)

    # --- clauses ---------------------------------------------------------------------------------
    def _clauses(self, deed: Deed) -> Iterable[tuple[_Place, str, str, str, str]]:
        """(place, section, phrase, what fills its other slots, when) of each thing to say of a deed."""
        action, outcome = deed.action, deed.outcome
        place = _Place.of(action)
        if outcome is None:
            yield place, "will", *self._doing(action), self._when(action, deed.due)
            return
        if outcome.problem:
            yield place, "problem", outcome.problem, "", ""
            return
        did = [effect for effect in outcome.effects if not effect.problem]
        if action.action == "get_state":
            yield from self._states(place, [effect.after for effect in did])
        else:
            is_part = self._is_room(place) and outcome.missed
            for one in self._parts([effect.before for effect in did], outcome) if is_part else [place]:
                yield one, "done", *self._did(action, did), self._lasting(action)
        for problem in dict.fromkeys(effect.problem for effect in outcome.missed):
            missed = [effect.before for effect in outcome.missed if effect.problem == problem]
            for one in self._parts(missed, outcome):
                yield one, "problem", problem or "", "", ""

    def _parts(self, some: Sequence[LightState], outcome: Outcome) -> list[_Place]:
        """Some lights of an outcome as places; of a room that is not whole, each by itself."""
        states = [effect.before for effect in outcome.effects]
        found = []
        for place in self._joined(some, states):
            is_whole = all(state in some for state in states if state.room == place.room)
            found.append(replace(place, own=not is_whole and place.light is None))
        return found

    def _doing(self, action: Action) -> tuple[str, str]:
        """The phrase of what is asked for, and what fills it."""
        if action.action == "adjust_brightness":
            step = action.brightness_step
            if step is None:
                return "brightness", self._percent(action.brightness)
            return "brighter" if step > 0 else "dimmer", self._percent(abs(step))
        if action.action == "change_color":
            return ("color", self._say.colors[action.color]) if action.color else (
                "color_temp", self._white(action.color_temp or 0))
        return action.action, ""

    def _did(self, action: Action, effects: Sequence[Effect]) -> tuple[str, str]:
        """The phrase of what was done, and what fills it; a step tells the level where that is one."""
        if action.action == "toggle":
            return "turn_on" if any(effect.after.on for effect in effects) else "turn_off", ""
        if action.color_temp and len(kelvins := {effect.after.color_temp or 0 for effect in effects}) == 1:
            return "color_temp", self._white(kelvins.pop())  # what the light can do of it
        if not action.brightness_step:
            return self._doing(action)
        name = "brighter" if action.brightness_step > 0 else "dimmer"
        if all(effect.before.look == effect.after.look for effect in effects):
            return ("already_off", "") if not any(effect.after.on for effect in effects) else (f"no_{name}", "")
        levels = {effect.after.brightness for effect in effects if effect.after.on}
        return (f"{name}_to", self._percent(levels.pop())) if len(levels) == 1 else (name, "")

    def _states(self, place: _Place, states: Sequence[LightState]) -> Iterable[tuple[_Place, str, str, str, str]]:
        lit = [state for state in states if state.on]
        dark = [state for state in states if not state.on]
        for_dark = asking.asks_for_dark(self._sentence)
        if asking.asks_how_many(self._sentence):
            many = self._digits(str(len(dark if for_dark else lit)))
            yield place, "state", "many_dark" if for_dark else "many_lit", many, ""
        if lit and dark:
            tells_lit = not for_dark if asking.asks_which(self._sentence) else len(lit) <= len(dark)
            some, name = (lit, "others_dark") if tells_lit else (dark, "others_lit")
            for one in self._joined(some, states):
                yield one, "state", name, "", ""
            return
        details = {self._details(state) for state in lit}
        if len(details) == 1:
            yield place, "state", "lit_with", details.pop(), ""
        else:
            yield place, "state", "lit" if lit else "dark", "", ""

    def _joined(self, some: Sequence[LightState], states: Sequence[LightState]) -> list[_Place]:
        """Lights as places: a room whose lights are all among them is said as the room."""
        rooms: dict[str, list[Light]] = {}
        for state in some:
            rooms.setdefault(state.room, []).append(state.key)
        whole = {room for room, keys in rooms.items() if len(keys) == sum(one.room == room for one in states)}
        keys = {(room, None) if room in whole else key: None for room, keys in rooms.items() for key in keys}
        return [_Place(*key) for key in keys]

    def _details(self, state: LightState) -> str:
        look = self._say.colors[state.color] if state.color else (
            self._white(state.color_temp) if state.color_temp else "")
        level = self._phrase("state.level", level=self._percent(state.brightness))
        return self._say.comma.join(filter(None, (level, look)))

    def _asked(self, command: Command) -> str:
        return self._wished((_Place.of(action), *self._doing(action), self._when(action)) for action in command.actions)

    def _to_come(self, some: Iterable[Job]) -> str:
        """What jobs are to do, each at its time on the home's clock."""
        wished: list[tuple[_Place, str, str, str]] = []
        for job in some:
            when = self._at(job.run_at)
            wished += [(_Place.of(action), *self._doing(action), f"{when} {self._lasting(action)}".rstrip())
                       for action in job.actions]  # fmt: skip
            wished += [(_Place(state.room, state.light), "restore", "", when) for state in job.states]
        return self._wished(wished)

    def _wished(self, wishes: Iterable[tuple[_Place, str, str, str]]) -> str:
        """Places, what is to become of each, what fills that phrase, and when: said in one breath."""
        clauses: dict[tuple[str, str, str], list[_Place]] = {}
        for place, name, fill, when in wishes:
            clauses.setdefault((name, fill, when), []).append(place)
        said = [self._clause(f"ask.{name}", fill, when, places) for (name, fill, when), places in clauses.items()]
        return self._listed(said, "and")

    def _sentence_of(self, which: str, fill: str, when: str, places: Sequence[_Place]) -> str:
        clause = self._clause(which, fill, "", places)
        said = self._phrase("sentence.timed", clause=clause, when=when) if when else (
            self._phrase("sentence.plain", clause=clause))
        return self._capital(said)

    def _clause(self, which: str, fill: str, when: str, places: Sequence[_Place]) -> str:
        subject, many = self._subject(places)
        slots = dict.fromkeys(("level", "color", "white", "details", "count"), fill)
        said = self._phrase(which, subject=subject, **{"is": self._say.verb["many" if many else "one"]}, **slots)
        if not when:
            return said
        return self._phrase("sentence.timed", clause=said, when=when).rstrip(".।")

    # --- parts -----------------------------------------------------------------------------------
    def _subject(self, places: Sequence[_Place]) -> tuple[str, bool]:
        """What a clause is about, and whether that is several things."""
        rooms = [one for one in dict.fromkeys(places) if self._is_room(one)]
        parts: list[str] = []
        if rooms:
            names = self._listed([self._called("room", one.room) for one in rooms], "and")
            parts.append(self._phrase("subject.rooms" if len(rooms) > 1 else "subject.room", name=names))
        others = [one for one in dict.fromkeys(places) if one not in rooms]
        parts += [self._part(one) for one in others]
        many = len(parts) > 1 or len(rooms) > 1 or any(self._is_many(one) for one in others)
        return self._listed(parts, "and"), many

    def _is_room(self, place: _Place) -> bool:
        return not place.light and not place.own and place.room != HERE and not self._is_many(place)

    def _is_many(self, place: _Place) -> bool:
        return not place.light and not place.own and (place.room == ALL or place.room in self.home.group_names)

    def _part(self, place: _Place) -> str:
        excepts = self._listed([self._called("room", room) for room in place.excepts], "and")
        but = "_but" if excepts else ""
        if place.light:
            name = called(self._names["light", place.room, place.light], self.tongue, self._sentence)
            twins = sum(key[0] == "light" and key[2] == place.light for key in self._names) > 1
            room = self._called("room", place.room)
            return self._phrase("subject.light_in" if twins else "subject.light", name=name, room=room)
        if place.own:
            return self._phrase("subject.own", name=self._called("room", place.room))
        if place.room == HERE:
            return self._phrase("subject.here")
        if place.room == ALL:
            return self._phrase(f"subject.all{but}", excepts=excepts)
        return self._phrase(f"subject.group{but}", name=self._called("group", place.room), excepts=excepts)

    def _called(self, kind: Literal["room", "group"], name: str) -> str:
        return called(self._names.get((kind, None, name), (name,)), self.tongue, self._sentence)

    def _listed(self, items: Sequence[str], joint: str) -> str:
        last = self._say.and_ if joint == "and" else self._say.or_
        return last.join(part for part in (self._say.comma.join(items[:-1]), items[-1]) if part) if items else ""

    def _when(self, action: Action, due: float | None = None) -> str:
        said = []
        if action.after:
            said.append(self._phrase("when.after", duration=self._duration(action.after)))
        if action.at:
            due = None if action.after else due or jobs.due(action, self._sentence, self._now, self.home)
            said.append(self._at(due) if due else self._phrase("when.at", time=self._time(action.at)))
        return " ".join([*said, *filter(None, [self._lasting(action)])])

    def _at(self, due: float) -> str:
        """A moment on the home's clock, with its day where that is tomorrow."""
        zone = ZoneInfo(self.home.time_zone)
        then, now = (datetime.fromtimestamp(moment, zone) for moment in (due, self._now))
        at = self._phrase("when.at", time=self._time(f"{then:%H:%M}"))
        return self._phrase("when.tomorrow", at=at) if then.date() == now.date() + timedelta(days=1) else at

    def _lasting(self, action: Action) -> str:
        return self._phrase("when.for", duration=self._duration(action.for_)) if action.for_ else ""

    def _duration(self, duration: str) -> str:
        seconds = seconds_of(duration)
        counts = ((seconds // 3600, self._say.hour), (seconds // 60 % 60, self._say.minute),
                  (seconds % 60, self._say.second))  # fmt: skip
        return " ".join(forms[n != 1].format(n=self._digits(str(n))) for n, forms in counts if n)

    def _time(self, time: str) -> str:
        hour, minute = map(int, time.split(":"))
        part = next(name for end, name in _PARTS_OF_DAY if hour < end)
        clock = str((hour - 1) % 12 + 1) + (f":{minute:02}" if minute else "")
        return self._phrase(f"time.{part}", clock=self._digits(clock))

    def _percent(self, share: float | None) -> str:
        return self._say.percent.format(n=self._digits(f"{100 * (share or 0):.0f}"))

    def _white(self, kelvin: int) -> str:
        return self._say.whites.get(kelvin) or self._say.kelvin.format(n=self._digits(str(kelvin)))

    def _digits(self, text: str) -> str:
        return text.translate(str.maketrans("0123456789", self._say.digits))

    def _phrase(self, which: str, **slots: Any) -> str:
        section, name = which.split(".")
        phrase: str = getattr(self._say, section)[name]
        return _LATIN_GLUED.sub(" ", phrase.format_map(slots))

    @staticmethod
    def _capital(text: str) -> str:
        return text[:1].upper() + text[1:]

    def _reply(self, text: str) -> Reply:
        return Reply(self._capital(text), self.tongue)
