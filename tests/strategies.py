"""Hypothesis strategies over every valid command document and every valid home."""

import itertools
import unicodedata
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from batti.command import ACTIONS, COLORS, Action, Command
from batti.home import Group, Home, Light, Room
from batti.schema import clean_name
from batti.wiring import FORMS, Mqtt

HOSTILE = (
    "null", "Null", "~a", "yes", "No", "on", "off", "true", "y", "N", "1.0", "1e3", "0o17", "0x1F",
    "12", ".5", "-3", "06:30", "18:30", "2024-01-01", "- x", "-x", "? x", "a: b", "a:", ":a", "a:b",
    "a #b", "#1", "a#b", "'a'", "aama's room", '"a"', 'say "a"', "a, b", "[a]", "{a: b}", "]a",
    "&a", "*a", "!a", "!!str a", "%a", "@a", "`a`", "| a", "> a", "--- a", "... a", "<<1", "=1",
    "a\\b", "\\n1", "भान्छा", "सुत्ने कोठा", "क्\u200dष", "५०", "room 😀", "👩\u200d🍳 1", "é", "İ1",
    "ß", "all rooms", "here too", "a" * 60,
)  # fmt: skip

# Texts on which a careless reader of YAML overflows, recurses without end or miscounts.
TRAPS = (
    "[" * 100_000, "a: " * 5000, '"\\UFFFFFFFF"', "%YAML 1." + "9" * 5000, "&a [*a]", "\ud800",
    "\ufeffintent: none", "a\0b", "? [a]\n: b", "- " * 5000, "{" * 5000, "!" * 5000, "\t", "%",
)  # fmt: skip


def _is_name(text: str) -> bool:
    try:
        return clean_name(text) == text and text.casefold() not in ("all", "here")
    except PydanticCustomError:
        return False


def names() -> st.SearchStrategy[str]:
    """Names that a home may hold, with what YAML would read as something else among them."""
    made_up = st.text(min_size=1, max_size=60).map(
        lambda text: " ".join(unicodedata.normalize("NFC", text).split())
    )
    near_yaml = st.text("ab1 -:#,[]{}&*!|>'\"%@`?.~<=\\", min_size=1, max_size=8)
    return st.one_of(st.sampled_from(HOSTILE), near_yaml, made_up).filter(_is_name)


def any_text() -> st.SearchStrategy[str]:
    """Any text, and text that is nearly YAML."""
    return st.text() | st.text("ab:- \n[]{}'\"#&*!|>%@?,\\\t0xU", max_size=40)


def any_data() -> st.SearchStrategy[Any]:
    """Any plain data, with the keys of commands and of homes at every depth."""
    models = (Action, Command, Home, Room, Group, Light, Mqtt)
    keys = sorted({key for model in models for key in model.model_fields} | {"except", "for", "<<"})
    words = st.sampled_from([*ACTIONS, *COLORS, "all", "here", "10m", "06:30", "none", "a"])
    scalars = st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), words
    )
    return st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(keys) | scalars, inner, max_size=6),
        max_leaves=15,
    )


def durations() -> st.SearchStrategy[str]:
    """1 s to 24 h in any spelling that the contract reads."""
    seconds = st.integers(1, 86400)
    return st.one_of(
        seconds.map(lambda n: f"{n}s"),
        st.integers(1, 1440).map(lambda n: f"{n}m"),
        seconds.map(lambda n: f"{n // 3600}h{n // 60 % 60}m{n % 60}s"),
    )


def _times() -> st.SearchStrategy[str]:
    return st.tuples(st.integers(0, 23), st.integers(0, 59)).map(lambda t: f"{t[0]:02}:{t[1]:02}")


def _amounts(action: str) -> st.SearchStrategy[dict[str, Any]]:
    levels = st.integers(1, 100).map(lambda n: {"brightness": n / 100})
    steps = st.integers(-100, 100).filter(bool).map(lambda n: {"brightness_step": n / 100})
    colors = st.sampled_from(COLORS).map(lambda color: {"color": color})
    kelvins = st.integers(1900, 6500).map(lambda kelvin: {"color_temp": kelvin})
    if action == "adjust_brightness":
        return levels | steps
    return colors | kelvins if action == "change_color" else st.just({})


def _unique_names(least: int, most: int) -> st.SearchStrategy[list[str]]:
    return st.lists(names(), min_size=least, max_size=most, unique_by=str.casefold)


@st.composite
def _places(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(["room", "room", "light", "except", "all", "here"]))
    if kind in ("all", "here"):
        return {"room": kind}
    room, *others = draw(_unique_names(2, 4))
    if kind == "except":
        return {"room": draw(st.sampled_from(["all", room])), "except_": tuple(others)}
    return {"room": room, "light": draw(names())} if kind == "light" else {"room": room}


