"""From what a model marked to a command of this home: look every place up, then put it in one form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

from batti import another, beside, conditions, everything, hailed, lamps, left_out, lexicon, meaning, rows, spoken, told
from batti.command import Command, contradict, is_put_off, one_form
from batti.home import Entity
from batti.lamps import Found, Place
from batti.lookup import Lookup
from batti.prompt import Asked, Span, in_order, reckoned
from batti.ranges import is_a_range
from batti.said import Said
from batti.schema import ALL, HERE
from batti.sound import fold
from batti.spans import is_a_span
from batti.text import normalize
from batti.values import seconds_of

_TWO_WORDS = re.compile(r"\b([a-z]+) (?=([a-z]+))")
_MANY, _A_DAY = 100, 86_400  # units of time, and seconds, from which a length is rare
_NOT_QUITE = 0.5  # certainty of a room said to be on a floor on which it is not, or with a number that is not its own
_HAILED = 0.8  # certainty of a place that was marked with somebody who is called
_NOW = 0.8  # certainty of the speaker's room where a model took the word for now for a place
_NUMBERED = 0.8  # certainty of what is told by its number, of which a model marked nothing
_HIS = 0.8  # certainty of a room whose owner is told by a pronoun
_SURE = 0.9  # certainty from which a number or letter is that of the kind of place beside it
_NO_LIGHT_HAS_IT = 0.5  # certainty of an answer to more than there is: 150%, 100 hours, 500 kelvin
_REST_OF_WHAT = 0.5  # certainty of all or here for what is said of the rest, where nothing is excepted
_NOT_BY_ITSELF = 0.5  # certainty of what is to be done only where another place is on or off, or but for a lamp
_CONTRADICTS = 0.5  # certainty of an answer that asked what cannot both hold, of which one was left out

_MORE_BEFORE, _MORE_BEHIND = 2, 1  # words of a name in pieces that the model may have left out
_AT_THE_NEXT = 0.5  # certainty of what is done at the next such clock, where another day, every day or an end is meant


def resolve(asked: Sequence[Asked], sentence: str, lookup: Lookup, second: bool = False) -> tuple[Command, float]:
    """The command, and how certain its places are (0 to 1); where several things have one name, with the `second`.

    One place that the home does not have makes the whole sentence `unknown_room`: nothing is done
    of a request that was understood in part. A device in the place of a place makes it none: it asks
    nothing of the lights.
    """
    if not asked:
        return Command.none(), 1.0
    for as_told in (_at_the_level_told, _put_off, _of_the_length_told):
        asked = [as_told(one, sentence) for one in asked]
    timed = _at_the_time_told(asked, sentence)
    some = everything.of_a_kind(everything.without_what_is_there(timed, sentence), sentence, lookup)
    said = Said(some, sentence, lookup)
    said = replace(said, asked=rows.completed(replace(said, asked=_without_a_length_of(said))))
    certainty = min([1.0 if timed == asked else _AT_THE_NEXT, *_doubts(said)])
    if (each := rows.apart(said)) != said.asked:  # `kitchen store` may be one that is not here
        certainty = certainty if rows.are_in_a_row(said) else min(certainty, _NOT_QUITE)
        said = replace(said, asked=each)
    marked = [one.place for one in said.asked if not isinstance(one.place, str)]
    if any(lookup.is_device(said.text(place), sentence) for place in marked):
        return Command.none(), certainty
    actions: list[tuple[Asked, dict[str, Any]]] = []
    for found in places(said, second):
        certainty = min(certainty, *found.sure, *_doubts_of(found, said))
        action = _action(found.places, found.entry, lookup)
        if action is not None:
            actions.append((found.entry, action))
        elif not _points_back(found.entry, said):  # `uhako kotha, hajurba ko kotha ko batti`
            if len(said.asked) == 1 or not _is_no_place(found.entry, said):
                return Command.unknown_room(), certainty
            certainty = min(certainty, _NOT_QUITE)
    held = _that_hold(actions)
    certainty = min([certainty, *_doubts_of_all(actions, held, said)])
    return Command.from_dict({"actions": one_form(held)}, groups=lookup.groups), certainty


def _doubts(said: Said) -> Iterator[float]:
    """How certain an answer can be at most for what the sentence says besides, whichever its places are."""
    if any(level > 100 for level in told.levels(said.sentence)) or _is_not_said(said):
        yield _NO_LIGHT_HAS_IT
    if is_a_range(said) or left_out.is_one_of_two(said):
        yield _NOT_QUITE
    if left_out.is_a_number_left_out(said) or left_out.is_a_place_left_out(said):
        yield _NOT_QUITE
    if is_a_span(said):
        yield _AT_THE_NEXT


def _doubts_of(found: Found, said: Said) -> Iterator[float]:
    """The same for an entry whose place has no words of its own: everything, or the room of the speaker."""
    entry = found.entry
    if isinstance(entry.place, str) and not entry.excepts and spoken.is_of_the_rest(said.sentence):
        yield _REST_OF_WHAT
    if entry.place == ALL == found.places[0] and _is_not_all(entry, said):
        yield _NOT_QUITE
    if entry.place == HERE and said.has_no_value and beside.has_number(said.without_places):
        yield _NOT_QUITE  # `room 0 ma batti nibhau`
    if found.places[0] == HERE and another.is_by_a_place(said.sentence):
        yield _NOT_QUITE
    if left_out.is_anothers_level(entry, said):
        yield _NOT_QUITE
    if entry.place == HERE and _is_a_lamp_misheard(said):
        yield _NOT_QUITE


def _doubts_of_all(
    actions: Sequence[tuple[Asked, dict[str, Any]]], held: Sequence[dict[str, Any]], said: Said
) -> Iterator[float]:
    """The same for what is to be done, whose places are all known, and of which this holds."""
    clock = any("at" in entry.doing and "for" not in entry.doing for entry in said.asked)
    if clock and (spoken.is_no_single_time(said.without_places) or told.lacks_its_hour(said.sentence)):
        yield _AT_THE_NEXT
    whole = {action["room"] for _, action in actions if "light" not in action}
    if left_out.is_a_lamp_apart(whole, said) or conditions.is_of_another(said.sentence, held, said.lookup):
        yield _NOT_BY_ITSELF
    if len(held) < len(actions):
        yield _CONTRADICTS


def _is_a_lamp_misheard(said: Said) -> bool:
    """Whether the word before that for a light is none that is known, and like that of a lamp of the home: `chali
    batti` for its jali batti."""
    pairs = ([*map(fold, found.groups())] for found in _TWO_WORDS.finditer(said.without_places))
    return any(meaning.is_lamp(lamp) and said.lookup.is_like_a_lamp(word) for word, lamp in pairs)


def _is_not_all(entry: Asked, said: Said) -> bool:
    """Whether all is said of another house, or some room is said, or nothing that means all of them."""
    if everything.is_elsewhere(said.without_places, said.lookup) or everything.is_somebodys(said.without_places):
        return True
    if entry.excepts or entry.doing["action"] == "get_state":  # `kun kun batti baleko cha`
        return False
    if everything.is_any(said.sentence) or everything.is_of_a_kind_elsewhere(said.sentence):
        return True
    return not everything.is_told(said.without_places, said.lookup)


def _at_the_time_told(asked: Sequence[Asked], sentence: str) -> Sequence[Asked]:
    """What is asked, at the one time that the sentence tells in digits where a network copied another one."""
    times = {one.told("at") for one in asked if "at" in one.doing}
    clock = _clock(sentence) if len(times) == 1 else ()
    if not clock or not times.isdisjoint(clock):
        return asked
    return [replace(one, doing=one.doing | _at(clock[0], one)) if "at" in one.doing else one for one in asked]


def _at_the_level_told(one: Asked, sentence: str) -> Asked:
    """What is asked, at the one level that is told with a point in it: `12.5%`."""
    levels = told.decimal_levels(sentence) if "brightness" in one.doing else []
    if len(levels) != 1 or not 1 <= levels[0] <= 100:
        return one
    return replace(one, doing=one.doing | {"brightness": int(levels[0] + 0.5) / 100})


def _put_off(one: Asked, sentence: str) -> Asked:
    """What is asked at half past midnight, in half an hour where that is told."""
    minutes = told.delay(sentence) if "at" in one.doing else 0
    if not minutes or one.doing["at"][3:] != f"{minutes:02}":
        return one
    return replace(one, doing={**{key: it for key, it in one.doing.items() if key != "at"}, "after": f"{minutes}m"})


def _of_the_length_told(one: Asked, sentence: str) -> Asked:
    """What is asked, for the length that is told behind a level of which a network made it: 2h of `hall 20 2h`."""
    level = round(100 * one.doing.get("brightness", 0))
    length = told.length_behind(level, sentence) if level else None
    if length is None:
        return one
    taken = f"{level}{length[1]}"
    return replace(one, doing={k: f"{length[0]}{length[1]}" if v == taken else v for k, v in one.doing.items()})


def _without_a_length_of(said: Said) -> Sequence[Asked]:
    """What is asked, without the length that a network made of the end of a span: 8 minutes of `6 dekhi 8 samma`."""
    if not is_a_span(said) or told.lengths(said.sentence):
        return said.asked
    return [
        replace(one, doing={key: value for key, value in one.doing.items() if key != "for" or "at" not in one.doing})
        for one in said.asked
    ]


def _at(clock: str, entry: Asked) -> dict[str, str]:
    return reckoned([("at", clock), *(("after", length) for length in entry.chained)])[0]


def _clock(sentence: str) -> tuple[str, ...]:
    """The time that a sentence tells in digits, and twelve hours later; nothing where it tells none or several, or the
    half or a quarter of it besides: `9:21` is no 22:21, whatever a network copied."""
    found = {(hour, minute) for hour, minute in told.digital(sentence) if hour < 24 and minute < 60}
    if len(found) != 1 or told.is_by_a_quarter(sentence):
        return ()
    [(hour, minute)] = found
    return tuple(f"{at % 24:02}:{minute:02}" for at in (hour, hour + 12))


def _is_not_said(said: Said) -> bool:
    """Whether a length, a colour temperature or a level is asked that nobody said."""
    return _is_another_length(said) or _is_another_white(said) or _is_another_level(said)


def _is_another_length(said: Said) -> bool:
    """Whether one was said that is beyond what networks learn to read in full, and another one is asked: `off in 1000
    minutes` after 10m; or only the 1 of `1st` was said."""
    lengths = {seconds_of(one.doing[key]) for one in said.asked for key in ("after", "for") if key in one.doing}
    if not lengths:
        return False
    long = {seconds for many, seconds in told.lengths(said.sentence) if many >= _MANY or seconds > _A_DAY}
    which = {seconds for one in told.ordinals(said.sentence) for seconds in (one, 60 * one)}
    return bool(long - lengths) or not lengths.isdisjoint(which)


def _is_another_white(said: Said) -> bool:
    """The same of whites."""
    hues = {one.doing["color_temp"] for one in said.asked if "color_temp" in one.doing}
    return bool(hues and {*told.kelvins(said.sentence)} - hues)


def _is_another_level(said: Said) -> bool:
    """Whether a level was said in watts, or is a part of a longer number."""
    levels = {round(100 * one.doing["brightness"]) for one in said.asked if "brightness" in one.doing}
    cut = (level for level in levels if level > told.LOW_LEVEL and told.is_within_a_number(level, said.without_places))
    is_cut = said.has_no_time and any(cut)  # `dim at 2330`
    return is_cut or not levels.isdisjoint(told.watts(said.sentence))


def _that_hold(said: Sequence[tuple[Asked, dict[str, Any]]]) -> list[dict[str, Any]]:
    """The actions without those that a later one cannot hold beside, which then stands in their place:
    `hall rato, den nilo, hall hariyo` is the hall in green and the den in blue; `hall dim, tyo pani 10 minute pachi`
    is the hall in ten minutes."""
    kept: list[tuple[Asked, dict[str, Any]]] = []
    for entry, action in said:
        against = [i for i, (_, other) in enumerate(kept) if contradict(action, other) or is_put_off(other, action)]
        if any(_start(kept[i][0]) > _start(entry) for i in against):
            continue  # the model said first what is corrected last
        if against:
            kept[against[0]] = entry, action
            kept = [one for i, one in enumerate(kept) if i not in against[1:]]
        else:
            kept.append((entry, action))
    return [action for _, action in kept]


def _start(entry: Asked) -> int:
    """Where the place begins in the sentence; before all where it has no words of its own."""
    return -1 if isinstance(entry.place, str) else entry.place[0]


def _points_back(entry: Asked, said: Said) -> bool:
    """Whether the place is one like `his room` that another entry, of which the same is asked, names; my room is what
    is named behind it only."""
    if isinstance(entry.place, str) or _tells(entry, said) is not False:
        return False
    is_mine = any(map(said.lookup.is_ours, spoken.words_of(said.text(entry.place))[:1]))
    others = (one for one in said.asked if one is not entry and not (is_mine and _start(one) < _start(entry)))
    return any(other.doing == entry.doing and _tells(other, said) for other in others)


def _of_somebody(place: Span, said: Said) -> Entity | None:
    """The room of the person who is named, where the place is `his room`: `Sujal sutyo, usko kotha nibhau`; or his
    cabin, where a room of his is called so."""
    name = said.text(place)
    if not spoken.is_with_pronoun(name):
        return None
    before, after = said.sentence[: place[0]], said.sentence[place[0] + len(name) :]
    return said.lookup.owned_by(before, name, after)


def _is_no_place(entry: Asked, said: Said) -> bool:
    """Whether a model marked a word that is no place for one: `khusi ma hall pahelo banau`."""
    return not isinstance(entry.place, str) and said.lookup.is_ordinary(said.text(entry.place))


def _tells(entry: Asked, said: Said) -> bool | None:
    """Whether the words of the place tell which one it is; None where it has no words of its own (all, here)."""
    if isinstance(entry.place, str):
        return None
    return not all(map(meaning.is_light, spoken.words_of(spoken.behind_pronoun(said.text(entry.place)))))


def places(said: Said, second: bool = False) -> list[Found]:
    """What the places of the entries are, in the contract's order; one entry may be for lamps of several rooms."""

    def found(entry: Asked) -> Found:
        each = [_find(place, said, second) for place in (entry.place, *entry.excepts)]
        its = Found(entry, tuple(place for place, _ in each), tuple(sure for _, sure in each))
        return lamps.called_lamp(its, said)

    each = [one for i in in_order(said.asked) for one in _of_its_kind(found(said.asked[i]), said)]
    return lamps.of_each(each, said.sentence, said.lookup)


