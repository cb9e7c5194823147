"""Pictures of distributions: splits side by side, in colours that colour-blind people can tell apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from batti.dataset.whole import whole
from batti.text import is_devanagari, normalize

matplotlib.use("Agg")
# Okabe and Ito's palette, the yellow last as it is faint on white.
COLORS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#000000", "#F0E442")
_BAR = 0.16  # inches


class Panel(NamedTuple):
    """Numbers of each split and the edges of the bins that they are counted in."""

    label: str
    numbers: Mapping[str, Sequence[float]]
    edges: Sequence[float]


def bars(path: Path, title: str, values: Sequence[str], shares: Mapping[str, Sequence[float]]) -> None:
    """Shares of sentences, of 1, for each value a group of bars."""
    height = 1.3 + len(values) * (_BAR * len(shares) + 0.12)
    figure = Figure(figsize=(8, max(2.5, height)), layout="constrained")
    axes = figure.subplots()
    width = 0.8 / len(shares)
    for nth, (name, some) in enumerate(shares.items()):
        places = np.arange(len(values)) + (nth - (len(shares) - 1) / 2) * width
        axes.barh(places, some, width, color=COLORS[nth], label=name)
    axes.set_yticks(range(len(values)), [_legible(value) for value in values])
    axes.set_ylim(max(1, len(values)) - 0.5, -0.5)  # the first on top
    axes.set_xlabel("share of sentences")
    axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=None))
    _finish(path, figure, [axes], title, "x")


def histograms(path: Path, title: str, panels: Sequence[Panel]) -> None:
    """Shares of sentences by a number, one panel beside the other; what is beyond the bins counts to the outermost."""
    figure = Figure(figsize=(8, 4), layout="constrained")
    all_axes = figure.subplots(1, len(panels), sharey=len(panels) == 1, squeeze=False)[0]
    for axes, panel in zip(all_axes, panels, strict=True):
        edges = np.asarray(panel.edges, dtype=float)
        width = 0.8 * np.diff(edges) / len(panel.numbers)
        for nth, (name, numbers) in enumerate(panel.numbers.items()):
            counts, _ = np.histogram(np.clip(numbers, edges[0], edges[-1]), edges)
            left = edges[:-1] + 0.1 * np.diff(edges) + nth * width
            axes.bar(left, counts / max(1, len(numbers)), width, align="edge", color=COLORS[nth], label=name)
        axes.set_xlabel(panel.label)
        axes.set_ylabel("share of sentences")
        axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=None))
    _finish(path, figure, list(all_axes), title, "y")


def _finish(path: Path, figure: Figure, all_axes: Sequence[Axes], title: str, grid: str) -> None:
    figure.suptitle(title)
    for axes in all_axes:
        axes.grid(axis="x" if grid == "x" else "y", color="#DDDDDD")
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
    # Beside the bars: on them it would hide some.
    handles, names = all_axes[-1].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=len(names), frameon=False)
    with whole(path) as partial:
        # Without the version in it the picture is the same for the same data.
        figure.savefig(partial, format="png", dpi=120, metadata={"Software": None})


def _legible(text: str) -> str:
    """A label in letters that the font has."""
    return normalize(text) if is_devanagari(text) else text.replace("$", r"\$")
