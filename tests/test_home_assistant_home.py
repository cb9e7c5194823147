"""`batti home import`: what Home Assistant knows becomes a home file, and what the user wrote into it stays."""

from pathlib import Path

import hass
import pytest
from hass import Hass
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import homes
from test_cli import refused, run

from batti.errors import BattiError
from batti.home import Home
from batti.lookup import Lookup
from batti.serve.home_assistant.client import Client
from batti.serve.home_assistant.merge import merged
from batti.serve.home_assistant.survey import Survey, Thing, home_of

KITCHEN, BEDROOM = Thing("kitchen", "Kitchen", within="down"), Thing("bed", "Bedroom", ("the nest",), "up")
DOWN, UP = Thing("down", "Ground floor"), Thing("up", "Upstairs")
SPOTS = Thing("light.spots", "Kitchen Spots", within="kitchen")
LAMP = Thing("light.lamp", "Table Lamp", ("padhne batti",), "bed")


def survey(*lights: Thing, areas: tuple[Thing, ...] = (KITCHEN, BEDROOM)) -> Survey:
    return Survey("Ghar", "Asia/Kathmandu", (DOWN, UP), areas, lights)


def again(mine: str, before: Survey, now: Survey) -> Home:
    """The home of a file that was made of `before` and edited since."""
    return merged(Home.from_yaml(mine), home_of(now), home_of(before))[0]


# --- names -------------------------------------------------------------------------------------


def test_areas_are_rooms_floors_groups_and_common_rooms_have_nepali_names() -> None:
    home = home_of(survey(SPOTS))
    kitchen, bedroom = home.rooms
    assert {"bhancha", "भान्छा"} <= set(kitchen.aliases)
    assert "the nest" in bedroom.aliases
    assert [(group.name, group.floor, group.rooms) for group in home.groups] == [
        ("Ground floor", "down", ("Kitchen",)), ("Upstairs", "up", ("Bedroom",))]  # fmt: skip
    for said in ("bhancha", "mathillo tala", "सुत्ने कोठा"):
        assert Lookup(home).find(said)[0] is not None


@pytest.mark.parametrize(
    ("lights", "own", "named"),
    [
        ((SPOTS,), "light.spots", []),
        ((LAMP,), None, ["Table Lamp"]),  # it has an alias, so somebody calls it by name
        ((SPOTS, Thing("light.main", "Kitchen Light", within="kitchen")), "light.main", ["Spots"]),
        ((SPOTS, Thing("light.two", "Kitchen spots", within="kitchen")), None, ["Spots", "Kitchen spots"]),
    ],
)
def test_a_light_that_is_alone_or_just_called_light_has_no_name(
    lights: tuple[Thing, ...], own: str | None, named: list[str]
) -> None:
    [room] = [room for room in home_of(survey(*lights)).rooms if room.area == lights[0].within]
    assert room.entity == own
    assert [light.name for light in room.lights] == named


def test_names_that_cannot_be_or_are_somebody_else_s_give_way() -> None:
    areas = (Thing("all", "All"), Thing("smile", "🙂"), Thing("a", "Ark", ("lair",)), Thing("b", "Lair", ("ark", "x"))
             )  # fmt: skip
    lamp = Thing("light.l", "ark", ("lair", "y", "Y"), "b")
    home = home_of(Survey("", "Nowhere/Land", (), areas, (lamp,)))
    assert [room.name for room in home.rooms] == ["All 2", "smile", "Ark", "Lair"]
    assert [room.aliases for room in home.rooms][2:] == [(), ("x",)]
    assert home.rooms[3].lights[0].aliases == ("y",)
    assert (home.name, home.time_zone) == ("home", "Asia/Kathmandu")


def test_without_areas_there_is_no_home() -> None:
    with pytest.raises(BattiError, match="no areas"):
        home_of(survey(areas=()))


# --- again -------------------------------------------------------------------------------------

EDITED = """
name: Mero ghar
rooms:
  - name: Cook room
    aliases: [bhancha, ama ko raj]
    area: kitchen
    entity: light.spots
  - name: Bedroom
    area: bed
    lights:
      - name: reading lamp
        aliases: [padhne batti]
        entity: light.lamp
  - name: shed
groups:
  - name: Upstairs
    floor: up
    rooms: [Bedroom, shed]
confirm_below: 0.8
"""


