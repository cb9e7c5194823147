"""From what a model marked to a command of this home: look every place up, then put it in one form."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import Any

from batti import beside, everything, lamps, letters, lexicon, meaning, spoken
from batti.command import Command, contradict, one_form
from batti.home import Entity
from batti.lamps import Found, Place
from batti.lookup import Lookup
from batti.prompt import Asked, Span, in_order, text_of
from batti.schema import ALL, HERE
from batti.text import normalize
from batti.values import seconds_of

_LEVEL = re.compile(r"(\d+) ?(?:%|percent|persent|parsent|pratisat|pratishat)")
_KELVIN = re.compile(r"\b(\d{3,5}) ?(?:k|kelvin|kelbin|kelwin)\b")
_DIGITAL = re.compile(r"(?<![\d:.])([01]?\d|2[0-3]):([0-5]\d)(?![\d:])")
_MANY, _A_DAY = 100, 86_400  # units of time, and seconds, from which a length is rare
_NOT_QUITE = 0.5  # certainty of a room said to be on a floor on which it is not, or with a number that is not its own
_HIS = 0.8  # certainty of a room whose owner is told by a pronoun
_SURE = 0.9  # certainty from which a number or letter is that of the kind of place before it
_NO_LIGHT_HAS_IT = 0.5  # certainty of an answer to more than there is: 150%, 100 hours, 500 kelvin
_REST_OF_WHAT = 0.5  # certainty of all or here for what is said of the rest, where nothing is excepted
_CONTRADICTS = 0.5  # certainty of an answer that asked what cannot both hold, of which one was left out

_MORE_BEFORE, _MORE_BEHIND = 2, 1  # words of a name in pieces that the model may have left out
_AT_THE_NEXT = 0.5  # certainty of what is done at the next such clock, where another day, every day or an end is meant


def resolve(
    asked: Sequence[Asked], sentence: str, lookup: Lookup, second: bool = False
) -> tuple[Command, float]:
    """The command, and how certain its places are (0 to 1); where several things have one name, with the `second`.

    One place that the home does not have makes the whole sentence `unknown_room`: nothing is done
    of a request that was understood in part. A device in the place of a place makes it none: it asks
    nothing of the lights.
    """
    if not asked:
        return Command.none(), 1.0
    actions: list[tuple[Asked, dict[str, Any]]] = []
    beyond = any(int(match.group(1)) > 100 for match in _LEVEL.finditer(sentence)) or _is_not_said(asked, sentence)
    certainty = _NO_LIGHT_HAS_IT if beyond else 1.0
    times = {one.doing["at"] for one in asked if "at" in one.doing}
    if len(times) == 1 and (told := _clock(sentence)) and times.isdisjoint(told):
        asked = [replace(one, doing={**one.doing, "at": told[0]}) if "at" in one.doing else one for one in asked]
        certainty = min(certainty, _AT_THE_NEXT)
    asked = everything.without_what_is_there(asked, sentence)
    marked = [one.place for one in asked if not isinstance(one.place, str)]
    if _has_no_time(asked) and beside.is_a_range(_spans(asked), sentence, _has_no_value(asked), lookup):
        certainty = min(certainty, _NOT_QUITE)
    if any(lookup.is_device(text_of(place, sentence), sentence) for place in marked):
        return Command.none(), certainty
    for found in places(asked, sentence, lookup, second):
        entry = found.entry
        certainty = min(certainty, *found.sure)
        if isinstance(entry.place, str) and not entry.excepts and spoken.is_of_the_rest(sentence):
            certainty = min(certainty, _REST_OF_WHAT)
        beyond_all = everything.is_elsewhere(_between(_spans(asked), sentence), lookup)
        if entry.place == ALL and (beyond_all or (everything.is_any(sentence) and not _only_asks(entry))):
            certainty = min(certainty, _NOT_QUITE)
        if entry.place == HERE and _has_no_value(asked) and beside.has_number(_between(_spans(asked), sentence)):
            certainty = min(certainty, _NOT_QUITE)  # `room 0 ma batti nibhau`
        if beside.is_beside_something(found.places[0] if isinstance(found.places[0], str) else "", sentence):
            certainty = min(certainty, _NOT_QUITE)
        action = _action(found.places, entry, lookup)
        if action is None:
            if _points_back(entry, asked, sentence):  # `uhako kotha, hajurba ko kotha ko batti`
                continue
            if len(asked) > 1 and _is_no_place(entry, sentence, lookup):
                certainty = min(certainty, _NOT_QUITE)
                continue
            return Command.unknown_room(), certainty
        actions.append((entry, action))
    clock = any("at" in entry.doing and "for" not in entry.doing for entry in asked)
    if clock and spoken.is_no_single_time(_between(_spans(asked), sentence)):
        certainty = min(certainty, _AT_THE_NEXT)
    held = _that_hold(actions)
    if len(held) < len(actions):
        certainty = min(certainty, _CONTRADICTS)
    return Command.from_dict({"actions": one_form(held)}, groups=lookup.groups), certainty


def _clock(sentence: str) -> tuple[str, ...]:
    """The time that a sentence tells in digits, and twelve hours later; nothing where it tells none or several: `9:21`
    is no 22:21, whatever a network copied."""
    found = {match.groups() for match in _DIGITAL.finditer(sentence)}
    if len(found) != 1:
        return ()
    [(hour, minute)] = found
    return tuple(f"{at % 24:02}:{minute}" for at in (int(hour), int(hour) + 12))


def _is_not_said(asked: Sequence[Asked], sentence: str) -> bool:
    """Whether a length or a colour temperature was said that is beyond what networks learn to read in full, and another
    one is asked: `off in 1000 minutes` after 10m."""
    long = {length for length in spoken.lengths(sentence) if length[0] >= _MANY or length[1] > _A_DAY}
    lengths = {seconds_of(one.doing[key]) for one in asked for key in ("after", "for") if key in one.doing}
    kelvin = {int(match[1]) for match in _KELVIN.finditer(sentence)} - {one.doing.get("color_temp") for one in asked}
    hues = any("color_temp" in one.doing for one in asked)
    return bool(lengths and {seconds for _, seconds in long} - lengths) or bool(hues and kelvin)


def _that_hold(said: Sequence[tuple[Asked, dict[str, Any]]]) -> list[dict[str, Any]]:
    """The actions without those that a later one cannot hold beside, which then stands in their place:
    `hall rato, den nilo, hall hariyo` is the hall in green and the den in blue."""
    kept: list[tuple[Asked, dict[str, Any]]] = []
    for entry, action in said:
        against = [i for i, (_, other) in enumerate(kept) if contradict(action, other)]
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


def _points_back(entry: Asked, asked: Sequence[Asked], sentence: str) -> bool:
    """Whether the place is one like `his room` that another entry, of which the same is asked, names."""
    return _tells(entry, sentence) is False and any(
        other.doing == entry.doing and _tells(other, sentence) for other in asked if other is not entry
    )


def _of_somebody(place: Span, sentence: str, lookup: Lookup) -> Entity | None:
    """The room of the person who is named, where the place is `his room`: `Sujal sutyo, usko kotha nibhau`; or his
    cabin, where a room of his is called so."""
    said = text_of(place, sentence)
    if not spoken.is_with_pronoun(said):
        return None
    before, after = sentence[: place[0]], sentence[place[0] + len(said) :]
    return lookup.owned_by(*map(spoken.words_of, (before, spoken.behind_pronoun(said), after)))


def _is_no_place(entry: Asked, sentence: str, lookup: Lookup) -> bool:
    """Whether a model marked a word that is no place for one: `khusi ma hall pahelo banau`."""
    return not isinstance(entry.place, str) and lookup.is_ordinary(text_of(entry.place, sentence))


def _tells(entry: Asked, sentence: str) -> bool | None:
    """Whether the words of the place tell which one it is; None where it has no words of its own (all, here)."""
    if isinstance(entry.place, str):
        return None
    return not all(map(meaning.is_light, spoken.words_of(spoken.behind_pronoun(text_of(entry.place, sentence)))))


def places(asked: Sequence[Asked], sentence: str, lookup: Lookup, second: bool = False) -> list[Found]:
    """What the places of the entries are, in the contract's order; one entry may be for lamps of several rooms."""
    spans, numbers = _spans(asked), _has_no_value(asked)

    def found(entry: Asked) -> Found:
        each = [_find(place, sentence, lookup, spans, numbers, second) for place in (entry.place, *entry.excepts)]
        return Found(entry, tuple(place for place, _ in each), tuple(sure for _, sure in each))

    return lamps.of_each([found(asked[i]) for i in in_order(asked)], sentence, lookup)


