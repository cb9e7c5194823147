"""The colour table, and that every colour is the same colour after a way through a lamp's own numbers."""

import colorsys
import re
from pathlib import Path

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


@pytest.mark.parametrize(
    ("rgb", "color"),
    [
        ((255, 0, 0), "red"), ((255, 5, 20), "red"), ((0, 255, 0), "green"), ((0, 0, 255), "blue"),
        ((255, 255, 255), "white"), ((255, 240, 230), "white"), ((255, 192, 203), "pink"),
        ((64, 224, 208), "turquoise"), ((128, 0, 255), "purple"), ((110, 10, 250), "purple"),
        ((128, 0, 128), "magenta"), ((0, 128, 0), "green"),
        ((255, 165, 0), "orange"), ((255, 255, 10), "yellow"), ((255, 0, 255), "magenta"), ((0, 250, 250), "cyan"),
    ],
)  # fmt: skip
def test_what_a_colour_is_called(rgb: tuple[int, int, int], color: str) -> None:
    assert colors.name_of(colors.hs_of(rgb)) == color


def test_the_page_shows_each_colour_as_one_of_its_name() -> None:
    """Paler than a lamp is told, as a lamp looks."""
    script = Path(colors.__file__).with_name("page") / "colour.js"
    table = script.read_text(encoding="utf-8").partition("const NAMED = {")[2].partition("}")[0]
    shown = {name: (int(r), int(g), int(b)) for name, r, g, b in re.findall(r"(\w+): \[(\d+), (\d+), (\d+)\]", table)}
    assert {name: colors.name_of(colors.hs_of(rgb)) for name, rgb in shown.items()} == {name: name for name in COLORS}


@given(st.tuples(PART, PART, PART).filter(any))
def test_forms_lead_back_to_the_colour_at_full_brightness(rgb: tuple[int, int, int]) -> None:
    full = tuple(round(255 * part / max(rgb)) for part in rgb)
    hue, saturation = colors.hs_of(rgb)
    again = [round(255 * part) for part in colorsys.hsv_to_rgb(hue / 360, saturation / 100, 1)]
    assert all(abs(a - b) <= 1 for a, b in zip(full, again, strict=True))


@given(st.tuples(PART, PART, st.just(255)).flatmap(st.permutations).map(tuple))
def test_a_point_of_cie_1931_leads_back_to_its_colour(rgb: tuple[int, int, int]) -> None:
    again = colors.rgb_of_xy(colors.xy_of(rgb))
    assert all(abs(a - b) <= 1 for a, b in zip(rgb, again, strict=True)), again


@given(st.floats(-1, 2), st.floats(-1, 2), st.floats(-1e4, 1e4), st.floats(-1e4, 1e4))
def test_whatever_a_lamp_says_is_some_colour(x: float, y: float, hue: float, saturation: float) -> None:
    assert all(0 <= part <= 255 for part in colors.rgb_of_xy((x, y)))
    assert colors.name_of((hue, saturation)) in COLORS


@given(st.integers(1900, 6500))
def test_kelvin_survive_mireds_but_for_rounding(kelvin: int) -> None:
    assert abs(colors.kelvin_of(colors.mireds_of(kelvin)) - kelvin) <= 0.6 * kelvin**2 / 1e6
