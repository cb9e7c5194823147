"""What all is said of, where a model took it for the whole house: a group of the home, or a place that it is not.

Models learn `hostel bhari` in homes that are a hostel, and `office ko sabai` in offices.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache, lru_cache

from batti import another, lexicon, meaning, spoken
from batti.home import Entity
from batti.lookup import Lookup
from batti.prompt import Asked, Span
from batti.said import Said
from batti.schema import ALL
from batti.sound import SHORTEST, TOKEN, classes, fold

_SURE = 0.9  # certainty from which a group is one of the home
_LIKE, _SHORTEST = 0.8, 4  # likeness of a word to one for all; letters of one that is known by its beginning
_SO_MANY = 0.5  # certainty of what is said of another number of rooms than the home has
_NEARLY_ALL = 0.8  # certainty of a room that is called nearly like a word for all


def instead(sentence: str, lookup: Lookup) -> tuple[Entity | str, float] | None:
    """What is meant instead of the whole house, and how certain that is."""
    named = _group(sentence, lookup) or _called_a_house(sentence, lookup) or _called(sentence, lookup)
    return named or _so_many_rooms(sentence, lookup)


def _so_many_rooms(sentence: str, lookup: Lookup) -> tuple[Entity | str, float] | None:
    """The only group of as many rooms as all are said of, where the home has another number, or all of it; in doubt."""
    for found in _every().finditer(sentence):
        behind = _behind(found.end(), sentence)
        said = sentence[found.start() : behind.end()] if behind else ""
        if any(map(meaning.is_room, spoken.words_inside(said))) and is_counted_wrong(said, len(lookup.rooms_of(ALL))):
            groups = [one for one in lookup.entities if one.kind == "group"]
            groups = [one for one in groups if not is_counted_wrong(said, len(lookup.rooms_of(one.name)))]
            return groups[0] if len(groups) == 1 else ALL, _SO_MANY
    return None


def _group(sentence: str, lookup: Lookup) -> tuple[Entity, float] | None:
    """The group that all is said of: `hostel ko sabai batti`, `hostel bhari`, where a home has more than a hostel."""
    for found in _all_of_a_group().finditer(sentence):
        said = next(filter(None, found.groups()))
        named, sure = lookup.find(said)
        if isinstance(named, Entity) and named.kind == "group" and sure > _SURE:
            return named, sure
    return None


def _called_a_house(sentence: str, lookup: Lookup) -> tuple[Entity, float] | None:
    """The room that is called somebody's or some house, where its light or all of it is said: `sasura ghar sabai`."""
    for name in lookup.long_names:
        last = name.rpartition(" ")[2]
        if last in _houses() and re.search(rf"\b{re.escape(name)}{_all_or_its_light()}", sentence):
            named, sure = lookup.find(name)
            if isinstance(named, Entity) and named.kind == "room":
                return named, min(sure, _NEARLY_ALL)
    return None


@cache
def _houses() -> frozenset[str]:
    """Words for the whole of a home that is a house."""
    frames = lexicon.load().frames
    return frozenset(frames["premises"]).intersection(frames["whole"])


@cache
def _all_or_its_light() -> str:
    """The pattern of what is said behind a place of which something is asked: ` ko batti`, ` sabai`, ` nibhau`."""
    of, every, lamp, switches = map(spoken.pattern_of, ("of_room", "every", "lamp_words", "switches"))
    return rf" ?(?:{of} )?(?:{every}|{lamp}|{switches})\b"


def without_what_is_there(asked: Sequence[Asked], sentence: str) -> Sequence[Asked]:
    """What is asked without everything, where a model took for it all that is in a place: `all rooms on [first
    floor]` is that floor."""
    if not any(one.place == ALL and not one.excepts for one in asked):
        return asked
    said = [*_every().finditer(sentence)]
    marked = [one.place for one in asked if not isinstance(one.place, str)]
    if len(said) != 1 or not any(_in_its_place().fullmatch(sentence[said[0].end() : first]) for first, _ in marked):
        return asked
    return [one for one in asked if one.place != ALL or one.excepts]


def of_a_kind(asked: Sequence[Asked], sentence: str, lookup: Lookup) -> Sequence[Asked]:
    """What is asked, of a kind of room or a group that is said behind a word for all, where a model took that for the
    whole house: `all the decks`, `sabai row`, `all up off`."""
    if (found := _all_and_its_kind(sentence)) is None:
        return asked
    every, kind = found
    place = (every.start(), kind.end() - 1)
    if len(lookup.all_of_its_kind(sentence[place[0] : kind.end()])) < 2:
        place = (kind.start(), kind.end() - 1)
        group = lookup.surely(kind[0]) if _switched().match(sentence, kind.end()) else None
        if group is None or group.kind != "group":
            return asked
    return [replace(one, place=place) if one.place == ALL else one for one in asked]


