"""What stands beside the words that a model marked belongs to the place, or makes it doubtful."""

from typing import Any

import pytest
from helpers import lookup_of

from batti.command import Command
from batti.home import Home
from batti.prompt import Asked
from batti.resolve import resolve
from batti.text import normalize

HOME = Home.from_yaml("""
name: Ghar
rooms:
  - {name: kitchen, aliases: [bhancha], lights: [{name: tube light}]}
  - {name: living room, aliases: [baithak], lights: [{name: chandelier, aliases: [jhumar]}]}
  - {name: bedroom, lights: [{name: table lamp}]}
  - {name: room 1}
groups:
  - {name: upstairs, aliases: [mathi], rooms: [bedroom, room 1]}
  - {name: downstairs, aliases: [tala], rooms: [kitchen, living room]}
""")
OFF = {"action": "turn_off"}


def understood(sentence: str, *marked: str, **doing: Any) -> tuple[Command, float]:
    """The command where these words of the sentence were marked, each to be done the same with."""
    said = normalize(sentence)
    spans = [(said.index(words), said.index(words) + len(words) - 1) for words in map(normalize, marked)]
    asked = [Asked(span, OFF | doing) for span in spans] or [Asked("here", OFF | doing)]
    return resolve(asked, said, lookup_of(HOME))


@pytest.mark.parametrize(
    ("sentence", "lamp"),
    [
        ("turn off the chandelier in the kitchen", "chandelier"), ("bhancha ma bhako jhumar nibhau", "jhumar"),
        ("भान्सामा भएको झुमर निभाउ", "झुमर"), ("chandelier light in my kitchen off", "chandelier"),
        ("turn off the chandelier in the garage", "chandelier"),
        ("didi ko kotha ma bhako table lamp off", "table lamp"), ("tube light of the bedroom off", "tube light"),
        ("jhumar bhancha ma bala", "jhumar"), ("jhumar garage ma nibhau", "jhumar"), ("झुमर भान्छामा बाल", "झुमर"),
        ("table lamp didi ko kothama bala", "table lamp"), ("jhumar light bhancha ma bala", "jhumar"),
    ],
)  # fmt: skip
def test_a_lamp_is_not_found_in_another_room_than_is_said(sentence: str, lamp: str) -> None:
    command, _ = understood(sentence, lamp)
    assert command.intent == "unknown_room"


@pytest.mark.parametrize(
    ("sentence", "lamp", "room"),
    [
        ("turn off the chandelier in the living room", "chandelier", "living room"),
        ("baithak ma bhako jhumar nibhau", "jhumar", "living room"),
        ("turn off the chandelier in 10 minutes", "chandelier", "living room"),
        ("turn off the table lamp in the evening", "table lamp", "bedroom"),
        ("chandelier off for the guests", "chandelier", "living room"),
        ("kitchen is in use, chandelier off", "chandelier", "living room"),
        ("jhumar baithak ma bala", "jhumar", "living room"), ("jhumar aadha ma rakha", "jhumar", "living room"),
        ("jhumar bala, bhancha ma nibhau", "jhumar", "living room"),
        ("jhumar bal bhancha ma manchhe chha", "jhumar", "living room"),
        ("jhumar didi ko lagi bala", "jhumar", "living room"), ("jhumar rati ma bala", "jhumar", "living room"),
        ("jhumar, bhancha ma manchhe chha", "jhumar", "living room"),
    ],
)
def test_a_lamp_is_found_where_it_is_or_where_nothing_is_said_of_its_room(sentence: str, lamp: str, room: str) -> None:
    command, certainty = understood(sentence, lamp)
    assert command.rooms == (room,)
    assert certainty > HOME.confirm_below


def test_the_room_behind_a_lamp_that_is_another_entrys_place_is_left_to_it() -> None:
    command, _ = understood("chandelier in red, kitchen blue", "chandelier", "kitchen")
    assert command.rooms == ("living room", "kitchen")


@pytest.mark.parametrize(
    ("sentence", "marked", "doing", "asks"),
    [
        ("mathi ko kitchen nibhau", "kitchen", {}, True), ("upstairs kitchen off", "kitchen", {}, True),
        ("mathi ko bedroom nibhau", "bedroom", {}, False), ("mathi ra kitchen nibhau", "kitchen", {}, False),
        ("it is dark upstairs, kitchen off", "kitchen", {}, False), ("tala ko jhumar nibhau", "jhumar", {}, False),
        ("mathi ko jhumar nibhau", "jhumar", {}, True),
        ("kitchen 2 off", "kitchen", {}, True), ("kitchen no 2 off", "kitchen", {}, True),
        ("kitchen 2 ota batti off", "kitchen", {}, False), ("kitchen 0", "kitchen", {}, False),
        ("kitchen 10 minute pachi off", "kitchen", {"after": "10m"}, False),
        ("room 1 off", "room 1", {}, False), ("kitchen at 8:30 off", "kitchen", {"at": "08:30"}, False),
    ],
)  # fmt: skip
def test_what_fits_no_room_makes_it_doubtful(sentence: str, marked: str, doing: dict[str, Any], asks: bool) -> None:
    command, certainty = understood(sentence, marked, **doing)
    assert command.actions
    assert (certainty < HOME.confirm_below) == asks


