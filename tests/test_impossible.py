"""What no light or clock has is told as such, and not taken for another amount."""

from pathlib import Path
from typing import Any, get_args

import pytest

from batti import Interpreter
from batti.backends import Reading
from batti.command import Command
from batti.dataset.cases import read_cases
from batti.impossible import IN_WORDS, Impossible, impossible

OFF, WARM = {"room": "kitchen", "action": "turn_off"}, {"room": "kitchen", "action": "change_color"}
BRIGHT = {"room": "kitchen", "action": "adjust_brightness"}


@pytest.mark.parametrize(
    ("sentence", "doing", "why"),
    [
        ("turn off the kitchen light in 36 hours", {**OFF, "after": "36m"}, "too_long"),
        ("३६ घण्टापछि भान्छाको बत्ती निभाऊ", {**OFF, "after": "36m"}, "too_long"),
        ("bhancha ko batti 3 din samma nibhau", {**OFF, "for": "15h"}, "too_long"),
        ("kitchen off in 36 hours, no, 2 hours", {**OFF, "after": "2h"}, None),
        ("kitchen ko batti 1 din pachi nibhau", {**OFF, "after": "24h"}, None),
        ("kitchen ko batti 0 minute pachi nibhau", {**OFF, "after": "45m"}, "no_length"),
        ("turn off the kitchen in 1000 minutes", {**OFF, "after": "10m"}, "not_understood"),
        ("turn off the kitchen in 1 hour 100 seconds", {**OFF, "after": "1h1m40s"}, None),
        ("turn off the kitchen in 90 minutes", {**OFF, "after": "1h30m"}, None),
        ("1.5 ghanta pachi nibhau", {**OFF, "after": "1h30m"}, None),
        ("1:30 ghanta pachi nibhau", {**OFF, "after": "1h30m"}, None),
        ("2:00 ghanta pachi nibhau", {**OFF, "after": "2h"}, None),
        ("turn off the kitchen in two hundred minutes", {**OFF, "after": "3h20m"}, None),
        ("36.5 ghanta pachi nibhau", {**OFF, "after": "36m"}, "too_long"),
        ("25 baje kitchen nibhau", {**OFF, "at": "20:00"}, "no_clock"),
        ("pachis baje kitchen nibhau", {**OFF, "at": "20:00"}, "no_clock"),
        ("turn off the kitchen at 7:75", {**OFF, "at": "07:15"}, "no_clock"),
        ("kitchen off at ten thirty pm", {**OFF, "at": "22:30"}, None), ("10 30 pm off", {**OFF, "at": "22:30"}, None),
        ("24 baje kitchen nibhau", {**OFF, "at": "00:00"}, None), ("930 baje nibhau", {**OFF, "at": "09:30"}, None),
        ("25 baje hoina 8 baje nibhau", {**OFF, "at": "20:00"}, None), ("25 baje nibhau", OFF, None),
        ("kitchen 9000 kelvin gara", {**WARM, "color_temp": 3000}, "no_kelvin"),
        ("kitchen 12000K", {**WARM, "color_temp": 2000}, "no_kelvin"),
        ("kitchen 6500 kelvin gara", {**WARM, "color_temp": 6500}, None),
        ("kitchen sattais saya kelvin gara", {**WARM, "color_temp": 2700}, None),
        ("room 101 k batti warm gara", {**WARM, "color_temp": 2700}, None),
        ("kitchen 140% gara", {**BRIGHT, "brightness": 0.4}, "no_level"),
        ("kitchen 150 pratisat ma rakha", {**BRIGHT, "brightness": 1.0}, "no_level"),
        ("भान्छा १४०% गर", {**BRIGHT, "brightness": 0.4}, "no_level"),
        ("kitchen 150% le badhau", {**BRIGHT, "brightness_step": 0.5}, "no_level"),
        ("kitchen 140% hoina 40% gara", {**BRIGHT, "brightness": 0.4}, None),
        ("kitchen 100% gara", {**BRIGHT, "brightness": 1.0}, None), ("kitchen 0% gara", OFF, None),
        ("room 140 ko batti 40% gara", {**BRIGHT, "brightness": 0.4}, None),
        ("kitchen half gara", {**BRIGHT, "brightness": 0.5}, None),
    ],
)
def test_what_no_clock_or_light_has_is_no_other_value(sentence: str, doing: dict[str, Any], why: str | None) -> None:
    assert impossible(sentence, Command.from_dict({"actions": [doing]})) == why


def test_nothing_that_people_say_cannot_be() -> None:
    """Whichever way they tell times, levels and whites; a network that understood them is not talked out of it."""
    cases = [case for path in sorted((Path(__file__).parent / "golden").glob("*.yaml")) for case in read_cases(path)]
    assert len(cases) > 20_000
    assert not [case.text for case in cases if impossible(case.text, Command.from_dict(case.expected))]


def test_every_reason_has_its_words() -> None:
    assert tuple(IN_WORDS) == get_args(Impossible)
    assert all("; say " in words and "\n" not in words for words in IN_WORDS.values())


@pytest.mark.parametrize(
    ("sentence", "why"),
    [
        ("hall ko batti 36 ghanta pachi bala", "too_long"), ("hall ko batti 9000 kelvin gara", "no_kelvin"),
        ("bedroom ko batti 140% gara", "no_level"), ("25 baje hall bala", "no_clock"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_none_and_says_why_in_place_of_another_amount(sentence: str, why: Impossible) -> None:
    result = Interpreter.load()(sentence)
    assert (result.impossible, result.command, result.needs_confirmation) == (why, Command.none(), False)
    data = result.to_dict()
    assert (data["intent"], data["impossible"]) == ("none", IN_WORDS[why]) and "readings" not in data
    assert result.yaml().endswith(f"\n# impossible: {IN_WORDS[why]}\n")
    assert Command.from_yaml(result.yaml()) == result.command


def test_what_cannot_be_is_not_offered_either() -> None:
    interpreter = Interpreter.load()
    asked = "hall ko batti 36 ghanta pachi bala"
    other, wrong = (Command.from_dict({"actions": [{"room": "living room", "action": "turn_on", **doing}]})
                    for doing in ({}, {"after": "36m"}))  # fmt: skip
    of_none = interpreter.result(asked, Reading(Command.none(), 0.4, (wrong, 0.3)))
    assert (of_none.impossible, of_none.needs_confirmation, of_none.other) == ("too_long", False, None)
    of_another = interpreter.result(asked, Reading(other, 0.4, (wrong, 0.3)))
    assert (of_another.impossible, of_another.needs_confirmation, of_another.other) == (None, True, None)
    sure = interpreter.result(asked, Reading(Command.none(), 1.0, (wrong, 0.0)))
    assert (sure.impossible, sure.command) == (None, Command.none())


def test_of_what_can_be_nothing_is_said() -> None:
    result = Interpreter.load()("hall ko batti 2 ghanta pachi bala")
    assert result.impossible is None and "impossible" not in result.to_dict() and "#" not in result.yaml()
