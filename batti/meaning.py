"""What a word means by the lexicon, and of which kind it is.

Words that mean the same are nearly one (bhancha, kitchen; dai, brother), and some tell little (kotha, room, ko).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import chain

from batti import lexicon
from batti.compiled import compiled
from batti.sound import SHORTEST, fold, heard_alike, similar

_OTHER_WORD = 0.8  # of the similarity of two words that mean different things
TRANSLATED = 0.94  # a translation counts a little less than the name itself
_ROOM_ALOUD = 0.74  # similarity in sound from which words are one for a room
_NOTHING: frozenset[str] = frozenset()


@cache
def _meanings() -> dict[str, frozenset[str]]:
    return {word: frozenset(ids) for word, ids in _meant_by().items()}


@compiled
def _meant_by() -> dict[str, list[str]]:
    """Folded single word -> ids of what it means, by the lexicon."""
    return _ids_of(lambda words: words[0] if len(words) == 1 else "")


@compiled
def _told_by() -> dict[str, list[str]]:
    """Folded word that alone tells in a name (the class of class room) -> ids of what is called so."""

    def telling(words: list[str]) -> str:
        some = [word for word in words if word not in _light_words()]
        return some[0] if len(words) > 1 and len(some) == 1 else ""

    return _ids_of(telling)


def _ids_of(word_of: Callable[[list[str]], str]) -> dict[str, list[str]]:
    """A word for each name of the lexicon, where it has one -> ids of what is called so."""
    found: dict[str, set[str]] = {}
    for concept in _concepts():
        for said in concept.words:
            found.setdefault(word_of([fold(word) for word in lexicon.key(said).split()]), set()).add(concept.id)
    for said, ids in lexicon.load().frames["vague"].items():
        found.setdefault(fold(said), set()).update(ids)
    found.pop("", None)
    return {word: sorted(ids) for word, ids in found.items()}


def _concepts() -> Iterator[lexicon.Concept]:
    words = lexicon.load()
    things = (words.places, words.groups, words.lights, words.furniture, words.proper_in_both)
    return chain(words.people, words.adjectives, *things)


@compiled
def _told_in_writing() -> dict[str, list[str]]:
    """Normalized single word -> ids of what is called so, where another word that sounds like it means something else:
    khet, a field, and ket, as a recognizer writes gate."""
    written: dict[str, set[str]] = {}
    for concept in _concepts():
        for said in map(str.split, {lexicon.key(said) for said in concept.words}):
            telling = [word for word in said if len(said) == 1 or fold(word) not in _light_words()]
            if len(telling) == 1:
                for one in (telling[0], telling[0].removesuffix("s")):
                    written.setdefault(one, set()).add(concept.id)
    for said, ids in lexicon.load().frames["vague"].items():
        written.setdefault(said, set()).update(ids)
    written = {word: ids | written.get(word.removesuffix("s"), set()) for word, ids in written.items()}
    return {word: sorted(ids) for word, ids in sorted(written.items()) if not _told(fold(word)) <= ids}


def only_sounds_like(word: str, called: Iterable[str]) -> bool:
    """Whether a normalized word means nothing of what folded words for one thing tell, though what sounds like it does:
    khet is no gate, and a wall no bal kaksha."""
    means = frozenset(_told_in_writing().get(word, ()))
    told = frozenset(chain.from_iterable(map(_told, called)))
    return bool(means) and not means & told and bool(_told(fold(word)) & told)


def senses(word: str) -> frozenset[str]:
    """Ids of what a folded word may mean, by the lexicon."""
    return _meanings().get(word) or _meanings().get(word.removesuffix("s"), _NOTHING)


def is_known(word: str) -> bool:
    """Whether a folded word is one of the lexicon's: of a place, a light, a person, or one that tells nothing."""
    return bool(_told(word)) or word in _light_words() or word in _people()


@lru_cache(maxsize=1 << 17)
def alike(a: str, b: str) -> float:
    """Similarity of two words by sound or by meaning."""
    return TRANSLATED if senses(a) & senses(b) and similar(a, b) < TRANSLATED else sounds(a, b)


