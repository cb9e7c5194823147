"""What waits for a state of another place is not done by itself."""

from typing import Any

import pytest
from helpers import home_of, lookup_of

from batti.conditions import is_of_another
from batti.text import normalize

HOME = home_of("kitchen", {"name": "hall", "aliases": ["baithak"]}, "ba ko kotha")


def asked(room: str, action: str) -> dict[str, Any]:
    return {"room": room, "action": action}


@pytest.mark.parametrize(
    ("sentence", "room", "action", "waits"),
    [
        ("turn off the hall if the kitchen is on", "hall", "turn_off", True),
        ("if the kitchen light is on turn off the hall", "hall", "turn_off", True),
        ("if kitchen's off, hall on", "hall", "turn_on", True),
        ("kitchen ko batti baleko cha bhane baithak nibhau", "hall", "turn_off", True),
        ("भान्छाको बत्ती निभेको छ भने बैठक बाल", "hall", "turn_on", True),
        ("kitchen nibheko bhaye hall bala", "hall", "turn_on", True),
        ("everything off if the kitchen is on", "all", "turn_off", True),
        ("turn on the hall if it's off", "hall", "turn_off", True),  # heard the wrong way round
        ("turn off the hall if it's on", "hall", "turn_off", False),
        ("if the hall light is on, turn it off", "hall", "turn_off", False),
        ("hall baleko cha bhane nibhaideu", "hall", "turn_off", False),
        ("baleko cha bhane hall nibhau", "hall", "turn_off", False),
        ("turn off the hall if ba is on the phone", "hall", "turn_off", False),
        ("is the kitchen on? hall off", "hall", "turn_off", False),
        ("kitchen baleko cha, hall nibhau", "hall", "turn_off", False),
        ("tell me if the kitchen is on", "kitchen", "get_state", False),
        ("hall off", "hall", "turn_off", False),
    ],
)  # fmt: skip
def test_what_waits_for_another_place(sentence: str, room: str, action: str, waits: bool) -> None:
    assert is_of_another(normalize(sentence), [asked(room, action)], lookup_of(HOME)) is waits
