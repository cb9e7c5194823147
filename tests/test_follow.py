"""What may follow in a text of a grammar: no more and no less than the grammar says."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import homes
from test_gbnf import ACCEPTED, DOCUMENT, HOME, documents, pattern

from batti.command import Command
from batti.follow import Grammar
from batti.gbnf import grammar
from batti.home import Home

READ = Grammar(grammar(HOME))


@settings(max_examples=15)
@given(st.data())
def test_every_document_of_a_home_can_be_read(data: st.DataObject) -> None:
    home = data.draw(homes())
    read = Grammar(grammar(home))
    for command in data.draw(st.lists(documents(home), min_size=3, max_size=6)):
        assert read.may_end(read.step(read.start, command.to_yaml()))


@settings(max_examples=60)
@given(st.data())
def test_what_is_chosen_letter_by_letter_is_of_the_grammar(data: st.DataObject) -> None:
    text, state = "", READ.start
    for _ in range(40):
        forced, state = READ.forced(state)
        text += forced
        if READ.may_end(state):
            assert ACCEPTED.fullmatch(text)
        if not (chars := READ.chars(state)):
            break
        text += (char := data.draw(st.sampled_from(chars)))
        state = READ.step(state, char)
    assert READ.step(READ.start, text) == state


@pytest.mark.parametrize("before, forced", [
    ("", "intent: "), ("intent: no", "ne\nrooms: []\nactions: []\n"), ("intent: s", "ingle_room_control\nrooms: ["),
    (DOCUMENT[: DOCUMENT.index(": 0.4")], ""), ("intent: unknown", "_room\nrooms: []\nactions: []\n"), (DOCUMENT, ""),
])  # fmt: skip
def test_what_must_follow_is_all_that_can_follow(before: str, forced: str) -> None:
    assert READ.forced(READ.step(READ.start, before))[0] == forced


@pytest.mark.parametrize("text", ["intend", "intent: none\nrooms: [kitchen]", DOCUMENT.replace("0.4", "0.0")])
def test_what_is_not_of_the_grammar_leads_nowhere(text: str) -> None:
    assert not READ.step(READ.start, text)


@settings(max_examples=30)
@given(st.data(), st.integers(0, 12))
def test_what_may_come_next_is_a_grammar_of_just_that(data: st.DataObject, length: int) -> None:
    document = data.draw(documents(HOME)).to_yaml()
    at = data.draw(st.integers(0, len(document)))
    gbnf = f"root ::= {READ.ahead(READ.step(READ.start, document[:at]), length)}"
    near = re.compile(pattern(gbnf))
    found = next(end for end in range(at, len(document) + 1) if near.fullmatch(document[at:end]))
    assert found - at >= length or READ.may_end(READ.step(READ.start, document[:found]))
    assert len(gbnf) < 20_000


@pytest.mark.parametrize("gbnf, inside, outside", [
    ('root ::= "a"* ("b" | "c")+', ["b", "aacb"], ["", "aa", "ba"]),
    ('root ::= ("x" one)? [0-2]\none ::= "y" | ""', ["0", "x1", "xy2"], ["3", "xy", "yy0"]),
    ('root ::= "\\"a\\\\\\n" | [ab-c]', ['"a\\\n', "a", "b", "c"], ["-", "n"]),
    ('root ::= ("a"?)* "b"', ["b", "aab"], ["a", "c"]),
])  # fmt: skip
def test_the_notation_is_read(gbnf: str, inside: list[str], outside: list[str]) -> None:
    read = Grammar(gbnf)
    assert all(read.may_end(read.step(read.start, text)) for text in inside)
    assert not any(read.may_end(read.step(read.start, text)) for text in outside)


def test_a_large_home_is_read_at_once() -> None:
    rooms: list[dict[str, Any]] = [{"name": f"room {number}", "lights": [{"name": "lamp"}]} for number in range(100)]
    home = Home.from_dict({"rooms": rooms})
    said = Command.from_dict({"actions": [{"room": one["name"], "action": "turn_on"} for one in rooms]}).to_yaml()
    read = Grammar(grammar(home))
    assert read.may_end(read.step(read.start, said))
    assert len(read.ahead(read.step(read.start, "intent: multi_room_control\nrooms: ["), 8)) < 5000
