from typing import Any

import pytest
from helpers import home_of, lookup_of, mark
from hypothesis import given
from hypothesis import strategies as st
from strategies import actions
from strategies import one_form as expected_form

from batti.command import Action, Command, one_form
from batti.home import Home
from batti.prompt import Asked, Span
from batti.resolve import resolve
from batti.schema import ALL, HERE
from batti.text import normalize
from batti.values import later

HOME = Home.from_yaml("""
name: Sano ghar
rooms:
  - name: lounge
    aliases: [baithak]
    lights: [{name: floor lamp}]
  - name: attic
    lights: [{name: floor lamp}, {name: spot}]
  - name: cellar
  - name: kitchen
groups:
  - {name: upper floor, aliases: [mathi], rooms: [lounge, attic]}
  - {name: lower floor, aliases: [tala], rooms: [cellar, kitchen]}
  - {name: sleeping rooms, rooms: [attic, cellar]}
""")
OFF = {"action": "turn_off"}
ON = {"action": "turn_on"}
HALF = {"action": "adjust_brightness", "brightness": 0.5}
RED = {"action": "change_color", "color": "red"}


def given_by(sentence: str, *entries: tuple[str, dict[str, Any]] | tuple[str, dict[str, Any], list[str]]) -> Command:
    """The command of entries (place, doing, exceptions), with places marked in the sentence."""

    def place(name: str) -> Span | str:
        return name if name in ("all", "here") else mark(sentence, name)

    asked = []
    for name, doing, *rest in entries:
        asked.append(Asked(place(name), doing, tuple(mark(sentence, out) for out in (rest[0] if rest else []))))
    command, certainty = resolve(asked, sentence, lookup_of(HOME))
    assert 0 <= certainty <= 1
    assert HOME.check(command) == []
    return command


def done(*args: Any) -> list[dict[str, Any]]:
    return list(given_by(*args).to_dict()["actions"])


def test_nothing_asked_is_none() -> None:
    assert resolve([], "", lookup_of(HOME)) == (Command.none(), 1.0)


def test_marked_names_become_names_of_the_home() -> None:
    assert done("baithak ra mathi", ("baithak", OFF), ("mathi", ON)) == [
        {"room": "lounge", "action": "turn_off"},
        {"room": "upper floor", "action": "turn_on"},
    ]


def test_all_and_here_need_no_name() -> None:
    assert done("batti", ("all", OFF), ("here", ON)) == [
        {"room": "all", "action": "turn_off"},
        {"room": "here", "action": "turn_on"},
    ]


def test_marked_words_for_here_and_all_are_those() -> None:
    assert done("yaha ra ghar", ("yaha", OFF), ("ghar", ON)) == [
        {"room": "here", "action": "turn_off"},
        {"room": "all", "action": "turn_on"},
    ]


def test_a_light_stands_beside_its_room() -> None:
    assert done("spot", ("spot", OFF)) == [{"room": "attic", "light": "spot", "action": "turn_off"}]


def test_a_light_of_two_rooms_is_that_of_the_room_in_the_sentence() -> None:
    sentence = "attic ko floor lamp"
    assert done(sentence, ("floor lamp", OFF)) == [{"room": "attic", "light": "floor lamp", "action": "turn_off"}]
    assert done("floor lamp", ("floor lamp", OFF))[0]["room"] == "lounge"


@pytest.mark.parametrize(
    ("sentence", "marked", "room"),
    [
        ("hostel a light off", "hostel", "hostel A"),  # an article to the model
        ("hostel a light off", "hostel a", "hostel A"),
        ("hostel b light off", "hostel", "hostel B"),
        ("hostel light off", "hostel", "hostels"),
        ("hall a light off", "hall", "hall"),
        ("hall n hostel b off", "hall", "hall"),  # and
        ("hostel b a light off", "hostel b", "hostel B"),
        ("hostel bi ko batti", "hostel", "hostel B"),
        ("hostel d light off", "hostel", None),
        ("flat c light off", "flat", None),
        ("house off", "house", "all"),
        ("house k light off", "house", "all"),  # ko
        ("house a bit brighter", "house", "all"),
        ("hostel a bit brighter", "hostel", "hostels"),
    ],
)
def test_the_letter_behind_a_place_belongs_to_it(sentence: str, marked: str, room: str | None) -> None:
    groups = [{"name": "hostels", "rooms": ["hostel A", "hostel B"]}]
    rooms = [{"name": name} for name in ("hostel A", "hostel B", "hall")]
    home = Home.from_dict({"name": "H", "rooms": rooms, "groups": groups})
    command, _ = resolve([Asked(mark(sentence, marked), OFF, ())], sentence, lookup_of(home))
    assert command.rooms == ((room,) if room else ())
    assert room or command.intent == "unknown_room"


@pytest.mark.parametrize(
    "entries",
    [
        [("gym", OFF)],
        [("attic", OFF), ("gym", OFF)],
        [("gym", ON), ("attic", OFF)],
        [("all", OFF), ("gym", ON)],
        [("here", OFF), ("gym", OFF)],
        [("all", OFF, ["gym"])],
        [("all", OFF, ["attic", "gym"])],
        [("gym", OFF, ["attic"])],
    ],
)
def test_one_unknown_place_makes_the_whole_unknown(entries: list[Any]) -> None:
    assert given_by("attic gym", *entries) == Command.unknown_room()


# --- exceptions --------------------------------------------------------------------------------


def test_rooms_are_excepted_from_the_house_and_from_a_group() -> None:
    assert done("attic", ("all", OFF, ["attic"])) == [{"room": "all", "except": ["attic"], "action": "turn_off"}]
    assert done("mathi attic", ("mathi", OFF, ["attic"])) == [
        {"room": "upper floor", "except": ["attic"], "action": "turn_off"}
    ]


def test_excepted_rooms_keep_the_order_in_which_they_are_said() -> None:
    assert done("kitchen ra attic", ("all", OFF, ["kitchen", "attic"]))[0]["except"] == ["kitchen", "attic"]


def test_an_excepted_group_becomes_its_rooms() -> None:
    assert done("mathi", ("all", OFF, ["mathi"]))[0]["except"] == ["lounge", "attic"]


def test_a_room_is_excepted_once() -> None:
    assert done("attic ra mathi", ("all", OFF, ["attic", "mathi"]))[0]["except"] == ["attic", "lounge"]
    assert done("attic", ("all", OFF, ["attic", "attic"]))[0]["except"] == ["attic"]


def test_only_what_is_inside_is_excepted() -> None:
    assert done("mathi cellar", ("mathi", OFF, ["cellar"])) == [{"room": "upper floor", "action": "turn_off"}]
    assert done("mathi sleeping rooms", ("mathi", OFF, ["sleeping rooms"])) == [
        {"room": "upper floor", "except": ["attic"], "action": "turn_off"}
    ]


@pytest.mark.parametrize(
    "entry",
    [
        ("attic", OFF, ["kitchen"]),  # a room has no rooms inside
        ("attic", OFF, ["attic"]),
        ("here", OFF, ["kitchen"]),
        ("spot", OFF, ["kitchen"]),
        ("all", OFF, ["spot"]),  # a light cannot be left out
        ("all", OFF, ["yaha"]),
        ("all", OFF, ["ghar"]),
        ("mathi", OFF, ["mathi"]),  # nothing would be left
        ("all", OFF, ["mathi", "tala"]),
        ("all", OFF, ["lounge", "attic", "cellar", "kitchen"]),
    ],
)
def test_exceptions_that_cannot_be_said_make_the_whole_unknown(entry: Any) -> None:
    sentence = "attic kitchen spot yaha ghar mathi tala lounge cellar"
    assert given_by(sentence, entry) == Command.unknown_room()


# --- one form ----------------------------------------------------------------------------------


def test_turn_on_goes_where_a_level_or_a_colour_does_it() -> None:
    for implied in (HALF, RED):
        action = {"room": "attic"} | implied
        assert done("attic", ("attic", ON), ("attic", implied)) == [action]
        assert done("attic", ("attic", implied), ("attic", ON)) == [action]


def test_a_level_stands_where_its_place_was_first_named() -> None:
    sentence = "attic ra cellar bala, attic chai madhuro ani rato"
    on, dim = [("attic", ON), ("cellar", ON)], ("attic", HALF)
    assert done(sentence, *on, dim) == [{"room": "attic"} | HALF, {"room": "cellar"} | ON]
    assert done(sentence, *on, dim, ("attic", RED)) == [
        {"room": "attic"} | HALF, {"room": "cellar"} | ON, {"room": "attic"} | RED
    ]  # fmt: skip