def _of_its_kind(found: Found, said: Said) -> list[Found]:
    """What is found, or each room of a kind that is said in the plural (`both terraces`) or behind a word for all, but
    for those that are excepted; the only one, or another number of them than was said, in doubt."""
    place, *excepts = found.places
    if found.span is None or None in excepts or (isinstance(place, Entity) and place.kind == "light"):
        return [found]
    kind = everything.kind_before(found.span, said)
    rooms = [room for room in said.lookup.all_of_its_kind(kind) if room not in excepts]
    if not rooms or (excepts and len(rooms) < 2):
        return [found]
    if len(rooms) == 1:
        return [replace(found, sure=(min(found.sure[0], _NOT_QUITE),))]
    sure = _NOT_QUITE if everything.is_counted_wrong(kind, len(rooms)) else _SURE
    entry = replace(found.entry, excepts=())
    return [replace(found, entry=entry, places=(room,), sure=(sure,)) for room in rooms]


def _find(place: Span | str, said: Said, second: bool) -> tuple[Place | None, float]:
    """The place and its certainty."""
    if isinstance(place, str):
        if place == HERE and (numbered := beside.numbered(said)):
            return numbered, _NUMBERED
        return (everything.instead(said.without_places, said.lookup) if place == ALL else None) or (place, 1.0)
    name, letter = said.text(place), beside.letter(place, said)
    if whole := _with_what_belongs_to_it(place, letter, said):
        return whole
    his = _of_somebody(place, said)
    if his and not spoken.is_somebodys(name):  # another may be called a cabin and no more
        return his, _HIS
    if hailed.is_now(name, said.lookup) or beside.is_an_article(name, said.lookup):  # `aba light off`
        return HERE, _NOW
    if beside.is_of_a_clock(place, said):  # the am of `6 am light on`, which is no aama
        return HERE, _NOT_QUITE if said.has_no_time else _NOW
    if behind := hailed.place_behind(name, said.lookup):
        named, sure = said.lookup.find(behind, said.sentence, second)
        return named, min(sure, _HAILED)
    named, sure = said.lookup.find(name, said.sentence, second)
    if isinstance(named, Entity) and named.kind != "light" and _are_two(name, named, said.lookup):
        return named, min(sure, _NOT_QUITE)  # a lamp may be `on air`
    is_lettered = beside.is_name(name, letter)
    if is_lettered and not (isinstance(named, Entity) and named.kind != "group"):
        return None, sure  # flat c is not the whole flat, and hostel c none of the hostels
    if not isinstance(named, Entity):
        if named or his:
            return named or his, sure
        return _in_more_words(place, said) or said.lookup.without_its_head(name) or (None, sure)
    if room := beside.room(named, place, said):
        there, certainty = said.lookup.find(f"{room} {name}", said.sentence)
        return (None if there == named else there), certainty
    more = beside.number(place, said) or (is_lettered and name[-1:].isdigit())
    more = more or (named.kind == "group" and rows.is_joined(place, said))  # all that is upstairs, or a toilet there
    more = more or beside.is_one_of_numbers(place, said)
    return named, min(sure, _NOT_QUITE) if more or another.is_another(named, place, said) else sure


