"""What rooms are called: names composed of a person, an adjective or a number, proper and invented ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from random import Random

from batti.lexicon import Concept, Lexicon
from batti.lexicon_shape import SCRIPTS

_NOTHING = Concept("nothing")  # what a lexicon without such words has: a thing without a name


def one_of(concepts: Sequence[Concept], rng: Random) -> Concept:
    """One of them, or a thing without a name where there are none."""
    return rng.choice(concepts) if concepts else _NOTHING


@lru_cache(maxsize=4096)
def person_room(person: Concept, lexicon: Lexicon) -> Concept:
    """`dai ko kotha` and its like, in each script."""
    frames = lexicon.frames["person"]
    words = {
        script: tuple(dict.fromkeys(f.format(p=name) for name in getattr(person, script) for f in frames[script]))
        for script in SCRIPTS
    }
    return Concept(f"person:{person.id}", **words)


@cache
def person_of(room: Concept, lexicon: Lexicon) -> Concept | None:
    """Whose room it is; None where it is nobody's."""
    kind, _, who = room.id.partition(":")
    return next((one for one in lexicon.people if one.id == who), None) if kind == "person" else None


@cache
def _adjective_room(adjective: int, base: int, lexicon: Lexicon) -> Concept:
    a, b = lexicon.frames["adjectives"][adjective], lexicon.frames["bases"][base]
    words = {s: tuple(f"{one} {kind}" for one in a.get(s, ()) for kind in b.get(s, ())[:2]) for s in SCRIPTS}
    return Concept(f"adjective:{adjective}:{base}", **words)


def adjective_room(lexicon: Lexicon, rng: Random) -> Concept:
    """`thulo kotha`, `front office`."""
    frames = lexicon.frames
    if not frames["adjectives"] or not frames["bases"]:
        return _NOTHING
    return _adjective_room(rng.randrange(len(frames["adjectives"])), rng.randrange(len(frames["bases"])), lexicon)


def elsewhere(room: Concept, lexicon: Lexicon) -> Concept:
    """The like of a room in somebody else's house: `chimeki ko bhancha`, `the school's gate`."""
    frames = lexicon.frames["elsewhere"]
    words = {s: tuple(f.format(b=said) for said in getattr(room, s)[:4] for f in frames[s]) for s in SCRIPTS}
    return Concept(f"elsewhere:{room.id}", **words)


_NUMBERED_BASES = 9  # of the bases, those that are counted in any home
_ROOM_NUMBERS = (
    *(1, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 21, 33),
    *(101, 102, 103, 201, 202, 204, 301, 304, 405, 512, 609, 730, 1003, 1305),
)


def numbered_room(lexicon: Lexicon, rng: Random) -> Concept:
    """`room 3`, `3 number kotha`, `कोठा नम्बर ३`; of large numbers, and at times of small ones, the number alone too."""
    n = rng.choice(_ROOM_NUMBERS)
    bases = min(_NUMBERED_BASES, len(lexicon.frames["bases"]))
    if not bases:
        return _NOTHING
    return _numbered_room(rng.randrange(bases), n, n > 100 or rng.random() < 0.15, lexicon)


@dataclass(frozen=True)
class Series:
    """Rooms of one kind told apart by a number, a letter or both: tables 1 to 6, blocks A to C, rooms 2A and 2B."""

    base: int
    numbers: tuple[int, ...]
    letters: str
    alone: bool  # whether the number or letter is name enough

    def room(self, lexicon: Lexicon, rng: Random) -> Concept:
        """One of them."""
        number = rng.choice(self.numbers) if self.numbers else 0
        if not self.letters:
            return _numbered_room(self.base, number, self.alone, lexicon)
        return _lettered_room(self.base, number, rng.randrange(_LETTERS), self.letters, self.alone, lexicon)


_LETTERS = 5  # of an alphabet, those that tell rooms apart


