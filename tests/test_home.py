import unicodedata
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from strategies import TRAPS, any_data, any_text, homes

from batti.command import Action, Command
from batti.errors import BattiError
from batti.home import Entity, Home

HOUSE = """\
name: Sano ghar
rooms:
  - name: lounge
    aliases: [baithak, बैठक]
    lights:
      - name: floor lamp
        aliases: [kuna ko batti]
  - name: attic
    lights:
      - name: floor lamp
  - name: cellar
    aliases: [bhuin tala]
groups:
  - name: upper floor
    aliases: [mathi]
    rooms: [lounge, attic]
"""


@pytest.fixture
def house() -> Home:
    return Home.from_yaml(HOUSE)


def faults(text: str) -> list[str]:
    with pytest.raises(BattiError) as caught:
        Home.from_yaml(text)
    return str(caught.value).splitlines()


# --- reading and printing ----------------------------------------------------------------------


@given(homes())
def test_every_home_reads_back_as_the_same(home: Home) -> None:
    text = home.to_yaml()
    assert Home.from_yaml(text) == home
    assert Home.from_yaml(text).to_yaml() == text
    assert Home.model_validate(yaml.safe_load(text)) == home


def test_the_printed_form_is_the_written_one(house: Home) -> None:
    assert house.to_yaml() == HOUSE


def test_names_are_kept_in_one_form() -> None:
    decomposed = unicodedata.normalize("NFD", "é")
    home = Home.from_yaml(f"rooms:\n  - name: '  {decomposed}  a '\n  - name: yes\n  - name: 1.0\n")
    assert [room.name for room in home.rooms] == ["é a", "yes", "1.0"]
    assert home.name == "home"


def test_load_reads_a_file_with_or_without_a_byte_order_mark(tmp_path: Path, house: Home) -> None:
    for encoding in ("utf-8", "utf-8-sig"):
        file = tmp_path / f"{encoding}.yaml"
        file.write_text(HOUSE, encoding=encoding)
        assert Home.load(file) == Home.load(str(file)) == house


def test_load_says_what_cannot_be_read(tmp_path: Path) -> None:
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("name: é".encode("latin-1"))
    cases: list[tuple[str | Path, str]] = [
        (tmp_path / "none.yaml", "No such file"),
        (tmp_path, "cannot be read"),
        ("a\0b", "cannot be read"),
        (latin, "not UTF-8"),
    ]
    for path, said in cases:
        with pytest.raises(BattiError) as caught:
            Home.load(path)
        assert said in str(caught.value) and caught.value.hint
        assert len(str(caught.value).splitlines()) == 1


def test_faults_name_the_file_and_the_line(tmp_path: Path) -> None:
    file = tmp_path / "ghar.yaml"
    file.write_text("name: x\nrooms: []\n", encoding="utf-8")
    with pytest.raises(BattiError) as caught:
        Home.load(file)
    assert str(caught.value) == f"{file}:2: the home has no rooms; name one at least"


def test_a_fault_brings_no_others_with_it() -> None:
    """A name that is there twice is still a room's, and one that is empty is none to choose."""
    with pytest.raises(BattiError) as caught:
        Home.from_yaml("rooms:\n- name: hall\n- name: ' '\n- {name: bedroom, aliases: [hall]}\n"
                       "groups: [{name: mathi, rooms: [hall, toilet]}]\n")
    assert [fault.split(": ", 1)[1] for fault in str(caught.value).splitlines()] == [
        "a name is empty; write a name or leave the key out",
        "the name 'hall' is given to two things (also home.yaml:2); change one of them",
        "the home has no room 'toilet'; use one of: hall, bedroom",
    ]


# --- the default home --------------------------------------------------------------------------


def test_the_default_home_has_its_eleven_rooms() -> None:
    home = Home.default()
    assert ", ".join(room.name for room in home.rooms) == (
        "kitchen, living room, bedroom, store room, corridor, balcony, terrace, study room, "
        "prayer room, dining area, bathroom"
    )
    assert Home.default() is home and not home.groups


def test_every_default_room_can_be_said_in_both_scripts() -> None:
    for room in Home.default().rooms:
        scripts = {unicodedata.name(alias[0]).split()[0] for alias in room.aliases}
        assert scripts == {"LATIN", "DEVANAGARI"}, room.name
        assert 4 <= len(room.aliases) <= 8, room.name


# --- looking up --------------------------------------------------------------------------------


def test_entities_are_rooms_then_groups_then_lights(house: Home) -> None:
    assert [(one.kind, one.name, one.room) for one in house.entities()] == [
        ("room", "lounge", None),
        ("room", "attic", None),
        ("room", "cellar", None),
        ("group", "upper floor", None),
        ("light", "floor lamp", "lounge"),
        ("light", "floor lamp", "attic"),
    ]
    assert house.entities()[0] == Entity("room", "lounge", None, ("lounge", "baithak", "बैठक"))
    assert house.places() == house.entities()[:4]
    assert house.group_names == {"upper floor"}


def test_rooms_of(house: Home) -> None:
    assert house.rooms_of("all") == ("lounge", "attic", "cellar")
    assert house.rooms_of("upper floor") == ("lounge", "attic")
    assert house.rooms_of("cellar") == ("cellar",)


@pytest.mark.parametrize(
    ("place", "hint"),
    [
        ("baithak", "write 'lounge'"),
        ("Mathi", "write 'upper floor'"),
        ("celar", "did you mean 'cellar'?"),
        ("zzz", "use one of: lounge, attic, cellar, upper floor"),
        ("here", "say which room that is"),
    ],
)
def test_rooms_of_refuses_what_is_no_place(house: Home, place: str, hint: str) -> None:
    with pytest.raises(BattiError) as caught:
        house.rooms_of(place)
    assert caught.value.hint == hint


