"""What Home Assistant knows of a home, as a home file has it: areas are rooms, floors groups, lights those that
voice assistants may see. Names are told apart, and common rooms get the names that Nepali has for them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import available_timezones

from pydantic_core import PydanticCustomError

from batti import lexicon
from batti.errors import BattiError
from batti.home import Group, Home, Light, Room
from batti.lexicon import Concept, key
from batti.schema import RESERVED, clean_name, folded
from batti.serve.home_assistant.client import Client, Failed

_SECONDS = 30.0  # for the registries of a large house on a small computer
_ALIASES = 3  # of the lexicon's names for a room, in each script
_ENTITY = re.compile(r"light\.[a-z0-9_]+")


@dataclass(frozen=True)
class Thing:
    """An area, a floor or a light: `within` is the floor of an area, the area of a light."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    within: str | None = None


@dataclass(frozen=True)
class Survey:
    """What was read. `hidden` are lights that voice assistants do not see, `homeless` those in no area."""

    name: str
    time_zone: str
    floors: tuple[Thing, ...]
    areas: tuple[Thing, ...]
    lights: tuple[Thing, ...]
    hidden: tuple[str, ...] = ()
    homeless: tuple[str, ...] = ()


async def read(client: Client) -> Survey:
    """Asks Home Assistant. Raises BattiError."""
    try:
        config, areas, floors, devices, entries, states, shown, default = await asyncio.gather(*(
            client.ask(kind, _SECONDS, **fields) for kind, fields in (
                ("get_config", {}), ("config/area_registry/list", {}), ("config/floor_registry/list", {}),
                ("config/device_registry/list", {}), ("config/entity_registry/list", {}), ("get_states", {}),
                ("homeassistant/expose_entity/list", {}),
                ("homeassistant/expose_new_entities/get", {"assistant": "conversation"}),
            )))  # fmt: skip
        known = [entry["entity_id"] for entry in entries if entry["entity_id"].startswith("light.")]
        detailed = await client.ask("config/entity_registry/get_entries", _SECONDS, entity_ids=known)
    except Failed as error:
        hint = "use the token of an administrator, and Home Assistant 2024.4 or newer"
        raise BattiError(error.problem, hint) from None
    entries = {one["entity_id"]: one for one in detailed.values() if one}
    places = {device["id"]: device["area_id"] for device in devices}
    exposed = {name for name, to in shown["exposed_entities"].items() if to.get("conversation")}
    found = _lights(states, entries, places)
    seen = [one for one in found if _is_shown(entries.get(one.id), one.id in exposed, default["expose_new"])]
    return Survey(
        config.get("location_name", ""), config.get("time_zone", ""),
        tuple(Thing(one["floor_id"], one["name"], tuple(sorted(one["aliases"])))
              for one in sorted(floors, key=lambda one: one.get("level") or 0)),
        tuple(Thing(one["area_id"], one["name"], tuple(sorted(one["aliases"])), one.get("floor_id")) for one in areas),
        tuple(one for one in seen if one.within), tuple(one.id for one in found if one not in seen),
        tuple(one.id for one in seen if not one.within),
    )  # fmt: skip


def _lights(states: Iterable[dict[str, Any]], entries: dict[str, Any], places: dict[str, Any]) -> list[Thing]:
    """The lights; those that stand for several others of the home are left out, lest these be told everything twice."""
    about = {one["entity_id"]: one["attributes"] for one in states if _ENTITY.fullmatch(one["entity_id"])}
    found = []
    for name in sorted(about):
        entry = entries.get(name, {})
        members = about[name].get("entity_id")
        if isinstance(members, list) and members and all(member in about for member in members):
            continue
        area = entry.get("area_id") or places.get(entry.get("device_id"))
        called = about[name].get("friendly_name") or name.removeprefix("light.").replace("_", " ")
        aliases = sorted(one for one in entry.get("aliases") or () if isinstance(one, str))
        found.append(Thing(name, called, tuple(aliases), area))
    return found


def _is_shown(entry: dict[str, Any] | None, exposed: bool, by_default: bool) -> bool:
    """Whether voice assistants see a light; one that nobody decided about is seen as lights are by default."""
    if entry is None:
        return exposed
    if entry.get("hidden_by") or entry.get("entity_category"):
        return exposed
    decided = (entry.get("options") or {}).get("conversation", {}).get("should_expose")
    return by_default if decided is None else bool(decided)


