"""`batti wyoming`, asked by a client of the protocol and by the conversation API of a real Home Assistant."""

import asyncio
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import hass
import pytest
from hass import Hass
from test_cli import refused, run
from test_home_assistant_executor import HOME
from wyoming.asr import Transcript
from wyoming.info import Describe, Info
from wyoming.intent import Intent, Recognize
from wyoming.ping import Ping
from wyoming_server import ask, say, wyoming, wyoming_of
from zeroconf import IPVersion, ServiceBrowser, Zeroconf

from batti.command import Command
from batti.serve.dialogue import Dialogue
from batti.serve.home_assistant.executor import HomeAssistant, entities_of
from batti.serve.house import House
from batti.serve.lights import Abilities, LightState
from batti.serve.models import Models
from batti.serve.simulated import SimulatedHome
from batti.serve.store import Store
from batti.serve.talk import Talk
from batti.serve.wyoming.intents import SEVERAL, intents_of, version_of
from batti.serve.wyoming.run import _announced as announced
from batti.serve.wyoming.server import Server, Wyoming

PLAIN = Abilities(False, False, None)
STATES = {key: LightState(*key) for key in entities_of(HOME)} | {
    ("bedroom", "table lamp"): LightState("bedroom", "table lamp", abilities=PLAIN),
    ("terrace", None): LightState("terrace", reachable=False),
}


# --- what intents can say ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        ([{"room": "kitchen", "action": "turn_on"}], [("HassTurnOn", {"name": "light.kitchen_light"})]),
        ([{"room": "bedroom", "action": "turn_off"}],
         [("HassTurnOff", {"name": "light.bedroom_ceiling"}), ("HassTurnOff", {"name": "light.table_lamp"})]),
        ([{"room": "kitchen", "action": "adjust_brightness", "brightness": 0.4},
          {"room": "kitchen", "action": "change_color", "color": "blue"}],
         [("HassLightSet", {"name": "light.kitchen_light", "brightness": 40, "color": "blue"})]),
        ([{"room": "hall", "action": "change_color", "color_temp": 2700}, {"room": "kitchen", "action": "turn_off"}],
         [("HassLightSet", {"name": "light.hall", "temperature": 2700}),
          ("HassTurnOff", {"name": "light.kitchen_light"})]),
    ],
)  # fmt: skip
def test_what_intents_can_say(actions: list[dict[str, Any]], expected: list[Any]) -> None:
    found = intents_of(Command.from_dict({"actions": actions}), HOME, STATES)
    assert found is not None
    said = [(one.name, {slot.name: slot.value for slot in one.entities}) for one in found]
    assert said == [(name, {"domain": "light", **slots}) for name, slots in expected]


@pytest.mark.parametrize(
    "action",
    [
        {"room": "kitchen", "action": "adjust_brightness", "brightness_step": 0.2},
        {"room": "kitchen", "action": "turn_on", "after": "10m"},
        {"room": "kitchen", "action": "turn_on", "at": "06:30"},
        {"room": "kitchen", "action": "turn_on", "for": "10m"},
        {"room": "all", "except": ["kitchen"], "action": "turn_off"},
        {"room": "kitchen", "action": "toggle"},
        {"room": "kitchen", "action": "change_color", "color": "purple"},  # a magenta there
        {"room": "kitchen", "action": "get_state"},
        {"room": "bedroom", "light": "table lamp", "action": "adjust_brightness", "brightness": 0.4},  # it cannot
        {"room": "terrace", "action": "turn_on"},  # it is not there
        {"room": "shed", "action": "turn_on"},  # it has none
    ],
)
def test_what_intents_cannot_say(action: dict[str, Any]) -> None:
    command = Command.from_dict({"actions": [action]}, groups=HOME.group_names)
    assert intents_of(command, HOME, STATES) is None


def test_versions() -> None:
    said = {"2026.6.0": (2026, 6), "2025.12.0b1": (2025, 12), "": (0, 0), "x.y": (0, 0)}
    assert {text: version_of(text) for text in said} == said


class Simulated(SimulatedHome):
    """Lights without hardware that pass for those of a Home Assistant."""

    client = SimpleNamespace(version="2026.6.0")


def test_a_light_that_is_to_look_as_before_is_not_left_to_intents(tmp_path: Path) -> None:
    """Else it would go off when the time is over, though somebody said since that it is to be on."""
    store, lights = Store.open(tmp_path / "batti.sqlite"), Simulated()
    house = House(store, lights, lambda: HOME)
    server = Wyoming(Dialogue(Talk(house, Models((), tmp_path / "model"))), cast(HomeAssistant, lights))

    async def told(sentence: str) -> str:
        [event] = await server.answer(Transcript(sentence).event())
        return event.type

    async def run() -> None:
        house.start()
        assert await told("turn on the kitchen light") == "intent"
        assert await told("turn on the kitchen light for 10 minutes") == "handled"
        assert await told("turn on the hall light") == "intent"
        assert await told("turn on the kitchen light") == "handled"
        assert await house.waiting() == []
        assert await told("turn on the kitchen light") == "intent"
        await house.stop()

    asyncio.run(run())


