"""The phrase bank: parse `sentence => meaning` lines, with every fault at once.

The format is described in `batti/resources/phrases/README.md`; `batti data validate` checks files.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from itertools import pairwise
from pathlib import Path

from batti.command import COLORS
from batti.errors import BattiError, Fault, did_you_mean, quote
from batti.paths import resources, text_of
from batti.values import duration_of, seconds_of

ROOM_SLOTS, GROUP_SLOTS, LIGHT_SLOTS, STRANGE_SLOTS = "ABCDEF", "GH", "LM", "UV"
PERSON_SLOT = "P"
VALUE_KINDS = ("pct", "k", "color", "dur", "time")
PLACE_SLOTS = ROOM_SLOTS + GROUP_SLOTS + LIGHT_SLOTS + STRANGE_SLOTS
_STRANGE = frozenset(STRANGE_SLOTS)
_SWITCHED = ("on", "off", "toggle", "query")
_BRACES = re.compile(r"\{[^{}]*\}")
_SLOT = re.compile(
    r"\{(?:(?P<person>P)|(?P<place>[A-HLMUV])(?:@(?P<of>[A-FP]))?"
    r"|(?P<kind>pct|k|color|dur)(?P<n>2?)=(?P<value>[^:{}]*)"
    r"|time(?P<tn>2?)=(?P<clock>\d\d:\d\d)):(?P<surface>[^{}]*\S[^{}]*)\}"
)
# \w leaves out the vowel signs of Devanagari; a sign before a number is no punctuation.
_WORD = re.compile(r"[+-](?=\d)|[\w\u0900-\u0963\u0970-\u097f]+")
_NO_WORD = {n: " " for n in range(128) if not re.match(r"\w", chr(n))}  # the same of plain text, and quicker
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


def kind_of(slot: str) -> str:
    """`pct` of `pct` and `pct2`, and of `pct3` and `pct4`, which requests put together have."""
    return slot.rstrip("234")


class PhraseError(ValueError):
    """One fault of one line; the message says what to write instead."""


@dataclass(frozen=True)
class Segment:
    """A run of a sentence: literal words (`slot` is empty) or the surface of a slot."""

    text: str
    slot: str = ""
    value: str = ""
    light_of: str = ""
    passes_for: str = ""  # of a strange place: the kind of thing that stood there
    owned: bool = False  # of a room: said with a pronoun, whose person the sentence names


@dataclass(frozen=True)
class Meaning:
    """One action of a phrase's meaning, with slots still open.

    `place` is a slot letter, `all` or `here`; `done` the second column of the format's table
    (`on`, `=0.3`, `pct`, `+pct`, `color`, `2700K` …); `when` maps after/at/for to a slot or value.
    """

    place: str
    done: str
    excepts: tuple[str, ...] = ()
    when: tuple[tuple[str, str], ...] = ()


_FEW_WORDS = 4  # a longer question has a word or an ending that asks


@dataclass(frozen=True)
class Phrase:
    segments: tuple[Segment, ...]
    kind: str  # "act", "none" or "unknown"
    meanings: tuple[Meaning, ...] = ()
    voice: str = ""
    line: int = 0
    slots: frozenset[str] = field(default_factory=frozenset)

    @cached_property
    def text(self) -> str:
        return "".join(s.text for s in self.segments)

    @cached_property
    def asked_by_its_mark(self) -> bool:
        """Whether it may be that only the question mark tells it from a request: `kitchen on?`."""
        asks = bool(self.meanings) and all(m.done == "query" for m in self.meanings)
        return asks and self.text.rstrip().endswith("?") and len(self.text.split()) <= _FEW_WORDS


def _is_duration(value: str) -> bool:
    try:
        return 0 < seconds_of(value) <= 24 * 3600
    except ValueError:
        return False


def _check_value(kind: str, value: str) -> None:
    ok = {
        "pct": lambda: value.isdecimal() and 1 <= int(value) <= 100,
        "k": lambda: value.isdecimal() and 1900 <= int(value) <= 6500,
        "color": lambda: value in COLORS,
        "dur": lambda: _is_duration(value),
        "time": lambda: bool(_CLOCK.fullmatch(value)),
    }[kind]()
    if not ok:
        hint = did_you_mean(value, COLORS) if kind == "color" else "see the table of slots"
        raise PhraseError(f"'{value}' is no value for {kind}; {hint}")


@lru_cache(maxsize=1 << 14)
def _slot(braces: str) -> Segment:
    match = _SLOT.fullmatch(braces)
    if not match:
        raise PhraseError(f"'{braces}' is no slot; write {{A:words}} or {{pct=40:40%}}")
    part = match.groupdict()
    if part["person"]:
        return Segment(part["surface"], PERSON_SLOT)
    if part["place"]:
        return _place(braces, part["place"], part["of"] or "", part["surface"])
    kind, second, value = part["kind"], part["n"], part["value"]
    if part["clock"]:
        kind, second, value = "time", part["tn"], part["clock"]
    _check_value(kind, value)
    return Segment(part["surface"], kind + second, value)


def _place(braces: str, slot: str, of: str, surface: str) -> Segment:
    if of == PERSON_SLOT:
        if slot not in ROOM_SLOTS + STRANGE_SLOTS:
            raise PhraseError(f"'{braces}': only a room (A to F) is somebody's")
        return Segment(surface, slot, owned=True)
    if of and slot not in LIGHT_SLOTS:
        raise PhraseError(f"'{braces}': only a light (L, M) stands in a room")
    return Segment(surface, slot, light_of=of)


@lru_cache(maxsize=1 << 17)
def _words(literal: str) -> Segment:
    return Segment(literal)


def segments(sentence: str) -> tuple[Segment, ...]:
    """The words and slots of a sentence, spaces at the ends kept. Raises PhraseError."""
    out: list[Segment] = []
    at = 0
    for match in (*_BRACES.finditer(sentence), None):
        literal = sentence[at : match.start() if match else None]
        if "{" in literal or "}" in literal:
            raise PhraseError(f"a brace without its pair near '{literal.strip()}'")
        if literal:
            out.append(_words(literal))
        if match:
            out.append(_slot(match.group()))
            at = match.end()
    return tuple(out)


def _when(words: list[str], slots: frozenset[str]) -> tuple[tuple[str, str], ...]:
    pairs: list[tuple[str, str]] = []
    while words:
        if len(words) < 2 or words[0] not in ("after", "at", "for"):
            raise PhraseError(f"'{' '.join(words)}': write `after dur`, `at time` or `for dur`")
        key, value = words[0], words[1]
        kind = "time" if key == "at" else "dur"
        if kind_of(value) == kind:
            if value not in slots:
                raise PhraseError(f"the sentence has no slot {{{value}=…}}")
        else:
            _check_value(kind, value)
            value = value if kind == "time" else duration_of(seconds_of(value))  # 90m is 1h30m
        if key in dict(pairs) and key != "after":  # `after dur after dur2`: so long after that
            raise PhraseError(f"'{key}' twice in one action")
        pairs.append((key, value))
        words = words[2:]
    return tuple(pairs)


def _check_done(done: str, slots: frozenset[str]) -> None:
    if done in (*_SWITCHED, *COLORS):
        return
    bare = done[1:] if done[0] in "+-" else done
    if bare in ("pct", "pct2") or done in ("color", "color2", "k", "k2"):
        if bare not in slots:
            raise PhraseError(f"the sentence has no slot {{{bare}=…}}")
        return
    if re.fullmatch(r"=(0\.\d{1,2}|1\.0)|[+-]0\.\d{1,2}", done) and float(done.lstrip("=")) != 0:
        return
    if re.fullmatch(r"\d{4}K", done) and 1900 <= int(done[:-1]) <= 6500:
        return
    meant = f"{did_you_mean(done, (*_SWITCHED, *COLORS, 'color', 'pct'))} or " if done.isalpha() else ""
    raise PhraseError(f"'{done}' is not something that can be done; {meant}see the table of meanings")


@lru_cache(maxsize=1 << 14)
def _action(text: str, slots: frozenset[str]) -> Meaning:
    words = text.split()
    if not words:
        raise PhraseError("an empty action; leave the last `;` out")
    place, rest = words[0], words[1:]
    if place not in ("all", "here") and place not in PLACE_SLOTS:
        raise PhraseError(f"'{place}' is no place; write A, B, G, L, all or here")
    excepts: list[str] = []
    if rest and rest[0] == "except":
        rest = rest[1:]
        while rest and rest[0] in tuple(ROOM_SLOTS + STRANGE_SLOTS):
            excepts.append(rest.pop(0))
        if not excepts or place not in ("all", "G", "H"):
            raise PhraseError("`except` takes rooms, after all or a group: `all except A off`")
    for name in (place, *excepts):
        if name in PLACE_SLOTS and name not in slots:
            raise PhraseError(f"the sentence has no slot {{{name}:…}}")
    if not rest:
        raise PhraseError(f"nothing is done to {place}")
    _check_done(rest[0], slots)
    return Meaning(place, rest[0], tuple(excepts), _when(rest[1:], slots))


def clause(text: str) -> tuple[tuple[Segment, ...], tuple[tuple[str, str], ...]]:
    """The segments and the time of `{dur=10m:10 minutes} later => after dur`. Raises PhraseError."""
    said, _, when = text.rpartition("=>")
    parts = segments(said.rstrip())
    return parts, _when(when.split(), frozenset(s.slot for s in parts))


def _check_order(meanings: Sequence[Meaning], names: Sequence[str]) -> None:
    """Neighbours of which the same is asked stand in the order in which the sentence names them."""
    for one, other in pairwise(meanings):
        alike = (one.done, one.when) == (other.done, other.when) and {one.place, other.place} <= set(names)
        if alike and names.index(one.place) > names.index(other.place):
            raise PhraseError(f"the sentence names {other.place} before {one.place}; write its action first")


def parse(line: str, voice: str = "", number: int = 0) -> Phrase:
    """A `Phrase` from one line. Raises PhraseError."""
    sentence, arrow, label = line.rpartition("=>")
    if not arrow or not sentence.strip():
        raise PhraseError("write `sentence => meaning`")
    parts = segments(sentence.strip())
    names = [s.slot for s in parts if s.slot]
    slots = frozenset(names)
    label = label.strip()
    owned = [s.slot for s in parts if s.owned]
    if (owned or PERSON_SLOT in slots) and not len(owned) <= names.count(PERSON_SLOT) == 1:
        raise PhraseError("{P:dai} stands once in a sentence, and {A@P:usko kotha} beside it")
    if any(names.count(slot) > 1 for slot in owned):
        raise PhraseError("the room of {P:dai} has a letter of its own: one that no other place has")
    if label == "none":
        return Phrase(parts, "none", (), voice, number, slots)
    meanings = tuple(_action(part, slots) for part in label.split(";"))
    strange = slots & _STRANGE
    if strange and not strange & {place for m in meanings for place in (m.place, *m.excepts)}:
        raise PhraseError("an action on {U:…} is missing: say what is asked of it")
    _check_order(meanings, names)
    return Phrase(parts, "unknown" if strange else "act", meanings, voice, number, slots)


def lines(path: Path) -> list[tuple[int, str]]:
    """The lines that hold a phrase, with their numbers. Raises BattiError."""
    # Not splitlines: what Unicode counts as the end of a line is none to an editor.
    stripped = ((n, line.strip()) for n, line in enumerate(text_of(path).split("\n"), 1))
    return [(n, line) for n, line in stripped if line and not line.startswith("#")]


def wording(phrase: Phrase) -> str:
    """Equal for two phrases that are the same sentence but for capitals and punctuation."""
    said = phrase.text.lower()
    plain = said.isascii() and "+" not in said and "-" not in said
    words = " ".join(said.translate(_NO_WORD).split() if plain else _WORD.findall(said)) or phrase.text
    return f"{words} ?" if "?" in said and phrase.asked_by_its_mark else words


def read(path: Path) -> tuple[list[Phrase], list[Fault]]:
    """The phrases of a file, and a fault for each line that is none or stood there before. Raises BattiError."""
    found: list[Phrase] = []
    faults: list[Fault] = []
    seen: dict[str, Phrase] = {}
    voice = path.stem
    for number, line in lines(path):
        try:
            phrase = parse(line, voice, number)
        except PhraseError as error:
            faults.append(Fault(f"{path}:{number}", f"{quote(line)}: {error}", ""))
            continue
        first = seen.setdefault(wording(phrase), phrase)
        if first is phrase:
            found.append(phrase)
            continue
        same = (first.kind, first.meanings) == (phrase.kind, phrase.meanings)
        problem = f"the sentence of line {first.line} again{'' if same else ', labelled otherwise'}"
        faults.append(Fault(f"{path}:{number}", problem, "keep one of them"))
    return found, faults


@contextmanager
def nothing_thrown_away() -> Iterator[None]:
    """Millions of objects are made and kept: to look for what may be thrown away is a third of the work, and to
    look through them ever again takes a second each time."""
    looking = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if looking:
            gc.freeze()
            gc.enable()


@cache
def load() -> tuple[Phrase, ...]:
    """Every phrase of the bank, in file order. Raises BattiError for a faulty bank."""
    bank: list[Phrase] = []
    faults: list[Fault] = []
    with nothing_thrown_away():
        for path in sorted(resources("phrases").glob("*.txt")):
            good, bad = read(path)
            bank += good
            faults += bad
    if faults:
        raise BattiError.of(faults)
    if not bank:
        raise BattiError(f"no phrase in {resources('phrases')}", "write one: sentence => meaning")
    return tuple(bank)
