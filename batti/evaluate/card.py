"""The model card and the README's figures, written from the result files: `python -m batti.evaluate.card`."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from batti import lexicon
from batti.backends.onnx import shipped
from batti.dataset import phrases
from batti.errors import BattiError
from batti.evaluate import models
from batti.evaluate.report import number, percent, ranged
from batti.evaluate.results import Figures, Results, Row
from batti.paths import resources

RESULTS = Path("docs/results")
_BEGIN, _END = "<!-- figures: runs/measure.sh writes this table -->", "<!-- end of figures -->"
_SETS = {
    "heldout": "held-out sentences (`evaluation/heldout`), errors not read",
    "golden": "golden sentences of the project (`tests/golden`), written apart from the training sentences",
    "sweeps": "plain sentences by rule (`evaluation/sweeps.yaml`): every number, several requests in one breath",
    "household_dev": "household sentences (development set; not in the repository)",
}


def _speed() -> dict[str, Any]:
    path = RESULTS / "speed.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


def _figures(name: str) -> Figures:
    """What was measured of the shipped model on one of the sets. Raises BattiError."""
    path = RESULTS / f"{name}.json"
    found = Results.read(path).figures
    if not found:
        raise BattiError(f"{path} has no figures", "run runs/measure.sh")
    return found[0]


def _homes(figures: Figures) -> str:
    """How many homes, and whether it was another model that was measured."""
    homes = f"{len(figures.by['home'])} homes"
    return homes if figures.model == models.describe(None) else f"{homes}, of another model"


def _tables() -> str:
    parts = []
    for name, title in _SETS.items():
        if not (RESULTS / f"{name}.json").exists():
            continue
        found = _figures(name)
        head = "| set | sentences | exact [95%] | partial | false actions | wrong place |"
        parts.append(f"### {title}; {_homes(found)}\n\n{head}\n{'| --- ' * 6}|")
        parts += [_line(row) for row in (found.all, found.unasked, *found.by["set"]) if row]
        parts.append(f"\nExpected calibration error: {number(found.confidence.ece)}.\n")
    return "\n".join(parts)


def _line(row: Row) -> str:
    shares = (percent(rate.value) for rate in (row.partial, row.false_actions, row.wrong_place))
    return f"| {row.name} | {row.count} | {ranged(row.exact)} | {' | '.join(shares)} |"


def card() -> str:
    """The card as Markdown."""
    bank = phrases.load()
    voices = Counter(phrase.voice for phrase in bank)
    words = lexicon.load()
    speed = _speed()
    manifest = json.loads((shipped() / "model.json").read_text(encoding="utf-8"))
    shape = ", ".join(f"{key} {value}" for key, value in manifest["shape"].items())
    template = resources("report", "card.md").read_text(encoding="utf-8")
    return template.format(
        shape=shape, megabytes=speed.get("model_mb", "?"), phrases=len(bank), voices=len(voices),
        by_voice=", ".join(f"{voice} {count}" for voice, count in sorted(voices.items())),
        places=len(words.places), people=len(words.people), lights=len(words.lights), groups=len(words.groups),
        training=_training(manifest), merged=manifest["shape"]["merge"], tables=_tables(),
    )  # fmt: skip


def _of_others() -> list[tuple[str, str, str]]:
    """What baselines get of the held-out sentences, and our kind of network by the thesis's protocol."""
    rows = [
        (f"the held-out sentences by `{found.model.name}`", percent(found.all.exact.value), "`baselines.json`")
        for found in Results.read(RESULTS / "baselines.json").figures[1:]
    ]
    for way, name in (("from the shipped weights", "thesis_started"), ("from nothing", "thesis")):
        of_val = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))["sets"]["val"]
        for what, key in (("exact match", "exact"), ("with brightness left out", "exact_without_brightness")):
            told = f"the thesis's protocol {way}, its validation split: {what}"
            rows.append((told, percent(of_val[key]), f"`{name}.json`"))
    pace = json.loads((RESULTS / "generate.json").read_text(encoding="utf-8"))["sentences_per_second_a_core"]
    return [*rows, ("labelled sentences made in a second by one core", f"{pace:,}", "`generate.json`")]


def _training(manifest: Mapping[str, Any]) -> str:
    """What the training was, by the model itself."""
    run = manifest["training"]
    if not run:
        return "the mean of runs that went on from one"
    pace = round(run["steps"] * run["batch"] / (60 * run["minutes"]), -3)
    length = f"{run['minutes']:.0f} minutes of one GPU, {run['steps']:,} steps"
    return f"{length} of {run['batch']:,} sentences ({pace:,.0f} a second)"


def readme_figures() -> str:
    """The README's table of figures."""
    names = ("heldout", "household_dev", "golden")
    heldout, household, golden = (_figures(name) for name in names)
    speed = _speed()
    sweeps = _figures("sweeps")
    exact, _, *harm, _ = _measured("golden sentences", golden, "`golden.json`")
    rows = [
        *_measured("held-out sentences", heldout, "`heldout.json`"),
        *_measured("household sentences, development set", household, "`household_dev.json`"),
        exact,
        *harm,
        (f"{sweeps.all.count:,} sentences by rule (every number, up to four requests): exact match",
         percent(sweeps.all.exact.value), "`sweeps.json`"),
        *_of_others(),
        ("one sentence, warm, one core (median)", f"{speed['warm_p50_ms']} ms", "`speed.json`"),
        ('`batti "..."` from the shell, cold', f"{speed['cold_s']} s", "`speed.json`"),
        ("sentences a second on two cores: one by one, 512 at once",
         f"{speed['one_by_one_per_second']:,}, {speed['together_per_second']:,}", "`speed.json`"),
        ("resident memory", f"{speed['memory_mb']} MB", "`speed.json`"),
        ("model on disk", f"{speed['model_mb']} MB", "`speed.json`"),
    ]
    head = "| measured | figure | in `docs/results` |\n| --- | --- | --- |\n"
    return head + "".join(f"| {what} | {figure} | {where} |\n" for what, figure, where in rows)


def _measured(title: str, found: Figures, where: str) -> list[tuple[str, str, str]]:
    """Rows of the README's table: what, figure, file."""
    row, unasked = found.all, found.unasked or found.all
    return [
        (f"{title}, {_homes(found)}: exact match [95%]", ranged(row.exact), where),
        ("the same, partial match", percent(row.partial.value), where),
        ("the same, false actions", percent(row.false_actions.value), where),
        ("the same, a light changed that nobody named", percent(row.wrong_place.value), where),
        (f"the {unasked.count} of {row.count} acted on without asking back: exact match, wrong light",
         f"{percent(unasked.exact.value)}, {percent(unasked.wrong_place.value)}", where),
    ]  # fmt: skip


def with_figures(readme: str) -> str:
    """The README with its table as the result files have it."""
    before, begin, rest = readme.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    return f"{before}{begin}\n{readme_figures()}{end}{after}"


def main() -> None:
    readme = Path("README.md")
    try:
        pages = {shipped() / "README.md": card(), readme: with_figures(readme.read_text(encoding="utf-8"))}
    except BattiError as error:
        sys.exit("\n".join(f"batti: {line}" for line in str(error).splitlines()))
    for path, text in pages.items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
