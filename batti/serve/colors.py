"""The colours of the command language as lamps know them: hue and saturation, red-green-blue, or a point of CIE 1931.

Brightness is no part of a colour here. Hues are degrees (0 to 360), saturations percent (0 to 100), parts of RGB
0 to 255, x and y coordinates of CIE 1931 (of sRGB's primaries and white D65, as IEC 61966-2-1 gives them).
"""

from __future__ import annotations

import colorsys
import math
from typing import TypeAlias

Rgb: TypeAlias = tuple[int, int, int]
Hs: TypeAlias = tuple[float, float]
Xy: TypeAlias = tuple[float, float]

RGB: dict[str, Rgb] = {
    "red": (255, 0, 0), "orange": (255, 165, 0), "yellow": (255, 255, 0), "green": (0, 255, 0),
    "blue": (0, 0, 255), "purple": (128, 0, 255), "pink": (255, 192, 203), "white": (255, 255, 255),
    "cyan": (0, 255, 255), "magenta": (255, 0, 255), "turquoise": (73, 255, 237), "gold": (255, 215, 0),
}  # fmt: skip
"""Every colour of the command language at full brightness: what CSS, and so Home Assistant, means by its name, so that
a lamp looks the same whichever way it is told. But CSS's purple is a dark magenta: a lamp would say that it is magenta.
"""

_TO_XYZ = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
_FROM_XYZ = ((3.2406, -1.5372, -0.4986), (-0.9689, 1.8758, 0.0415), (0.0557, -0.2040, 1.0570))


def hs_of(rgb: Rgb) -> Hs:
    """Hue and saturation."""
    hue, saturation, _ = colorsys.rgb_to_hsv(*(part / 255 for part in rgb))
    return 360 * hue, 100 * saturation


def xy_of(rgb: Rgb) -> Xy:
    """The point of CIE 1931, that of white for black."""
    linear = [_linear(part / 255) for part in rgb] if any(rgb) else [1.0, 1.0, 1.0]
    x, y, z = (sum(a * b for a, b in zip(row, linear, strict=True)) for row in _TO_XYZ)
    return x / (x + y + z), y / (x + y + z)


def rgb_of_xy(xy: Xy) -> Rgb:
    """The brightest colour of sRGB at a point of CIE 1931, or next to it."""
    x, y = xy
    y = max(y, 1e-6)
    xyz = x / y, 1.0, (1 - x - y) / y
    linear = [max(0.0, sum(a * b for a, b in zip(row, xyz, strict=True))) for row in _FROM_XYZ]
    most = max(linear) or 1.0
    red, green, blue = (round(255 * _gamma(part / most)) for part in linear)
    return red, green, blue


def name_of(hs: Hs) -> str:
    """The colour of the command language that is nearest to a hue and a saturation."""
    return min(RGB, key=lambda name: math.dist(_point(hs_of(RGB[name])), _point(hs)))


def mireds_of(kelvin: float) -> int:
    """Kelvin as the whole mireds in which lamps count."""
    return round(1_000_000 / kelvin)


def kelvin_of(mireds: float) -> int:
    """Mireds as whole kelvin."""
    return round(1_000_000 / mireds)


def _point(hs: Hs) -> tuple[float, float]:
    """The place in the wheel of colours, white in its middle."""
    angle = math.radians(hs[0])
    return hs[1] * math.cos(angle), hs[1] * math.sin(angle)


def _linear(part: float) -> float:
    return float(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)


def _gamma(part: float) -> float:
    return float(12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055)