@cache
def _switched() -> re.Pattern[str]:
    return re.compile(spoken.switched())


def _all_and_its_kind(sentence: str) -> tuple[re.Match[str], re.Match[str]] | None:
    """The word for all, where it is the only one, and the word of what it is said."""
    said = [*_every().finditer(sentence)]
    kind = _behind(said[0].end(), sentence) if len(said) == 1 else None
    return (said[0], kind) if kind else None


def _behind(begin: int, sentence: str) -> re.Match[str] | None:
    """The word behind a word for all and how many there are: the rows of `all of the four rows`."""
    frames = lexicon.load().frames
    between = {"of", "the", *frames["ours"], *frames["counted"]}
    words = TOKEN.finditer(sentence, begin)
    return next((word for word in words if word[0] not in between and not spoken.number(word[0])), None)


def is_of_a_kind_elsewhere(sentence: str) -> bool:
    """Whether all is said of one kind of place that is no house, of so many of what is no room or lamp, or of a part of
    the house: `every cabin`, `all four rows`, `all up off` in a home without the like."""
    if (found := _all_and_its_kind(sentence)) is None:
        return False
    every, kind = found
    if meaning.tells_a_part(fold(kind[0])) and _switched().match(sentence, kind.end()):
        return True
    ways = {kind[0], kind[0].removesuffix("s"), kind[0].removesuffix("es")}
    is_counted = any(map(spoken.number, sentence[every.end() : kind.start()].split()[-1:])) and len(ways) > 1
    is_kind = (is_counted and not meaning.is_light(fold(kind[0]))) or not another.written_places().isdisjoint(ways)
    return is_kind and _houses_and_all_else().isdisjoint(map(fold, ways))


@cache
def _houses_and_all_else() -> frozenset[str]:
    """Folded words for a whole home."""
    frames = lexicon.load().frames
    return frozenset(map(fold, (*frames["premises"], *frames["whole"], *frames["meant_for_all"])))


def kind_before(place: Span, said: Said) -> str:
    """The words of a place with a word for all before it, which a model left out: `sabai [row]`."""
    before, text = said.around(place)[0].split(), said.text(place)
    return f"{before[-1]} {text}" if before and fold(before[-1]) in meaning.every() else text


def is_counted_wrong(said: str, there: int) -> bool:
    """Whether all of so many are said and there are not as many: `tinai row`, of which there are four."""
    all_of = (i for i, words in enumerate(lexicon.load().frames["all_of"], 2) for word in words if word in said.split())
    numbers = {*all_of, *map(int, filter(None, map(spoken.number, said.split())))}
    return bool(numbers) and there not in numbers


@cache
def _every() -> re.Pattern[str]:
    return re.compile(rf"\b{spoken.pattern_of('every')}\b")


@cache
def _in_its_place() -> re.Pattern[str]:
    """Matches what stands between a word for all and the place in which all is meant: ` the lights on the `."""
    inside, ours = map(spoken.pattern_of, ("before_its_room", "ours"))
    return re.compile(rf"(?: [a-z]+){{0,3}} {inside} (?:(?:{inside}|{ours}) )*")


@cache
def _all_of_a_group() -> re.Pattern[str]:
    """Matches what all is said of in the genitive, or with a word for all of it behind: `hostel ko sabai`."""
    every, of, through = map(spoken.pattern_of, ("every", "of_room", "throughout"))
    return re.compile(rf"\b([a-z]{{2,}}?) ?{of} {every}\b|\b([a-z]{{3,}}?) ?{through}\b")


def is_elsewhere(sentence: str, lookup: Lookup) -> bool:
    """Whether all is said of what the home neither is nor has: `office ko sabai batti nibhau`, `all the lights in the
    office`."""
    for found in _all_of_what().finditer(sentence):
        said = next(filter(None, found.groups()))
        kinds = (all(map(_is_another_place, words)) for words in spoken.readings(said))
        if any(kinds) and lookup.find(said)[0] is None:
            return True
    return False


