"""An answer under way: what is forced is written, what is not is asked for, with the tokens of the whole answer."""

import re
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_follow import READ
from test_gbnf import DOCUMENT, HOME, documents, pattern

from batti.command import Command
from batti.draft import SPLITS, Draft, split_of

WORDS = SPLITS[0]


def pieces_of(split: re.Pattern[str]) -> Callable[[Sequence[str]], list[list[int]]]:
    """A tokenizer to which every piece of text is a token."""
    return lambda texts: [[hash(match[0]) for match in split.finditer(text)] for text in texts]


@pytest.mark.parametrize("split", SPLITS)
def test_the_finest_way_that_a_tokenizer_agrees_with_is_found(split: re.Pattern[str]) -> None:
    assert split_of(pieces_of(split)) is split
    assert split_of(pieces_of(re.compile(r"[\s\S]+"))) is None


@pytest.mark.parametrize("split", SPLITS)
@settings(max_examples=8)
@given(st.data())
def test_every_document_can_be_said_token_by_token(split: re.Pattern[str], data: st.DataObject) -> None:
    document = data.draw(documents(HOME)).to_yaml()
    ends = {match.end() for match in split.finditer(document)} | {0}
    draft, choices = Draft(READ, split), 0
    while not draft.done and (said := draft.token_of(document)):
        kept = draft.kept()
        assert document.startswith(draft.text)
        assert len(kept) in ends  # so that it has the tokens that it has in the document
        assert re.match(pattern(draft.choice()), document[len(kept) :]) or len(document) - len(kept) < 20
        draft.say(said)
        choices += 1
    assert draft.text == document
    assert choices <= len(ends) - 1


@pytest.mark.parametrize("said, kept, text", [
    ([], "intent:", "intent: "),  # a word takes the space before it
    ([" unknown"], *2 * ("intent: unknown_room\nrooms: []\nactions: []\n",)),
    ([" s"], "intent: single_room_control\nrooms:", "intent: single_room_control\nrooms: ["),  # or what a quote takes
    ([" single", " ["], "intent: single_room_control\nrooms: [", "intent: single_room_control\nrooms: ["),
    ([" none\nrooms"], *2 * ("intent: none\nrooms: []\nactions: []\n",)),
])  # fmt: skip
def test_what_is_forced_is_written_as_far_as_its_tokens_are_sure(said: list[str], kept: str, text: str) -> None:
    draft = Draft(READ, WORDS)
    for token in said:
        draft.say(token)
    assert (draft.kept(), draft.text) == (kept, text)
    assert draft.done == text.endswith("actions: []\n")


def test_a_usual_answer_is_a_few_choices() -> None:
    document = Command.from_dict({"actions": [{"room": "kitchen", "action": "turn_off"}]}).to_yaml()
    draft, said = Draft(READ, WORDS), []
    while token := draft.token_of(document):
        said.append(token)
        draft.say(token)
    assert said == [" single", " [", "kitchen", " turn", "_off"]
    assert not draft.done  # it may say when, too
    assert len(WORDS.findall(document)) == 25


def test_what_the_grammar_forbids_cannot_be_said() -> None:
    draft = Draft(READ, WORDS)
    with pytest.raises(ValueError, match="'dances' may not follow 'intent: '"):
        draft.say(" dances")
    assert DOCUMENT.startswith(draft.text)
