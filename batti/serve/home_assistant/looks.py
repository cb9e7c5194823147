"""How a light of Home Assistant looks and what it can do, in this program's terms and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from batti.serve import colors
from batti.serve.lights import LOWEST, Abilities, Light, LightState

TRANSITION = 32
"""The bit of `supported_features` of a light that changes gradually."""
_COLORED = {"hs", "xy", "rgb", "rgbw", "rgbww"}
_DIMMED = _COLORED | {"brightness", "color_temp", "white"}
_WARMEST, _COLDEST = 1900, 6500  # kelvin of the command language
UNNAMED = ("purple",)
"""Colours that Home Assistant's name does not give."""
UNKNOWN = "unknown"
"""The state of a light that is there and has not said how it is, as many are after a restart of Home Assistant."""


def color_data(color: str) -> dict[str, Any]:
    """What `light.turn_on` is told for a colour."""
    return {"rgb_color": list(colors.RGB[color])} if color in UNNAMED else {"color_name": color}


def state_of(key: Light, state: Mapping[str, Any] | None) -> LightState:
    """The light of a state as Home Assistant gives it; one that it does not have, or not now, is not reachable.

    One of which it does not know whether it is on is taken for off: see `UNKNOWN`.
    """
    said = state["state"] if state else "unavailable"
    if state is None or said not in ("on", "off", UNKNOWN):
        return LightState(*key, reachable=False)
    about = state["attributes"]
    able = abilities(about)
    level = about.get("brightness")
    brightness = 1.0 if level is None else min(1.0, max(LOWEST, round(level / 255, 2)))
    color, kelvin = _color(about, able)
    return LightState(*key, said == "on", brightness, color, kelvin, True, able)


def abilities(about: Mapping[str, Any]) -> Abilities:
    """What a light can do, by its attributes."""
    modes = set(about.get("supported_color_modes") or ())
    kelvin: tuple[int, int] | None = None
    if "color_temp" in modes or "rgbww" in modes:
        low = about.get("min_color_temp_kelvin") or _WARMEST
        high = about.get("max_color_temp_kelvin") or _COLDEST
        kelvin = (round(low), round(high))
    return Abilities(bool(modes & _DIMMED), bool(modes & _COLORED), kelvin)


def _color(about: Mapping[str, Any], able: Abilities) -> tuple[str | None, int | None]:
    """(color, color_temp); a light that is off, which tells neither, is taken for warm white, or for white."""
    if about.get("color_mode") in _COLORED and about.get("rgb_color"):
        return colors.name_of(colors.hs_of(tuple(about["rgb_color"]))), None
    if able.color_temp:
        return None, about.get("color_temp_kelvin") or max(able.color_temp[0], min(2700, able.color_temp[1]))
    return ("white", None) if able.color else (None, None)