def test_turn_on_stays_for_another_place_or_time() -> None:
    assert len(done("attic cellar", ("attic", ON), ("cellar", HALF))) == 2
    assert len(done("attic", ("attic", ON), ("attic", HALF | {"after": "5m"}))) == 2
    assert len(done("attic spot", ("attic", ON), ("spot", HALF))) == 2
    assert len(done("attic", ("all", ON), ("all", HALF, ["attic"]))) == 2


def test_what_is_said_twice_is_done_once() -> None:
    assert len(done("attic", ("attic", OFF), ("attic", OFF))) == 1
    assert len(done("lounge baithak", ("lounge", OFF), ("baithak", OFF))) == 1
    assert len(done("attic kitchen", ("all", OFF, ["attic", "kitchen"]), ("all", OFF, ["kitchen", "attic"]))) == 1


def test_level_and_colour_of_one_place_are_two_entries_in_the_order_said() -> None:
    assert [one["action"] for one in done("attic", ("attic", RED), ("attic", HALF))] == [
        "change_color",
        "adjust_brightness",
    ]


def colored(color: str) -> dict[str, Any]:
    return {"action": "change_color", "color": color}


def certainty_of(sentence: str, *entries: tuple[str, dict[str, Any]]) -> float:
    asked = [Asked(name if name in ("all", "here") else mark(sentence, name), doing) for name, doing in entries]
    return resolve(asked, sentence, lookup_of(HOME))[1]


STEP = {"action": "adjust_brightness", "brightness_step": 0.1}
TOGGLE = {"action": "toggle"}
DIM = {"action": "adjust_brightness", "brightness": 0.3}
WARM = {"action": "change_color", "color_temp": 2700}


@pytest.mark.parametrize(
    ("first", "then"),
    [(RED, colored("green")), (RED, WARM), (HALF, DIM), (STEP, STEP | {"brightness_step": -0.1}), (ON, OFF), (OFF, ON),
     (OFF, HALF), (STEP, OFF), (OFF, RED), (ON, TOGGLE), (RED | {"at": "07:00"}, WARM | {"at": "07:00"}),
     (RED, RED | {"after": "5m"}), (OFF, OFF | {"at": "07:00"})],
)  # fmt: skip
def test_of_what_cannot_both_hold_the_later_does_in_doubt(first: dict[str, Any], then: dict[str, Any]) -> None:
    sentence = "attic, cellar, hoina baithak nibhau, attic"
    entries = [("attic", first), ("cellar", TOGGLE), ("attic", then)]
    assert done(sentence, *entries) == [{"room": "attic"} | then, {"room": "cellar"} | TOGGLE]
    assert certainty_of(sentence, *entries) < HOME.confirm_below


@pytest.mark.parametrize(
    ("first", "then"),
    [(RED, HALF), (HALF, STEP), (RED, WARM | {"after": "5m"}), (RED, colored("green") | {"for": "5m"}),
     (STEP, STEP | {"after": "5m"}), (OFF, ON | {"at": "07:00"}), (OFF, {"action": "get_state"}),
     (HALF | {"after": "5m"}, DIM | {"after": "1h"})],
)  # fmt: skip
def test_what_can_both_hold_does_for_sure(first: dict[str, Any], then: dict[str, Any]) -> None:
    assert done("attic", ("attic", first), ("attic", then)) == [{"room": "attic"} | first, {"room": "attic"} | then]
    assert certainty_of("attic", ("attic", first), ("attic", then)) > 0.9


@pytest.mark.parametrize(("sentence", "place"), [
    ("baki kothako batti nibhau", "all"), ("turn off the other lights", "here"), ("aru sabai nibhau", "all"),
])  # fmt: skip
def test_the_rest_of_nothing_is_all_in_doubt(sentence: str, place: str) -> None:
    assert certainty_of(sentence, (place, OFF)) <= 0.5
    [asked] = [Asked("all", OFF, (mark("lounge bala, baki sabai nibhau", "lounge"),))]
    assert resolve([asked], "lounge bala, baki sabai nibhau", lookup_of(HOME))[1] > 0.99
    assert certainty_of("5 minute baki cha, batti nibhau", ("here", OFF)) == 1.0


@pytest.mark.parametrize("sentence", [
    "every day at 6 lounge on", "parsi bihana 6 baje lounge bala", "harek din 6 baje lounge bala",
    "सोमबार बिहान ६ बजे lounge बाल", "sadhai 6 baje lounge bala", "monday 6 am lounge on",
    "rati 10 baje samma lounge balirakha", "lounge on until 6", "lounge on from six to nine in the evening",
    "between 6 and 9 lounge on",
])  # fmt: skip
def test_a_clock_that_is_not_the_next_time_it_comes_is_in_doubt(sentence: str) -> None:
    said = normalize(sentence)
    assert certainty_of(said, ("lounge", ON | {"at": "06:00"})) <= 0.5
    assert certainty_of(said, ("lounge", ON)) > 0.9
    for once in ("bholi 6 baje lounge bala", "lounge on from six tomorrow"):
        assert certainty_of(once, ("lounge", ON | {"at": "06:00"})) > 0.9


@pytest.mark.parametrize(("sentence", "doing"), [
    ("bihana 6 baje dekhi 7 baje samma lounge bala", {}), ("लाउन्ज ६ बजेदेखि ७ बजेसम्म lounge बाल", {"at": "06:00"}),
    ("lounge ko batti 6 baje dekhi 8 baje samma bala", {"at": "06:00", "for": "8m"}),
    ("lounge 6 dekhi 8 samma bala", {"for": "8m"}), ("6-8 baje lounge bala", {"at": "08:00"}),
    ("saat baje dekhi aath baje samma lounge bala", {}), ("lounge on from 6 to 8", {"for": "8m"}),
    ("beluka 6 baje dekhi lounge ko batti 8 baje samma bala", {}), ("6 pm to 8 pm lounge on", {"at": "19:00"}),
    ("lounge on between 6 pm and 8 pm", {}), ("6:30 dekhi 8:30 samma lounge bala", {}),
    ("lounge on 18:30-23:00", {"at": "18:23"}), ("lounge 6:30 dekhi 8:30 bala", {"at": "06:30"}),
])  # fmt: skip
def test_a_time_from_a_clock_to_another_is_in_doubt(sentence: str, doing: dict[str, str]) -> None:
    assert certainty_of(normalize(sentence), ("lounge", ON | doing)) <= 0.5


@pytest.mark.parametrize(("sentence", "doing"), [
    ("bihana 6 baje dekhi lounge bala", {"at": "06:00"}), ("6 to 8 pm lounge on", {"at": "19:54"}),
    ("bihana 6 baje dekhi 3 ghanta samma lounge bala", {"at": "06:00", "for": "3h"}),
    ("raise the lounge from 20 to 50", {"action": "adjust_brightness", "brightness": 0.5}),
])  # fmt: skip
def test_what_only_looks_like_a_time_with_an_end_is_in_none(sentence: str, doing: dict[str, str]) -> None:
    assert certainty_of(sentence, ("lounge", ON | doing)) > 0.9


@pytest.mark.parametrize("length", ["8m", "8h", "8s"])
def test_the_end_of_a_span_is_no_length(length: str) -> None:
    sentence = "lounge 6 baje dekhi 8 baje samma bala"
    asked = [Asked(mark(sentence, "lounge"), ON | {"at": "06:00", "for": length})]
    command, _ = resolve(asked, sentence, lookup_of(home_of("lounge")))
    assert command.actions == (Action(room="lounge", action="turn_on", at="06:00"),)


def test_a_clock_and_how_long_are_two_things() -> None:
    assert certainty_of("6 baje 10 minute samma lounge bala", ("lounge", ON | {"at": "06:00", "for": "10m"})) > 0.9


def test_a_room_may_be_called_like_a_day() -> None:
    home = Home.from_yaml("rooms: [{name: friday hall}, {name: den}]")
    asked = [Asked(mark("6 baje friday hall bala", "friday hall"), ON | {"at": "06:00"})]
    assert resolve(asked, "6 baje friday hall bala", lookup_of(home))[1] > 0.99


def test_one_place_does_not_contradict_another_nor_a_part_of_it() -> None:
    entries = [("mathi", RED), ("attic", WARM), ("spot", OFF), ("all", ON, ["attic"]), ("all", OFF)]
    assert len(done("mathi attic spot", *entries)) == len(entries)


def test_the_later_is_what_stands_later_in_the_sentence() -> None:
    sentence = "attic bala, hoina attic nibhau"
    asked = [Asked((18, 22), OFF), Asked((0, 4), ON)]
    command, _ = resolve(asked, sentence, lookup_of(HOME))
    assert [one.action for one in command.actions] == ["turn_off"]


def test_one_thing_takes_the_place_of_all_that_it_contradicts() -> None:
    entries = [("attic", RED), ("cellar", ON), ("attic", HALF), ("attic", OFF)]
    assert done("attic cellar", *entries) == [{"room": "attic"} | OFF, {"room": "cellar"} | ON]