def _with_what_belongs_to_it(place: Span, letter: str, said: Said) -> tuple[Entity, float] | None:
    """What is surely called so with the number, letter or side behind it, or with the kind that is said of another."""
    more = filter(None, (letter, beside.number_of_its_name(place, said), beside.side(place, said)))
    behind = (f"{said.text(place)} {one}" for one in more)
    begun = (f"{one} {said.text(place)}" for one in filter(None, [beside.begun(place, said)]))
    for called in (*rows.in_full(place, said), *behind, *begun):
        named, sure = said.lookup.find(called, said.sentence)
        if isinstance(named, Entity) and sure > _SURE:
            return named, sure
    return None


def _are_groups(said: str, lookup: Lookup) -> bool:
    """Whether two groups were marked for one: `mathi tala`, the upper floor, or what is above and what is below."""
    sides = [lookup.surely(side) for side in said.split()]
    is_one = lookup.is_a_name(fold(said))
    return not is_one and len(sides) == 2 and sides[0] != sides[1] and all(s and s.kind == "group" for s in sides)


def _are_two(said: str, named: Entity, lookup: Lookup) -> bool:
    """Whether a model marked two places for one, with what is done between them or an and: `mathi off tala`; or two
    groups side by side."""
    if _are_groups(said, lookup):
        return True
    words, frames = said.split(), lexicon.load().frames
    between = {*frames["switches"], *frames["between_rooms"]}.difference(*map(str.split, map(normalize, named.names)))
    for at in (i for i, word in enumerate(words) if word in between and 0 < i < len(words) - 1):
        sides = [lookup.find(" ".join(side)) for side in (words[:at], words[at + 1 :])]
        if all(isinstance(side, Entity) and sure > _SURE for side, sure in sides) and sides[0][0] != sides[1][0]:
            return True
    return False


