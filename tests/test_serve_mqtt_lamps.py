"""What lamps are sent and what they say, broker addresses, the journal: without a connection."""

import asyncio
import json
import re
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mqtt import free_port
from strategies import lamps

from batti.command import COLORS, Action
from batti.errors import BattiError
from batti.home import Home
from batti.serve.lights import LightState
from batti.serve.mqtt.broker import Broker
from batti.serve.mqtt.executor import MqttLights
from batti.serve.mqtt.journal import BEGUN, Journal
from batti.serve.mqtt.lamps import Wanted, abilities_of, lamp_of, told
from batti.serve.mqtt.run import _alone
from batti.wiring import Mqtt

WIRED = lamps("ghar/lamp").filter(lambda one: one is not None)
LOOKS = st.builds(
    LightState, st.just("hall"), on=st.booleans(), brightness=st.integers(1, 100).map(lambda n: n / 100),
    color=st.sampled_from([None, *COLORS]), color_temp=st.integers(1900, 6500),
).map(lambda one: replace(one, color_temp=None if one.color else one.color_temp))  # fmt: skip


def lamp(**entry: Any) -> Any:
    return lamp_of(Mqtt.model_validate(entry))


@given(WIRED, st.binary() | st.text().map(str.encode) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["state", "brightness", "color", "color_temp", "color_mode", "x", "y", "h", "s", "r", "g", "b",
                         "hue", "saturation", "POWER", "Dimmer", "HSBColor", "White", "CT", "state_l1"]), inner),
    max_leaves=12).map(lambda data: json.dumps(data).encode()))  # fmt: skip
def test_whatever_a_lamp_says_its_state_stays_a_state(mqtt: Mqtt, payload: bytes) -> None:
    one, state = lamp_of(mqtt), LightState("hall", abilities=abilities_of(mqtt))
    for topic in one.topics:
        now = told(state, one.said(topic, payload).look)
        assert isinstance(now.on, bool) and 0.01 <= now.brightness <= 1
        assert now.color in (None, *COLORS)
        assert now.color_temp is None or (now.color is None and isinstance(now.color_temp, int) and now.color_temp > 0)


@given(WIRED.filter(lambda one: one.kind != "tasmota"), LOOKS)
def test_a_lamp_that_says_again_what_it_was_told_has_the_look(mqtt: Mqtt, look: LightState) -> None:
    one = lamp_of(mqtt)
    wanted = Wanted(look, mqtt.brightness, bool(mqtt.color if look.color else mqtt.color_temp))
    topic, payload = one.order(wanted)
    assert topic not in one.topics  # what it is told is not taken for its word
    now = told(look, one.said(one.topics[0], payload.encode()).look)
    assert now.on == look.on
    if look.on and mqtt.brightness_scale >= 100:
        assert abs(now.brightness - look.brightness) <= 0.011
    if look.on and wanted.color:
        assert (now.color, now.color_temp) == (look.color, look.color_temp)


HALF = LightState("hall", on=True, brightness=0.5, color="blue", color_temp=None)


@pytest.mark.parametrize(
    ("entry", "wanted", "topic", "payload"),
    [
        ({"kind": "zigbee2mqtt", "topic": "z/a", "color": "xy"}, Wanted(HALF, True, True), "z/a/set",
         '{"state": "ON", "brightness": 127, "color": {"x": 0.15, "y": 0.06}}'),
        ({"kind": "zigbee2mqtt", "topic": "z/a", "color": "hs"}, Wanted(HALF, False, True), "z/a/set",
         '{"state": "ON", "color": {"hue": 240, "saturation": 100}}'),
        ({"kind": "zigbee2mqtt", "topic": "z/a", "endpoint": "left"}, Wanted(HALF), "z/a/set", '{"state_left": "ON"}'),
        ({"kind": "json", "topic": "h/a", "color": "rgb", "brightness_scale": 100}, Wanted(HALF, True, True), "h/a/set",
         '{"state": "ON", "brightness": 50, "color": {"r": 0, "g": 0, "b": 255}}'),
        ({"kind": "json", "topic": "h/a", "command_topic": "h/do", "kelvin": "true"},
         Wanted(replace(HALF, color=None, color_temp=2700), False, True), "h/do",
         '{"state": "ON", "color_temp": 2700}'),
        ({"kind": "json", "topic": "h/a"}, Wanted(replace(HALF, on=False), True, True), "h/a/set", '{"state": "OFF"}'),
        ({"kind": "tasmota", "topic": "t", "color": "hs"}, Wanted(HALF, False, True), "cmnd/t/Backlog",
         "HSBColor 240,100,50; Power ON"),
        ({"kind": "tasmota", "topic": "t"}, Wanted(replace(HALF, color=None, color_temp=2700), True, True),
         "cmnd/t/Backlog", "Dimmer 50; CT 370; Power ON"),
        ({"kind": "tasmota", "topic": "t", "relay": 2, "full_topic": "ghar/%topic%/%prefix%"},
         Wanted(replace(HALF, on=False)), "ghar/t/cmnd/Power2", "OFF"),
    ],
)  # fmt: skip
def test_each_kind_is_told_in_its_own_words(entry: dict[str, Any], wanted: Wanted, topic: str, payload: str) -> None:
    assert lamp(**entry).order(wanted) == (topic, payload)