@given(st.lists(actions(), min_size=1, max_size=5), st.data())
def test_one_form_keeps_what_the_contract_keeps(made: list[Action], data: st.DataObject) -> None:
    made = made + data.draw(st.lists(st.sampled_from(made), max_size=3))
    kept = one_form(action.to_dict() for action in made)
    assert [Action.model_validate(action) for action in kept] == expected_form(made)
    assert [action.to_dict() for action in Command.from_dict({"actions": kept}).actions] == kept
    assert one_form(kept) == kept


@pytest.mark.parametrize(
    ("sentence", "sure"), [("kitchen 150% ma rakha", False), ("kitchen 100% ma", True), ("kitchen 300 sekend", True),
     ("kitchen 50w", False), ("kitchen 50 watt", False), ("kitchen 50%, 40w bulb", True)],
)
def test_a_level_beyond_what_a_light_has_is_doubted(sentence: str, sure: bool) -> None:
    _, certainty = resolve([Asked(mark(sentence, "kitchen"), HALF)], sentence, lookup_of(HOME))
    assert (certainty > HOME.confirm_below) is sure


def test_a_device_in_the_place_of_a_place_asks_nothing_of_the_lights() -> None:
    sentence = "washing machine 30 minute ma banda gara"
    command, _ = resolve([Asked(mark(sentence, "washing machine"), OFF)], sentence, lookup_of(HOME))
    assert command == Command.none()


def test_a_room_told_by_a_pronoun_is_the_one_named_beside_it() -> None:
    assert done("uhako kotha, attic nibhau", ("uhako kotha", OFF), ("attic", OFF)) == [{"room": "attic"} | OFF]


@pytest.mark.parametrize("beside", ["unko kotha", "here"])
def test_a_room_told_by_a_pronoun_alone_is_unknown(beside: str) -> None:
    given = given_by("uhako kotha ra unko kotha nibhau", ("uhako kotha", OFF), (beside, OFF))
    assert given == Command.unknown_room()


# -- the order of the contract -------------------------------------------------------------------
@pytest.mark.parametrize(
    ("sentence", "said", "order"),
    [
        ("kitchen ra attic ko batti bala", [("attic", ON), ("kitchen", ON)], ["kitchen", "attic"]),
        ("kitchen, cellar, attic off", [("attic", OFF), ("kitchen", OFF), ("cellar", OFF)],
         ["kitchen", "cellar", "attic"]),
        ("lounge on, attic ra kitchen off", [("lounge", ON), ("kitchen", OFF), ("attic", OFF)],
         ["lounge", "attic", "kitchen"]),
        # what is asked last of the first place is still of the first place
        ("hall off, attic on, no wait, kitchen red", [("kitchen", RED), ("attic", ON)], ["kitchen", "attic"]),
    ],
)  # fmt: skip
def test_what_is_asked_alike_stands_in_the_order_of_the_sentence(
    sentence: str, said: list[tuple[str, dict[str, Any]]], order: list[str]
) -> None:
    asked = [Asked(mark(sentence, name), doing) for name, doing in said]
    command, _ = resolve(asked, sentence, lookup_of(HOME))
    assert [action.room for action in command.actions] == order


# -- numbers and letters by themselves -----------------------------------------------------------
BATHS = Home.from_yaml("""
rooms: [{name: bath 1}, {name: bath 2}, {name: bedroom 2}, {name: "101"}, {name: room 12}, {name: snack bar},
  {name: ब्रोइलर ए}, {name: ब्रोइलर बी}, {name: Room D}]
""")


@pytest.mark.parametrize(
    ("sentence", "places", "rooms"),
    [
        ("bath 1 & 2 on", ("bath 1", "2"), ["bath 1", "bath 2"]),
        ("bath ek ra dui bala", ("bath ek", "dui"), ["bath 1", "bath 2"]),
        ("bath 2, 1 ra 2 bala", ("bath 2", "1"), ["bath 2", "bath 1"]),
        ("bedroom 2 ra 101 bala", ("bedroom 2", "101"), ["bedroom 2", "101"]),  # there is no bedroom 101
        ("hall ra 101 bala", ("101",), ["101"]),
        ("room 12 bala", ("room 12",), ["room 12"]),
        ("snackbar bala", ("snackbar",), ["snack bar"]),
        ("ब्रोइलर ए र बी बाल", ("ब्रोइलर ए", "बी"), ["ब्रोइलर ए", "ब्रोइलर बी"]),
        ("broiler b ra a bala", ("broiler b", "a"), ["ब्रोइलर बी", "ब्रोइलर ए"]),
        ("bath 1 ra broiler a bala", ("bath 1", "broiler a"), ["bath 1", "ब्रोइलर ए"]),
        ("bath 1 hoina 2 bala", ("2",), ["bath 2"]),  # what is taken back is not marked
        ("bedroom 2 khali cha, 101 bala", ("101",), ["101"]),
    ],
)
def test_a_number_or_letter_alone_is_that_of_the_kind_of_place_before_it(
    sentence: str, places: tuple[str, ...], rooms: list[str]
) -> None:
    command, certainty = resolve([Asked(mark(sentence, place), ON) for place in places], sentence, lookup_of(BATHS))
    assert [action.room for action in command.actions] == rooms
    assert certainty > 0.9


def test_half_a_number_is_never_a_place() -> None:
    sentence = "room 12 bala"
    command, _ = resolve([Asked((6, 6), ON)], sentence, lookup_of(BATHS))
    assert [action.room for action in command.actions] == ["room 12"]


# -- somebody's room -----------------------------------------------------------------------------
FAMILY = Home.from_yaml("""
rooms:
  - {name: Sujal's room, aliases: [sujal ko kotha]}
  - {name: दिदीको कोठा, aliases: [didi ko kotha, didi]}
  - {name: baithak}
  - {name: bathroom}
  - {name: aama ko kotha}
  - {name: हजुरबुवाको कोठा}
  - {name: Namgyal}
  - {name: Binaya ko kotha}
  - {name: DK sir}
""")


@pytest.mark.parametrize(
    ("sentence", "place", "room"),
    [
        ("mummy sutnubhayo, uhako kotha nibhau", "uhako kotha", "aama ko kotha"),
        ("हजुरबा सुत्नुभयो, उहाँको कोठा निभाऊ", "उहाँको कोठा", "हजुरबुवाको कोठा"),
        ("didi 9 baje sutin, unko kotha nibhau", "unko kotha", "दिदीको कोठा"),  # baje is a grandfather, too
        ("sujal sutyo, usko kotha ko batti nibhau", "usko kotha", "Sujal's room"),
        ("बिनय सुत्यो, उसको कोठा निभाऊ", "उसको कोठा", "Binaya ko kotha"),
        ("sujal is asleep, his room light off", "his room", "Sujal's room"),
        ("didi bahira janubhayo, uhako kotha nibhaideu", "uhako kotha", "दिदीको कोठा"),
        ("didi sutin, uhanko kotha nibhau", "uhanko kotha", "दिदीको कोठा"),  # which sounds like nuhaune kotha
        ("nibhaideu batti usko kotha ko, sujal sutyo", "usko kotha", "Sujal's room"),
        ("didi, timro kotha ko batti nibhau", "timro kotha", "दिदीको कोठा"),
        ("didi your room ko light off", "your room", "दिदीको कोठा"),
        ("sujal tero kotha ko batti nibha", "tero kotha", "Sujal's room"),
        ("didi hajurko kotha ko batti nibhau", "hajurko kotha", "दिदीको कोठा"),
        ("didi hajur ko kotha ko batti nibhau", "hajur ko kotha", "दिदीको कोठा"),
        ("sujalle padhena, usko kotha ko nibhau", "usko kotha", "Sujal's room"),
        ("didile bhannubhayo vahako kotha nibhau", "vahako kotha", "दिदीको कोठा"),
        ("usko kotha ko batti nibhau", "usko kotha", None),
        ("didi ra sujal sute, usko kotha ko batti nibhau", "usko kotha", None),
        ("didi ghar ma chaina, usko kotha nibhau, sujal ko kotha ko rakha", "usko kotha", "दिदीको कोठा"),
        ("didi bhancha ma chhin, sujal sutyo, usko kotha nibhau", "usko kotha", "Sujal's room"),
        ("didi aaipugin ra sujal ghar ma chaina ani usko kotha nibhau", "usko kotha", "Sujal's room"),
        ("9 baje bhayo, usko kotha nibhau, sujal sutyo", "usko kotha", "Sujal's room"),
        ("usko kotha nibhau, sujal ra didi sute", "usko kotha", None),
        ("usko kotha nibhau, Namgyal ko rakha", "usko kotha", None),
        ("namgyal sutyo, usko kotha nibhau", "usko kotha", "Namgyal"),
        ("dk sir sutnubhayo, uhako batti nibhau", "uhako batti", "DK sir"),
        ("namgyal ma pahuna sute, uniharuko kotha nibhau", "uniharuko kotha", None),
        ("namgyal ma sujal sutyo, usko kotha nibhau", "usko kotha", "Sujal's room"),
        ("baithak ma ram sutyo, usko kotha nibhau", "usko kotha", None),
        ("ram sutyo, usko kotha ko batti nibhau", "usko kotha", None),
        ("didi, sujal sutyo, usko kotha nibhaidinu", "usko kotha", "Sujal's room"),
        ("sujal! didi sutin! unko kotha nibhau", "unko kotha", "दिदीको कोठा"),
        ("sujal sutyo, didi, usko kotha nibhaidinu", "usko kotha", "Sujal's room"),
        ("didi, mama sutnubhayo, uhako kotha nibhau", "uhako kotha", None),
        ("didi, sujal sutyo, timro kotha nibhau", "timro kotha", "दिदीको कोठा"),
        ("sujal sutyo, mero kotha ko batti nibhau", "mero kotha", None),
        ("sujal le baithak ma chodeko, garage nibhau", "garage", None),
    ],
)
def test_a_pronoun_is_the_one_person_who_is_named(sentence: str, place: str, room: str | None) -> None:
    command, sure = resolve([Asked(mark(sentence, place), OFF)], sentence, lookup_of(FAMILY))
    expected = Command.from_dict({"actions": [{"room": room, **OFF}]}) if room else Command.unknown_room()
    assert command == expected
    assert 0 < sure <= 0.95


