"""The one form in which a home and a sentence reach a model, and an answer comes back.

In: character ids of normalized text. Out: one token for each structural element, and pointers for
the rooms, groups and named lights of the home. `baithak nilo ani 40% ma` is answered by
`[->living room] [blue] [->living room] [level] [40] [end]`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from batti.command import COLORS, Action, Command
from batti.home import Entity
from batti.text import ALPHABET, normalize

CHARS = len(ALPHABET) + 1
"""Size of the character vocabulary; id 0 is padding."""
MAX_NAME_CHARS = 40

PAD, START, END, NONE, UNKNOWN, ALL, HERE, EXCEPT = range(8)
_WORDS = (
    "turn_on", "turn_off", "toggle", "get_state", "level", "up", "down", *COLORS,
    "kelvin", "after", "at", "for", "h", "m", "s",
)  # fmt: skip
WORD = {word: 8 + i for i, word in enumerate(_WORDS)}
NUMBER = 8 + len(_WORDS)
"""Id of the number 0; the numbers to 100 follow."""
VOCABULARY = NUMBER + 101
"""Ids from here on point at the home's entities, in the order of `Home.entities()`."""
NAMES = {v: k for k, v in WORD.items()}
SIMPLE = ("turn_on", "turn_off", "toggle", "get_state")
UNITS = {"h": 3600, "m": 60, "s": 1}
_CHAR_ID = {c: i + 1 for i, c in enumerate(ALPHABET)}


def encode_text(text: str, limit: int | None = None) -> list[int]:
    """Character ids of the normalized text, at most `limit` of them."""
    return [_CHAR_ID[c] for c in normalize(text)[:limit]]


def pad(rows: Sequence[Sequence[int]], minimum: int = 1) -> NDArray[np.int64]:
    """Rows of ids as one array, padded at the end with 0."""
    width = max(minimum, *(len(row) for row in rows)) if rows else minimum
    out = np.zeros((len(rows), width), dtype=np.int64)
    for i, row in enumerate(rows):
        out[i, : len(row)] = row
    return out


def encode_names(names: Iterable[Iterable[str]]) -> tuple[list[list[int]], list[int]]:
    """Character ids of every name of every entity, and the index of the entity that each names."""
    ids: list[list[int]] = []
    owners: list[int] = []
    for index, group in enumerate(names):
        for row in dict.fromkeys(tuple(encode_text(name, MAX_NAME_CHARS)) for name in group):
            ids.append(list(row) or [0])
            owners.append(index)
    return ids, owners


def _number(n: int) -> int:
    return NUMBER + n


def _duration_tokens(value: str) -> list[int]:
    return [t for n, unit in re.findall(r"(\d+)([hms])", value) for t in (_number(int(n)), WORD[unit])]


def _amount_tokens(action: Mapping[str, Any]) -> list[int]:
    if action["action"] in SIMPLE:
        return [WORD[action["action"]]]
    if "brightness" in action:
        return [WORD["level"], _number(round(action["brightness"] * 100))]
    if "brightness_step" in action:
        step = round(action["brightness_step"] * 100)
        return [WORD["up" if step > 0 else "down"], _number(abs(step))]
    if "color" in action:
        return [WORD[action["color"]]]
    hundreds, rest = divmod(action["color_temp"], 100)
    return [WORD["kelvin"], _number(hundreds), _number(rest)]


def encode_answer(
    kind: str, actions: Iterable[Mapping[str, Any]], index: Mapping[tuple[str, str | None], int]
) -> list[int]:
    """Tokens of an answer, `END` included. `index` maps (room, light or None) to an entity."""
    if kind != "act":
        return [NONE if kind == "none" else UNKNOWN, END]
    tokens: list[int] = []
    for action in actions:
        room = action["room"]
        if room in ("all", "here"):
            tokens.append(ALL if room == "all" else HERE)
        else:
            tokens.append(VOCABULARY + index[room, action.get("light")])
        if action.get("except"):
            tokens.append(EXCEPT)
            tokens += [VOCABULARY + index[name, None] for name in action["except"]]
        tokens += _amount_tokens(action)
        for key in ("after", "at", "for"):
            if key in action and key == "at":
                tokens += [WORD["at"], *(_number(int(part)) for part in action["at"].split(":"))]
            elif key in action:
                tokens += [WORD[key], *_duration_tokens(action[key])]
    return [*tokens, END]


class _Reader:
    """Reads back what `encode_answer` wrote; the grammar has seen to it that it is well-formed."""

    def __init__(self, tokens: Sequence[int], entities: Sequence[Entity]) -> None:
        self.tokens, self.entities, self.at = tokens, entities, 0

    def peek(self) -> int:
        return self.tokens[self.at] if self.at < len(self.tokens) else END

    def next(self) -> int:
        self.at += 1
        return self.tokens[self.at - 1]

    def number(self) -> int:
        return self.next() - NUMBER

    def place(self) -> dict[str, Any]:
        token = self.next()
        if token in (ALL, HERE):
            place: dict[str, Any] = {"room": "all" if token == ALL else "here"}
        else:
            entity = self.entities[token - VOCABULARY]
            place = {"room": entity.room if entity.kind == "light" else entity.name}
            if entity.kind == "light":
                place["light"] = entity.name
        if self.peek() == EXCEPT:
            self.next()
            place["except"] = []
            while self.peek() >= VOCABULARY:
                place["except"].append(self.entities[self.next() - VOCABULARY].name)
        return place

    def amount(self) -> dict[str, Any]:
        word = NAMES[self.next()]
        if word in SIMPLE:
            return {"action": word}
        if word == "level":
            return {"action": "adjust_brightness", "brightness": self.number() / 100}
        if word in ("up", "down"):
            step = self.number() / 100
            return {"action": "adjust_brightness", "brightness_step": step if word == "up" else -step}
        if word == "kelvin":
            return {"action": "change_color", "color_temp": 100 * self.number() + self.number()}
        return {"action": "change_color", "color": word}

    def duration(self) -> str:
        said = ""
        while NUMBER <= self.peek() < VOCABULARY:
            said += f"{self.number()}{NAMES[self.next()]}"
        return said

    def action(self) -> dict[str, Any]:
        action = self.place() | self.amount()
        while (key := NAMES.get(self.peek())) in ("after", "at", "for"):
            self.next()
            action[key] = f"{self.number():02d}:{self.number():02d}" if key == "at" else self.duration()
        return action


def decode_answer(tokens: Sequence[int], entities: Sequence[Entity], groups: frozenset[str]) -> Command:
    """The command that the tokens say, in the contract's one form for it."""
    if not tokens or tokens[0] in (NONE, END):
        return Command.none()
    if tokens[0] == UNKNOWN:
        return Command.unknown_room()
    reader = _Reader(tokens, entities)
    actions: list[dict[str, Any]] = []
    while reader.peek() != END:
        actions.append(reader.action())
    return Command.of(one_form(Action.model_validate(a) for a in actions), groups)


def one_form(actions: Iterable[Action]) -> list[Action]:
    """Without repeats, and without a `turn_on` that a level or a colour of the same place implies."""
    kept = list({(a.place, a.model_copy(update={"except_": ()})): a for a in reversed([*actions])}.values())[::-1]
    lit = {(a.place, a.when) for a in kept if a.action in ("adjust_brightness", "change_color")}
    return [a for a in kept if a.action != "turn_on" or (a.place, a.when) not in lit]
