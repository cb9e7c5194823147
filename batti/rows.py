"""Like things of which the kind is said once: `bath 1 & 2`, `1, 2 ra 3 number table`, `pahilo dosro tesro kotha`.

Models mark the number or letter alone, and leave some of a row out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise

from batti import letters, lexicon, meaning, spoken, told
from batti.prompt import Asked, Span
from batti.said import Said
from batti.sound import fold
from batti.text import normalize

_WORD = re.compile(r"[a-z0-9]+")
_BETWEEN = frozenset(" ,&/+")  # what may stand between the words of a row
_NUMBER, _LETTER, _ORDINAL, _SIDE = "number", "letter", "ordinal", "side"


def in_full(place: Span, said: Said) -> Iterator[str]:
    """What a number, a letter or the like that was marked alone may be in full, by the kind of what is named beside."""
    one, kind = _parts(said.text(place))
    if one and kind.endswith("s") and _sort(one) in (_NUMBER, _LETTER):
        yield f"{kind.removesuffix('s')} {one}"  # `dorms a and b`
    if not one or kind:
        return
    yield from _of_its_group(one, place, said)
    yield from _of_the_group_before(one, place, said)
    is_known = _sort(one) == _SIDE and said.lookup.surely(one)  # upstairs is a place by itself
    before = "" if is_known else _kind_before(place, said)
    if before:
        yield f"{before} {one}"
        if before.endswith("s") and _sort(one) in (_NUMBER, _LETTER):
            yield f"{before.removesuffix('s')} {one}"
    elif not is_known or is_joined(place, said):
        yield from (f"{one} {kind}" for kind in _kinds_behind(place, said))


def _of_its_group(one: str, place: Span, said: Said) -> Iterator[str]:
    """The room of that number or letter in the group that it is excepted from: Tent 2 of `tent haru, 2 chai hoina`."""
    for entry in said.asked:
        if isinstance(entry.place, str) or place not in entry.excepts:
            continue
        group = said.lookup.surely(said.text(entry.place))
        rooms = said.lookup.rooms_of(group.name) if group and group.kind == "group" else ()
        its = [room for room in rooms if {*spoken.words_of(one)} < {*spoken.words_of(normalize(room))}]
        if len(its) == 1:
            yield normalize(its[0])


def _of_the_group_before(one: str, place: Span, said: Said) -> Iterator[str]:
    """The room of that number in the group that is said before the row: Tent 4 of `talla tira ko 2 ra 4`."""
    words = said.sentence[: place[0]].split()
    while words and (words[-1] in _joining() or _sort(words[-1]) == _NUMBER):
        words.pop()
    rooms = said.lookup.group_at_end(spoken.words_of(" ".join(words))) if _sort(one) == _NUMBER else ()
    its = [room for room in rooms if spoken.number(one) in spoken.words_of(normalize(room))]
    if len(its) == 1:
        yield normalize(its[0])


def apart(said: Said) -> Sequence[Asked]:
    """What is asked, of each of two places that a model marked as one: the toilet and the shed of `charpi khor`."""
    asked: list[Asked] = []
    for one in said.asked:
        places = [one.place] if isinstance(one.place, str) else _each_of_two(one.place, said)
        asked += [replace(one, place=place) for place in places]
    return asked


def _each_of_two(place: Span, said: Said) -> list[Span]:
    text, lookup = said.text(place), said.lookup
    if lookup.find(text)[0] is not None:
        return [place]
    for at in (i for i, char in enumerate(text) if char == " "):
        sides = text[:at], text[at + 1 :]
        if all((lookup.is_a_name(fold(side)) or _parts(side)[0]) and lookup.surely(side) for side in sides):
            return [(place[0], place[0] + at - 1), (place[0] + at + 1, place[1])]
    return [place]


def are_in_a_row(said: Said) -> bool:
    """Whether all places are said one after the other, of which two and more are marked."""
    between = (said.sentence[last + 1 : first] for (_, last), (first, _) in pairwise(said.spans))
    return len(said.spans) > 1 and all(map(_BETWEEN.issuperset, between))


def is_joined(place: Span, said: Said) -> bool:
    """Whether a side alone stands in a row with another that has the kind: `mathi` in `mathi ra tala ko toilet`."""
    mine, more = _parts(said.text(place))
    after = next((span for span in said.spans if span > place), None)
    if _sort(mine) != _SIDE or more or after is None:
        return False
    one, kind = _of_its_sort(place, after, said)
    between = _WORD.findall(said.sentence[place[1] + 1 : after[0]])
    return bool(one and kind) and _joining().issuperset(between)


def completed(said: Said) -> Sequence[Asked]:
    """What is asked, also of those of a row that the model left out before the one with the kind; and nothing of what
    is only a part of a name."""
    said = replace(said, asked=[_without_its_number(one, said) for one in said.asked])
    asked: list[Asked] = []
    for one in said.asked:
        out = tuple(span for place in one.excepts for span in _row(place, said))
        places = [one.place] if isinstance(one.place, str) else _members(one.place, said) or _row(one.place, said)
        asked += [replace(one, place=place, excepts=out) for place in places]
    return [one for one in asked if not any(_is_inside(one, other) for other in asked)]


def _is_inside(one: Asked, other: Asked) -> bool:
    """Whether what one marks is a part of what the other does: the `a block` of `a block tala nibhau`."""
    if isinstance(one.place, str) or isinstance(other.place, str) or one.doing != other.doing:
        return False
    return one.place != other.place and other.place[0] <= one.place[0] and one.place[1] <= other.place[1]


def _without_its_number(one: Asked, said: Said) -> Asked:
    """What is asked of the next in its row, where a model took the number of the first for a level: the 1 of `wards 1,
    2 off`."""
    level = round(100 * one.doing.get("brightness", 1))
    if isinstance(one.place, str) or one.doing.keys() != {"action", "brightness"} or level >= told.LOW_LEVEL:
        return one
    number = _WORD.search(said.sentence, one.place[1] + 1)
    after = next((other for other in said.asked if not isinstance(other.place, str) and other.place > one.place), None)
    if after is None or number is None or spoken.number(number[0]) != str(level) or isinstance(after.place, str):
        return one
    between = said.sentence[number.end() : after.place[0]]
    is_row = _BETWEEN.issuperset(re.sub(r"[a-z]+", "", between)) and _joining().issuperset(_WORD.findall(between))
    its, kind = _parts(said.text(one.place))
    if is_numbered := _sort(its) == _NUMBER and bool(kind):  # `room number 1 2 and 3`
        named = said.lookup.surely(f"{kind} {level}")
    else:
        named = said.lookup.surely(f"{said.text(one.place).removesuffix('s')} {level}")
    if not (is_row and named and named.kind == "room" and _sort(said.text(after.place)) == _NUMBER):
        return one
    place = one.place if is_numbered else (one.place[0], number.end() - 1)
    return replace(one, place=place, doing=after.doing)


def _members(place: Span, said: Said) -> list[Span]:
    """Those of a group whose numbers or letters stand right behind it, where a model marked the group alone: `[wards]
    one and two`. The group is marked with the first of them, as models mark it mostly."""
    kind = " ".join(word for word in said.text(place).split() if fold(word) not in meaning.every()).removesuffix("s")
    group = said.lookup.surely(said.text(place))
    if group is None or group.kind != "group" or not said.has_no_value:
        return []
    rooms, end, found = said.lookup.rooms_of(group.name), place[1] + 1, []
    for word in _WORD.finditer(said.sentence, end):
        if not _BETWEEN.issuperset(said.sentence[end : word.start()]):
            break
        if word[0] not in _joining():
            named = said.lookup.surely(f"{kind} {word[0]}") if _sort(word[0]) in (_NUMBER, _LETTER) else None
            if named is None or named.name not in rooms:
                break
            found.append((word.start(), word.end() - 1))
        end = word.end()
    marked = (one for one in found[1:] if one not in said.spans)
    begin = said.sentence.rindex(kind, place[0], place[1] + 1)
    return [(begin, found[0][1]), *marked] if len(found) > 1 else []


def _row(place: Span, said: Said) -> list[Span]:
    """The place with its number, if the model left that out, after the others that stand before it in its row."""
    place = _with_its_number(place, said)
    one, kind = _parts(said.text(place))
    kind = kind or " ".join(word for word in said.text(place).split() if word in _counting())  # `1 2 number`
    if not (one and kind):
        return [place]
    row: list[Span] = []
    begin = place[0]
    for word in reversed([*_WORD.finditer(said.sentence, 0, begin)]):
        if not _BETWEEN.issuperset(said.sentence[word.end() : begin]):
            break
        marked = any(first <= word.start() <= last for first, last in said.spans)
        if word[0] not in _joining():
            is_same = _sort(word[0]) == _sort(one) and (_sort(one) != _SIDE or begin != place[0])  # `rato nilo kotha`
            if not is_same or not said.lookup.surely(f"{word[0]} {kind}"):
                break
            if not marked:
                row.insert(0, (word.start(), word.end() - 1))
        begin = word.start()
    return [*row, place, *_more_behind(place, said)]


def _more_behind(place: Span, said: Said) -> list[Span]:
    """The numbers that stand right behind that of a place, of like things that a model left out: `room 1 2 3 off`."""
    *kind, number = said.text(place).split()
    if not (kind and spoken.number(number) and said.has_no_value and said.has_no_time):
        return []
    more: list[Span] = []
    end, together, counted = place[1] + 1, said.text(place), lexicon.load().frames["counted"]
    for word in _WORD.finditer(said.sentence, end):
        if said.sentence[end : word.start()] != " " or not spoken.number(word[0]):
            break
        together = f"{together} {word[0]}"
        if not said.lookup.surely(" ".join((*kind, word[0]))) or said.lookup.surely(together):  # rooms 1.0 and ten
            return []
        end = word.end()
        more.append((word.start(), word.end() - 1))
    if not {*said.sentence[end:].split()[:1]}.isdisjoint(counted):  # `room 1 2 ota batti`
        more = more[:-1]
    return [one for one in more if one not in said.spans]


def _with_its_number(place: Span, said: Said) -> Span:
    """The place with the number or ordinal before it: `dosro [kotha]`, where that is one of its kind."""
    text = said.text(place)
    *_, last = (None, *_WORD.finditer(said.around(place)[0]))
    if last is None or _parts(text)[0]:
        return place
    begin = place[0] - (len(said.around(place)[0]) - last.start())
    if _sort(last[0]) not in (_NUMBER, _ORDINAL) or said.sentence[begin : place[0]] != f"{last[0]} ":
        return place
    named = said.lookup.surely(f"{last[0]} {text}")
    number = spoken.number(last[0])
    # the xa of `xa hall`, where it is on, is six
    is_its = named and (not number or any(number in spoken.words_of(name) for name in named.names))
    return (begin, place[1]) if is_its else place


def _kind_before(place: Span, said: Said) -> str:
    """The kind by the places before it: bath for the 2 of `bath 1 & 2`."""
    for before in (span for span in reversed(said.spans) if span < place):
        one, kind = _of_its_sort(place, before, said)
        if not one:
            return ""
        if kind:
            return kind
    return _kind_corrected(place, said)


def _kind_corrected(place: Span, said: Said) -> str:
    """The kind by the place that it is said instead of: cabin for the 2 of `cabin 1 hoina 2`."""
    words = said.sentence[: place[0]].split()
    for number, kind in pairwise(reversed(words)):
        named = said.lookup.surely(f"{kind} {number}") if _sort(number) not in ("", _SIDE) else None
        if named and named.kind == "room":
            return kind
    return ""


def _kinds_behind(place: Span, said: Said) -> Iterator[str]:
    """The kind by the next place that tells one: block for the a of `a ra b block`; or by what stands behind the last,
    dorm for the a of `a, b, c tinai dorm`."""
    last = place
    for last in (span for span in said.spans if span > place):
        one, kind = _of_its_sort(place, last, said)
        if kind or not one:
            yield from [kind] if one else []
            return
    others = (word for word in _WORD.findall(said.sentence, last[1] + 1) if word not in _joining() and not _sort(word))
    words = [word for word in others if fold(word) not in meaning.every()]
    called = {word for entity in said.lookup.entities for name in entity.names for word in spoken.words_of(name)}
    if words and meaning.shared(fold(words[0])) and called.issuperset(spoken.words_of(words[0])):
        yield words[0]


def _parts(text: str, side: bool = False) -> tuple[str, str]:
    """By what a thing is told of its kind, a number or letter before a side unless its `side` is asked; and that."""
    words = [word for word in text.split() if word not in _counting()]
    if spoken.number(" ".join(words)):
        return " ".join(words), ""
    ends = ((words[-1:], words[:-1]), (words[:1], words[1:]))
    told = [(one[0], kind) for one, kind in ends if one and _sort(one[0])]
    for one, kind in sorted(told, key=lambda end: (_sort(end[0]) == _SIDE) != side):  # the tala of `dosro tala`
        return one, " ".join(kind)
    return "", " ".join(words)


def _of_its_sort(place: Span, other: Span, said: Said) -> tuple[str, str]:
    """The parts of another place in a row with this one: tala and `a block` of `a block tala` beside mathi; none where
    only one of the two is told by its side."""
    side = _sort(_parts(said.text(place))[0]) == _SIDE
    one, kind = _parts(said.text(other), side)
    return (one, kind) if (_sort(one) == _SIDE) == side else ("", "")


def _sort(word: str) -> str:
    """Whether a word is a number, an ordinal or a letter, or tells one by a side of it: `2`; `dosro`; `b`; `naya`."""
    if spoken.number(word):
        return _NUMBER
    if meaning.ordinal(fold(word)):
        return _ORDINAL
    if letters.is_letter(word):
        return _LETTER
    side = " ".join(spoken.words_inside(word))  # also of `talako`
    return _SIDE if meaning.adjective(side) or meaning.is_a_side(side) or side in _groups() else ""


@cache
def _groups() -> frozenset[str]:
    """Folded single words for groups: upstairs."""
    return frozenset(fold(key) for group in lexicon.load().groups for key in group.keys if " " not in key)


@cache
def _counting() -> frozenset[str]:
    """Words beside a number that tell no kind: `2 number`."""
    frames = lexicon.load().frames
    return frozenset(frames["before_number"]).difference(frames["room_words"])


@cache
def _joining() -> frozenset[str]:
    """What may stand between two of a row: `1 number ra 2 number table`; not the no of `1, no, 2`."""
    frames = lexicon.load().frames
    return (_counting() | {*frames["between_rooms"]}).difference(frames["denials"])
