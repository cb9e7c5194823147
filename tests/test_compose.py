"""Composition: every rule, on a phrase that it is for, means what it should."""

import re
from random import Random

import pytest

from batti import lexicon
from batti.dataset import bank, compose, compose_requests, phrases
from batti.dataset.bank import Compiled, Sayable
from batti.dataset.phrases import ROOM_SLOTS, Meaning

LEX = lexicon.load()
NEPALI = "{A:bhancha}ko batti bala => A on"
ENGLISH = "turn on the {A:kitchen} lights => A on"
DEVANAGARI = "{A:भान्छा}को बत्ती बाल => A on"
BY_NAME = {rule.name: rule for rule in compose.RULES}


def compiled(line: str) -> Compiled:
    return bank.compiled(phrases.parse(line, "test", 1))


def made(name: str, line: str, count: int = 40) -> list[Sayable]:
    rule, one = BY_NAME[name], compiled(line)
    assert rule.applies(one)
    some = [rule.make(one, Random(seed), LEX) for seed in range(count)]
    return [s for s in some if s]


def texts(some: list[Sayable]) -> set[str]:
    return {s.phrase.text for s in some}


def check_slots(some: list[Sayable]) -> None:
    """Every slot that a meaning speaks of stands in the sentence, and no two values share one."""
    for s in some:
        slots = [x.slot for x in s.phrase.segments if x.slot]
        values = [slot for slot in slots if slot.islower()]
        assert len(values) == len(set(values)), s.phrase.text
        for m in s.phrase.meanings:
            for place in (m.place, *m.excepts):
                assert place in slots or place in ("all", "here"), s.phrase.text
            for _, value in m.when:
                assert value in slots or value.rstrip("2") not in ("dur", "time")
        assert s.phrase.slots == set(slots)


@pytest.mark.parametrize("line", [NEPALI, ENGLISH, DEVANAGARI])
@pytest.mark.parametrize("name", ["several rooms", "joined", "group", "corrected", "strange place"])
def test_rules_for_every_language(name: str, line: str) -> None:
    some = made(name, line)
    assert len(some) > 20
    check_slots(some)
    assert all(s.script == compiled(line).script for s in some)


