"""One sentence with two meanings, and one word with two: what a model could only learn to guess.

Sentences are compared as models read them: normalized, without punctuation, glued or not. Twice: with
their slots filled as written, and with slots and interchangeable words (the classes of `swaps.yaml`)
replaced by what they stand for, so that phrases which only the generator would make alike are found.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import combinations
from pathlib import Path

from batti.dataset.phrases import LIGHT_SLOTS, PLACE_SLOTS, Phrase, Segment, kind_of
from batti.dataset.source import Word, Written, words
from batti.errors import Fault, quote
from batti.lexicon import Swaps, key
from batti.text import normalize
from batti.values import seconds_of

Reading = tuple[str, str]
"""A sentence in the form in which it is compared, and what it means in the same terms."""

# A sign before a number, or at the end of what stands before a slot, is no punctuation.
_WORD = re.compile(r"[+~-](?=[0-9]|$)|[a-z0-9%]+")

# The lists of which a word belongs to one entry only.
_LISTS = (
    "swaps", "colors", "numbers", "places", "people", "lights", "groups", "other_devices",
    "special_durations", "special_times", "units",
)  # fmt: skip
# Two lists that may have no word in common, because the one would be exchanged for, or taken for, the other:
# a colour or number that stands for something else, and a light that is called like a device, or like
# a word that any sentence may hold. Of the other pairs a common word does no harm: a home says itself whether
# "mathi" is a room or a group of it; names and values stand in slots, in which nothing is exchanged; a device
# is only ever named where no place can stand ("bhancha ko gate").
_APART = frozenset(
    {("swaps", "colors"), ("swaps", "numbers"), ("swaps", "lights"), ("colors", "numbers"), ("colors", "places"),
     ("colors", "people"), ("colors", "lights"), ("colors", "groups"), ("colors", "other_devices"),
     ("lights", "other_devices")}
)  # fmt: skip
_ALLOWED = frozenset({("be", "6")})  # "cha": is, and six, alike in every spelling


def two_labels(written: Iterable[Written], swaps: Swaps) -> Iterator[Fault]:
    """A fault for each phrase that says what an earlier one says and means something else."""
    readings: tuple[tuple[str, Callable[[Phrase], Reading]], ...] = (
        ("the sentence", as_written),
        ("with words exchanged, the sentence", lambda phrase: as_made(phrase, swaps)),
    )
    written = list(written)
    told: set[str] = set()
    for what, reading in readings:
        first: dict[str, tuple[str, str]] = {}
        for where, phrase in written:
            said, meant = reading(phrase)
            there, meant_there = first.setdefault(said, (where, meant))
            if said and meant != meant_there and where not in told:
                told.add(where)
                problem = f"{what} of {there}, which means {quote(meant_there)}, not {quote(meant)}"
                yield Fault(where, problem, "give both one meaning, or say one of them so that it tells")


def as_written(phrase: Phrase) -> Reading:
    """The words of the sentence, and its meaning with the slots filled."""
    named = {s.slot: normalize(s.text) if s.slot in PLACE_SLOTS else _value(s) for s in phrase.segments if s.slot}
    words = _WORD.findall(normalize(phrase.text).replace("'", ""))
    return " ".join((*words, *_mark(phrase))), _meaning(phrase, named)


def as_made(phrase: Phrase, swaps: Swaps) -> Reading:
    """The sentence with a sign for each slot and each interchangeable word, and its meaning in these signs."""
    named = _signs(phrase)
    said = [_slot(s, named) if s.slot else _exchanged(s.text, swaps) for s in phrase.segments]
    return " ".join(filter(None, (*said, *_mark(phrase)))), _meaning(phrase, named)


def _mark(phrase: Phrase) -> tuple[str, ...]:
    """A question mark that is no mere punctuation."""
    return ("?",) if phrase.asked_by_its_mark else ()


def _value(segment: Segment) -> str:
    kind = kind_of(segment.slot)
    if kind == "pct":
        return f"{int(segment.value) / 100:g}"
    return {"k": f"{segment.value}K", "dur": f"{segment.value}"}.get(kind, segment.value)


def _signs(phrase: Phrase) -> dict[str, str]:
    """Other letters for the slots, in the order in which they come; what a home has or not is the home's."""
    places, lights = iter("ABCDEFGH"), iter(LIGHT_SLOTS)
    signs: dict[str, str] = {}
    for slot in dict.fromkeys(s.slot for s in phrase.segments if s.slot):
        kind = kind_of(slot)
        if slot in PLACE_SLOTS:
            signs[slot] = next(lights if slot in LIGHT_SLOTS else places)
        else:
            signs[slot] = kind + "2" * (kind in signs.values())
    return signs


