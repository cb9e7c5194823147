"""Like things in a row of which the kind is said once."""

import pytest
from helpers import home_of, lookup_of, mark

from batti.home import Home
from batti.prompt import Asked
from batti.resolve import resolve
from batti.text import normalize

HOME = Home.from_yaml("""
name: Lodge
rooms:
  - {name: table 1}
  - {name: table 2}
  - {name: table 3}
  - {name: hall A}
  - {name: hall B}
  - {name: hall ka}
  - {name: naya bhancha}
  - {name: purano bhancha}
  - {name: mathi ko toilet}
  - {name: tala ko toilet}
  - {name: dalan}
  - {name: "101"}
  - {name: "201"}
  - {name: lobby, lights: [{name: lamp 1}, {name: lamp 2}]}
groups:
  - {name: first floor, rooms: ["101", hall A]}
  - {name: second floor, rooms: ["201", hall B]}
  - {name: mathillo tala, rooms: [mathi ko toilet, naya bhancha]}
  - {name: tallo tala, rooms: [tala ko toilet, purano bhancha, dalan]}
  - {name: tables, rooms: [table 1, table 2, table 3]}
""")
OFF = {"action": "turn_off"}


def places(sentence: str, *marked: str, excepts: tuple[str, ...] = ()) -> tuple[list[str], float]:
    """Where something is to be done, and how certain that is, where these words of the sentence were marked."""
    said = normalize(sentence)
    out = tuple(mark(said, name) for name in excepts)
    asked = [Asked(mark(said, name), OFF, out) for name in map(normalize, marked)] or [Asked("all", OFF, out)]
    command, certainty = resolve(asked, said, lookup_of(HOME))
    named = [action.to_dict() for action in command.actions]
    return [place for one in named for place in one.get("except", [one.get("light", one["room"])])], certainty


@pytest.mark.parametrize(
    ("sentence", "marked", "rooms"),
    [
        ("pahilo dosro tesro table nibhau", ("tesro table",), ["table 1", "table 2", "table 3"]),
        ("pahilo, dosro ani tesro table nibhau", ("dosro", "tesro table"), ["table 1", "table 2", "table 3"]),
        ("1, 2 ra 3 table nibhau", ("2", "3 table"), ["table 1", "table 2", "table 3"]),
        ("1, 2 ra 3 number table nibhau", ("3 number table",), ["table 1", "table 2", "table 3"]),
        ("1 2 table nibhau", ("table",), ["table 1", "table 2"]),
        ("table number one two off", ("table number one",), ["table 1", "table 2"]),
        ("table 1 2 3 nibhau", ("table 1",), ["table 1", "table 2", "table 3"]),
        ("table 1 2 ota batti nibhau", ("table 1",), ["table 1"]),
        ("a b hall nibhau", ("b hall",), ["hall A", "hall B"]),
        ("a, b ra ka hall nibhau", ("b", "ka hall"), ["hall A", "hall B", "hall ka"]),
        ("naya ra purano bhancha nibhau", ("purano bhancha",), ["naya bhancha", "purano bhancha"]),
    ],
)
def test_what_a_model_left_out_of_a_row_is_done_too(sentence: str, marked: tuple[str, ...], rooms: list[str]) -> None:
    assert places(sentence, *marked)[0] == rooms


@pytest.mark.parametrize(
    ("sentence", "marked", "rooms"),
    [
        ("hall a nibhau, 2 table bala", ("2 table",), ["table 2"]),
        ("1 baje 2 table nibhau", ("2 table",), ["table 2"]),
        ("1, no, 2 table nibhau", ("2 table",), ["table 2"]),
        ("lamp 1, 2 table nibhau", ("lamp 1", "2 table"), ["lamp 1", "table 2"]),
        ("7 ra 2 table nibhau", ("2 table",), ["table 2"]),
        ("rato purano bhancha nibhau", ("purano bhancha",), ["purano bhancha"]),
        ("kati ma xa hall a", ("hall a",), ["hall A"]),
    ],
)
def test_nothing_else_is_taken_for_one_of_a_row(sentence: str, marked: tuple[str, ...], rooms: list[str]) -> None:
    assert places(sentence, *marked)[0] == rooms


def test_what_was_left_out_of_a_row_is_excepted_too() -> None:
    assert places("pahilo dosro table bahek sabai nibhau", excepts=("dosro table",))[0] == ["table 1", "table 2"]


