from random import Random

import numpy as np
import pytest
from helpers import home_of, lookup_of
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import homes
from strategies_answers import answers

from batti.grammar import MAX_CHAINED, MAX_ENTRIES, MAX_EXCEPTS, MAX_PLACE, Answer
from batti.home import Home
from batti.lookup import Lookup
from batti.prompt import (
    END,
    EXCEPT,
    NONE,
    NUMBER,
    PAD,
    SPEAKER,
    START,
    VOCABULARY,
    WHOLE,
    WORD,
    Asked,
    decode_answer,
    encode_answer,
)
from batti.resolve import resolve
from batti.text import MAX_CHARS, normalize

# An entry is a place, exceptions, a thing done and three times, each of at most so many tokens, one of them chained.
LONGEST = MAX_ENTRIES * (2 + 1 + 2 * MAX_EXCEPTS + 3 + 7 + 3 + 7 + 7 * MAX_CHAINED) + 1
LAST = VOCABULARY + 5


def allowed(answer: Answer) -> list[int]:
    return [*answer.words, *(VOCABULARY + point for point in answer.points)]


def said(*tokens: int, chars: int = 20) -> Answer:
    answer = Answer(chars)
    for token in tokens:
        answer.say(token)
    return answer


def walk(chars: int, random: Random, stops: float) -> Answer:
    """An answer of allowed tokens by chance; `stops` is how readily it ends where it may."""
    answer = Answer(chars)
    while not answer.done:
        assert len(answer.tokens) < LONGEST
        choices = allowed(answer)
        assert choices
        may_end = END in choices and random.random() < stops
        # Words and characters are equally likely, however many characters there are.
        kinds = [list(answer.words), [VOCABULARY + point for point in answer.points]]
        answer.say(END if may_end else random.choice(random.choice([kind for kind in kinds if kind])))
    return answer


@given(answers())
def test_every_answer_is_allowed_token_by_token(answer: tuple[int, list[Asked]]) -> None:
    chars, asked = answer
    spoken = Answer(chars)
    for token in encode_answer(asked):
        assert spoken.allows(token)
        spoken.say(token)
    assert spoken.done
    assert decode_answer(spoken.tokens) == asked


@given(st.integers(1, MAX_CHARS), st.integers(0, 2**32), st.floats(0, 1))
def test_any_walk_over_allowed_tokens_ends_and_reads_back(chars: int, seed: int, stops: float) -> None:
    answer = walk(chars, Random(seed), stops)
    asked = decode_answer(answer.tokens)
    if answer.tokens != [NONE, END]:
        assert asked
        # Durations such as `1h` may be said in only one way, so the tokens come back as well; a delay is a day at most.
        cut = any(one.chained and one.doing.get("after") == "24h" for one in asked)
        assert cut or encode_answer(asked) == answer.tokens


@settings(max_examples=80)
@given(homes(), st.integers(0, 2**32), st.floats(0, 1), st.data())
def test_any_walk_gives_a_valid_command_of_any_home(home: Home, seed: int, stops: float, data: st.DataObject) -> None:
    names = [name for entity in home.entities() for name in entity.names]
    words = data.draw(st.lists(st.sampled_from([*names, "ghar", "yaha", "batti", "ko", "5"]), max_size=8))
    words.append("la")
    sentence = normalize(" ".join(words))[:MAX_CHARS]
    lookup, random = Lookup(home), Random(seed)
    for _ in range(4):
        asked = decode_answer(walk(len(sentence), random, stops).tokens)
        command, certainty = resolve(asked, sentence, lookup)
        assert home.check(command) == []
        assert 0 <= certainty <= 1


@settings(max_examples=80)
@given(homes(), st.data())
def test_marked_names_give_a_valid_command_of_any_home(home: Home, data: st.DataObject) -> None:
    names = st.sampled_from([normalize(name) or "x" for entity in home.entities() for name in entity.names])
    picked = data.draw(st.lists(names, min_size=1, max_size=5))
    spans, at = [], 0
    for name in picked:
        spans.append((at, at + len(name) - 1))
        at += len(name) + 1
    places = st.sampled_from([*spans, "all", "here"])
    doings = st.sampled_from(
        [
            {"action": "turn_on"},
            {"action": "turn_off"},
            {"action": "get_state"},
            {"action": "adjust_brightness", "brightness": 0.5},
            {"action": "change_color", "color": "red", "after": "5m"},
        ]
    )
    entries = st.builds(Asked, places, doings, st.lists(st.sampled_from(spans), max_size=3).map(tuple))
    command, _ = resolve(data.draw(st.lists(entries, min_size=1, max_size=6)), " ".join(picked), lookup_of(home))
    assert home.check(command) == []


@given(st.integers(0, MAX_CHARS))
def test_nothing_can_be_answered_to_any_sentence(chars: int) -> None:
    answer = Answer(chars)
    assert answer.allows(NONE)
    answer.say(NONE)
    assert allowed(answer) == [END]
    answer.say(END)
    assert answer.done and allowed(answer) == []
    assert decode_answer(answer.tokens) == []