KIN = Home.from_yaml("""
name: Ghar
rooms:
  - {name: Rajan dai ko kotha, aliases: [dai ko kotha]}
  - {name: Sunita ko kotha}
  - {name: maa ko kotha}
  - {name: parents room, aliases: [thulo kotha]}
  - {name: back room}
  - {name: outside}
  - {name: mathi}
  - {name: bedroom, lights: [{name: reading light}]}
""")


@pytest.mark.parametrize(
    ("sentence", "marked", "is_sure"),
    [
        ("suresh dai ko kotha nibhau", "dai ko kotha", False), ("suresh, dai ko kotha nibhau", "dai ko kotha", True),
        ("rajan dai ko kotha nibhau", "dai ko kotha", True),
        ("sunita ko kotha ko batti nibhau", "sunita ko kotha", True),
        ("ma sutne kothako batti nibhau", "ma", False), ("ma ko kotha nibhau", "ma ko kotha", True),
        ("ma ko batti nibhau", "ma", True),
        ("thulo batti nibhau", "thulo batti", False), ("thulo batti nibhau", "thulo", False),
        ("thulo ko batti nibhau", "thulo", True), ("thulo kotha ko batti nibhau", "thulo kotha", True),
        ("back light off", "back", False), ("outside light off", "outside", True), ("bahira ko light", "bahira", True),
        ("बाहिरको बत्ती बाल", "bahir", True), ("mathiko batti bala", "mathiko", True),
        ("reading. lights off", "reading. lights", False), ("reading lights off", "reading lights", True),
    ],
)  # fmt: skip
def test_what_only_sounds_like_a_name_of_the_home_is_asked_about(sentence: str, marked: str, is_sure: bool) -> None:
    said = normalize(sentence)
    command, certainty = resolve([Asked(mark(said, marked), OFF)], said, lookup_of(KIN))
    assert command.actions
    assert (certainty > 0.75) is is_sure


@pytest.mark.parametrize("sentence", ["sunita ko dai ko kotha nibhau", "सुनिताको दाइको कोठा निभाऊ"])
def test_the_room_of_somebody_told_by_another_is_not_surely_the_others(sentence: str) -> None:
    said = normalize(sentence)
    for home, is_sure in ((home_of("sunita ko kotha", "hall"), False), (home_of("sunita ko dai ko kotha"), True)):
        command, certainty = resolve([Asked(mark(said, said.rpartition(" ")[0]), OFF)], said, lookup_of(home))
        assert (bool(command.actions) and certainty > 0.75) is is_sure


CABINS = Home.from_yaml("""
rooms:
  - {name: hamro cabin, aliases: [cabin]}
  - {name: "smriti's cabin"}
  - {name: bibek ko kotha}
  - {name: Mahila}
""")


@pytest.mark.parametrize(
    ("sentence", "place", "room"),
    [
        ("smriti gaisaki, usko cabin nibhau", "usko cabin", "smriti's cabin"),
        ("usko cabin nibhau, smriti gaisaki", "usko cabin", "smriti's cabin"),
        ("bibek gayo, usko cabin nibhau", "usko cabin", "hamro cabin"),  # he has none
        ("bibek gayo, usko kotha nibhau", "usko kotha", "bibek ko kotha"),
        ("smriti gaisaki, usko kotha nibhau", "usko kotha", None),
        ("smriti gaisaki, cabin nibhau", "cabin", "hamro cabin"),
        ("thahila ko kotha nibhau", "thahila ko kotha", None),  # the fifth son is not the second
    ],
)
def test_a_pronoun_before_what_is_his_is_that_of_the_person_who_is_named(
    sentence: str, place: str, room: str | None
) -> None:
    command, sure = resolve([Asked(mark(sentence, place), OFF)], sentence, lookup_of(CABINS))
    assert command == (Command.from_dict({"actions": [{"room": room, **OFF}]}) if room else Command.unknown_room())
    assert 0 < sure <= 1


def test_who_is_named_is_told_beside_another_place_and_as_an_exception() -> None:
    beside = "didi sutin, unko kothako nibhau ani baithakko pani"
    asked = [Asked(mark(beside, "unko kotha"), OFF), Asked(mark(beside, "baithak"), OFF)]
    command, _ = resolve(asked, beside, lookup_of(FAMILY))
    assert [action.room for action in command.actions] == ["दिदीको कोठा", "baithak"]
    but = "didi suteki chhin, unko kotha bahek sabai batti bala"
    command, _ = resolve([Asked("all", ON, (mark(but, "unko kotha"),))], but, lookup_of(FAMILY))
    assert command == Command.from_dict({"actions": [{"room": "all", "except": ["दिदीको कोठा"], **ON}]})


def test_a_space_that_is_marked_is_no_place() -> None:
    """A model may mark anything; before a lone letter or number its place is looked at once more."""
    asked = [Asked((6, 6), OFF), Asked(mark("lounge 2 b", "2"), OFF), Asked(mark("lounge 2 b", "b"), OFF)]
    assert resolve(asked, "lounge 2 b", lookup_of(HOME))[0] == Command.unknown_room()


IN_PIECES = Home.from_yaml("""
name: Suneko ghar
rooms:
  - {name: Dipendra dai ko kotha, lights: [{name: hisab lamp}]}
  - name: osaro
  - name: chhat
  - name: kitchen
""")


@pytest.mark.parametrize(
    ("sentence", "marked", "place"),
    [
        ("deep indra die co coat a ma light on gara", "indra die co coat a", ("Dipendra dai ko kotha", None)),
        ("oh sorrow co butty bala", "sorrow", ("osaro", None)),
        ("he sub lamp on gara", "sub lamp", ("Dipendra dai ko kotha", "hisab lamp")),
        ("kit chan off", "kit", ("kitchen", None)),
        ("oh the guest room off", "guest room", None),
    ],
)
def test_a_name_in_pieces_of_which_some_are_not_marked_is_that_name(
    sentence: str, marked: str, place: tuple[str, str | None] | None
) -> None:
    command, certainty = resolve([Asked(mark(sentence, marked), ON)], sentence, lookup_of(IN_PIECES))
    assert [(action.room, action.light) for action in command.actions] == ([place] if place else [])
    assert certainty > 0.5


@pytest.mark.parametrize(
    ("sentence", "marked", "room"),
    [
        ("so sorry co butty bala", "sorry", "osaro"),
        ("hey indra die co coat a ma light on gara", "indra die co coat a", "Dipendra dai ko kotha"),
    ],
)
def test_what_may_have_been_a_name_in_pieces_is_asked_about(sentence: str, marked: str, room: str) -> None:
    command, certainty = resolve([Asked(mark(sentence, marked), ON)], sentence, lookup_of(IN_PIECES))
    assert [action.room for action in command.actions] == [room]
    assert certainty < IN_PIECES.confirm_below


def test_words_of_another_place_are_no_pieces_of_this_one() -> None:
    sentence = "chat oh sorrow off"
    asked = [Asked(mark(sentence, name), OFF) for name in ("chat oh", "sorrow")]
    assert resolve(asked, sentence, lookup_of(IN_PIECES))[0].intent == "unknown_room"