@pytest.mark.parametrize(
    ("sentence", "marked", "rooms"),
    [
        ("pahilo ra dosro table nibhau", ("pahilo", "dosro table"), ["table 1", "table 2"]),
        ("first and second floor off", ("first", "second floor"), ["first floor", "second floor"]),
        ("1 number ra 2 number table nibhau", ("1 number", "2 number table"), ["table 1", "table 2"]),
        ("1, 2 dubai table nibhau", ("1", "2"), ["table 1", "table 2"]),
        ("1, 2, 3 tinai table nibhau", ("1", "2", "3"), ["table 1", "table 2", "table 3"]),
        ("naya bhancha ra purano nibhau", ("naya bhancha", "purano"), ["naya bhancha", "purano bhancha"]),
        ("mathi ra tala ko toilet nibhau", ("mathi", "tala ko toilet"), ["mathi ko toilet", "tala ko toilet"]),
        ("upstairs and downstairs toilet", ("upstairs", "downstairs toilet"), ["mathi ko toilet", "tala ko toilet"]),
        ("माथि र तलको toilet निभाऊ", ("माथि", "तलको toilet"), ["mathi ko toilet", "tala ko toilet"]),
        ("mathi ra tala nibhau", ("mathi", "tala"), ["mathillo tala", "tallo tala"]),
        ("tala ko toilet ra mathi nibhau", ("tala ko toilet", "mathi"), ["tala ko toilet", "mathillo tala"]),
    ],
)
def test_a_kind_that_is_said_once_is_that_of_all_in_a_row(
    sentence: str, marked: tuple[str, ...], rooms: list[str]
) -> None:
    named, certainty = places(sentence, *marked)
    assert named == rooms
    assert certainty > 0.7


def test_a_verb_behind_a_number_makes_it_no_surer() -> None:
    assert places("second floor ko 101 bala", "101")[1] == 0.5


def test_a_number_that_is_excepted_belongs_to_no_place_before_it() -> None:
    said = "first floor 101 bahek nibhau"
    command, _ = resolve([Asked(mark(said, "first floor"), OFF, (mark(said, "101"),))], said, lookup_of(HOME))
    assert command.to_dict()["actions"] == [{"room": "first floor", "except": ["101"], "action": "turn_off"}]


def test_a_floor_in_a_row_with_what_lies_on_another_is_in_doubt() -> None:
    assert places("mathi ra tala ko dalan nibhau", "mathi", "tala ko dalan")[1] == 0.5
    assert places("first floor ra lobby nibhau", "first floor", "lobby")[1] > 0.9


@pytest.mark.parametrize("said", ["1 nibhau", "2 number nibhau"])
def test_a_number_that_a_lamp_and_a_room_have_is_in_doubt(said: str) -> None:
    assert places(said, said.removesuffix(" nibhau"))[1] == 0.5


def test_of_a_part_of_a_name_nothing_is_asked() -> None:
    sentence = "a block tala off gardeu"
    asked = [Asked((0, 6), OFF), Asked((0, 11), OFF)]
    home = home_of("A block", "A block tala", "kitchen")
    assert [*resolve(asked, sentence, lookup_of(home))[0].rooms] == ["A block tala"]


@pytest.mark.parametrize("sentence", ["a block mathi nibhau", "a block ko mathi chai nibhau", "a block nibhau"])
def test_a_side_behind_a_place_belongs_to_it_where_that_is_a_place(sentence: str) -> None:
    home = home_of("A block", "A block mathi", "B block", "kitchen")
    found = [*resolve([Asked((0, 6), OFF)], sentence, lookup_of(home))[0].rooms]
    assert found == (["A block mathi"] if "mathi" in sentence else ["A block"])
    assert [*resolve([Asked((0, 6), OFF)], sentence, lookup_of(home_of("A block", "B block")))[0].rooms] == ["A block"]


@pytest.mark.parametrize(
    ("sentence", "marked", "rooms"),
    [
        ("turn off halls a and b", ("halls a", "b"), ["hall A", "hall B"]),
        ("turn off tables 1 and 2", ("tables 1", "2"), ["table 1", "table 2"]),
        ("tables one and two off", ("tables",), ["table 1", "table 2"]),
        ("all tables one and two off", ("all tables",), ["table 1", "table 2"]),
        ("tables off", ("tables",), ["tables"]),
        ("tables 2 ota batti nibhau", ("tables",), ["tables"]),
    ],
)
def test_a_kind_in_the_plural_is_that_of_each(sentence: str, marked: tuple[str, ...], rooms: list[str]) -> None:
    assert places(sentence, *marked)[0] == rooms


