"""How much what was said is a name, by sound, spelling and meaning.

Names are compared word by word (`meaning` says how alike two words are); words that tell little (kotha,
room, ko) hardly count.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from rapidfuzz.distance import OSA

from batti import letters, meaning, sound, spoken
from batti.vocabulary import ENOUGH as WORD

ENOUGH = 0.76
"""The least similarity (0 to 1) at which a name counts as said; tuned on generated homes."""
_JOINED = 0.98  # words run together
_WORD_FOR_WORD = 1.01  # the very words of a name: before one of the same words in another order
_NEARLY = 0.9  # similarity from which whole names, light words included, may be compared
_PART = 0.82  # what a part of a name (`cabin` for `CEO cabin`) counts
_HEARD = 0.85  # what a name counts of which a recognizer made other words
_AS_HEARD = 0.9  # similarity in sound from which it may have done so
_ALOUD, _READ_ALOUD = 0.9, 0.85  # the same two where it made words of another language
_IN_PIECES, _FAR = 0.76, 0.15  # likeness aloud from which words are pieces of a name, and of how much the next has less
_MISHEARD, _NEXT = 0.72, 0.06  # likeness from which a name may have been misheard, and of how much the next has less
_LONG = 4  # letters of a name that may be in pieces
_CUT = 2  # letters that it may have added to the name or left out
_S = "s"  # what the letter c is folded to: `courta` is court A, and courts is not court C
_SPELLED, _NO_SPELLING = 0.8, 0.6  # likeness from which a word is a spelling of another, and up to which it is none
_CONTRARY = 0.7  # what a name counts whose adjective is another, or that is somebody's


@dataclass(eq=False)
class Name:
    """One way of naming an entity: its telling words, and the rest, which is made when it is first compared."""

    entity: int
    words: tuple[str, ...]
    telling: tuple[str, ...]
    joined: str  # the telling words as one
    factor: float = 1.0
    lamp: tuple[str, ...] = ()  # of a light's name after its room's, the words of the light
    spelled: bool = False  # with an abbreviation as it is spelled out: echaar for HR

    @classmethod
    def of(
        cls,
        entity: int,
        words: tuple[str, ...],
        room: tuple[str, ...] = (),
        factor: float = 1.0,
        own: Collection[str] = (),
    ) -> Name:
        """A name by itself, or a light's after its room's, each of which tells something; `own`: see `telling_of`."""
        first, last = telling_of(room, own), telling_of(words, own)
        telling = tuple(dict.fromkeys([*first, *last]))
        return cls(entity, room + words, telling, "".join(telling), factor, tuple(last) if room else ())

    @cached_property
    def light(self) -> frozenset[str]:
        return frozenset(meaning.adjective(word) or word for word in self.words if word not in self.telling)

    @cached_property
    def known(self) -> bool:
        """Whether all its words are the lexicon's."""
        return all(map(meaning.is_known, self.words))

    @cached_property
    def whole(self) -> str:
        """All the words as one."""
        return "".join(self.words)

    @cached_property
    def aloud(self) -> tuple[str, str]:
        """All words, and those that tell, run together as they sound in another language: `poke her he` is pokarhi."""
        return meaning.aloud(self.words), meaning.aloud(self.telling)

    @cached_property
    def digits(self) -> str:
        return re.sub(r"\D", "", self.joined)

    @cached_property
    def letter(self) -> str:
        """The a of court A or A block, which are no bad spellings of court and block."""
        is_one = letters.is_written if self.factor == 1.0 else letters.is_letter  # somebody's di is no D
        ends = (self.telling[-1], self.telling[0]) if len(self.telling) > 1 else ()
        return next(filter(is_one, ends), "")

    @property
    def without_letter(self) -> tuple[str, ...]:
        return tuple(word for word in self.words if word != self.letter)