def is_somebodys(sentence: str) -> bool:
    """Whether the house that stands for all is said behind somebody, who may be called or have a room that is called a
    house: `bhauji ghar ke batti bujha da`."""
    every = meaning.every()
    words = [word for word in spoken.words_of(sentence) if not spoken.is_of(word)]  # `jetha ko ghar`, and his own
    houses = {*map(fold, _houses())}
    owners = zip(["", *words], words, words[1:], strict=False)  # `6 baje ghar ko batti` is no grandfather's
    after_person = any(meaning.is_kin(who) and house in houses and not n.isdigit() for n, who, house in owners)
    return after_person and every.isdisjoint(words)


def is_told(sentence: str, lookup: Lookup) -> bool:
    """Whether a normalized sentence has a word for all or for the house that is no name of this home: models take what
    they never heard for all at times (`ebhi rum ma 20`), and a room that is called nearly so (sabha)."""
    for name in lookup.long_names:  # the ghar of `sasura ghar`, a room
        sentence = sentence.replace(name, "|")
    words = (word for word in spoken.words_of(sentence, numbers=False) if not lookup.is_a_name(word))
    known = any(map(_is_for_all, words)) or _whole().search(sentence)
    is_heard = spoken.is_misheard(sentence) and _is_heard_for_all(sentence)
    return bool(known) or spoken.is_of_the_rest(sentence) or is_heard


def _is_heard_for_all(sentence: str) -> bool:
    """Whether a recognizer of another language may have made some words of ones for all: the sub eye of sabai; no `our
    gun`, which is an aangan."""
    words = [classes(fold(word)) for word in TOKEN.findall(sentence)]
    return any(
        all(word.startswith(begin) for word, begin in zip(words[at:], begins, strict=False))
        for begins in _heard_for_all()
        for at in range(len(words) - len(begins) + 1)
    )


@cache
def _heard_for_all() -> list[list[str]]:
    """How what is heard for all begins, word by word: by its first sounds, and of the next word by one."""
    said = ([classes(fold(word)) for word in name.split()] for name in lexicon.load().frames["heard_for_all"])
    return [[first[:SHORTEST], *(word[:1] for word in more)] for first, *more in said]


@lru_cache(maxsize=1 << 12)
def _is_for_all(word: str) -> bool:
    """Whether a folded word is one for all, with an ending (sabaitira) or badly spelled, or what is in all of it."""
    long = tuple(other for other in meaning.every() if len(other) >= _SHORTEST)
    return word.startswith(long) or any(meaning.alike(word, other) >= _LIKE for other in meaning.every())


@cache
def _whole() -> re.Pattern[str]:
    """Matches what a whole home is called, what makes all of a place of it, and what else is said for all."""
    kinds = ("whole", "premises", "meant_for_all", "endings", "throughout")
    house, premises, other, endings, throughout = map(spoken.pattern_of, kinds)
    return re.compile(rf"\b(?:(?:{house}|{premises}|{other}){endings}?|[a-z]+ ?{throughout}[a-z]*)\b")


def _called(sentence: str, lookup: Lookup) -> tuple[Entity, float] | None:
    """What is called nearly like a word for all, where no other word for all is said: sabha in `sabha nibhau`."""
    if is_told(sentence, lookup):
        return None
    names = [word for word in spoken.words_of(sentence, numbers=False) if lookup.is_a_name(word) and _is_for_all(word)]
    found = [lookup.find(name) for name in names]
    [(named, sure), *more] = found or [(None, 0.0)]
    return (named, min(sure, _NEARLY_ALL)) if isinstance(named, Entity) and not more else None


def is_any(sentence: str) -> bool:
    """Whether some room is meant, and not all of them: `kunai kotha ko batti bala`."""
    return bool(_any_room().search(sentence))


@cache
def _any_room() -> re.Pattern[str]:
    some, rooms = map(spoken.pattern_of, ("some", "room_words"))
    return re.compile(rf"\b{some} {rooms}")


def _is_another_place(word: str) -> bool:
    return meaning.is_of_another_house(word) or word in _premises()


@cache
def _premises() -> frozenset[str]:
    return frozenset(map(fold, lexicon.load().frames["premises"]))


@cache
def _all_of_what() -> re.Pattern[str]:
    """Matches what all is said of, in Nepali before it and in English behind it."""
    every, cases, inside, ours = map(spoken.pattern_of, ("every", "case_of_room", "before_its_room", "ours"))
    before = rf"\b([a-z]{{2,}}?) ?{cases} {every}\b"
    behind = rf"\b{every}\b.* {inside} (?:(?:{inside}|{ours}|{every}) )*([a-z]{{3,}})\b"
    return re.compile(f"{before}|{behind}")
