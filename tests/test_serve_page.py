"""The page, used in a real Chromium as people would use it."""

import json
import re
import socket
from pathlib import Path

import pytest
import yaml as yaml_files
from browsing import Keys, Page, channels
from chat_server import Yaml, running
from serving import Served, serving, until

from batti import Interpreter
from batti.command import Command
from batti.home import Home

KITCHEN = "[data-room=kitchen]"
WARM = (255, 169, 87)  # 2700 K by the fit that colour.js names


# --- lights ------------------------------------------------------------------------------------


def test_a_nepali_sentence_makes_the_right_room_glow(page: Page, house: Served) -> None:
    assert page.glowing() == set()
    assert page.said("Bhancha ko batti bala") == "Bhancha ko batti baliyo."
    until(lambda: page.glowing() == {"kitchen"})
    opacity, colour = page.glow("kitchen")
    assert opacity == 1
    red, green, blue = channels(colour)
    assert red == 255 and all(abs(one - due) < 30 for one, due in zip((green, blue), WARM[1:], strict=True))
    assert house.lit() == {"kitchen"}
    assert "kitchen: 100%" in page.find(f"#plan {KITCHEN}").get_attribute("aria-label")


def test_devanagari_brightness_and_colour_are_seen(page: Page) -> None:
    assert page.said("बैठकको बत्ती ४०% मा राख्नुस्") == "बैठकको बत्ती ४०% मा राखियो।"
    assert page.find(".turn:first-child .reply").get_attribute("lang") == "ne"
    until(lambda: page.glowing() == {"living room"})
    assert 0.4 < page.glow("living room")[0] < 0.9
    page.said("baithak ko batti nilo banau")
    until(lambda: channels(page.glow("living room")[1])[2] > 200)
    red, _, blue = channels(page.glow("living room")[1])
    assert blue > 2 * red


def test_motion_is_for_those_who_want_it(chromium: Page, house: Served) -> None:
    moving = chromium.open(house.url, still=False).ready()
    slow = "return getComputedStyle(document.querySelector('.pool')).transitionDuration"
    assert moving.js(slow) == "0.9s"
    moving.said("bhancha ko batti bala")
    until(lambda: moving.glow("kitchen")[0] == 1)
    assert moving.find(f"{KITCHEN} .lamp").get_attribute("class").split()[-1] == "changed"
    assert chromium.open(house.url, still=True).ready().js(slow) == "0s"


def test_what_was_understood_is_told(page: Page) -> None:
    page.said("भान्छाको बत्ती ४०% मा राख")
    until(lambda: page.all(".turn:first-child ruby"))
    taken = {one.text.split("\n")[0]: one.text.split("\n")[-1] for one in page.all(".turn:first-child ruby")}
    assert taken == {"भान्छा": "kitchen", "४०%": "40%"}
    assert "Very sure, 99%" in page.text(".turn:first-child .sure")
    assert yaml_files.safe_load(page.text(".turn:first-child code"))["actions"][0]["brightness"] == 0.4
    assert page.text("#announcer") == page.text(".turn:first-child .reply")


def test_lights_are_switched_on_the_plan_and_in_the_list(page: Page, house: Served) -> None:
    page.click(f"#plan {KITCHEN}")
    until(lambda: house.lit() == {"kitchen"})
    until(lambda: page.find(f"#plan {KITCHEN}").get_attribute("aria-pressed") == "true")
    page.find("#lights .light").click()
    until(lambda: house.lit() == set())
    until(lambda: page.find("#lights .light").get_attribute("aria-checked") == "false")


def test_a_room_is_asked_for_and_may_be_said_once_for_all(page: Page, house: Served) -> None:
    assert page.said("batti bala") == "Kun kotha ko batti?"
    page.find(".turn:first-child .chips li:nth-child(3) button").click()
    until(lambda: house.lit() == {"bedroom"})
    page.choose("here", "kitchen")
    page.said("batti bala")
    until(lambda: house.lit() == {"bedroom", "kitchen"})
    assert page.shown(f"#plan {KITCHEN} .person")


def test_an_unknown_room_does_nothing(page: Page, house: Served) -> None:
    assert "swimming pool" in page.said("swimming pool ko batti bala")
    assert house.lit() == set() and page.find(".turn").get_attribute("data-status") == "unknown_room"