def telling_of(words: Sequence[str], own: Collection[str] = ()) -> Sequence[str]:
    """Of the words of a name those that tell which, as a home's own do (`called.own_words`) and a word that only looks
    like one for a room or a light before a place; all where none does."""
    first, second = (*words, "", "")[:2]
    begins = meaning.is_badly_spelled(first) and meaning.is_place(second)  # `kora pokhari`: no kotha stands there
    some = [word for i, word in enumerate(words) if not meaning.is_light(word) or word in own or (begins and not i)]
    return [word for i, word in enumerate(some) if not any(meaning.is_set_right(word, by) for by in some[:i])] or words


def _matched(said: Name, name: Name) -> float:
    """Sum of the similarities of words that are each other's best free partner.

    A translation's words have meanings that the name may not have (hall, auditorium; hall, sabhagriha, mortuary): it is
    compared by sound.
    """
    alike = meaning.alike if name.factor == 1.0 else meaning.sounds
    if len(said.telling) == len(name.telling) == 1:
        return alike(said.telling[0], name.telling[0])
    pairs = [(alike(a, b), i, j) for i, a in enumerate(said.telling) for j, b in enumerate(name.telling)]
    total, left, right = 0.0, set(range(len(said.telling))), set(range(len(name.telling)))
    for much, i, j in sorted(pairs, reverse=True):
        if much < WORD:
            break
        if i in left and j in right:
            left.remove(i)
            right.remove(j)
            total += much
    return total


def similarity(said: Name, name: Name) -> float:
    """How much `said` is `name`, 0 to 1, a little more word for word: by its telling words, by these run
    together, or as a part.

    The other words (kotha, room, ko) only decide between names that are otherwise alike.
    """
    is_its = said.letter == name.letter or (said.joined == name.joined and _S not in (said.letter, name.letter))
    if said.digits == name.digits and is_its and said.whole == name.whole:
        return name.factor * _WORD_FOR_WORD
    if name.factor < 1.0 and len(name.whole) < sound.SHORTEST:  # `bt` for bathroom is not heard in another word
        return 0.0
    if name.spelled and sound.is_without_vowels(said.joined):  # JBR is no way of writing jibiar, which is GBR
        return 0.0
    matched = _matched(said, name)
    score = 2 * matched / (len(said.telling) + len(name.telling))
    is_different = _differ(said, name)
    if said.digits == name.digits and is_its and not is_different and not _is_other_words(said, name):
        score = max(score, _JOINED * sound.spelled_alike(said.joined, name.joined))
        if (said.whole, name.whole) != (said.joined, name.joined):
            whole = sound.spelled_alike(said.whole, name.whole)
            if whole > _NEARLY and not _end_alike(said, name):  # `shrineroom`
                score = max(score, _JOINED * whole)
    if len(name.telling) > len(said.telling) and _may_be_part(said, name):
        score = max(score, _PART * matched / len(said.telling))
    missing = len(said.light ^ name.light) / (1 + len(said.light | name.light))
    told_apart = _contrary(said.light, name.light) or _owned(said, name) or _is_lamp(said, name) or is_different
    told_apart = told_apart or _is_no_room_told(said, name)
    other = _CONTRARY if told_apart or _is_anothers(said, name) else 1.0
    return name.factor * score * (1 - 0.03 * missing) * other


def _end_alike(said: Name, name: Name) -> bool:
    """Whether both are as many words and end in the same one that tells nothing, for which they are no more alike:
    `sunane kotha` and snan kotha."""
    last = said.words[-1]
    return len(said.words) == len(name.words) > 1 and last == name.words[-1] and last in said.light & name.light


def joined(said: Name, name: Name) -> float:
    """How much it is the name by all of its letters run together, or by those of the words that tell, where no word
    is too many."""
    pairs = ((said.joined, name.joined), (said.whole, name.whole))
    return max(sound.spelled_alike(a, b) if len(a) - len(b) <= sound.SHORTEST else 0.0 for a, b in pairs)