@pytest.mark.parametrize("sentence", ["mathi off tala on", "mathi ra tala off", "mathi ani tala nibhau"])
def test_two_places_that_were_marked_as_one_are_asked_about(sentence: str) -> None:
    marked = sentence[: sentence.index("tala") + len("tala")]
    home = Home.from_yaml("""
name: Ghar
rooms: [{name: kitchen}, {name: attic}]
groups:
  - {name: mathillo tala, aliases: [mathi], rooms: [attic]}
  - {name: tallo tala, aliases: [tala], rooms: [kitchen]}
""")
    command, certainty = resolve([Asked(mark(sentence, marked), OFF)], sentence, lookup_of(home))
    assert not command.actions or certainty <= 0.5


def test_a_name_may_hold_a_word_that_joins_places() -> None:
    home = Home.from_yaml("{name: Ghar, rooms: [{name: aama ra buwa ko kotha}, {name: aama ko kotha}, {name: hall}]}")
    sentence = "aama ra buwa ko kotha ko batti nibhau"
    command, certainty = resolve([Asked(mark(sentence, "aama ra buwa ko kotha"), OFF)], sentence, lookup_of(home))
    assert [*command.rooms] == ["aama ra buwa ko kotha"] and certainty > 0.9


def test_a_word_that_is_no_place_is_left_out_beside_one() -> None:
    sentence = "khusi ma baithak nibhau"
    asked = [Asked(mark(sentence, "khusi"), OFF), Asked(mark(sentence, "baithak"), OFF)]
    command, certainty = resolve(asked, sentence, lookup_of(HOME))
    assert [*command.rooms] == ["lounge"] and certainty <= 0.5


@pytest.mark.parametrize("sentence", ["bala sutyo, usko kotha nibhau", "bala nani padhdai chha, usko kotha bala"])
def test_somebody_may_be_called_like_a_verb_where_a_sentence_begins(sentence: str) -> None:
    home = Home.from_yaml("{name: Ghar, rooms: [{name: Bala}, {name: Tara}]}")
    command, _ = resolve([Asked(mark(sentence, "usko kotha"), OFF)], sentence, lookup_of(home))
    assert [*command.rooms] == ["Bala"]


@pytest.mark.parametrize(
    ("sentence", "room"), [("10 ka ko batti", "१० क"), ("१० ख निभाऊ", "१० ख"), ("10 ga ko batti", None)]
)
def test_a_nepali_letter_behind_a_number_belongs_to_it(sentence: str, room: str | None) -> None:
    text = normalize(sentence)
    home = Home.from_yaml("{name: School, rooms: [{name: १० क}, {name: १० ख}, {name: hall}]}")
    command, _ = resolve([Asked(mark(text, "10"), OFF)], text, lookup_of(home))
    assert [*command.rooms] == ([room] if room else [])


@pytest.mark.parametrize(
    ("sentence", "name", "is_sure"),
    [
        ("office ko sabai batti nibhau", "Ghar", False), ("पसलको सबै बत्ती निभाऊ", "Ghar", False),
        ("turn off all the lights in the office", "Ghar", False), ("mamaghar ma sabai nibhau", "Ghar", False),
        ("office ko sabai batti nibhau", "Himchuli Office", True), ("ghar ko sabai batti nibhau", "Himchuli", True),
        ("all the lights in our house off", "Himchuli", True), ("sabai batti nibhau", "Ghar", True),
        ("office jane bela bho, sabai nibhau", "Ghar", True), ("every light in the building off", "Ghar", True),
    ],
)  # fmt: skip
def test_all_of_what_the_home_is_not_is_asked_about(sentence: str, name: str, is_sure: bool) -> None:
    home = Home.from_dict({"name": name, "rooms": [{"name": "kitchen"}, {"name": "hall"}]})
    command, certainty = resolve([Asked(ALL, OFF)], normalize(sentence), lookup_of(home))
    assert [*command.rooms] == [ALL]
    assert (certainty > 0.9) == is_sure and (is_sure or certainty <= 0.5)


@pytest.mark.parametrize(
    ("sentence", "doing", "is_sure"),
    [
        ("hall off in 1000 minutes", {"after": "10m"}, False), ("hall off in 100 hours", {"after": "1h40m"}, False),
        ("hall off in 90 minutes", {"after": "1h30m"}, True), ("80 ghanta pachi hall off", {"after": "1h20m"}, False),
        ("hall 300 second pachi nibhau", {"after": "5m"}, True), ("hall off for 2 hours", {"for": "2h"}, True),
    ],
)  # fmt: skip
def test_a_length_that_was_read_in_part_is_asked_about(sentence: str, doing: dict[str, str], is_sure: bool) -> None:
    home = Home.from_dict({"name": "Ghar", "rooms": [{"name": "kitchen"}, {"name": "hall"}]})
    asked = [Asked(mark(sentence, "hall"), {**OFF, **doing})]
    assert (resolve(asked, normalize(sentence), lookup_of(home))[1] > 0.9) == is_sure


def test_a_colour_temperature_that_no_light_has_is_asked_about() -> None:
    home = Home.from_dict({"name": "Ghar", "rooms": [{"name": "kitchen"}, {"name": "hall"}]})
    for sentence, kelvin, is_sure in (("hall 500k", 5000, False), ("hall 3000k", 3000, True)):
        asked = [Asked(mark(sentence, "hall"), {"action": "change_color", "color_temp": kelvin})]
        assert (resolve(asked, sentence, lookup_of(home))[1] > 0.9) == is_sure


CAMPUS = Home.from_yaml("""
name: Ghar
rooms: [{name: A block tala}, {name: A block mathi}, {name: C block}, {name: mess}, {name: gate}]
groups:
  - {name: A block, rooms: [A block tala, A block mathi]}
  - {name: hostel, rooms: [A block tala, A block mathi, C block, mess]}
""")


@pytest.mark.parametrize(
    ("sentence", "place"),
    [
        ("hostel ko sabai batti nibhau", "hostel"), ("होस्टलको सबै बत्ती निभाऊ", "hostel"), ("hostel bhari off", "hostel"),
        ("ghar ko sabai batti nibhau", ALL), ("hostel jane bela bho, sabai nibhau", ALL),
        ("hostel ma sabai chan, sab nibhau", ALL),
    ],
)  # fmt: skip
def test_all_of_a_group_is_the_group(sentence: str, place: str) -> None:
    command, certainty = resolve([Asked(ALL, OFF)], normalize(sentence), lookup_of(CAMPUS))
    assert [*command.rooms] == [place] and certainty > 0.9


@pytest.mark.parametrize(
    ("sentence", "sure"),
    [
        ("sabai batti nibhau", True), ("sabaitira bala", True), ("whole house off", True), ("sub by light off", True),
        ("everything off", True), ("gharbhari bala", True), ("baki ko batti nibhau", False), ("sub buddy off co", True),
        ("एभी रुममा २०", False), ("lighthouse on", False),
    ],
)  # fmt: skip
def test_all_is_sure_only_where_something_means_all(sentence: str, sure: bool) -> None:
    command, certainty = resolve([Asked(ALL, OFF)], normalize(sentence), lookup_of(CAMPUS))
    assert [*command.rooms] == [ALL] and (certainty > 0.9) is sure


def test_all_of_a_query_needs_no_word_for_it() -> None:
    asked = [Asked(ALL, {"action": "get_state"})]
    assert resolve(asked, "kun kun batti baleko cha", lookup_of(CAMPUS))[1] > 0.9


@pytest.mark.parametrize(
    ("sentence", "place"), [("sabha nibhau", "sabha"), ("सभा निभाऊ", "sabha"), ("sabha ra sabai nibhau", ALL)]
)
def test_a_room_that_is_called_nearly_like_a_word_for_all_is_that_room(sentence: str, place: str) -> None:
    command, certainty = resolve([Asked(ALL, OFF)], normalize(sentence), lookup_of(home_of("sabha", "kitchen")))
    assert [*command.rooms] == [place] and certainty > 0.7


def test_a_letter_before_a_letter_with_its_kind_is_of_that_kind() -> None:
    sentence = "a ra c block nibhau"
    asked = [Asked((0, 0), OFF), Asked(mark(sentence, "c block"), OFF)]
    assert [*resolve(asked, sentence, lookup_of(CAMPUS))[0].rooms] == ["A block", "C block"]


@pytest.mark.parametrize(
    ("sentence", "given", "at"),
    [
        ("5:06 ma hall bala", "06:06", "05:06"), ("९:२१ मा हल बाल", "22:21", "09:21"),
        ("rati 9:21 ma hall bala", "21:21", "21:21"), ("hall on at 6:30 pm", "18:30", "18:30"),
        ("hall 7:15 hoina 8:20 ma bala", "20:20", "20:20"), ("hall rati 10 baje bala", "22:00", "22:00"),
    ],
)  # fmt: skip
def test_a_time_in_digits_is_what_is_written(sentence: str, given: str, at: str) -> None:
    text = normalize(sentence)
    home = Home.from_dict({"name": "Ghar", "rooms": [{"name": "hall", "aliases": ["हल"]}, {"name": "kitchen"}]})
    asked = [Asked(mark(text, "hal" if "hall" not in text else "hall"), {"action": "turn_on", "at": given})]
    command, certainty = resolve(asked, text, lookup_of(home))
    assert [action.at for action in command.actions] == [at]
    assert (certainty > 0.9) == (given == at)