def test_the_number_behind_a_place_belongs_to_it_where_a_room_is_called_so() -> None:
    command, certainty = understood("room 1 off", "room")
    assert command.rooms == ("room 1",) and certainty > HOME.confirm_below


@pytest.mark.parametrize(
    ("sentence", "asks"), [("grade 4 light off", True), ("off, it is 2 baje", False), ("off", False)]
)
def test_here_with_a_number_that_counts_nothing_is_doubtful(sentence: str, asks: bool) -> None:
    command, certainty = understood(sentence)
    assert command.rooms == ("here",)
    assert (certainty < HOME.confirm_below) == asks


@pytest.mark.parametrize(
    ("sentence", "marked", "asks"),
    [
        ("bhancha najik ko kotha nibhau", "bhancha", True), ("भान्साको छेउको कोठा निभाऊ", "भान्साको छेउ", True),
        ("bhancha ko chheu ma batti bala", "bhancha ko chheu", True),
        ("the room next to the kitchen off", "kitchen", True),
        ("lights outside the kitchen off", "kitchen", True), ("bhancha ko batti nibhau", "bhancha", False),
        ("bhancha bahira ko batti nibhau", "bhancha", True), ("भान्सा पछाडिको बत्ती निभाऊ", "भान्सा", True),
        ("baithak pachhadi ko batti bala", "baithak", True), ("kitchen muniko light off", "kitchen", True),
        ("baithak bhitra ko kotha nibhau", "baithak", True), ("baithak bhitra ko batti nibhau", "baithak", False),
        ("kitchen nira ko light off", "kitchen", True),
        ("mathi ko bedroom ko chheu ma bhako table lamp", "table lamp", False),
    ],
)  # fmt: skip
def test_what_lies_beside_a_place_is_asked_about(sentence: str, marked: str, asks: bool) -> None:
    command, certainty = understood(sentence, marked)
    assert command.actions
    assert (certainty < HOME.confirm_below) == asks


def test_the_room_beside_something_is_not_surely_the_speakers() -> None:
    assert understood("turn off the lights in the room opposite the pool")[1] < HOME.confirm_below
    assert understood("turn off the lights in the room")[1] > HOME.confirm_below


@pytest.mark.parametrize(
    ("sentence", "marked", "asks"),
    [
        ("room 1 ko bathroom ma batti bala", ["room 1"], True), ("upstairs bathroom light off", ["upstairs"], True),
        ("kitchen ko living room off", ["kitchen", "living room"], True),
        ("kitchen ko chandelier off", ["kitchen", "chandelier"], True),
        ("living room ko chandelier off", ["living room", "chandelier"], False),
        ("kitchen, living room off", ["kitchen", "living room"], False),
        ("kitchen ko batti bala", ["kitchen"], False), ("kitchen ko aadha ma jhara", ["kitchen"], False),
        ("baithak ko bala", ["baithak"], False), ("mathi ko bedroom bahek", ["mathi", "bedroom"], False),
    ],
)  # fmt: skip
def test_what_is_in_a_place_is_not_that_place(sentence: str, marked: list[str], asks: bool) -> None:
    assert (understood(sentence, *marked)[1] < HOME.confirm_below) == asks


@pytest.mark.parametrize(
    ("sentence", "marked", "asks"),
    [
        ("babu ko baithak nibhau", "baithak", True), ("chhorako jhumar nibhau", "jhumar", True),
        ("9 baje ko baithak", "baithak", False), ("babu, baithak nibhau", "baithak", False),
        ("assistant kitchen off", "kitchen", True), ("vice kitchen off", "kitchen", True),
        ("tallo tala ko bedroom off", "bedroom", True),
        ("room 1 b off", "room 1", True), ("room 1 k off", "room 1", False),
        ("meeting room 1 off", "room 1", True), ("turn off the light in room 1", "room 1", False),
        ("dosro kitchen off", "kitchen", True), ("ek second kitchen off", "kitchen", False),
    ],
)  # fmt: skip
def test_whose_and_which_is_heard_before_a_place(sentence: str, marked: str, asks: bool) -> None:
    command, certainty = understood(sentence, marked)
    assert command.actions
    assert (certainty < HOME.confirm_below) == asks


@pytest.mark.parametrize(
    ("sentence", "marked", "doing", "asks"),
    [
        ("101 dekhi room 1 off", ["room 1"], {}, True), ("room 1 to 3 off", ["room 1"], {}, True),
        ("101 bata room 1 samma off", ["room 1"], {}, True), ("room 1 bata room 3 tak off", ["room 1"], {}, True),
        ("office bata aaye, room 1 off", ["room 1"], {}, False),
        ("rooms 1-3 off", [], {}, True), ("kitchen dekhi living room samma off", ["kitchen", "living room"], {}, True),
        ("bhancha dekhi baithak samma sabai off", [], {}, True), ("kuna dekhi kuna samma off", [], {}, False),
        ("room 1 to 30%", ["room 1"], {"action": "adjust_brightness", "brightness": 0.3}, False),
        ("6 dekhi kitchen on", ["kitchen"], {"at": "06:00"}, False),
        ("kitchen, living room off", ["kitchen"], {}, False),
    ],
)  # fmt: skip
def test_a_range_of_places_is_asked_about(sentence: str, marked: list[str], doing: dict[str, Any], asks: bool) -> None:
    assert (understood(sentence, *marked, **doing)[1] < HOME.confirm_below) == asks
