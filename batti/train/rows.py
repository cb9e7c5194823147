"""Labelled sentences as a language model learns them: what it is asked, and what it is to answer.

Two kinds of file: JSON lines of the project's own records, and the thesis's JSON of commands and outputs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from batti import chat
from batti.command import Command
from batti.dataset import records, thesis_text
from batti.errors import BattiError
from batti.home import Home
from batti.train.recipe import Data


@dataclass(frozen=True)
class Row:
    """One sentence; `home` is None where the answer is the thesis's and not the contract's."""

    asked: chat.Messages
    answer: str
    home: Home | None = None

    @property
    def sentence(self) -> str:
        return self.asked[-1]["content"]


def read(paths: Sequence[Path], limit: int, with_home: bool) -> list[Row]:
    """The rows of files in order, the first `limit` of them unless that is 0. Raises BattiError."""
    rows: list[Row] = []
    for path in paths:
        rows += _thesis(path) if path.suffix == ".json" else _records(path, with_home)
    if not rows:
        raise BattiError(f"{', '.join(map(str, paths))}: no sentences", "name a file that has some")
    if len({row.home is None for row in rows}) > 1:
        raise BattiError("files of the thesis and of this project cannot be learned in one run", "name one kind")
    return rows[: limit or None]


def training(data: Data) -> tuple[list[Row], list[Row]]:
    """The rows to learn from, and those to be judged by. Raises BattiError."""
    return (read(data.train, data.limit, data.home), read(data.validation, data.validation_limit, data.home))


def _thesis(path: Path) -> Iterator[Row]:
    for command, output in thesis_text.read(path):
        yield Row([{"role": "user", "content": command}], output)


def _records(path: Path, with_home: bool) -> Iterator[Row]:
    data = records.load(path)
    for record in data.records:
        home = data.homes[record.home]
        asked = chat.messages(home, record.command)
        answer = Command.from_dict(record.expected, groups=home.group_names).to_yaml()
        yield Row(asked if with_home else asked[1:], answer, home)


def encoded(tokenizer: Any, rows: Sequence[Row], max_tokens: int, everything: bool) -> dict[str, list[list[int]]]:
    """`input_ids` and the mask of what is learned; prompts are those that every runtime sends.

    Rows of more than `max_tokens` are left out. Raises BattiError where that is all of them.
    """
    prompts = tokenizer.apply_chat_template([row.asked for row in rows], tokenize=False, add_generation_prompt=True)
    answers = [_answer(tokenizer, row, text) for row, text in zip(rows, prompts, strict=True)]
    asked, said = (tokenizer(texts, add_special_tokens=False)["input_ids"] for texts in (prompts, answers))
    columns: dict[str, list[list[int]]] = {"input_ids": [], "completion_mask": []}
    for before, after in zip(asked, said, strict=True):
        if len(before) + len(after) <= max_tokens:
            columns["input_ids"].append(before + after)
            columns["completion_mask"].append([int(everything)] * len(before) + [1] * len(after))
    if not columns["input_ids"]:
        shortest = min(len(a) + len(b) for a, b in zip(asked, said, strict=True))
        raise BattiError(f"no sentence has {max_tokens} tokens or fewer with its prompt; the shortest has {shortest}",
                         "set data.max_tokens higher, or data.home to false")  # fmt: skip
    return columns


def _answer(tokenizer: Any, row: Row, prompt: str) -> str:
    """What follows the prompt: the answer, and what ends it in the model's own form."""
    messages = [*row.asked, {"role": "assistant", "content": row.answer}]
    whole: str = tokenizer.apply_chat_template(messages, tokenize=False)
    return whole[len(prompt) :] if whole.startswith(prompt) else row.answer + tokenizer.eos_token