# --- confirmation ------------------------------------------------------------------------------


def on_or_off(interpreter: Interpreter) -> str:
    """A sentence that this model takes for one thing or the other."""
    for said in ("baithak onoff", "baithak offon", "baithak on off", "baithak balnibhau", "baithak ko batti onoff"):
        result = interpreter(said)
        readings = [result.command, *([result.other[0]] if result.other else [])]
        if {action.action for one in readings for action in one.actions} == {"turn_on", "turn_off"}:
            return said
    raise AssertionError("no sentence is in doubt: find another")


def test_two_readings_are_choices_and_one_is_done(page: Page, house: Served, interpreter: Interpreter) -> None:
    house.put("/v1/home", Home.default().to_dict() | {"confirm_below": 1})
    house.do("baithak ko batti bala", confirm=True)
    page.say(on_or_off(interpreter))
    until(lambda: page.shown("#confirm"))
    choices = page.all("#confirm-choices button")
    assert len(choices) == 2 and page.focused() == "confirm-no"
    assert page.all("#plan .meant")[0].get_attribute("data-room") == "living room"
    assert house.lit() == {"living room"}
    next(one for one in choices if one.text.startswith("living room: off")).click()
    until(lambda: house.lit() == set())
    assert not page.shown("#confirm") and not page.all("#plan .meant")
    until(lambda: page.text(".turn code"))
    assert Command.from_yaml(page.text(".turn code")).actions[0].action == "turn_off"


def test_the_whole_house_is_asked_about(page: Page, house: Served) -> None:
    page.say("सबै बत्ती बाल")
    until(lambda: page.shown("#confirm"))
    page.press(Keys.ENTER)  # the answer that does nothing has the focus
    until(lambda: page.text(".turn .reply") == "Left as it is.")
    page.say("sabai batti bala")
    until(lambda: page.shown("#confirm"))
    page.click("#confirm-no")
    page.press("sabai batti bala", Keys.ENTER)  # one can go on typing
    until(lambda: page.shown("#confirm"))
    assert len(page.all(".turn")) == 3
    page.press(Keys.ESCAPE)
    until(lambda: not page.shown("#confirm") and page.text(".turn .reply") == "Left as it is.")
    assert house.lit() == set()
    page.say("sabai batti bala")
    until(lambda: page.shown("#confirm"))
    page.click("#confirm-choices button")
    until(lambda: len(house.lit()) == 11)
    until(lambda: len(page.glowing()) == 11)


# --- schedule ----------------------------------------------------------------------------------


def test_what_is_scheduled_counts_down_and_is_cancelled(page: Page, house: Served) -> None:
    page.said("bhancha ko batti 10 minute pachi bala")
    until(lambda: page.all("#jobs li"))
    first = page.text("#jobs .left")
    assert re.fullmatch(r"9:5\d|10:00", first)
    assert page.text("#jobs .what strong") == "kitchen: on"
    until(lambda: page.text("#jobs .left") not in ("", first))
    assert re.search(r"9:5\d", page.text(".labels .due:not(:empty)"))
    page.click("#jobs button")
    until(lambda: not page.all("#jobs li") and not page.shown("#schedule"))
    assert house.jobs() == [] and page.text("#announcer") == "Cancelled: kitchen: on"


def test_what_is_due_is_seen(page: Page) -> None:
    page.said("turn on the terrace light in 2 seconds")
    until(lambda: page.glowing() == {"terrace"})
    until(lambda: not page.all("#jobs li"))


# --- the home ----------------------------------------------------------------------------------


def _fill(page: Page, field: str, text: str) -> None:
    page.js("const at = document.querySelector(`[data-field='${arguments[0]}']`); at.closest('details')?.setAttribute("
            "'open', ''); at.value = arguments[1]; at.dispatchEvent(new InputEvent('input', {bubbles: true}))",
            field, text)  # fmt: skip


