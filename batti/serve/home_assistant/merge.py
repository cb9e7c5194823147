"""A home file brought up to date: what Home Assistant changed since the last time, and nothing that the user did."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias, TypeVar, cast

from batti.errors import quote
from batti.home import Group, Home, Light, Room
from batti.schema import RESERVED, folded

Place = TypeVar("Place", bound=Room | Group)
_Place: TypeAlias = Room | Group


@dataclass(frozen=True)
class _Lamp:
    """A light that Home Assistant has: `name` is None for the room's own."""

    area: str | None
    name: str | None
    aliases: tuple[str, ...] = ()


def merged(mine: Home, fresh: Home, base: Home | None) -> tuple[Home, list[str]]:
    """The user's home with what Home Assistant has now, and what is to be said about it.

    `base` is what Home Assistant had when it was last read: what differs from it in `mine` was done by the user and
    stays, what differs from it in `fresh` was done in Home Assistant and is taken over.
    """
    mine = _with_areas(mine, fresh)
    base = base or Home(name=fresh.name, rooms=(Room(name="none"),))
    news: list[str] = []
    rooms = _rooms(mine, fresh, base, news)
    rooms = _with_lights(rooms, _lamps(mine), _lamps(fresh), _lamps(base))
    groups = _groups(mine, fresh, base, rooms)
    # A home without Home Assistant's time zone, as before it was first read, has none of its own.
    zone = _chosen(mine.time_zone, fresh.time_zone, base.time_zone)
    kept = {key: getattr(mine, key) for key in Home.model_fields}
    rooms, groups = _apart(rooms, groups, mine)
    made = {"name": _chosen(mine.name, fresh.name, base.name), "time_zone": zone, "rooms": rooms, "groups": groups}
    return Home.from_dict(kept | made), news


def _chosen(mine: str, fresh: str, base: str) -> str:
    return fresh if mine == base else mine


def _more(mine: Sequence[str], fresh: Sequence[str], base: Sequence[str]) -> tuple[str, ...]:
    """The user's list, with what came in Home Assistant since; nobody forgets a name, so none goes."""
    return (*mine, *(one for one in fresh if one not in base and one not in mine))


def _with_areas(mine: Home, fresh: Home) -> Home:
    """The user's home; rooms and groups written by hand belong to the area or floor that is called the same."""
    rooms = _tied(mine.rooms, _ids(fresh.rooms, mine.rooms, "area"), "area")
    groups = _tied(mine.groups, _ids(fresh.groups, mine.groups, "floor"), "floor")
    return mine.model_copy(update={"rooms": tuple(rooms), "groups": tuple(groups)})


def _tied(mine: Iterable[Place], ids: Mapping[str, str], key: str) -> Iterator[Place]:
    """Rooms or groups, those without an id with that of what is called the same in Home Assistant."""
    free = dict(ids)
    for one in mine:
        names = map(folded, (one.name, *one.aliases))
        found = next((free[name] for name in names if name in free), None)
        if getattr(one, key) is None and found is not None:
            free = {name: other for name, other in free.items() if other != found}
            yield cast(Place, one.model_copy(update={key: found}))
        else:
            yield one


def _ids(fresh: Iterable[_Place], mine: Iterable[_Place], key: str) -> dict[str, str]:
    """Name -> id of what Home Assistant has and the home does not know by its id."""
    known = {getattr(one, key) for one in mine}
    spare = [one for one in fresh if getattr(one, key) not in known]
    return {folded(name): getattr(one, key) for one in spare for name in (*one.aliases, one.name)}


def _rooms(mine: Home, fresh: Home, base: Home, news: list[str]) -> list[Room]:
    now, before = _by_area(fresh), _by_area(base)
    kept: list[Room] = []
    for room in mine.rooms:
        there, was = now.get(room.area or ""), before.get(room.area or "")
        if there is None:
            if room.area and room == was:
                news.append(f"the room {quote(room.name)} is gone from Home Assistant, and from the home")
                continue
            if room.area:
                news.append(f"the room {quote(room.name)} is gone from Home Assistant; it is kept, as you changed it")
            kept.append(room)
            continue
        aliases = _more(room.aliases, there.aliases, was.aliases if was else ())
        name = _chosen(room.name, there.name, was.name) if was else room.name
        kept.append(room.model_copy(update={"name": name, "aliases": aliases}))
    ours = {room.area for room in mine.rooms}
    came = [room for area, room in now.items() if area not in ours and area not in before]
    news += [f"the room {quote(room.name)} is new" for room in came]
    return [*kept, *(room.model_copy(update={"lights": (), "entity": None}) for room in came)]


def _by_area(home: Home) -> dict[str, Room]:
    return {room.area: room for room in home.rooms if room.area}


def _lamps(home: Home) -> dict[str, _Lamp]:
    own = {room.entity: _Lamp(room.area, None) for room in home.rooms if room.entity}
    named = {light.entity: _Lamp(room.area, light.name, light.aliases)
             for room in home.rooms for light in room.lights if light.entity}  # fmt: skip
    return {**own, **named}


def _with_lights(
    rooms: Sequence[Room], mine: dict[str, _Lamp], fresh: dict[str, _Lamp], base: dict[str, _Lamp]
) -> list[Room]:
    lamps: dict[str, _Lamp] = {}
    for entity, lamp in mine.items():
        there, was = fresh.get(entity), base.get(entity)
        if there is None:
            if was is None or lamp != was:  # the user's own, or changed by the user
                lamps[entity] = lamp
        elif was is None or lamp == was:
            lamps[entity] = there if lamp == was else lamp
        else:
            area = there.area if lamp.area == was.area else lamp.area
            name = there.name if lamp.name == was.name else lamp.name
            lamps[entity] = _Lamp(area, name, _more(lamp.aliases, there.aliases, was.aliases))
    lamps |= {entity: lamp for entity, lamp in fresh.items() if entity not in mine and entity not in base}
    known = {light.entity: light for room in rooms for light in room.lights if light.entity}
    return [_lit(room, {entity: lamp for entity, lamp in lamps.items() if room.area and lamp.area == room.area}, known)
            for room in rooms]  # fmt: skip