# --- the server --------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def port(started: Hass, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with wyoming_of(started, tmp_path_factory.mktemp("wyoming")) as number:
        yield number


@hass.needed
def test_it_says_what_it_is(port: int) -> None:
    info = Info.from_event(ask(port, Describe().event()))
    assert [one.name for one in (*info.intent, *info.handle)] == ["batti", "batti"]
    assert info.intent[0].models[0].languages == ["ne", "en"]
    assert info.handle[0].supports_home_control
    assert ask(port, Ping(text="x").event()).data == {"text": "x"}


@hass.needed
def test_a_sentence_for_one_light_is_an_intent(port: int, real: Hass) -> None:
    [event] = say(port, "bhancha ko batti 40% ma rakha ani nilo gara")
    intent = Intent.from_event(event)
    assert (intent.name, intent.text) == ("HassLightSet", "Bhancha ko batti 40% ma rakhiyo. Bhancha ko batti nilo "
                                          "banaiyo.")  # fmt: skip
    assert real.state("kitchen_light")["state"] == "off"  # it is for Home Assistant to do
    again = ask(port, Recognize("turn off the kitchen light").event())
    assert Intent.from_event(again).name == "HassTurnOff"


@hass.needed
@pytest.mark.parametrize(
    ("sentence", "kind", "said", "light"),
    [
        ("kitchen bahek sabai batti bala", "handled", "bahek", ("hall", "on")),
        ("hall ko batti 5 minute pachi bala", "handled", "balinechha", ("hall", "off")),
        ("hall ko batti baleko cha?", "handled", "nibheko", ("hall", "off")),
        ("is the hall light on?", "handled", "off", ("hall", "off")),
        ("hall ko batti rato gara", "not-handled", "", ("hall", "off")),
        ("garage ko batti bala", "not-recognized", "", ("hall", "off")),
        ("aaja mausam kasto cha", "not-recognized", "", ("hall", "off")),
    ],
)
def test_what_intents_cannot_say_is_done_here(
    port: int, real: Hass, sentence: str, kind: str, said: str, light: tuple[str, str]
) -> None:
    [event] = say(port, sentence)
    assert event.type == kind, event.data
    assert said in event.data["text"]
    assert event.data["text"]
    assert real.state(light[0])["state"] == light[1]


@hass.needed
def test_several_lights_are_several_intents_where_these_are_carried_out(port: int, real: Hass) -> None:
    events = say(port, "sutne kotha ko batti bala")
    if real.version < SEVERAL:
        assert [event.type for event in events] == ["handled"]
        assert real.state("table_lamp")["state"] == "on"
        return
    assert [event.type for event in events] == ["intents-start", "intent", "intent", "intents-stop"]
    assert [Intent.from_event(event).text for event in events[1:3]] == ["Sutne kotha ko batti baliyo.", None]
    assert real.state("table_lamp")["state"] == "off"  # they are for Home Assistant to do


@hass.needed
def test_a_question_is_asked_back_and_its_answer_understood(port: int, real: Hass) -> None:
    [event] = say(port, "batti bala", device_id="no such device", conversation_id="c1")
    assert (event.type, event.data["context"]) == ("not-handled", {"conversation_id": "c1"})
    assert event.data["text"].endswith("?")
    [event] = say(port, "bhancha", conversation_id="c1")  # the answer to: which room?
    assert event.type == "handled"
    assert real.state("kitchen_light")["state"] == "on"


def add_integration(real: Hass, port: int) -> str:
    """Adds `batti wyoming` as a user does; the id of its conversation entity."""
    add_wyoming(real, port)
    until = time.monotonic() + 20
    while not (found := [one for one in agents(real) if one.endswith("batti")]):
        assert time.monotonic() < until, real.get("states")
        time.sleep(0.2)
    return found[0]


def add_wyoming(real: Hass, port: int) -> None:
    flow = real.post("config/config_entries/flow", handler="wyoming")
    done = real.post(f"config/config_entries/flow/{flow['flow_id']}", host="127.0.0.1", port=port)
    assert done["type"] == "create_entry", done


def agents(real: Hass) -> list[str]:
    return [one["entity_id"] for one in real.get("states") if one["entity_id"].startswith("conversation.")]


def talk(real: Hass, agent: str, text: str, conversation: str | None = None) -> tuple[str, str]:
    """(the kind of the response, what is said) of Home Assistant's conversation API."""
    extra = {"conversation_id": conversation} if conversation else {}
    answer = real.post("conversation/process", text=text, language="en", agent_id=agent, **extra)["response"]
    return answer["response_type"], answer["speech"]["plain"]["speech"]


