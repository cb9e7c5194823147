"""Rules that make another sentence out of one of the phrase bank, its meaning known.

A rule takes a compiled phrase and gives a phrase that can be said in its place, or None where the
bank or the words leave no way. The words are in `resources/lexicon/composition.yaml`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate
from random import Random

from batti.dataset import phrases
from batti.dataset.bank import KINDS, Compiled, Sayable, Where, bank
from batti.dataset.phrases import GROUP_SLOTS, LIGHT_SLOTS, ROOM_SLOTS, STRANGE_SLOTS, Meaning, Phrase, Segment
from batti.lexicon import Lexicon
from batti.schema import ALL, HERE

_NEPALI_OF = re.compile(r"\s?(?:ko|ka|को)\s")
_NEPALI_CASE = re.compile(r"\s?(?:ko|ma|को|मा)\s+")
_ENGLISH = re.compile(r"[a-z']+", re.IGNORECASE)
_DEVANAGARI_NAME = "कोठा"  # in the place of any name: its letters tell in which ones the name is to be written
_segments = lru_cache(maxsize=4096)(phrases.segments)
_clause = lru_cache(maxsize=4096)(phrases.clause)


def _said(like: Sayable, segments: Sequence[Segment], meanings: Sequence[Meaning], kind: str = "act") -> Sayable:
    slots = frozenset(s.slot for s in segments if s.slot)
    phrase = Phrase(tuple(segments), kind, tuple(meanings), like.phrase.voice, like.phrase.line, slots)
    return Sayable(phrase, like.script, like.english)


def _renamed(phrase: Phrase, names: Mapping[str, str]) -> tuple[list[Segment], list[Meaning]]:
    """The phrase with other letters for its slots."""
    segments = [
        replace(s, slot=names.get(s.slot, s.slot), light_of=names.get(s.light_of, s.light_of)) for s in phrase.segments
    ]

    def done(text: str) -> str:
        sign = text[0] if text[0] in "+-" else ""
        return sign + names.get(text[len(sign) :], text[len(sign) :])

    meanings = [
        replace(
            m,
            place=names.get(m.place, m.place),
            done=done(m.done),
            excepts=tuple(names.get(e, e) for e in m.excepts),
            when=tuple((key, names.get(value, value)) for key, value in m.when),
        )
        for m in phrase.meanings
    ]
    return segments, meanings


def _at(phrase: Phrase) -> int:
    """The segment of the one room."""
    return next(i for i, s in enumerate(phrase.segments) if s.slot == "A")


def _placed(one: Compiled, parts: Sequence[Segment], meanings: Sequence[Meaning]) -> Sayable:
    """The phrase with something else in the place of its one room."""
    at = _at(one.phrase)
    segments = one.phrase.segments
    return _said(one, (*segments[:at], *parts, *segments[at + 1 :]), meanings)


def _cut(segment: Segment, start: int, end: int, instead: str = "") -> Segment:
    return replace(segment, text=segment.text[:start] + instead + segment.text[end:])


# -- rules for a simple phrase ---------------------------------------------------------------------
def several_rooms(one: Compiled, rng: Random, lex: Lexicon) -> Sayable | None:
    """`A ra B ko batti bala`: the same for two rooms or three."""
    if len(one.phrase.meanings) > 1:
        return None
    surface = one.phrase.segments[_at(one.phrase)]
    slots = "ABC" if rng.random() < 0.25 else "AB"
    links = lex.composition["links"][one.language]
    parts = [surface]
    for slot in slots[1:]:
        link = rng.choice(links) if slot == slots[-1] else ", "
        parts += [Segment(link), replace(surface, slot=slot)]
    return _placed(one, parts, [replace(one.phrase.meanings[0], place=slot) for slot in slots])


def joined(one: Compiled, rng: Random, lex: Lexicon) -> Sayable | None:
    """Two requests in one breath: for two rooms, or for several, a group, a light or all but some."""
    first, then = (_half(half, rng, lex) for half in (one, rng.choice(bank().simple[one.language])))
    return _both(one, first, then, rng, lex)


def _half(one: Compiled, rng: Random, lex: Lexicon) -> Sayable:
    if rng.random() < 0.6:
        return one
    return rng.choice((several_rooms, grouped, excepted, named_light))(one, rng, lex) or one


def _both(like: Compiled, first: Sayable, then: Sayable, rng: Random, lex: Lexicon) -> Sayable | None:
    names = _free_slots(then.phrase, {s.slot for s in first.phrase.segments})
    if names is None:
        return None
    segments, meanings = _renamed(then.phrase, names)
    link = Segment(rng.choice(lex.composition["joins"][like.language]))
    return _said(like, (*first.phrase.segments, link, *segments), (*first.phrase.meanings, *meanings))


def _free_slots(phrase: Phrase, used: Set[str]) -> dict[str, str] | None:
    """Each slot of the phrase with one of its kind that is not used yet; None where there are not enough."""
    names: dict[str, str] = {}
    for slot in (s.slot for s in phrase.segments if s.slot):
        if slot in names:
            return None
        alike = next((some for some in (ROOM_SLOTS, GROUP_SLOTS, LIGHT_SLOTS) if slot in some), (slot, f"{slot}2"))
        free = next((one for one in alike if one not in used and one not in names.values()), None)
        if free is None or free.endswith("22"):
            return None
        names[slot] = free
    return names


def joined_in_time(one: Compiled, rng: Random, lex: Lexicon) -> Sayable | None:
    """Two requests, each with a time of its own, or one for now: `A ahile nibhau ani B 10 minute pachi`."""
    second = rng.choice(bank().simple[one.language])
    if not (can_be_timed(one.phrase) and can_be_timed(second.phrase)):
        return None
    halves = [_timed_half(half, rng, lex) for half in (one, second)]
    now = rng.randrange(3)  # the half that is for now; at 2 none is
    if now < 2:
        word = Segment(rng.choice(lex.composition["now"][one.language]))
        half = (one, second)[now]
        halves[now] = _said(half, (word, Segment(" "), *half.phrase.segments), half.phrase.meanings)
    return _both(one, halves[0], halves[1], rng, lex)


def _timed_half(one: Compiled, rng: Random, lex: Lexicon) -> Sayable:
    """The request with a time before it: behind the first of two it might be the second's."""
    parts, when = _clause(rng.choice(lex.composition["timed"][one.language]["before"]))
    return _said(
        one, (*parts, Segment(" "), *one.phrase.segments), [replace(m, when=when) for m in one.phrase.meanings]
    )