@lru_cache(maxsize=1 << 17)
def sounds(a: str, b: str) -> float:
    """Similarity of two words by sound alone; words that mean different things are not alike."""
    return (_OTHER_WORD if differ(a, b) else 1.0) * similar(a, b)


def differ(a: str, b: str) -> bool:
    """Whether the words are known and mean different things: `maili`, `saili`; or are different numbers: seventy."""
    meanings, numbers = (_told(a), _told(b)), (in_digits(a), in_digits(b))
    if all(map(str.isdigit, numbers)) and numbers[0] != numbers[1]:
        return True
    return a != b and all(meanings) and not meanings[0] & meanings[1]


def is_place(word: str) -> bool:
    """Whether a folded word means a room of many a home: kausi, store."""
    return not senses(word).isdisjoint(_places())


def tells_a_place(word: str) -> bool:
    """Whether a folded word means a room of many a home, or tells of one in its name: the puja of puja kotha."""
    return not _told(word).isdisjoint(_places())


def tells_another_place(word: str) -> bool:
    """Whether a folded word means a place by itself, and tells of others in their names: the board of board room."""
    return is_place(word) and not senses(word) & frozenset(_told_by().get(word, senses(word)))


@cache
def _places() -> frozenset[str]:
    return frozenset(_ids_of_places())


@compiled
def _ids_of_places() -> list[str]:
    return [place.id for place in lexicon.load().places]


@lru_cache(maxsize=20000)
def _told(word: str) -> frozenset[str]:
    """Ids of what a folded word means, or tells of in a name of several words."""
    return senses(word) | frozenset(_told_by().get(word, ()))


@compiled
def _number_words() -> dict[str, str]:
    words = sorted(lexicon.load().numbers.items(), reverse=True)  # rooms are seldom 60, which sounds like 7
    return {fold(lexicon.key(word)): str(n) for n, concept in words for word in concept.words}


@compiled
def _pronunciations() -> str:
    """Folded word and what it sounds like, in turn: as one text, since few starts have need of so many words."""
    words = lexicon.load()
    sounds = {fold(word): said for word, said in (*words.pronounced_rarely.items(), *words.pronounced.items())}
    return " ".join(part for pair in sounds.items() for part in pair)


@cache
def _pronounced() -> dict[str, str]:
    parts = iter(_pronunciations().split())
    return dict(zip(parts, parts, strict=True))


def is_of_another_language(word: str) -> bool:
    """Whether a folded word is one of another language that the lexicon does not know: bunker."""
    return word in _pronounced() and not is_known(word)


def aloud(words: Iterable[str]) -> str:
    """Folded words run together as they sound in another language that has them: `poke her he` is pokarhi."""
    return fold("".join(_pronounced().get(word, word) for word in words))


@cache
def _long_room_words() -> tuple[str, ...]:
    return tuple(dict.fromkeys(fold(word) for word in lexicon.load().frames["room_words"] if len(word) > SHORTEST))


@cache
def _never_rooms() -> frozenset[str]:
    return frozenset(lexicon.load().frames["never_a_room"])


def is_never_a_room(word: str) -> bool:
    """Whether a folded word tells of a place that nobody calls a room and no more: bath, stairs."""
    return not _told(word).isdisjoint(_never_rooms())


def is_room(word: str) -> bool:
    """Whether a folded word is one for a room of any kind."""
    return word in _long_room_words()


def room_at_end(words: Sequence[str]) -> Iterator[list[str]]:
    """Folded words with one or two at the end that sound like one for a room (`coat a`: kota) replaced by it."""
    for n in (1, 2):
        said = aloud(words[-n:])
        room = next((one for one in _long_room_words() if heard_alike(said, one, len(one)) > _ROOM_ALOUD), None)
        if room and len(words) > n:
            yield [*words[:-n], room]


