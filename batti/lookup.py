"""What somebody called a place, found among the names of a home by sound and spelling.

The best name wins if it is close enough (`similarity`).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property, lru_cache
from itertools import pairwise

from rapidfuzz import process
from rapidfuzz.distance import OSA

from batti import doubts, letters, lexicon, meaning, spoken
from batti.called import Called, Words, own_words
from batti.gazetteer import Gazetteer
from batti.home import Entity, Home
from batti.owners import Owners
from batti.ranks import Ranks
from batti.schema import ALL, HERE
from batti.similarity import ENOUGH, Name, heard, misheard, put_together, similarity, telling_of
from batti.sound import consonants, fold, heard_alike, similar
from batti.text import normalize
from batti.vocabulary import ENOUGH as WORD
from batti.vocabulary import Spelling, Vocabulary

_NEAR, _NEARLY_AS_NEAR = 0.62, 0.1  # similarity at which a name is worth asking about, and how far behind the best
_SURE = 0.95  # similarity from which a home's own name comes before the common names
_CERTAIN = 0.9  # certainty of what is named and nothing else
_READING = 1e-4  # what a later reading of what was said counts less
_STRANGER = 0.8  # of what is found nowhere: the rest is in the home by a name that nobody listed; see docs/log.md
_SURE_IN_PIECES = 0.86  # similarity aloud from which words are a name in pieces that are not marked as a place
_FAR = 0.85  # similarity below which it is asked how a recognizer may have heard a name
_SLIPPED = 0.97  # what a name counts of which a word was mistyped
_ANOTHER = 0.7  # what a name counts whose letter at the end is another: block B is not block A
_BY_INITIALS = 0.9  # certainty of lr for living room
_OF_THE_KIND = 0.9  # certainty of the only thing that is called by the kind that is said and another word
_REMEMBERED = 1024  # things said whose look-up is kept
_HOMES = 16  # whose names are kept ready
_NO_SPELLING = 0.9  # similarity below which a word of another language is none of one that a name is translated by
_IN_ORDER = 0.9  # similarity at which a name is one that an ordinal was said for
_SHORTEST_END, _NEARLY_THE_END = 3, 0.85  # letters of the end of a name that was cut off, and how like it sounds
_ANOTHER_ONE = 0.5  # certainty of a name beside which something tells of another one
_CUT_OFF = 0.5  # certainty of such a name
_AS_SAID = 0.9  # certainty of a name that its words are, in which another language's recognizer wrote it
_MISHEARD = 0.55  # certainty of a name that sounds most like what another language's recognizer wrote
_LOOKS_LIKE = 0.8  # similarity from which a name looks like what was said
_MAY_BE_A_LAMP = 0.7  # similarity of a word from which it may be that of a lamp, where nothing else is named
_ACROSS = 0.86  # what the words of several names of one thing count together


class Lookup:
    """The names of one home, ready to be looked up; made once and shared."""

    def __init__(self, home: Home) -> None:
        self.entities = home.entities()
        self.groups = home.group_names
        self.rooms_of = home.rooms_of
        rooms = {e.name: e.names for e in self.entities if e.kind == "room"}
        self._own = own_words(self.entities)
        called = [Called.of(index, e, rooms.get(e.room or "", ()), self._own) for index, e in enumerate(self.entities)]
        self._names = [name for one in called for name in one.names]
        self._joined = [name.joined for name in self._names]
        self._words = [{word for name in one.names for word in name.telling} for one in called]
        self._own_words = [{w for name in one.names if name.factor == 1.0 for w in name.telling} for one in called]
        self._by_word: dict[str, list[int]] = {}
        for i, named in enumerate(self._names):
            for word in named.telling:
                self._by_word.setdefault(word, []).append(i)
        self._vocabulary = Vocabulary(self._by_word)
        self._groups = [
            (self.rooms_of(entity.name), [spoken.words_of(name) for name in entity.names])
            for entity in self.entities
            if entity.kind == "group"
        ]
        self._ways_of_groups = [
            (self.rooms_of(entity.name), [[*name.words] for name in one.names])
            for entity, one in zip(self.entities, called, strict=True)
            if entity.kind == "group"
        ]
        self.gazetteer = Gazetteer(*_hints(self.entities, called))
        self._read = lru_cache(maxsize=_REMEMBERED)(self._what)  # people say the same few names
        frames = lexicon.load().frames
        self._any_room = frozenset(map(fold, frames["room_words"]))
        self._spelling = Spelling(_written(self.entities, called, frames["room_words"]))
        self._in_a_group, self._in_a_room = frozenset(frames["in_a_group"]), frozenset(frames["in_a_room"])
        self._take_letters(called)
        self._take_other_words()
        self._take_common_names(home)

    def _take_letters(self, called: Sequence[Called]) -> None:
        """What tells things apart that are called alike, and what is short for names."""
        self._initials: dict[str, dict[int, None]] = {}
        for index, entity in enumerate(self.entities):
            for name in entity.names:
                self._initials.setdefault(spoken.initials(name), {})[index] = None
        self._initials.pop("", None)  # of names of one word
        self._letters = [frozenset().union(*map(letters.at_end, entity.names)) for entity in self.entities]
        self._begin = [frozenset().union(*map(letters.at_start, entity.names)) for entity in self.entities]
        apart = Counter(stem for one in called for stem in {name.without_letter for name in one.names if name.letter})
        self._lettered = {stem for stem, things in apart.items() if things > 1}  # `flat` where flats A and B are
        self._ranks = Ranks(self.entities)

    def _take_other_words(self) -> None:
        """Words that name nothing here unless something is called by them."""
        frames = lexicon.load().frames
        called_so = {lexicon.key(name) for entity in self.entities for name in entity.names}
        self._called = frozenset(map(fold, called_so))
        self._remaining = frozenset(frames["remaining"]) - called_so
        self._ordinary = frozenset(frames["ordinary"]).difference(word for name in called_so for word in name.split())

    def _take_common_names(self, home: Home) -> None:
        """What the speaker's room and the whole of this home may be called as those of any other."""
        frames = lexicon.load().frames
        self._premises = [spoken.words_of(name) for name in frames["premises"]]
        self._beside = tuple(frames["beside"])  # `ghar chheu` is not the house
        kinds = [*self._is_a(home)]
        whole = [*frames["whole"], home.name, home.name.partition(",")[0], *kinds]
        self._common = {
            place: {way for name in said for way in _ways(name)}
            for place, said in ((HERE, frames["here"]), (ALL, whole))
        }
        self._of_one = frozenset(frames["mine"])
        self._by_name = self._first_of(home.name.partition(",")[0])
        self._ours = frozenset(map(fold, frames["ours"]))
        self._mine = {i for i, entity in enumerate(self.entities) if any(map(self._is_mine, entity.names))}
        self._kinds = frozenset(map(fold, (*kinds, *{*frames["premises"]}.intersection(frames["whole"]))))

    def _first_of(self, name: str) -> str:
        """The one word by which a home of two words is known, sangam of Sangam Complex; nothing where it means
        somebody or something else."""
        first, *more = spoken.words_of(normalize(name)) or [""]
        own = any(first in words for words in self._words)
        is_its = len(more) == 1 and len(first) > _SHORTEST_END and not (own or meaning.is_known(first))
        return first if is_its and not meaning.adjective(first) else ""

    @cached_property
    def long_names(self) -> Sequence[str]:
        """Normalized names of rooms and lamps that have several words, longest first."""
        names = dict.fromkeys(normalize(name) for one in self.entities if one.kind != "group" for name in one.names)
        return sorted((name for name in names if " " in name), key=len, reverse=True)

    def find(self, said: str, sentence: str = "", second: bool = False) -> tuple[Entity | str | None, float]:
        """What `said` (normalized) names, and how certain that is (0 to 1).

        An entity of the home, `here`, `all`, or None for nothing in this home. Where lights of one
        name stand in several rooms, the room that `sentence` names is meant; where nothing tells
        which, it is the first (or the `second`), and as uncertain as there are others.
        """
        said = self._without_feeling(said)
        if said in self._remaining or self.is_ordinary(said):
            return None, _STRANGER
        readings, scored = self._read(said)
        scored = {index: much for index, much in scored.items() if not self._is_no_lamp(index, readings[0])}
        best, enough = max(scored.values(), default=0.0), ENOUGH
        if best < _SURE:  # a home's own name comes before the common ones
            if common := self._common_name(said, readings, scored):
                return common
            if spoken.is_somebodys(said):  # `uhanko kotha` sounds like nuhaune kotha
                enough = _SURE
        if best < enough:
            return self._by_other_means(said, sentence, readings) or (None, _STRANGER * _certainty(enough - best))
        equal = _equal(scored, best)
        if best < _SURE and (by_its_word := self._with_the_word(equal, readings)):
            return by_its_word
        if len(equal) > 1:
            return self._one_of(equal, said, sentence, readings, second)
        return self._nearest(equal[0], said, readings, scored)

    def surely(self, said: str) -> Entity | None:
        """What of this home `said` (normalized) certainly names."""
        named, certainty = self.find(said)
        return named if isinstance(named, Entity) and certainty > _CERTAIN else None

    def _common_name(
        self, said: str, readings: list[list[str]], scored: Mapping[int, float]
    ) -> tuple[Entity | str, float] | None:
        """What is meant by a name that any home has for the whole of it and for the speaker's room, by initials, or by
        the group that a room lies in."""
        whole = letters.is_lettered(said) or said.endswith(self._beside)  # flat c is no flat, and not the whole one
        ways = {_in_full(said), *(() if whole else map(tuple, readings))}
        # my house is the house
        ways |= {way[1:] for way in ways if way and way[0] in self._ours and not self._kinds.isdisjoint(way)}
        ways -= self._lettered
        for place, names in self._common.items():
            if not names.isdisjoint(ways):
                best = max(scored.values(), default=0.0)
                is_told = place == HERE and best >= ENOUGH and any(words[0] in self._ours for words in readings[:1])
                mine = self._mine.intersection(_equal(scored, best)) if is_told else ()
                if mine:
                    is_ours = self._is_ours_and_not_mine(self.entities[min(mine)], said)
                    return self.entities[min(mine)], _ANOTHER_ONE if is_ours else _certainty(best - ENOUGH)
                return place, 1.0
        by_initials = [*self._initials.get(lexicon.key(said).replace(" ", ""), ())]
        if by_initials and not meaning.is_place(fold(said)):  # a bar is not Ba Ama's room
            return self.entities[by_initials[0]], _BY_INITIALS / len(by_initials)
        inside = self._inside(readings)
        is_room = any(len(words) == 1 and meaning.is_a_room_misspelled(words[0]) for words in readings[:1])
        return (HERE, _ANOTHER_ONE) if is_room and not inside else inside

    def _by_other_means(
        self, said: str, sentence: str, readings: list[list[str]]
    ) -> tuple[Entity | str, float] | None:
        """What is meant by what no name is near to: by its owner, by what all is said of, by its sound in another
        language, or by its kind."""
        if self._by_name and [self._by_name] in readings:
            return ALL, _ANOTHER_ONE
        named = self._only_of(said, readings) or self._all_of(readings) or self._misheard(said, sentence)
        if named or spoken.is_with_pronoun(said) or said.endswith(self._beside):
            return named
        return self._of_the_kind(readings)

    def _one_of(
        self, equal: Sequence[int], said: str, sentence: str, readings: list[list[str]], second: bool
    ) -> tuple[Entity, float]:
        """Which one is meant of several that are called alike."""
        if not meaning.every().isdisjoint(spoken.words_of(sentence)) and (several := self._plural(readings)):
            return several
        written = [index for index in equal if said in map(normalize, self.entities[index].names)]
        if len(written) == 1:  # rooms 1.0 and ten, which a recognizer writes 1 0
            return self.entities[written[0]], 1.0
        chosen = self._in_sentence(equal, sentence)
        return (self.entities[equal[second]], 1 / len(equal)) if chosen is None else (self.entities[chosen], 1.0)

    def _with_the_word(self, equal: Sequence[int], readings: list[list[str]]) -> tuple[Entity, float] | None:
        """The only thing in a name of which the one word that tells stands, where the nearest only mean the same:
        `parlour` for the tattoo parlour, no sitting room that is not called so; in doubt unless it means that, too."""
        telling = telling_of(readings[0])
        if len(telling) != 1 or meaning.tells_a_part(telling[0]):  # upstairs is not the toilet that is there
            return None
        if len(equal) == 1 and self._has_word(equal[0], telling[0]):
            return None
        its = [index for index in range(len(self.entities)) if self._has_word(index, telling[0])]
        if len(its) != 1:
            return None
        return self.entities[its[0]], _CERTAIN if its[0] in equal else _ANOTHER_ONE

    def _is_a_word_of_its_own(self, index: int, said: Sequence[str]) -> bool:
        """Whether one word is said, which is of another language, and only a translation of this is like it: a bunker
        is no bhanchha, the kitchen."""
        is_one = len(said) == 1 and meaning.is_of_another_language(said[0])
        return is_one and not self._has_word(index, said[0])

    def _has_word(self, index: int, word: str) -> bool:
        """Whether a folded word, in any spelling or cut short, is one of those that tell in a thing's own names."""
        return any(similar(word, own) >= ENOUGH for own in self._own_words[index])

    def _nearest(
        self, index: int, said: str, readings: list[list[str]], scored: Mapping[int, float]
    ) -> tuple[Entity | str | None, float]:
        """What is most like what was said, unless something tells that it is another."""
        best, entity = scored[index], self.entities[index]
        if self._names_a_lamp_elsewhere(index, readings[0]):
            return None, _STRANGER
        if best < _SURE and (self._has_not(index, readings) or self._only_sounds_like(index, said)):
            return None, _STRANGER * _certainty(_SURE - best)
        if best < _SURE and (called_so := self._of_one_head(index, readings)):
            return self._all_of(readings) or (entity, 1 / called_so)
        others = max((score for other, score in scored.items() if other != index), default=0.0)
        is_its_name = best >= 1.0 > others  # dorm A, where there are dorms
        certainty = _certainty(best - ENOUGH if is_its_name else min(best - ENOUGH, best - others))
        is_between = best < _SURE and others > _LOOKS_LIKE and self._is_between(index, readings)
        is_between = is_between or self._is_ours_and_not_mine(entity, said) or self.is_lamp_or_room(entity, said)
        is_between = is_between or (best < _NO_SPELLING and self._is_a_word_of_its_own(index, readings[0]))
        if is_between or self._is_another(index, readings, best) or self._is_only_a_number(entity, readings[0]):
            certainty = min(certainty, _ANOTHER_ONE)
        return entity, certainty

    def is_a_name(self, word: str) -> bool:
        """Whether a folded word is the whole name of something here."""
        return word in self._called

    def is_like_a_lamp(self, word: str) -> bool:
        """Whether a folded word that means nothing is like the one that alone tells a lamp from the others."""
        if meaning.is_known(word) or len(word) < _SHORTEST_END:
            return False
        return any(similar(word, lamp) >= _MAY_BE_A_LAMP for lamp in self._lamps)

    @cached_property
    def _lamps(self) -> frozenset[str]:
        """What a lamp is called besides the word for one, in one word: the jali of `jali batti`."""
        own = (n for n in self._names if n.factor == 1.0 and not n.lamp and self.entities[n.entity].kind == "light")
        return frozenset(n.joined for n in own if len(n.telling) == 1 and any(map(meaning.is_lamp, n.light)))

    def is_ours(self, word: str) -> bool:
        """Whether a folded word is the speaker's my or our."""
        return word in self._ours

    def is_ordinary(self, said: str) -> bool:
        """Whether it is a word of every sentence that only sounds like a place, and that nothing here is called by."""
        return spoken.without_ending(said) in self._ordinary

    def _without_feeling(self, said: str) -> str:
        """The place behind a word that only sounds like one: the hall of `khusi ma hall`."""
        first, *rest = said.split() or [""]
        return " ".join(rest[1:]) if len(rest) > 1 and first in self._ordinary and rest[0] in self._in_a_room else said

    def near(self, said: str, most: int = 3) -> list[Entity]:
        """What `said` may have been meant for, closest first, where it names nothing of this home for sure."""
        _, scored = self._read(normalize(said))
        least = max(_NEAR, max(scored.values(), default=0.0) - _NEARLY_AS_NEAR)
        close = sorted((index for index in scored if scored[index] >= least), key=lambda index: -scored[index])
        return [self.entities[index] for index in close[:most]]

    def in_pieces(self, said: str) -> tuple[Entity, float] | None:
        """Of whose name a recognizer of another language made all these words, where that is sure."""
        much = put_together(spoken.words_of(said, numbers=False), self._names, _SURE_IN_PIECES)
        return (self.entities[much[0]], _certainty(much[1] - ENOUGH)) if much else None

    def without_its_head(self, said: str) -> tuple[Entity, float] | None:
        """The only thing on whose name the one word that is said ends, as a recognizer writes what it began to hear
        late: `chen ko batti` for the kitchen's. In doubt; a word that is known is no end of another."""
        for words in spoken.readings(said):
            telling = [word for word in words if not meaning.is_light(word)]
            if len(telling) != 1 or len(telling[0]) < _SHORTEST_END or meaning.is_known(telling[0]):
                continue
            [end] = telling
            if spoken.is_said_of_rooms(end):  # `poor lamp`
                continue
            if meaning.aloud(telling) != end:  # a word of another language
                continue
            ends = {name.entity for name in self._names if _is_end(end, name)}
            if ends:
                return (self.entities[ends.pop()], _CUT_OFF) if len(ends) == 1 else None
        return None

    def telling(self, room: str) -> list[tuple[str, ...]]:
        """The words of each name of a room that tell which it is."""
        return [name.telling for name in self._names if self.entities[name.entity].name == room]

    def is_told(self, room: str, words: Collection[str]) -> bool:
        """Whether one of the names of a room is among these folded words."""
        return any({*telling} <= {*words} for telling in self.telling(room))

    def group_at_end(self, words: Sequence[str]) -> Collection[str]:
        """The rooms of the group by whose name, with a case ending or without, these words of a sentence end."""
        if words and words[-1] in self._in_a_group:
            words = words[:-1]
        return next((rooms for rooms, names in self._groups if any(words[-len(name) :] == name for name in names)), ())

    def owned_by(self, before: str, pronoun: str, after: str) -> Entity | None:
        """The room of the person for whom the pronoun stands that this begins with, between these parts of a sentence,
        if one is told."""
        what, behind = map(spoken.words_of, (spoken.behind_pronoun(pronoun), after))
        return self._owners.room(before, what, behind, spoken.is_yours(pronoun))

    @cached_property
    def _owners(self) -> Owners:
        return Owners([one for one in self.entities if one.kind == "room"])

    def _what(self, said: str) -> tuple[list[list[str]], dict[int, float]]:
        """The readings of what was said, and the similarity of each entity that it may be."""
        readings, ends = [*spoken.readings(said)], letters.at_end(said)
        titled = readings and any(map(spoken.is_title, readings[0]))
        if titled and (untitled := self._owners.without_titles(readings[0])) not in readings:
            readings.append(untitled)  # the lexicon knows few of the people
        scored = self._scored(readings)
        if max(scored.values(), default=0.0) < _SURE:
            scored |= self._in_order(readings)
        if max(scored.values(), default=0.0) < ENOUGH and (mended := self._spelling.mended(said)) != said:
            again = self._scored([*spoken.readings(mended)])
            scored |= {index: max(_SLIPPED * score, scored.get(index, 0.0)) for index, score in again.items()}
        if max(scored.values(), default=0.0) < ENOUGH:
            scored |= self._scored([*self._taken_apart(readings)])
        if max(scored.values(), default=0.0) < _FAR:
            scored |= {index: much for index, much in self._as_heard(readings) if much > scored.get(index, 0.0)}
        if max(scored.values(), default=0.0) < ENOUGH and (pieces := self._put_together(said)):
            scored[pieces[0]] = pieces[1]
        with_number = letters.is_lettered(said) and any(map(str.isdigit, said))  # room 1A is not room 1
        for index in scored if ends else ():
            if (self._letters[index] or with_number) and ends.isdisjoint(self._letters[index]):
                scored[index] *= _ANOTHER
        begin = letters.at_start(said)
        for index in scored if begin else ():
            if self._begin[index] and begin.isdisjoint(self._begin[index]):  # C block is not B block
                scored[index] *= _ANOTHER
        for index in scored if titled else ():
            if self._is_anothers(index, readings[0]):
                scored[index] *= _ANOTHER
        kin = _only_kin(readings[0]) if readings else ""
        for index in scored if kin else ():
            is_other = scored[index] < _FAR and self._is_other_kin(index, kin)
            if is_other or (scored[index] < _SURE and self._is_kin_only_by_word(index, kin)):
                scored[index] *= _ANOTHER
        return readings, scored

    def _taken_apart(self, readings: list[list[str]]) -> Iterator[list[str]]:
        """Folded words with one in two, where both are of this home's names: the laligurans of Lali Gurans hall."""
        for words in readings[:1]:
            for at, word in enumerate(words):
                for cut in range(_SHORTEST_END, len(word) - _SHORTEST_END + 1):
                    if word[:cut] in self._by_word and word[cut:] in self._by_word:
                        yield [*words[:at], word[:cut], word[cut:], *words[at + 1 :]]

    def _is_other_kin(self, index: int, kin: str) -> bool:
        """Whether something is called somebody's who is not the one told: hajurama's for `aama ko kotha`, though boju
        aama is hajurama, too."""
        words = {word for name in self._names if name.entity == index and name.factor == 1.0 for word in name.words}
        others = [meaning.senses(word) for word in words if meaning.is_kin(word)]
        return bool(others) and kin not in words and not any(meaning.senses(kin) & other for other in others)

    def _is_kin_only_by_word(self, index: int, kin: str) -> bool:
        """Whether the only word for kin that means the same as the one told means another by the other names here:
        dada, who is bare hajur and hajurbuwa too, is the grandfather and no brother (dajyu)."""
        words = {word for name in self._names if name.entity == index and name.factor == 1.0 for word in name.words}
        own = {word for word in words if meaning.is_kin(word)}
        same = {word for word in own if meaning.senses(word) & meaning.senses(kin)}
        return bool(same) and kin not in own and all(
            any(meaning.may_be(word, other) for other in own - same) for word in same
        )

    def _is_anothers(self, index: int, said: Sequence[str]) -> bool:
        """Whether somebody is told with a title who has nothing to do with it: `puja didi ko kotha` for the puja room,
        `maila kaka ko kotha` for Maila dai's, Mohan kaki's for Mohan kaka's."""
        entity = self.entities[index]
        names = [name.words for name in self._names if name.entity == index and name.factor == 1.0]
        for who, title in pairwise(said):
            if not (spoken.is_title(title) and meaning.is_person(who)) or any(title in words for words in names):
                continue
            if (entity.kind == "group" or meaning.tells_a_place(who)) and not self._owners.is_of(entity, who):
                return True
            others = {other for words in names for one, other in pairwise(words) if one == who}
            others = {*filter(meaning.is_kin, others)}
            if others and meaning.is_kin(title):
                if meaning.is_given(who):
                    return not any(spoken.are_of_one(title, other) for other in others)
                return not any(meaning.senses(title) & meaning.senses(other) for other in others)
        return False

    def _is_mine(self, name: str) -> bool:
        """Whether a room is called somebody's own, wherever that is said: mero kotha."""
        words = spoken.words_of(name)
        return len(words) > 1 and words[0] in self._ours and all(map(meaning.is_room, words[1:]))

    def _is_any_room(self, word: str) -> bool:
        """Whether a folded word means any room, also cut short: rm."""
        return word in self._any_room or meaning.is_room(word)

    def _is_ours_and_not_mine(self, room: Entity, said: str) -> bool:
        """Whether my room is said, and this is called ours and by nobody my room: hamro kotha, the parents'."""
        first, *more = said.split() or [""]
        if first not in self._of_one or not more or not all(map(self._is_any_room, map(fold, more))):
            return False
        begin = [name.split()[0] for name in map(lexicon.key, room.names) if self._is_mine(name)]
        return bool(begin) and self._of_one.isdisjoint(begin)

    def _put_together(self, said: str) -> tuple[int, float] | None:
        """See `put_together`; a word may sound like a number and be a piece: `bun cha` for bhancha."""
        ways = dict.fromkeys(tuple(spoken.words_of(said, numbers)) for numbers in (True, False))  # mostly one
        return next(filter(None, (put_together(words, self._names) for words in ways)), None)

    def _misheard(self, said: str, sentence: str) -> tuple[Entity, float] | None:
        """What was most likely said where a recognizer of another language wrote the sentence; in doubt."""
        if not spoken.is_misheard(sentence) or all(map(meaning.is_light, spoken.words_of(said))):
            return None  # `buddy lamp` is a light and no more
        aloud = [[meaning.aloud([word]) for word in words] for words in spoken.readings(said)]
        scored, queries = self._scored(aloud), self._queries(aloud)
        best = max(scored.values(), default=0.0)
        if best >= ENOUGH:  # a home that has no nanny has a nani
            equal = _equal(scored, best)
            own = [name for name in self._names if name.entity == equal[0] and name.factor == 1.0]
            is_own = any(similarity(query, name) >= ENOUGH for query in queries for name in own)
            return self.entities[equal[0]], (_AS_SAID if is_own else _MISHEARD) / len(equal)
        found = misheard([fold(word) for word in lexicon.key(said).split()], self._names)
        return None if found is None else (self.entities[found], _MISHEARD)

    def _in_order(self, readings: list[list[str]]) -> dict[int, float]:
        """What an ordinal tells of instead of its number or letter: `dosro chair` is chair 2, `second row` row B."""
        found: dict[int, float] = {}
        for name, indices in (told for words in readings for told in self._ranks.named(words)):
            scored = self._scored([name]).items()
            those = {index: much for index, much in scored if index in indices and much >= _IN_ORDER}
            found |= {index: max(much, _SURE, found.get(index, 0.0)) for index, much in those.items()}
        return found

    def _inside(self, readings: list[list[str]]) -> tuple[Entity, float] | None:
        """What is told by the group that it lies in: `mathi ko baranda`."""
        for words in readings:
            for rooms, names in self._ways_of_groups:
                for name in names:
                    rest = words[len(name) :]
                    if words[: len(name)] != name or all(map(meaning.is_light, rest)):
                        continue
                    scored = self._scored([rest[1:] if rest[0] in self._in_a_group else rest])
                    there = {i: much for i, much in scored.items() if self._lies_in(self.entities[i], rooms)}
                    best = max(there, key=lambda index: there[index], default=0)
                    if there.get(best, 0.0) >= ENOUGH:
                        return self.entities[best], _certainty(there[best] - ENOUGH)
        return None

    def _only_of(self, said: str, readings: list[list[str]]) -> tuple[Entity, float] | None:
        """The only thing of the person who is named, where nothing else comes near: `sailo` for Saila ko flat."""
        owned = next(filter(None, map(self._owners.only, readings)), None)
        if owned is None or self.near(said) != [owned]:
            return None
        index = self.entities.index(owned)
        if self._is_anothers(index, readings[0]) or self._is_kin_only_by_word(index, _only_kin(readings[0])):
            return None
        return owned, _certainty(0.0)

    @staticmethod
    def _lies_in(entity: Entity, rooms: Collection[str]) -> bool:
        return entity.kind != "group" and (entity.room if entity.kind == "light" else entity.name) in rooms

    def _only_sounds_like(self, index: int, said: str) -> bool:
        """Whether the one word that tells means something else than this, whose translation sounds like it."""
        words = [word for word in spoken.without_ending(said).split() if not meaning.is_light(fold(word))]
        own = self._own_words[index]
        return len(words) == 1 and fold(words[0]) not in own and meaning.only_sounds_like(words[0], own)

    def _has_not(self, index: int, readings: list[list[str]]) -> bool:
        """Whether a lamp is named that the room or group is not called by, or another of its kind: `bhoj hall ko
        chandelier`, `tesro bhoj hall`; or a room that the lamp is not in: `thukpa ko butter lamp` for the stupa's."""
        if self.entities[index].kind == "light":
            return self._is_elsewhere(index, readings[0])
        if any("".join(readings[0]) == name.whole for name in self._names if name.entity == index):
            return False  # `आउट साइड`: no side lamp outside
        known = {one: max(meaning.alike(one, word) for word in self._words[index]) for one in readings[0]}
        strange = (word for word, much in known.items() if much < WORD)
        another = any(meaning.is_fixture(word) or meaning.ordinal(word) for word in strange)
        return another and max(known.values()) > ENOUGH

    def _names_a_lamp_elsewhere(self, room: int, said: Sequence[str]) -> bool:
        """Whether a lamp of another room is named in full beside this one: `study ko reading lamp` for the bedroom's,
        however near its name comes to the study's."""
        if self.entities[room].kind != "room":
            return False
        names = [self._names[i] for i in {i for word in said for i in self._by_word.get(word, ())}]
        its = [{*name.telling} for name in names if name.entity == room and name.factor == 1.0]
        for name in names if its else ():
            lamp = self.entities[name.entity]
            if lamp.kind == "light" and not name.lamp and lamp.room != self.entities[room].name:
                rest = Counter(said) - Counter(name.words)
                is_in_full = rest.total() == len(said) - len(name.words)
                if is_in_full and any(telling <= rest.keys() for telling in its):
                    return True
        return False

    def _of_one_head(self, index: int, readings: list[list[str]]) -> int:
        """How many rooms are called by the one word that is said and others besides, where this is one of them: the
        boys dorm and the girls dorm by dorm; 0 where it is the only one."""
        words = [word for word in readings[0] if word not in meaning.every()]
        telling = [word for word in words if not meaning.is_light(word)]
        if len(telling) != 1 or telling[0].isdigit() or self.entities[index].kind != "room":
            return 0
        among = {
            name.entity
            for name in map(self._names.__getitem__, self._by_word.get(telling[0], ()))
            if name.factor == 1.0 and len(name.telling) > 1 and self.entities[name.entity].kind == "room"
        }
        return len(among) if index in among and len(among) > 1 else 0

    def _of_the_kind(self, readings: list[list[str]]) -> tuple[Entity, float] | None:
        """One of the rooms that are called by the kind that is said and another word, or the only one: `bedroom` where
        there are a master and a guest bedroom."""
        for words in readings:
            kinds = [word.removesuffix("s") for word in words if meaning.is_place(word) and word not in self._any_room]
            if len(kinds) != 1 or not all(meaning.is_light(word) or word in meaning.every() for word in words):
                continue
            of_it = {name.entity for name in self._names if name.factor == 1.0 and kinds[0] in name.words}
            rooms = [self.entities[index] for index in sorted(of_it) if self.entities[index].kind == "room"]
            if rooms:
                return rooms[0], min(_OF_THE_KIND, 1 / len(rooms))
        return None

    def all_of_its_kind(self, said: str) -> list[Entity]:
        """The rooms, or else the groups, of the kind that is said in the plural or behind a word for all, where nothing
        is called so: both terraces, sabai row."""
        every, words = meaning.every(), spoken.words_inside(said)
        if any(map(meaning.is_room, words[-1:])):  # a kids room is one
            return []
        is_all = len(words) > 1 and words[0] in every
        if is_all and words[1].isdigit():  # all 4 rows
            del words[1]
        telling = [w for w in words if w not in every and meaning.shared(w) not in ("", *meaning.SHARED)]
        is_thing = not is_all and spoken.is_thing((*telling[:1],)) and meaning.is_place(telling[0])  # the stairs
        if len(telling) != 1 or is_thing or letters.at_end(said):  # halls a and b
            return []
        ways = [telling[0].removesuffix(end) for end in ("s", "es", "haru") if telling[0].endswith(end)]
        kinds = [way for way in ways if meaning.is_place(way) or self._tells_several(way)]
        if is_all and not kinds and self._is_a_kind(telling[0]):
            kinds = [telling[0]]
        kinds = [way for way in kinds if way not in self._any_room]
        if not kinds:
            return []
        its = {n.entity for n in self._names if n.factor == 1.0 and any(_is_of(kinds[0], word) for word in n.words)}
        places = [self.entities[index] for index in sorted(its)]
        rooms = [one for one in places if one.kind == "room"]
        if rooms:
            return [] if self._plural([words[1:] if is_all else words]) else rooms
        return [one for one in places if one.kind == "group"]

    def _is_a_kind(self, word: str) -> bool:
        """Whether a folded word that is said behind one for all is what several here are, and not who or where."""
        is_kin = meaning.is_kin(word) and not meaning.is_place(word)  # a cabin is nobody's Kabin
        tells_which = is_kin or meaning.adjective(word) or meaning.is_a_side(word)
        return not tells_which and self._tells_several(word) and self.surely(word) is None

    def _tells_several(self, word: str) -> bool:
        """Whether several rooms, or several groups, are called by a folded word and others besides."""
        names = (name for name in map(self._names.__getitem__, self._by_word.get(word, ())) if name.factor == 1.0)
        kinds = Counter(self.entities[entity].kind for entity in {n.entity for n in names if len(n.telling) > 1})
        return max(kinds["room"], kinds["group"]) > 1

    def _is_another(self, index: int, readings: list[list[str]], best: float) -> bool:
        """Whether something else may have been said than this: the vice principal is not the principal."""
        if best >= _SURE and not any(map(meaning.adjective, readings[0])):
            return False
        names = [name for name in self._names if name.entity == index]
        return doubts.is_another(self._queries(readings), names, self.entities[index].kind, best)

    def is_lamp_or_room(self, room: Entity, words: str) -> bool:
        """Whether a lamp is told by the device that it stands beside, and this is a room for it: a tv light, or the
        light of the tv room."""
        said, index = spoken.words_of(words), self.entities.index(room)
        telling = [*telling_of(said)]
        for_it = tuple(telling) in spoken.devices() and all(map(meaning.tells_a_lamp, telling))
        is_room = any(meaning.is_room(word) or spoken.is_of(word) for word in said)
        if is_room or not for_it or not any(map(meaning.is_lamp, said)):
            return False
        own = [n for n in self._names if n.entity == index and n.factor == 1.0 and [*n.telling] == telling]
        return bool(own) and all(any(map(meaning.is_room, name.light)) for name in own)

    def _is_only_a_number(self, lamp: Entity, said: Sequence[str]) -> bool:
        """Whether only the number of a lamp is said, which a room has too: `1` for lamp 1, where there is a table 1."""
        if lamp.kind != "light" or any(map(meaning.is_lamp, said)):
            return False
        telling = [word for word in said if not meaning.is_light(word)]
        if len(telling) != 1 or not telling[0].isdigit():
            return False
        among = {self._names[i].entity for i in self._by_word.get(telling[0], ()) if self._names[i].factor == 1.0}
        return any(one.kind == "room" and one.name != lamp.room for one in map(self.entities.__getitem__, among))

    def _is_between(self, index: int, readings: list[list[str]]) -> bool:
        """Whether this only means what was said, and something else has a name of its own that looks like it: bagwati,
        a shrine, in a home with a room Bagmati."""
        queries = self._queries(readings)
        looks: dict[bool, float] = {}  # how much the names of this look like it, and all others
        for name in self._candidates(queries):
            if name.factor == 1.0:
                its = name.entity == index
                looks[its] = max(looks.get(its, 0.0), *(similarity(query, name) for query in queries))
        return looks.get(False, 0.0) > _LOOKS_LIKE and looks.get(True, 0.0) < WORD

    def _is_no_lamp(self, index: int, said: Sequence[str]) -> bool:
        """Whether a room is said and this is a lamp that no name calls by one: `kiran ko kotha` for the lamp Kiran,
        whose room counts only if it is named."""
        if self.entities[index].kind != "light" or not any(map(meaning.is_room, said)):
            return False
        for name in self._names:
            if name.entity == index and any(map(meaning.is_room, name.words)):
                if not name.lamp and name.factor == 1.0:  # a study is a study room, and its lamp is not
                    return False
                of_lamp = [one for one in said if any(meaning.alike(one, word) >= WORD for word in name.lamp)]
                of_room = [word for word in name.telling if name.lamp and word not in name.lamp]
                if any(meaning.alike(one, word) >= WORD for one in said if one not in of_lamp for word in of_room):
                    return False
        return True

    def _is_elsewhere(self, lamp: int, said: Sequence[str]) -> bool:
        """Whether a room or group of the home is said that no name of the lamp has."""
        strange = {one for one in said if all(meaning.alike(one, word) < WORD for word in self._words[lamp])}
        rooms = (n.telling for n in self._names if n.factor == 1.0 and self.entities[n.entity].kind != "light")
        return any(strange.issuperset(telling) for telling in rooms)

    def _all_of(self, readings: list[list[str]]) -> tuple[Entity | str, float] | None:
        """The group meant by `all himals` or `sabai pod`, or the whole house by what it is: `jamma office`."""
        all_of = [words[1:] for words in readings if len(words) > 1 and words[0] in meaning.every()]
        several = self._plural(all_of)
        if any(words in self._premises for words in all_of) and not (several and several[1] > _SURE):
            return ALL, 1.0 if any(self._kinds.issuperset(words) for words in all_of) else _ANOTHER_ONE
        return several

    def _is_a(self, home: Home) -> Iterator[str]:
        """What a home is by its own name, school in `Namuna School`, if nothing in it is called by the
        word or by one that means the same."""
        named = set(spoken.words_of(normalize(home.name)))
        own = {word for name in self._names if name.factor == 1.0 for word in name.telling}
        for kind, words in zip(lexicon.load().frames["premises"], self._premises, strict=True):
            said = all(any(meaning.alike(word, one) >= meaning.TRANSLATED for one in named) for word in words)
            is_own = any(meaning.alike(word, one) >= meaning.TRANSLATED for word in words for one in own)
            if said and not is_own:  # klinik of `Smile Clinic`
                yield kind

    def _plural(self, readings: list[list[str]]) -> tuple[Entity, float] | None:
        """The group whose name was said, in the plural or not."""
        scored = self._scored([*readings, *([*words[:-1], f"{words[-1]}s"] for words in readings)])
        groups = {index: score for index, score in scored.items() if self.entities[index].kind == "group"}
        best = max(groups, key=lambda index: groups[index], default=0)
        return (self.entities[best], _certainty(groups[best] - ENOUGH)) if groups.get(best, 0.0) >= ENOUGH else None

    def is_device(self, said: str, sentence: str) -> bool:
        """Whether what `said` (normalized) names is a fan, a door or their like, nothing of this home, and
        the sentence is not about its light (`lift bhitra ko batti`)."""
        if any(map(meaning.is_lamp, spoken.words_of(sentence))):
            return False
        readings, scored = self._read(said)
        best = max(scored.values(), default=0.0)
        known = [words for words in map(tuple, readings) if words in spoken.devices()]
        # What is a place too (home theatre, lift) is one where the home has it by any name.
        return any(best < (ENOUGH if spoken.is_thing(words) else _SURE) for words in known)

    def _scored(self, readings: list[list[str]]) -> dict[int, float]:
        """The similarity of each entity, by its best name."""
        queries = self._queries(readings)
        scores: dict[int, float] = {}
        for name in self._candidates(queries):
            # Every word counts before an ending is taken off: `pasal bhitra` may be a name, and `bhitra` means in.
            score = max((similarity(query, name) - i * _READING for i, query in enumerate(queries)), default=0.0)
            scores[name.entity] = max(score, scores.get(name.entity, 0.0))
        for entity, score in scores.items():
            if score < _ACROSS:
                scores[entity] = max(score, *(_ACROSS * self._across(query, entity) for query in queries))
        return scores

    def _as_heard(self, readings: list[list[str]]) -> Iterator[tuple[int, float]]:
        """The entities whose names a recognizer may have made this of, and how similar they are, least first."""
        queries = self._queries([*readings, *(ended for words in readings for ended in meaning.room_at_end(words))])
        found = ((max((heard(query, name) for query in queries), default=0.0), name.entity) for name in self._names)
        return ((index, much) for much, index in sorted(found) if much)

    def _queries(self, readings: Iterable[list[str]]) -> list[Name]:
        """What was said as names, to be compared with those of the home."""
        return [Name.of(0, tuple(words), own=self._own) for words in readings]

    def _across(self, query: Name, entity: int) -> float:
        """How much of what was said is in the names of an entity taken together: `MD's cabin` where
        it is called CEO cabin and MD's room. What a translation means besides does not count: the bhat of a kitchen
        is no bath."""
        words, own = self._words[entity], self._own_words[entity]
        if len(query.telling) < 2 or query.digits != "".join(w for w in query.telling if w.isdigit() and w in words):
            return 0.0
        if self._is_another_thing(query, entity):
            return 0.0

        def alike(said: str, word: str) -> float:
            return (meaning.alike if word in own or meaning.adjective(said) else meaning.sounds)(said, word)

        near = [max((alike(said, word), word) for word in words) for said in query.telling]
        if len({word for _, word in near}) < len(near):  # none is two: tallo tala is not the tala of mathillo tala
            return 0.0
        return sum(much for much, _ in near) / len(near)

    def _is_another_thing(self, query: Name, entity: int) -> bool:
        """Whether what was said is the whole name of something that this is not called: bhaisi goth, the buffalo's, is
        no gai goth, where any cattle stand."""
        if not spoken.is_thing(query.words):
            return False
        others = {tuple(telling_of(words)) for words in spoken.translations(" ".join(query.words)).values()}
        own = {name.telling for name in self._names if name.entity == entity and name.factor == 1.0}
        return others.isdisjoint(own)

    def _candidates(self, queries: list[Name]) -> Iterator[Name]:
        """The names that share a word with what was said, or look like it run together."""
        near: set[int] = set()
        for query in queries:
            for said in query.telling:
                for word in self._vocabulary.like(said):
                    near.update(self._by_word[word])
            for whole in {query.joined, query.whole}:  # `baith ak`, where `baith` looks like batti
                alike = process.extract(
                    whole, self._joined, scorer=OSA.normalized_similarity, score_cutoff=WORD, limit=None
                )
                near.update(index for _, _, index in alike)
        return (self._names[index] for index in sorted(near))

    def _in_sentence(self, equal: Sequence[int], sentence: str) -> int | None:
        """Of entities that match alike, the one whose room the sentence names, of several the first; the last one
        where something is set right (`A ko jhumar hoina B ko`)."""
        words = spoken.words_of(_bare_ending().sub(" ", normalize(sentence)))
        found = {}
        for index in equal:
            called = self.telling(self.entities[index].room or "")
            named = [(-len(telling), max(map(words.index, telling))) for telling in called if set(telling) <= {*words}]
            if named:
                found[index] = min(named)  # the keti hostel is no hostel A, which is a hostel too
        if not meaning.denials().isdisjoint(words):
            return max(found, key=lambda index: found[index][1]) if found else None
        return min(found, key=lambda index: found[index]) if found else None


