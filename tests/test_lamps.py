"""A lamp that is named once for several rooms."""

from typing import Any

import pytest
from helpers import home_of, lookup_of, mark

from batti.home import Home
from batti.prompt import Asked
from batti.resolve import places, resolve
from batti.said import Said
from batti.schema import HERE

HOME = Home.from_yaml("""
name: Hotel
rooms:
  - {name: karnali, lights: [{name: bedside}, {name: spot}]}
  - {name: tamor, lights: [{name: bedside}, {name: mirror light}]}
  - {name: koshi, aliases: [koshi room], lights: [{name: bedside}]}
  - name: lobby
""")
OFF, ON = {"action": "turn_off"}, {"action": "turn_on"}


def done(sentence: str, *entries: tuple[str, dict[str, Any]]) -> list[str]:
    """`room` or `room/light` of each action, in order."""
    spans = [(sentence.index(name), sentence.index(name) + len(name) - 1) for name, _ in entries]
    asked = [Asked(span, doing) for span, (_, doing) in zip(spans, entries, strict=True)]
    command, _ = resolve(asked, sentence, lookup_of(HOME))
    actions = command.to_dict()["actions"]
    return ["/".join(filter(None, (action["room"], action.get("light", "")))) for action in actions]


@pytest.mark.parametrize(
    ("sentence", "then"),
    [
        ("karnali ko bedside nibhau, tamor ko chai bala", "tamor/bedside"),
        ("karnali ko bedside nibhau ani koshi room ko bala", "koshi/bedside"),
        ("karnali ko bedside nibhau, tamor ko batti chai bala", "tamor"),  # another thing is named
        ("karnali ko bedside nibhau, tamor ma bala", "tamor"),
        ("karnali ko bedside nibhau, lobby ko chai bala", "lobby"),  # which has no such lamp
        ("karnali ko spot nibhau, tamor ko chai bala", "tamor"),
    ],
)
def test_the_lamp_left_out_of_a_room_is_the_one_before(sentence: str, then: str) -> None:
    lamp = sentence[: sentence.index(" nibhau")]
    room = next(name for name in ("koshi room", "tamor", "lobby") if name in sentence)
    assert done(sentence, (lamp, OFF), (room, ON)) == [lamp.replace(" ko ", "/"), then]


def test_nothing_is_left_out_of_the_room_that_comes_first() -> None:
    sentence = "tamor ko bala, karnali ko bedside nibhau"
    assert done(sentence, ("karnali ko bedside", OFF), ("tamor", ON)) == ["karnali/bedside", "tamor"]


@pytest.mark.parametrize(
    ("sentence", "marked", "expected"),
    [
        ("karnali ra tamor ko bedside off", ["karnali", "tamor ko bedside"], ["karnali/bedside", "tamor/bedside"]),
        ("lobby ra tamor ko bedside off", ["lobby", "tamor ko bedside"], ["lobby", "tamor/bedside"]),
        ("karnali ko ra tamor ko bedside off", ["karnali", "tamor ko bedside"], ["karnali", "tamor/bedside"]),
        ("bedsides in karnali and tamor off", ["bedsides", "tamor"], ["karnali/bedside", "tamor/bedside"]),
        ("bedside in karnali and the tamor light off", ["bedside", "tamor"], ["karnali/bedside", "tamor"]),
        ("karnali bedside and tamor off", ["karnali bedside", "tamor"], ["karnali/bedside", "tamor"]),
    ],
)
def test_a_lamp_is_that_of_each_room_that_is_joined(sentence: str, marked: list[str], expected: list[str]) -> None:
    assert done(sentence, *((name, OFF) for name in marked)) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("karnali ra tamor dubai ko bedside off", ["karnali/bedside", "tamor/bedside"]),
        ("karnali tamor koshi sabai ko bedside off", ["karnali/bedside", "tamor/bedside", "koshi/bedside"]),
        ("karnali ra lobby dubai ko bedside off", ["karnali/bedside"]),
        ("tamor ko bedside off, sabai sute", ["tamor/bedside"]),
        ("sabai sute, tamor ko bedside off", ["tamor/bedside"]),
    ],
)
def test_both_of_them_have_the_lamp(sentence: str, expected: list[str]) -> None:
    assert done(sentence, ("bedside", OFF)) == expected


def test_one_entry_tells_all_its_lamps() -> None:
    sentence = "karnali ra tamor dubai ko bedside off"
    first = sentence.index("bedside")
    entry = Asked((first, first + len("bedside") - 1), OFF)
    rooms = [getattr(one.places[0], "room", None) for one in places(Said([entry], sentence, lookup_of(HOME)))]
    assert rooms == ["karnali", "tamor"]


@pytest.mark.parametrize(
    ("sentence", "room", "expected", "is_sure"),
    [
        ("lamp nibhau", HERE, "den/lamp", True), ("batti nibhau", HERE, "", True),
        ("salt lamp off", HERE, "den/lamp", False),
        ("den ko lamp nibhau", "den", "den/lamp", True), ("den ko batti nibhau", "den", "", True),
        ("hall ko lamp nibhau", "hall", "", True),
    ],
)  # fmt: skip
def test_what_is_called_lamp_and_no_more_is_one(sentence: str, room: str, expected: str, is_sure: bool) -> None:
    """Networks take the word for any light."""
    home = home_of({"name": "den", "lights": [{"name": "lamp"}]}, "hall")
    place = room if room == HERE else mark(sentence, room)
    command, sure = resolve([Asked(place, OFF)], sentence, lookup_of(home))
    [action] = command.to_dict()["actions"]
    assert "/".join([action["room"], action["light"]] if "light" in action else []) == expected
    assert (sure > 0.5) is is_sure
