"""What a language model answers to rows, and how much of that is right."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

import torch

from batti import chat, metrics
from batti.dataset import thesis_text
from batti.errors import BattiError
from batti.train.rows import Row

Scores = dict[str, Any]
_BATCH = 256 if torch.cuda.is_available() else 32
_NOTHING = {"intent": "none", "rooms": [], "actions": []}


@torch.inference_mode()
def answers(model: Any, tokenizer: Any, rows: Sequence[Row], tokens: int, batch: int = _BATCH) -> list[str]:
    """Greedy answers in the order of the rows; rows of about one length are asked together."""
    order = sorted(range(len(rows)), key=lambda i: len(rows[i].sentence))
    said = [""] * len(rows)
    for start in range(0, len(rows), batch):
        some = order[start : start + batch]
        prompts = tokenizer.apply_chat_template(
            [rows[i].asked for i in some], add_generation_prompt=True, padding=True, return_tensors="pt",
            return_dict=True, tokenizer_kwargs={"padding_side": "left"},
        ).to(model.device)  # fmt: skip
        out = model.generate(
            **prompts, do_sample=False, max_new_tokens=tokens, pad_token_id=tokenizer.pad_token_id,
            eos_token_id=stops(model, tokenizer), use_cache=True,
        )  # fmt: skip
        texts = tokenizer.batch_decode(out[:, prompts["input_ids"].shape[1] :], skip_special_tokens=True)
        for i, text in zip(some, texts, strict=True):
            said[i] = text
    return said


def stops(model: Any, tokenizer: Any) -> list[int]:
    """The tokens that end an answer: the tokenizer's, and those that the base names."""
    theirs = getattr(model.generation_config, "eos_token_id", None)
    listed = theirs if isinstance(theirs, list) else [theirs]
    return sorted({one for one in (*listed, tokenizer.eos_token_id) if one is not None})


def scores(rows: Sequence[Row], said: Sequence[str]) -> Scores:
    """Shares from 0 to 1: exact and partial matches, and how often each field of an answer is right."""
    if rows[0].home is None:
        return _thesis(rows, said)
    pairs = [(_expected(row), _given(row, text)) for row, text in zip(rows, said, strict=True)]
    counts: Counter[tuple[str, str]] = Counter()
    for wanted, got in pairs:
        counts += metrics.key_counts(wanted, got or _NOTHING)
    return {
        "count": len(rows),
        "exact": _mean([got is not None and metrics.exact(wanted, got) for wanted, got in pairs]),
        "partial": _mean([metrics.partial(wanted, got) if got else 0.0 for wanted, got in pairs]),
        "invalid": _mean([got is None for _, got in pairs]),
        "fields": {key: _f1(counts, key) for key in metrics.KEYS if counts[key, "expected"]},
    }


def _expected(row: Row) -> metrics.Document:
    assert row.home is not None
    return chat.command_of(row.home, row.answer).to_dict()


def _given(row: Row, text: str) -> metrics.Document | None:
    assert row.home is not None
    try:
        return chat.command_of(row.home, text).to_dict()
    except BattiError:
        return None


def _thesis(rows: Sequence[Row], said: Sequence[str]) -> Scores:
    pairs = [(row.sentence, row.answer) for row in rows]
    given = [" ".join(text.split()) for text in said]
    counts: Counter[tuple[str, str]] = Counter()
    for (_, wanted), got in zip(pairs, given, strict=True):
        counts += _fields(wanted, got)
    found = thesis_text.figures(pairs, given)
    return {**found, "fields": {key: _f1(counts, key) for key in ("room", "action", "brightness")}}


def _fields(wanted: str, got: str) -> Counter[tuple[str, str]]:
    """How often rooms, actions in a room and levels in a room are expected, given and right."""
    counts: Counter[tuple[str, str]] = Counter()
    sides = [[_parts(entry) for entry in thesis_text.entries(text)] for text in (wanted, got)]
    for key, width in (("room", 1), ("action", 2), ("brightness", 3)):
        a, b = (Counter(parts[:width] for parts in side if len(parts) >= width) for side in sides)
        counts.update({(key, "expected"): a.total(), (key, "given"): b.total(), (key, "right"): (a & b).total()})
    return counts


def _parts(entry: str) -> tuple[str, ...]:
    """`kitchen: brightness=0.2` -> kitchen, brightness, 0.2."""
    room, _, doing = entry.partition(": ")
    return (room, *doing.split("=", 1))


def _f1(counts: Counter[tuple[str, str]], key: str) -> float:
    both = counts[key, "expected"] + counts[key, "given"]
    return round(2 * counts[key, "right"] / both, 4) if both else math.nan


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 4)