def test_the_home_is_changed_and_is_so_after_a_reload(page: Page, house: Served) -> None:
    page.click("#edit-home")
    _fill(page, "name", "हाम्रो घर")
    page.find("[data-list=rooms] + .add").click()
    page.press("greenhouse")
    page.press(Keys.TAB, "phulbari, फूलबारी")
    page.find("[data-list=rooms] > :last-child .add").click()
    page.press("grow lamp")
    page.find("[data-list=groups] + .add").click()
    page.press("upstairs")
    page.click("[data-list=groups] input[value=terrace]")
    page.click("[data-list=groups] input[value=greenhouse]")
    page.click("#editor-form .strong")
    until(lambda: not page.shown("#editor"))
    kept = house.get("/v1/home").json()
    assert kept["name"] == "हाम्रो घर" and kept["groups"] == [{"name": "upstairs", "rooms": ["terrace", "greenhouse"]}]
    made = {"name": "greenhouse", "aliases": ["phulbari", "फूलबारी"], "lights": [{"name": "grow lamp"}]}
    assert kept["rooms"][-1] == made
    assert kept["rooms"][:-1] == Home.default().to_dict()["rooms"]
    page.driver.refresh()
    page.ready()
    assert page.text("#home-name") == "हाम्रो घर"
    assert page.text("#plan figcaption") == "upstairs"
    assert len(page.all("#plan [data-room=greenhouse] .lamp")) == 2
    page.said("phulbari ko batti bala")
    until(lambda: page.glowing() == {"greenhouse"})


def test_a_room_of_another_name_stays_in_its_groups(page: Page, house: Served) -> None:
    rooms = [{"name": "kitchen"}, {"name": "hall"}]
    house.put("/v1/home", {"rooms": rooms, "groups": [{"name": "downstairs", "rooms": ["hall"]}]})
    until(lambda: len(page.all("#plan figure")) == 2)
    page.click("#edit-home")
    _fill(page, "rooms[1].name", "salon")
    page.find("[data-list=rooms] summary").click()
    page.click("[data-list=rooms] .remove")  # the kitchen
    page.click("#editor-form .strong")
    until(lambda: not page.shown("#editor"))
    kept = house.get("/v1/home").json()
    assert kept["rooms"] == [{"name": "salon"}] and kept["groups"] == [{"name": "downstairs", "rooms": ["salon"]}]


def test_faults_stand_at_their_field_and_nothing_is_saved(chromium: Page, house: Served) -> None:
    page = chromium.open(house.url).ready()
    page.click("#edit-home")
    _fill(page, "rooms[1].name", "kitchen")
    until(lambda: page.all("[aria-invalid]"))
    field = page.find("[aria-invalid]")
    assert field.get_attribute("data-field") == "rooms[1].name"
    assert "given to two things" in page.text(f"#{field.get_attribute('aria-describedby')}")
    page.click("#editor-form .strong")
    until(lambda: page.driver.switch_to.active_element == page.find("[aria-invalid]"))
    _fill(page, "rooms[1].name", "salon")
    until(lambda: not page.all("[aria-invalid]"))
    assert house.get("/v1/home").json() == Home.default().to_dict()
    page.press(Keys.ESCAPE)
    page.driver.switch_to.alert.accept()  # what was changed is left
    until(lambda: not page.shown("#editor"))
    assert all("422" in said for said in page.complaints())  # the browser's own word about a refusal


def test_nobody_overwrites_what_somebody_else_changed(page: Page, house: Served) -> None:
    page.click("#edit-home")
    _fill(page, "name", "mine")
    house.put("/v1/home", {"name": "theirs", "rooms": [{"name": "kitchen"}]})
    until(lambda: page.shown("#editor-conflict"))
    page.click("#editor-theirs")
    assert page.find("[data-field=name]").get_attribute("value") == "theirs" and not page.shown("#editor-conflict")
    _fill(page, "name", "ours")
    page.click("#editor-form .strong")
    until(lambda: not page.shown("#editor"))
    assert house.get("/v1/home").json() == {"name": "ours", "rooms": [{"name": "kitchen"}]}


# --- several, and alone ------------------------------------------------------------------------


def test_two_windows_are_in_step(page: Page, house: Served) -> None:
    first = page.driver.current_window_handle
    page.driver.switch_to.new_window("window")
    try:
        page.driver.get(house.url)
        page.ready().said("bhancha ko batti bala ani terrace 10 minute pachi bala")
    finally:
        page.driver.close()
        page.driver.switch_to.window(first)
    until(lambda: page.glowing() == {"kitchen"} and page.all("#jobs li"))