@pytest.fixture(scope="module")
def agent(started: Hass, port: int) -> str:
    return add_integration(started, port)


@hass.needed
def test_home_assistant_talks_to_it_and_a_lamp_goes_on(real: Hass, agent: str) -> None:
    assert talk(real, agent, "bhancha ko batti bala") == ("action_done", "Bhancha ko batti baliyo.")
    assert real.state("kitchen_light")["state"] == "on"
    assert talk(real, agent, "भान्छाको बत्ती निभाऊ")[1] == "भान्छाको बत्ती निभाइयो।"
    assert real.state("kitchen_light")["state"] == "off"
    talk(real, agent, "turn the kitchen light blue and set it to 40%")
    attributes = real.state("kitchen_light")["attributes"]
    assert attributes["brightness"] == 102
    assert attributes["hs_color"] == [240.0, 100.0]


@hass.needed
def test_several_for_one_sentence_are_all_done_and_answered_once(real: Hass, agent: str) -> None:
    """Home Assistant carries out an intent for each light; an older one is not given several, as it would do one."""
    with real.calls() as calls:
        assert talk(real, agent, "sutne kotha ko batti bala") == ("action_done", "Sutne kotha ko batti baliyo.")
    lamps = [call["service_data"]["entity_id"] for call in calls]
    assert len(lamps) == (2 if real.version >= SEVERAL else 1), lamps
    assert [real.state(lamp)["state"] for lamp in ("bedroom_ceiling", "table_lamp", "hall")] == ["on", "on", "off"]
    said = talk(real, agent, "bhancha ko batti nilo gara ani hall ko batti 40% ma rakha")
    assert said == ("action_done", "Bhancha ko batti nilo banaiyo. Hall ko batti 40% ma rakhiyo.")
    assert real.state("kitchen_light")["attributes"]["hs_color"] == [240.0, 100.0]
    assert real.state("hall")["attributes"]["brightness"] == 102


@hass.needed
def test_what_intents_cannot_say_works_from_there_too(real: Hass, agent: str) -> None:
    real.switch("hall", True, brightness=128)
    talk(real, agent, "hall ko batti ali badhau")
    assert real.state("hall")["attributes"]["brightness"] == pytest.approx(153, abs=3)
    assert talk(real, agent, "hall ko batti baleko cha?")[1].startswith("Hall ko batti baleko")
    talk(real, agent, "hall bahek sabai batti bala")
    assert real.state("table_lamp")["state"] == "on"
    talk(real, agent, "hall ko batti 2 second pachi nibhau")
    assert real.state("hall")["state"] == "on"
    until = time.monotonic() + 15
    while real.state("hall")["state"] == "on":
        assert time.monotonic() < until
        time.sleep(0.2)


@hass.needed
def test_faults_are_told_there(real: Hass, agent: str) -> None:
    real.post("services/input_boolean/turn_off", entity_id="input_boolean.plugged")
    kind, said = talk(real, agent, "kausi ko batti bala")
    assert (kind, bool(said)) == ("error", True)
    assert talk(real, agent, "garage ko batti bala")[0] == "error"


@hass.needed
def test_a_light_that_is_exposed_no_more_is_refused_by_home_assistant(real: Hass, agent: str) -> None:
    """Since it was imported; an older Home Assistant does not look."""
    hidden = {"type": "homeassistant/expose_entity", "assistants": ["conversation"], "entity_ids": ["light.hall"]}
    real.ask({**hidden, "should_expose": False})
    kind, _ = talk(real, agent, "hall ko batti bala")
    real.ask({**hidden, "should_expose": True})
    refused = ("error", "off") if real.version >= SEVERAL else ("action_done", "on")
    assert (kind, real.state("hall")["state"]) == refused
    assert talk(real, agent, "hall ko batti bala")[0] == "action_done"


@hass.needed
def test_a_server_that_goes_and_comes_back(real: Hass, tmp_path: Path, started: Hass) -> None:
    number = hass.free_port()
    home = tmp_path / "home.yaml"
    home.write_text(HOME.to_yaml())
    options = ("--home", str(home), "--no-announce")
    with wyoming(tmp_path / "state", real.url, real.token, *options, port=number):
        before = agents(real)
        add_wyoming(real, number)
        time.sleep(1)
        [mine] = set(agents(real)) - set(before)
        assert talk(real, mine, "hall ko batti bala")[0] == "action_done"
    began = time.monotonic()
    assert talk(real, mine, "hall ko batti nibhau")[0] == "error"
    assert time.monotonic() - began < 5
    with wyoming(tmp_path / "state", real.url, real.token, *options, port=number):
        assert talk(real, mine, "hall ko batti nibhau")[0] == "action_done"
    assert real.state("hall")["state"] == "off"


