"""Why a name that is near what was said may be that of another place.

A word besides tells of one (the vice principal), or only one was named of the people whose it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from batti import lexicon, meaning, spoken
from batti.similarity import ENOUGH, Name, heard, joined, similarity

_SAME = 0.65  # likeness of two words from which one may be the other
_SURE = 0.95  # similarity from which no word can be too many


def is_another(said: Sequence[Name], names: Sequence[Name], kind: str, best: float) -> bool:
    """Whether, however it is read, something else may have been said than these names of one thing, which `best` is
    the similarity of."""
    near = [query for query in said if any(similarity(query, name) >= ENOUGH for name in names)]
    if not near:  # its words are those of several names together
        return any(_is_another_person(query, names) for query in said[:1])
    return all(
        _is_another_person(query, names)
        or _is_one_of_two(query, names, kind)
        or (kind != "light" and _is_lamp_of_a_kind(query, names))
        or (kind == "light" and _is_only_its_side(query, names))
        or (best < _SURE and (_has_more(query, names) or _lacks_its_kind(query, names)))
        for query in near
    )


def _has_more(said: Name, names: Sequence[Name]) -> bool:
    """Whether a word was said that none of a thing's own names has, nor a translation that was said whole: the assembly
    hall is no yoga hall, which is one."""
    own = {word for name in names if name.factor == 1.0 for word in name.telling}
    others = own.difference(said.telling)
    strange = [word for word in said.telling if word not in own and not meaning.is_light(word)]
    strange = [word for word in strange if not _is_among(word, others)]
    if len(strange) in (0, len(said.telling)) or any(map(meaning.ordinal, strange)):  # `dosro chair` is chair 2
        return False
    if any(joined(said, name) >= ENOUGH or heard(said, name) >= ENOUGH for name in names):
        return False
    return not any(_are_same(said.telling, name.telling) for name in names if name.factor < 1.0)


def _lacks_its_kind(said: Name, names: Sequence[Name]) -> bool:
    """Whether a room, or only a side of the house, is said of what is called another kind of place: guest room for the
    guest bath, two rooms for bathroom 2, upstairs for the bathroom upstairs."""
    if not (any(map(meaning.is_room, said.light)) or all(map(meaning.tells_a_part, said.telling))):
        return False
    nearest = max(names, key=lambda name: similarity(said, name))
    if not all(_is_among(word, nearest.telling) for word in said.telling):  # it was heard as other words
        return False
    return any(meaning.is_never_a_room(word) and not _is_among(word, said.telling) for word in nearest.telling)


def _are_same(said: Sequence[str], telling: Sequence[str]) -> bool:
    """Whether each of the words is one of the others, and the other way round; vice is not the ice of off-ice."""
    pairs = ((said, telling), (telling, said))
    return all(_is_among(word, words, ENOUGH) for some, words in pairs for word in some)


def _is_another_person(said: Name, names: Sequence[Name]) -> bool:
    """Whether it tells with an adjective of somebody whom no name of the thing calls so, nor a translation that was
    said whole: the new doctor, and thulo dai for saila dai, who is a dai too."""
    adjectives = {meaning.adjective(word) for word, who in pairwise(said.words) if meaning.is_person(who)} - {""}
    same = (name for name in names if name.factor == 1.0 or _are_same(said.telling, name.telling))
    return bool(adjectives) and not any(adjectives.issubset(map(meaning.adjective, name.words)) for name in same)


def _is_one_of_two(said: Name, names: Sequence[Name], kind: str) -> bool:
    """Whether only one of the people was named whose the place is: `nati ko kotha` for the group nati natini ko tala,
    `didi ko kotha` for didi bahini ko dorm, `ram dai` for Ram ra Shyam."""
    if not all(map(meaning.is_person, said.telling)):
        return False
    people = ((name, [word for word in name.telling if meaning.is_person(word)]) for name in names)
    both = frozenset(lexicon.load().frames["between_rooms"])
    together = [
        some
        for name, some in people
        if kind == "group" or all(map(spoken.is_title, some)) or not both.isdisjoint(name.words)
    ]
    return any({*said.telling} < {*some} for some in together) and not any(said.joined == n.joined for n in names)


def _is_lamp_of_a_kind(said: Name, names: Sequence[Name]) -> bool:
    """Whether a lamp is told by what it is for, and a room only means the same: a reading lamp, padhne kotha."""
    telling = all(meaning.tells_a_lamp(word) and not meaning.is_place(word) for word in said.telling)
    if not telling or not any(map(meaning.is_lamp, said.light)):
        return False
    own = [name for name in names if name.factor == 1.0]
    if all(map(meaning.is_lamp, said.light)):  # a floor lamp is not that of the dance floor; `tulsi ko batti` is
        told = (name.telling for name in own)
        return not any(all(_is_heard(one, said.telling) for one in words) for words in told)
    return not any(_is_heard(word, name.words) for word in said.telling for name in own)


def _is_only_its_side(said: Name, names: Sequence[Name]) -> bool:
    """Whether only a side is said, which tells a lamp of what stands there: the light upstairs is not surely the one
    above the television (tv mathi ko batti)."""
    sides = all(meaning.tells_a_part(word) or meaning.adjective(word) for word in said.telling)
    return sides and not any({*name.lamp} == {*said.telling} or name.telling == said.telling for name in names)


def _is_heard(word: str, words: Iterable[str]) -> bool:
    return any(meaning.sounds(word, one) >= ENOUGH for one in words)


def _is_among(word: str, words: Iterable[str], enough: float = _SAME) -> bool:
    return any(meaning.alike(word, one) >= enough for one in words)