@pytest.mark.parametrize(
    ("entry", "topic", "payload", "look"),
    [
        ({"kind": "zigbee2mqtt", "topic": "z/a", "color": "xy", "color_temp": [2000, 6500]}, "z/a",
         {"state": "ON", "brightness": 254, "color_mode": "color_temp", "color_temp": 370,
          "color": {"x": 0.4, "y": 0.4}},
         {"on": True, "brightness": 1.0, "color_temp": 2700}),
        ({"kind": "zigbee2mqtt", "topic": "z/a", "color": "xy", "color_temp": [2000, 6500]}, "z/a",
         {"color_mode": "xy", "color_temp": 370, "color": {"x": 0.7006, "y": 0.2993}}, {"color": "red"}),
        ({"kind": "zigbee2mqtt", "topic": "z/a", "brightness": "false"}, "z/a", {"brightness": 254}, {}),
        ({"kind": "json", "topic": "h/a", "color": "hs", "state_topic": "h/is"}, "h/is",
         {"state": "OFF", "color_mode": "hs", "color": {"h": 300, "s": 99}}, {"on": False, "color": "magenta"}),
        ({"kind": "tasmota", "topic": "t", "relay": 2}, "stat/t/RESULT", {"POWER1": "ON", "POWER2": "OFF"},
         {"on": False}),
        ({"kind": "tasmota", "topic": "t"}, "tele/t/STATE", {"POWER": "ON", "Dimmer": 30},
         {"on": True, "brightness": 0.3}),
        ({"kind": "tasmota", "topic": "t", "color": "hs", "color_temp": [2000, 6500]}, "stat/t/RESULT",
         {"HSBColor": "0,0,0", "White": 40, "CT": 250}, {"color_temp": 4000}),
        ({"kind": "tasmota", "topic": "t", "color": "hs", "color_temp": [2000, 6500]}, "stat/t/RESULT",
         {"HSBColor": "120,100,50", "White": 0, "CT": 250}, {"color": "green"}),
    ],
)  # fmt: skip
def test_each_kind_is_understood(entry: dict[str, Any], topic: str, payload: Any, look: dict[str, Any]) -> None:
    assert lamp(**entry).said(topic, json.dumps(payload).encode()).look == look


@pytest.mark.parametrize(
    ("kind", "topic", "payload", "there"),
    [
        ("zigbee2mqtt", "z/a/availability", '{"state": "offline"}', False),
        ("zigbee2mqtt", "z/a/availability", "online", True),
        ("zigbee2mqtt", "z/bridge/state", "offline", False), ("json", "z/a/availability", "offline", False),
        ("json", "z/a/availability", "what", None), ("json", "z/a", "offline", None),
    ],
)  # fmt: skip
def test_a_lamp_says_whether_it_is_there(kind: str, topic: str, payload: str, there: bool | None) -> None:
    assert lamp(kind=kind, topic="z/a").said(topic, payload.encode()).reachable is there


def test_the_guide_shows_what_is_sent() -> None:
    guide = (Path(__file__).parent.parent / "docs" / "mqtt.md").read_text(encoding="utf-8")
    home = Home.from_yaml(re.search(r"```yaml\n(.*?)```", guide, re.S)[1])
    shown = re.findall(r"^\| \w+ \| `(\S+)` \| `(.*)` \|$", guide, re.M)
    look = LightState("", on=True, brightness=0.4, color="blue", color_temp=None)
    sent = [lamp_of(mqtt).order(Wanted(look, True, True)) for mqtt in home.lamps().values() if mqtt.color]
    assert shown == sent
    assert set(Mqtt.model_fields) <= set(re.findall(r"`(\w+)`", guide))


# --- the broker --------------------------------------------------------------------------------


