"""Lamps and commands over a real mosquitto: from a sentence to a lamp that changes, and all that may go wrong."""

import asyncio
import json
import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pytest
from helpers import BATTI, PATIENCE
from mqtt import (
    PASSWORD,
    USER,
    Broker,
    JsonLamp,
    Listening,
    Speaker,
    TasmotaLamp,
    Wire,
    ZigbeeLamp,
    free_port,
    program,
    stopped,
)
from serving import serving, until

from batti.command import Action
from batti.home import Home
from batti.serve.mqtt.broker import Broker as LampBroker
from batti.serve.mqtt.executor import MqttLights

pytestmark = pytest.mark.skipif(program() is None, reason="mosquitto is not installed: runs/test_packages.sh")
HOME = """
name: Ghar
rooms:
  - name: kitchen
    aliases: [bhancha]
    mqtt: {kind: zigbee2mqtt, topic: zigbee2mqtt/bhancha, color: xy, color_temp: [2200, 6500]}
  - name: living room
    aliases: [baithak]
    mqtt: {kind: tasmota, topic: baithak, color: hs, color_temp: [2000, 6500]}
    lights:
      - name: table lamp
        mqtt: {kind: json, topic: ghar/lamp, color: rgb}
  - name: terrace
    aliases: [kausi]
    mqtt: {kind: tasmota, topic: kausi, brightness: false}
  - name: store room
    mqtt: {kind: json, topic: ghar/store, reports: false}
  - name: bathroom
"""


class House(NamedTuple):
    broker: Broker
    kitchen: ZigbeeLamp
    living: TasmotaLamp
    table: JsonLamp
    terrace: TasmotaLamp
    store: JsonLamp
    speaker: Speaker
    listening: Listening

    def lamps(self) -> tuple[Any, ...]:
        return self.kitchen, self.living, self.table, self.terrace, self.store