def heard(said: Name, name: Name) -> float:
    """How much a recognizer's words are a name, 0 to 1: all of them run together, whatever they mean by themselves."""
    if said.digits != name.digits or _is_other_words(said, name):
        return 0.0
    if said.known and any(map(meaning.is_lamp, said.words)):  # `booth ko table lamp` is no bhadawal
        return 0.0
    if said.letter != name.letter and (name.letter or said.letter == _S):
        return 0.0
    if all(map(meaning.adjective, said.telling)) and said.aloud[0] == said.whole:  # badka kotha is no budhi's
        return 0.0
    if len(name.joined) < _LONG:  # nobody who says `both` says bath for the bathroom, and Tim is not Tom
        return 0.0
    if len(said.words) == len(name.words) and any(map(meaning.differ, said.words, name.words)):  # `keti hostel`
        return 0.0
    if len(said.telling) == len(name.telling) > 1 and any(map(meaning.differ, said.telling, name.telling)):
        return 0.0  # `thulo toilet` for tala ko toilet
    if len(said.words) > 1 and spoken.is_thing(said.words):  # a boot room is no bathroom
        return 0.0
    aloud: list[tuple[str, str]] = []
    if name.factor == 1.0:  # the home's own word, no translation
        (whole, telling), (called, _) = said.aloud, name.aloud
        is_known_place = len(said.telling) == 1 and meaning.senses(said.telling[0])  # a store is no star
        if whole != said.whole and not is_known_place:
            aloud += [(whole, name.whole), (telling, name.joined)]
        aloud += [(said.whole, called)] if called != name.whole else []  # `braitan` for Brighton
    as_written = _HEARD * _sounds(said.whole, name.whole, name, _AS_HEARD)
    return name.factor * max([as_written, *(_ALOUD * _sounds(*pair, name, _READ_ALOUD) for pair in aloud)])


def put_together(words: Sequence[str], names: Iterable[Name], enough: float = _IN_PIECES) -> tuple[int, float] | None:
    """The entity of whose name a recognizer of another language made these folded words (`sir jenna co quota`), and how
    much they are alike aloud; None where that is not enough, or another name is nearly as near."""
    said = Name.of(0, tuple(words))
    if len(words) < 2 or said.aloud[0] == said.whole or all(map(meaning.is_known, words)):
        return None
    ways = [*_read_aloud(words)]
    near: dict[int, float] = {}
    for name in names:
        if name.factor == 1.0 and len(name.joined) >= _LONG and said.digits == name.digits:
            pairs = (pair for way in ways for pair in zip(way, (name.whole, name.joined), strict=True))
            near[name.entity] = max(near.get(name.entity, 0.0), *(_sounds(*pair, name, 0.0) for pair in pairs))
    return _nearest(near, enough, _FAR)


def _nearest(near: Mapping[int, float], enough: float, ahead: float) -> tuple[int, float] | None:
    """The entity that is most alike, and how much; None where that is not enough or not so far ahead of the next."""
    best = max(near, key=lambda entity: near[entity], default=-1)
    others = max((much for entity, much in near.items() if entity != best), default=0.0)
    much = near.get(best, 0.0)
    return (best, much) if much >= enough and much - others > ahead else None


def misheard(words: Sequence[str], names: Iterable[Name]) -> int | None:
    """The entity whose name a recognizer of another language most likely made these folded words of; None where two
    are nearly as near. Whatever it wrote is near something: only for sentences of which it is known."""
    telling = telling_of(words)
    if all(map(meaning.senses, telling)):  # `store co quota`, where there is none
        return None
    ways = {*_read_aloud(words), ("".join(words), "".join(telling))}
    near: dict[int, float] = {}
    for name in names:
        if name.factor == 1.0 and not name.lamp:
            pairs = {pair for said in ways for pair in zip(said, (name.whole, name.joined), strict=True)}
            far = min(sound.misheard(*pair) for pair in pairs) / max(len(name.joined), sound.SHORTEST)
            near[name.entity] = max(near.get(name.entity, 0.0), 1.0 - far)
    nearest = _nearest(near, _MISHEARD, _NEXT)
    return nearest and nearest[0]


