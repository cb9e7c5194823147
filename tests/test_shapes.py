"""Shapes of meaning: alike for a phrase and for a golden sentence that asks the same."""

from typing import Any

import pytest

from batti.command import Command
from batti.dataset import phrases, shapes
from batti.dataset.cases import Case
from batti.dataset.source import Written
from batti.home import Home

HOME = Home.model_validate({
    "name": "Ghar",
    "rooms": [{"name": "kitchen", "lights": [{"name": "lamp"}]}, {"name": "hall"}, {"name": "shop"}],
    "groups": [{"name": "upstairs", "rooms": ["hall", "shop"]}],
})  # fmt: skip
SLOTS = "{A:a} {B:b} {G:g} {L:l} {U:u} {pct=40:40%} {k=3000:3000k} {color=red:rato} {dur=5m:5 min} {time=06:00:6}"


def case(*actions: dict[str, Any]) -> Case:
    command = Command.from_dict({"actions": list(actions)}, groups=HOME.group_names)
    return Case("x", HOME, command.to_dict(), "x")


def of(place: str, **doing: Any) -> dict[str, Any]:
    """An action; `for_` and `except_` stand for the keys without the stroke."""
    return {"room": place} | {key.rstrip("_"): value for key, value in doing.items()}


ON, OFF = {"action": "turn_on"}, {"action": "turn_off"}
LEVEL = {"action": "adjust_brightness"}
COLOR = {"action": "change_color"}
ALIKE = [
    ("A on", [of("kitchen", **ON)], {"room, turn_on, at once"}),
    ("G off", [of("upstairs", **OFF)], {"group, turn_off, at once"}),
    ("L toggle", [of("kitchen", light="lamp", action="toggle")], {"light, toggle, at once"}),
    ("here query", [of("here", action="get_state")], {"here, get_state, at once"}),
    ("all =0.3", [of("all", **LEVEL, brightness=0.5)], {"all, brightness, at once"}),
    ("A pct", [of("hall", **LEVEL, brightness=0.7)], {"room, brightness, at once"}),
    ("A +0.1", [of("hall", **LEVEL, brightness_step=0.4)], {"room, brightness_step up, at once"}),
    ("A -pct", [of("hall", **LEVEL, brightness_step=-0.4)], {"room, brightness_step down, at once"}),
    ("A pink", [of("hall", **COLOR, color="purple")], {"room, color, at once"}),
    ("A color", [of("hall", **COLOR, color="red")], {"room, color, at once"}),
    ("A k", [of("hall", **COLOR, color_temp=2700)], {"room, color_temp, at once"}),
    ("A 2700K", [of("hall", **COLOR, color_temp=4000)], {"room, color_temp, at once"}),
    ("A on after dur", [of("hall", **ON, after="3m")], {"room, turn_on, after"}),
    ("A on at time for 1h", [of("hall", **ON, at="06:30", for_="3m")], {"room, turn_on, at and for"}),
    ("A on at time after dur", [of("hall", **ON, at="06:30")], {"room, turn_on, at"}),
    ("all except A off", [of("all", except_=["hall"], **OFF)], {"all except, turn_off, at once"}),
    ("G except A off", [of("upstairs", except_=["hall"], **OFF)], {"group except, turn_off, at once"}),
    (
        "A on; B on",
        [of("hall", **ON), of("kitchen", **ON)],
        {"room, turn_on, at once", "one thing in several places"},
    ),
    (
        "A on; G off",
        [of("hall", **ON), of("upstairs", **OFF)],
        {"room, turn_on, at once", "group, turn_off, at once", "several things in several places"},
    ),
    (
        "A pct; A color",
        [of("hall", **LEVEL, brightness=0.5), of("hall", **COLOR, color="red")],
        {"room, brightness, at once", "room, color, at once", "several things in one place"},
    ),
]


@pytest.mark.parametrize(("label", "actions", "expected"), ALIKE, ids=[label for label, *_ in ALIKE])
def test_a_phrase_and_a_golden_sentence_have_one_shape(
    label: str, actions: list[dict[str, Any]], expected: set[str]
) -> None:
    assert shapes.of_phrase(phrases.parse(f"{SLOTS.replace('{U:u} ', '')} => {label}")) == expected
    assert shapes.of_case(case(*actions)) == expected


@pytest.mark.parametrize(("label", "command"), [("none", Command.none()), ("U on", Command.unknown_room())])
def test_nothing_to_do_has_the_shape_of_its_reason(label: str, command: Command) -> None:
    shape = {command.to_dict()["intent"]}
    assert shapes.of_phrase(phrases.parse(f"{SLOTS} => {label}")) == shape
    assert shapes.of_case(Case("x", HOME, command.to_dict(), "x")) == shape


def test_each_missing_shape_is_told_once_at_its_first_phrase() -> None:
    lines = ["{A:a} => A on", "{A:a} off => A off", "{G:g} off => G off", "{H:h} off => H off", "{A:a} dark => A off"]
    written = [Written(f"a.txt:{n}", phrases.parse(line)) for n, line in enumerate(lines, 1)]
    faults = [str(fault) for fault in shapes.missing(written, [case(of("kitchen", **ON))])]
    assert faults == [
        "a.txt:2: no golden sentence has this shape: room, turn_off, at once; add one to a file of the golden tests",
        "a.txt:3: no golden sentence has this shape: group, turn_off, at once; add one to a file of the golden tests",
    ]
