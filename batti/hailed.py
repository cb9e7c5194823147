"""Who is spoken to right before a place, and marked with it: `[pratik hall] ko batti bala`.

Whose a thing is stands in the genitive (`pratik ko hall`); without one, and where nothing is called so, somebody is
told to do it there.
"""

from __future__ import annotations

from collections.abc import Sequence

from batti import lexicon, meaning, spoken
from batti.lookup import Lookup
from batti.sound import fold


def place_behind(marked: str, lookup: Lookup) -> str:
    """The place behind somebody's name and their titles, where something here is called exactly so; else nothing."""
    words = marked.split()
    folded = [*map(fold, words)]
    if not folded or not _may_be_called(folded[0]):
        return ""
    polite, start = lexicon.load().frames["behind_a_name"], 1
    while start < len(words) and (spoken.is_title(folded[start]) or words[start] in polite):
        start += 1
    place = " ".join(words[start:])
    if not place or not lookup.is_a_name(fold(place)):
        return ""
    if lookup.is_ours(folded[start]):  # `dad my room`, which is not dad's
        return place
    return "" if _may_be_theirs(folded[start:]) or lookup.surely(marked) else place


def is_now(marked: str, lookup: Lookup) -> bool:
    """Whether a model marked the word for now, and nothing here is called so: aba only sounds like aaba, a father."""
    return marked in lexicon.load().frames["now"] and not lookup.is_a_name(fold(marked))


def _may_be_called(word: str) -> bool:
    """Whether a folded word is what people call each other: no guest and no driver, whose a bathroom may be."""
    return meaning.is_person(word) and meaning.senses(word).isdisjoint(lexicon.load().frames["never_called"])


def _may_be_theirs(place: Sequence[str]) -> bool:
    """Whether folded words are no place of their own (kotha), or somebody else's: the didi ko kotha of `puja didi`."""
    is_kin = meaning.is_kin(place[0]) and not meaning.is_given(place[0])
    return is_kin or all(map(meaning.is_light, place))