# --- a command against a home ------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        {"room": "lounge"},
        {"room": "here"},
        {"room": "all", "except": ["cellar", "attic"]},
        {"room": "upper floor", "except": ["attic"]},
        {"room": "attic", "light": "floor lamp"},
    ],
)
def test_what_the_home_has_is_without_fault(house: Home, fields: dict[str, object]) -> None:
    action = Action.model_validate({**fields, "action": "toggle"})
    assert house.check(Command.of([action], groups=house.group_names)) == []


def test_refusals_are_without_fault(house: Home) -> None:
    assert house.check(Command.none()) == house.check(Command.unknown_room()) == []


@pytest.mark.parametrize(
    ("fields", "where", "said"),
    [
        ({"room": "baithak"}, "room", "write 'lounge'"),
        ({"room": "garage"}, "room", "no room or group 'garage'"),
        ({"room": "all", "except": ["garage"]}, "except[0]", "no room of all"),
        ({"room": "all", "except": ["attic", "mathi"]}, "except[1]", "no room of all"),
        ({"room": "all", "except": ["upper floor"]}, "except[0]", "no room of all"),
        ({"room": "upper floor", "except": ["cellar"]}, "except[0]", "no room of upper floor"),
        ({"room": "cellar", "except": ["attic"]}, "except", "one room, without exceptions"),
        ({"room": "cellar", "light": "floor lamp"}, "light", "write room: lounge"),
        ({"room": "lounge", "light": "flor lamp"}, "light", "did you mean 'floor lamp'?"),
        ({"room": "upper floor", "light": "floor lamp"}, "light", "is a group"),
    ],
)
def test_what_the_home_lacks_is_a_fault(
    house: Home, fields: dict[str, object], where: str, said: str
) -> None:
    actions = [
        Action(room="here", action="get_state"),
        Action.model_validate({**fields, "action": "toggle"}),
    ]
    (fault,) = house.check(Command.of(actions))
    assert fault.where == f"actions[1].{where}"
    assert said in str(fault)


def test_the_intent_is_checked_with_the_groups_of_the_home(house: Home) -> None:
    action = Action(room="upper floor", action="turn_on")
    (fault,) = house.check(Command.of([action]))
    assert str(fault).endswith("write intent: multi_room_control")
    text = "intent: multi_room_control\nactions: [{room: attic, action: turn_on}]"
    (fault,) = house.check(Command.from_yaml(text))
    assert str(fault).endswith("write intent: single_room_control")


# --- faults ------------------------------------------------------------------------------------

RULES = yaml.safe_load(Path(__file__).with_name("home_faults.yaml").read_text("utf-8"))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["rule"])
def test_every_rule_is_refused_at_its_line(rule: dict[str, str]) -> None:
    said = faults(rule["text"])
    assert len(said) == 1, said
    marked = [n for n, line in enumerate(rule["text"].splitlines(), 1) if "# here" in line]
    where, _, rest = said[0].partition(": ")
    assert where == f"home.yaml:{marked[0] if marked else 1}"
    assert rule["says"] in rest
    assert "; " in rest, "a fault says what to write instead"


def test_all_faults_come_at_once_in_the_order_of_lines() -> None:
    said = faults(
        "rooms:\n  - name: a\n    alias: [x]\n  - name: A\n  - b\n  - name: '!!'\n"
        "groups:\n  - name: all\n    rooms: [c]\n  - name: g\n    rooms: []\nextra: 1\n"
    )
    assert [int(line.split(":")[1]) for line in said] == [3, 4, 5, 6, 8, 9, 11, 12]


def test_the_time_zone_is_kathmandus_unless_it_is_said() -> None:
    assert Home.default().time_zone == "Asia/Kathmandu"
    assert "time_zone" not in Home.default().to_dict()
    home = Home.from_yaml("rooms: [{name: hall}]\ntime_zone: Europe/London")
    assert Home.from_yaml(home.to_yaml()).time_zone == "Europe/London"


def test_the_number_of_rooms_has_a_limit() -> None:
    rooms = [f"  - name: room {number}\n" for number in range(501)]
    assert len(Home.from_yaml("rooms:\n" + "".join(rooms[:500])).rooms) == 500
    (said,) = faults("rooms:\n" + "".join(rooms))
    assert said == "home.yaml:502: the home has 501 rooms; name 500 at most"


@pytest.mark.parametrize(
    "rooms",
    [
        "  - name: a\n    lights: [{name: lamp}]\n  - name: b\n    lights: [{name: lamp}]\n",
        "  - name: a\n    aliases: [b, b, A]\n",
        "  - name: भान्छा\n  - name: भान्सा\n",
    ],
)
def test_what_is_allowed(rooms: str) -> None:
    assert Home.from_yaml("rooms:\n" + rooms).rooms


@given(any_text())
def test_any_text_is_read_or_refused(text: str) -> None:
    _read_or_refused(text)


@given(any_data() | st.fixed_dictionaries({"rooms": st.lists(any_data()), "groups": any_data()}))
def test_any_yaml_is_read_or_refused(data: object) -> None:
    _read_or_refused(yaml.safe_dump(data, allow_unicode=True))


@pytest.mark.parametrize("text", TRAPS)
def test_known_traps_are_read_or_refused(text: str) -> None:
    _read_or_refused(text)


def _read_or_refused(text: str) -> None:
    try:
        home = Home.from_yaml(text)
    except BattiError as error:
        assert error.faults and all(one.where.startswith("home.yaml:") for one in error.faults)
        assert len(str(error).splitlines()) == len(error.faults)
    else:
        assert Home.from_yaml(home.to_yaml()) == home