def _has_no_value(asked: Sequence[Asked]) -> bool:
    """Whether nothing is asked that a number could say."""
    return all(one.doing.keys() <= {"action", "color"} for one in asked)


def _only_asks(entry: Asked) -> bool:
    return entry.doing.get("action") == "get_state"


def _has_no_time(asked: Sequence[Asked]) -> bool:
    return all(one.doing.keys().isdisjoint(("at", "after", "for")) for one in asked)


def _spans(asked: Sequence[Asked]) -> list[Span]:
    return sorted(place for one in asked for place in (one.place, *one.excepts) if not isinstance(place, str))


def _find(
    place: Span | str, sentence: str, lookup: Lookup, spans: Sequence[Span], numbers: bool, second: bool
) -> tuple[Place | None, float]:
    """The place and its certainty; `numbers` says whether those beside it can only be its own."""
    if isinstance(place, str):
        return (place == ALL and everything.group(_between(spans, sentence), lookup)) or (place, 1.0)
    said = text_of(place, sentence)
    letter, number = beside.letter(place, sentence), beside.number(place, sentence) if numbers else ""
    kind = _numbered(place, sentence, spans) if _tells_one(said) else ""
    behind = _kind_behind(place, sentence, spans) if _tells_one(said) and not kind else ""
    in_full = [f"{said} {more}" for more in (letter, number, behind) if more]
    for name in [f"{kind} {said}", *in_full] if kind else in_full:
        found = lookup.find(name, sentence)
        if isinstance(found[0], Entity) and found[1] > _SURE:
            return found
    his = _of_somebody(place, sentence, lookup)
    if his and not spoken.is_somebodys(said):  # another may be called a cabin and no more
        return his, _HIS
    named, sure = lookup.find(said, sentence, second)
    if isinstance(named, Entity) and named.kind != "light" and _are_two(said, named, lookup):  # a lamp may be `on air`
        return named, min(sure, _NOT_QUITE)
    if beside.is_name(said, letter) and not (isinstance(named, Entity) and named.kind != "group"):
        return None, sure  # flat c is not the whole flat, and hostel c none of the hostels
    if isinstance(named, Entity):
        if room := beside.room(named, place, sentence, spans, lookup):
            there, certainty = lookup.find(f"{room} {said}", sentence)
            return (None if there == named else there), certainty
        if number or (said[-1:].isdigit() and beside.is_name(said, letter)) or _is_another(
            named, place, sentence, spans, lookup
        ):
            return named, min(sure, _NOT_QUITE)
    if named or his:
        return named or his, sure
    return _in_more_words(place, sentence, lookup, spans) or lookup.without_its_head(said) or (None, sure)


