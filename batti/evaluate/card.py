"""The model card and the README's figures, written from the result files: `python -m batti.evaluate.card`."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from batti import lexicon
from batti.backends.onnx import shipped
from batti.dataset import phrases

RESULTS = Path("docs/results")
_BEGIN, _END = "<!-- figures: runs/measure.sh writes this table -->", "<!-- end of figures -->"
_SETS = {
    "heldout": "held-out sentences (`evaluation/heldout`): six homes, errors not read",
    "golden": "golden sentences of the project (`tests/golden`), written apart from the training sentences",
    "household_dev": "household sentences (development set, several homes; not in the repository)",
}


def _figures(name: str) -> dict[str, Any]:
    path = RESULTS / f"{name}.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


def _tables() -> str:
    parts = []
    for name, title in _SETS.items():
        rows = _figures(name)
        if not rows:
            continue
        parts.append(f"### {title}\n\n| set | sentences | exact | partial | false actions |")
        parts.append("| --- | --- | --- | --- | --- |")
        ordered = sorted(rows.items(), key=lambda item: item[0] != "all")
        parts += [
            f"| {group} | {row['count']} | {row['exact']:.1%} | {row['partial']:.1%} | {row['false_actions']:.1%} |"
            for group, row in ordered
        ]
        parts.append("")
    return "\n".join(parts)


def card() -> str:
    """The card as Markdown."""
    bank = phrases.load()
    voices = Counter(phrase.voice for phrase in bank)
    words = lexicon.load()
    speed = _figures("speed")
    manifest = json.loads((shipped() / "model.json").read_text(encoding="utf-8"))
    shape = ", ".join(f"{key} {value}" for key, value in manifest["shape"].items())
    return f"""# Model card: batti

A character-level encoder with a pointing decoder that turns one sentence of Nepali, English or both, in any
script and spelling, into the entries of a light command. Places are marked, not named; the home's own names
are found by sound and spelling after it, so the model serves any home without retraining.

- Format: two ONNX graphs, weights in half precision, SHA-256 of each in `model.json`; no code, no pickle.
- Shape: {shape}. Size: {speed.get("model_mb", "?")} MB.
- Licence: Apache-2.0, like the project.

## Data
Sentences made by the project itself while it trains: {len(bank)} hand-written phrases in {len(voices)} voices
({", ".join(f"{voice} {count}" for voice, count in sorted(voices.items()))}),
said over random homes from a lexicon of {len(words.places)} kinds of places, {len(words.people)} people,
{len(words.lights)} lights and {len(words.groups)} groups of rooms, with interchangeable words exchanged and spelled
as people spell. The phrases and the lexicon were written by a language model under the project's guidance, not
collected from people, and no native speaker has reviewed them all.

## Recipe
`runs/ship.sh`. Stage 1: `configs/ship.yaml`, from random weights on one H200, 6,761 steps of 512 sentences, at a time
when the bank had 5,776 phrases. Stage 2: `configs/polish.yaml`, gone on from there on two CPU cores with the whole bank
and its rules for refusals.

## Figures
Exact match is the whole document; a false action acts where nothing, or only an answer, was asked.

{_tables()}
The golden sentences were read for errors while the language and the look-up grew, so they flatter; so does the
development set, a little.

## Limits
- A level out of range ("101%", "-50%") is read as one in range, and a bare number may be taken for a level: ask.
- Written for lights in homes of Nepal. Other devices, other languages and free conversation are answered with `none`.
- The confidence is a product of token probabilities and look-up certainty; it is not calibrated yet.
- A question inside a long story and three or more corrections in one breath go wrong most often. A group of one word
  (`mathi`) beside `sabai` and a delay has been taken for the whole house, with a confidence of 0.6: ask below 0.8.
- Answers below a confidence of about 0.8 deserve a question back; the program does not ask by itself yet.
- Do not let it switch anything whose failure could hurt someone.
"""


def readme_figures() -> str:
    """The README's table of figures."""
    names = ("heldout", "household_dev", "golden")
    heldout, household, golden = (_figures(name)["all"] for name in names)
    speed = _figures("speed")
    rows = [
        ("held-out sentences on six homes: exact match", f"{heldout['exact']:.1%}", "`heldout.json`"),
        ("the same, partial match", f"{heldout['partial']:.1%}", "`heldout.json`"),
        ("the same, false actions", f"{heldout['false_actions']:.1%}", "`heldout.json`"),
        ("household sentences, development set: exact match", f"{household['exact']:.1%}", "`household_dev.json`"),
        ("the same, partial match", f"{household['partial']:.1%}", "`household_dev.json`"),
        ("the same, false actions", f"{household['false_actions']:.1%}", "`household_dev.json`"),
        ("golden sentences on eight other homes: exact match", f"{golden['exact']:.1%}", "`golden.json`"),
        ("one sentence, warm, one core (median)", f"{speed['warm_p50_ms']} ms", "`speed.json`"),
        ('`batti "..."` from the shell, cold', f"{speed['cold_s']} s", "`speed.json`"),
        ("resident memory", f"{speed['memory_mb']} MB", "`speed.json`"),
        ("model on disk", f"{speed['model_mb']} MB", "`speed.json`"),
    ]
    head = "| measured | figure | in `docs/results` |\n| --- | --- | --- |\n"
    return head + "".join(f"| {what} | {figure} | {where} |\n" for what, figure, where in rows)


def with_figures(readme: str) -> str:
    """The README with its table as the result files have it."""
    before, begin, rest = readme.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    return f"{before}{begin}\n{readme_figures()}{end}{after}"


def main() -> None:
    (shipped() / "README.md").write_text(card(), encoding="utf-8")
    readme = Path("README.md")
    readme.write_text(with_figures(readme.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
