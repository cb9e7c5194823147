"""What was said, word by word, and as what the lexicon knows it.

Hesitations, false starts and case endings come off, and numbers are in digits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from string import ascii_uppercase

from batti import letters, lexicon
from batti.compiled import compiled
from batti.meaning import (
    in_digits,
    is_kin,
    is_known,
    is_lamp,
    is_light,
    is_person,
    is_room,
    is_set_right,
    is_written_light,
    senses,
)  # fmt: skip
from batti.sound import TOKEN, fold


def words_of(said: str, numbers: bool = True) -> list[str]:
    """Folded words of a name, endings inside it off (`aamako kotha`), numbers in digits if asked."""
    return list(_words_of(said, numbers))


def words_inside(name: str) -> list[str]:
    """The same of a name that other words follow: `jhunde` for the jhundeko of `jhundeko batti`."""
    last = lexicon.key(name).split()[-1:]
    inside = [*map(_without_of, last)]
    return words_of(name) if inside == last else [*words_of(name)[:-1], *map(fold, inside)]


_SHORTEST_STEM = 3  # letters; a stem has more: Niko is nobody's
_POSSESSIVE = re.compile(r"['’]s\b")
_STAMMER = re.compile(r"\b([a-z]{1,3})-(?=\1)")  # ba-ba-bathroom


@cache
def _glued() -> re.Pattern[str]:
    """Matches where a word and a number are written together: room3, 3no; not A1, 2nd."""
    short = "|".join(lexicon.load().frames["behind_digits"]) or "(?!)"
    return re.compile(rf"(?<=[a-z]{{3}})(?=\d)|(?<=\d)(?=(?:{short})\b|[a-z]{{3}})")


@lru_cache(maxsize=1 << 14)
def _words_of(said: str, numbers: bool) -> tuple[str, ...]:
    words = _glued().sub(" ", lexicon.key(_STAMMER.sub("", _POSSESSIVE.sub("", said)))).split()
    inner = [_without_of(word) for word in words[:-1]]
    folded = [fold(word) for word in (*inner, *words[-1:])]
    if len(set(folded)) < len(folded):
        folded = [word for word, before in zip(folded, ["", *folded], strict=False) if word != before or word.isdigit()]
    return tuple(_with_numbers(folded) if numbers else folded)


def _without_of(word: str) -> str:
    """The word without the ending of an owner, where that leaves a word: `aama` of `aamako`, and bhako as it is."""
    if is_written_light(word):
        return word
    for of in lexicon.load().frames["of"]:
        owner = word.removesuffix(of)
        if owner != word and (len(owner) > 2 or senses(fold(owner))):
            return owner
    return word


def number(said: str) -> str:
    """The digits of what is a number and nothing more: 2 of `2`, `dui` and `दुई`; else nothing."""
    [word, *more] = words_of(said) or [""]
    return word if word.isdigit() and not more else ""


def with_digits(sentence: str) -> str:
    """A normalized sentence with digits for its number words."""
    return _LETTERS.sub(_in_digits, sentence)


_LETTERS = re.compile(r"[a-z]+")


def _in_digits(word: re.Match[str]) -> str:
    number = in_digits(fold(word[0]))
    return number if number.isdigit() else word[0]


def letter_by_letter(name: str) -> str:
    """The name with each abbreviation as it is spelled out: HR is heard as echaar; nothing where it has none."""
    names = lexicon.load().frames["letter_names"]
    if len(names) < len(ascii_uppercase):
        return ""
    spelled = _ABBREVIATION.sub(lambda match: "".join(names[ascii_uppercase.index(c)] for c in match.group()), name)
    return spelled if spelled != name else ""


_ABBREVIATION = re.compile(r"\b(?:[A-Z]{2,4}|X)\b")


def initials(name: str) -> str:
    """What a terse typist makes of a name of several words: lr of living room, br2 of bedroom 2; else nothing."""
    compounds = lexicon.load().frames["compounds"]
    words = [part for word in lexicon.key(name).split() for part in compounds.get(word, word).split()]
    first = "".join(word if word.isdigit() else word[0] for word in words)
    return first if sum(map(str.isalpha, first)) > 1 else ""


def _with_numbers(words: list[str]) -> list[str]:
    """Number words as digits: `dui saya dui` and `two zero two` are 202."""
    said, nought = [in_digits(word) for word in words], lexicon.load().frames["nought"]
    if sum(map(str.isdigit, said)) + any(word in nought for word in words) < 2:
        return said
    out: list[str] = []
    run: list[str] = []
    for word in (*words, ""):
        number = "0" if run and word in nought else in_digits(word)
        if number.isdigit():
            run.append(number)
            continue
        if run:
            out += _joined_number(run)
            run = []
        if word:
            out.append(word)
    return out


def _joined_number(run: list[str]) -> list[str]:
    if len(run) > 1 and "100" in run[:2]:
        at = run.index("100")
        hundreds = int(run[0]) if at else 1
        return [str(100 * hundreds + sum(map(int, run[at + 1 : at + 2]))), *run[at + 2 :]]
    if len(run) == 2 and int(run[0]) in range(20, 100, 10) and 0 < int(run[1]) < 10:  # twenty one
        return [str(int(run[0]) + int(run[1]))]
    return ["".join(run)] if len(run) > 1 and all(len(n) == 1 for n in run) else run


_SIX = re.compile(r"\b6(?=[a-z])")  # chha in a chat: `6at` is chhat


def readings(said: str) -> Iterator[list[str]]:
    """The words of what was said, with and without hesitations, false starts and a case ending at the end."""
    words = words_of(said)
    if words:
        yield words
    yield from letters.written(words)  # before e is taken for a hesitation
    if (counted := _counted(words)) != words:
        yield counted
    fluent = words_of(_hesitations().sub("", said))
    if _digits(fluent) != _digits(words):  # the oh of `two oh two` is a nought
        fluent = words
    if fluent and fluent != words:
        yield fluent
    pairs = [*zip(fluent, [*fluent[1:], ""], strict=False)]
    for is_repeated in (_is_start, _means_the_same):
        once = [word for word, after in pairs if not is_repeated(word, after)]
        if once != fluent:
            yield once
    untitled = [word for word, before in zip(fluent, ["", *fluent], strict=False) if not _is_title(word, before)]
    if untitled != fluent:
        yield untitled
    bare = [word for word in fluent if word not in _said_of_rooms()]
    if bare != fluent and not all(map(is_light, bare)):
        yield bare
    yield from _inside(fluent)
    plain = words_of(said, numbers=False)
    if plain != words:  # `cha` is six, and half of `bhan cha`
        yield plain
    words = fluent or words
    yield from _apart(words)
    written = lexicon.key(said).rpartition(" ")[2]
    is_letter = letters.is_latin(written)  # c is folded to an s, and is no plural
    for ending in () if is_letter else map(fold, _endings()):
        if len(words) > 1 and words[-1] == ending:
            yield words[:-1]
        elif words and words[-1].endswith(ending) and _has_stem(words[-1], ending, written):
            stem = words[-1].removesuffix(ending)
            yield [*words[:-1], stem]
            if not stem.endswith(ending[0]):
                yield [*words[:-1], stem + ending[0]]  # one k was heard of two: baithko is baithak ko
    if (spelled := _SIX.sub("chh", said)) != said:
        yield from readings(spelled)


def _apart(words: list[str]) -> Iterator[list[str]]:
    """Folded words of which the last, that nobody knows, has an English word for a room or a light at its end: वासरुम,
    स्टडील्याम. Devanagari has an a before it for nothing."""
    last = words[-1] if words else ""
    glued = None if is_known(last) else _ending_in_a_kind().fullmatch(last)
    if glued:
        for stem in dict.fromkeys((glued[1].removesuffix("a"), glued[1])):
            if len(stem) >= _SHORTEST_STEM:
                yield [*words[:-1], stem, glued[2]]


@cache
def _ending_in_a_kind() -> re.Pattern[str]:
    frames = lexicon.load().frames
    kinds = {fold(word) for word in (*frames["room_words"], *frames["lamp_words"])}
    begins = tuple(stem[0] for stem in frames["light_stems"] if stem[-1] not in "aeiou")
    english = (kind for kind in kinds if kind.startswith(begins) and kind[-1] not in "aeiou")
    english = (kind for kind in english if len(kind) >= _SHORTEST_STEM)
    return re.compile(rf"(.+?)({_any_of(sorted(english, key=len, reverse=True))})")


def _has_stem(word: str, ending: str, written: str) -> bool:
    """Whether a folded word may be another with this ending: one that is long enough, or kin where it is not written
    as a light word (`bako`: ba; not `bhako`)."""
    return len(word) > len(ending) + 2 or (is_kin(word.removesuffix(ending)) and not is_written_light(written))


def _digits(words: Iterable[str]) -> str:
    return "".join(filter(str.isdigit, words))


def _counted(words: list[str]) -> list[str]:
    """Folded words with the numbers that they end in in digits, also as they are heard: `rum wan`, `for jiro tu`."""
    end = len(words)
    while end and (words[end - 1].isdigit() or words[end - 1] in _numbers_heard()):
        end -= 1
    if end == len(words) - 1 == 0:  # a van is no 1
        return words
    return [*words[:end], *_with_numbers([_numbers_heard().get(word, word) for word in words[end:]])]


@cache
def _numbers_heard() -> dict[str, str]:
    heard = lexicon.load().frames["numbers_heard"]
    return {fold(lexicon.key(word)): n for n, words in heard.items() for word in words}


def stems(name: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The folded word that a name is of: mathi for mathiko."""
    for ending in _of():
        if len(name) == 1 and len(name[0]) > len(ending) + _SHORTEST_STEM and name[0].endswith(ending):
            yield (name[0].removesuffix(ending),)