def in_digits(word: str) -> str:
    """A folded number word in digits; any other as it is."""
    return _number_words().get(word, word)


@cache
def _ordinals() -> dict[str, int]:
    said = lexicon.load().frames["ordinals"]
    return {fold(lexicon.key(word)): rank for rank, words in enumerate(said, 1) for word in words}


def ordinal(word: str) -> int:
    """Which one a folded word counts to, from 1 on: 2 for `dosro`; 0 for other words."""
    return _ordinals().get(word, 0)


@lru_cache(maxsize=1 << 15)
def heard(token: str) -> str:
    """A token of a normalized sentence as it sounds; a number word in digits."""
    return in_digits(fold(token))


@cache
def _light_words() -> frozenset[str]:
    frames = lexicon.load().frames
    pronouns = [said for said in frames["pronouns"] if " " not in said]  # hajur ko: and hajur ama is the grandmother
    return frozenset(fold(word) for said in (*frames["light_words"], *pronouns) for word in said.split())


@cache
def _light_stems() -> tuple[str, ...]:
    stems = lexicon.load().frames["light_stems"]
    return tuple(dict.fromkeys((*map(fold, stems), *stems)))  # `roim` is nearer to room than to what it sounds like


@lru_cache(maxsize=20000)
def is_light(word: str) -> bool:
    """Whether the word is one of the light ones, well or badly spelled; bhai is no bad spelling of batti."""
    if word in _light_words() or word in _meanings():
        return word in _light_words()
    return any(word[:1] == stem[0] and len(word) > 2 and similar(stem, word) >= 0.75 for stem in _light_stems())


def is_badly_spelled(word: str) -> bool:
    """Whether the word is a light one for its looks alone: khutta, a leg, is nearly kotha."""
    return is_light(word) and word not in _light_words()


def is_a_room_misspelled(word: str) -> bool:
    """Whether the word is one for any room for its looks alone: koth, for kotha."""
    return is_badly_spelled(word) and any(similar(word, room) >= 0.75 for room in _long_room_words())


@cache
def _written_light() -> frozenset[str]:
    said = (*lexicon.load().frames["light_words"], *lexicon.load().frames["pronouns"])
    return frozenset(word for name in said for word in lexicon.key(name).split())


def only_sounds_light(name: str) -> bool:
    """Whether a name is one word that sounds like a light one, is written like none and means no room or lamp: Bala,
    which sounds like wala."""
    folded = fold(lexicon.key(name))
    return folded in _light_words() and shared(folded) not in SHARED and not is_written_light(lexicon.key(name))


def is_written_light(word: str) -> bool:
    """Whether a normalized word is a light one as it is written: bhako, and not bako (of the father)."""
    return word in _written_light()


@cache
def _people() -> frozenset[str]:
    return frozenset(_called_people())


@compiled
def _called_people() -> list[str]:
    said = {lexicon.key(word) for person in lexicon.load().people for word in person.words}
    return sorted({fold(word) for word in said if " " not in word})


def is_person(word: str) -> bool:
    """Whether the folded word is a kin term, a role or a given name of the lexicon."""
    return word in _people()


def is_kin(word: str) -> bool:
    """Whether a folded word means somebody by what they are to others: maila, the second son."""
    return is_person(word) and bool(senses(word))


def may_be(word: str, other: str) -> bool:
    """Whether somebody may be told by a folded word in a longer name who is meant by another one: hajurama by aama,
    for the boju aama is one."""
    return bool(_told(word) & senses(other))


def is_given(word: str) -> bool:
    """Whether a folded word is somebody's own name (Ramesh), or what one is (doctor), and no rank among brothers and
    sisters (maila)."""
    return word in map(fold, senses(word))


@cache
def _other_houses() -> frozenset[str]:
    frames = lexicon.load().frames
    owners = (frame.partition("{b}")[0] for some in frames["elsewhere"].values() for frame in some)
    words = {fold(word) for owner in owners for word in lexicon.key(owner).split()}
    glued = tuple(fold(of) for of in frames["of"])  # to a word that is there by itself, or to a house: `gharko`
    return frozenset(word for word in words if not (word.endswith(glued) or _means_more(word)))


