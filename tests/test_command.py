from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from strategies import TRAPS, actions, any_data, any_text, commands, durations, one_form

from batti.command import Action, Command, intent_of
from batti.errors import BattiError
from batti.values import duration_of, seconds_of

CONTRACT = """\
intent: multi_room_control
rooms: [kitchen, living room]
actions:
  - room: kitchen
    action: turn_off
  - room: living room
    action: adjust_brightness
    brightness: 0.4
"""


def faults(text: str, **options: Any) -> list[str]:
    with pytest.raises(BattiError) as caught:
        Command.from_yaml(text, **options)
    return str(caught.value).splitlines()


def on(room: str = "kitchen", **fields: Any) -> Action:
    return Action.model_validate({"room": room, "action": "turn_on", **fields})


# --- text out and in ---------------------------------------------------------------------------


@given(commands())
def test_every_document_reads_back_as_the_same(command: Command) -> None:
    text = command.to_yaml()
    again = Command.from_yaml(text)
    assert again == command and hash(again) == hash(command)
    assert again.to_yaml() == text
    assert Command.from_dict(command.to_dict()) == command


@given(commands())
def test_another_yaml_reader_sees_the_same_values(command: Command) -> None:
    assert yaml.safe_load(command.to_yaml()) == command.to_dict()


@given(commands())
def test_intent_and_rooms_may_be_left_out(command: Command) -> None:
    data = command.to_dict()
    if command.actions:
        groups = command.rooms if command.intent == "multi_room_control" else ()
        assert Command.from_dict({"actions": data["actions"]}, groups=groups) == command
    else:
        assert Command.from_dict({"intent": data["intent"]}) == command


@given(st.lists(actions(), min_size=1, max_size=4))
def test_of_takes_what_is_in_one_form_and_refuses_the_rest(made: list[Action]) -> None:
    kept = one_form(made)
    assert Command.of(kept).actions == tuple(kept)
    if kept != made:
        with pytest.raises(BattiError):
            Command.of(made)


def test_the_example_of_the_contract_is_canonical() -> None:
    assert Command.from_yaml(CONTRACT).to_yaml() == CONTRACT


def test_the_keys_are_printed_in_the_order_of_the_contract() -> None:
    text = (
        "intent: multi_room_control\nrooms: [upstairs]\nactions:\n"
        "  - room: upstairs\n    except: [a, b]\n    action: adjust_brightness\n"
        '    brightness_step: -0.2\n    after: 1h30m\n    at: "06:30"\n    for: 45s\n'
    )
    shuffled = (
        "actions: [{for: 45s, at: 6:30, after: 90m, brightness_step: -0.20, "
        "action: adjust_brightness, except: [a, b], room: upstairs}]"
    )
    assert Command.from_yaml(shuffled).to_yaml() == text


@pytest.mark.parametrize(
    ("room", "printed"),
    [
        ("mother's room", "mother's room"),
        ("बैठक", "बैठक"),
        ("a, b", "a, b"),
        ("room 😀", "room 😀"),
        ("yes", '"yes"'),
        ("1.0", '"1.0"'),
        ("a: b", '"a: b"'),
        ("- x", '"- x"'),
    ],
)
def test_names_are_quoted_only_where_yaml_needs_it(room: str, printed: str) -> None:
    assert f"  - room: {printed}\n" in Command.of([on(room)]).to_yaml()


def test_refusals_print_empty_lists() -> None:
    assert Command.none().to_yaml() == "intent: none\nrooms: []\nactions: []\n"
    assert Command.unknown_room().to_dict() == {
        "intent": "unknown_room", "rooms": [], "actions": []
    }  # fmt: skip


# --- values ------------------------------------------------------------------------------------


@given(durations())
def test_equal_durations_are_equal(text: str) -> None:
    seconds = seconds_of(text)
    assert on(after=text).after == on(after=f"{seconds}s").after == duration_of(seconds)


@pytest.mark.parametrize(
    ("key", "given_value", "kept"),
    [
        ("after", "90m", "1h30m"),
        ("after", "60s", "1m"),
        ("for", "60m", "1h"),
        ("for", "24h", "24h"),
        ("at", "6:05", "06:05"),
        ("at", "00:00", "00:00"),
    ],
)
def test_times_have_one_form(key: str, given_value: str, kept: str) -> None:
    assert on(**{key: given_value}).to_dict()[key] == kept


@pytest.mark.parametrize(
    ("written", "level"), [("1", 1.0), ("0.40", 0.4), (".5", 0.5), (1, 1.0), (0.1 + 0.2, 0.3)]
)
def test_levels_are_read_as_people_write_them(written: object, level: float) -> None:
    action = {"room": "a", "action": "adjust_brightness", "brightness": written}
    kept = Command.from_dict({"actions": [action]}).actions[0].brightness
    assert kept == level and isinstance(kept, float)


@pytest.mark.parametrize("text", ["", "m", "1", "1d", "1m1h", "1 m", "-1m", "१m", "1.5h"])
def test_seconds_of_refuses(text: str) -> None:
    with pytest.raises(ValueError):
        seconds_of(text)


def test_python_may_make_one_action_from_another() -> None:
    first = Action(room="all", except_=("hall",), action="turn_on", for_="5m")
    second = Action(room="hall", except_=(), action=first.action, for_=first.for_)
    assert second.to_dict() == {"room": "hall", "action": "turn_on", "for": "5m"}


def test_commands_are_frozen() -> None:
    with pytest.raises(ValueError):
        Command.none().intent = "unknown_room"