def grouped(one: Compiled, rng: Random, lex: Lexicon) -> Sayable | None:
    """`mathi ko sabai batti bala`: a group in the place of the room."""
    segments = list(one.phrase.segments)
    at = _at(one.phrase)
    if one.light_word and rng.random() < 0.45:
        every = rng.choice(lex.composition["every"][one.language])
        if not one.english:
            index, start, _ = one.light_word
            segments[index] = _cut(segments[index], start, start, every)
        elif at and segments[at - 1].text.endswith("the "):
            segments[at - 1] = _cut(segments[at - 1], len(segments[at - 1].text) - 4, len(segments[at - 1].text), every)
    segments[at] = replace(segments[at], slot="G")
    return _said(one, segments, [replace(m, place="G") for m in one.phrase.meanings])


def corrected(one: Compiled, rng: Random, lex: Lexicon) -> Sayable | None:
    """`B hoina, A ko batti bala`: a room that is named and not meant."""
    words = lex.composition["corrected"][one.language]
    if rng.random() < 0.5:
        segments = (*_segments(rng.choice(words["before"])), *one.phrase.segments)
    else:
        segments = (*one.phrase.segments, *_segments(rng.choice(words["after"])))
    return _said(one, segments, one.phrase.meanings)


def mentioned(one: Compiled, rng: Random, lex: Lexicon) -> Sayable | None:
    """`ma B ma chu, A ko batti bala`: a room that is only talked about."""
    words = lex.composition["mentioned"][one.language]
    return _said(one, (*_segments(rng.choice(words)), *one.phrase.segments), one.phrase.meanings)


