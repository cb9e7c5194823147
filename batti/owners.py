"""Whose room it is that is told by a pronoun: `Sujal sutyo, usko kotha nibhau`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import chain, pairwise

from batti import lexicon, meaning, spoken
from batti.home import Entity
from batti.similarity import ENOUGH, telling_of
from batti.sound import consonants, fold

Owner = tuple[Entity, frozenset[str]]
"""A room with the words for somebody whose it is."""
_LONG = 5  # letters of a name whose last a may be silent: Ram is not Rama
_PAUSE = re.compile(r"[,.!?]")  # between who is called and what is said to them
_SAME_BUT_FOR_VOWELS = 0.75  # likeness from which a name of the same consonants is one
_TOGETHER = 1  # words between people who are named together: `didi ra sujal sute`


class Owners:
    """The people of a home, by its rooms that are called somebody's, or by somebody alone (Sita didi)."""

    def __init__(self, rooms: Sequence[Entity]) -> None:
        owned = [(room, names) for room in rooms if (names := [*filter(_is_owned, room.names)])]
        by_name = _owners((room, map(spoken.words_of, names)) for room, names in owned)
        otherwise = _owners((room, spoken.translations(*names).values()) for room, names in owned)  # aama is mummy, too
        self._known = (by_name, otherwise)
        self._possessors = [(room, person) for room, names in owned for name in names if (person := _possessor(name))]
        self._strange = _owners((room, map(spoken.words_of, filter(_is_strange, room.names))) for room in rooms)
        light = ((room, filter(meaning.only_sounds_light, room.names)) for room in rooms)
        self._first = _owners((room, map(spoken.words_of, names)) for room, names in light)
        groups = (by_name, otherwise, self._strange, self._first)
        self._people = frozenset(word for owners in groups for _, owner in owners for word in owner)

    def only(self, words: Sequence[str]) -> Entity | None:
        """The one room that is called that of the person named, by whatever word: `sailo` for Saila ko flat."""
        said = telling_of(words)
        if not all(map(meaning.is_person, said)):
            return None
        rooms = {room for room, person in self._possessors if _is_same(said, person)}
        return rooms.pop() if len(rooms) == 1 else None

    def is_of(self, room: Entity, word: str) -> bool:
        """Whether a room is called that of whom a folded word names: bina for Bina ko kotha."""
        return any(_is_same([word], person) for owned, person in self._possessors if owned == room)

    def without_titles(self, words: Sequence[str]) -> list[str]:
        """Folded words without the titles behind those to whom something is called here: the didi of `bina didi`."""
        people = {word for _, person in self._possessors if len(person) == 1 for word in person}
        known = {word for word in words if any(meaning.alike(word, one) >= ENOUGH for one in people)}
        return [word for before, word in pairwise(("", *words)) if not (spoken.is_title(word) and before in known)]

    def room(self, before: str, what: Sequence[str], after: Sequence[str], yours: bool = False) -> Entity | None:
        """The room of the person named last in what stands before a pronoun, else of the only one named behind it:
        by name, else by what means the same, else by a name that the lexicon does not know, or knows as another word
        (Bala, which is a verb, where a sentence begins with it). `what` of theirs it is
        stands behind the pronoun: with `usko cabin` only a room that is called a cabin."""
        called = frozenset(word for word in what if not meaning.is_light(word))
        known = [[(room, owner - called) for room, owner in those if called < owner] for those in self._known]
        strange, first = ([], []) if called else (self._strange, self._first)
        clauses = [*map(spoken.words_of, _PAUSE.split(before))]
        begins = [_not_of_places(clauses[0])[:1]]
        clauses = self._in_turn(clauses, yours)
        subjects, people = [*map(_not_of_places, clauses)], [*map(_of_people, clauses)]
        by_name, otherwise = known
        untitled = [*map(self.without_titles, people)]  # Sunmaya didi is not the other one's didi
        heard = [_as_called(words, by_name) for words in untitled]
        by_name_first = ((untitled, by_name), (heard, by_name), (people, by_name), (people, otherwise))
        for those, owners in (*by_name_first, (subjects, strange), (begins, first)):
            for words in those:
                if named := [*_named(words, owners)]:
                    return _last(named)
        for owners in known:
            if rooms := {room for _, _, room in _named(_of_people(after), owners)}:
                return rooms.pop() if len(rooms) == 1 else None
        return None

    def _in_turn(self, clauses: Sequence[list[str]], yours: bool) -> list[list[str]]:
        """What stands between two pauses, in the order in which it tells who is meant: the last one first, and who is
        called and no more (`Rajan! Sujata suti!`) before all others where it is `yours`, else behind them, or not at
        all where somebody is spoken of."""
        called = [words for words in reversed(clauses) if self._is_called(words)]
        others = [words for words in reversed(clauses) if words not in called]
        if yours:
            return [*called, *others]
        is_somebody_else = any(map(meaning.is_person, chain.from_iterable(map(_of_people, others))))
        return others if is_somebody_else else [*others, *called]

    def _is_called(self, words: Sequence[str]) -> bool:
        """Whether folded words are somebody's name and no more."""
        return all(meaning.is_person(word) or word in self._people for word in words)