@cache
def _of() -> tuple[str, ...]:
    """Folded case endings of what belongs to something, each once."""
    return tuple({fold(lexicon.key(of)): None for of in lexicon.load().frames["of"]})


def is_of(word: str) -> bool:
    """Whether a folded word is a case ending of what belongs to something: ko."""
    return word in _of()


def _inside(words: list[str]) -> Iterator[list[str]]:
    """A room and a lamp without what stands between them: `baithak ma jhumar`, `baithak ma bhako jhumar`."""
    inside, lying = map(_between, ("in_a_room", "lying_in"))
    if not inside.isdisjoint(words[1:-1]):
        for left_out in (inside, inside | lying):
            yield [*words[:1], *(word for word in words[1:-1] if word not in left_out), *words[-1:]]


@cache
def _between(kind: str) -> frozenset[str]:
    """Folded words of a list of the lexicon as they come out between a room and a lamp."""
    said = (words_of(f"hall {words} lamp") for words in lexicon.load().frames[kind])
    return frozenset(word for _, *between, _ in said for word in between)


@cache
def _said_of_rooms() -> frozenset[str]:
    return frozenset(fold(lexicon.key(word)) for word in lexicon.load().frames["said_of_rooms"])


def is_said_of_rooms(word: str) -> bool:
    """Whether a folded word is said of a room or lamp and tells nothing of which it is: poor."""
    return word in _said_of_rooms()


