import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies_answers import answers

from batti.command import Action
from batti.prompt import (
    CHARS,
    END,
    EXCEPT,
    NONE,
    NUMBER,
    SPEAKER,
    VOCABULARY,
    WHOLE,
    WORD,
    Asked,
    decode_answer,
    encode_answer,
    encode_text,
    pad,
)
from batti.text import ALPHABET, normalize


@given(answers())
def test_every_answer_reads_back_as_the_same(answer: tuple[int, list[Asked]]) -> None:
    _, asked = answer
    assert decode_answer(encode_answer(asked)) == asked


@given(answers())
def test_every_answer_ends_once_and_points_into_the_sentence(answer: tuple[int, list[Asked]]) -> None:
    chars, asked = answer
    tokens = encode_answer(asked)
    assert tokens.index(END) == len(tokens) - 1
    assert all(END <= token < VOCABULARY + chars for token in tokens)


@given(answers())
def test_every_doing_is_one_of_the_contract(answer: tuple[int, list[Asked]]) -> None:
    for entry in decode_answer(encode_answer(answer[1])):
        action = Action.model_validate({"room": "a"} | entry.doing)
        assert action.to_dict() == {"room": "a"} | entry.doing


@given(st.text())
def test_every_normalized_text_has_ids(text: str) -> None:
    said = normalize(text)
    ids = encode_text(said)
    assert len(ids) == len(said)
    assert all(1 <= one < CHARS for one in ids)


def test_every_character_has_its_own_id() -> None:
    assert encode_text(ALPHABET) == list(range(1, CHARS))


@pytest.mark.parametrize(
    ("told", "lengths", "then"),
    [
        ({"at": "22:30"}, ["20m"], {"at": "22:50"}),
        ({"at": "23:50"}, ["20m", "1h"], {"at": "01:10"}),
        ({"at": "06:00"}, ["30s", "45s"], {"at": "06:01"}),
        ({"after": "50m"}, ["20m"], {"after": "1h10m"}),
        ({"after": "45s"}, ["15s", "5m"], {"after": "6m"}),
        ({"after": "23h"}, ["2h"], {"after": "24h"}),
        ({"at": "18:00", "for": "1h"}, ["10m"], {"at": "18:10", "for": "1h"}),
    ],
)
def test_a_network_says_what_is_told_and_no_sum(
    told: dict[str, str], lengths: list[str], then: dict[str, str]
) -> None:
    [first] = [key for key in told if key != "for"]

    def tokens(when: str, value: str) -> list[int]:
        return encode_answer([Asked("all", {"action": "turn_on", when: value})])[2:-1]

    more = [token for length in lengths for token in tokens("after", length)]
    last = tokens("for", told["for"]) if "for" in told else []
    start = encode_answer([Asked("all", {"action": "turn_on"})])[:-1]
    [entry] = decode_answer([*start, *tokens(first, told[first]), *more, *last, END])
    assert entry.doing == {"action": "turn_on", **then}
    assert entry.chained == tuple(lengths)


def test_the_example_of_the_documentation_is_encoded_so() -> None:
    asked = [
        Asked((0, 6), {"action": "change_color", "color": "blue"}),
        Asked((0, 6), {"action": "adjust_brightness", "brightness": 0.4}),
    ]
    first, last = VOCABULARY, VOCABULARY + 6
    assert encode_answer(asked) == [first, last, WORD["blue"], first, last, WORD["level"], NUMBER + 40, END]


@pytest.mark.parametrize(
    ("asked", "tokens"),
    [
        ([], [NONE, END]),
        ([Asked("all", {"action": "turn_off"})], [WHOLE, WORD["turn_off"], END]),
        ([Asked("here", {"action": "toggle"})], [SPEAKER, WORD["toggle"], END]),
        (
            [Asked("all", {"action": "turn_on"}, ((2, 5),))],
            [WHOLE, EXCEPT, VOCABULARY + 2, VOCABULARY + 5, WORD["turn_on"], END],
        ),
        (
            [Asked("here", {"action": "turn_on", "after": "1h30m", "at": "06:05"})],
            [
                *(SPEAKER, WORD["turn_on"], WORD["after"], NUMBER + 1, WORD["h"], NUMBER + 30, WORD["m"]),
                *(WORD["at"], NUMBER + 6, NUMBER + 5, END),
            ],
        ),
        (
            [Asked("here", {"action": "adjust_brightness", "brightness_step": -0.29})],
            [SPEAKER, WORD["down"], NUMBER + 29, END],
        ),
        (
            [Asked("here", {"action": "change_color", "color_temp": 2700})],
            [SPEAKER, WORD["kelvin"], NUMBER + 27, NUMBER, END],
        ),
    ],
)
def test_answers_are_encoded_token_by_token(asked: list[Asked], tokens: list[int]) -> None:
    assert encode_answer(asked) == tokens
    assert decode_answer(tokens) == asked


@pytest.mark.parametrize("tokens", [[NONE, END], [END], []])
def test_nothing_asked_reads_as_nothing(tokens: list[int]) -> None:
    assert decode_answer(tokens) == []


@given(st.lists(st.lists(st.integers(1, CHARS - 1), max_size=9), max_size=5))
def test_rows_are_padded_at_the_end(rows: list[list[int]]) -> None:
    padded = pad(rows)
    assert padded.dtype == np.int64
    assert padded.shape == (len(rows), max(1, *map(len, rows), 1))
    for row, out in zip(rows, padded.tolist(), strict=True):
        assert out == row + [0] * (len(out) - len(row))
