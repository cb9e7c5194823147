"""Which clock a sentence says is of tomorrow."""

import pytest

from batti.days import is_of_tomorrow


@pytest.mark.parametrize(
    ("at", "sentence"),
    [
        ("18:30", "turn on the shop light tomorrow at 6:30 pm"), ("18:00", "bholi beluka 6 baje pasal ko batti bala"),
        ("18:00", "भोलि बेलुका ६ बजे पसलको बत्ती बाल"), ("18:30", "भोली साँझ साढे छ बजे बत्ती बाल्नुस्"),
        ("18:00", "turn on the hall at six tomorrow evening please"), ("12:00", "tomorrow at noon turn on the hall"),
        ("06:00", "aaja rati 8 baje bala ani bholi bihana 6 baje nibhau"), ("18:45", "bholi paune saat baje bala"),
        ("19:00", "hall 6 baje bala ani bholi 7 baje nibhau"), ("19:00", "on at 6 today and off at 7 tomorrow"),
        ("18:00", "tomorrow, turn on the hall at 6 pm"), ("18:30", "tomorrow 1830 hall on"),
        ("18:00", "hall ko batti bholi 50% ma 6 baje rakha"), ("18:00", "bholi, beluka 6 baje bala"),
    ],
)  # fmt: skip
def test_a_clock_of_tomorrow(at: str, sentence: str) -> None:
    assert is_of_tomorrow(at, sentence)


@pytest.mark.parametrize(
    ("at", "sentence"),
    [
        ("18:00", "pasal ko batti 6 baje bala"), ("21:00", "bholi exam cha, 9 baje nibhau"),
        ("21:00", "bholi exam cha 9 baje nibhau"), ("21:00", "9 baje nibhau, bholi exam cha"),
        ("21:00", "rati 9 baje nibhau bholi school jane"), ("21:00", "bholi exam, 9 baje nibhau"),
        ("20:00", "aaja rati 8 baje bala ani bholi bihana 6 baje nibhau"),
        ("18:00", "6 baje bala ani bholi 7 baje nibhau"),
        ("18:00", "on at 6 today and off at 7 tomorrow"), ("18:00", ""),
    ],
)  # fmt: skip
def test_a_clock_of_no_day(at: str, sentence: str) -> None:
    assert not is_of_tomorrow(at, sentence)


def test_a_room_may_be_called_like_a_day() -> None:
    assert is_of_tomorrow("18:00", "bholi 6 baje bala")
    assert not is_of_tomorrow("18:00", "bholi 6 baje bala", ["Bholi"])
