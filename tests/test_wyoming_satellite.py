"""`here` is the area of the device that was spoken to: told by a client, by Home Assistant's API, by a satellite."""

import time
from collections.abc import Callable, Iterator

import hass
import pytest
from assist import assist, pipeline
from hass import Hass
from satellite import satellite
from test_wyoming import add_integration, add_wyoming
from wyoming.intent import Intent
from wyoming_server import say, wyoming_of

from batti.serve.wyoming.intents import SEVERAL

pytestmark = hass.needed
TELLS_DEVICE = SEVERAL  # both came with the same version


@pytest.fixture(scope="module")
def port(started: Hass, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with wyoming_of(started, tmp_path_factory.mktemp("wyoming")) as number:
        yield number


@pytest.fixture(scope="module")
def agent(started: Hass, port: int) -> str:
    return add_integration(started, port)


@pytest.fixture(scope="module")
def device(started: Hass) -> str:
    """A device in the hall."""
    flow = started.post("config/config_entries/flow", handler="sun")
    started.post(f"config/config_entries/flow/{flow['flow_id']}")
    [device, *_] = started.ask({"type": "config/device_registry/list"})[0]
    started.ask({"type": "config/device_registry/update", "device_id": device["id"], "area_id": "hall"})
    return str(device["id"])


def test_a_client_tells_the_device(port: int, real: Hass, device: str) -> None:
    [event] = say(port, "batti bala", device_id=device)
    assert {slot.name: slot.value for slot in Intent.from_event(event).entities}["name"] == "light.hall"


def test_home_assistant_tells_the_device(real: Hass, agent: str, device: str) -> None:
    which = pipeline(real, agent)
    said = assist(real, which, "batti bala", device_id=device)
    if real.version < TELLS_DEVICE:
        assert said.endswith("?")
        return
    assert (said, real.state("hall")["state"]) == ("Dalan ko batti baliyo.", "on")
    assert assist(real, which, "yo kotha ko batti nibhau", device_id=device) == "Dalan ko batti nibhaiyo."
    assert real.state("hall")["state"] == "off"


def test_what_a_satellite_hears_is_about_its_room(real: Hass, agent: str) -> None:
    with satellite("Hall") as corner:
        for port in (corner.port, corner.ears):
            add_wyoming(real, port)
        until(lambda: any(one["entity_id"] == "stt.ears" for one in real.get("states")))
        which = pipeline(real, agent, stt_engine="stt.ears", stt_language="en")
        real.ask({"type": "assist_pipeline/pipeline/set_preferred", "pipeline_id": which})
        corner.hears("bhancha ko batti bala")
        until(lambda: real.state("kitchen_light")["state"] == "on")
        if real.version >= TELLS_DEVICE:
            corner.hears("batti bala")
            until(lambda: real.state("hall")["state"] == "on")
            assert real.state("bedroom_ceiling")["state"] == "off"


def until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.1)