def test_what_was_edited_stays_and_what_is_new_comes() -> None:
    cellar, bulb = Thing("cellar", "Cellar", within="up"), Thing("light.bulb", "Bulb", within="bed")
    renamed = Thing("kitchen", "Galley", ("mess",), "down")
    home = again(EDITED, survey(SPOTS, LAMP), survey(SPOTS, LAMP, bulb, areas=(renamed, BEDROOM, cellar)))
    cook, bedroom, shed, new = home.rooms
    assert (home.name, home.confirm_below) == ("Mero ghar", 0.8)
    assert (cook.name, cook.aliases, cook.entity) == ("Cook room", ("bhancha", "ama ko raj", "mess"), "light.spots")
    assert [(light.name, light.entity) for light in bedroom.lights] == [
        ("reading lamp", "light.lamp"), ("Bulb", "light.bulb")]  # fmt: skip
    assert bedroom.aliases == ()  # they were deleted
    assert (shed.area, new.name) == (None, "Cellar")
    assert [(group.name, group.rooms) for group in home.groups] == [("Upstairs", ("Bedroom", "shed", "Cellar"))]


def test_a_room_that_was_deleted_does_not_come_back() -> None:
    mine = "rooms: [{name: Bedroom, area: bed}]"
    assert [room.area for room in again(mine, survey(SPOTS, LAMP), survey(SPOTS, LAMP)).rooms] == ["bed"]


def test_what_is_gone_from_home_assistant_goes_unless_it_was_edited() -> None:
    fresh = home_of(survey(SPOTS, LAMP))
    now = survey(areas=(Thing("new", "New"),))
    assert [room.name for room in merged(fresh, home_of(now), fresh)[0].rooms] == ["New"]
    home, news = merged(Home.from_yaml(EDITED), home_of(now), fresh)
    assert [room.name for room in home.rooms] == ["Cook room", "Bedroom", "shed", "New"]
    assert [light.entity for light in home.rooms[1].lights] == ["light.lamp"]
    assert any("kept, as you changed it" in line for line in news)


def test_a_light_that_was_moved_is_moved_with_its_names() -> None:
    moved = Thing(LAMP.id, LAMP.name, LAMP.aliases, "kitchen")
    kitchen, bedroom, _ = again(EDITED, survey(SPOTS, LAMP), survey(SPOTS, moved)).rooms
    assert [light.name for light in kitchen.lights] == ["Spots", "reading lamp"]  # two, so both have names
    assert bedroom.lights == ()


def test_a_file_written_by_hand_is_tied_to_the_areas_that_are_called_the_same() -> None:
    mine = Home.from_yaml("rooms: [{name: bhancha, aliases: [kitchen]}, {name: bedroom}, {name: kausi}]")
    home, _ = merged(mine, home_of(survey(SPOTS, LAMP)), None)
    assert [(room.name, room.area, room.entity) for room in home.rooms] == [
        ("bhancha", "kitchen", "light.spots"), ("bedroom", "bed", None), ("kausi", None, None)]  # fmt: skip
    assert [light.entity for light in home.rooms[1].lights] == ["light.lamp"]


def test_a_name_of_the_user_s_comes_before_one_of_home_assistant_s() -> None:
    mine = "rooms: [{name: Nook, aliases: [Cellar, root room], area: bed}]"
    new = Thing("cellar", "Cellar", ("root room", "pit"))
    nook, cellar = again(mine, survey(), survey(areas=(KITCHEN, BEDROOM, new))).rooms
    assert nook.aliases == ("Cellar", "root room")
    assert cellar.name == "Cellar 2"
    assert not {"Cellar", "root room"} & set(cellar.aliases)


NAMES = st.sampled_from(["Kitchen", "bhancha", "Den", "all", "🙂", "Hall", "den", "light", "Kitchen light"])
IDS = st.sampled_from(["a", "b", "c", "d"])


