"""The dataset card for the Hugging Face hub; its figures are counted in the data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

import yaml

from batti.command import INTENTS
from batti.dataset import tongue
from batti.dataset.records import Record

_NAME = "What people in Nepal say to their lights"
_SIZES = {10**3: "n<1K", 10**4: "1K<n<10K", 10**5: "10K<n<100K", 10**6: "100K<n<1M", 10**7: "1M<n<10M"}
_SETS = {
    "generated": "phrases written one by one for this project, said over random homes, with interchangeable words "
    "exchanged and spelled as people spell, slips of the finger and of speech recognizers included "
    "(`batti data generate`)",
    "api": "sentences that a language model wrote for a given home, with their labels (`batti data generate --api`)",
    "paraphrase": "variants by a language model of sentences whose label they keep (`batti data paraphrase`)",
}
_NOT_COLLECTED = (
    "The phrases and the lexicon behind `generated` were written by a language model under the project's guidance, not "
    "collected from people, and no native speaker has reviewed them all."
)
_MAY_BE_WRONG = (
    "Sentences by a language model (`api`, `paraphrase`) may mean something else than their label: read a sample."
)
_ID = {"id": "name of the row"}
_COMMAND = {"command": "the sentence, as written or recognized"}
_COMMON = {
    "tags": "what the maker says of the sentence: voice, way of spelling, what was composed",
    "set": "how it was made, see above",
    "family": "rows of one family were made from one another; keep them in one split",
}
_DOCUMENT = "`intent`, `rooms` and `actions`"
_FIELDS: Mapping[str, Mapping[str, str]] = {
    "parquet": {
        **_ID,
        "home": "the home that is spoken to, as YAML: rooms, aliases, named lights, groups",
        "home_id": "name of the home within its split",
        **_COMMAND,
        "intent": "one of the seven below",
        "rooms": "the distinct places of the actions",
        "actions": "what is to be done, in the order said; keys that are not set are null",
        "expected": f"the same document, {_DOCUMENT}, as canonical YAML: what a model should answer",
        **_COMMON,
    },
    "jsonl": {
        **_ID,
        "home": "`id` of the home, a line of `homes.jsonl`",
        **_COMMAND,
        "expected": f"the document: {_DOCUMENT}; keys that are not set are left out",
        **_COMMON,
    },
    "sharegpt": {
        **_ID,
        "conversations": "`system`: the contract in short and the home; `human`: the sentence; `gpt`: the document as "
        "canonical YAML",
    },
}


def card(splits: Mapping[str, Sequence[Record]], files: Mapping[str, str], to: str) -> str:
    """The card of these splits, which are in these files beside it, in this format."""
    total = sum(map(len, splits.values()))
    return f"""---
{_front(files, total)}---
# {_NAME}

{total:,} sentences to the lights of a home, in Nepali, in English and in both at once, in Latin letters and in
Devanagari, each with the home that is spoken to and the command that it asks for: which rooms, groups and named
lights, what is done to them and when. A sentence that asks for a place that the home does not have, or for nothing
of its lights, is labelled so.

## How it was made

{_made(splits)}

Every document was checked against the command language and its home when this was written. The program that made it,
the command language and a model trained on such sentences are the project `batti`.

## Fields

{table(["field", "what it holds"], _FIELDS[to].items())}

## Splits

{_counts(splits)}

## Known limits

{_limits(splits)}
"""


def _front(files: Mapping[str, str], total: int) -> str:
    """The YAML that the hub reads."""
    front = {
        "pretty_name": _NAME,
        "language": ["ne", "en"],
        "license": "apache-2.0",
        "task_categories": ["text-generation", "text-classification"],
        "size_categories": [next((name for most, name in _SIZES.items() if total < most), "10M<n<100M")],
        "tags": ["smart-home", "code-mixing", "nepali", "intent-detection", "slot-filling", "synthetic"],
        "configs": [
            {"config_name": "default", "data_files": [{"split": name, "path": path} for name, path in files.items()]}
        ],
    }
    return str(yaml.safe_dump(front, sort_keys=False, allow_unicode=True))


def _made(splits: Mapping[str, Sequence[Record]]) -> str:
    counts = Counter(record.set for some in splits.values() for record in some)
    lines = [f"- {name or 'no name'} ({count:,}): {_SETS.get(name, 'see its maker')}" for name, count in counts.items()]
    return "\n".join(lines)


def _counts(splits: Mapping[str, Sequence[Record]]) -> str:
    """Sentences of each split, by intent and by script."""
    rows = [("sentences", _each(splits, len)), ("homes", _each(splits, lambda some: len({r.home for r in some})))]
    intents = {name: Counter(record.intent for record in some) for name, some in splits.items()}
    scripts = {name: Counter(tongue.script(record.command) for record in some) for name, some in splits.items()}
    rows += [(f"`{intent}`", [counts[intent] for counts in intents.values()]) for intent in INTENTS]
    rows += [(f"script: {script}", [counts[script] for counts in scripts.values()]) for script in tongue.SCRIPTS]
    return table(["", *splits], ((name, *(f"{count:,}" for count in counts)) for name, counts in rows))


def _each(splits: Mapping[str, Sequence[Record]], measure: Callable[[Sequence[Record]], int]) -> list[int]:
    return [measure(some) for some in splits.values()]


def _limits(splits: Mapping[str, Sequence[Record]]) -> str:
    sets = {record.set for some in splits.values() for record in some}
    limits = ["The shares of intents, rooms and scripts are those of the makers, not of what households say."]
    if "generated" in sets:
        limits.append(_NOT_COLLECTED)
    if sets & {"api", "paraphrase"}:
        limits.append(_MAY_BE_WRONG)
    if len(splits) > 1:
        texts = [{record.normalized for record in some} for some in splits.values()]
        shared = sum(count > 1 for count in Counter(text for some in texts for text in some).values())
        limits.append(f"{shared:,} normalized sentences stand in more than one split.")
    limits.append("Lights only: other devices, music and small talk are all `none`.")
    return "\n".join(f"- {limit}" for limit in limits)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = (head, ["---"] * len(head), *rows)
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)