def test_several_rooms_are_asked_the_same() -> None:
    some = made("several rooms", NEPALI, 600)
    assert {2, 3, 4} <= {len(s.phrase.meanings) for s in some} <= {2, 3, 4, 5}
    assert all({m.done for m in s.phrase.meanings} == {"on"} for s in some)
    assert {"bhancha ra bhanchako batti bala", "bhancha ra bhancha ra bhanchako batti bala"} <= texts(some)
    for s in made("several rooms", "{A:bhancha} nilo ani {pct=40:40%} ma => A blue; A pct"):
        assert [m.done for m in s.phrase.meanings] == ["blue", "pct"] * (len(s.phrase.meanings) // 2)
        assert [m.place for m in s.phrase.meanings][::2] == [*dict.fromkeys(m.place for m in s.phrase.meanings)]


def test_halves_may_be_of_several_places() -> None:
    some = made("joined", "{A:bhancha} ko batti bala => A on", 400)
    check_slots(some)
    halves = [tuple(m.place for m in s.phrase.meanings) for s in some]
    assert {("A", "B", "C"), ("G", "A")} <= {places[:3] for places in halves}
    assert any("all" in places and len(places) > 1 for places in halves)
    assert any("L" in places for places in halves)


def test_up_to_four_requests_are_joined() -> None:
    some = made("joined", "{A:bhancha} lai {pct=40:40%} ma rakha => A pct", 600)
    check_slots(some)
    places = [len(dict.fromkeys(m.place for m in s.phrase.meanings)) for s in some]
    assert sum(n > 2 for n in places) > len(places) / 4
    assert max(places) > 4
    assert any("pct3" in s.phrase.slots for s in some)


@pytest.mark.parametrize("verb", ["nibhau", "off gara", "bala"])
def test_a_request_becomes_a_question_of_what_was_done(verb: str) -> None:
    for rule, kind in (("asked whether", "act"), ("told", "none")):
        some = made(rule, f"{{A:bhancha}} ko batti {verb} => A on", 60)
        assert {s.phrase.kind for s in some} == {kind}
        assert all([m.done for m in s.phrase.meanings] == ["query"] * (kind == "act") for s in some)
        assert not any(re.search(rf"\b{verb}\b", s.phrase.text) for s in some)


def test_joined_requests_keep_their_own_values() -> None:
    some = made("joined", "{A:bhancha} lai {pct=40:40%} ma rakha => A pct", 300)
    check_slots(some)
    both = [s for s in some if "pct2" in s.phrase.slots]
    assert both
    for s in both:
        done = [m.done.lstrip("+-") for m in s.phrase.meanings]
        assert "pct2" not in done or "pct" not in done[done.index("pct2") :]
    assert any(m.done.lstrip("+-") == "pct2" for s in both for m in s.phrase.meanings)


def test_a_group_stands_where_the_room_stood() -> None:
    some = made("group", NEPALI)
    assert all([m.place for m in s.phrase.meanings] == ["G"] for s in some)
    assert "bhanchako sabai batti bala" in texts(some)
    assert "turn on all the kitchen lights" in texts(made("group", ENGLISH))


def test_a_correction_names_a_room_and_leaves_it_alone() -> None:
    for line in (NEPALI, ENGLISH, DEVANAGARI):
        for s in made("corrected", line):
            assert "B" in s.phrase.slots
            assert [m.place for m in s.phrase.meanings] == ["A"]
    right_at_last = [text for text in texts(made("corrected", NEPALI, 300)) if text.endswith("baithak ko")]
    assert "bhanchako batti bala, sorry baithak ko" in right_at_last


def test_the_place_left_out_is_here() -> None:
    assert texts(made("here", NEPALI)) == {"batti bala"}
    assert {s.phrase.meanings for s in made("here", NEPALI)} == {(Meaning("here", "on"),)}
    assert not made("here", ENGLISH)
    assert not made("here", "batti bala {A:bhancha} => A on")


def test_the_whole_house_and_all_but_some() -> None:
    assert "ghar bhariko batti bala" in texts(made("whole house", NEPALI))
    for line in (NEPALI, DEVANAGARI):
        for s in made("excepted", line):
            [meaning] = s.phrase.meanings
            assert meaning.place == "all" and meaning.excepts and set(meaning.excepts) <= set("BCDE")
    english = texts(made("excepted", ENGLISH))
    assert "turn on the lights everywhere except the kitchen" in english
    assert not any("lights lights" in text for text in english)


def test_a_named_light_takes_the_place_of_room_and_light() -> None:
    for line, alone, of_room in (
        (NEPALI, "bhancha bala", "xko y bala"),
        (ENGLISH, "turn on the kitchen", "turn on the y in the x"),
        (DEVANAGARI, "भान्छा बाल", "कको ख बाल"),
    ):
        some = made("named light", line)
        assert {alone, of_room} <= texts(some)
        assert {m.place for s in some for m in s.phrase.meanings} == {"L"}
        assert {x.light_of for s in some for x in s.phrase.segments if x.slot == "L"} == {"", "A"}


@pytest.mark.parametrize("name", ["other device", "other deed", "forbidden"])
def test_rules_that_leave_nothing_to_do(name: str) -> None:
    some = made(name, NEPALI)
    assert {(s.phrase.kind, s.phrase.meanings) for s in some} == {("none", ())}
    assert "bhanchako batti bala" not in texts(some)


def test_another_deed_takes_the_place_of_the_verb() -> None:
    kitchen = "turn off the {A:kitchen} lights => A off", "switch the {A:kitchen} light off please => A off"
    for line, before, behind in (
        (NEPALI, "bhanchako batti ", ""),
        (DEVANAGARI, "भान्छाको बत्ती ", ""),
        (kitchen[0], "", " the kitchen lights"),
        (kitchen[1], "", " the kitchen light please"),
    ):
        some = texts(made("other deed", line))
        assert len(some) > 10
        assert all(re.fullmatch(f"{before}[^ ]+( [^ ]+){{0,4}}{behind}", text) for text in some), some
        assert not any(re.search(r"\b(bala|बाल|turn|switch|off)\b", text) for text in some)
    assert not BY_NAME["other deed"].applies(compiled("{A:bhancha} {pct=40:40%} ma rakha => A pct"))


@pytest.mark.parametrize("line", [NEPALI, ENGLISH, DEVANAGARI])
def test_what_is_set_right_is_what_was_said_last_of_the_place(line: str) -> None:
    some = made("set right", line, 200)
    check_slots(some)
    assert len(some) > 60
    first, last = 0, 0
    for s in some:
        rooms = [x.slot for x in s.phrase.segments if x.slot in {*ROOM_SLOTS}]
        assert len({*rooms}) > 1 and rooms[-1] in rooms[:-1]  # one of them is said again
        assert [*dict.fromkeys(m.place for m in s.phrase.meanings)] == [*dict.fromkeys(rooms)]
        said = [m for m in s.phrase.meanings if m.place == "A"]
        first += rooms[-1] == "A" and [m.done for m in said] != ["on"]
        last += rooms[-1] != "A" and [m.done for m in said] == ["on"]
    assert first > 5 and last > 20


@pytest.mark.parametrize("line", [NEPALI, ENGLISH, DEVANAGARI])
def test_what_is_taken_back_is_not_done(line: str) -> None:
    some = made("taken back", line, 200)
    check_slots(some)
    assert len(some) > 60
    for s in some:
        rooms = [x.slot for x in s.phrase.segments if x.slot in {*ROOM_SLOTS}]
        assert rooms[-1] in rooms[:-1] and len({*rooms}) > 1
        assert {m.place for m in s.phrase.meanings} == {*rooms} - {rooms[-1]}


@pytest.mark.parametrize("line", [NEPALI, "turn on {A:hall} lights => A on", DEVANAGARI])
def test_what_is_asked_beside_what_is_not_is_all_that_is_done(line: str) -> None:
    some = made("beside unasked", line, 120)
    check_slots(some)
    assert len(some) > 60
    for s in some:
        rooms = [x.slot for x in s.phrase.segments if x.slot in {*ROOM_SLOTS}]
        asked = [*dict.fromkeys(m.place for m in s.phrase.meanings)]
        assert asked in (rooms[1:], rooms[:-1])  # one of them is only forbidden, told or not needed
    assert any(len(s.phrase.meanings) > 1 for s in some)


@pytest.mark.parametrize("line", [NEPALI, "turn on {A:hall} lights => A on", DEVANAGARI])
def test_the_rest_is_all_but_the_rooms_that_were_asked_about(line: str) -> None:
    some = made("and the rest", line, 120)
    check_slots(some)
    for s in some:
        rooms = tuple(x.slot for x in s.phrase.segments if x.slot in {*ROOM_SLOTS})
        *first, rest = [*dict.fromkeys((m.place, m.excepts) for m in s.phrase.meanings)]
        assert first == [(room, ()) for room in rooms]
        assert rest == ("all", rooms)
    assert {len(s.phrase.slots & {*ROOM_SLOTS}) for s in some} >= {1, 2}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (NEPALI, "tala ko bhanchako batti bala"),
        (ENGLISH, "turn on the kitchen lights downstairs"),
        (DEVANAGARI, "तलको भान्छाको बत्ती बाल"),
    ],
)
def test_where_a_room_lies_changes_nothing(line: str, said: str) -> None:
    some = made("lying", line, 200)
    assert said in texts(some)
    assert {s.phrase.meanings for s in some} == {compiled(line).phrase.meanings}