def _slot(segment: Segment, named: Mapping[str, str]) -> str:
    sign = segment.text[0] if segment.text[0] in "+-" else ""
    return f"{{{sign}{named[segment.slot]}}}"


def _exchanged(text: str, swaps: Swaps) -> str:
    out: list[str] = []
    at = 0
    for start, end, index in (*swaps.find(text), (len(text), len(text), None)):
        out += _WORD.findall(normalize(text[at:start]).replace("'", ""))
        out += [] if index is None else [f"<{swaps.ids[index]}>"]
        at = end
    return " ".join(out)


def _meaning(phrase: Phrase, named: Mapping[str, str]) -> str:
    """The meaning with other words for the slots, in one form."""
    actions: list[str] = []
    for m in phrase.meanings:
        sign, bare = (m.done[0], m.done[1:]) if m.done[0] in "+-=" else ("", m.done)
        done = named.get(bare, bare)
        done = f"{float(done):g}" if re.fullmatch(r"[\d.]+", done) else done
        excepts = ["except", *(named[slot] for slot in m.excepts)] if m.excepts else []
        when = [f"{word} {_moment(named.get(value, value))}" for word, value in m.when]
        actions.append(" ".join((named.get(m.place, m.place), *excepts, sign.strip("=") + done, *when)))
    return "; ".join(actions) or "none"


def _moment(value: str) -> str:
    try:
        return f"{seconds_of(value)}s"
    except ValueError:  # a time of day, or a sign
        return value


# -- words -----------------------------------------------------------------------------------------
def shared_words(folder: Path) -> Iterator[Fault]:
    """A fault for each word of the lexicon that stands where an earlier one forbids it."""
    owners: dict[str, dict[tuple[str, str], Word]] = {}
    for path in sorted(folder.glob("*.yaml")):
        for owner, word in _owned(path):
            owners.setdefault(key(word.text), {}).setdefault(owner, word)
    for said, owned in owners.items():
        for (one, first), (other, second) in combinations(owned.items(), 2):
            if said and _clash(one, other):
                names = " and under ".join(f"{name} of {kind}" for kind, name in (one, other))
                problem = f"{quote(second.text)} stands under {names} ({first.where})"
                yield Fault(second.where, problem, "leave it under one: the other would come to mean it too")


def _clash(one: tuple[str, str], other: tuple[str, str]) -> bool:
    if one[0] == other[0]:
        return True
    (a, b), names = (one[0], other[0]), (one[1], other[1])
    return bool({(a, b), (b, a)} & _APART) and not {names, names[::-1]} & _ALLOWED


def _owned(path: Path) -> Iterator[tuple[tuple[str, str], Word]]:
    """Each word of the file's lists, with its list and the entry that it belongs to."""
    if path.stem not in (*_LISTS, "times"):
        return
    found = words(path)
    texts = {word.keys: word.text for word in found}
    for word in found:
        kind = str(word.keys[0]) if path.stem == "times" else path.stem
        if kind in _LISTS and isinstance(word.keys[-1], int):
            yield (kind, _entry(word.keys[:-2], texts)), word


def _entry(keys: tuple[str | int, ...], texts: Mapping[tuple[str | int, ...], str]) -> str:
    """The name of the entry at, or around, these keys: its id or what it stands for, or its first word."""
    for at in (keys, keys[:-1]):
        for name in ("id", "n", "color", "value"):
            if (*at, name) in texts:
                return texts[*at, name]
    return texts.get((*keys, "en", 0), str(keys[-1]))