def _of_people(words: Sequence[str]) -> list[str]:
    """Without what is no person here: the grandfather (baje) of `9 baje`, the mother (ma) of `ghar ma`."""
    endings = {*map(fold, spoken.endings())}
    return [word for count, word in pairwise(("", *words)) if not count.isdigit() and word not in endings]


def _not_of_places(words: Sequence[str]) -> list[str]:
    """Without what stands in a sentence as a room does: `maidan ma pahuna chhan, unko kotha`."""
    cases = {*map(fold, lexicon.load().frames["case_of_room"])}
    return [word for word, case in pairwise((*words, "")) if case not in cases]


def _owners(rooms: Iterable[tuple[Entity, Iterable[Sequence[str]]]]) -> list[Owner]:
    return [(room, frozenset(telling_of(words))) for room, names in rooms for words in names if words]


def _named(words: Sequence[str], owners: Iterable[Owner]) -> Iterator[tuple[int, int, Entity]]:
    """The first and the last of the words for each owner who is among them, with the room."""
    where = {word: i for i, word in enumerate(words)}
    for word, i in [*where.items()]:  # `Sujalle padhena`
        where |= {stem: i for stem in _stems(word) if stem not in where}
    for room, owner in owners:
        if owner <= where.keys():
            at = [where[word] for word in owner]
            yield min(at), max(at), room


def _as_called(words: Sequence[str], owners: Iterable[Owner]) -> list[str]:
    """Folded words with what somebody is called here for what only has other vowels: mami (मम्मी) for mummy."""
    known = {word for _, owner in owners for word in owner if len(word) >= _LONG - 1}
    return [next((one for one in sorted(known) if _has_its_consonants(word, one)), word) for word in words]


def _has_its_consonants(word: str, called: str) -> bool:
    return consonants(word) == consonants(called) and meaning.sounds(word, called) >= _SAME_BUT_FOR_VOWELS


def _stems(word: str) -> Iterator[str]:
    """What else a folded word may be of somebody's name: without a case ending, or with the last a, which Devanagari
    does not write and nobody says (बिनय for Binaya)."""
    if len(word) >= _LONG and word[-1] not in "aeou":
        yield f"{word.removesuffix('i')}ya" if word.endswith("i") else f"{word}a"
    for ending in map(fold, spoken.endings()):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            yield (stem := word.removesuffix(ending))
            yield stem + ending[0]  # Sujalle is folded to `sujale`


def _last(named: Sequence[tuple[int, int, Entity]]) -> Entity | None:
    """The room of who is named last, and not together with somebody else: who is he of `didi ra sujal`?"""
    first, last, room = max(named, key=lambda one: (one[1], -one[0]))
    others = (end for _, end, other in named if other != room)
    return None if any(end == last or 0 < first - end <= _TOGETHER + 1 for end in others) else room


def _possessor(name: str) -> Sequence[str]:
    """The telling words of a name with an owner before what is owned; none of other names."""
    match = _of().search(name)
    return telling_of(spoken.words_inside(name[: match.end()])) if match else ()


def _is_same(said: Sequence[str], person: Sequence[str]) -> bool:
    pairs = zip(said, person, strict=False)
    return len(said) == len(person) and all(a == b or meaning.senses(a) & meaning.senses(b) for a, b in pairs)


@cache
def _of() -> re.Pattern[str]:
    """Matches in a name with an owner: `dai ko kotha`, `Sita's room`."""
    endings = "|".join(rf"(?:\b|[a-z\u0900-\u097f]){re.escape(of)}" for of in lexicon.load().frames["of"])
    return re.compile(rf"(?:['’]s?|{endings or '(?!)'})\s")


def _is_owned(name: str) -> bool:
    return bool(_of().search(name)) or all(map(meaning.is_person, spoken.words_of(name)))


def _is_strange(name: str) -> bool:
    """Whether a name may be somebody's whom only the home knows: Namgyal, DK sir."""
    return all(
        word.isalpha() and (meaning.is_person(word) or not meaning.is_known(word)) for word in spoken.words_of(name)
    )