def _is_another(named: Entity, place: Span, sentence: str, spans: Sequence[Span], lookup: Lookup) -> bool:
    """Whether what stands beside a place tells that it is none of the home, or another one."""
    return (
        beside.is_another(place, sentence, spans)
        or beside.is_next_to(named, place, sentence, spans)
        or beside.is_a_part(named, place, sentence, spans, lookup)
        or beside.is_somebodys(named, place, sentence, spans, lookup)
        or beside.is_elsewhere(named, place, sentence, spans, lookup)
    )


def _are_two(said: str, named: Entity, lookup: Lookup) -> bool:
    """Whether a model marked two places for one, with what is done between them or an and: `mathi off tala`."""
    words, frames = said.split(), lexicon.load().frames
    between = {*frames["switches"], *frames["between_rooms"]}.difference(*map(str.split, map(normalize, named.names)))
    for at in (i for i, word in enumerate(words) if word in between and 0 < i < len(words) - 1):
        sides = [lookup.find(" ".join(side)) for side in (words[:at], words[at + 1 :])]
        if all(isinstance(side, Entity) and sure > _SURE for side, sure in sides) and sides[0][0] != sides[1][0]:
            return True
    return False


def _in_more_words(place: Span, sentence: str, lookup: Lookup, spans: Sequence[Span]) -> tuple[Place, float] | None:
    """What is named with the words beside those that the model marked, as a recognizer takes a name apart that it does
    not know: `deep [indra die ko coat a] ma light on gara`."""
    before, after = map(str.split, beside.around(place, sentence, spans))
    for more, behind in product(range(min(_MORE_BEFORE, len(before)) + 1), range(min(_MORE_BEHIND, len(after)) + 1)):
        words = [*before[len(before) - more :], text_of(place, sentence), *after[:behind]]
        if len(words) > 1 and (found := lookup.in_pieces(" ".join(words))):
            return found
    return None


def _numbered(place: Span, sentence: str, spans: Sequence[Span]) -> str:
    """What a number or letter that stands alone is that of, by the places before it: bath for the 2 of `bath 1 & 2`."""
    for before in (span for span in reversed(spans) if span < place):
        *kind, last = text_of(before, sentence).split() or [""]  # a model may mark a space alone
        if not _tells_one(last):
            return ""
        if kind:
            return " ".join(kind)
    return ""


def _kind_behind(place: Span, sentence: str, spans: Sequence[Span]) -> str:
    """What a letter or number that stands alone is that of, by the next place: block for the a of `a ra b block`."""
    first, *kind = next((text_of(after, sentence).split() for after in spans if after > place), []) or [""]
    return " ".join(kind) if _tells_one(first) else ""


def _tells_one(said: str) -> bool:
    """Whether it is a number or a letter and nothing more: `2`, `dui`, `b`, `bi`."""
    return bool(spoken.number(said) or letters.is_letter(said))


def _between(spans: Sequence[Span], sentence: str) -> str:
    """The sentence without the places that it names: a hall may be called Friday."""
    for first, last in reversed(spans):
        sentence = f"{sentence[:first]} | {sentence[last + 1 :]}"
    return sentence


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