@st.composite
def actions(draw: st.DrawFn, places: st.SearchStrategy[dict[str, Any]] | None = None) -> Action:
    """Every valid action."""
    action = draw(st.sampled_from(ACTIONS))
    when = {
        "after": draw(st.none() | durations()),
        "at": draw(st.none() | _times()),
        "for_": draw(st.none() | durations()),
    }
    place = draw(_places() if places is None else places)
    return Action.model_validate({**place, "action": action, **draw(_amounts(action)), **when})


def one_form(made: list[Action]) -> list[Action]:
    """Without doubles, and with the first level or colour in the place of the turn_on that it makes idle."""
    kept: dict[Any, Action] = {}
    for one in made:
        if one.action == "turn_on":
            alike = (other for other in made if (other.place, other.when) == (one.place, one.when))
            one = next((other for other in alike if other.action in ("adjust_brightness", "change_color")), one)
        fields = {key: value for key, value in one.to_dict().items() if key != "except"}
        kept.setdefault((one.place, tuple(fields.items())), one)
    return list(kept.values())


@st.composite
def commands(draw: st.DrawFn) -> Command:
    """Every valid document: few places, so that they meet, and any of them a group."""
    if draw(st.integers(0, 19)) == 0:
        return draw(st.sampled_from([Command.none(), Command.unknown_room()]))
    places = st.sampled_from(draw(st.lists(_places(), min_size=1, max_size=3)))
    made = one_form(draw(st.lists(actions(places), min_size=1, max_size=5)))
    rooms = [one.room for one in made if one.room != "here"]
    has_light = {one.room for one in made if one.light}
    groups = draw(st.sets(st.sampled_from(rooms))) if rooms else set()
    return Command.of(made, groups - has_light)


@st.composite
def lamps(draw: st.DrawFn, topic: str) -> Mqtt | None:
    """A lamp of a topic of its own, or none."""
    kind = draw(st.sampled_from(["", *FORMS]))
    if not kind:
        return None
    low = draw(st.integers(1000, 11000))
    able = {
        "brightness": draw(st.booleans()), "reports": draw(st.booleans()),
        "color": draw(st.sampled_from([None, *FORMS[kind]])),
        "color_temp": draw(st.sampled_from([None, (low, low + 500)])),
    }  # fmt: skip
    own: dict[str, Any] = {
        "zigbee2mqtt": {"endpoint": draw(st.sampled_from([None, "l1"]))},
        "tasmota": {"relay": draw(st.sampled_from([None, 2])), "full_topic": draw(
            st.sampled_from(["%prefix%/%topic%/", "ghar/%topic%/%prefix%/"]))},
        "json": {"brightness_scale": draw(st.sampled_from([255, 100])), "kelvin": draw(st.booleans()),
                 "state_topic": draw(st.sampled_from([None, "a/state"]))},
    }[kind]  # fmt: skip
    return Mqtt(kind=kind, topic=topic, **able, **own)


@st.composite
def homes(draw: st.DrawFn) -> Home:
    """Small valid homes: rooms with lights, and groups of them."""
    pool = draw(_unique_names(1, 20))
    assume(len({unicodedata.normalize("NFC", name.casefold()) for name in pool}) == len(pool))

    def some(most: int) -> tuple[str, ...]:
        count = draw(st.integers(0, min(most, len(pool))))
        return tuple(pool.pop() for _ in range(count))

    numbers = itertools.count()

    def entity() -> str | None:
        return f"light.own_{next(numbers)}" if draw(st.booleans()) else None

    rooms: list[Room] = []
    groups: list[Group] = []
    while pool and len(rooms) < 5:
        name, aliases = pool.pop(), some(2)
        where = f"ghar/{len(rooms)}"
        lights = tuple(
            Light(name=light, aliases=some(1), entity=entity(), mqtt=draw(lamps(f"{where}/{i}")))
            for i, light in enumerate(some(2))
        )
        rooms.append(Room(name=name, aliases=aliases, entity=entity(), mqtt=draw(lamps(where)), lights=lights))
    known = st.sampled_from([room.name for room in rooms])
    members = st.lists(known, min_size=1, unique=True)
    while pool and len(groups) < draw(st.integers(0, 3)):
        groups.append(Group(name=pool.pop(), aliases=some(2), rooms=tuple(draw(members))))
    zone = draw(st.sampled_from(["Asia/Kathmandu", "Europe/London", "UTC"]))
    return Home(name=draw(names()), rooms=tuple(rooms), groups=tuple(groups), time_zone=zone)
