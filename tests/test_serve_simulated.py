"""The simulated home: what each action makes of the lights."""

import asyncio
import doctest
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import actions

from batti.command import Action
from batti.home import Home
from batti.serve import simulated
from batti.serve.lights import Abilities, LightState, Outcome, lights_of, targets
from batti.serve.simulated import SimulatedHome

HOME = Home.from_yaml("""
rooms:
  - name: bedroom
    lights: [{name: table lamp}, {name: strip}]
  - name: kitchen
  - name: hall
groups:
  - name: upstairs
    rooms: [bedroom, hall]
""")
PLACES = st.sampled_from([
    {"room": "kitchen"}, {"room": "bedroom"}, {"room": "bedroom", "light": "strip"}, {"room": "upstairs"},
    {"room": "all"}, {"room": "all", "except": ("kitchen",)}, {"room": "upstairs", "except": ("hall",)},
])  # fmt: skip


def run(lights: SimulatedHome, *asked: dict[str, Any]) -> list[Outcome]:
    return asyncio.run(lights.run(HOME, [Action.model_validate(one) for one in asked]))


def looks(lights: SimulatedHome) -> dict[Any, Any]:
    return {state.key: state.look for state in asyncio.run(lights.states(HOME))}


def lit(lights: SimulatedHome) -> set[Any]:
    return {key for key, look in looks(lights).items() if look[0]}


def test_every_room_has_its_own_light_besides_the_named_ones() -> None:
    bedroom = [("bedroom", None), ("bedroom", "table lamp"), ("bedroom", "strip")]
    assert lights_of(HOME) == [*bedroom, ("kitchen", None), ("hall", None)]
    assert lit(SimulatedHome()) == set()


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ({"room": "bedroom"}, 3), ({"room": "bedroom", "light": "strip"}, 1), ({"room": "upstairs"}, 4),
        ({"room": "all"}, 5), ({"room": "all", "except": ["bedroom"]}, 2),
        ({"room": "upstairs", "except": ["hall"]}, 3),
    ],
)  # fmt: skip
def test_what_is_switched_on_is_the_light_of_the_place(place: dict[str, Any], expected: int) -> None:
    lights = SimulatedHome()
    [outcome] = run(lights, {**place, "action": "turn_on"})
    assert outcome.done
    assert len(lit(lights)) == expected
    assert lit(lights) == set(targets(HOME, outcome.action))


def test_lights_toggled_together_go_off_if_one_is_on() -> None:
    lights = SimulatedHome()
    toggle = {"room": "upstairs", "action": "toggle"}
    run(lights, {"room": "bedroom", "light": "strip", "action": "turn_on"}, toggle)
    assert lit(lights) == set()
    run(lights, toggle)
    assert len(lit(lights)) == 4


@pytest.mark.parametrize(
    ("before", "step", "on", "level"),
    [
        (0.5, 0.2, True, 0.7), (0.9, 0.2, True, 1.0), (0.5, -0.2, True, 0.3), (0.1, -0.4, True, 0.01),
        (None, 0.2, True, 0.2), (None, -0.2, False, 1.0), (0.3, -0.29, True, 0.01),
    ],
)  # fmt: skip
def test_steps_end_at_the_ends_and_begin_at_darkness(before: float | None, step: float, on: bool, level: float) -> None:
    lights = SimulatedHome()
    if before:
        run(lights, {"room": "hall", "action": "adjust_brightness", "brightness": before})
    run(lights, {"room": "hall", "action": "adjust_brightness", "brightness_step": step})
    assert looks(lights)["hall", None][:2] == (on, level)


def test_a_level_or_a_colour_switches_on_and_off_keeps_them() -> None:
    lights = SimulatedHome()
    hall = {"room": "hall"}
    run(lights, {**hall, "action": "adjust_brightness", "brightness": 0.4},
        {**hall, "action": "change_color", "color": "blue"})  # fmt: skip
    assert looks(lights)["hall", None] == (True, 0.4, "blue", None)
    run(lights, {**hall, "action": "change_color", "color_temp": 4000}, {**hall, "action": "turn_off"})
    assert looks(lights)["hall", None] == (False, 0.4, None, 4000)


def test_a_question_changes_nothing_and_is_answered_from_the_states() -> None:
    lights = SimulatedHome()
    run(lights, {"room": "hall", "action": "turn_on"})
    before = looks(lights)
    [outcome] = run(lights, {"room": "upstairs", "action": "get_state"})
    assert looks(lights) == before
    assert [effect.after.on for effect in outcome.effects] == [False, False, False, True]


def test_a_light_that_cannot_is_left_as_it_is_and_said() -> None:
    plain = LightState("bedroom", "table lamp", on=True, color_temp=None, abilities=Abilities(False, False, None))
    lights = SimulatedHome(unlike=[plain, LightState("hall", reachable=False)])
    blue = {"action": "change_color", "color": "blue"}
    lamp = {"room": "bedroom", "light": "table lamp"}
    alone, together, gone = run(lights, {**lamp, **blue}, {"room": "bedroom", **blue}, {"room": "hall", **blue})
    assert (alone.done, alone.problem) == (False, "no_color")
    assert together.done
    assert [effect.before.light for effect in together.missed] == ["table lamp"]
    assert (gone.done, gone.problem) == (False, "unreachable")
    warm = {**lamp, "action": "change_color", "color_temp": 2700}
    dim = {**lamp, "action": "adjust_brightness", "brightness": 0.3}
    assert [outcome.problem for outcome in run(lights, warm, dim)] == ["no_color_temp", "no_brightness"]
    assert looks(lights)["bedroom", "table lamp"] == plain.look


def test_kelvin_is_held_to_what_the_light_can_do() -> None:
    lights = SimulatedHome(unlike=[LightState("hall", abilities=Abilities(color_temp=(2200, 4000)))])
    for asked, given_ in ((6500, 4000), (1900, 2200), (3000, 3000)):
        run(lights, {"room": "hall", "action": "change_color", "color_temp": asked})
        assert looks(lights)["hall", None][3] == given_


@given(st.lists(actions(PLACES), max_size=6))
def test_any_actions_leave_lights_that_can_be(asked: list[Action]) -> None:
    lights, again = SimulatedHome(), SimulatedHome()
    outcomes = asyncio.run(lights.run(HOME, asked))
    asyncio.run(again.run(HOME, asked))
    states = asyncio.run(lights.states(HOME))
    assert looks(lights) == looks(again)
    assert all(0.01 <= state.brightness <= 1 for state in states)
    assert all((state.color is None) != (state.color_temp is None) for state in states)
    assert [LightState.from_dict(state.to_dict()) for state in states] == states
    assert all(outcome.done and outcome.effects for outcome in outcomes)


@given(st.lists(actions(PLACES), min_size=1, max_size=4), st.lists(actions(PLACES), max_size=3))
def test_what_is_restored_looks_as_it_did(first: list[Action], then: list[Action]) -> None:
    lights = SimulatedHome()
    asyncio.run(lights.run(HOME, first))
    before = asyncio.run(lights.states(HOME))
    asyncio.run(lights.run(HOME, then))
    gone = replace(before[0], room="no longer there")
    effects = asyncio.run(lights.restore(HOME, [*before, gone]))
    assert asyncio.run(lights.states(HOME)) == before
    assert [effect.after for effect in effects] == before


def test_the_example_runs() -> None:
    assert doctest.testmod(simulated).failed == 0
