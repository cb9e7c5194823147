"""The colour table, and that every colour is the same colour after a way through a lamp's own numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batti.command import COLORS
from batti.serve import colors

PART = st.integers(0, 255)


def test_every_colour_of_the_command_language_has_one_look() -> None:
    assert set(colors.RGB) == set(COLORS)
    assert len(set(colors.RGB.values())) == len(COLORS)
    assert all(max(rgb) == 255 for rgb in colors.RGB.values())


@pytest.mark.parametrize("name", COLORS)
def test_a_colour_keeps_its_name_in_each_form_as_lamps_round_it(name: str) -> None:
    rgb = colors.RGB[name]
    hue, saturation = colors.hs_of(rgb)
    x, y = colors.xy_of(rgb)
    assert colors.name_of((hue, saturation)) == name
    assert colors.name_of((round(hue), round(saturation))) == name
    assert colors.name_of(colors.hs_of(colors.rgb_of_xy((round(x, 3), round(y, 3))))) == name


@given(st.tuples(PART, PART, PART).filter(any))
def test_forms_lead_back_to_the_colour_at_full_brightness(rgb: tuple[int, int, int]) -> None:
    full = tuple(round(255 * part / max(rgb)) for part in rgb)
    again = colors.rgb_of_hs(colors.hs_of(rgb))
    assert all(abs(a - b) <= 1 for a, b in zip(full, again, strict=True))


@given(st.tuples(PART, PART, PART).filter(lambda rgb: max(rgb) == 255))
def test_a_point_of_cie_1931_leads_back_to_its_colour(rgb: tuple[int, int, int]) -> None:
    again = colors.rgb_of_xy(colors.xy_of(rgb))
    assert all(abs(a - b) <= 6 for a, b in zip(rgb, again, strict=True)), again


@given(st.floats(-1, 2), st.floats(-1, 2), st.floats(-1e4, 1e4), st.floats(-1e4, 1e4))
def test_whatever_a_lamp_says_is_some_colour(x: float, y: float, hue: float, saturation: float) -> None:
    assert all(0 <= part <= 255 for part in (*colors.rgb_of_xy((x, y)), *colors.rgb_of_hs((hue, saturation))))
    assert colors.name_of((hue, saturation)) in COLORS


@given(st.integers(1900, 6500))
def test_kelvin_survive_mireds_but_for_rounding(kelvin: int) -> None:
    assert abs(colors.kelvin_of(colors.mireds_of(kelvin)) - kelvin) <= 0.6 * kelvin**2 / 1e6
