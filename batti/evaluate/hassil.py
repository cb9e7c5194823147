"""Home Assistant's own matcher as a Backend: hassil with Home Assistant's English and Nepali sentences.

A home reaches it as it would reach Home Assistant: rooms are areas, groups are floors, named lights are entities of
the domain `light`, each with its aliases; the speaker's room is the area of the device spoken to. What it recognizes
is translated to the contract; what it does not recognize is `none`. It is asked as strictly as Home Assistant asks
first: every word must be matched. (Home Assistant's looser matching is no part of these two packages.)
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from hassil import Intents, RecognizeResult, SlotList, TextSlotList, filter_intents, recognize_best
from home_assistant_intents import get_intents

from batti.backends import Reading
from batti.command import Command
from batti.errors import BattiError
from batti.home import Home
from batti.schema import ALL, HERE

LANGUAGES = ("en", "ne")  # asked in this order; the first that recognizes a sentence answers
_INTENTS = {
    "HassTurnOn": "turn_on",
    "HassTurnOff": "turn_off",
    "HassToggle": "toggle",
    "HassGetState": "get_state",
    "HassLightSet": "",
}
_CONTEXT = {"area": {"value": HERE, "text": HERE}}


@lru_cache(maxsize=64)
def _slots(home: Home) -> dict[str, SlotList]:
    """What areas, floors and entities are called."""
    entities = home.entities()

    def listed(kind: str, context: dict[str, Any]) -> TextSlotList:
        values = [(name, one.name, context) for one in entities if one.kind == kind for name in one.names]
        return TextSlotList.from_tuples(values, allow_template=False)

    return {
        "area": listed("room", {}),
        "floor": listed("group", {}),
        "name": listed("light", {"domain": "light"}),
    }


class HassilBackend:
    """Needs no training."""

    def __init__(self) -> None:
        self.intents = [self._load(language) for language in LANGUAGES]

    @staticmethod
    def _load(language: str) -> Intents:
        """The sentences of a language for a home that has lights alone."""
        sentences = Intents.from_dict(get_intents(language) or {})
        return filter_intents(sentences, domains={"light"}, intent_names=set(_INTENTS))

    def generate(self, home: Home, sentences: Sequence[str]) -> list[Reading]:
        commands = (self._command(home, sentence) for sentence in sentences)
        return [Reading(command or Command.none(), float(command is not None)) for command in commands]

    def _command(self, home: Home, sentence: str) -> Command | None:
        for language, intents in zip(LANGUAGES, self.intents, strict=True):
            result = recognize_best(
                sentence, intents, slot_lists=_slots(home), intent_context=_CONTEXT, best_slot_name="name",
                language=language,
            )  # fmt: skip
            if result:
                return _meaning(result, home)
        return None


def _meaning(result: RecognizeResult, home: Home) -> Command | None:
    """What was recognized in the contract's terms; None where the contract or the home has nothing like it."""
    said = {name: entity.value for name, entity in result.entities.items()}
    place, doing = _place(said, home), _doing(_INTENTS[result.intent.name], said)
    if place is None or doing is None:
        return None
    try:
        command = Command.from_dict({"actions": [place | doing]}, groups=home.group_names)
    except BattiError:
        return None
    return None if home.check(command) else command


def _place(said: dict[str, Any], home: Home) -> dict[str, Any] | None:
    if "name" not in said:
        return {"room": said.get("area", said.get("floor", ALL))}
    inside = home.rooms_of(said["area"]) if said.get("area", HERE) != HERE else home.rooms_of(ALL)
    rooms = [room.name for room in home.rooms for light in room.lights if light.name == said["name"]]
    rooms = [room for room in rooms if room in inside]
    # Of several lights of one name Home Assistant asks which is meant.
    return {"room": rooms[0], "light": said["name"]} if len(rooms) == 1 else None


def _doing(action: str, said: dict[str, Any]) -> dict[str, Any] | None:
    if action:
        return {"action": action}
    if "brightness" in said:
        level = said["brightness"] / 100
        return {"action": "adjust_brightness", "brightness": level} if level else {"action": "turn_off"}
    if "color" in said:
        return {"action": "change_color", "color": said["color"]}
    return {"action": "change_color", "color_temp": said["temperature"]} if "temperature" in said else None