@pytest.mark.parametrize(("given", "at"), [("21:45", "21:50"), ("22:45", "09:50")])
def test_what_is_later_than_a_time_in_digits_stays_as_much_later(given: str, at: str) -> None:
    sentence = "film ends 9:45 pm, hall off five minutes after that"
    entry = Asked(mark(sentence, "hall"), {"action": "turn_off", "at": later(given, 300)}, chained=("5m",))
    command, certainty = resolve([entry], sentence, lookup_of(home_of("hall", "kitchen")))
    assert [action.at for action in command.actions] == [at]
    assert (certainty > 0.9) == (given == "21:45")


def test_a_time_in_digits_leaves_another_one_in_words_as_it_is() -> None:
    sentence = "hall bihana 6 baje bala ani kitchen 6:30 ma"
    home = Home.from_dict({"name": "Ghar", "rooms": [{"name": "hall"}, {"name": "kitchen"}]})
    asked = [Asked(mark(sentence, room), {"action": "turn_on", "at": at})
             for room, at in (("hall", "06:00"), ("kitchen", "06:30"))]  # fmt: skip
    command, certainty = resolve(asked, sentence, lookup_of(home))
    assert [action.at for action in command.actions] == ["06:00", "06:30"] and certainty > 0.9


@pytest.mark.parametrize(
    "sentence", ["all rooms on hostel off", "every light in the hostel off", "turn off all lights in hostel"]
)
def test_all_that_is_in_a_place_is_that_place(sentence: str) -> None:
    at = sentence.index("hostel")
    asked = [Asked(ALL, {"action": "turn_on"}), Asked((at, at + len("hostel") - 1), OFF)]
    command, certainty = resolve(asked, sentence, lookup_of(CAMPUS))
    assert [*command.rooms] == ["hostel"] and certainty > 0.9


def test_everything_said_besides_a_place_stays() -> None:
    sentence = "turn everything on and then hostel off"
    at = sentence.index("hostel")
    asked = [Asked(ALL, {"action": "turn_on"}), Asked((at, at + len("hostel") - 1), OFF)]
    assert [*resolve(asked, sentence, lookup_of(CAMPUS))[0].rooms] == [ALL, "hostel"]


@pytest.mark.parametrize(
    ("sentence", "doing", "asks"),
    [
        ("kunai kotha ko batti bala", OFF, True), ("euta kotha nibhau", OFF, True), ("sabai kotha nibhau", OFF, False),
        ("kunai kotha ma batti baleko cha?", {"action": "get_state"}, False),
    ],
)
def test_any_room_is_not_all_of_them(sentence: str, doing: dict[str, str], asks: bool) -> None:
    assert (resolve([Asked(ALL, doing)], sentence, lookup_of(CAMPUS))[1] <= 0.5) == asks


TWO_BATHS = Home.from_yaml("""
name: Ghar
rooms:
  - {name: family room}
  - {name: kitchen}
  - {name: bath 1}
  - {name: bath 2}
  - {name: stairs}
  - {name: gate, lights: [{name: jali batti}]}
groups:
  - {name: baths, rooms: [bath 1, bath 2]}
  - {name: upstairs, rooms: [bath 1, kitchen]}
""")


def in_baths(sentence: str, *entries: tuple[str, dict[str, Any]]) -> tuple[list[str], float]:
    """The rooms that are meant where these words were marked, and how certain they are."""
    asked = [Asked(name if name == "here" else mark(sentence, name), doing) for name, doing in entries]
    command, certainty = resolve(asked, sentence, lookup_of(TWO_BATHS))
    return [*command.rooms], certainty


@pytest.mark.parametrize(
    ("sentence", "doing", "rooms"),
    [
        ("bath 2 20%", HALF | {"brightness": 0.2}, ["bath 2"]), ("bath 2 10", HALF | {"brightness": 0.1}, ["bath 2"]),
        ("bath 2 half", HALF, ["bath 2"]), ("bath 2 off in 10 minutes", OFF | {"after": "10m"}, ["bath 2"]),
        ("bath 2", HALF | {"brightness": 0.02}, ["baths"]), ("bath 2 minutes off", OFF | {"after": "2m"}, ["baths"]),
    ],
)
def test_a_number_is_of_the_name_where_another_one_is_the_value(
    sentence: str, doing: dict[str, Any], rooms: list[str]
) -> None:
    assert in_baths(sentence, ("bath", doing))[0] == rooms


@pytest.mark.parametrize(
    ("sentence", "entries"),
    [
        ("bath 1/2 off", [("bath", HALF)]),  # a half, or both
        ("bath 1 20 bath 2 40", [("bath 2", HALF)]),  # one was left out
        ("family bath on", [("family", ON), ("bath", ON)]),  # there is none
        ("chali batti nibhau", [("here", OFF)]),  # the jali batti
    ],
)
def test_what_may_be_meant_of_several_is_asked_about(sentence: str, entries: list[tuple[str, dict[str, Any]]]) -> None:
    assert in_baths(sentence, *entries)[1] <= 0.5


@pytest.mark.parametrize(
    ("sentence", "entries"),
    [
        ("bath 1 hoina bath 2 nibhau", [("bath 2", OFF)]), ("family room kitchen on", [("family room", ON),
        ("kitchen", ON)]), ("sabai batti nibhau", [("here", OFF)]),
    ],
)
def test_what_is_said_in_full_is_not_asked_about(sentence: str, entries: list[tuple[str, dict[str, Any]]]) -> None:
    assert in_baths(sentence, *entries)[1] > 0.9


def test_a_group_is_found_of_which_a_recognizer_wrote_the_first_syllable_apart() -> None:
    assert in_baths("ap steyar lait af", ("steyar", OFF))[0] == ["upstairs"]
    assert in_baths("aba steyar lait af", ("steyar", OFF))[0] == ["stairs"]


def test_a_number_that_was_marked_alone_is_that_of_the_word_before_it() -> None:
    assert in_baths("bath 1 full ani bath 2 off", ("1", HALF), ("2", OFF))[0] == ["bath 1", "bath 2"]


HAILED = home_of(
    "hall", "store", "Sonam ko kotha", "puja didi ko kotha", "didi ko kotha", "dai ko study", "study", "aama ko kotha",
    {"name": "mero kotha", "aliases": ["my room"]}, {"name": "bedroom", "aliases": ["kotha"]}, "bathroom",
)  # fmt: skip


@pytest.mark.parametrize(
    ("sentence", "marked", "room"),
    [
        ("sonam hall ko batti bala", "sonam hall", "hall"), ("aama hall nibhau", "aama hall", "hall"),
        ("sonam la store ma bala", "sonam la store", "store"), ("pinky dai hall bala", "pinky dai hall", "hall"),
        ("sonam my room off", "sonam my room", "mero kotha"),
        ("sonam ko hall bala", "sonam ko hall", None),  # whose it is stands before ko
        ("guest bathroom bala", "guest bathroom", None), ("bachchaharu bathroom bala", "bachchaharu bathroom", None),
        ("sonam kotha bala", "sonam kotha", "Sonam ko kotha"), ("dai study bala", "dai study", "dai ko study"),
        ("puja didi ko kotha bala", "puja didi ko kotha", "puja didi ko kotha"),
    ],
)  # fmt: skip
def test_who_is_called_before_a_place_does_not_own_it(sentence: str, marked: str, room: str | None) -> None:
    command, certainty = resolve([Asked(mark(sentence, marked), OFF, ())], sentence, lookup_of(HAILED))
    assert command.rooms == ((room,) if room else ()) or certainty <= 0.5
    assert room is None or command.rooms == (room,)


@pytest.mark.parametrize(("marked", "room"), [("aba", "here"), ("ava", "here"), ("aaba", "baba ko kotha")])
def test_the_word_for_now_is_no_father(marked: str, room: str) -> None:
    home = home_of("baba ko kotha", "hall")
    command, _ = resolve([Asked(mark(marked, marked), OFF, ())], f"{marked} light off", lookup_of(home))
    assert command.rooms == (room,)


def test_a_home_may_call_a_room_by_the_word_for_now() -> None:
    command, _ = resolve([Asked((0, 2), OFF, ())], "aba light off", lookup_of(home_of("Aba", "hall")))
    assert command.rooms == ("Aba",)