# --- intent and rooms --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("made", "intent"),
    [
        ([{"action": "get_state"}], "query_state"),
        ([{"action": "get_state"}, {"room": "b", "action": "get_state"}], "query_state"),
        ([{"action": "turn_on"}, {"room": "b", "action": "turn_on"}], "multi_room_control"),
        ([{"room": "all", "action": "turn_on"}], "multi_room_control"),
        ([{"room": "upstairs", "action": "turn_on"}], "multi_room_control"),
        ([{"room": "x", "except": ["y"], "action": "turn_on"}], "multi_room_control"),
        ([{"action": "adjust_brightness", "brightness": 1}], "adjust_brightness"),
        ([{"action": "change_color", "color": "red"}], "change_color"),
        ([{"action": "adjust_brightness", "brightness": 1},
          {"action": "change_color", "color": "red"}], "single_room_control"),
        ([{"room": "here", "action": "toggle"}], "single_room_control"),
        ([{"action": "get_state"}, {"action": "toggle"}], "single_room_control"),
        ([{"action": "toggle"}, {"light": "lamp", "action": "toggle"}], "single_room_control"),
    ],
)  # fmt: skip
def test_the_intent_follows_from_the_actions(made: list[dict[str, Any]], intent: str) -> None:
    listed = [Action.model_validate({"room": "a", **fields}) for fields in made]
    assert Command.of(listed, groups={"upstairs"}).intent == intent
    assert intent_of(listed, {"upstairs"}) == intent


def test_rooms_are_in_order_of_first_mention() -> None:
    made = [on("b"), on("a"), on("b", light="lamp")]
    assert Command.of(made).rooms == ("b", "a")


def test_one_place_may_be_a_group_where_the_home_is_not_known() -> None:
    text = "intent: multi_room_control\nactions: [{room: upstairs, action: turn_on}]"
    assert Command.from_yaml(text).intent == "multi_room_control"


@pytest.mark.parametrize("place", ["room: here", "room: a, light: lamp"])
def test_here_and_the_room_of_a_light_are_no_groups(place: str) -> None:
    text = f"intent: multi_room_control\nactions: [{{{place}, action: turn_on}}]"
    assert "write intent: single_room_control" in faults(text)[0]


# --- faults ------------------------------------------------------------------------------------

RULES = yaml.safe_load(Path(__file__).with_name("command_faults.yaml").read_text("utf-8"))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["rule"])
def test_every_rule_is_refused_at_its_line(rule: dict[str, str]) -> None:
    said = faults(rule["text"])
    assert len(said) == 1, said
    marked = [n for n, line in enumerate(rule["text"].splitlines(), 1) if "# here" in line]
    where, _, rest = said[0].partition(": ")
    assert where == f"line {marked[0] if marked else 1}"
    assert rule["says"] in rest
    assert "; " in rest, "a fault says what to write instead"


def test_the_rules_cover_every_key_of_an_action() -> None:
    texts = "".join(rule["text"] for rule in RULES)
    keys = [name.rstrip("_") for name in Action.model_fields]
    assert all(f"{key}:" in texts for key in keys)


def test_all_faults_come_at_once_in_the_order_of_lines() -> None:
    said = faults(
        "intent: foo\nactions:\n  - room: kitchen\n    action: turn_of\n    brigtness: 1\n"
        "  - room: b\n    action: change_color\n    after: 0s\n    at: 24:00\n  - foo\n"
        "  - {room: c, action: turn_on}\n  - {room: c, action: turn_on}\n"
    )
    lines = [int(line.split(":")[0].removeprefix("line ")) for line in said]
    assert lines == [1, 4, 5, 7, 8, 9, 10, 12]


def test_faults_of_plain_data_have_a_path() -> None:
    with pytest.raises(BattiError) as caught:
        Command.from_dict({"actions": [{"room": "a", "action": "turn_on", "at": 390}]})
    assert str(caught.value) == (
        'actions[0].at: 390 is a number, not a time of day; quote the time: "06:30"'
    )


@pytest.mark.parametrize("data", [None, 3, [], "x", {1: 2}, {"actions": {"a": 1}},
                                  {"actions": [None]}, {"actions": [{"room": 1, "action": []}]}])
def test_odd_data_is_refused(data: object) -> None:
    with pytest.raises(BattiError):
        Command.from_dict(data)


def test_of_refuses_no_actions() -> None:
    with pytest.raises(BattiError, match="intent: none"):
        Command.of([])


# --- anything at all ---------------------------------------------------------------------------

@given(any_text())
def test_any_text_is_read_or_refused(text: str) -> None:
    _read_or_refused(text)


@given(any_data() | st.fixed_dictionaries({"actions": st.lists(any_data(), max_size=3)}))
def test_any_yaml_is_read_or_refused(data: object) -> None:
    _read_or_refused(yaml.safe_dump(data, allow_unicode=True))


@given(any_data() | st.fixed_dictionaries({"actions": st.lists(any_data(), max_size=3)}))
def test_any_data_is_read_or_refused(data: object) -> None:
    try:
        command = Command.from_dict(data)
    except BattiError as error:
        assert error.faults
    else:
        assert Command.from_dict(command.to_dict()) == command


@pytest.mark.parametrize("text", TRAPS)
def test_known_traps_are_read_or_refused(text: str) -> None:
    _read_or_refused(text)


def _read_or_refused(text: str) -> None:
    try:
        command = Command.from_yaml(text)
    except BattiError as error:
        assert error.faults and all(fault.where.startswith("line ") for fault in error.faults)
        assert len(str(error).splitlines()) == len(error.faults)
    else:
        assert Command.from_yaml(command.to_yaml()) == command
