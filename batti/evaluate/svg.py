"""Line charts as inline SVG, coloured by the page's style sheet: readable in light and in dark."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 420, 280
_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 18, 12, 42
COLOURS = 8
"""Classes `s0` to `s7` of the style sheet."""


@dataclass(frozen=True)
class Line:
    """Points (x, y) with, where known, the bounds of their interval."""

    name: str
    points: Sequence[tuple[float, float]]
    bounds: Sequence[tuple[float, float]] = ()


def chart(
    title: str, x_label: str, y_label: str, lines: Sequence[Line], *,
    x_ticks: Sequence[float], y_low: float = 0.0, diagonal: bool = False, percent: bool = False,
) -> str:
    """A chart whose x runs over its ticks, evenly if they are no shares, and whose y runs to 1."""
    scale = _Scale(x_ticks, y_low)
    body = [*scale.axes(percent)]
    if diagonal:
        body.append(f'<path class="ideal" d="{scale.path([(y_low, y_low), (1.0, 1.0)])}"/>')
    for number, line in enumerate(lines):
        body += _drawn(line, scale, f"s{number % COLOURS}")
    across, down = (_LEFT + WIDTH - _RIGHT) / 2, (_TOP + HEIGHT - _BOTTOM) / 2
    for place, label in ((f"{across:g} {HEIGHT - 6}", x_label), (f"12 {down:g}) rotate(-90", y_label)):
        body.append(f'<text transform="translate({place})" text-anchor="middle">{escape(label)}</text>')
    said = escape(title, quote=True)
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{said}">{"".join(body)}</svg>'


def _drawn(line: Line, scale: _Scale, colour: str) -> Iterator[str]:
    if line.bounds:
        low = [(x, bound[0]) for (x, _), bound in zip(line.points, line.bounds, strict=True)]
        high = [(x, bound[1]) for (x, _), bound in zip(line.points, line.bounds, strict=True)]
        yield f'<path class="band {colour}" d="{scale.path([*low, *reversed(high)])}Z"/>'
    yield f'<path class="line {colour}" d="{scale.path(line.points)}"/>'
    for x, y in line.points:
        at = f'cx="{scale.x(x):.1f}" cy="{scale.y(y):.1f}"'
        yield f'<circle class="dot {colour}" {at} r="3"><title>{escape(line.name)}: {x:g}, {y:.1%}</title></circle>'


class _Scale:
    """From figures to places on the chart."""

    def __init__(self, ticks: Sequence[float], low: float) -> None:
        self.ticks, self.low = list(ticks), low

    def x(self, value: float) -> float:
        """Ticks stand at even distances; what lies between two of them lies between them here too."""
        last = len(self.ticks) - 1
        i = max((n for n, tick in enumerate(self.ticks[:-1]) if tick <= value), default=0)
        share = i + (value - self.ticks[i]) / (self.ticks[i + 1] - self.ticks[i]) if last else 0.5
        return _LEFT + (WIDTH - _LEFT - _RIGHT) * min(max(share, 0), last) / max(1, last)

    def y(self, value: float) -> float:
        share = (max(value, self.low) - self.low) / (1 - self.low)
        return HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * min(share, 1)

    def path(self, points: Sequence[tuple[float, float]]) -> str:
        return "M" + "L".join(f"{self.x(x):.1f} {self.y(y):.1f}" for x, y in points)

    def axes(self, percent: bool) -> Iterator[str]:
        for tick in self.ticks:
            said = f"{tick:.0%}" if percent else f"{tick:g}"
            yield f'<text x="{self.x(tick):.1f}" y="{HEIGHT - _BOTTOM + 16}" text-anchor="middle">{said}</text>'
        step = 0.2 if self.low < 0.5 else 0.1 if self.low < 0.8 else 0.05
        for value in (1 - step * n for n in range(int(round((1 - self.low) / step, 6)) + 1)):
            y = f"{self.y(value):.1f}"
            yield f'<path class="grid" d="M{_LEFT} {y}H{WIDTH - _RIGHT}"/>'
            yield f'<text x="{_LEFT - 6}" y="{float(y) + 4:.1f}" text-anchor="end">{abs(value):.0%}</text>'
