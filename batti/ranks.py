"""Which of its kind something is by the number or letter in its name: what `dosro chair` and `second row` mean.

Chair 2 is the second chair, and row B the second row where all the rows of a home are letters from A on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from string import ascii_lowercase

from batti import letters, lexicon, meaning, spoken
from batti.home import Entity

Series = tuple[str, ...]

_NUMBERS: Series = ()  # that is no alphabet
_Ends = dict[str, set[int]]  # the folded last word of a name -> where among the entities it is one


class Ranks:
    """The things of a home whose names end in a number or a letter, in their order."""

    def __init__(self, entities: Sequence[Entity]) -> None:
        kinds: dict[tuple[str, ...], dict[tuple[Series, int], _Ends]] = {}
        for index, entity in enumerate(entities):
            for name in entity.names:
                *kind, end = spoken.words_of(name) or [""]
                for place in _places(name, end):
                    kinds.setdefault(tuple(kind), {}).setdefault(place, {}).setdefault(end, set()).add(index)
        self._ends: dict[int, _Ends] = {}
        for places in kinds.values():
            for (series, rank), ends in places.items():
                if series == _NUMBERS or _is_in_order(series, places):
                    for end, those in ends.items():
                        self._ends.setdefault(rank, {}).setdefault(end, set()).update(those)

    def named(self, words: Sequence[str]) -> Iterator[tuple[list[str], set[int]]]:
        """Folded words with an ordinal among them as a name has them, and where the things are that may be meant."""
        ranks = [*filter(None, map(meaning.ordinal, words))]
        if len(ranks) != 1 or len(words) < 2 or any(map(str.isdigit, words)):
            return
        kind = [word for word in words if not meaning.ordinal(word)]
        for end, those in self._ends.get(ranks[0], {}).items():
            yield [*kind, end], those


def _places(name: str, end: str) -> Iterator[tuple[Series, int]]:
    """The series (the numbers or an alphabet) in which the end of a name stands, and its place in it, from 1 on."""
    if end.isdigit():
        yield _NUMBERS, int(end)
    at_end = letters.at_end(name) if end.isalpha() else ()  # class 9B is not the second one
    for series in (tuple(ascii_lowercase), tuple(lexicon.load().frames["letters"])):
        ranks = [rank for rank, letter in enumerate(series, 1) if letter in at_end]
        yield from ((series, rank) for rank in ranks[:1])  # a, where it is a or e


def _is_in_order(series: Series, places: Collection[tuple[Series, int]]) -> bool:
    """Whether things of a kind are told apart by the first letters of an alphabet and by no number."""
    ranks = {rank for one, rank in places if one == series}
    return ranks == {*range(1, len(ranks) + 1)} and all(one != _NUMBERS for one, _ in places)