@cache
def _titles() -> frozenset[str]:
    return frozenset(fold(lexicon.key(title)) for said in lexicon.load().frames["titles"].values() for title in said)


def is_title(word: str) -> bool:
    """Whether a folded word is one that stands behind somebody's name: dai."""
    return word in _titles()


@cache
def _womens_titles() -> frozenset[str]:
    return frozenset(fold(lexicon.key(title)) for title in lexicon.load().frames["womens_titles"])


def are_of_one(title: str, other: str) -> bool:
    """Whether two folded titles may be those of one person, as dai and kaka are, and kaka and kaki are not."""
    return (title in _womens_titles()) == (other in _womens_titles())


def _is_title(word: str, before: str) -> bool:
    """Whether a word is what somebody is called besides the name before it: the dai of `Ramesh dai`."""
    return word in _titles() and before not in _titles() and is_person(before)


def _is_start(word: str, after: str) -> bool:
    """Whether a word is the next one begun: `bhan bhancha`, `ge gate`."""
    if word.isdigit() or is_light(word) or not 1 < len(word) < len(after):
        return False
    return after.startswith(word) or (len(word) == 2 and after[0] == word[0])


def _means_the_same(word: str, after: str) -> bool:
    """Whether both words mean one thing: `grandma's hajurama`; a kaksha kotha is a class room besides."""
    same = senses(word) & senses(after)
    return bool(same) and not (is_room(after) and senses(word) - same)