@st.composite
def surveys(draw: st.DrawFn) -> Survey:
    def things(kind: str, within: list[str]) -> tuple[Thing, ...]:
        ids = draw(st.lists(IDS, unique=True, min_size=1))
        where = st.sampled_from(within) if within else st.none()
        return tuple(Thing(f"{kind}{one}", draw(NAMES), tuple(draw(st.lists(NAMES, max_size=2))), draw(where))
                     for one in ids)  # fmt: skip

    floors = things("floor_", [])
    areas = things("area_", [floor.id for floor in floors])
    return Survey(draw(NAMES), "UTC", floors, areas, things("light.", [area.id for area in areas]))


@settings(max_examples=25, deadline=None)
@given(surveys(), surveys(), homes())
def test_any_survey_makes_a_home_and_any_two_can_be_merged(before: Survey, now: Survey, mine: Home) -> None:
    base, fresh = home_of(before), home_of(now)
    assert Home.from_yaml(fresh.to_yaml()) == fresh
    assert merged(base, base, base)[0] == base
    merged(mine, fresh, None)
    home = merged(base, fresh, base)[0]
    lights = {light.entity for room in home.rooms for light in room.lights} | {room.entity for room in home.rooms}
    assert {light.id for light in now.lights} <= lights
    assert merged(home, fresh, fresh)[0] == home


@settings(max_examples=25, deadline=None)
@given(homes(), surveys())
def test_what_the_user_wrote_is_still_there(mine: Home, now: Survey) -> None:
    home, _ = merged(mine, home_of(now), None)
    kept = {room.name: room for room in home.rooms}
    for room in mine.rooms:
        assert set(room.aliases) <= set(kept[room.name].aliases)
    assert {group.name for group in mine.groups} <= {group.name for group in home.groups}


# --- for real ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Hass:  # type: ignore[misc]
    with hass.running(tmp_path_factory.mktemp("hass") / "config") as started:
        yield started


@hass.needed
def test_a_real_home_is_imported_and_again_after_a_change(
    real: Hass, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HASS_TOKEN", real.token)
    file = tmp_path / "home.yaml"
    ask = ("home", "import", "--home-assistant", real.url, "--out", str(file))
    done = run(*ask)
    assert done.returncode == 0, done.stderr
    assert "5 lights" in done.stderr
    assert "light.secret" in done.stderr
    assert "light.lost" in done.stderr
    home = Home.load(file)
    assert {room.area: room.entity for room in home.rooms} == {
        "living_room": None, "kitchen": "light.kitchen_light", "bedroom": None, "hall": "light.hall",
        "terrace": "light.terrace", "secret": None,
    }  # fmt: skip
    assert [(light.name, light.aliases) for light in home.rooms[2].lights] == [
        ("Ceiling", ()), ("Table Lamp", ("padhne batti",))]  # fmt: skip
    assert [group.rooms for group in home.groups] == [("Living Room", "Kitchen"), ("Bedroom", "Terrace")]
    file.write_text(file.read_text().replace("name: Hall", "name: Dalan"))
    real.ask({"type": "config/entity_registry/update", "entity_id": "light.lost", "area_id": "secret"})
    done = run(*ask)
    assert done.returncode == 0, done.stderr
    assert [(room.name, room.entity) for room in Home.load(file).rooms][3:] == [
        ("Dalan", "light.hall"), ("Terrace", "light.terrace"), ("Secret", "light.lost")]  # fmt: skip
    assert "name: Dalan" in (tmp_path / "home.yaml~").read_text()
    assert "nothing has changed" in run(*ask).stderr


@pytest.mark.parametrize("address", ["homeassistant.local", "http://[::1", "http://", "ftp://x", "http://x:99999"])
def test_what_is_no_address_is_said(address: str) -> None:
    with pytest.raises(BattiError, match="is not the address of Home Assistant"):
        Client(address, "x")


@hass.needed
@pytest.mark.parametrize(
    ("address", "token", "said"),
    [
        (None, "no.such.token", "refuses the token"),
        ("http://127.0.0.1:9", "x", "cannot be reached"),
        ("homeassistant.local", "x", "is not the address of Home Assistant"),
        (None, "", "there is no token"),
    ],
)
def test_a_refusal_is_one_line(
    real: Hass, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str | None, token: str, said: str
) -> None:
    monkeypatch.setenv("HASS_TOKEN", token)
    file = tmp_path / "home.yaml"
    done = run("home", "import", "--home-assistant", address or real.url, "--out", str(file))
    [line] = refused(done, 1)
    assert said in line
    assert not file.exists()
