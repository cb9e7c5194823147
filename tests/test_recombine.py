"""The thesis's own sentences with other rooms in them, and with two for one."""

from itertools import product
from random import Random

import pytest

from batti.dataset.thesis_text import entries
from batti.train.recombine import Recombination

ROOMS = {"bhancha": "kitchen", "baithak kotha": "living room", "kausi": "terrace", "puja kotha": "prayer room"}
DOINGS = {"bala": "turn_on", "nibhau": "turn_off", "aadha gara": "brightness=0.5",
          "balera rato gara": "{room}: turn_on {room}: change_color"}  # fmt: skip
ROWS = [
    (f"{before}{said} ko {light} {doing}{stop}", f"{room}: {done}" if "{" not in done else done.format(room=room))
    for (said, room), (doing, done), before, light, stop in product(
        ROOMS.items(), DOINGS.items(), ("", "la "), ("batti", "light"), ("", ".")
    )
]
TWO = ("Bhancha ra kausi ko batti nibhau.", "kitchen: turn_off terrace: turn_off")


@pytest.fixture(scope="module")
def learned() -> Recombination:
    return Recombination(ROWS)


def made(learned: Recombination, row: tuple[str, str], count: int = 60) -> set[tuple[str, str]]:
    rng = Random(1)
    return {found for _ in range(count) if (found := learned.row(row, rng))}


def test_rooms_are_called_what_the_rows_call_them(learned: Recombination) -> None:
    assert {(room, name) for room, name, _ in learned.names} == {(room, name) for name, room in ROOMS.items()}


def test_another_room_is_named_and_answered_or_two_of_them(learned: Recombination) -> None:
    found = made(learned, ("Bhancha ko batti nibhau.", "kitchen: turn_off"))
    one = {(f"{name} ko batti nibhau.", f"{room}: turn_off") for name, room in ROOMS.items()}
    two = {(f"{a}{link}{b} ko batti nibhau.", f"{room}: turn_off {other}: turn_off")
           for (a, room), (b, other) in product(ROOMS.items(), repeat=2) if a != b
           for link in (" ra ", " and ")}  # fmt: skip
    assert found <= one | two
    assert found & one and found & two


def test_all_that_one_room_does_two_do_room_by_room(learned: Recombination) -> None:
    answers = {tuple(entries(answer)) for _, answer in made(learned, ROWS[-1])}
    assert {len(answer) for answer in answers} == {2, 4}
    for answer in answers:
        rooms = [entry.partition(": ")[0] for entry in answer]
        assert rooms == sorted(rooms, key=rooms.index)
        assert [entry.partition(": ")[2] for entry in answer] == ["turn_on", "change_color"] * (len(answer) // 2)


def test_two_rooms_stay_two_in_the_order_in_which_they_are_said(learned: Recombination) -> None:
    for said, answer in made(learned, TWO):
        names = said.removesuffix(" ko batti nibhau.").split(" ra ")
        assert answer == " ".join(f"{ROOMS[name]}: turn_off" for name in names)


@pytest.mark.parametrize("row", [
    ("Garage ko batti bala", "garage: turn_on"),  # nothing tells that room
    ("Bhancha ra kausi ko batti bala", "kitchen: turn_on"),  # an answer that is not of the rooms named
    ("Bhancha ra kausi ko batti bala", "terrace: turn_on kitchen: turn_on"),  # in another order
    ("Batti bala", "kitchen: turn_on"),
])  # fmt: skip
def test_what_is_not_told_for_sure_is_left_as_it_is(learned: Recombination, row: tuple[str, str]) -> None:
    assert not made(learned, row)
