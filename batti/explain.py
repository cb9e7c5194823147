"""Which words of a sentence were taken for what.

Places are pointed at by the network. For the rest, words are left out one at a time (occlusion: Zeiler
and Fergus 2014): what a part of the answer rests on are the words without which its odds are far worse.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from batti import prompt
from batti.backends.onnx import OnnxBackend
from batti.command import Command
from batti.home import Entity, Home
from batti.impossible import IN_WORDS, Impossible, impossible
from batti.interpreter import Interpreter
from batti.lamps import Found
from batti.prompt import VOCABULARY, WHENS, Asked, Span
from batti.resolve import places
from batti.said import Said
from batti.schema import HERE
from batti.text import MAX_CHARS, align

_MATTERS = 1.0  # of the log-odds of a part, lost with a word, from which the word matters
_SHARE = 0.4  # of the loss by the weightiest word, from which another counts too
_LEAST = 1e-6  # probability, for the logarithm
_MOST_WORDS = 60  # that are left out by turns; a longer sentence is no command to a light
_WORD = re.compile(r"[^ ]+")


@dataclass(frozen=True)
class Part:
    """A part of an entry: what it is (`place`, `except`, `action`, `after` …), its value as the contract
    writes it, the words it was taken from as (start, end) in the sentence, and how probable it is."""

    name: str
    value: str
    words: tuple[Span, ...]
    certainty: float


@dataclass(frozen=True)
class Explanation:
    """The sentence as the spans count it, the command, how sure it is, the parts of each entry, and what of it cannot
    be: then the command is none, as `Result` has it."""

    text: str
    command: Command
    confidence: float
    entries: tuple[tuple[Part, ...], ...]
    impossible: Impossible | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain data: the command as `Result` has it, and the parts with what was said."""
        entries = [
            [{**asdict(part), "certainty": round(part.certainty, 4), "said": [self.text[a:b] for a, b in part.words]}
             for part in entry]
            for entry in self.entries
        ]  # fmt: skip
        said = {"command": self.text, **self.command.to_dict(), "confidence": round(self.confidence, 4)}
        if self.impossible:
            said["impossible"] = IN_WORDS[self.impossible]
        return {**said, "explanation": entries}


@dataclass(frozen=True)
class _Piece:
    """Some tokens of an answer that say one thing."""

    entry: int
    name: str
    first: int
    last: int  # exclusive


def explain(backend: OnnxBackend, home: Home, text: str) -> Explanation:
    """What each part of the answer to a sentence rests on."""
    said, origin = align(text)
    shown = unicodedata.normalize("NFC", text)
    [reading] = backend.generate(home, [text])
    if not said or len(said) > MAX_CHARS:
        return Explanation(shown, reading.command, reading.confidence, ())
    tokens, lookup = backend.answer(home, said, reading.command)
    asked = prompt.decode_answer(tokens)
    found = places(Said(asked, said, lookup))
    pieces = _pieces(asked)
    words = [match.span() for match in _WORD.finditer(said)][:_MOST_WORDS]
    placed = {i for entry in asked for span in _spans(entry) for i in range(span[0], span[1] + 1)}
    loose = [word for word in words if not placed.intersection(range(*word))]
    shortened = [_without(said, tokens, word) for word in loose]
    whole, *others = backend.weigh(lookup, [(said, tokens), *shortened])
    parts: dict[int, list[Part]] = {}
    for piece in pieces:
        if tokens[piece.first] >= VOCABULARY:
            of_entry = [one for one in found if one.entry is asked[piece.entry]]
            told = parts.setdefault(piece.entry, [])  # the place comes first, then what is excepted from it
            told.append(_place(tokens, piece, whole, origin, of_entry, len(told)))
            continue
        chance = math.prod(whole[piece.first : piece.last])
        losses = [_log_odds(chance) - _log_odds(math.prod(one[piece.first : piece.last])) for one in others]
        enough = max(_MATTERS, _SHARE * max(losses, default=0.0))
        mattering = [word for word, loss in zip(loose, losses, strict=True) if loss >= enough]
        value = _value(asked[piece.entry], piece.name) if asked else reading.command.intent
        spans = tuple((origin[start], origin[end - 1] + 1) for start, end in mattering)
        parts.setdefault(piece.entry, []).append(Part(piece.name, value, spans, chance))
    entries = tuple(tuple(parts[entry]) for entry in prompt.in_order(asked) or parts)
    return Explanation(shown, reading.command, reading.confidence, entries)


def at_home(found: Explanation, interpreter: Interpreter) -> Explanation:
    """The explanation with `here` as the speaker's room, where that is known, and without a command that cannot be."""
    if why := impossible(found.text, found.command):
        found = replace(found, command=Command.none(), impossible=why)
    room = interpreter.room
    if room is None:
        return found
    entries = tuple(
        tuple(replace(part, value=room) if (part.name, part.value) == ("place", HERE) else part for part in entry)
        for entry in found.entries
    )
    return replace(found, command=interpreter.at_home(found.command), entries=entries)


def _log_odds(chance: float) -> float:
    chance = min(max(chance, _LEAST), 1 - _LEAST)
    return math.log(chance / (1 - chance))


def _spans(entry: Asked) -> list[Span]:
    return [place for place in (entry.place, *entry.excepts) if not isinstance(place, str)]


def _pieces(asked: Sequence[Asked]) -> list[_Piece]:
    """The parts of an answer: place, exceptions, what is done, each time; of an empty one its only token."""
    pieces: list[_Piece] = []
    at = 0
    for number, entry in enumerate(asked):
        for name, tokens in prompt.parts(entry):
            if name:
                pieces.append(_Piece(number, name, at, at + len(tokens)))
            at += len(tokens)
    return pieces or [_Piece(0, "action", 0, 1)]


def _place(
    tokens: Sequence[int], piece: _Piece, chances: Sequence[float], origin: Sequence[int], found: Sequence[Found],
    nth: int,
) -> Part:  # fmt: skip
    """The part of an entry's place (`nth` 0) or exception, which was found so."""
    chance = math.prod(chances[piece.first : piece.last])
    first, last = (token - VOCABULARY for token in tokens[piece.first : piece.last])
    names = " and ".join(dict.fromkeys(_name(one.places[nth]) for one in found))
    return Part(piece.name, names, ((origin[first], origin[last] + 1),), chance * min(one.sure[nth] for one in found))


def _name(found: Entity | str | None) -> str:
    if isinstance(found, Entity):
        return f"{found.name}, in {found.room}" if found.room else found.name
    return found or "not in this home"


def _value(entry: Asked, name: str) -> str:
    if name == "place":  # that nobody pointed at: all, here
        return str(entry.place)
    if name in WHENS:
        return str(entry.doing[name])
    said = {key: value for key, value in entry.doing.items() if key not in WHENS}
    return ", ".join(str(value) if key == "action" else f"{key} {value}" for key, value in said.items())


def _without(said: str, tokens: Sequence[int], word: Span) -> tuple[str, list[int]]:
    """The sentence without a word and its space, and the answer with its pointers moved along."""
    start, end = word
    if start:
        start -= 1
    else:
        end = min(end + 1, len(said))
    moved = [
        token - (end - start) if token >= VOCABULARY and token - VOCABULARY >= end else token for token in tokens
    ]
    return said[:start] + said[end:], moved