def here(one: Compiled, rng: Random, lex: Lexicon) -> Sayable | None:
    """The place left out: `ko batti bala` without `bhancha`."""
    segments, at = list(one.phrase.segments), _at(one.phrase)
    if one.english or at + 1 >= len(segments):
        return None
    case = _NEPALI_CASE.match(segments[at + 1].text)
    if not case:
        return None
    segments[at + 1] = _cut(segments[at + 1], 0, case.end())
    del segments[at]
    return _said(one, segments, [replace(m, place=HERE) for m in one.phrase.meanings])


def whole(one: Compiled, rng: Random, lex: Lexicon) -> Sayable | None:
    """The whole house in the place of the room."""
    if one.english:
        return None
    words = Segment(rng.choice(lex.composition["whole"][one.language]))
    return _placed(one, [words], [replace(m, place=ALL) for m in one.phrase.meanings])


def excepted(one: Compiled, rng: Random, lex: Lexicon) -> Sayable | None:
    """All but one or two rooms in the place of the room."""
    parts = _segments(rng.choice(lex.composition["excepted"][one.language]))
    rooms = tuple(s.slot for s in parts if s.slot)
    meanings = [replace(m, place=ALL, excepts=rooms) for m in one.phrase.meanings]
    if not one.english:
        return _placed(one, parts, meanings)
    segments, at = list(one.phrase.segments), _at(one.phrase)
    if not one.light_word or not at or not segments[at - 1].text.endswith("the "):
        return None
    index, start, end = one.light_word
    if index != at + 1 or segments[index].text[:start].strip():
        return None
    segments[index] = _cut(segments[index], 0, end)
    return _said(one, (*segments[:at], *parts, *segments[at + 1 :]), meanings)


def named_light(one: Compiled, rng: Random, lex: Lexicon) -> Sayable | None:
    """A named light, with its room or without it, in the place of `A ko batti`."""
    if not one.light_word:
        return None
    segments, at = list(one.phrase.segments), _at(one.phrase)
    index, start, end = one.light_word
    between = segments[index].text[:start]
    if index != at + 1 or not (_NEPALI_OF.fullmatch(between) or not between.strip()):
        return None
    segments[index] = _cut(segments[index], 0, end)
    light: Sequence[Segment] = [replace(segments[at], slot="L")]
    if rng.random() < 0.5:
        light = _segments(rng.choice(lex.composition["light_of"][one.language]))
    meanings = [replace(m, place="L") for m in one.phrase.meanings]
    return _said(one, (*segments[:at], *light, *segments[at + 1 :]), meanings)


# -- rules that leave nothing to do ----------------------------------------------------------------
def _nothing(one: Compiled, where: Where, word: str) -> Sayable:
    """The phrase with the word there replaced by one that leaves nothing to do."""
    at, start, end = where
    segments = list(one.phrase.segments)
    segments[at] = _cut(segments[at], start, end, word)
    return _said(one, segments, (), "none")


def other_device(one: Compiled, rng: Random, lex: Lexicon) -> Sayable | None:
    """The same request for a fan or a door: nothing for the lights to do."""
    assert one.light_word
    device = rng.choice(lex.devices)
    words = {"deva": device.deva, "en": device.en or device.ne, "ne": device.ne or device.en}[one.language]
    return _nothing(one, one.light_word, rng.choice(words or device.words))


def forbidden(one: Compiled, rng: Random, lex: Lexicon) -> Sayable | None:
    """The same sentence with its imperative forbidden: `bala` becomes `nabala`, and nothing is asked."""
    assert one.verb
    where, prohibitive = one.verb
    return _nothing(one, where, rng.choice(lex.swaps.classes[prohibitive]))