def _read_aloud(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Folded words run together as they sound, a room at the end in any spelling; and the same without `ko kotha`."""
    for ended in (words, *meaning.room_at_end(words)):
        end = next((i for i in range(len(ended), 1, -1) if not _is_left_out(ended[i - 1])), 1)
        yield meaning.aloud(ended), meaning.aloud(ended[:end])


def _is_left_out(word: str) -> bool:
    """Whether a folded word is one that names are said with or without, but for a lone letter (`upset a`: Apsara)."""
    return len(word) > 1 and meaning.shared(word) != word


def _sounds(said: str, called: str, name: Name, enough: float) -> float:
    """How much two ways of saying a name sound alike; 0 where that is not enough."""
    much = sound.heard_alike(said, called, len(name.joined)) if abs(len(said) - len(called)) <= _CUT else 0.0
    return much if much > enough else 0.0


def _is_other_words(said: Name, name: Name) -> bool:
    """Whether it is in several known words, which are nothing misspelled: the master bathroom is no `masterbad room`,
    as some write the master bedroom."""
    if len(said.telling) < 2 or not said.known or said.joined == name.joined:
        return False
    return name.factor < 1.0 or abs(len(said.joined) - len(name.joined)) > _CUT


def _may_be_part(said: Name, name: Name) -> bool:
    """Whether it may be short for the name: a number only for its like, what has no word of a lamp for no lamp, what
    is told apart by an adjective for none without it (the new moon is not the full moon), and above, below or another
    place for no translation (tala is not uparka tala, a hall no waiting hall)."""
    if said.joined.isdigit() and not _is_its_number(said, name):
        return False
    [first, *more] = said.telling
    if name.factor < 1.0 and not more and (meaning.is_a_side(first) or meaning.is_place(first)):
        return False
    if name.factor < 1.0 and len(said.words) > len(said.telling) and spoken.is_thing(said.words):
        return False  # sutne kotha, the bedroom, is no pahuna sutne kotha, where guests sleep
    if name.factor == 1.0 and not more and meaning.is_place(first) and not _has(name, first):
        return False  # goth, where cattle stand, only sounds like the goat of a goat shed
    if any(map(meaning.adjective, said.light - name.light)):
        return False
    if not more and meaning.adjective(first) and any(
        one == first and meaning.is_person(who) for one, who in pairwise(name.words)
    ):
        return False  # thulo kotha, the big room, is not the big brother's
    return not name.lamp or any(meaning.alike(word, other) >= WORD for word in said.telling for other in name.lamp)


def _has(name: Name, word: str) -> bool:
    """Whether a name has a folded word, in any spelling or language; where the name as a whole is that of something
    else, a word that only sounds like one of it does not mean the same."""
    far = _NO_SPELLING if spoken.is_thing(name.words) else 1.0
    alike = [(float(OSA.normalized_similarity(word, one)), one) for one in name.words]
    return any(
        much >= _SPELLED or (much < far and meaning.senses(word) & meaning.senses(one)) for much, one in alike
    )


def _differ(said: Name, name: Name) -> bool:
    """Whether a word of what was said, as long as the name, means something else than every word of it."""
    if len(said.telling) != len(name.telling):
        return False
    if len(said.telling) == 1 and not meaning.is_known(name.telling[0]):
        [word], [called] = said.telling, name.telling
        if meaning.is_kin(word) and len(word) == len(called):  # maila is not the room Maicha
            return word != called
        if meaning.is_place(word) or meaning.is_fixture(word):
            return said.telling != name.telling  # kausi (the terrace) is not the room Koshi, a fairy light not Gairi
    return any(all(meaning.differ(word, other) for other in name.telling) for word in said.telling)


def _owned(said: Name, name: Name) -> bool:
    """Whether somebody is named whom the name does not have: Sita's small shop is not the small shop."""
    if said.joined == name.joined:  # `bishnu maya ko kotha`
        return False
    elsewhere = [word for word in said.telling if meaning.is_of_another_house(word)]
    if _lacks(name, elsewhere) or any(_begins_with(word, name.telling) for word in elsewhere):
        return True
    is_other_kin = len(said.telling) == len(name.telling) > 1 and any(map(meaning.is_kin, name.telling))
    known = is_other_kin or all(map(meaning.senses, said.telling))
    if not known and float(OSA.normalized_similarity(said.joined, name.joined)) >= ENOUGH:  # `re sep son`
        return False
    return _lacks(name, filter(meaning.is_person, said.telling))


def _begins_with(word: str, others: Iterable[str]) -> bool:
    """Whether a folded word has one of the others at its beginning and another word behind it: the house of the uncle,
    mamaghar, is not his room."""
    return any(word != one and word.startswith(one) and sound.spelled_alike(word, one) < ENOUGH for one in others)


def _is_anothers(said: Name, name: Name) -> bool:
    """Whether a letter is somebody's in one of them (`d ko kotha`, didi) and tells rooms apart in the other (room D);
    or somebody is named, and the translation of a name means another: the way in sounds like bhai, and the grandmother
    is the budhi aama, of whom a first word that sounds like batti does not tell."""
    if len(said.telling) != 1 or len(name.telling) != 1:
        return False
    [word], [called] = said.telling, name.telling
    for one, other in ((said, name), (name, said)):
        if _ends_in_a_letter(one) and meaning.is_kin(other.telling[0]) and not _ends_in_a_letter(other):
            return one is said or word != called
    if name.factor == 1.0 or len(name.words) == 1 or not meaning.is_kin(word):
        return False
    is_sound = not any(map(meaning.shared, name.light)) and not said.light & name.light  # nothing but ko, the, in
    others = name.light - said.light  # babu ji, the father, is no babu
    return is_sound or any(meaning.is_kin(other) or spoken.is_title(other) for other in others)


def _ends_in_a_letter(name: Name) -> bool:
    return len(name.words) > 1 and name.telling == name.words[-1:] and letters.is_written(name.words[-1])


def _lacks(name: Name, words: Iterable[str]) -> bool:
    """Whether one of the words is not in the name."""
    return any(all(meaning.alike(one, word) < ENOUGH for word in name.telling) for one in words)


def _contrary(said: frozenset[str], name: frozenset[str]) -> bool:
    """Whether both have an adjective, or a side, and not the same: the new kitchen is not the old one, and sano tala
    not sano mathi."""
    ours, theirs = (frozenset(filter(meaning.adjective, words)) for words in (said, name))
    if ours and theirs:
        return not ours & theirs
    return any(meaning.is_set_right(here, there) for here in said - name for there in name - said)


def _is_lamp(said: Name, name: Name) -> bool:
    """Whether a lamp is named by its number (`lamp 3`), and the name is that of something else (`room 3`)."""
    if not said.joined.isdigit() or any(map(meaning.is_lamp, name.light)):
        return False
    return any(meaning.is_lamp(word) and number.isdigit() for word, number in pairwise(said.words))


def _is_no_room_told(said: Name, name: Name) -> bool:
    """Whether only a side or another place is said, and a translation is of the room that it tells: the front is no
    front room, a board no board room."""
    if name.factor == 1.0 or len(name.words) == 1:
        return False
    if not (all(map(_tells_a_side, name.telling)) or all(map(meaning.tells_another_place, said.telling))):
        return False
    return any(map(meaning.is_room, name.light)) and not any(map(meaning.shared, said.light))


def _tells_a_side(word: str) -> bool:
    return bool(meaning.adjective(word)) or meaning.is_a_side(word)


def _is_its_number(said: Name, name: Name) -> bool:
    """Whether `room 3` is short for `guest room 3`, by number and kind of place, or `103` for `shop 103`."""
    return said.digits == name.digits and (bool(said.light & name.light) or len(said.digits) > 2)
