"""Commands carried out by a real Home Assistant, and what becomes of them when it is cut off."""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import hass
import pytest
from hass import Hass

from batti.command import COLORS, Action
from batti.home import Home
from batti.serve.home_assistant.client import Client, Refused, Unreachable
from batti.serve.home_assistant.executor import HomeAssistant
from batti.serve.lights import LightState, Outcome

pytestmark = hass.needed
HOME = Home.from_yaml("""
rooms:
  - name: kitchen
    entity: light.kitchen_light
  - name: bedroom
    lights:
      - {name: ceiling, entity: light.bedroom_ceiling}
      - {name: table lamp, entity: light.table_lamp}
  - name: hall
    entity: light.hall
  - name: terrace
    entity: light.terrace
  - name: shed
groups:
  - name: upstairs
    rooms: [bedroom, terrace]
""")
SOON = 5.0  # seconds within which a server that is gone is told
Result = TypeVar("Result")


def using(real: Hass, doing: Callable[[HomeAssistant], Awaitable[Result]], token: str = "", **options: Any) -> Result:
    async def inside() -> Result:
        executor = HomeAssistant(Client(real.url, token or real.token), **options)
        try:
            return await doing(executor)
        finally:
            await executor.close()

    return asyncio.run(inside())


def run(real: Hass, *asked: dict[str, Any], **options: Any) -> list[Outcome]:
    actions = [Action.model_validate(one) for one in asked]
    return using(real, lambda executor: executor.run(HOME, actions), **options)


def looks(real: Hass) -> dict[Any, LightState]:
    states = using(real, lambda executor: executor.states(HOME))
    return {state.key: state for state in states}


def test_all_the_light_of_a_place_is_switched_and_nothing_else(real: Hass) -> None:
    [outcome] = run(real, {"room": "bedroom", "action": "turn_on"})
    assert outcome.done
    assert {name: real.state(name)["state"] for name in ("bedroom_ceiling", "table_lamp", "hall", "secret")} == {
        "bedroom_ceiling": "on", "table_lamp": "on", "hall": "off", "secret": "off"}  # fmt: skip
    run(real, {"room": "bedroom", "light": "table lamp", "action": "turn_off"})
    assert (real.state("bedroom_ceiling")["state"], real.state("table_lamp")["state"]) == ("on", "off")


def test_several_changes_of_a_place_are_one_call(real: Hass) -> None:
    with real.calls() as calls:
        outcomes = run(real, {"room": "kitchen", "action": "adjust_brightness", "brightness": 0.4},
                       {"room": "kitchen", "action": "change_color", "color": "blue"})  # fmt: skip
    assert [outcome.done for outcome in outcomes] == [True, True]
    [call] = calls
    assert call["service"] == "turn_on"
    assert call["service_data"] == {"entity_id": ["light.kitchen_light"], "brightness_pct": 40, "color_name": "blue"}
    now = real.state("kitchen_light")
    assert now["attributes"]["brightness"] == 102
    assert now["attributes"]["rgb_color"] == [0, 0, 255]
    state = looks(real)["kitchen", None]
    assert (state.on, state.brightness, state.color) == (True, 0.4, "blue")


@pytest.mark.parametrize("color", COLORS)
def test_every_colour_is_read_back_as_it_was_sent(real: Hass, color: str) -> None:
    [outcome] = run(real, {"room": "kitchen", "action": "change_color", "color": color})
    assert outcome.done
    assert looks(real)["kitchen", None].color == color


def test_a_whole_house_is_one_call(real: Hass) -> None:
    with real.calls() as calls:
        [outcome] = run(real, {"room": "all", "except": ["hall"], "action": "turn_on"})
    assert outcome.done
    assert [len(call["service_data"]["entity_id"]) for call in calls] == [4]
    assert real.state("hall")["state"] == "off"


@pytest.mark.parametrize(
    ("before", "step", "sent", "after"),
    [
        (128, 0.2, {"brightness_step_pct": 20}, 179),
        (128, -0.2, {"brightness_step_pct": -20}, 77),
        (26, -0.4, {"brightness_pct": 1}, 3),  # less light is not darkness
        (None, 0.2, {"brightness_pct": 20}, 51),
    ],
)
def test_steps(real: Hass, before: int | None, step: float, sent: dict[str, int], after: int) -> None:
    if before:
        real.switch("hall", True, brightness=before)
    with real.calls() as calls:
        run(real, {"room": "hall", "action": "adjust_brightness", "brightness_step": step})
    assert [call["service_data"] for call in calls] == [{"entity_id": ["light.hall"], **sent}]
    assert real.state("hall")["attributes"]["brightness"] == pytest.approx(after, abs=1)  # versions round otherwise