def series(lexicon: Lexicon, rng: Random) -> Series | None:
    """Rooms of one kind; none where the lexicon has no kinds of rooms."""
    bases, alphabets = lexicon.frames["bases"], [*lexicon.frames["alphabets"]]
    if not bases:
        return None
    base = rng.randrange(min(_NUMBERED_BASES, len(bases)) if rng.random() < 0.4 else len(bases))
    letters = alphabets[0 if rng.random() < 0.8 else -1] if alphabets and rng.random() < 0.45 else ""
    first = rng.choice((1, 1, 1, 1, 101, 201, 301))
    numbers = tuple(range(first, first + 6))
    if letters:
        numbers = rng.choice(((), (), tuple(range(1, 4)), (rng.randint(4, 12),)))
    return Series(base, numbers, letters, alone=first > 100 or rng.random() < 0.2)


def series_of(room: Concept) -> str:
    """What a numbered or lettered room has in common with others of its kind; nothing of other rooms."""
    how, _, rest = room.id.partition(":")
    return f"{how}:{rest.partition(':')[0]}" if how in ("numbered", "lettered") else ""


@cache
def told_by(room: Concept, script: str, lexicon: Lexicon) -> tuple[str, ...]:
    """The number or letter alone of a room of a series, in `roman` or `deva`: 2 of `room 2`, B of `block B`."""
    how, *parts = room.id.split(":")
    said = "deva" if script == "deva" else "ne"
    if how == "numbered":
        return _digits(int(parts[1]), said)
    if how == "lettered":
        _, n, alphabet, letter = parts
        return _letters(int(n), int(letter), alphabet, said, lexicon)
    return ()


@cache
def told_alike(
    one: Concept, other: Concept, script: str, lexicon: Lexicon
) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """What tells each of two rooms of a series alone, in pairs that are written alike: 1 and 2, one and two, ek and
    dui."""
    pairs = [(told_by(one, script, lexicon), told_by(other, script, lexicon))]
    if one.id.startswith("numbered:"):
        for language in ("deva",) if script == "deva" else ("en", "ne"):
            both = [_number_words(int(room.id.split(":")[2]), language, lexicon) for room in (one, other)]
            pairs.append((both[0], both[1]))
    return tuple((mine, its) for mine, its in pairs if mine and its)


def _number_words(n: int, language: str, lexicon: Lexicon) -> tuple[str, ...]:
    return getattr(lexicon.numbers[n], language)[:2] if n in lexicon.numbers else ()


def _digits(n: int, script: str) -> tuple[str, ...]:
    return (str(n), str(n).translate(DEVANAGARI_DIGITS)) if script == "deva" else (str(n),)


def _letters(n: int, letter: int, alphabet: str, script: str, lexicon: Lexicon) -> tuple[str, ...]:
    """B, or 2B and 2 B where there is a number (else 0)."""
    says = tuple(lexicon.frames["alphabets"][alphabet].get(script, ())[letter : letter + 1])
    if not n:
        return says
    return tuple(f"{one}{space}{said}" for one in _digits(n, script) for said in says for space in ("", " "))


@cache
def _lettered_room(base: int, n: int, letter: int, alphabet: str, alone: bool, lexicon: Lexicon) -> Concept:
    kinds = lexicon.frames["bases"][base]
    words: dict[str, tuple[str, ...]] = {}
    for s in SCRIPTS:
        says = _letters(n, letter, alphabet, s, lexicon)
        frames, called = lexicon.frames["lettered"][s], kinds.get(s, ())[:2]
        said = (frame.format(b=kind, l=told) for frame in frames for kind in called for told in says)
        words[s] = (*dict.fromkeys(said), *says * (alone and n > 0 and bool(kinds.get(s))))
    return Concept(f"lettered:{base}:{n}:{alphabet}:{letter}", **words)


@cache
def _numbered_room(base: int, n: int, alone: bool, lexicon: Lexicon) -> Concept:
    kinds = lexicon.frames["bases"][base]
    words: dict[str, tuple[str, ...]] = {}
    spelled = _digit_by_digit(n, lexicon) if n > 100 else {}
    for s in SCRIPTS:
        digits = _digits(n, s)
        says = (getattr(lexicon.numbers[n], s)[:2] if n in lexicon.numbers else ()) or digits
        says = (*says, *_heard(n, s, lexicon)[: None if s == "deva" else 1])
        said = (
            frame.format(b=b, n=d, w=w)
            for frame in lexicon.frames["numbered"][s]
            for b in kinds.get(s, ())[:2]
            for d in digits
            for w in says
        )
        words[s] = (*dict.fromkeys(said), *((*digits, *spelled.get(s, ())) * (alone and bool(kinds.get(s)))))
    return Concept(f"numbered:{base}:{n}", **words)