def asked_whether(one: Compiled, rng: Random, lex: Lexicon) -> Sayable | None:
    """`bhancha ko batti nibhau` as a question, `nibhayau?`: what has been done is asked, and nothing is to be."""
    [meaning] = one.phrase.meanings
    tense = rng.choice(("past.you", "done.you"))
    return _retold(one, tense, [replace(meaning, done="query")], "?" if rng.random() < 0.5 else "", rng, lex)


def told(one: Compiled, rng: Random, lex: Lexicon) -> Sayable | None:
    """`nibhaisake`, `nibhauchu`: somebody has done it already, or will."""
    return _retold(one, rng.choice(("done.me", "will")), (), "", rng, lex)


def _retold(
    one: Compiled, tense: str, meanings: Sequence[Meaning], mark: str, rng: Random, lex: Lexicon
) -> Sayable | None:
    """The phrase with its imperative in another tense, where the verb is known in it."""
    assert one.verb
    (at, start, end), prohibitive = one.verb
    said = one.phrase.segments[at].text[start:end]
    verb = lex.swaps.ids[prohibitive].removesuffix(".not")
    doing = "do" if verb in ("on.do", "off.do") else verb  # `off gara` has the forms of `gara`
    words = lex.swaps.of(f"{doing}.{tense}", one.script)
    if not words:
        return None
    before = said.split()[0] + " " if doing != verb else ""
    segments = list(one.phrase.segments)
    segments[at] = _cut(segments[at], start, end, before + rng.choice(words))
    if mark:
        segments[-1] = replace(segments[-1], text=segments[-1].text.rstrip("!.। ") + mark)
    return _said(one, segments, meanings, "act" if meanings else "none")


def refused(one: Compiled, rng: Random, lex: Lexicon) -> Sayable | None:
    """The same sentence after `no need to` or its like."""
    before = rng.choice(lex.frames["refusal"]["before"])
    first, *rest = one.phrase.segments
    return _said(one, (_cut(first, 0, 1, f"{before} {first.text[:1].lower()}"), *rest), (), "none")


def strange(one: Compiled, rng: Random, lex: Lexicon) -> Sayable | None:
    """The same asked of a place that the home does not have."""
    slot = one.phrase.meanings[0].place
    segments, meanings = _renamed(one.phrase, {slot: STRANGE_SLOTS[0]})
    kind = KINDS[slot]
    segments = [replace(s, passes_for=kind) if s.slot == STRANGE_SLOTS[0] else s for s in segments]
    return _said(one, segments, meanings, "unknown")


def in_devanagari(one: Compiled, rng: Random, lex: Lexicon) -> Sayable | None:
    """The English sentence in Devanagari, where each of its words is known in it: `टर्न अन द किचन लाइट`."""
    known = lex.in_devanagari
    segments = one.phrase.segments
    words = {segment: _ENGLISH.findall(segment.text.lower()) for segment in segments if not _is_place(segment)}
    if not all(word in known for said in words.values() for word in said):
        return None

    def spelled(word: re.Match[str]) -> str:
        return rng.choice(known[word.group().lower()])

    said = [
        replace(s, text=_ENGLISH.sub(spelled, s.text) if s in words else _DEVANAGARI_NAME)  # the home gives the name
        for s in segments
    ]
    return replace(_said(one, said, one.phrase.meanings, one.phrase.kind), script="deva", english=False)


def _is_place(segment: Segment) -> bool:
    return segment.slot in (*KINDS, *STRANGE_SLOTS)