def pattern_of(kind: str) -> str:
    """The pattern of any of the words of a list of `frames.yaml`, as they are written there; the longest come first."""
    return any_of(lexicon.load().frames[kind])


def any_of(words: Iterable[str]) -> str:
    """The pattern of any of these words; the longest come first."""
    return _any_of(sorted(map(re.escape, words), key=len, reverse=True))


def _any_of(said: Iterable[str]) -> str:
    """The pattern of any of these words; of nothing where there are none."""
    return f"(?:{'|'.join(said) or '(?!)'})"


def switched() -> str:
    """The pattern of what is said behind a place that is switched: ` ko batti nibhau`."""
    return rf"(?: {pattern_of('of_room')})?(?: {pattern_of('lamp_words')})? {pattern_of('switches')}\b"


@cache
def _hesitations() -> re.Pattern[str]:
    return re.compile(rf"\b{_any_of(_hesitating())}\b")


@compiled
def _hesitating() -> list[str]:
    """What is said while one thinks, longest first."""
    words = {lexicon.key(word) for said in lexicon.load().fillers["hesitations"].values() for word in said}
    return sorted(words - {""}, key=lambda word: (-len(word), word))


@cache
def _endings() -> tuple[str, ...]:
    return tuple(sorted(lexicon.load().frames["endings"], key=len, reverse=True))


@cache
def endings() -> tuple[str, ...]:
    """Case endings that may be glued to a name, longest first."""
    return tuple(ending for ending in _endings() if " " not in ending)


def last_words(words: Sequence[str], most: int) -> Iterator[str]:
    """What a name at the end of these words may be: the last `most` of them, and fewer and fewer."""
    last = words[-most:]
    return (" ".join(last[start:]) for start in range(len(last)))


def without_ending(said: str) -> str:
    """What was said, without a case ending that stands alone behind it."""
    first, _, last = said.rpartition(" ")
    return first if last in _endings() else said


@cache
def _pronouns() -> re.Pattern[str]:
    return re.compile(rf"{_any_of(map(lexicon.key, lexicon.load().frames['pronouns']))}\b")


@cache
def _yours() -> re.Pattern[str]:
    return re.compile(rf"{_any_of(map(lexicon.key, lexicon.load().frames['yours']))}\b")


@cache
def _remaining() -> re.Pattern[str]:
    several = (said for said in lexicon.load().frames["remaining"] if " " in said)  # `5 minute baki cha` is no light
    return re.compile(rf"\b{_any_of(several)}")  # kotha, and kothako


@cache
def _written_for() -> frozenset[str]:
    return frozenset(map(lexicon.key, lexicon.load().frames["misheard"]))


def is_misheard(sentence: str) -> bool:
    """Whether a recognizer that knows no word of the language wrote a normalized sentence: `city go buddy nee bow`."""
    return not _written_for().isdisjoint(TOKEN.findall(sentence))


def is_of_the_rest(sentence: str) -> bool:
    """Whether a normalized sentence is of the rooms or lights that are left when some are named."""
    return bool(_remaining().search(sentence))


@cache
def _no_single_time() -> re.Pattern[str]:
    times = lexicon.load().times
    said = (r"\b.*\b".join(map(lexicon.key, words.split("..."))) for words in (*times["other_days"], *times["until"]))
    return re.compile(rf"\b{_any_of(said)}\b")


def is_no_single_time(sentence: str) -> bool:
    """Whether a normalized sentence makes of a clock more than the next time it comes: that of another day or of
    every day, or the end of something (`rati 10 baje samma`)."""
    return bool(_no_single_time().search(sentence))


def is_somebodys(said: str) -> bool:
    """Whether it is the room of somebody who is named elsewhere, and no more: `usko kotha`, `his room`."""
    return is_with_pronoun(said) and all(map(is_light, words_of(behind_pronoun(said))))