def test_a_light_of_which_nothing_is_known_is_told_but_not_asked(real: Hass) -> None:
    """As after a restart of Home Assistant, of a lamp that has not said yet how it is."""
    real.post("states/light.hall", state="unknown", attributes=real.state("hall")["attributes"])
    assert not looks(real)["hall", None].reachable
    with real.calls() as calls:
        asked = run(real, {"room": "hall", "action": "get_state"}, {"room": "hall", "action": "toggle"},
                    {"room": "hall", "action": "adjust_brightness", "brightness_step": 0.2})  # fmt: skip
    assert ([outcome.problem for outcome in asked], calls) == (["unreachable"] * 3, [])
    told = run(real, {"room": "hall", "action": "toggle"}, {"room": "hall", "action": "turn_on"},
               {"room": "hall", "action": "adjust_brightness", "brightness": 0.4},
               {"room": "hall", "action": "adjust_brightness", "brightness_step": 0.2})  # fmt: skip
    assert [outcome.done for outcome in told] == [False, True, True, True]
    assert (real.state("hall")["state"], looks(real)["hall", None].brightness) == ("on", pytest.approx(0.6, abs=0.01))


def test_a_step_begins_where_the_action_before_it_ends(real: Hass) -> None:
    real.switch("hall", True, brightness=204)
    step = {"room": "hall", "action": "adjust_brightness", "brightness_step": 0.2}
    run(real, {"room": "hall", "action": "adjust_brightness", "brightness": 0.4}, step)
    assert looks(real)["hall", None].brightness == 0.6
    run(real, step, {**step, "brightness_step": 0.1})
    assert looks(real)["hall", None].brightness == pytest.approx(0.9, abs=0.01)


def test_a_step_down_of_darkness_is_no_call(real: Hass) -> None:
    with real.calls() as calls:
        [outcome] = run(real, {"room": "hall", "action": "adjust_brightness", "brightness_step": -0.2})
    assert (outcome.done, calls) == (True, [])


@pytest.mark.parametrize(("asked", "sent"), [(6500, 4000), (1900, 2500), (3000, 3000)])
def test_kelvin_is_held_to_what_the_light_can_do(real: Hass, asked: int, sent: int) -> None:
    with real.calls() as calls:
        [outcome] = run(real, {"room": "hall", "action": "change_color", "color_temp": asked})
    assert [call["service_data"]["color_temp_kelvin"] for call in calls] == [sent]
    assert outcome.effects[0].after.color_temp == sent
    assert real.state("hall")["attributes"]["color_temp_kelvin"] == pytest.approx(sent, abs=10)


def test_what_a_light_cannot_do_is_said_and_nothing_else_happens(real: Hass) -> None:
    with real.calls() as calls:
        color, level, warm = run(
            real, {"room": "hall", "action": "change_color", "color": "red"},
            {"room": "terrace", "action": "adjust_brightness", "brightness": 0.4},
            {"room": "bedroom", "action": "change_color", "color_temp": 2700})  # fmt: skip
    assert (color.problem, level.problem, warm.problem) == ("no_color", "no_brightness", "no_color_temp")
    assert calls == []
    assert real.state("hall")["state"] == "off"


def test_lights_of_a_place_that_can_do_it_and_the_others(real: Hass) -> None:
    [outcome] = run(real, {"room": "bedroom", "action": "adjust_brightness", "brightness": 0.5})
    assert outcome.done
    assert [effect.before.light for effect in outcome.missed] == ["table lamp"]
    assert (real.state("bedroom_ceiling")["state"], real.state("table_lamp")["state"]) == ("on", "off")


def test_lights_toggled_together_go_off_if_one_is_on(real: Hass) -> None:
    real.switch("table_lamp", True)
    run(real, {"room": "bedroom", "action": "toggle"})
    assert real.state("table_lamp")["state"] == "off"
    run(real, {"room": "bedroom", "action": "toggle"})
    assert real.state("bedroom_ceiling")["state"] == "on"


def test_a_light_told_off_and_on_again_is_told_both_in_order(real: Hass) -> None:
    with real.calls() as calls:
        run(real, {"room": "hall", "action": "turn_off"}, {"room": "hall", "action": "turn_on"})
    assert [call["service"] for call in calls] == ["turn_off", "turn_on"]


def test_a_question_is_answered_from_the_states_and_changes_nothing(real: Hass) -> None:
    real.switch("kitchen_light", True, brightness=51, hs_color=[120, 100])
    with real.calls() as calls:
        [outcome] = run(real, {"room": "kitchen", "action": "get_state"})
    after = outcome.effects[0].after
    assert (after.on, after.brightness, after.color, calls) == (True, 0.2, "green", [])


