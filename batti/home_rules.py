"""What must hold between the entries of a home file, which are looked at as written: all faults are told at once."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from pydantic import BaseModel

from batti.errors import did_you_mean, quote
from batti.schema import RESERVED, Finding, Loc, folded
from batti.wiring import shared

MAX_ROOMS = 500


class _Named(NamedTuple):
    """A name or alias as written; `owner` is the path of what it names, `room` a light's room."""

    loc: Loc
    owner: Loc
    text: str
    room: int | None


def between(raw: dict[str, Any]) -> Iterator[Finding]:
    """Too many, doubled or reserved names, unknown rooms, ids and lamps that are there twice."""
    rooms, groups = _dicts(raw.get("rooms")), _dicts(raw.get("groups"))
    if raw.get("rooms") in ([], ()):
        yield Finding(("rooms",), "the home has no rooms", "name one at least")
    if len(rooms) > MAX_ROOMS:
        yield Finding(("rooms", MAX_ROOMS), f"the home has {len(rooms)} rooms", f"name {MAX_ROOMS} at most")
    named = [*_all_names(rooms, groups)]
    yield from _name_rules(named)
    yield from _id_rules(rooms, groups)
    yield from _group_rules(rooms, groups)
    yield from shared(_lamps(rooms))


def _lamps(rooms: list[dict[str, Any]]) -> Iterator[tuple[Loc, dict[str, Any]]]:
    """What is written of lamps, with its path."""
    for index, room in enumerate(rooms):
        owners = [((), room), *((("lights", i), light) for i, light in enumerate(_dicts(room.get("lights"))))]
        for inside, owner in owners:
            if isinstance(owner.get("mqtt"), dict):
                yield ("rooms", index, *inside, "mqtt"), owner["mqtt"]


def _dicts(items: object) -> list[dict[str, Any]]:
    """The entries of a list as mappings; what is none becomes an empty one, to keep the places."""
    if not isinstance(items, list | tuple):
        return []
    plain = [item.model_dump() if isinstance(item, BaseModel) else item for item in items]
    return [item if isinstance(item, dict) else {} for item in plain]


def _all_names(rooms: list[dict[str, Any]], groups: list[dict[str, Any]]) -> Iterator[_Named]:
    for index, room in enumerate(rooms):
        yield from _names_in(room, ("rooms", index), None)
        for place, light in enumerate(_dicts(room.get("lights"))):
            yield from _names_in(light, ("rooms", index, "lights", place), index)
    for index, group in enumerate(groups):
        yield from _names_in(group, ("groups", index), None)


def _names_in(entry: dict[str, Any], owner: Loc, room: int | None) -> Iterator[_Named]:
    if isinstance(entry.get("name"), str):
        yield _Named((*owner, "name"), owner, entry["name"], room)
    aliases = entry.get("aliases")
    for index, alias in enumerate(aliases if isinstance(aliases, list | tuple) else ()):
        if isinstance(alias, str):
            yield _Named((*owner, "aliases", index), owner, alias, room)


def _name_rules(named: list[_Named]) -> Iterator[Finding]:
    seen: dict[str, list[_Named]] = {}
    for one in named:
        key = folded(one.text)
        if key in RESERVED:
            yield Finding(one.loc, f"the name {quote(one.text)} is reserved",
                          "call it something else")
        earlier = seen.setdefault(key, [])
        if clash := next((other for other in earlier if key and _clash(one, other)), None):
            yield Finding(one.loc, f"the name {quote(one.text)} is given to two things",
                          "change one of them", clash.loc)
        earlier.append(one)


def _clash(one: _Named, other: _Named) -> bool:
    if one.owner == other.owner:
        return False
    # Lights of one name in two rooms are told apart by their rooms.
    return one.room is None or other.room is None or one.room == other.room


def _id_rules(rooms: list[dict[str, Any]], groups: list[dict[str, Any]]) -> Iterator[Finding]:
    """An id of Home Assistant stands once."""
    places = [(("rooms", index), room) for index, room in enumerate(rooms)]
    places += [(("groups", index), group) for index, group in enumerate(groups)]
    lights = [((*loc, "lights", index), light)
              for loc, room in places for index, light in enumerate(_dicts(room.get("lights")))]
    seen: dict[tuple[str, str], Loc] = {}
    for loc, entry in (*places, *lights):
        for key in ("area", "floor", "entity"):
            if isinstance(value := entry.get(key), str):
                first = seen.setdefault((key, value.strip()), (*loc, key))
                if first != (*loc, key):
                    yield Finding((*loc, key), f"the {key} {quote(value)} is there twice", "keep one", first)


def _group_rules(rooms: list[dict[str, Any]], groups: list[dict[str, Any]]) -> Iterator[Finding]:
    called: dict[str, str] = {}  # every name and alias -> the name of the room
    names = [room["name"] for room in rooms if isinstance(room.get("name"), str) and room["name"].strip()]
    for room in rooms:
        if room.get("name") in names:
            called |= dict.fromkeys((folded(name.text) for name in _names_in(room, (), None)),
                                    room["name"])
    known = {folded(name, case=True) for name in names}
    for index, group in enumerate(groups):
        members = group.get("rooms")
        for place, member in enumerate(members if isinstance(members, list | tuple) else ()):
            if isinstance(member, str) and folded(member, case=True) not in known:
                meant = called.get(folded(member))
                hint = f"write {quote(meant)}" if meant else did_you_mean(member, names)
                yield Finding(("groups", index, "rooms", place),
                              f"the home has no room {quote(member)}", hint)