# -- a time for a request without one --------------------------------------------------------------
def timed(one: Sayable, rng: Random, lex: Lexicon) -> Sayable:
    """The request after, at or for a time that is said before or behind it."""
    words = lex.composition["timed"][one.language]
    several = len({m.place for m in one.phrase.meanings}) > 1 and rng.random() < 0.3
    before = not several and rng.random() < 0.5
    choices = lex.composition["timed_all"][one.language] if several else words["before" if before else "after"]
    parts, when = _clause(rng.choice(choices))
    segments = one.phrase.segments
    segments = (*parts, Segment(" "), *segments) if before else (*segments, *parts)
    return _said(one, segments, [replace(m, when=when) for m in one.phrase.meanings], one.phrase.kind)


def can_be_timed(phrase: Phrase) -> bool:
    return (
        phrase.kind == "act"
        and not any(m.when or m.done == "query" for m in phrase.meanings)
        and not any(s.slot in ("dur", "time") for s in phrase.segments)
        and not re.search(r"[?.!।;]|pachi|pachhi|पछि|later|after", phrase.text)
        and len(phrase.text) < 90
    )


@dataclass(frozen=True)
class Rule:
    name: str
    rate: float  # how often, where it applies
    applies: Callable[[Compiled], bool]
    make: Callable[[Compiled, Random, Lexicon], Sayable | None]


def _simple(one: Compiled) -> bool:
    return one.simple


def _is_switched(phrase: Phrase) -> bool:
    """Whether it is one thing on or off, and now."""
    return all(m.done in ("on", "off") and not m.when for m in phrase.meanings)


RULES = (
    Rule("joined", 0.10, _simple, joined),
    Rule("joined in time", 0.04, _simple, joined_in_time),
    Rule("mentioned", 0.04, _simple, mentioned),
    Rule("several rooms", 0.07, _simple, several_rooms),
    Rule("group", 0.05, _simple, grouped),
    Rule("corrected", 0.05, _simple, corrected),
    Rule("here", 0.03, _simple, here),
    Rule("whole house", 0.03, _simple, whole),
    Rule("excepted", 0.03, _simple, excepted),
    Rule("named light", 0.05, lambda one: one.simple and bool(one.light_word), named_light),
    Rule("other device", 0.05, lambda one: bool(one.light_word), other_device),
    Rule("forbidden", 0.05, lambda one: bool(one.verb), forbidden),
    Rule("asked whether", 0.04, lambda one: bool(one.verb) and _is_switched(one.phrase), asked_whether),
    Rule("told", 0.03, lambda one: bool(one.verb) and _is_switched(one.phrase), told),
    Rule("refused", 0.10, lambda one: one.refusable, refused),
    Rule(
        "strange place",
        0.05,
        lambda one: one.phrase.kind == "act"
        and one.phrase.meanings[0].place in KINDS
        and not one.phrase.meanings[0].excepts,
        strange,
    ),
    Rule("in devanagari", 0.12, lambda one: one.english, in_devanagari),
)
TIMED = 0.06
"""How often a time is added where none is said."""


def varied(one: Compiled, rng: Random, lex: Lexicon) -> tuple[Sayable, str]:
    """The phrase, or one made of it, and the name of the rule that made it."""
    made, name = _by_rule(one, rng, lex)
    # A time before a room that is only talked about would be the time of that.
    if name != "mentioned" and rng.random() < TIMED and can_be_timed(made.phrase):
        return timed(made, rng, lex), "timed" if not name else f"{name}, timed"
    return made, name


def _by_rule(one: Compiled, rng: Random, lex: Lexicon) -> tuple[Sayable, str]:
    roll = rng.random()
    for below, rule in _rules(one):
        if roll < below:
            return rule.make(one, rng, lex) or one, rule.name
    return one, ""


def _rules(one: Compiled) -> tuple[tuple[float, Rule], ...]:
    """The rules that apply to a phrase of the bank, their rates added up; found out once."""
    known: tuple[tuple[float, Rule], ...] | None = one.notes.get("rules")
    if known is None:
        rules = [rule for rule in RULES if rule.applies(one)]
        known = tuple(zip(accumulate(rule.rate for rule in rules), rules, strict=True))
        one.notes["rules"] = known
    return known