def _lit(room: Room, lamps: dict[str, _Lamp], known: Mapping[str, Light]) -> Room:
    """The room with its lights: those of Home Assistant, `known` ones with all that the user wrote about them, then
    the user's own without an entity."""
    if not room.area:
        return room
    own = [entity for entity, lamp in lamps.items() if lamp.name is None]
    spare = {entity: replace(lamps[entity], name=entity.removeprefix("light.").replace("_", " ")) for entity in own[1:]}
    lights = [known.get(entity, Light(name=lamp.name, entity=entity)).model_copy(
                  update={"name": lamp.name, "aliases": lamp.aliases})
              for entity, lamp in (lamps | spare).items() if lamp.name]  # fmt: skip
    others = [light for light in room.lights if light.entity is None]
    return room.model_copy(update={"entity": own[0] if own else None, "lights": (*lights, *others)})


def _groups(mine: Home, fresh: Home, base: Home, rooms: Sequence[Room]) -> list[Group]:
    named = {room.area: room.name for room in rooms if room.area}
    were = {room.name: room.area for room in mine.rooms}
    here = {room.name for room in rooms}
    now = {group.floor: group for group in fresh.groups}
    before = {group.floor: group for group in base.groups}

    def inside(group: Group | None, home: Home) -> list[str]:
        """The rooms of a group of Home Assistant, by the names that they have here."""
        areas = {room.name: room.area for room in home.rooms}
        return [named[area] for name in (group.rooms if group else ()) if (area := areas[name]) in named]

    made: list[Group] = []
    for group in mine.groups:
        ours = [named.get(were[name] or "", name) for name in group.rooms]
        there, was = now.get(group.floor), before.get(group.floor)
        if group.floor and there is None and group == was:
            continue
        if group.floor and there is not None:
            inside_now, before_that = inside(there, fresh), inside(was, base)
            ours = [name for name in ours if name in inside_now or name not in before_that]
            ours += _more((), inside_now, (*before_that, *ours))
            aliases = _more(group.aliases, there.aliases, was.aliases if was else ())
            name = _chosen(group.name, there.name, was.name) if was else group.name
            group = group.model_copy(update={"name": name, "aliases": aliases})
        if left := [name for name in ours if name in here]:
            made.append(group.model_copy(update={"rooms": tuple(left)}))
    floors = {group.floor for group in mine.groups}
    for floor, group in now.items():
        if floor not in floors and floor not in before and (left := inside(group, fresh)):
            made.append(group.model_copy(update={"rooms": tuple(left)}))
    return made


def _apart(rooms: Sequence[Room], groups: Sequence[Group], mine: Home) -> tuple[list[Room], list[Group]]:
    """Names that are the user's for something else give way: aliases are left out, names get a number."""
    known: list[_Place] = [*mine.rooms, *mine.groups]
    ours = {_id(one): set(map(folded, (one.name, *one.aliases))) for one in known}
    lamps = {folded(name) for one in mine.entities() if one.kind == "light" for name in one.names}
    places: list[_Place] = [*rooms, *groups]
    by_user = [ours.get(_id(place), set()) for place in places]
    taken = set(map(folded, RESERVED))
    renamed = {place.name: _free(place.name, taken)
               for place, own in zip(places, by_user, strict=True) if folded(place.name) in own}  # fmt: skip
    taken = taken.union(*by_user)
    renamed |= {place.name: _free(place.name, taken) for place in places if place.name not in renamed}
    shy = taken | lamps
    made = [_renamed(place, renamed, own, shy) for place, own in zip(places, by_user, strict=True)]
    taken = shy - (lamps - taken)
    kept = [one.model_copy(update={"lights": _told_apart(one.lights, taken)}) for one in made if isinstance(one, Room)]
    held = [one.model_copy(update={"rooms": tuple(renamed[name] for name in one.rooms)})
            for one in made if isinstance(one, Group)]  # fmt: skip
    return kept, held


def _id(place: _Place) -> tuple[str, str]:
    """Which place it is, whatever it is called now."""
    return (type(place).__name__, (place.area if isinstance(place, Room) else place.floor) or f"name {place.name}")


def _renamed(place: _Place, renamed: Mapping[str, str], own: set[str], taken: set[str]) -> _Place:
    aliases = tuple(one for one in place.aliases if folded(one) in own or not _is_taken(one, taken))
    update = {"name": renamed[place.name], "aliases": aliases}
    return place.model_copy(update=update)


def _told_apart(lights: Iterable[Light], places: set[str]) -> tuple[Light, ...]:
    """The lights of a room by names that are of no other of them and of no place."""
    taken, made = set(places), []
    for light in lights:
        name = _free(light.name, taken)
        aliases = tuple(one for one in light.aliases if not _is_taken(one, taken))
        made.append(light.model_copy(update={"name": name, "aliases": aliases}))
    return tuple(made)


def _free(name: str, taken: set[str]) -> str:
    """The name, with a number if it is taken; it is taken now."""
    numbered = (f"{name[:50]} {number}" for number in range(2, len(taken) + 3))
    found = next(one for one in (name, *numbered) if folded(one) not in taken)
    taken.add(folded(found))
    return found


def _is_taken(name: str, taken: set[str]) -> bool:
    """Whether a name is taken; it is now in any case."""
    before = len(taken)
    taken.add(folded(name))
    return len(taken) == before