def test_a_refusal_before_an_english_imperative() -> None:
    said = texts(made("refused", ENGLISH))
    assert "don't turn on the kitchen lights" in said
    assert not BY_NAME["refused"].applies(compiled(NEPALI))
    assert not BY_NAME["refused"].applies(compiled("turn on the {A:kitchen}, not the {B:hall} => A on"))


def test_what_turns_a_sentence_around_is_not_forbidden() -> None:
    for line in ("{A:bhancha}ko batti bala? => A on", "{A:bhancha} hoina {B:baithak} ko batti bala => B on"):
        assert not BY_NAME["forbidden"].applies(compiled(line))


def test_a_strange_place_passes_for_its_kind() -> None:
    [light] = {s.phrase.segments[0] for s in made("strange place", "{L:table lamp} bala => L on")}
    assert (light.slot, light.passes_for) == ("U", "light")


@pytest.mark.parametrize(
    ("name", "kind"), [("fairy lights", "light"), ("the chandelier", "light"), ("झुमर", "light"), ("sauna", "room")]
)
def test_a_strange_lamp_of_the_bank_passes_for_a_light(name: str, kind: str) -> None:
    [place] = [one for one in compiled(f"{{U:{name}}} bala => U on").places if one.strange]
    assert place.kind == kind


@pytest.mark.parametrize(
    ("line", "script"),
    [("{A:भान्छा} {pct=55:पचपन्न} => A pct", "deva"), ("{A:hall} {pct=55:55%} => A pct", "roman"), (DEVANAGARI, "deva")],
)
def test_the_script_of_a_phrase_is_that_of_its_words_or_of_its_slots(line: str, script: str) -> None:
    assert compiled(line).script == script


