"""The command language: what one sentence asks of the lights of a home."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal, Self, TypeAlias, get_args

from pydantic import ValidationError

from batti.document import dump, read, validated
from batti.errors import quote
from batti.schema import ALL, HERE, RESERVED, Finding, Name, Strict, folded, one_of
from batti.values import Duration, Kelvin, Level, Place, Step, TimeOfDay

ActionName: TypeAlias = Literal[
    "turn_on", "turn_off", "toggle", "adjust_brightness", "change_color", "get_state"
]
Color: TypeAlias = Literal[
    "red", "orange", "yellow", "green", "blue", "purple",
    "pink", "white", "cyan", "magenta", "turquoise", "gold",
]  # fmt: skip
Intent: TypeAlias = Literal[
    "query_state", "multi_room_control", "adjust_brightness", "change_color",
    "single_room_control", "unknown_room", "none",
]  # fmt: skip
ACTIONS: tuple[str, ...] = get_args(ActionName)
COLORS: tuple[str, ...] = get_args(Color)
INTENTS: tuple[str, ...] = get_args(Intent)
REFUSALS = ("unknown_room", "none")
"""The intents without actions."""
_AMOUNTS = {  # action -> (the keys of which it has exactly one, an example)
    "adjust_brightness": (("brightness", "brightness_step"), "brightness: 0.5"),
    "change_color": (("color", "color_temp"), "color: red"),
}
_SETTINGS = [key for keys, _ in _AMOUNTS.values() for key in keys]


class Action(Strict):
    """One thing done to one place; levels are shares of 1, colour temperatures kelvin."""

    room: Place
    except_: tuple[Name, ...] = ()
    light: Name | None = None
    action: Annotated[ActionName, one_of("action", ACTIONS)]
    brightness: Level | None = None
    brightness_step: Step | None = None
    color: Annotated[Color, one_of("color", COLORS)] | None = None
    color_temp: Kelvin | None = None
    after: Duration | None = None
    at: TimeOfDay | None = None
    for_: Duration | None = None

    @classmethod
    def rules(cls, raw: dict[str, Any], context: Any) -> Iterator[Finding]:
        """What the contract says of keys together."""
        if raw.get("except") == ():  # the default, as when one action is made from another
            del raw["except"]
        yield from _amount_rules(raw)
        yield from _place_rules(raw)

    @property
    def place(self) -> tuple[str, frozenset[str], str | None]:
        """What the action is done to, comparable between actions."""
        return self.room, frozenset(self.except_), self.light

    @property
    def when(self) -> tuple[str | None, str | None, str | None]:
        """(after, at, for)."""
        return self.after, self.at, self.for_

    def to_dict(self) -> dict[str, Any]:
        """Plain data with the contract's keys in the contract's order, unset keys left out."""
        data = self.model_dump(mode="json", by_alias=True, exclude_none=True)
        if not self.except_:
            del data["except"]
        return data


def _amount_rules(raw: Mapping[str, Any]) -> Iterator[Finding]:
    action = raw.get("action")
    for owner, (keys, example) in _AMOUNTS.items():
        given = [key for key in keys if key in raw]
        if action == owner and not given:
            yield Finding(("action",), f"{owner} has neither {' nor '.join(keys)}",
                          f"add one, like {example}")
        elif action == owner and len(given) == 2:
            yield Finding((given[1],), f"{owner} has both {' and '.join(keys)}", "keep one")
        elif action != owner and action in ACTIONS:
            for key in given:
                yield Finding((key,), f"{key} does not go with {action}",
                              f"leave it out, or write action: {owner}")


def _place_rules(raw: Mapping[str, Any]) -> Iterator[Finding]:
    room, light = _folded(raw.get("room")), _folded(raw.get("light"))
    if light is not None and room in RESERVED:
        yield Finding(("light",), f"a light cannot stand beside room: {room}",
                      "write the room that the light is in")
    if light in RESERVED:
        yield Finding(("light",), f"{quote(raw['light'])} is not the name of a light",
                      "leave light out to mean all the light of the place")
    if "except" not in raw:
        return
    if light is not None:
        yield Finding(("except",), "except cannot stand beside light", "leave one of them out")
    if room == HERE:
        yield Finding(("except",), "except cannot stand beside room: here",
                      "write room: all or a group")
    excepted = raw["except"]
    if excepted == []:
        yield Finding(("except",), "except is empty", "name a room or leave except out")
    seen = {ALL: "not a room", HERE: "not a room", room: "the room itself"}
    for index, item in enumerate(excepted if isinstance(excepted, list | tuple) else ()):
        name = _folded(item)
        if name in seen:
            yield Finding(("except", index), f"{quote(item)} in except is {seen[name]}",
                          "leave it out")
        elif name is not None:
            seen[name] = "there twice"


def _folded(value: object) -> str | None:
    return folded(value) or None if isinstance(value, str) else None


class Command(Strict):
    """What one sentence asks for; `intent` and `rooms` follow from `actions`."""

    intent: Annotated[Intent, one_of("intent", INTENTS)]
    rooms: tuple[Name, ...]
    actions: tuple[Action, ...]

    @classmethod
    def of(cls, actions: Iterable[Action], groups: Collection[str] = frozenset()) -> Self:
        """The command of these actions (one or more); raises BattiError."""
        return validated(cls, {"actions": tuple(actions)}, groups)

    @classmethod
    def none(cls) -> Self:
        """Asks nothing of the lights."""
        return cls(intent="none", rooms=(), actions=())

    @classmethod
    def unknown_room(cls) -> Self:
        """Asks for a place or a light that the home does not have."""
        return cls(intent="unknown_room", rooms=(), actions=())

    @classmethod
    def from_yaml(cls, text: str, *, groups: Collection[str] = frozenset()) -> Self:
        """Raises BattiError with every fault and its line."""
        return read(cls, text, context=groups)

    @classmethod
    def from_dict(cls, data: object, *, groups: Collection[str] = frozenset()) -> Self:
        """Raises BattiError with every fault and its path, like `actions[0].room`."""
        return validated(cls, data, groups)

    def to_dict(self) -> dict[str, Any]:
        """Plain data with the contract's keys in the contract's order, unset keys left out."""
        actions = [action.to_dict() for action in self.actions]
        return {"intent": self.intent, "rooms": list(self.rooms), "actions": actions}

    def to_yaml(self) -> str:
        """The canonical text: equal commands print alike, and it reads back as the same."""
        return dump(self.to_dict())

    @classmethod
    def rules(cls, raw: dict[str, Any], context: Any) -> Iterator[Finding]:
        """One form for each meaning; completes intent and rooms where they are left out."""
        if "actions" not in raw and raw.get("intent") in REFUSALS:
            raw["actions"] = ()
        listed = raw.get("actions", ())
        listed = listed if isinstance(listed, list | tuple) else ()
        tried = {index: _valid(item, context) for index, item in enumerate(listed)}
        valid = {index: made for index, made in tried.items() if made}
        if valid:
            raw["actions"] = [valid.get(index, item) for index, item in enumerate(listed)]  # they are checked once
        yield from _one_form(valid)
        if raw.get("actions") in ([], ()) and "intent" not in raw:
            yield Finding((), "there are no actions and no intent",
                          "write intent: none or intent: unknown_room")
        actions = tuple(valid.values())
        raw.setdefault("rooms", rooms_of(actions))
        raw.setdefault("intent", intent_of(actions, context or ()))

    def checks(self) -> Iterator[Finding]:
        """Whether intent and rooms are those that the actions have."""
        if not self.actions and self.intent not in REFUSALS:
            yield Finding(("actions",), f"intent {self.intent} has no actions",
                          "add one, or write intent: none or intent: unknown_room")
        # `here` and the room of a named light are no groups; any other name may be one.
        known_room = any(action.light or action.room == HERE for action in self.actions)
        groups = () if known_room else self.rooms
        due = {intent_of(self.actions), intent_of(self.actions, groups)}
        if self.actions and self.intent not in due:
            yield Finding(("intent",), f"intent is {self.intent}, which these actions are not",
                          f"write intent: {intent_of(self.actions)}, or leave intent out")
        if self.rooms != rooms_of(self.actions):
            rooms = dump({"rooms": list(rooms_of(self.actions))}).strip()
            yield Finding(("rooms",), "rooms are not those of the actions",
                          f"write {rooms}, or leave rooms out")


def intent_of(actions: Collection[Action], groups: Collection[str] = ()) -> Intent:
    """The intent that follows from actions; `none` from no actions."""
    return intent_from({a.action for a in actions}, rooms_of(actions), any(a.except_ for a in actions), groups)


def intent_from(
    kinds: Collection[str], rooms: Sequence[str], excepts: bool, groups: Collection[str] = ()
) -> Intent:
    """The intent of these kinds of action in these places, with or without an exception."""
    if not kinds:
        return "none"
    if kinds == {"get_state"}:
        return "query_state"
    # What has an exception is the whole house or a group, even where the groups are not known.
    if len(rooms) > 1 or rooms[0] == ALL or rooms[0] in groups or excepts:
        return "multi_room_control"
    if kinds == {"adjust_brightness"}:
        return "adjust_brightness"
    return "change_color" if kinds == {"change_color"} else "single_room_control"


def one_form(actions: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Entries without repeats, and with a level or a colour in the place of a `turn_on` that it implies."""
    kept: dict[object, dict[str, Any]] = {}
    for action in actions:
        doing = tuple(sorted((key, value) for key, value in action.items() if key != "except"))
        kept.setdefault((frozenset(action.get("except", ())), doing), action)
    lit: dict[object, object] = {}  # moment -> the first entry that switches the light on then
    for same, action in kept.items():
        if action["action"] in _AMOUNTS:
            lit.setdefault(_moment(action), same)
    order = (lit.get(_moment(a), same) if a["action"] == "turn_on" else same for same, a in kept.items())
    return [kept[same] for same in dict.fromkeys(order)]