@lru_cache(maxsize=_HOMES)
def lookup_of(home: Home) -> Lookup:
    """The names of a home, made ready once for all who look something up there."""
    return Lookup(home)


@cache
def _bare_ending() -> re.Pattern[str]:
    """Matches a case ending that stands alone and behind which none does: the ma of `20% ma rakha` is no mother, whom
    `ma ko table lamp` names."""
    ending = spoken.any_of(one for one in lexicon.load().frames["endings"] if " " not in one)
    return re.compile(rf"(?<![a-z0-9'’]){ending}(?![a-z0-9'’])(?! {ending}(?![a-z0-9'’]))")


def _only_kin(said: Sequence[str]) -> str:
    """The word for kin that alone tells which is said: aama of `aama ko kotha`."""
    told = telling_of(said)
    return told[0] if len(told) == 1 and meaning.is_kin(told[0]) else ""


def _equal(scored: Mapping[int, float], best: float) -> list[int]:
    """The entities that are as similar as the best."""
    return [index for index, score in scored.items() if score > best - 1e-6]


def _is_of(kind: str, word: str) -> bool:
    """Whether a folded word means what one for a kind of place does."""
    return word == kind or bool(meaning.senses(kind) & meaning.senses(word))


def _is_end(end: str, name: Name) -> bool:
    """Whether a name ends so, or a name of the home's own sounds so at its end."""
    for called in {name.joined, name.whole}:
        missing = len(called) - len(end)
        if 0 < missing <= len(end) + 1:
            much = heard_alike(end, called[missing:], len(end)) if name.factor == 1.0 else called.endswith(end)
            if much >= _NEARLY_THE_END and consonants(end) == consonants(called[missing:]):
                return True
    return False