def _in_more_words(place: Span, said: Said) -> tuple[Place, float] | None:
    """What is named with the words beside those that the model marked, as a recognizer takes a name apart that it does
    not know: `deep [indra die ko coat a] ma light on gara`."""
    before, after = map(str.split, said.around(place))
    is_room = spoken.is_misheard(said.sentence) and all(map(meaning.is_room, map(fold, said.text(place).split())))
    for more, behind in product(range(min(_MORE_BEFORE, len(before)) + 1), range(min(_MORE_BEHIND, len(after)) + 1)):
        words = [*before[len(before) - more :], said.text(place), *after[:behind]]
        if len(words) > 1 and (found := said.lookup.in_pieces(" ".join(words))):
            return found
        named, sure = said.lookup.find(" ".join(words)) if is_room and more else (None, 0.0)
        if isinstance(named, Entity):  # `too low [quota]`
            return named, sure
    return None


def _action(places: Sequence[Place | None], entry: Asked, lookup: Lookup) -> dict[str, Any] | None:
    """The contract's entry; None where a place is unknown or cannot be excepted from another."""
    place, *excepts = places
    if place is None:
        return None
    if isinstance(place, str):
        action: dict[str, Any] = {"room": place}
    elif place.kind == "light":
        action = {"room": place.room, "light": place.name}
    else:
        action = {"room": place.name}
    if excepts:
        rooms = _excepted(place, excepts, lookup)
        if rooms is None:
            return None
        if rooms:
            action["except"] = rooms
    return action | entry.doing


def _excepted(place: Place, excepts: Sequence[Place | None], lookup: Lookup) -> list[str] | None:
    """Names of the rooms left out, a group's one by one; None where that cannot be said."""
    if place == HERE or (isinstance(place, Entity) and place.kind != "group"):
        return None
    inside = lookup.rooms_of(ALL if isinstance(place, str) else place.name)
    rooms: list[str] = []
    for out in excepts:
        if not isinstance(out, Entity) or out.kind == "light":
            return None
        rooms += [room for room in lookup.rooms_of(out.name) if room in inside and room not in rooms]
    return rooms if len(rooms) < len(inside) else None
