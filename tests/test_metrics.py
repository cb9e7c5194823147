"""Exact and partial match, against the contract's section on scoring."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import commands

from batti.command import Command
from batti.home import Home
from batti.metrics import KEYS, aligned, exact, false_action, key_counts, partial, wrong_place

GROUPS = frozenset({"upstairs"})
NONE, UNKNOWN = Command.none().to_dict(), Command.unknown_room().to_dict()


def doc(*actions: dict[str, Any]) -> dict[str, Any]:
    return Command.from_dict({"actions": list(actions)}, groups=GROUPS).to_dict()


def act(room: str, action: str, **more: Any) -> dict[str, Any]:
    more = {key.rstrip("_"): value for key, value in more.items()}
    kind = "adjust_brightness" if action[0] in "=+-" else action
    if action[0] == "=":
        more["brightness"] = float(action[1:])
    elif action[0] in "+-":
        more["brightness_step"] = float(action)
    return {"room": room, "action": kind, **more}


ON, OFF, ASK = "turn_on", "turn_off", "get_state"
KITCHEN, HALL = act("kitchen", ON), act("hall", OFF)
RED = act("kitchen", "change_color", color="red")
DIM = act("kitchen", "=0.3")

# expected, given, exact, partial: the share is written as it was counted.
CASES = {
    "equal": (doc(KITCHEN), doc(KITCHEN), True, 2 / 2),
    "equal, two rooms": (doc(KITCHEN, HALL), doc(KITCHEN, HALL), True, 4 / 4),
    "equal, every key": (
        doc(act("all", "=0.5", except_=["hall"], after="10m", at="06:30", for_="1h")),
        doc(act("all", "=0.5", except_=["hall"], after="10m", at="06:30", for_="1h")), True, 7 / 7,
    ),
    "another action": (doc(KITCHEN), doc(act("kitchen", OFF)), False, 1 / 2),
    "another room": (doc(KITCHEN), doc(act("hall", ON)), False, 0),
    "here is another place": (doc(KITCHEN), doc(act("here", ON)), False, 0),
    "all is another place": (doc(KITCHEN), doc(act("all", ON)), False, 0),
    "one room of two": (doc(KITCHEN, HALL), doc(KITCHEN), False, 2 / 4),
    "one room of three": (doc(KITCHEN, HALL, act("attic", ON)), doc(HALL), False, 2 / 6),
    "a room that nobody asked for": (doc(KITCHEN), doc(KITCHEN, HALL), False, 2 / 4),
    "three rooms for one": (doc(KITCHEN), doc(act("attic", ON), KITCHEN, HALL), False, 2 / 6),
    "one right and one wrong room": (doc(KITCHEN, HALL), doc(KITCHEN, act("attic", OFF)), False, 2 / 4),
    "one right and one wrong action": (doc(KITCHEN, HALL), doc(KITCHEN, act("hall", ON)), False, 3 / 4),
    "rooms in another order": (doc(KITCHEN, HALL), doc(HALL, KITCHEN), False, 4 / 4),
    "another level": (doc(DIM), doc(act("kitchen", "=0.5")), False, 2 / 3),
    "a step for a level": (doc(DIM), doc(act("kitchen", "-0.2")), False, 2 / 3),
    "a step the other way": (doc(act("kitchen", "+0.2")), doc(act("kitchen", "-0.2")), False, 2 / 3),
    "on for a level": (doc(DIM), doc(KITCHEN), False, 1 / 3),
    "a level for on": (doc(KITCHEN), doc(DIM), False, 1 / 3),
    "another colour": (doc(RED), doc(act("kitchen", "change_color", color="blue")), False, 2 / 3),
    "kelvin for a colour": (doc(RED), doc(act("kitchen", "change_color", color_temp=2700)), False, 2 / 3),
    "a colour for a level": (doc(DIM), doc(RED), False, 1 / 3),
    "colour and level": (doc(RED, DIM), doc(RED, DIM), True, 6 / 6),
    "the second of two left out": (doc(RED, DIM), doc(RED), False, 3 / 6),
    "the second of two wrong": (doc(RED, DIM), doc(RED, act("kitchen", "=0.5")), False, 5 / 6),
    "colour and level the other way round": (doc(RED, DIM), doc(DIM, RED), False, 6 / 6),
    "the first of two left out": (doc(RED, DIM), doc(DIM), False, 3 / 6),
    "one asked, two given, the second right": (doc(DIM), doc(RED, DIM), False, 3 / 6),
    "no delay": (doc(act("kitchen", ON, after="10m")), doc(KITCHEN), False, 2 / 3),
    "another delay": (doc(act("kitchen", ON, after="10m")), doc(act("kitchen", ON, after="5m")), False, 2 / 3),
    "a delay for a duration": (doc(act("kitchen", ON, for_="10m")), doc(act("kitchen", ON, after="10m")), False, 2 / 3),
    "a delay that nobody asked for": (doc(KITCHEN), doc(act("kitchen", ON, after="10m")), False, 2 / 3),
    "two whens, one right": (
        doc(act("kitchen", ON, after="10m", for_="1h")), doc(act("kitchen", ON, after="10m", for_="2h")), False, 3 / 4,
    ),
    "no exception": (doc(act("all", OFF, except_=["hall"])), doc(act("all", OFF)), False, 2 / 3),
    "another exception": (
        doc(act("all", OFF, except_=["hall"])), doc(act("all", OFF, except_=["attic"])), False, 2 / 3,
    ),
    "a group": (doc(act("upstairs", OFF)), doc(act("upstairs", OFF)), True, 2 / 2),
    "a group room by room": (doc(act("upstairs", OFF)), doc(HALL, act("attic", OFF)), False, 0),
    "a named light": (
        doc(act("kitchen", ON, light="lamp")), doc(act("kitchen", ON, light="lamp")), True, 3 / 3,
    ),
    "a question": (doc(act("kitchen", ASK)), doc(act("kitchen", ASK)), True, 2 / 2),
    "done for a question": (doc(act("kitchen", ASK)), doc(KITCHEN), False, 1 / 2),
    "nothing for nothing": (NONE, NONE, True, 1),
    "unknown for unknown": (UNKNOWN, UNKNOWN, True, 1),
    "unknown for nothing": (NONE, UNKNOWN, False, 0),
    "nothing for unknown": (UNKNOWN, NONE, False, 0),
    "acted on nothing": (NONE, doc(KITCHEN), False, 0),
    "acted on the unknown": (UNKNOWN, doc(KITCHEN), False, 0),
    "nothing for a request": (doc(KITCHEN), NONE, False, 0),
    "unknown for a request": (doc(KITCHEN), UNKNOWN, False, 0),
}  # fmt: skip


@pytest.mark.parametrize(("expected", "given", "is_exact", "share"), CASES.values(), ids=CASES.keys())
def test_by_hand(expected: dict[str, Any], given: dict[str, Any], is_exact: bool, share: float) -> None:
    assert exact(expected, given) is is_exact
    assert partial(expected, given) == pytest.approx(share)


def whole_numbers(value: Any) -> Any:
    """The same document as another program writes it: 1 for 1.0."""
    if isinstance(value, dict):
        return {key: whole_numbers(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [whole_numbers(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def test_1_and_1_0_are_the_same_level() -> None:
    full = doc(act("kitchen", "=1.0"))
    assert exact(whole_numbers(full), full)
    assert partial(whole_numbers(full), full) == 1


def same_but_for_order(a: dict[str, Any], b: dict[str, Any]) -> bool:
    def bag(document: dict[str, Any]) -> Counter[str]:
        return Counter(repr(sorted(action.items())) for action in document["actions"])

    return bag(a) == bag(b) and (bool(a["actions"]) or a["intent"] == b["intent"])


ALIKE = st.sampled_from([case[side] for case in CASES.values() for side in (0, 1)])
DOCUMENTS = commands().map(Command.to_dict)


@given(DOCUMENTS | ALIKE, DOCUMENTS | ALIKE)
def test_bounds(expected: dict[str, Any], given: dict[str, Any]) -> None:
    share = partial(expected, given)
    assert 0 <= share <= 1
    assert (share == 1) == same_but_for_order(expected, given)
    assert not exact(expected, given) or share == 1


@given(DOCUMENTS)
def test_a_document_is_itself(document: dict[str, Any]) -> None:
    assert exact(document, document)
    assert partial(document, document) == 1
    assert partial(whole_numbers(document), document) == 1


@given(DOCUMENTS, st.randoms(use_true_random=False))
def test_order_counts_for_the_exact_match_only(document: dict[str, Any], rng: Any) -> None:
    mixed = {**document, "actions": rng.sample(document["actions"], len(document["actions"]))}
    assert partial(document, mixed) == 1
    assert exact(document, mixed) == (mixed["actions"] == document["actions"])


@given(DOCUMENTS | ALIKE, DOCUMENTS | ALIKE)
def test_the_share_is_the_same_from_both_sides(a: dict[str, Any], b: dict[str, Any]) -> None:
    assert partial(a, b) == pytest.approx(partial(b, a))


@given(DOCUMENTS.filter(lambda d: d["actions"]), st.data())
def test_an_entry_that_nobody_asked_for_costs(document: dict[str, Any], data: st.DataObject) -> None:
    extra = {"room": "a place of its own", "action": "turn_on"}
    longer = {**document, "actions": [*document["actions"], extra]}
    pairs = sum(map(len, document["actions"]))
    assert partial(document, longer) == pytest.approx(pairs / (pairs + 2))
    assert not exact(document, longer)
    index = data.draw(st.integers(0, len(document["actions"]) - 1))
    shorter = {**document, "actions": [a for i, a in enumerate(document["actions"]) if i != index]}
    assert partial(document, shorter) < 1


# --- keys, and what is done that was not asked for ------------------------------------------------

HOME = Home.model_validate({
    "name": "Ghar",
    "rooms": [{"name": "kitchen", "lights": [{"name": "lamp"}]}, {"name": "hall"}, {"name": "attic"}],
    "groups": [{"name": "upstairs", "rooms": ["hall", "attic"]}],
})  # fmt: skip


def counted(expected: dict[str, Any], given: dict[str, Any], key: str) -> tuple[int, int, int]:
    counts = key_counts(expected, given)
    return counts[key, "expected"], counts[key, "given"], counts[key, "right"]


def test_keys_are_counted_in_aligned_entries() -> None:
    expected, given_ = doc(DIM, HALL), doc(act("hall", ON), act("kitchen", "=0.5", after="5m"))
    assert counted(expected, given_, "room") == (2, 2, 2)
    assert counted(expected, given_, "action") == (2, 2, 1)
    assert counted(expected, given_, "brightness") == (1, 1, 0)
    assert counted(expected, given_, "after") == (0, 1, 0)


def test_an_entry_of_another_place_has_nothing_right() -> None:
    assert counted(doc(KITCHEN), doc(act("attic", ON)), "action") == (1, 1, 0)
    assert counted(doc(KITCHEN), NONE, "room") == (1, 0, 0)
    assert counted(NONE, doc(KITCHEN), "room") == (0, 1, 0)


@settings(max_examples=40)
@given(DOCUMENTS | ALIKE, DOCUMENTS | ALIKE)
def test_the_right_keys_are_the_pairs_of_the_partial_match(a: dict[str, Any], b: dict[str, Any]) -> None:
    counts = key_counts(a, b)
    assert {key for key, _ in counts} <= set(KEYS)
    total = {what: sum(n for (_, of), n in counts.items() if of == what) for what in ("expected", "given", "right")}
    if a["actions"] and b["actions"]:
        assert partial(a, b) == pytest.approx(total["right"] / max(total["expected"], total["given"]))
    else:
        assert total["right"] == 0


@settings(max_examples=40)
@given(DOCUMENTS | ALIKE, DOCUMENTS | ALIKE)
def test_every_entry_is_aligned_once(a: dict[str, Any], b: dict[str, Any]) -> None:
    pairs = list(aligned(a["actions"], b["actions"]))
    for side, document in ((0, a), (1, b)):
        placed = [repr(pair[side]) for pair in pairs if pair[side] is not None]
        assert Counter(placed) == Counter(map(repr, document["actions"]))
    assert all(one["room"] == other["room"] for one, other in pairs if one and other)


QUESTION = doc(act("kitchen", ASK))


@pytest.mark.parametrize(
    ("expected", "given_", "is_false"),
    [
        (NONE, doc(KITCHEN), True),
        (UNKNOWN, doc(KITCHEN), True),
        (QUESTION, doc(KITCHEN), True),
        (NONE, QUESTION, False),
        (QUESTION, NONE, False),
        (NONE, UNKNOWN, False),
        (doc(KITCHEN), doc(HALL), False),
        (doc(KITCHEN), NONE, False),
    ],
)
def test_a_false_action_is_one_where_none_was_asked_for(
    expected: dict[str, Any], given_: dict[str, Any], is_false: bool
) -> None:
    assert false_action(expected, given_) is is_false


LAMP = act("kitchen", ON, light="lamp")


@pytest.mark.parametrize(
    ("expected", "given_", "is_wrong"),
    [
        (doc(KITCHEN), doc(HALL), True),
        (doc(KITCHEN), doc(act("kitchen", OFF)), False),
        (doc(KITCHEN), doc(KITCHEN, HALL), True),
        (doc(KITCHEN, HALL), doc(KITCHEN), False),  # too little, but not elsewhere
        (doc(KITCHEN), doc(LAMP), False),
        (doc(LAMP), doc(KITCHEN), True),
        (doc(act("all", ON)), doc(KITCHEN), False),
        (doc(KITCHEN), doc(act("all", ON)), True),
        (doc(act("upstairs", ON)), doc(HALL, act("attic", ON)), False),
        (doc(HALL), doc(act("upstairs", ON)), True),
        (doc(act("all", OFF, except_=["hall"])), doc(act("all", OFF)), True),
        (doc(act("all", OFF)), doc(act("all", OFF, except_=["hall"])), False),
        (doc(act("here", ON)), doc(KITCHEN), True),
        (doc(KITCHEN), doc(KITCHEN, act("hall", ASK)), False),
        (doc(KITCHEN), NONE, None),
        (NONE, doc(KITCHEN), None),
        (QUESTION, doc(HALL), None),
    ],
)
def test_a_wrong_place_is_a_light_that_nobody_named(
    expected: dict[str, Any], given_: dict[str, Any], is_wrong: bool | None
) -> None:
    assert wrong_place(expected, given_, HOME) is is_wrong
