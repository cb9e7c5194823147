"""What is said of an error is what went wrong in it."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import commands
from test_metrics import ASK, DIM, GROUPS, HALL, KITCHEN, NONE, OFF, ON, RED, UNKNOWN, act, doc

from batti.command import Command
from batti.evaluate.causes import CAUSES, causes
from batti.metrics import exact

LATER = act("kitchen", ON, after="10m")
ALL_BUT = act("all", OFF, except_=["hall"])

SAID: dict[str, tuple[dict[str, Any], dict[str, Any], tuple[str, ...]]] = {
    "acted on nothing": (NONE, doc(KITCHEN), ("refusal missed",)),
    "acted on the unknown": (UNKNOWN, doc(KITCHEN), ("refusal missed",)),
    "answered what was no question": (NONE, doc(act("kitchen", ASK)), ("refusal missed",)),
    "refused a request": (doc(KITCHEN), NONE, ("refusal wrong",)),
    "refused for the other reason": (NONE, UNKNOWN, ("refusal wrong",)),
    "another room": (doc(KITCHEN), doc(act("attic", ON)), ("wrong place",)),
    "another light": (doc(act("kitchen", ON, light="lamp")), doc(KITCHEN), ("wrong place",)),
    "no exception": (doc(ALL_BUT), doc(act("all", OFF)), ("wrong place",)),
    "one room too few": (doc(KITCHEN, HALL), doc(HALL), ("place missed",)),
    "one room too many": (doc(KITCHEN), doc(KITCHEN, HALL), ("place invented",)),
    "one wrong, one too few": (
        doc(KITCHEN, HALL, act("attic", ON)), doc(KITCHEN, act("shed", OFF)), ("wrong place", "place missed"),
    ),
    "another action": (doc(KITCHEN), doc(act("kitchen", OFF)), ("action",)),
    "on for a level": (doc(DIM), doc(KITCHEN), ("action",)),
    "done for a question": (doc(act("kitchen", ASK)), doc(KITCHEN), ("action",)),
    "another level": (doc(DIM), doc(act("kitchen", "=0.5")), ("level",)),
    "a step for a level": (doc(DIM), doc(act("kitchen", "-0.2")), ("level",)),
    "another colour": (doc(RED), doc(act("kitchen", "change_color", color="blue")), ("colour",)),
    "kelvin for a colour": (doc(RED), doc(act("kitchen", "change_color", color_temp=2700)), ("colour",)),
    "no delay": (doc(LATER), doc(KITCHEN), ("time",)),
    "another action, and no delay": (doc(LATER), doc(act("kitchen", OFF)), ("action", "time")),
    "the second of two": (doc(RED, DIM), doc(RED), ("entry missed",)),
    "one more": (doc(RED), doc(RED, DIM), ("entry extra",)),
    "another order": (doc(KITCHEN, HALL), doc(HALL, KITCHEN), ("order",)),
    "another room and another level": (
        doc(DIM, HALL), doc(act("kitchen", "=0.5"), act("attic", OFF)), ("wrong place", "level"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("expected", "given_", "said"), SAID.values(), ids=SAID.keys())
def test_by_hand(expected: dict[str, Any], given_: dict[str, Any], said: tuple[str, ...]) -> None:
    assert causes(expected, given_) == said


def test_every_cause_has_its_example() -> None:
    assert {cause for *_, said in SAID.values() for cause in said} == set(CAUSES)
    assert GROUPS  # the documents above are of a home with a group


DOCUMENTS = commands().map(Command.to_dict)


@settings(max_examples=40)
@given(DOCUMENTS, DOCUMENTS | st.sampled_from([NONE, UNKNOWN]))
def test_every_error_has_a_cause(expected: dict[str, Any], given_: dict[str, Any]) -> None:
    found = causes(expected, given_)
    assert found and set(found) <= set(CAUSES)
    assert list(found) == sorted(found, key=list(CAUSES).index)
    if "order" in found:
        assert found == ("order",)
    if exact(expected, given_):
        assert found in (("order",), ("refusal wrong",))  # nothing that differs
