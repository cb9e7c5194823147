"""All the ways in which a thing of a home may be called: its names as they are said, with its room, and translated."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from batti import letters, lexicon, meaning, spoken
from batti.home import Entity
from batti.similarity import Name

Words = tuple[str, ...]


@dataclass(frozen=True)
class Called:
    """What one entity is called, and the translations of its names: as they are written -> their words."""

    names: tuple[Name, ...]
    otherwise: Mapping[str, Words]

    @classmethod
    def of(cls, index: int, entity: Entity, rooms: Iterable[str], own: Collection[str]) -> Called:
        """The entity at an index of the home's, with the names of the room that it is in, if it is a light."""
        names: dict[Words, Name] = {}
        # The names of one thing mean the same, so that their translations are much the same too.
        otherwise = spoken.translations(*entity.names)
        said = _said(entity, [tuple(spoken.words_of(room)) for room in rooms])
        spelled = {tuple(spoken.words_of(spoken.letter_by_letter(name))) for name in entity.names}
        translated = ((words, (), meaning.TRANSLATED) for words in dict.fromkeys(otherwise.values()))
        for words, room, factor in (*said, *translated):
            whole = room + words
            if whole and (whole not in names or names[whole].factor < factor):
                names[whole] = Name.of(index, words, room, factor, own)
                names[whole].spelled = words in spelled
        return cls(tuple(names.values()), otherwise)


def own_words(entities: Iterable[Entity]) -> frozenset[str]:
    """Folded words that tell in a home with these things and nowhere else: those of its names that look like light
    ones (khutta, kotha) or sound like one (Bala, like wala), letters (a of court A), and those that are the whole name
    of a lamp (purano)."""
    own: set[str] = set()
    for entity in entities:
        for name in filter(meaning.only_sounds_light, entity.names):
            own.update(spoken.words_of(name))
        for words in map(spoken.words_of, entity.names):
            own.update(filter(meaning.is_badly_spelled, words))
            own.update(filter(letters.is_letter, words[-1:]))
            own.update(word for word in words[:1] if len(word) == 1)
            if entity.kind == "light" and all(map(meaning.is_light, words)):
                own.update(word for word in words if meaning.shared(word) == word)
    return frozenset(own | {*map(meaning.adjective, own)} - {""})


def _said(entity: Entity, rooms: Iterable[Words]) -> Iterator[tuple[Words, Words, float]]:
    """The words of its names and those of its room, if they are said too, and what such a name counts."""
    for name in entity.names:
        words = tuple(spoken.words_of(name))
        plain = tuple(spoken.words_of(name, numbers=False))
        if spoken.number(name) and len(plain) == 1 and meaning.is_place(plain[0]):
            words = plain  # a bar is not room 12, which is bara
        yield words, (), 1.0
        yield from ((tuple(written), (), 1.0) for written in letters.written(words))
        for stem in spoken.stems(words):  # `mathiko`: what is meant is mathi
            yield stem, (), meaning.TRANSLATED
        if entity.kind == "light":
            yield tuple(spoken.words_inside(name)), (), 1.0
        if any(map(str.isdigit, words)):  # the bar of `snack bar` is twelve, too
            yield plain, (), 1.0
        if "x" in name:  # which is chh in chat, and not in Netflix
            yield tuple(spoken.words_of(name.replace("x", "ks"))), (), 1.0
        yield from ((tuple(spoken.words_of(heard)), (), 1.0) for heard in letters.heard(name))
        if heard := spoken.letter_by_letter(name):
            yield tuple(spoken.words_of(heard)), (), 1.0
        for room in rooms:
            yield words, room, 1.0
            if all(map(meaning.is_light, words)):  # `X ko bed lamp`: nothing but X tells
                for of in lexicon.load().frames["of"]:
                    yield words, (*room, *spoken.words_of(of)), 1.0