def test_a_broker_is_read_from_options_environment_and_files(tmp_path: Path) -> None:
    (tmp_path / "p").write_text("se cret\n")
    one = Broker.of("mqtts://me@ghar.local", None, tmp_path / "p", environment={})
    assert (one.host, one.port, one.tls, one.user, one.password) == ("ghar.local", 8883, True, "me", "se cret")
    environment = {"BATTI_MQTT": "mqtt://[::1]:1884", "BATTI_MQTT_USER": "u", "BATTI_MQTT_PASSWORD": "hidden"}
    one = Broker.of(environment=environment)
    assert (one.shown, one.user, one.password) == ("mqtt://[::1]:1884", "u", "hidden")
    assert "hidden" not in repr(one) + str(one) + one.shown


@pytest.mark.parametrize(
    ("url", "options", "says"),
    [
        ("", {}, "there is no broker"), ("http://x", {}, "no address of a broker"), ("mqtt://", {}, "no address"),
        ("mqtt://h/path", {}, "no address"), ("mqtt://h:99999", {}, "is no URL"), ("localhost", {}, "no address"),
        ("mqtt://u:geheim@h", {}, "holds a password"), ("mqtt://h", {"client_id": "a b"}, "no client id"),
        ("mqtt://h", {"ca": Path("ca.crt")}, "encrypted"),
        ("mqtt://h", {"password_file": Path("/no")}, "cannot be read"),
        ("mqtt://h", {"environment": {"BATTI_MQTT_PASSWORD": "geheim"}}, "no user"),
    ],
)  # fmt: skip
def test_what_is_no_broker_is_refused_and_no_password_shown(url: str, options: dict[str, Any], says: str) -> None:
    with pytest.raises(BattiError) as caught:
        Broker.of(url, **{"environment": {}, **options})
    assert says in str(caught.value) and "; " in str(caught.value)
    assert "geheim" not in str(caught.value)


def test_a_ca_file_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ca").write_text("no certificate")
    for file in (tmp_path / "ca", tmp_path / "missing"):
        with pytest.raises(BattiError, match="cannot be used"):
            Broker.of("mqtts://h", ca=file, environment={}).tls_context()


# --- the journal -------------------------------------------------------------------------------


def test_the_journal_knows_what_was_begun_and_answered_after_it_was_opened_again(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "new" / "j")
    assert journal.answer("a") is None
    journal.begin("a", passing=False)
    journal.begin("b", passing=True)
    journal.end("b", "said")
    again = Journal(tmp_path / "new" / "j")
    assert (again.answer("a"), again.answer("b")) == (BEGUN, "said")
    again.forget_passing()
    assert (again.answer("a"), again.answer("b")) == (BEGUN, None)
    again.end("b", "late")  # of a session that is over
    assert again.answer("b") is None


def test_a_journal_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "j").write_text("this is no database, and longer than a header of SQLite would be" * 20)
    with pytest.raises(BattiError, match="cannot be used"):
        Journal(tmp_path / "j")


# --- a broker that is dead ---------------------------------------------------------------------


def test_without_a_broker_each_light_is_out_of_reach_in_time_and_restored_nothing() -> None:
    home = Home.from_yaml("rooms: [{name: hall, mqtt: {kind: json, topic: h/a}}, {name: attic}]")
    action = Action(room="hall", action="turn_on")

    async def tried() -> tuple[float, float]:
        lights, began = MqttLights(Broker("127.0.0.1", free_port())), time.monotonic()
        [outcome] = await lights.run(home, [action])
        first = time.monotonic()
        assert outcome.problem == "unreachable" and "Connection refused" in outcome.detail
        [effect] = await lights.restore(home, [LightState("hall", on=True)])
        second = time.monotonic()
        assert (effect.problem, effect.after, effect.after.reachable) == ("unreachable", effect.before, False)
        await lights.close()
        return first - began, second - first

    first, second = asyncio.run(tried())
    assert first < 5 and second < 2


def test_a_journal_that_cannot_be_used_any_more_is_an_error_of_one_line(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    journal.close()
    for using in (lambda: journal.answer("a"), lambda: journal.begin("a", False), lambda: journal.end("a", "x"),
                  journal.forget_passing):  # fmt: skip
        with pytest.raises(BattiError, match=r"the journal '.*' cannot be used"):
            using()


def test_a_folder_is_for_one_and_not_to_blame_for_what_fails_inside(tmp_path: Path) -> None:
    with _alone(tmp_path), pytest.raises(BattiError, match="another listener"), _alone(tmp_path):
        pass
    with pytest.raises(ConnectionResetError), _alone(tmp_path):
        raise ConnectionResetError
    (tmp_path / "file").write_text("")
    with pytest.raises(BattiError, match="cannot be used"), _alone(tmp_path / "file"):
        pass
