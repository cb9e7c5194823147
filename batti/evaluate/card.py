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
    return f"""# Model card: batti

A character-level encoder with a pointing decoder that turns one sentence of Nepali, English or both, in any
script and spelling, into the entries of a light command. Places are marked, not named; the home's own names
are found by sound and spelling after it, so the model serves any home without retraining.

- Format: two ONNX graphs, weights of matrix products in 8 bits, the others in half precision, SHA-256 of each in
  `model.json`; no code, no pickle.
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
`configs/ship.yaml` from random weights: {_training(manifest)}, Muon for the matrices and AdamW for the rest, with an
exponential moving average of the weights. The network is told which characters look like a name of the home, and reads
{manifest["shape"]["merge"]} characters as one. `runs/ship.sh` does the same from the repository alone.

## Figures
Exact match is the whole document, with its 95% bootstrap interval. False actions: the share of sentences that are
acted on though nothing, or only an answer, was asked for. Wrong place: of the sentences that ask for something and
are acted on, those that change a light nobody named.

{_tables()}
The golden sentences were read for errors while the language and the look-up grew, so they flatter; so does the
development set, a little.

## Limits
- A level beyond 100% ("150% ma rakha") is answered with doubt, so that it is asked back.
- Moods ("make it cosy"), effects ("blink the bedroom light", "disco lights") and conditions ("if someone comes") are
  not in the command language. They mostly come back as `none` or `unknown_room`, but "blink" and a condition behind the
  request ("turn off the kitchen light if nobody is there") are carried out; "every day at 6" is done once.
- "The others" after a sentence of before ("baki kotha ko batti nibhau") needs what was said then: it is refused with
  doubt.
- A level and a colour for each of two places ("A 40% ra nilo gara, B 60% ra rato gara"): the second place is left out
  one time in fourteen. Several requests of which the last is set right in Devanagari lose their first now and then.
- A length of time beyond a day ("2 din pachi") and a level in parts of a percent ("0.5%") are misread.
- A place that is only described ("the room with the water tank"), or named in a dialect that the lexicon lacks, is
  answered with `unknown_room`; so is a clause about something else that looks like a place ("... in Annapurna, the
  client hates white").
- An idiom may be read by its words. "Balidiyau", "jalaidiyau" are taken for a question (you did?) where the east of the
  Terai means a request.
- "His room" is found where the sentence names the one person whose room the home has.
- Recognizers set to English write words of their own for Nepali sounds ("none be how" for nanibhau): such sentences are
  the weakest, and names in them are often not found. "Saw room" sounds like sab, all.
- Written for lights in homes of Nepal. Other devices, other languages and free conversation are answered with `none`,
  and a stove or a lamp that the home does not list now and then with `unknown_room`.
- The confidence is a product of token probabilities and look-up certainty, summed over answers that mean the same; how
  well it is calibrated stands above. On sentences unlike all that it learned from it is too sure.
- Below the home's threshold (0.6 by default) an answer carries `needs_confirmation` and the two best readings.
- An instruction to the program itself that ends in a request may be carried out like one.
- Do not let it switch anything whose failure could hurt someone.
"""


def _of_others() -> list[tuple[str, str, str]]:
    """What baselines get of the held-out sentences, and our kind of network by the thesis's protocol."""
    rows = [
        (f"the held-out sentences by `{found.model.name}`", percent(found.all.exact.value), "`baselines.json`")
        for found in Results.read(RESULTS / "baselines.json").figures[1:]
    ]
    thesis = json.loads((RESULTS / "thesis.json").read_text(encoding="utf-8"))["sets"]["val"]
    for what, key in (("exact match", "exact"), ("with brightness left out", "exact_without_brightness")):
        rows.append((f"the thesis's protocol, its validation split: {what}", percent(thesis[key]), "`thesis.json`"))
    pace = json.loads((RESULTS / "generate.json").read_text(encoding="utf-8"))["sentences_per_second_a_core"]
    return [*rows, ("labelled sentences made in a second by one core", f"{pace:,}", "`generate.json`")]


def _training(manifest: Mapping[str, Any]) -> str:
    """What the training was, by the model itself."""
    run = manifest["training"]
    pace = round(run["steps"] * run["batch"] / (60 * run["minutes"]), -3)
    length = f"{run['minutes']:.0f} minutes of one H100, {run['steps']:,} steps"
    return f"{length} of {run['batch']:,} sentences ({pace:,.0f} a second)"


def readme_figures() -> str:
    """The README's table of figures."""
    names = ("heldout", "household_dev", "golden")
    heldout, household, golden = (_figures(name) for name in names)
    speed = _speed()
    sweeps = _figures("sweeps")
    rows = [
        *_measured("held-out sentences", heldout, "`heldout.json`"),
        *_measured("household sentences, development set", household, "`household_dev.json`"),
        *_measured("golden sentences", golden, "`golden.json`")[:1],
        (f"{sweeps.all.count:,} sentences by rule (every number, up to four requests): exact match",
         percent(sweeps.all.exact.value), "`sweeps.json`"),
        *_of_others(),
        ("one sentence, warm, one core (median)", f"{speed['warm_p50_ms']} ms", "`speed.json`"),
        ('`batti "..."` from the shell, cold', f"{speed['cold_s']} s", "`speed.json`"),
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