@pytest.mark.parametrize(("aliases", "is_sure"), [([], False), (["mathi tala"], True)])
def test_two_groups_that_were_marked_for_one_are_in_doubt(aliases: list[str], is_sure: bool) -> None:
    rooms = [{"name": name} for name in ("attic", "cellar")]
    groups = [{"name": "mathi", "aliases": ["mathillo tala", *aliases], "rooms": ["attic"]},
              {"name": "tala", "rooms": ["cellar"]}]  # fmt: skip
    home = Home.from_dict({"name": "H", "rooms": rooms, "groups": groups})
    _, certainty = resolve([Asked((0, 9), OFF, ())], "mathi tala nibhau", lookup_of(home))
    assert (certainty > 0.5) is is_sure


@pytest.mark.parametrize(
    ("sentence", "marked", "room"),
    [("हलकोबत्तीबाल", "hala", "hall"), ("गेटकोलाइटबाल", "geta", "gate"), ("छतकोबत्तीबाल", "chhata", "chhat")],
)
def test_a_short_name_is_found_in_words_run_together(sentence: str, marked: str, room: str) -> None:
    sentence, home = normalize(sentence), home_of("hall", "gate", "chhat", "veranda")
    command, certainty = resolve([Asked(mark(sentence, marked), OFF, ())], sentence, lookup_of(home))
    assert command.rooms == (room,) and certainty > 0.9


@pytest.mark.parametrize(
    ("sentence", "marked"),
    [("सुनमाया दिदी सुत्नुभयो, उहाँको कोठा निभाऊ", "uhanko kotha"), ("sunmaya didi suti, usko kotha nibhau", "usko kotha")],
)
def test_whose_room_it_is_is_told_with_a_title_and_in_the_other_script(sentence: str, marked: str) -> None:
    sentence, home = normalize(sentence), home_of("didi ko kotha", "Sunmaya ko kotha", "hall")
    command, _ = resolve([Asked(mark(sentence, marked), OFF, ())], sentence, lookup_of(home))
    assert command.rooms == ("Sunmaya ko kotha",)


@pytest.mark.parametrize(
    ("sentence", "marked", "doing", "is_sure"),
    [
        ("at 6 am light on", "am", {**ON, "at": "06:00"}, True), ("alarm 6 am ko light on", "am", ON, False),
        ("a light off", "a", OFF, True),
    ],
)  # fmt: skip
def test_what_tells_of_no_place_is_here(sentence: str, marked: str, doing: dict[str, Any], is_sure: bool) -> None:
    first = sentence.index(f"{marked} ")
    asked = [Asked((first, first + len(marked) - 1), doing)]
    command, certainty = resolve(asked, sentence, lookup_of(home_of("aama ko kotha", "hall")))
    assert command.rooms == ("here",) and (certainty > 0.5) is is_sure


def test_an_am_that_is_no_clocks_is_a_mother() -> None:
    command, _ = resolve([Asked((0, 1), OFF)], "am ko light off", lookup_of(home_of("aama ko kotha", "hall")))
    assert command.rooms == ("aama ko kotha",)


@pytest.mark.parametrize(("sentence", "is_sure"), [("60 बाट 20", False), ("bath 20", True)])
def test_a_case_ending_between_two_levels_is_not_surely_a_bath(sentence: str, is_sure: bool) -> None:
    sentence = normalize(sentence)
    asked = [Asked(mark(sentence, "bath" if is_sure else "bat"), {"action": "adjust_brightness", "brightness": 0.2})]
    assert (resolve(asked, sentence, lookup_of(home_of("bath", "hall")))[1] > 0.5) is is_sure


@pytest.mark.parametrize(
    ("sentence", "is_sure"),
    [("arko flat ko balcony off", False), ("the other house's balcony off", False), ("flat ko balcony off", True)],
)
def test_what_is_in_another_house_is_asked_about(sentence: str, is_sure: bool) -> None:
    asked = [Asked(mark(sentence, "balcony"), OFF)]
    assert (resolve(asked, sentence, lookup_of(home_of("balcony", "hall")))[1] > 0.5) is is_sure


@pytest.mark.parametrize(
    ("sentence", "is_sure"),
    [("ranjana bahini, studio ko batti nibhau", True), ("studio nibhau, ranjana bahek", False)],
)
def test_somebody_who_is_called_like_a_lamp_is_none(sentence: str, is_sure: bool) -> None:
    home = home_of({"name": "studio", "lights": [{"name": "Ranjana"}, {"name": "tube"}]}, "hall")
    assert (resolve([Asked(mark(sentence, "studio"), OFF)], sentence, lookup_of(home))[1] > 0.5) is is_sure


def test_the_house_in_the_name_of_a_room_is_not_all_of_it() -> None:
    home = home_of({"name": "Sasura Ghar", "aliases": ["in-laws"]}, "hall")
    for sentence in ("sasura ghar nibhau", "sasura ghar sabai nibhau"):
        command, sure = resolve([Asked(ALL, OFF)], sentence, lookup_of(home))
        assert ([*command.rooms], sure) == (["Sasura Ghar"], 0.8)
    assert resolve([Asked(ALL, OFF)], "sasura ghar gaye, sabai nibhau", lookup_of(home))[0].rooms == (ALL,)
    assert resolve([Asked(ALL, OFF)], "ghar nibhau", lookup_of(home))[1] > 0.9


@pytest.mark.parametrize(
    ("sentence", "marked", "rooms", "is_sure"),
    [
        ("both terraces off", "terraces", ["terrace west", "terrace east"], True),
        ("all the bedrooms off", "bedrooms", ["master bedroom"], False), ("the stairs off", "stairs", ["stairs"], True),
    ],
)  # fmt: skip
def test_the_plural_of_a_kind_is_all_of_it(sentence: str, marked: str, rooms: list[str], is_sure: bool) -> None:
    home = home_of("terrace west", "terrace east", "master bedroom", "stairs", "hall")
    command, certainty = resolve([Asked(mark(sentence, marked), OFF)], sentence, lookup_of(home))
    assert [*command.rooms] == rooms and (certainty > 0.5) is is_sure


@pytest.mark.parametrize(
    ("sentence", "is_sure"),
    [("bhauji ghar ke batti bujha da", False), ("ghar ke batti", True), ("bhauju ko ghar ko batti nibhau", False)],
)
def test_a_house_behind_somebody_is_not_surely_all(sentence: str, is_sure: bool) -> None:
    home = home_of("bhauji ko kotha", "hall")
    assert (resolve([Asked(ALL, OFF)], sentence, lookup_of(home))[1] > 0.5) is is_sure


@pytest.mark.parametrize(
    ("sentence", "is_sure"),
    [("our gun co buddy nib", False), ("sub eye buddy nib", True), ("gore vary co buddy nib", True)],
)
def test_all_is_in_doubt_where_a_recognizer_wrote_nothing_like_it(sentence: str, is_sure: bool) -> None:
    home = home_of({"name": "aangan"}, "hall")
    assert (resolve([Asked(ALL, OFF)], sentence, lookup_of(home))[1] > 0.5) is is_sure


@pytest.mark.parametrize(("sentence", "is_sure"), [("thulo ujyalo paar", False), ("thulo ota ujyalo paar", True)])
def test_an_adjective_of_the_light_tells_no_room(sentence: str, is_sure: bool) -> None:
    marked = sentence.partition(" ujyalo")[0]
    doing = {"action": "adjust_brightness", "brightness": 1.0}
    found = resolve([Asked(mark(sentence, marked), doing)], sentence, lookup_of(home_of("thulo ota", "hall")))
    assert (found[1] > 0.5) is is_sure


def test_all_of_a_kind_is_not_the_whole_house() -> None:
    lookup = lookup_of(home_of("deck lower", "deck upper", "hall"))
    assert resolve([Asked(ALL, OFF)], "all the decks off", lookup)[0].rooms == ("deck lower", "deck upper")
    assert resolve([Asked(ALL, OFF)], "all the lights off", lookup)[0].rooms == (ALL,)


@pytest.mark.parametrize(
    ("sentence", "names", "is_sure"),
    [
        ("sabai pokhari nibhau", ["pokhari 1", "pokhari 2", "pokhari 3"], True),
        ("every pokhari off", ["pokhari 1", "pokhari 2", "pokhari 3"], True),
        ("all three pokharis off", ["pokhari 1", "pokhari 2", "pokhari 3"], True),
        ("dubai pokhari nibhau", ["pokhari 1", "pokhari 2", "pokhari 3"], False),
        ("charai kotha nibhau", ["talla"], False), ("sabai kotha nibhau", [ALL], True),
        ("all five decks off", [ALL], False), ("every terrace off", [ALL], False),
        ("every house light off", [ALL], True),
    ],
)  # fmt: skip
def test_a_word_for_all_before_one_of_a_kind_is_said_of_its_like(
    sentence: str, names: list[str], is_sure: bool
) -> None:
    rooms = ("pokhari 1", "pokhari 2", "pokhari 3", "hall", "store")
    home = home_of(*rooms, groups={"talla": [*rooms[:4]]})
    command, certainty = resolve([Asked(ALL, OFF)], sentence, lookup_of(home))
    assert [*command.rooms] == names and (certainty > 0.5) is is_sure