def test_an_unavailable_light_is_told(real: Hass) -> None:
    real.post("services/input_boolean/turn_off", entity_id="input_boolean.plugged")
    [outcome] = run(real, {"room": "upstairs", "action": "turn_on"})
    assert [(effect.before.room, effect.problem) for effect in outcome.missed] == [("terrace", "unreachable")]
    assert real.state("table_lamp")["state"] == "on"
    [alone] = run(real, {"room": "terrace", "action": "turn_on"})
    assert (alone.done, alone.problem) == (False, "unreachable")
    [nothing] = run(real, {"room": "shed", "action": "turn_on"})
    assert nothing.problem == "no_light"


def test_what_is_restored_looks_as_it_did(real: Hass) -> None:
    real.switch("kitchen_light", True, brightness=51, hs_color=[0, 100])
    before = list(looks(real).values())
    run(real, {"room": "all", "action": "turn_on"}, {"room": "kitchen", "action": "change_color", "color_temp": 4000})
    effects = using(real, lambda executor: executor.restore(HOME, before))
    assert not any(effect.problem for effect in effects)
    assert [state.look for state in looks(real).values() if state.on] == [(True, 0.2, "red", None)]


def test_transition_is_for_lights_that_can(real: Hass) -> None:
    with real.calls() as calls:
        run(real, {"room": "hall", "action": "turn_on"}, {"room": "kitchen", "action": "turn_on"}, transition=2.0)
    assert {call["service_data"]["entity_id"][0]: call["service_data"].get("transition") for call in calls} == {
        "light.hall": None, "light.kitchen_light": 2.0}  # fmt: skip


# --- faults ------------------------------------------------------------------------------------


def test_a_wrong_token_is_refused(real: Hass) -> None:
    with pytest.raises(Refused, match="refuses the token"):
        asyncio.run(Client(real.url, "no.such.token").connect())
    [outcome] = run(real, {"room": "hall", "action": "turn_on"}, token="no.such.token")
    assert outcome.problem == "unreachable"
    assert "refuses the token" in outcome.detail


def test_nobody_there_is_told_soon() -> None:
    began = time.monotonic()
    with pytest.raises(Unreachable):
        asyncio.run(Client(f"http://127.0.0.1:{hass.free_port()}", "x").connect())
    assert time.monotonic() - began < SOON


def test_an_address_that_answers_nothing_is_told_soon() -> None:
    async def asked() -> float:
        silent = await asyncio.start_server(lambda *_: asyncio.sleep(60), "127.0.0.1", 0)
        port = silent.sockets[0].getsockname()[1]
        began = time.monotonic()
        with pytest.raises(Unreachable):
            await Client(f"http://127.0.0.1:{port}", "x").states(["light.a"])
        return time.monotonic() - began

    assert asyncio.run(asked()) < SOON


def test_a_frozen_server_is_told_soon_and_used_again_when_it_wakes(real: Hass) -> None:
    action = Action(room="hall", action="turn_on")

    async def doing(executor: HomeAssistant) -> tuple[float, list[Outcome], list[Outcome]]:
        await executor.states(HOME)
        real.signal(signal.SIGSTOP)
        began = time.monotonic()
        try:
            frozen = await executor.run(HOME, [action])
        finally:
            took = time.monotonic() - began
            real.signal(signal.SIGCONT)
        return took, frozen, await executor.run(HOME, [action])

    took, [frozen], [awake] = using(real, doing)
    assert took < SOON
    assert frozen.problem == "unreachable"
    assert awake.done


def test_a_call_that_was_cut_off_is_not_made_again(real: Hass) -> None:
    """The server is frozen after it has told its states and before it has carried the call out."""

    async def doing(executor: HomeAssistant) -> list[Outcome]:
        client, call = executor.client, executor.client.call

        async def freezing(*args: Any) -> None:
            real.signal(signal.SIGSTOP)
            try:
                await call(*args)
            finally:
                real.signal(signal.SIGCONT)

        client.call = freezing  # type: ignore[method-assign]
        began = time.monotonic()
        outcomes = await executor.run(HOME, [Action(room="hall", action="adjust_brightness", brightness_step=0.2)])
        assert time.monotonic() - began < SOON
        return outcomes

    with real.calls() as calls:
        [outcome] = using(real, doing)
        time.sleep(1)
    assert outcome.problem == "unsure"
    assert len(calls) <= 1
    assert real.state("hall")["attributes"].get("brightness") in (None, 51)


def test_after_a_restart_it_is_connected_again(real: Hass) -> None:
    action = Action(room="hall", action="turn_on")

    async def doing(executor: HomeAssistant) -> tuple[list[Outcome], list[Outcome], float]:
        await executor.states(HOME)
        real.kill()
        began = time.monotonic()
        gone = await executor.run(HOME, [action])
        took = time.monotonic() - began
        await asyncio.to_thread(real.start)
        return gone, await executor.run(HOME, [action]), took

    [gone], [back], took = using(real, doing)
    assert (gone.problem, back.done) == ("unreachable", True)
    assert took < SOON
    assert real.state("hall")["state"] == "on"