def test_a_token_is_asked_for_and_a_lost_house_is_found_again(chromium: Page, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    with serving(tmp_path / "state", "--port", port, BATTI_TOKEN="the token of the house") as house:
        page = chromium.open(house.url)
        until(lambda: page.shown("#token"))
        page.press("not the token of it", Keys.ENTER)
        until(lambda: page.text("#token-problem") == "That is not the token.")
        page.find("#token-field").clear()
        page.find("#token-field").send_keys("the token of the house", Keys.ENTER)
        assert "baliyo" in page.ready().said("bhancha ko batti bala")
        house.kill()
        until(lambda: page.shown("#offline"))
        page.say("bhancha ko batti nibhau")
        until(lambda: "does not answer" in page.text(".turn .reply"))
        assert page.find("#say").get_attribute("value") == "bhancha ko batti nibhau"
        house.start()
        until(lambda: not page.shown("#offline"))
        page.press(Keys.ENTER)
        until(lambda: page.text(".turn .reply") == "Bhancha ko batti nibhaiyo." and page.glowing() == set())
        page.complaints()


def test_what_a_language_model_writes_is_seen_as_it_writes(chromium: Page, tmp_path: Path) -> None:
    said = "intent: single_room_control\nrooms: [kitchen]\nactions:\n  - room: kitchen\n    action: turn_on\n"
    with (
        running(Yaml(lambda body: said)) as model,
        serving(tmp_path / "state", "--model", f"http://127.0.0.1:{model.server_port}/v1#writer") as house,
    ):
        page = chromium.open(house.url).ready()
        page.complaints()
        page.said("bhancha ko batti bala")
        until(lambda: page.glowing() == {"kitchen"})
        assert yaml_files.safe_load(page.text(".turn code")) == yaml_files.safe_load(said)
        asked = [body for body in model.seen if body["messages"][-1]["content"] == "bhancha ko batti bala"]
        assert len(asked) == 1
        page.choose("model", "batti")
        until(lambda: "batti answers" in page.text("#announcer"))
        assert [one["id"] for one in house.get("/v1/models").json()["data"] if one["chosen"]] == ["batti"]
        assert page.complaints() == []


_EAR = """
delete window.SpeechRecognition; delete window.webkitSpeechRecognition;
if (%s) window.SpeechRecognition = class {
  start() {
    this.onstart();
    const heard = [{transcript: this.lang === "ne-NP" ? "भान्छाको बत्ती बाल" : "turn on the terrace light"}];
    heard.isFinal = true;
    this.onresult({results: [heard]});
    this.onend();
  }
};
"""


@pytest.mark.parametrize("can", [True, False])
def test_what_is_spoken_is_done_where_the_browser_can_listen(chromium: Page, house: Served, can: bool) -> None:
    added = chromium.cdp("Page.addScriptToEvaluateOnNewDocument", source=_EAR % json.dumps(can))
    try:
        page = chromium.open(house.url).ready()
        assert page.shown("#speak") == page.shown("#speech-language") == can
        if can:
            page.click("#speak")
            until(lambda: house.lit() == {"kitchen"})
            page.click("#speech-language input[value=en-IN]")
            page.click("#speak")
            until(lambda: house.lit() == {"kitchen", "terrace"})
    finally:
        chromium.cdp("Page.removeScriptToEvaluateOnNewDocument", identifier=added["identifier"])


def test_history_is_kept_used_again_and_forgotten(page: Page, house: Served) -> None:
    page.said("bhancha ko batti bala")
    until(lambda: page.all(".turn ruby"))
    page.driver.refresh()
    page.ready()
    assert page.text(".turn .reply") == "Bhancha ko batti baliyo." and page.all(".turn ruby")
    house.do("bhancha ko batti nibhau")
    page.find(".turn .again .link").click()
    until(lambda: house.lit() == {"kitchen"})
    page.click("#forget")
    assert not page.all(".turn") and page.js("return localStorage.getItem('batti.turns')") == "[]"


def test_examples_are_of_this_home(page: Page, house: Served) -> None:
    house.put("/v1/home", {"rooms": [{"name": "attic", "aliases": ["buigal", "बुइगल"]}]})
    until(lambda: "बुइगल" in page.text("#examples"))
    assert "buigal" in page.text("#examples") and "attic" in page.text("#examples")
    page.find("#examples [lang=ne]").click()
    until(lambda: house.lit() == {"attic"})