def test_a_number_that_is_excepted_from_a_group_is_one_of_its_rooms() -> None:
    assert places("tables nibhau, 2 chai balirakha", "tables", excepts=("2",))[0] == ["table 2"]
    assert places("tables nibhau, 7 chai balirakha", "tables", excepts=("7",))[0] == []


@pytest.mark.parametrize(
    ("sentence", "marked", "is_sure"),
    [("dalan lobby nibhau", ("dalan lobby",), False), ("hall a, dalan lobby off", ("hall a", "dalan lobby"), True)],
)
def test_two_names_that_were_marked_as_one_are_both(sentence: str, marked: tuple[str, ...], is_sure: bool) -> None:
    rooms, certainty = places(sentence, *marked)
    assert rooms[-2:] == ["dalan", "lobby"] and (certainty > 0.9) is is_sure and (is_sure or certainty <= 0.5)


@pytest.mark.parametrize(
    ("sentence", "level", "first"),
    [
        ("tables 1, 2 off", 0.01, ("table 1", "turn_off")), ("tables 1% 2 off", 0.01, ("tables", "adjust_brightness")),
        ("tables 9, 2 off", 0.09, ("tables", "adjust_brightness")),
    ],
)  # fmt: skip
def test_the_number_of_the_first_in_a_row_is_no_level(sentence: str, level: float, first: tuple[str, str]) -> None:
    dim = {"action": "adjust_brightness", "brightness": level}
    asked = [Asked(mark(sentence, "tables"), dim), Asked(mark(sentence, "2"), OFF)]
    [action, *_] = resolve(asked, sentence, lookup_of(HOME))[0].actions
    assert (action.room, action.action) == first


def test_numbers_that_are_called_so_without_their_kind_are_a_row() -> None:
    rooms = {"name": "Machha Pokhari", "aliases": ["ek number"]}, {"name": "Hans", "aliases": ["dui number"]}
    home = lookup_of(home_of(*rooms))
    for sentence, marked in (("ek dui number nibhau", "dui number"), ("ek number dui number nibhau", "ek number dui")):
        command, _ = resolve([Asked(mark(sentence, marked), OFF)], sentence, home)
        assert command.rooms == ("Machha Pokhari", "Hans")


def test_the_second_in_a_row_is_no_level_of_the_first() -> None:
    sentence = "table number 1 2 ra 3 nibhau"
    level = {"action": "adjust_brightness", "brightness": 0.02}
    asked = [Asked(mark(sentence, "table number 1"), level), Asked(mark(sentence, "3"), OFF)]
    command, _ = resolve(asked, sentence, lookup_of(HOME))
    assert [(one.room, one.action) for one in command.actions] == [(f"table {n}", "turn_off") for n in (1, 2, 3)]


@pytest.mark.parametrize(("sentence", "is_sure"), [("table 1 to 3 off", False), ("table 1 off at 2 to 3", True)])
def test_the_number_of_a_place_is_no_clock(sentence: str, is_sure: bool) -> None:
    asked = [Asked(mark(sentence, "table 1"), OFF | {"at": "02:59"})]
    assert (resolve(asked, sentence, lookup_of(HOME))[1] > 0.5) is is_sure


@pytest.mark.parametrize(
    ("sentence", "marked", "rooms"),
    [
        ("tallo pangti ko 4 ra 5 nibhau", ("4", "5"), ("kyari 4", "kyari 5")),
        ("mathillo pangti ko 4 nibhau", ("4",), ()), ("mathillo pangti 2 bala", ("2",), ("kyari 2",)),
    ],
)  # fmt: skip
def test_a_number_behind_a_group_is_that_of_its_room(
    sentence: str, marked: tuple[str, ...], rooms: tuple[str, ...]
) -> None:
    groups = {"mathillo pangti": ["kyari 1", "kyari 2"], "tallo pangti": ["kyari 4", "kyari 5"]}
    home = lookup_of(home_of("kyari 1", "kyari 2", "kyari 4", "kyari 5", "shed 2", "shed 4", groups=groups))
    command, _ = resolve([Asked(mark(sentence, one), OFF) for one in marked], sentence, home)
    assert command.rooms == rooms