def _means_more(word: str) -> bool:
    """Whether a folded word of an owner in another house is too short or too common to tell of one by itself."""
    known = is_known(word) or is_known(word.removesuffix("s")) or bool(adjective(word))
    return len(word) <= SHORTEST or known or in_digits(word).isdigit()


def is_of_another_house(word: str) -> bool:
    """Whether a folded word tells that a room is in somebody else's house: chimeki, neighbour."""
    return not _other_houses().isdisjoint((word, f"{word}s"))  # whose it is: the neighbour's


@compiled
def _adjectives() -> dict[str, str]:
    adjectives = lexicon.load().adjectives
    folded = ([fold(lexicon.key(said)) for said in adjective.words] for adjective in adjectives)
    return {word: words[0] for words in folded for word in words}


def adjective(word: str) -> str:
    """The one form of a folded adjective in any language: `naya` is new; nothing for other words."""
    return _adjectives().get(word, "")


@cache
def _sides() -> frozenset[str]:
    return frozenset(concept.id for concept in lexicon.load().adjectives)


def is_a_side(word: str) -> bool:
    """Whether a folded word that is no adjective tells which of a kind, as one does: mathi, above."""
    return not adjective(word) and bool(_told(word) & _sides())


def tells_a_part(word: str) -> bool:
    """Whether a folded word tells of a side or a floor of a house and of no room: mathi, above; upstairs."""
    return is_a_side(word) or not senses(word).isdisjoint(_groups())


@cache
def _groups() -> frozenset[str]:
    return frozenset(group.id for group in lexicon.load().groups)


@lru_cache(maxsize=20000)
def is_set_right(word: str, by: str) -> bool:
    """Whether what a word tells of which is meant another before it tells otherwise: the tala (below, or a floor) of
    mathillo tala, the upper floor."""
    theirs = _told(by) & _sides()
    return is_a_side(word) and bool(theirs) and not _told(word) & theirs


@cache
def every() -> frozenset[str]:
    """Folded words for all of a kind, said before a name."""
    return frozenset(map(fold, lexicon.load().frames["every"]))


@cache
def _lights() -> frozenset[str]:
    return frozenset(light.id for light in lexicon.load().lights)


def is_fixture(word: str) -> bool:
    """Whether a folded word tells of a lamp of some kind and of nothing else: `jhumar`, `chandelier`."""
    told = _told(word)
    return bool(told) and told <= _lights()


def tells_a_lamp(word: str) -> bool:
    """Whether a folded word may tell of a lamp of some kind: table, reading."""
    return not _told(word).isdisjoint(_lights())


@cache
def denials() -> frozenset[str]:
    """Folded words that set right what was said before them."""
    return frozenset(map(fold, lexicon.load().frames["denials"]))


_ROOM, _LAMP = "ROOM", "LAMP"
SHARED = frozenset({_ROOM, _LAMP})
"""What `shared` makes of the words for a room and for a light."""


@cache
def _shared() -> dict[str, str]:
    frames = lexicon.load().frames
    found = dict.fromkeys(map(fold, frames["dropped_words"]), "")
    found |= dict.fromkeys(map(fold, frames["room_words"]), _ROOM)
    return found | dict.fromkeys(map(fold, frames["lamp_words"]), _LAMP)


@lru_cache(maxsize=1 << 15)
def shared(word: str) -> str:
    """A folded word, or what it has in common with others: kotha, room; batti, light; nothing for ko, the."""
    return _shared().get(word, word)


def is_lamp(word: str) -> bool:
    """Whether the folded word is one for a light."""
    return shared(word) == _LAMP


COMPILED = (
    "_number_words", "_pronunciations", "_meant_by", "_told_by", "_told_in_writing", "_called_people",
    "_ids_of_places", "_adjectives",
)  # fmt: skip
"""The tables that come with the package; see `compiled`."""