def test_one_is_excepted_from_all_of_its_kind() -> None:
    sentence, lookup = "sabai pokhari nibhau pokhari 2 bahek", lookup_of(home_of("pokhari 1", "pokhari 2", "pokhari 3"))
    asked = [Asked(ALL, OFF, excepts=(mark(sentence, "pokhari 2"),))]
    assert resolve(asked, sentence, lookup)[0].rooms == ("pokhari 1", "pokhari 3")


def test_all_of_a_kind_of_groups_are_those_groups() -> None:
    groups = {"keta barrack": ["a1"], "keti barrack": ["b1"]}
    sentence, home = "dubai barrackko batti nibhau", home_of("a1", "b1", "hall", groups=groups)
    found = resolve([Asked(mark(sentence, "dubai barrackko"), OFF)], sentence, lookup_of(home))
    assert found[0].rooms == ("keta barrack", "keti barrack") and found[1] > 0.5


def test_a_length_behind_a_level_is_not_that_of_the_level() -> None:
    sentence, lookup = "hall 30 3h", lookup_of(home_of("hall"))
    doing = {"action": "adjust_brightness", "brightness": 0.3, "for": "30h"}
    [action] = resolve([Asked(mark(sentence, "hall"), doing)], sentence, lookup)[0].to_dict()["actions"]
    assert (action["brightness"], action["for"]) == (0.3, "3h")


def test_minutes_of_no_hour_from_now_are_a_delay() -> None:
    sentence, lookup = "hall off in 0:20", lookup_of(home_of("hall"))
    command, sure = resolve([Asked(mark(sentence, "hall"), OFF | {"at": "00:20"})], sentence, lookup)
    assert command.to_dict()["actions"] == [{"room": "hall", "action": "turn_off", "after": "20m"}] and sure > 0.9


def test_which_comes_first_is_no_length() -> None:
    sentence, lookup = "2nd hall off", lookup_of(home_of("hall"))
    assert resolve([Asked(mark(sentence, "hall"), OFF | {"after": "2m"})], sentence, lookup)[1] == 0.5


@pytest.mark.parametrize(
    ("sentence", "marked", "is_sure"),
    [
        ("hall bala sano chai nibhau", ["hall", "sano"], False), ("the big one off", ["big"], False),
        ("thulo kotha bala sano chai nibhau", ["thulo kotha", "sano"], True),
        ("sano kotha nibhau", ["sano kotha"], True),
    ],
)  # fmt: skip
def test_an_adjective_alone_tells_one_of_what_was_spoken_of(sentence: str, marked: list[str], is_sure: bool) -> None:
    asked = [Asked(mark(sentence, name), OFF) for name in marked]
    home = home_of("thulo kotha", "sano kotha", "hall")
    assert (resolve(asked, sentence, lookup_of(home))[1] > 0.5) is is_sure


@pytest.mark.parametrize(("said", "is_sure"), [("दिदी भन्छ रातो बनाऊ", False), ("दिदी भान्छा रातो बनाऊ", True)])
def test_what_somebody_says_is_no_sure_kitchen(said: str, is_sure: bool) -> None:
    sentence = normalize(said)
    asked = [Asked(mark(sentence, sentence.split()[1]), OFF)]
    assert (resolve(asked, sentence, lookup_of(home_of("bhancha", "hall")))[1] > 0.5) is is_sure


@pytest.mark.parametrize(
    ("sentence", "asked_for", "level", "is_sure"),
    [("hall 27.5%", 0.27, 0.28, True), ("hall 3030", 0.3, 0.3, False), ("hall 30", 0.3, 0.3, True)],
)
def test_the_level_that_is_told(sentence: str, asked_for: float, level: float, is_sure: bool) -> None:
    doing = {"action": "adjust_brightness", "brightness": asked_for}
    command, certainty = resolve([Asked(mark(sentence, "hall"), doing)], sentence, lookup_of(home_of("hall")))
    assert command.actions[0].brightness == level and (certainty > 0.5) is is_sure


def test_all_of_a_part_of_the_house_is_not_surely_all_of_it() -> None:
    home = home_of("attic", "hall", groups={"mathi": ["attic"]})
    assert resolve([Asked(ALL, OFF)], "sabai mathi ko batti nibhau", lookup_of(home))[0].rooms == ("mathi",)
    assert resolve([Asked(ALL, OFF)], "sabai tala nibhau", lookup_of(home))[1] == 0.5


def test_my_room_is_none_that_was_named_before() -> None:
    sentence = "kitchen ra mero kotha dubai nibhau"
    asked = [Asked(mark(sentence, name), OFF) for name in ("kitchen", "mero kotha")]
    assert resolve(asked, sentence, lookup_of(home_of("kitchen", "hall")))[0] == Command.unknown_room()
    sentence = "mero kotha, kitchen ko nibhau"
    asked = [Asked(mark(sentence, name), OFF) for name in ("mero kotha", "kitchen")]
    assert resolve(asked, sentence, lookup_of(home_of("kitchen", "hall")))[0].rooms == ("kitchen",)


@pytest.mark.parametrize(
    ("sentence", "level", "is_sure"),
    [
        ("upper deck 20 lower 40", 0.4, False), ("upper deck 20 lower 40", 0.2, True),
        ("upper deck 20, haina 40", 0.4, True), ("upper deck two percent", 0.02, True),
    ],
)  # fmt: skip
def test_the_level_of_another_place_is_in_doubt(sentence: str, level: float, is_sure: bool) -> None:
    doing = {"action": "adjust_brightness", "brightness": level}
    found = resolve([Asked(mark(sentence, "upper deck"), doing)], sentence, lookup_of(home_of("upper deck", "hall")))
    assert (found[1] > 0.5) is is_sure


def test_the_number_of_one_of_a_kind_is_no_sure_level() -> None:
    sentence, doing = "cottage ek haina dui", {"action": "adjust_brightness", "brightness": 0.02}
    lookup = lookup_of(home_of("cottage 1", "cottage 2"))
    assert resolve([Asked(mark(sentence, "cottage"), doing)], sentence, lookup)[1] <= 0.5


def test_both_before_one_of_a_kind_is_not_said_of_all() -> None:
    home = Home.from_yaml(
        "name: Inn\nrooms: [{name: dorm A}, {name: dorm B}, {name: dorm C}]\n"
        "groups: [{name: dorms, rooms: [dorm A, dorm B, dorm C]}]"
    )
    sentence = "both dorm a and dorm c off"
    asked = [Asked(mark(sentence, name), OFF) for name in ("dorm a", "dorm c")]
    assert resolve(asked, sentence, lookup_of(home))[0].rooms == ("dorm A", "dorm C")


def test_the_house_after_an_hour_is_nobodys() -> None:
    sentence = "6 baje ghar ko batti nibhau"
    assert resolve([Asked(ALL, OFF | {"at": "06:00"})], sentence, lookup_of(home_of("hall", "kitchen")))[1] > 0.9


def test_the_half_of_a_shown_hour_stays() -> None:
    sentence, asked = "hall sadhe 9:00 baje off", OFF | {"at": "21:30"}
    command, certainty = resolve([Asked(mark(sentence, "hall"), asked)], sentence, lookup_of(home_of("hall", "den")))
    assert command.to_dict()["actions"][0]["at"] == "21:30" and certainty > 0.9


@pytest.mark.parametrize(
    ("sentence", "is_sure"), [("the second cabin off", False), ("the cabin off", True), ("20 second cabin off", True)]
)
def test_the_second_of_a_kind_is_not_the_only_one(sentence: str, is_sure: bool) -> None:
    found = resolve([Asked(mark(sentence, "cabin"), OFF)], sentence, lookup_of(home_of("cabin", "hall")))
    assert (found[1] > 0.5) is is_sure


@pytest.mark.parametrize(
    ("sentence", "room"), [("two o five off", "205"), ("two hundred five off", "205"), ("ek choti off", "here")]
)
def test_a_number_in_several_words_tells_a_room(sentence: str, room: str) -> None:
    assert resolve([Asked(HERE, OFF)], sentence, lookup_of(home_of("205", "hall")))[0].rooms == (room,)


def test_words_before_a_room_that_a_recognizer_wrote_are_its_name() -> None:
    sentence = "too low quota buddy nib"
    lookup = lookup_of(home_of("thulo kotha", "veranda"))
    assert resolve([Asked(mark(sentence, "quota"), OFF)], sentence, lookup)[0].rooms == ("thulo kotha",)