def house_of(folder: Path, broker: Broker, *options: str, **environment: str) -> House:
    home = folder / "home.yaml"
    home.write_text(HOME)
    broker.start()
    listening = Listening(folder / "state", home, broker.url, *options, **environment)
    return House(
        broker, ZigbeeLamp(broker, "zigbee2mqtt/bhancha"), TasmotaLamp(broker, "baithak"),
        JsonLamp(broker, "ghar/lamp"), TasmotaLamp(broker, "kausi", channels=0),
        JsonLamp(broker, "ghar/store", silent=True), Speaker(broker), listening,
    )  # fmt: skip


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One that most tests talk to, one after the other."""
    folder = tmp_path_factory.mktemp("mqtt")
    made = house_of(folder, Broker(folder / "broker"))
    with stopped(made.listening, *made.lamps(), made.speaker, made.broker):
        made.listening.start()
        yield made


@pytest.fixture(scope="module")
def harmed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("harmed")
    made = house_of(folder, Broker(folder / "broker"))
    with stopped(made.listening, *made.lamps(), made.speaker, made.broker):
        yield made


@pytest.fixture
def own(harmed: House) -> House:
    """One that may come to harm: as new for each test."""
    harmed.listening.start()
    until(lambda: harmed.speaker.status[-1:] == ["online"])
    for lamp in harmed.lamps():
        until(lamp.client.is_connected)
        lamp.deaf, lamp.on = False, False
        lamp.told.clear()
    harmed.living.do("cmnd/baithak/state", "")
    harmed.terrace.do("cmnd/kausi/state", "")
    time.sleep(0.3)
    harmed.speaker.results.queue.clear()
    return harmed


# --- from a sentence to a lamp -----------------------------------------------------------------


def test_text_switches_a_zigbee_lamp_and_the_answer_says_so(house: House) -> None:
    answer = house.speaker.ask("bhancha ko batti bala")
    assert house.kitchen.on
    assert answer["status"] == "done"
    assert answer["command"]["actions"] == [{"room": "kitchen", "action": "turn_on"}]
    [light] = answer["outcomes"][0]["lights"]
    assert light["after"]["on"] is True and light["problem"] is None
    assert house.speaker.replies.get(timeout=PATIENCE) == answer["reply"]["text"] == "Bhancha ko batti baliyo."


@pytest.mark.parametrize(
    ("sentence", "level", "colour", "mireds"),
    [
        ("kitchen light 40%", 0.4, None, None),
        ("kitchen ko batti rato gara", None, (0.64, 0.33), None),
        ("kitchen light warm white", None, None, 370),
        ("kitchen light to 1900 kelvin", None, None, 455),  # 2200 K, the warmest that it can
    ],
)
def test_a_zigbee_lamp_takes_levels_colours_and_whites(
    house: House, sentence: str, level: float | None, colour: Any, mireds: int | None
) -> None:
    answer = house.speaker.ask(sentence)
    assert answer["status"] == "done", answer
    assert house.kitchen.on
    assert level is None or abs(house.kitchen.level - level) < 0.01
    assert colour is None or house.kitchen.color == pytest.approx(colour, abs=0.01)
    assert mireds is None or (house.kitchen.mireds, house.kitchen.color) == (mireds, None)


def test_a_tasmota_lamp_takes_levels_colours_and_whites(house: House) -> None:
    for sentence, look, status in (
        ("baithak ko batti 70% ma rakha", (True, 0.7), "done"),
        ("baithak ko batti nilo gara", (True, (240, 100)), "done"),
        ("baithak ko batti cool white gara", (True, 154), "partly"),  # the table lamp there has one white
        ("baithak ko batti nibhau", (False,), "done"),
    ):
        assert house.speaker.ask(sentence)["status"] == status
        seen = (house.living.on, house.living.level, house.living.color, house.living.mireds)
        assert all(part in seen for part in look), (sentence, seen)
    assert house.table.on is False


def test_several_things_for_one_lamp_are_one_message(house: House) -> None:
    house.kitchen.told.clear()
    answer = house.speaker.ask("bhancha ko batti nilo ani 50% gara")
    assert [one["action"]["action"] for one in answer["outcomes"]] == ["change_color", "adjust_brightness"]
    [(_, payload)] = house.kitchen.told
    assert json.loads(payload) | {"color": None} == {"state": "ON", "brightness": 127, "color": None}


def test_a_named_light_is_another_lamp_than_its_room(house: House) -> None:
    house.living.told.clear()
    assert house.speaker.ask("table lamp green gara")["status"] == "done"
    assert (house.table.on, house.table.color, house.living.told) == (True, (0, 255, 0), [])
    assert house.speaker.ask("table lamp 20%")["status"] == "done"
    assert house.table.level == pytest.approx(0.2, abs=0.01)


def test_several_rooms_in_one_sentence_and_the_whole_house(house: House) -> None:
    assert house.speaker.ask("kitchen ra terrace ko batti bala")["status"] == "done"
    assert house.kitchen.on and house.terrace.on
    answer = house.speaker.ask("sabai batti nibhau")
    assert answer["status"] == "done", answer
    assert not any(lamp.on for lamp in house.lamps())


def test_steps_and_toggles_begin_from_what_the_lamp_says(house: House) -> None:
    house.kitchen.on, house.kitchen.level = True, 0.5
    house.kitchen.do("zigbee2mqtt/bhancha/get", "{}")  # somebody turned it by hand, and it says so
    time.sleep(0.2)
    assert house.speaker.ask("bhancha ko batti badhau")["status"] == "done"
    assert house.kitchen.level == pytest.approx(0.7, abs=0.01)
    house.terrace.do("cmnd/kausi/Power", "ON")
    time.sleep(0.2)
    assert house.speaker.ask("toggle the terrace light")["status"] == "done"
    assert house.terrace.on is False


def test_a_question_is_answered_from_the_lamps_and_changes_nothing(house: House) -> None:
    house.living.do("cmnd/baithak/Dimmer", "30")
    told = [list(lamp.told) for lamp in house.lamps()]
    time.sleep(0.2)
    answer = house.speaker.ask("is the living room light on?")
    assert answer["status"] == "answered"
    look = {one["after"]["light"]: one["after"] for one in answer["outcomes"][0]["lights"]}
    assert (look[None]["on"], look[None]["brightness"]) == (True, 0.3)
    assert [lamp.told for lamp in house.lamps()] == told


def test_the_page_and_the_service_have_the_lamps_too(house: House, tmp_path: Path) -> None:
    home = tmp_path / "home.yaml"
    home.write_text(HOME)
    house.speaker.ask("kausi ko batti nibhau")
    with serving(tmp_path / "state", "--home", str(home), "--mqtt", house.broker.url) as served:
        answer = served.do("kausi ko batti bala")
        assert (answer["status"], house.terrace.on, served.lit()) == ("done", True, served.lit() | {"terrace"})


def test_a_lamp_that_is_added_to_the_home_file_is_there_at_once(house: House) -> None:
    home = house.broker.folder.parent / "home.yaml"
    lamp = TasmotaLamp(house.broker, "nuhaune", channels=0)
    with stopped(lamp):
        home.write_text(HOME + "    mqtt: {kind: tasmota, topic: nuhaune, brightness: false}\n")
        assert house.speaker.ask("turn on the bathroom light")["status"] == "done"
        assert lamp.on
        home.write_text(HOME)
        assert house.speaker.ask("turn off the bathroom light")["outcomes"][0]["problem"] == "no_light"
        assert lamp.on


# --- what cannot be done -----------------------------------------------------------------------


def test_a_lamp_without_colours_is_left_alone_and_that_is_said(house: House) -> None:
    house.terrace.told.clear()
    for sentence, problem in (("terrace light red", "no_color"), ("terrace light 40%", "no_brightness"),
                              ("terrace light warm white", "no_color_temp")):  # fmt: skip
        answer = house.speaker.ask(sentence)
        assert (answer["status"], answer["outcomes"][0]["problem"]) == ("failed", problem)
    assert answer["reply"]["text"] == "The terrace light cannot change its white."
    assert house.terrace.told == []


def test_a_lamp_that_does_not_answer_is_told_of_as_unsure(house: House) -> None:
    house.kitchen.do("zigbee2mqtt/bhancha/set", '{"state": "OFF"}')
    time.sleep(0.2)
    house.kitchen.deaf = True
    began = time.monotonic()
    answer = house.speaker.ask("turn on the kitchen light")
    house.kitchen.deaf = False
    assert time.monotonic() - began < 5
    assert (answer["status"], answer["outcomes"][0]["problem"]) == ("failed", "unsure")
    assert answer["outcomes"][0]["detail"] == "no word from: kitchen"
    answer = house.speaker.ask("is the kitchen light on?")
    assert answer["outcomes"][0]["lights"][0]["after"]["on"] is False


def test_a_lamp_that_did_not_answer_is_unsure_until_it_does(house: House) -> None:
    house.kitchen.do("zigbee2mqtt/bhancha/set", '{"state": "OFF"}')
    time.sleep(0.2)
    house.kitchen.deaf = True
    said = [house.speaker.ask(f"turn {way} the kitchen light")["outcomes"][0]["problem"] for way in ("on", "off")]
    house.kitchen.deaf = False
    said.append(house.speaker.ask("turn off the kitchen light")["outcomes"][0]["problem"])
    assert said == ["unsure", "unsure", None]


def test_a_lamp_that_never_spoke_stays_unsure(house: House) -> None:
    home = Home.from_yaml("rooms: [{name: attic, mqtt: {kind: json, topic: ghar/nobody}}]")

    async def told() -> list[str | None]:
        lights = MqttLights(LampBroker.of(house.broker.url))
        ways: tuple[Literal["turn_on", "turn_off"], ...] = ("turn_on", "turn_off", "turn_off")
        found = [(await lights.run(home, [Action(room="attic", action=way)]))[0].problem for way in ways]
        await lights.close()
        return [*found]

    assert asyncio.run(told()) == ["unsure"] * 3


def test_a_lamp_that_is_known_to_be_away_is_not_told(house: House) -> None:
    house.terrace.told.clear()
    house.terrace.say("tele/kausi/LWT", "Offline", retain=True)
    time.sleep(0.2)
    answer = house.speaker.ask("turn on the terrace light")
    assert (answer["status"], answer["outcomes"][0]["problem"]) == ("failed", "unreachable")
    assert house.terrace.told == []
    house.terrace.greet()
    time.sleep(0.2)
    assert house.speaker.ask("turn on the terrace light")["status"] == "done"


def test_the_state_of_a_lamp_that_does_not_report_is_assumed_and_that_is_said(house: House) -> None:
    house.speaker.ask("store room ko batti nibhau")
    answer = house.speaker.ask("store room ko batti bala")
    assert (answer["status"], house.store.on) == ("done", True)
    assert answer["outcomes"][0]["detail"] == "assumed, as it does not report its state: store room"
    answer = house.speaker.ask("is the store room light on?")
    assert answer["outcomes"][0]["lights"][0]["after"]["on"] is True
    assert answer["outcomes"][0]["detail"].startswith("assumed")
    assert house.speaker.ask("toggle the store room light")["status"] == "done"
    assert house.store.on is False


def test_a_room_without_a_lamp_has_no_light(house: House) -> None:
    answer = house.speaker.ask("bathroom ko batti bala")
    assert (answer["status"], answer["outcomes"][0]["problem"]) == ("failed", "no_light")


@pytest.mark.parametrize(
    ("sentence", "status"), [("garage ko batti bala", "unknown_room"), ("aaja mausam kasto cha", "none")]
)
def test_what_is_no_command_of_this_home_does_nothing(house: House, sentence: str, status: str) -> None:
    told = [list(lamp.told) for lamp in house.lamps()]
    assert house.speaker.ask(sentence)["status"] == status
    assert [lamp.told for lamp in house.lamps()] == told


# --- messages ----------------------------------------------------------------------------------


def test_what_is_unsure_is_asked_back_and_done_when_confirmed(house: House) -> None:
    house.speaker.ask("sabai batti nibhau")
    answer = house.speaker.ask({"sentence": "sabai batti bala", "ask_before_all": True, "id": 1})
    assert (answer["status"], answer["id"], answer["outcomes"]) == ("needs_confirmation", "1", [])
    assert answer["reply"]["text"].endswith("?")
    assert not any(lamp.on for lamp in house.lamps())
    answer = house.speaker.ask({"sentence": "ho", "answers": "sabai batti bala", "id": 2})
    assert answer["status"] == "done" and all(lamp.on for lamp in house.lamps())


def test_the_topic_says_where_the_speaker_is(house: House) -> None:
    house.speaker.ask("kausi ko batti nibhau")
    assert house.speaker.ask("batti bala")["status"] == "needs_room"
    assert house.speaker.ask("batti bala", room="kausi")["status"] == "done"
    assert house.terrace.on
    assert house.speaker.ask({"sentence": "kausi", "answers": "batti nibhau"})["status"] == "done"
    assert not house.terrace.on
    answer = house.speaker.ask("batti bala", room="garage")
    assert (answer["status"], answer["errors"][0]["problem"]) == ("refused", "this home has no room 'garage'")


def test_a_document_is_carried_out_as_it_is(house: House) -> None:
    document = {"actions": [{"room": "kitchen", "action": "adjust_brightness", "brightness": 0.25}]}
    assert house.speaker.ask({"command": document})["status"] == "done"
    assert house.kitchen.level == pytest.approx(0.25, abs=0.01)
    document["actions"][0]["room"] = "garage"
    answer = house.speaker.ask({"command": document})
    assert (answer["status"], answer["errors"][0]["where"]) == ("refused", "command.actions[0].room")


@pytest.mark.parametrize(
    ("payload", "says"),
    [
        ('{"sentence": ', "not valid JSON"), ("{}", "no sentence"), ('{"sentense": "x"}', "did you mean 'sentence'?"),
        (b"\xff\xfe", "not UTF-8"), ('{"sentence": "batti bala", "id": []}', "id is neither"),
        ('{"sentence": "batti bala", "command": [1]}', "where keys and values belong"), ("x" * 70000, "65536 at most"),
        ("{" + '"a":{' * 2000, "not valid JSON"), ('{"sentence": "batti bala", "id": "\\ud800"}', "not valid JSON"),
        ('{"\\ud800": 1}', "not valid JSON"),
    ],
    ids=range(10),
)  # fmt: skip
def test_a_message_that_is_no_command_is_refused(house: House, payload: str | bytes, says: str) -> None:
    answer = house.speaker.ask(payload)
    assert answer["status"] == "refused"
    assert says in json.dumps(answer["errors"])
    while (said := house.speaker.replies.get(timeout=PATIENCE)) and says not in said:
        pass


def test_an_id_is_done_once_however_often_it_comes(house: House) -> None:
    house.kitchen.told.clear()
    first, second = (house.speaker.ask({"sentence": "toggle the kitchen light", "id": "abc"}) for _ in range(2))
    assert first == second
    assert len(house.kitchen.told) == 1
    house.speaker.ask({"sentence": "toggle the kitchen light", "id": "abd"})
    assert len(house.kitchen.told) == 2


def test_many_commands_at_once_are_all_answered_in_order(house: House) -> None:
    for number in range(25):
        word = "on" if number % 2 else "off"
        house.speaker.send({"sentence": f"turn {word} the terrace light", "id": f"many {number}"})
    answers = [house.speaker.results.get(timeout=PATIENCE) for _ in range(25)]
    assert [one["id"] for one in answers] == [f"many {number}" for number in range(25)]
    assert {one["status"] for one in answers} == {"done"}


def test_what_is_for_later_is_scheduled_and_done(house: House) -> None:
    house.speaker.ask("kausi ko batti nibhau")
    answer = house.speaker.ask("turn on the terrace light in 2 seconds")
    assert answer["status"] == "scheduled" and len(answer["scheduled"]) == 1
    assert not house.terrace.on
    until(lambda: house.terrace.on, 10)


# --- what may happen to the broker, to the listener and to messages ----------------------------


def test_a_retained_command_is_never_done(own: House) -> None:
    own.speaker.send("bhancha ko batti bala", retain=True)
    answer = own.speaker.results.get(timeout=PATIENCE)
    assert (answer["status"], answer["errors"][0]["hint"]) == ("refused", "send it without retain")
    own.listening.stop()
    own.speaker.send("bhancha ko batti bala", retain=True)  # kept by the broker for the one who is away
    own.listening.start()
    assert own.speaker.results.get(timeout=PATIENCE)["status"] == "refused"
    time.sleep(0.3)  # the answer comes before the broker is told that the command was dealt with
    own.listening.kill()
    own.listening.start()
    assert own.speaker.silence(0.5)
    assert own.kitchen.told == []


def test_the_status_topic_says_who_listens_and_commands_wait_for_one_who_comes_back(own: House) -> None:
    until(lambda: own.speaker.status[-1:] == ["online"])
    assert own.listening.stop() == 0
    until(lambda: own.speaker.status[-1:] == ["offline"])
    own.speaker.send("bhancha ko batti bala")
    own.listening.start()
    assert own.speaker.results.get(timeout=PATIENCE)["status"] == "done"
    own.listening.kill()
    until(lambda: own.speaker.status[-1:] == ["offline"])  # its last will
    log = (own.broker.folder / "log").read_text()
    assert "as batti (p5, c0," in log  # MQTT 5, and a session that is kept


def test_the_house_goes_on_when_the_broker_was_restarted(own: House) -> None:
    assert own.speaker.ask({"sentence": "bhancha ko batti bala", "id": 1})["status"] == "done"
    assert own.speaker.ask({"sentence": "turn on the terrace light in 2 seconds", "id": 2})["status"] == "scheduled"
    own.broker.kill()
    time.sleep(1)
    own.speaker.status.clear()
    own.broker.start()
    until(lambda: own.terrace.on, 15)  # it became due without a broker, which was waited for
    until(lambda: "online" in own.speaker.status and own.kitchen.client.is_connected())
    time.sleep(0.3)
    answer = own.speaker.ask({"sentence": "bhancha ko batti nibhau", "id": 3})
    assert (answer["status"], own.kitchen.on) == ("done", False)


def test_a_listener_that_is_killed_loses_nothing_and_does_nothing_twice(own: House) -> None:
    own.living.deaf = True  # so that it is in the middle of something when it is killed
    own.speaker.send({"sentence": "baithak ko batti bala", "id": "first"})
    own.speaker.send({"sentence": "toggle the terrace light", "id": "second"})
    time.sleep(0.7)
    own.listening.kill()
    own.living.deaf = False
    own.speaker.send({"sentence": "bhancha ko batti bala", "id": "third"})
    own.listening.start()
    answers = [own.speaker.results.get(timeout=PATIENCE) for _ in range(3)]
    assert [(one["id"], one["status"]) for one in answers] == [(n, "done") for n in ("first", "second", "third")]
    assert own.living.on and own.terrace.on and own.kitchen.on
    assert len(own.terrace.told) == 1 and len(own.kitchen.told) == 1
    assert own.speaker.silence(0.5)


def test_what_may_have_been_done_is_not_done_again(own: House) -> None:
    own.living.deaf = True
    own.speaker.send("toggle the living room light")
    time.sleep(1)  # it is told, and its answer awaited
    assert own.speaker.results.empty()
    own.listening.kill()
    own.living.deaf, own.living.told = False, []
    own.listening.start()
    answer = own.speaker.results.get(timeout=PATIENCE)
    assert answer["status"] == "interrupted"
    assert own.living.told == []


def test_what_was_done_is_not_done_again_when_the_broker_delivers_it_twice(tmp_path: Path) -> None:
    broker = Broker(tmp_path / "broker").start()
    (tmp_path / "home.yaml").write_text(HOME)
    wire, lamp, speaker = Wire(broker), TasmotaLamp(broker, "kausi", channels=0), Speaker(broker)
    listening = Listening(tmp_path / "state", tmp_path / "home.yaml", wire.url)
    with stopped(listening, lamp, speaker, wire, broker):
        listening.start()
        wire.loses = True
        first = speaker.ask("toggle the terrace light")
        time.sleep(0.5)  # it is acknowledged, and that gets lost
        wire.cut()
        wire.loses = False
        assert speaker.results.get(timeout=PATIENCE) == first  # delivered again, and answered again
        assert (first["status"], len(lamp.told), lamp.on) == ("done", 1, True)
        assert speaker.ask("toggle the terrace light")["status"] == "done"  # the same words, another command
        assert (len(lamp.told), lamp.on) == (2, False)


# --- who is let in -----------------------------------------------------------------------------


def test_tls_and_a_password(tmp_path: Path) -> None:
    broker = Broker(tmp_path / "broker", tls=True, locked=True)
    (tmp_path / "password").write_text(PASSWORD + "\n")
    options = ("--user", USER, "--password-file", str(tmp_path / "password"), "--ca", str(broker.folder / "ca.crt"))
    house = house_of(tmp_path, broker, *options)
    with stopped(house.listening, *house.lamps(), house.speaker, broker):
        house.listening.start()
        assert house.speaker.ask("bhancha ko batti bala")["status"] == "done"
        assert house.kitchen.on
        home, state = str(tmp_path / "home.yaml"), str(tmp_path / "other")
        start = ("--home", home, "--broker", broker.url, "--state", state)
        for wrong, says in (
            (("--user", USER, "--ca", str(broker.folder / "ca.crt")), "user or password is wrong"),
            (("--user", USER), "certificate verify failed"),
        ):
            code, said, seconds = failed(*start, *wrong, BATTI_MQTT_PASSWORD="wrong-secret")
            assert code == 1 and says in said and "wrong-secret" not in said and "Traceback" not in said, said
            assert seconds < 15
        assert house.listening.stop() == 0
        logs = house.listening.log.read_text()
        assert PASSWORD not in logs


def failed(*options: str, **environment: str) -> tuple[int, str, float]:
    """Exit status, messages and seconds of a `batti mqtt` that cannot begin."""
    began = time.monotonic()
    done = subprocess.run([*BATTI, "mqtt", *options], capture_output=True, text=True, timeout=PATIENCE,
                          env=os.environ | environment)  # fmt: skip
    return done.returncode, done.stderr, time.monotonic() - began


@pytest.mark.parametrize("silent", [False, True], ids=["nobody there", "somebody who says nothing"])
def test_a_dead_broker_is_an_error_and_not_a_hang(tmp_path: Path, silent: bool) -> None:
    (tmp_path / "home.yaml").write_text(HOME)
    with socket.socket() as listener:
        port = free_port()
        if silent:
            listener.bind(("127.0.0.1", port))
            listener.listen()
        url = f"mqtt://127.0.0.1:{port}"
        options = ("--home", str(tmp_path / "home.yaml"), "--broker", url, "--state", str(tmp_path / "state"))
        code, said, seconds = failed(*options)
    assert code == 1
    assert re.fullmatch(rf"(batti: no connection.*\n)*batti: the broker at {url} is not reached: .*\n", said), said
    assert seconds < 12  # 4.5 for the broker, the rest to start and to end


def test_a_broker_that_comes_later_is_waited_for(tmp_path: Path) -> None:
    broker = Broker(tmp_path / "broker")
    (tmp_path / "home.yaml").write_text(HOME)
    listening = Listening(tmp_path / "state", tmp_path / "home.yaml", broker.url, "--wait")
    with stopped(listening, broker):
        listening.start(wait=False)
        time.sleep(2)
        broker.start()
        speaker = Speaker(broker)
        with stopped(speaker):
            until(lambda: "online" in speaker.status)
            assert speaker.ask("bathroom ko batti bala")["status"] == "failed"
