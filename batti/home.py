"""A home: what its rooms, groups and named lights are called."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, Self

from batti import home_rules
from batti.command import Action, Command, intent_of
from batti.document import dump, path, read, validated
from batti.errors import BattiError, Fault, did_you_mean, quote
from batti.paths import resources
from batti.schema import ALL, HERE, Finding, Name, Strict, folded
from batti.values import EntityId, Threshold, TimeZone
from batti.wiring import Mqtt

CONFIRM_BELOW = 0.6
"""Where a home file says nothing: at this certainty and above an answer is acted on without asking back."""
TIME_ZONE = "Asia/Kathmandu"
"""Where a home file says nothing: the clock by which `at` is meant."""
_DEFAULT = "homes/default.yaml"


class Light(Strict):
    """A light with a name of its own; `mqtt` is its lamp."""

    name: Name
    aliases: tuple[Name, ...] = ()
    entity: EntityId | None = None  # what Home Assistant calls it
    mqtt: Mqtt | None = None


class Room(Strict):
    """A room and its named lights; the light without a name needs no entry.

    Home Assistant's ids, where it has the lights: `area` of the room, `entity` of the light without a name. `mqtt` is
    its lamp on a broker.
    """

    name: Name
    aliases: tuple[Name, ...] = ()
    area: Name | None = None
    entity: EntityId | None = None
    mqtt: Mqtt | None = None
    lights: tuple[Light, ...] = ()


class Group(Strict):
    """A name for several rooms, such as a floor; `floor` is Home Assistant's id of it."""

    name: Name
    aliases: tuple[Name, ...] = ()
    floor: Name | None = None
    rooms: tuple[Name, ...]

    @classmethod
    def rules(cls, raw: dict[str, Any], context: Any) -> Iterator[Finding]:
        """A group has a room at least, and each once."""
        rooms = raw.get("rooms")
        if not isinstance(rooms, list | tuple):
            return
        if not rooms:
            yield Finding(("rooms",), "the group has no rooms", "name one at least")
        seen: dict[str, int] = {}
        for index, room in enumerate(rooms):
            if isinstance(room, str) and seen.setdefault(folded(room), index) != index:
                yield Finding(("rooms", index), f"the room {quote(room)} is in the group twice",
                              "keep one")


@dataclass(frozen=True)
class Entity:
    """One thing of the home that a sentence can name; `room` is that of a light, else None."""

    kind: Literal["room", "group", "light"]
    name: str
    room: str | None
    names: tuple[str, ...]