def _hints(
    entities: Sequence[Entity], called: Sequence[Called]
) -> tuple[dict[tuple[str, str], None], list[tuple[Words, str]]]:
    """The names of a home with their kinds, and the words of what these are called besides."""
    hints: dict[tuple[str, str], None] = {}
    others: list[tuple[Words, str]] = []
    for entity, one in zip(entities, called, strict=True):
        hints |= {(name, entity.kind): None for name in entity.names}
        others += [(words, entity.kind) for words in dict.fromkeys(one.otherwise.values())]
        if entity.kind == "group":  # `sabai pod`
            hints |= {(name[:-1], entity.kind): None for name in entity.names if name.endswith("s")}
    return hints, others


def _written(entities: Sequence[Entity], called: Sequence[Called], room_words: Iterable[str]) -> set[str]:
    """The words of all names as they are spelled."""
    names = (name for entity, one in zip(entities, called, strict=True)
             for name in (*map(normalize, entity.names), *one.otherwise))  # fmt: skip
    return {word for name in (*room_words, *names) for word in name.split()}


def _in_full(said: str) -> tuple[str, ...]:
    """Folded words, as they are said and not once each: `kuna kuna`, everywhere, is no kuna."""
    return tuple(map(fold, lexicon.key(said).split()))


def _ways(name: str) -> Iterator[tuple[str, ...]]:
    """The folded words of a common name, with endings inside it and without."""
    yield _in_full(name)
    words = tuple(spoken.words_of(name))
    if len(words) == len(lexicon.key(name).split()):  # none of them is said twice
        yield words


def _certainty(margin: float) -> float:
    """A probability from how far a similarity is from changing the answer."""
    return 1.0 / (1.0 + math.exp(-(1.0 + 30.0 * margin)))
