"""A lamp that is told apart from its room, and one of two places: the contract has no form for them."""

import pytest
from helpers import lookup_of, mark

from batti.home import Home
from batti.prompt import Asked
from batti.resolve import resolve
from batti.text import normalize

HOME = Home.from_yaml("""
rooms:
- {name: living room, aliases: [baithak],
   lights: [{name: jhumar, aliases: [chandelier]}, {name: TV light}, {name: light 2}]}
- {name: kitchen, aliases: [bhancha]}
- {name: bedroom, lights: [{name: table lamp}]}
- {name: hall}
- {name: mummy's room, lights: [{name: mummy's lamp}]}
""")


def certainty(said: str, places: tuple[str, ...], action: str) -> float:
    sentence = normalize(said)
    asked = [Asked(mark(sentence, normalize(place)), {"action": action}) for place in places]
    return resolve(asked, sentence, lookup_of(HOME))[1]


@pytest.mark.parametrize(
    ("sentence", "places", "asks"),
    [
        ("turn off the living room except the TV light", ("living room",), True),
        ("baithak nibhau tara jhumar chai nanibhau", ("baithak",), True),
        ("बैठक निभाऊ तर झुमर ननिभाऊ", ("बैठक",), True),
        ("turn off the bedroom but leave the table lamp on", ("bedroom",), True),
        ("baithak ra jhumar nibhau", ("baithak", "jhumar"), False),
        ("baithak ko jhumar nibhau", ("baithak ko jhumar",), False),
        ("kitchen nibhau, baithak ko jhumar chai haina", ("kitchen",), False),  # it is of another room
        ("baithak ko 2 ota light nibhau", ("baithak",), False),  # light 2 is not told by that
        ("bedroom ko sabai batti nibhau table bahek", ("bedroom",), True),
        ("bedroom nibhau, table lamp chodera", ("bedroom",), True),
        ("bedroom nibhau table chai nanibhau", ("bedroom",), True),
        ("बेडरुमको सबै बत्ती निभाऊ टेबल बाहेक", ("बेडरुम",), True),
        ("bedroom nibhau, table ma khana chha", ("bedroom",), False),
        ("bedroom chai nibhau", ("bedroom",), False),
        ("mummy's room ma chai nibhau", ("mummy's room",), False),
    ],
)
def test_a_lamp_that_is_told_apart_is_asked_about(sentence: str, places: tuple[str, ...], asks: bool) -> None:
    assert (certainty(sentence, places, "turn_off") <= 0.5) == asks


@pytest.mark.parametrize(
    ("sentence", "places", "action", "asks"),
    [
        ("hall athawa kitchen ko batti bala", ("hall", "kitchen"), "turn_on", True),
        ("hall ko light athawa kitchen ko bala", ("hall", "kitchen"), "turn_on", True),
        ("turn on the hall or the kitchen", ("hall", "kitchen"), "turn_on", True),
        ("हल अथवा भान्छा बाल", ("हल", "भान्छा"), "turn_on", True),
        ("is the hall or the kitchen on?", ("hall", "kitchen"), "get_state", False),
        ("hall ra kitchen ko batti bala", ("hall", "kitchen"), "turn_on", False),
    ],
)
def test_which_of_two_places_is_asked(sentence: str, places: tuple[str, ...], action: str, asks: bool) -> None:
    assert (certainty(sentence, places, action) <= 0.5) == asks


@pytest.mark.parametrize(
    ("sentence", "places", "is_sure"),
    [
        ("kitchen off, balcony off, hall off", ("kitchen", "hall"), False),
        ("kitchen ra garage ko batti off, hall off", ("kitchen", "hall"), False),
        ("balcony off, no no, hall off", ("hall",), True),
        ("kitchen off, fan off, hall off", ("kitchen", "hall"), True),
        ("hall nibhau, school banda bhayo", ("hall",), True),
    ],
)
def test_a_place_that_is_left_out_makes_it_doubtful(sentence: str, places: tuple[str, ...], is_sure: bool) -> None:
    assert (certainty(sentence, places, "turn_off") > 0.5) is is_sure