class Home(Strict):
    """The rooms, groups and named lights of a home, in the order of the file."""

    name: Name = "home"
    rooms: tuple[Room, ...]
    groups: tuple[Group, ...] = ()
    confirm_below: Threshold = CONFIRM_BELOW  # an answer less certain than this is to be asked back
    time_zone: TimeZone = TIME_ZONE  # as the IANA names them

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Reads a home file; raises BattiError with every fault and its line."""
        try:
            text = Path(path).read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            raise BattiError(f"{path}: not UTF-8 text (byte {error.start})",
                             "save the file as UTF-8") from None
        except (OSError, ValueError) as error:  # ValueError: a null character in the path
            said = getattr(error, "strerror", None) or str(error)
            raise BattiError(f"the home file {quote(str(path))} cannot be read: {said}",
                             "give the path of a readable YAML file") from None
        return cls.from_yaml(text, str(path))

    @classmethod
    def from_yaml(cls, text: str, source: str = "home.yaml") -> Self:
        """Raises BattiError with every fault and its line; `source` is the name in messages."""
        return read(cls, text, source)

    @classmethod
    def from_dict(cls, data: object) -> Self:
        """Raises BattiError with every fault and its path, like `rooms[0].name`."""
        return validated(cls, data)

    @staticmethod
    @cache
    def default() -> "Home":
        """The home that is used where none is given."""
        text = resources(_DEFAULT).read_text(encoding="utf-8")
        return Home.from_yaml(text, _DEFAULT)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, empty lists left out."""
        data = _without_empty(self.model_dump(mode="json", exclude_none=True))
        usual = {"confirm_below": CONFIRM_BELOW, "time_zone": TIME_ZONE}
        return {key: value for key, value in data.items() if value != usual.get(key)}

    def to_yaml(self) -> str:
        """The canonical text, which reads back as the same home."""
        return dump(self.to_dict())

    def places(self) -> list[Entity]:
        """The rooms, then the groups."""
        rooms = [Entity("room", room.name, None, _names(room)) for room in self.rooms]
        return rooms + [Entity("group", one.name, None, _names(one)) for one in self.groups]

    def entities(self) -> list[Entity]:
        """The rooms, then the groups, then the named lights."""
        return self.places() + [
            Entity("light", light.name, room.name, _names(light))
            for room in self.rooms
            for light in room.lights
        ]

    def lamps(self) -> dict[tuple[str, str | None], Mqtt]:
        """The lamps on an MQTT broker, by room and name of the light; None names the room's own."""
        named = [
            ((room.name, name), mqtt)
            for room in self.rooms
            for name, mqtt in ((None, room.mqtt), *((light.name, light.mqtt) for light in room.lights))
        ]
        return {key: mqtt for key, mqtt in named if mqtt}

    @property
    def group_names(self) -> frozenset[str]:
        """The names (not the aliases) of the groups."""
        return frozenset(group.name for group in self.groups)

    def rooms_of(self, place: str) -> tuple[str, ...]:
        """The names of the rooms of a room, a group or `all`; raises BattiError for others."""
        if place == ALL:
            return tuple(room.name for room in self.rooms)
        if place == HERE:
            raise BattiError("'here' is the room of the speaker", "say which room that is")
        for group in self.groups:
            if group.name == place:
                return group.rooms
        if any(room.name == place for room in self.rooms):
            return (place,)
        raise BattiError(f"this home has no room or group {quote(place)}", self._meant(place))

    def check(self, command: Command) -> list[Fault]:
        """What the command asks of this home that it does not have; empty if all is well."""
        faults = [
            Fault(path(("actions", index, *loc)), problem, hint)
            for index, action in enumerate(command.actions)
            for loc, problem, hint, _ in self._check_action(action)
        ]
        if not faults and command.actions:
            due = intent_of(command.actions, self.group_names)
            if command.intent != due:
                problem = f"intent is {command.intent}, which these actions are not in this home"
                faults.append(Fault("intent", problem, f"write intent: {due}"))
        return faults

    def _check_action(self, action: Action) -> Iterator[Finding]:
        if action.room == HERE:
            return
        try:
            inside = self.rooms_of(action.room)
        except BattiError as error:
            yield Finding(("room",), error.problem, error.hint)
            return
        if action.light:
            yield from self._check_light(action.room, action.light)
        if action.except_ and action.room != ALL and action.room not in self.group_names:
            yield Finding(("except",), f"{quote(action.room)} is one room, without exceptions",
                          "leave except out, or write room: all or a group")
            return
        for index, name in enumerate(action.except_):
            if name not in inside:
                yield Finding(("except", index), f"{quote(name)} is no room of {action.room}",
                              did_you_mean(name, inside))

    def _check_light(self, room_name: str, light: str) -> Iterator[Finding]:
        room = next((room for room in self.rooms if room.name == room_name), None)
        if room is None:
            yield Finding(("light",), f"{quote(room_name)} is a group, and a light is in a room",
                          "write the room that the light is in")
            return
        if light in (known.name for known in room.lights):
            return
        elsewhere = [one.name for one in self.rooms if light in (lamp.name for lamp in one.lights)]
        hint = f"write room: {elsewhere[0]}" if elsewhere else (
            did_you_mean(light, [known.name for known in room.lights]))
        yield Finding(("light",), f"{quote(room_name)} has no light {quote(light)}", hint)

    def _meant(self, said: str) -> str:
        for place in self.places():
            if folded(said) in map(folded, place.names):
                return f"write {quote(place.name)}"
        return did_you_mean(said, [place.name for place in self.places()])

    @classmethod
    def rules(cls, raw: dict[str, Any], context: Any) -> Iterator[Finding]:
        """Faults between the entries: too many, doubled or reserved names, unknown rooms."""
        return home_rules.between(raw)


def _names(one: Room | Group | Light) -> tuple[str, ...]:
    return tuple(dict.fromkeys((one.name, *one.aliases)))


def _without_empty(data: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in data.items() if value not in ([], None)}
    return {
        key: [_without_empty(one) if isinstance(one, dict) else one for one in value]
        if isinstance(value, list) else value
        for key, value in kept.items()
    }  # fmt: skip