@pytest.mark.parametrize("line", [NEPALI, ENGLISH, DEVANAGARI])
def test_the_time_of_one_request_stands_where_it_cannot_be_that_of_others(line: str) -> None:
    some = made("one in time", line, 120)
    check_slots(some)
    assert len(some) > 40
    for one in some:
        segments, meanings = one.phrase.segments, one.phrase.meanings
        [timed] = {m.place for m in meanings if m.when}
        assert len({m.place for m in meanings}) > 1
        # Behind its own room where it is in the first request, before the last words in any.
        said = [s.slot for s in segments]
        time = next(at for at, slot in enumerate(said) if slot in ("dur", "time"))
        assert timed != "A" or said.index("A") < time
        assert segments[time:] != segments[-1:], one.phrase.text


def test_a_time_is_said_once_and_goes_on_every_entry() -> None:
    one = compiled("{A:bhancha} bala ani {B:baithak} nibhau => A on; B off")
    assert compose_requests.can_be_timed(one.phrase)
    kinds = set()
    for seed in range(60):
        timed = compose_requests.timed(one, Random(seed), LEX)
        check_slots([timed])
        [when] = {m.when for m in timed.phrase.meanings}
        kinds.add(when[0][0])
    assert kinds == {"after", "at", "for"}


@pytest.mark.parametrize(
    "line",
    [
        "{A:bhancha} baleko cha? => A query",
        "{dur=10m:10 minute} pachi {A:bhancha} bala => A on after dur",
        "mero batti kati thiyo => none",
    ],
)
def test_what_has_a_time_or_asks_nothing_gets_none(line: str) -> None:
    assert not compose_requests.can_be_timed(phrases.parse(line))


def test_every_rule_is_used_as_often_as_it_says() -> None:
    one = compiled(NEPALI)
    names = [compose.varied(one, Random(seed), LEX)[1].split(",")[0] for seed in range(3000)]
    for rule in compose.RULES:
        if rule.applies(one):
            assert abs(names.count(rule.name) / len(names) - rule.rate) < 0.03, rule.name


def test_every_voice_can_be_varied() -> None:
    rng = Random(4)
    for voice in bank.bank().voices:
        for one in voice[::3]:
            said, _ = compose.varied(one, rng, LEX)
            check_slots([said] if said is not one else [])