@given(st.integers(1, 60), st.integers(0, 2**32))
def test_the_mask_is_what_is_allowed_and_the_rest_is_refused(chars: int, seed: int) -> None:
    random, answer = Random(seed), Answer(chars)
    while not answer.done:
        open_ = allowed(answer)
        assert np.flatnonzero(answer.mask(VOCABULARY + chars)).tolist() == sorted(open_)
        assert PAD not in open_ and START not in open_
        before = list(answer.tokens)
        shut = sorted(set(range(-2, VOCABULARY + chars + 2)) - set(open_))
        for token in random.sample(shut, 5):
            assert not answer.allows(token)
            with pytest.raises(ValueError):
                answer.say(token)
        assert answer.tokens == before and allowed(answer) == open_
        answer.say(END if END in open_ and random.random() < 0.5 else random.choice(open_))


def test_a_walk_ends_where_there_is_no_character_to_point_at() -> None:
    for seed in range(50):
        decode_answer(walk(0, Random(seed), 0.5).tokens)


def test_no_answer_begins_with_its_end() -> None:
    assert not Answer(20).allows(END)


@pytest.mark.parametrize(
    ("before", "token"),
    [
        ([NONE], WHOLE),
        ([NONE, END], END),
        ([WHOLE], END),
        ([WHOLE], WHOLE),
        ([WHOLE], NONE),
        ([SPEAKER], EXCEPT),
        ([SPEAKER], NUMBER + 5),
        ([LAST], VOCABULARY + 4),
        ([LAST], WORD["turn_on"]),
        ([LAST], VOCABULARY + 20),
        ([LAST, LAST], END),
        ([WHOLE, EXCEPT], WORD["turn_on"]),
        ([WHOLE, EXCEPT], END),
        ([WHOLE, EXCEPT, LAST, LAST], EXCEPT),
        ([WHOLE, WORD["level"]], END),
        ([WHOLE, WORD["level"]], NUMBER),
        ([WHOLE, WORD["up"]], NUMBER),
        ([WHOLE, WORD["kelvin"]], NUMBER + 18),
        ([WHOLE, WORD["kelvin"]], NUMBER + 66),
        ([WHOLE, WORD["kelvin"], NUMBER + 65], NUMBER + 1),
        ([WHOLE, WORD["kelvin"], NUMBER + 27], NUMBER + 100),
        ([WHOLE, WORD["turn_on"]], NONE),
        ([WHOLE, WORD["turn_on"]], WORD["turn_off"]),
        ([WHOLE, WORD["turn_on"], WORD["at"]], NUMBER + 24),
        ([WHOLE, WORD["turn_on"], WORD["at"], NUMBER + 6], NUMBER + 60),
        ([WHOLE, WORD["turn_on"], WORD["at"], NUMBER + 6, NUMBER + 0], WORD["at"]),
        ([WHOLE, WORD["turn_on"], *[WORD["after"], NUMBER + 5, WORD["m"]] * (1 + MAX_CHAINED)], WORD["after"]),
        ([WHOLE, WORD["turn_on"], *[WORD["after"], NUMBER + 5, WORD["m"]] * 2], WORD["at"]),
        ([WHOLE, WORD["turn_on"], WORD["for"], NUMBER + 5, WORD["m"]], WORD["after"]),
        ([WHOLE, WORD["turn_on"], WORD["after"]], NUMBER),
        ([WHOLE, WORD["turn_on"], WORD["after"]], END),
        ([WHOLE, WORD["turn_on"], WORD["after"], NUMBER + 25], WORD["h"]),
        ([WHOLE, WORD["turn_on"], WORD["after"], NUMBER + 24, WORD["h"]], NUMBER + 1),
        ([WHOLE, WORD["turn_on"], WORD["after"], NUMBER + 5], END),
        ([WHOLE, WORD["turn_on"], WORD["after"], NUMBER + 5, WORD["m"], NUMBER + 5], WORD["h"]),
        ([WHOLE, WORD["turn_on"], WORD["after"], NUMBER + 5, WORD["s"]], NUMBER + 5),
    ],
)
def test_what_may_not_follow_is_refused(before: list[int], token: int) -> None:
    answer = said(*before)
    with pytest.raises(ValueError):
        answer.say(token)


def test_a_place_is_no_longer_than_a_name() -> None:
    answer = said(VOCABULARY + 10, chars=200)
    assert list(answer.points) == list(range(10, 10 + MAX_PLACE))
    assert list(said(VOCABULARY + 190, chars=200).points) == list(range(190, 200))


def test_no_more_entries_follow_the_last_one() -> None:
    answer = said(*([WHOLE, WORD["turn_on"]] * MAX_ENTRIES))
    assert set(allowed(answer)) == {END, WORD["after"], WORD["at"], WORD["for"]}


def test_no_more_exceptions_follow_the_last_one() -> None:
    answer = said(WHOLE, EXCEPT, *([LAST, LAST] * MAX_EXCEPTS))
    assert not answer.points and answer.allows(WORD["turn_off"])


def test_a_command_of_all_rooms_but_one_is_said_and_resolved() -> None:
    home = home_of("hall", "attic")
    asked = decode_answer(said(WHOLE, EXCEPT, VOCABULARY, VOCABULARY + 3, WORD["turn_off"], END).tokens)
    command, _ = resolve(asked, "hall bahek sabai", lookup_of(home))
    assert command.to_dict()["actions"] == [{"room": "all", "except": ["hall"], "action": "turn_off"}]
