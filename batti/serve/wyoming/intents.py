"""What a command is in Home Assistant's intents, where these can say it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wyoming.intent import Entity, Intent

from batti.command import Action, Command
from batti.home import Home
from batti.serve import lights
from batti.serve.home_assistant.executor import entities_of
from batti.serve.home_assistant.looks import UNNAMED
from batti.serve.lights import Light, LightState

SEVERAL = (2026, 6)
"""The Home Assistant that carries out several intents for one sentence; older ones do the first, silently."""
_Slots = dict[str, Any]


def intents_of(command: Command, home: Home, states: Mapping[Light, LightState]) -> list[Intent] | None:
    """One intent for each light that Home Assistant has, or None where intents cannot say what is asked for.

    They cannot say steps, times, exceptions, the opposite of what is, what a light cannot do, or an answer in the
    words of the question. A light is named by its entity: an area may hold lights that are not the home's.
    """
    entities, now = entities_of(home), dict(states)
    told: dict[Light, tuple[str, _Slots]] = {}
    for action in command.actions:
        if not _can_be_said(action):
            return None
        keys = [key for key in lights.targets(home, action) if key in entities]
        outcome = lights.applied(action, [now[key] for key in keys])
        if not outcome.done or outcome.missed:
            return None
        now |= {effect.after.key: effect.after for effect in outcome.effects}
        for key in keys:
            name, slots = _intent(action, now[key])
            if key in told and "HassLightSet" not in (name, told[key][0]):
                return None
            told[key] = (name, {**told[key][1], **slots} if key in told else slots)
    return [Intent(name, [Entity("name", entities[key]), Entity("domain", "light"), *_entities(slots)])
            for key, (name, slots) in told.items()] or None  # fmt: skip


def _can_be_said(action: Action) -> bool:
    if action.when != (None, None, None) or action.except_ or action.brightness_step or action.color in UNNAMED:
        return False
    return action.action in ("turn_on", "turn_off", "adjust_brightness", "change_color")


def _intent(action: Action, after: LightState) -> tuple[str, _Slots]:
    match action.action:
        case "turn_on":
            return "HassTurnOn", {}
        case "turn_off":
            return "HassTurnOff", {}
        case "adjust_brightness":
            return "HassLightSet", {"brightness": round(100 * after.brightness)}
        case _:
            return "HassLightSet", {"color": after.color} if after.color else {"temperature": after.color_temp}


def _entities(slots: Mapping[str, Any]) -> Sequence[Entity]:
    return [Entity(name, value) for name, value in slots.items()]


def version_of(said: str) -> tuple[int, int]:
    """2026.6.0b1 -> (2026, 6); (0, 0) for what is no version."""
    parts = said.split(".")
    return (int(parts[0]), int(parts[1])) if len(parts) > 1 and parts[0].isdigit() and parts[1].isdigit() else (0, 0)
