"""How lights of Home Assistant look, told in the command language."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batti.command import COLORS
from batti.serve.home_assistant.looks import abilities, state_of
from batti.serve.lights import Abilities

KEY = ("kitchen", None)


@pytest.mark.parametrize(
    ("about", "expected"),
    [
        ({"supported_color_modes": ["onoff"]}, Abilities(False, False, None)),
        ({"supported_color_modes": ["brightness"]}, Abilities(True, False, None)),
        ({"supported_color_modes": ["color_temp"], "min_color_temp_kelvin": 2202, "max_color_temp_kelvin": 4000},
         Abilities(True, False, (2202, 4000))),
        ({"supported_color_modes": ["xy", "color_temp"]}, Abilities(True, True, (1900, 6500))),
        ({"supported_color_modes": ["rgbww"]}, Abilities(True, True, (1900, 6500))),
        ({"supported_color_modes": ["hs"]}, Abilities(True, True, None)),
        ({}, Abilities(False, False, None)),
    ],
)  # fmt: skip
def test_what_a_light_can_do(about: dict[str, Any], expected: Abilities) -> None:
    assert abilities(about) == expected


def test_a_light_that_has_not_said_how_it_is_is_there_and_dark() -> None:
    state = state_of(KEY, {"state": "unknown", "attributes": {"supported_color_modes": ["brightness"]}})
    assert (state.on, state.reachable, state.abilities) == (False, True, Abilities(True, False, None))


@pytest.mark.parametrize("said", ["unavailable", ""])
def test_a_light_that_is_not_there_is_not_reachable(said: str) -> None:
    assert not state_of(KEY, {"state": said, "attributes": {}}).reachable
    assert not state_of(KEY, None).reachable


PART = st.integers(0, 255)
MODES = st.sampled_from(["onoff", "brightness", "color_temp", "hs", "xy", "rgb", "rgbw", "rgbww", "white", "new mode"])


@given(
    st.lists(MODES, max_size=4), st.none() | PART, st.tuples(PART, PART, PART) | st.none(),
    st.none() | st.integers(1000, 12000), st.none() | MODES, st.booleans(),
)  # fmt: skip
def test_any_light_has_a_look(
    modes: list[str], level: int | None, rgb: Any, kelvin: int | None, mode: str | None, on: bool
) -> None:
    about = {"supported_color_modes": modes, "brightness": level, "rgb_color": rgb, "color_temp_kelvin": kelvin,
             "color_mode": mode}  # fmt: skip
    state = state_of(KEY, {"state": "on" if on else "off", "attributes": about})
    assert (state.on, state.reachable) == (on, True)
    assert 0.01 <= state.brightness <= 1
    assert state.color is None or (state.color in COLORS and state.color_temp is None)