def home_of(survey: Survey) -> Home:
    """The home as Home Assistant alone tells it. Raises BattiError where it has no areas."""
    if not survey.areas:
        raise BattiError("Home Assistant has no areas", "make some, and put the lights into them")
    names = _Names()
    for thing in (*survey.areas, *survey.floors):
        names.give(thing)
    lit: dict[str, list[Thing]] = {}
    for light in survey.lights:
        lit.setdefault(light.within or "", []).append(light)
    members = {floor.id: [names.of[area.id] for area in survey.areas if area.within == floor.id]
               for floor in survey.floors}  # fmt: skip
    lex = lexicon.load()
    things = (*survey.areas, *survey.floors)
    aliases = {thing.id: names.free(thing.aliases) for thing in things}
    for thing in things:
        concepts = lex.groups if thing in survey.floors else lex.places
        aliases[thing.id] += names.free(_words(thing.name, concepts))
    rooms = [_room(area, names, aliases[area.id], lit.get(area.id, [])) for area in survey.areas]
    groups = [Group(name=names.of[floor.id], floor=floor.id, rooms=tuple(members[floor.id]), aliases=aliases[floor.id])
              for floor in survey.floors if members[floor.id]]  # fmt: skip
    zone = {"time_zone": survey.time_zone} if survey.time_zone in available_timezones() else {}
    name = _cleaned(survey.name) or "home"
    return Home.from_dict({"name": name, "rooms": rooms, "groups": groups, **zone})


class _Names:
    """Names that are given to one thing each."""

    def __init__(self) -> None:
        self._taken = set(RESERVED)
        self.of: dict[str, str] = {}

    def give(self, thing: Thing) -> None:
        """Names an area or a floor: as it is called, or by its id."""
        choices = (_cleaned(thing.name), _cleaned(thing.id.replace("_", " ")), _cleaned(f"{thing.name} 2"))
        self.of[thing.id] = next((name for name in choices if name and self.free([name])), thing.id)

    def is_taken(self, name: str) -> bool:
        """Whether an area or a floor is called so."""
        return folded(name) in self._taken

    def free(self, names: Iterable[str]) -> tuple[str, ...]:
        """Those of the names that are nobody's yet; they are now taken."""
        kept = []
        for name in filter(None, map(_cleaned, names)):
            if folded(name) not in self._taken:
                self._taken.add(folded(name))
                kept.append(name)
        return tuple(kept)


def _room(area: Thing, names: _Names, aliases: tuple[str, ...], found: Sequence[Thing]) -> Room:
    """The light of a room that has one needs no name, and neither does the one that is just called light."""
    name = names.of[area.id]
    spare = {light.id: _short(light, area) for light in found}
    alone = len(found) == 1 and not found[0].aliases
    plain_names = {"", *map(folded, lexicon.load().frames["plain_lights"])}
    plain = next((one for one in found if alone or (folded(spare[one.id]) in plain_names and not one.aliases)), None)
    lights, taken = [], {folded(name), *RESERVED}
    for light in found:
        if light is plain:
            continue
        numbered = (f"{light.name[:50]} {number}" for number in range(2, len(found) + 3))
        choices = filter(None, map(_cleaned, (spare[light.id], light.name, *numbered, light.id)))
        called = next(choice for choice in choices if folded(choice) not in taken and not names.is_taken(choice))
        taken.add(folded(called))
        others = []
        for alias in filter(None, map(_cleaned, light.aliases)):
            if folded(alias) not in taken and not names.is_taken(alias):
                taken.add(folded(alias))
                others.append(alias)
        lights.append(Light(name=called, aliases=tuple(others), entity=light.id))
    return Room(name=name, aliases=aliases, area=area.id, entity=plain.id if plain else None, lights=tuple(lights))


def _short(light: Thing, area: Thing) -> str:
    """The name of a light without that of its area: `Kitchen spots` in the kitchen is `spots`."""
    begins = folded(light.name).startswith(f"{folded(area.name)} ") or folded(light.name) == folded(area.name)
    return light.name[len(area.name) :].strip() if begins else light.name


def _words(name: str, concepts: Sequence[Concept]) -> list[str]:
    """What else the lexicon calls a place of this name."""
    said = key(name)
    concept = next((one for one in concepts if said in one.keys), None)
    if concept is None:
        return []
    by_script = [[word for word in words if key(word) != said] for words in (concept.en, concept.ne, concept.deva)]
    return [word for words, most in zip(by_script, (1, _ALIASES, _ALIASES), strict=True) for word in words[:most]]


def _cleaned(name: str) -> str | None:
    """A name in its one form, None where it cannot be one."""
    try:
        return clean_name(name)
    except PydanticCustomError:
        return None