def _heard(n: int, script: str, lexicon: Lexicon) -> tuple[str, ...]:
    """An English number by its sound, in Devanagari or as an English word: `टु`, `too`."""
    words = lexicon.frames["numbers_heard"].get(str(n), ())
    return tuple(word for word in words if script != "ne" and word.isascii() == (script == "en"))


def _digit_by_digit(n: int, lexicon: Lexicon) -> dict[str, tuple[str, ...]]:
    """203 as `two zero three`, `two oh three`, `dui saya tin`, `dui sunya tin`, `दुई सय तीन`."""
    numbers, nought = lexicon.numbers, lexicon.frames["nought"]
    parts = [numbers.get(part, _NOTHING) for part in divmod(n, 100)]

    def in_hundreds(script: str, most: int) -> list[str]:
        patterns = [pattern for pattern in lexicon.frames["hundreds"][script] if "{r}" in pattern][:1]
        hundreds, rest = (getattr(part, script)[:most] for part in parts)
        return [pattern.format(h=h, r=r) for pattern in patterns for h in hundreds for r in rest]

    def one_by_one(words: Callable[[int], tuple[str, ...]]) -> list[str]:
        said = [words(int(c))[:1] for c in str(n)]
        return [" ".join(word for [word] in said)] if all(said) else []

    english = one_by_one(lambda digit: numbers.get(digit, _NOTHING).en)
    with_oh = [said.replace(numbers[0].en[0], oh) for said in english for oh in nought[:1] if "0" in str(n)]
    return {
        "en": (*english, *with_oh),
        "ne": (*in_hundreds("ne", 2), *one_by_one(lambda digit: numbers.get(digit, _NOTHING).ne)),
        "deva": (*in_hundreds("deva", 1), *one_by_one(lambda digit: _heard(digit, "deva", lexicon))),
    }


DEVANAGARI_DIGITS = str.maketrans("0123456789", "०१२३४५६७८९")


def invented(lexicon: Lexicon, rng: Random) -> Concept:
    """A proper name or one that no dictionary has, alone or before a kind of room."""
    f = lexicon.frames
    if not all(f[kind] for kind in ("bases", "proper", "onsets", "vowels", "codas")):
        return _NOTHING
    if rng.random() < 0.6:
        return _named_after(rng.choice(f["proper"]), lexicon, rng)
    syllables = rng.choice((1, 2, 2, 2, 3))
    word = "".join(
        rng.choice(f["onsets"]) + rng.choice(f["vowels"]) + rng.choice(f["codas"]) for _ in range(syllables)
    )
    if len(word) < 3:
        word += rng.choice(("ra", "ku", "mi"))
    return _named_after(word, lexicon, rng)


def _named_after(word: str, lexicon: Lexicon, rng: Random) -> Concept:
    base = rng.choice(lexicon.frames["bases"])
    of_kind = tuple(f"{word} {kind}" for kind in base.get("en", ())[:1])
    en = {0: (word,), 1: of_kind, 2: (word, *of_kind)}[rng.randrange(3)]
    ne = tuple(f"{word} {kind}" for kind in base.get("ne", ())[:1]) if rng.random() < 0.4 else ()
    return Concept(f"invented:{word}", en=en, ne=ne)


def spoken_words(concept: Concept, script: str, english: bool, rng: Random) -> tuple[str, ...]:
    """The concept's words in a script (`roman` or `deva`), in English first where asked for."""
    if script == "deva":
        return concept.deva
    first, second = (concept.en, concept.ne) if english else (concept.ne, concept.en)
    return first if first and (not second or rng.random() < (0.7 if english else 0.55)) else second


def shorten(name: str, lexicon: Lexicon) -> str:
    """A name without its last general word (`study room` -> `study`); empty where it has none."""
    words = name.split()
    if len(words) < 2 or words[-1].lower() not in lexicon.frames["heads"]:
        return ""
    short = " ".join(words[:-1])
    for ending in lexicon.frames["leftovers"]:
        short = short.removesuffix(ending).rstrip()
    return short if len(short) > 2 else ""
