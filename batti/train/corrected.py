"""A household's corrected sentences: what was said at home, and what it means there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from batti import prompt
from batti.command import Command
from batti.errors import BattiError, Fault, quote
from batti.home import Entity, Home
from batti.lookup import Lookup
from batti.paths import text_of
from batti.prompt import Asked, Span
from batti.resolve import resolve
from batti.schema import ALL, HERE
from batti.text import MAX_CHARS, normalize
from batti.train.stream import Encoded

_FORM = 'write {"command": "...", "expected": {"actions": [...]}} on a line'
_LONGEST = 5  # words in what names a place


@dataclass(frozen=True)
class Corrected:
    """A sentence, its command, and the network's answer to it."""

    command: str
    expected: Command
    encoded: Encoded


def read(path: Path, home: Home, words: int) -> list[Corrected]:
    """The sentences of a file of JSON lines. Raises BattiError with every line that cannot be taught."""
    lines = text_of(path, ".jsonl").split("\n")
    lookup, taught, faults = Lookup(home), list[Corrected](), list[Fault]()
    for number, line in enumerate(lines, 1):
        try:
            if line.strip():
                taught.append(_corrected(line, home, lookup, words))
        except BattiError as error:
            faults += [Fault(f"{path}:{number}", one.problem, one.hint) for one in error.listed]
    if faults:
        raise BattiError.of(faults)
    if not taught:
        raise BattiError(f"{path}: no sentences", _FORM)
    return taught


def _corrected(line: str, home: Home, lookup: Lookup, words: int) -> Corrected:
    try:
        row = json.loads(line)
        said, meant = row["command"], row["expected"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BattiError("not a corrected sentence", _FORM) from None
    if not isinstance(said, str) or not 0 < len(normalize(said)) <= MAX_CHARS:
        raise BattiError(f"command is {quote(said)}", f"write a sentence of {MAX_CHARS} characters at most")
    command = Command.from_dict(meant, groups=home.group_names)
    if faults := home.check(command):
        raise BattiError.of(faults)
    if command.intent == "unknown_room":
        raise BattiError("what is not in the home cannot be taught by a sentence", "name the room in the home file")
    text = normalize(said)
    answer = prompt.encode_answer([_asked(one.to_dict(), text, home, lookup) for one in command.actions])
    if resolve(prompt.decode_answer(answer), text, lookup)[0] != command:
        raise BattiError("the words of the sentence do not say that in this home", "look at the places and the values")
    encoded = {"ids": prompt.encode_text(text), "tags": lookup.gazetteer.tags(text), "answers": [prompt.START, *answer]}
    if words:
        from batti.sound import word_ids

        encoded["words"] = word_ids(text, words)
    return Corrected(said, command, encoded)


def _asked(action: Mapping[str, Any], text: str, home: Home, lookup: Lookup) -> Asked:
    """The entry with the words of the sentence that name its places."""
    doing = {key: value for key, value in action.items() if key not in ("room", "light", "except")}
    excepts = tuple(_named(name, None, text, lookup) for name in action.get("except", ()))
    room, light = action["room"], action.get("light")
    if room in (ALL, HERE):
        return Asked(room, doing, excepts)
    return Asked(_named(room, light, text, lookup), doing, excepts)


def _named(room: str, light: str | None, text: str, lookup: Lookup) -> Span:
    """The words that the look-up takes for a place, the surest and shortest. Raises BattiError."""
    best: tuple[float, int] = (0.0, 0)
    found: Span | None = None
    for first, last in _phrases(text):
        place, sure = lookup.find(text[first : last + 1], text)
        if isinstance(place, Entity) and _is(place, room, light) and (sure, first - last) > best:
            best, found = (sure, first - last), (first, last)
    if found is None:
        raise BattiError(f"no words of the sentence name {quote(light or room)}",
                         "add what you call it to its aliases in the home file")  # fmt: skip
    return found


def _is(place: Entity, room: str, light: str | None) -> bool:
    if light:
        return place.kind == "light" and (place.room, place.name) == (room, light)
    return place.kind != "light" and place.name == room


def _phrases(text: str) -> Iterator[Span]:
    """The first and last characters of each few words in a row."""
    starts = [i for i, c in enumerate(text) if c != " " and (i == 0 or text[i - 1] == " ")]
    ends = [i for i, c in enumerate(text) if c != " " and (i + 1 == len(text) or text[i + 1] == " ")]
    for i, first in enumerate(starts):
        for last in ends[i : i + _LONGEST]:
            yield first, last