def is_with_pronoun(said: str) -> bool:
    """Whether it is something of somebody who is named elsewhere: `usko cabin`."""
    return bool(_pronouns().match(lexicon.key(said)))


def is_yours(said: str) -> bool:
    """Whether it is something of whom one speaks to: `timro kotha`."""
    return bool(_yours().match(lexicon.key(said)))


def behind_pronoun(said: str) -> str:
    """What is somebody's who is named elsewhere, the cabin of `usko cabin`; anything else as it is."""
    return _pronouns().sub("", lexicon.key(said), count=1) if is_with_pronoun(said) else said


def translations(*names: str) -> dict[str, tuple[str, ...]]:
    """Other ways of saying the names of one thing by the lexicon, wholly or some words of them, with their words."""
    # Much the same for each name: what stands before, other words, what stands behind, and whether the words tell.
    parts: dict[tuple[tuple[str, ...], frozenset[str], tuple[str, ...], bool], None] = {}
    for name in names:
        words = _words_of(name, True)
        for start in range(len(words)):
            for end in range(start + 1, len(words) + 1):
                if words[start:end] != words and all(map(is_lamp, words[start:end])):
                    continue  # batti sounds like bhatti, a tavern
                if start and end == start + 1 and len(words[start]) == 1 and words[start].isalpha():
                    continue  # room D is not the didi's
                if end == start + 1 and any(is_set_right(words[start], by) for by in words[:start]):
                    continue  # the tala of mathillo tala is not downstairs
                if others := _other_words(" ".join(words[start:end])):
                    parts[words[:start], others, words[end:], not all(map(is_light, words[start:end]))] = None
    said: dict[str, tuple[str, ...]] = {}
    for before, others, after, telling in parts:
        for other, heard in _heard(others):
            if telling and (before or after) and all(map(is_light, heard)):
                continue  # `guest bt`, a bath: as short for batti it would leave the guest alone to tell
            said[" ".join((*before, other, *after))] = (*before, *heard, *after)
    return said


@lru_cache(maxsize=1 << 14)
def _other_words(said: str) -> frozenset[str]:
    """What else may be said for a name or a part of it, by the lexicon."""
    other = _synonyms().get(said) or _synonyms().get(said.removesuffix("s"), frozenset())
    return frozenset(name for name in other if not _is_vague(name))


@lru_cache(maxsize=1 << 12)
def _heard(names: frozenset[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Names with their words, always in the same order."""
    return tuple((name, _words_of(name, True)) for name in sorted(names))


def _is_vague(name: str) -> bool:
    """Whether it leaves open who is meant, and would lead on to somebody else (kaka, uncle, mama)."""
    vague = lexicon.load().frames["vague"]
    telling = [word.removesuffix("s") for word in name.split() if not is_light(fold(word))]
    return bool(telling) and all(word in vague for word in telling)


@cache
def _synonyms() -> dict[str, frozenset[str]]:
    """Folded words of a whole name -> all normalized names of what it names."""
    found: dict[str, frozenset[str]] = {}
    for heard, named in _names():
        names = frozenset(named)
        for said in heard:
            found[said] = found[said] | names if said in found else names
    return found


@compiled
def _names() -> list[tuple[list[str], list[str]]]:
    """What each thing of the lexicon is called: folded, and normalized."""
    words = lexicon.load()
    things = (*words.places, *words.groups, *words.lights, *words.people, *words.furniture, *words.proper_in_both)
    return [(sorted({" ".join(words_of(said)) for said in thing.words}), sorted(thing.keys)) for thing in things]


def is_thing(words: tuple[str, ...]) -> bool:
    """Whether the folded words name a place, a group, a light or a person of the lexicon."""
    return " ".join(words) in _synonyms()


@cache
def devices() -> frozenset[tuple[str, ...]]:
    """Folded words of what is in a house and no light."""
    return frozenset(map(tuple, _devices()))


@compiled
def _devices() -> list[list[str]]:
    return [words_of(said) for device in lexicon.load().devices for said in device.words]


COMPILED = ("_hesitating", "_names", "_devices")
"""The tables that come with the package; see `compiled`."""
