"""What numbers a sentence tells."""

import pytest

from batti import told
from batti.text import normalize


@pytest.mark.parametrize(
    ("sentence", "kelvins"),
    [
        ("hall 2700 kelvin ma", [2700]), ("hall 3000k", [3000]), ("hall 3000 k", [3000]), ("hall 500k", [500]),
        ("हल २७०० केल्भिन", [2700]), ("set it to 30 kelvins", [30]),
        ("room 101 k light warm", []), ("2.7k", []), ("hall 101", []),
    ],
)  # fmt: skip
def test_kelvins(sentence: str, kelvins: list[int]) -> None:
    assert told.kelvins(normalize(sentence)) == kelvins


@pytest.mark.parametrize(
    ("sentence", "digital", "hours"),
    [
        ("6:30 ma bala", [(6, 30)], []), ("25:00 baje", [(25, 0)], []), ("1:2:30", [], []),
        ("25 baje", [], [25]), ("25 bajee", [], [25]), ("30 bajetira", [], [30]), ("३० बजे", [], [30]),
        ("26 pm", [], [26]), ("25 bajelai", [], []), ("room 25", [], []),
    ],
)  # fmt: skip
def test_clocks(sentence: str, digital: list[tuple[int, int]], hours: list[int]) -> None:
    assert told.digital(normalize(sentence)) == digital
    assert told.hours(normalize(sentence)) == hours


@pytest.mark.parametrize(
    ("sentence", "levels"),
    [
        ("hall 140% ra den 50 %", [140, 50]), ("हल ४० प्रतिशत", [40]), ("hall 120 percent", [120]),
        ("hall 40 watt", []), ("room 140", []),
    ],
)  # fmt: skip
def test_levels(sentence: str, levels: list[int]) -> None:
    assert told.levels(normalize(sentence)) == levels


def test_lengths() -> None:
    assert told.lengths("10 minute pachi ani 2 ghanta samma") == [(10, 600), (2, 7200)]


def test_a_quarter_before_a_clock() -> None:
    assert told.is_by_a_quarter(normalize("साढे 8:00 बजे")) and told.is_by_a_quarter("paune 9:00 ma")
    assert not told.is_by_a_quarter("8:00 baje")


@pytest.mark.parametrize(
    ("sentence", "lacks"),
    [("den off at quarter past", True), ("den off at half past six", False), ("half past 9 den on", False)],
)
def test_the_hour_of_a_half_may_be_left_out(sentence: str, lacks: bool) -> None:
    assert told.lacks_its_hour(sentence) is lacks


@pytest.mark.parametrize(
    ("sentence", "minutes"),
    [("hall off in 0:20", 20), ("०:४० पछि हल", 40), ("hall off at 0:20", 0), ("0:20 ma hall", 0), ("in 1:20", 0)],
)
def test_a_delay_as_clocks_show_it(sentence: str, minutes: int) -> None:
    assert told.delay(normalize(sentence)) == minutes


def test_ordinals_are_no_amounts() -> None:
    assert told.ordinals("2nd hall then 3 minute kitchen") == {2} and told.ordinals("1st hall, 1 minute") == set()


@pytest.mark.parametrize(
    ("sentence", "length"), [("hall 30 3h", (3, "h")), ("hall 30 15 min", (15, "m")), ("hall 30", None)]
)
def test_a_length_behind_another_number(sentence: str, length: tuple[int, str] | None) -> None:
    assert told.length_behind(30, sentence) == length


def test_a_level_with_a_point_in_it_and_digits_that_are_none() -> None:
    assert told.decimal_levels("hall 27.5%, kitchen 0.4 ma") == [27.5]
    assert told.is_within_a_number(20, "hall 2020") and not told.is_within_a_number(20, "hall 20, room 202")
    assert not told.is_within_a_number(50, normalize("हल पचास"))