def contradict(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether what two entries ask of one place at one time cannot both hold: red and green, off and 30%."""
    kinds = {one["action"], other["action"]}
    if _moment(one) != _moment(other) or "get_state" in kinds:
        return False
    if len(kinds) > 1:
        return "turn_off" in kinds or kinds == {"turn_on", "toggle"}
    a, b = ({key: entry[key] for key in _SETTINGS if key in entry} for entry in (one, other))
    return a != b and (a.keys() == b.keys() or kinds == {"change_color"})  # a step may follow a level


def is_put_off(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether what one entry asks at once is what the other asks of the same place for later. A step may come twice."""
    if one.keys() & {"after", "at", "for"} or one["action"] in ("toggle", "get_state") or "brightness_step" in one:
        return False
    later = {key: value for key, value in other.items() if key not in ("after", "at")}
    return len(later) < len(other) and later == one


def _moment(action: Mapping[str, Any]) -> tuple[Any, ...]:
    """Place and time of an entry, comparable between entries."""
    where = (action["room"], frozenset(action.get("except", ())), action.get("light"))
    return (*where, action.get("after"), action.get("at"), action.get("for"))


def rooms_of(actions: Iterable[Action]) -> tuple[str, ...]:
    """The distinct places in order of first mention."""
    return tuple(dict.fromkeys(action.room for action in actions))


def _valid(item: object, context: Any) -> Action | None:
    try:
        return Action.model_validate(item, context=context)
    except ValidationError:
        return None  # reported where the field itself is checked


def _one_form(actions: Mapping[int, Action]) -> Iterator[Finding]:
    if len(actions) < 2:
        return
    first: dict[object, int] = {}
    lit = {  # places that a level or a colour switches on, by their time
        (made.place, made.when): index
        for index, made in actions.items()
        if made.action in _AMOUNTS
    }
    for index, made in actions.items():
        same = (made.place, made.model_copy(update={"except_": ()}))
        if same in first:
            yield Finding(("actions", index), "the same action is there twice", "keep one",
                          ("actions", first[same]))
        first.setdefault(same, index)
        other = lit.get((made.place, made.when))
        if made.action == "turn_on" and other is not None:
            yield Finding(("actions", index), f"turn_on stands beside {actions[other].action}, "
                          "which switches the light on", "leave turn_on out", ("actions", other))