# --- what else may come ------------------------------------------------------------------------


@pytest.mark.parametrize("length", ["data_length", "payload_length"])
def test_an_event_that_is_too_large_ends_the_connection_at_once(length: str) -> None:
    async def run() -> bytes:
        server = Server(cast(Wyoming, None))
        port = await server.start("127.0.0.1", 0)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f'{{"type": "transcript", "{length}": 100000}}\n'.encode())
        async with asyncio.timeout(5):
            answer = await reader.read()
        writer.close()
        await server.stop()
        return answer

    assert asyncio.run(run()) == b""


@hass.needed
@pytest.mark.parametrize("junk", [b"\n", b"{}\n", b"[]\n", b'{"type": "transcript"}\n', b"x" * 100_000,
                                  b'{"type": "transcript", "data": {"text": 5, "context": 7}}\n',
                                  b'{"type": "describe", "data_length": 2}\n[]', b"\xff\n"])  # fmt: skip
def test_junk_hurts_nobody(port: int, junk: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
        client.sendall(junk)
        client.shutdown(socket.SHUT_WR)
        try:
            while client.recv(1 << 16):
                pass
        except ConnectionResetError:
            pass
    assert Info.from_event(ask(port, Describe().event())).intent


@hass.needed
def test_a_wrong_token_ends_it_with_one_line(real: Hass, tmp_path: Path) -> None:
    options = ("--home-assistant", real.url, "--state", str(tmp_path), "--port", "0")
    [line] = refused(run("wyoming", *options, environment={"HASS_TOKEN": real.token}), 1)
    assert "has no lights of Home Assistant" in line
    (tmp_path / "home.yaml").write_text(HOME.to_yaml())
    for verb in ("wyoming", "serve"):
        [line] = refused(run(verb, *options, environment={"HASS_TOKEN": "no.such.token"}), 1)
        assert "refuses the token" in line


def test_the_network_is_not_let_in_unasked(tmp_path: Path) -> None:
    command = ("wyoming", "--home-assistant", "http://127.0.0.1:9", "--host", "0.0.0.0", "--state", str(tmp_path))
    [line] = refused(run(*command, environment={"HASS_TOKEN": "x"}), 1)
    assert "--allow" in line
    [line] = refused(run(*command, "--allow", "home", environment={"HASS_TOKEN": "x"}), 1)
    assert "'home' is no address" in line


def state_with_home(folder: Path) -> Path:
    state = folder / "state"
    state.mkdir()
    (state / "home.yaml").write_text(HOME.to_yaml())
    return state


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_it_is_announced_to_the_network(tmp_path: Path, host: str) -> None:
    found: list[Any] = []

    class Listener:
        def add_service(self, zeroconf: Zeroconf, kind: str, name: str) -> None:
            found.append(zeroconf.get_service_info(kind, name))

        def update_service(self, *_: object) -> None: ...

        def remove_service(self, *_: object) -> None:
            found.append(None)

    zeroconf = Zeroconf(interfaces=["127.0.0.1"], ip_version=IPVersion.V4Only)
    try:
        browser = ServiceBrowser(zeroconf, "_wyoming._tcp.local.", listener=Listener())
        with wyoming(state_with_home(tmp_path), "http://127.0.0.1:9", "x", "--host", host) as number:
            until = time.monotonic() + 10
            while not any(one and one.port == number for one in found):
                assert time.monotonic() < until, found
                time.sleep(0.1)
        until = time.monotonic() + 10
        while None not in found:  # and it says good-bye
            assert time.monotonic() < until
            time.sleep(0.1)
        browser.cancel()
    finally:
        zeroconf.close()


def test_a_machine_of_a_long_name_is_announced_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "a" * 63)

    async def run() -> None:
        told = await announced("127.0.0.1", 10700)
        assert told is not None
        await told.async_unregister_all_services()
        await told.async_close()

    asyncio.run(run())


@hass.needed
@pytest.mark.skipif(hass.own_address().startswith("127."), reason="this machine is in no network")
def test_home_assistant_finds_it_by_itself(tmp_path: Path) -> None:
    address = hass.own_address()
    with hass.running(tmp_path / "hass", zeroconf={}) as real:
        options = ("--host", address, "--allow", address)
        with wyoming(state_with_home(tmp_path), real.url, real.token, *options):
            until = time.monotonic() + 30
            while not (found := [one for one in real.ask({"type": "config_entries/flow/progress"})[0]
                                 if one["handler"] == "wyoming"]):  # fmt: skip
                assert time.monotonic() < until
                time.sleep(0.2)
            assert found[0]["context"]["title_placeholders"] == {"name": "batti"}
            made = real.post(f"config/config_entries/flow/{found[0]['flow_id']}")
            assert (made["type"], made["title"]) == ("create_entry", "batti")
