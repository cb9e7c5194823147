"""The page, used in a real Chromium as people would use it."""

import io
import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml as yaml_files
from browsing import CHROMIUM, DESK, DRIVER, PHONE, Page, browser, channels
from chat_server import Yaml, running
from selenium.webdriver.common.keys import Keys
from serving import Served, serving, until

from batti.home import Home
from batti.serve.app import PAGE

pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="Chromium is not installed (apt-get install chromium chromium-driver)"
)
KITCHEN = "[data-room=kitchen]"
WARM = (255, 169, 87)  # 2700 K by the fit that colour.js names


@pytest.fixture(scope="module")
def chromium() -> Iterator[Page]:
    with browser() as one:
        yield one


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("page") / "state") as one:
        yield one


@pytest.fixture
def house(served: Served) -> Served:
    """The service with the default home, all dark, nothing scheduled."""
    served.put("/v1/home", Home.default().to_dict())
    for job in served.jobs():
        httpx.delete(f"{served.url}/v1/schedule/{job['id']}")
    served.post("/v1/commands", {"command": {"actions": [
        {"room": "all", "action": "change_color", "color_temp": 2700}, {"room": "all", "action": "adjust_brightness",
         "brightness": 1.0}, {"room": "all", "action": "turn_off"}]}})  # fmt: skip
    return served


@pytest.fixture
def page(chromium: Page, house: Served) -> Iterator[Page]:
    """The page, at ease: no error in the console and no other host asked, whatever a test does with it."""
    chromium.complaints(), chromium.hosts()
    yield chromium.open(house.url).ready()
    assert chromium.complaints() == []
    assert chromium.hosts() <= {"127.0.0.1"}


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
    page.js("const at = document.getElementById('here'); at.value = 'kitchen'; at.dispatchEvent(new Event('change'))")
    page.said("batti bala")
    until(lambda: house.lit() == {"bedroom", "kitchen"})
    assert page.shown(f"#plan {KITCHEN} .person")


def test_an_unknown_room_does_nothing(page: Page, house: Served) -> None:
    assert "swimming pool" in page.said("swimming pool ko batti bala")
    assert house.lit() == set() and page.find(".turn").get_attribute("data-status") == "unknown_room"


# --- confirmation ------------------------------------------------------------------------------


def test_two_readings_are_choices_and_one_is_done(page: Page, house: Served) -> None:
    house.put("/v1/home", Home.default().to_dict() | {"confirm_below": 1})
    page.say("hall ko bati")
    until(lambda: page.shown("#confirm"))
    choices = page.all("#confirm-choices button")
    assert len(choices) == 2 and page.focused() == "confirm-no"
    assert page.all("#plan .meant")[0].get_attribute("data-room") == "living room"
    assert house.lit() == set()
    next(one for one in choices if one.text.startswith("living room: on")).click()
    until(lambda: house.lit() == {"living room"})
    assert not page.shown("#confirm") and not page.all("#plan .meant")


def test_the_whole_house_is_asked_about(page: Page, house: Served) -> None:
    page.say("सबै बत्ती बाल")
    until(lambda: page.shown("#confirm"))
    page.press(Keys.ENTER)  # the answer that does nothing has the focus
    until(lambda: page.text(".turn .reply") == "Left as it is.")
    page.say("sabai batti bala")
    until(lambda: page.shown("#confirm"))
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
    page.said("turn on the terrace light in 1 second")
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
    assert kept["rooms"][-1] == {"name": "greenhouse", "aliases": ["phulbari", "फूलबारी"], "lights": [{"name": "grow lamp"}]}
    assert kept["rooms"][:-1] == Home.default().to_dict()["rooms"]
    page.driver.refresh()
    page.ready()
    assert page.text("#home-name") == "हाम्रो घर"
    assert [one.text for one in page.all("#plan figcaption")][0] == "upstairs"
    assert len(page.all("#plan [data-room=greenhouse] .lamp")) == 2
    page.said("phulbari ko batti bala")
    until(lambda: page.glowing() == {"greenhouse"})


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


# --- for everybody -----------------------------------------------------------------------------


def test_all_is_done_by_keyboard(page: Page, house: Served) -> None:
    page.press(Keys.TAB)
    assert page.focused() == "skip"
    page.press(Keys.ENTER, "bhancha ko batti bala", Keys.ENTER)
    until(lambda: house.lit() == {"kitchen"})
    until(lambda: page.text(".turn .reply[lang]"))
    page.press(Keys.ARROW_UP)
    assert page.find("#say").get_attribute("value") == "bhancha ko batti bala"
    page.back()
    assert page.focused() == "living room"  # one room at a time can be tabbed to
    focus = "return getComputedStyle(document.activeElement.querySelector('.focus')).strokeWidth"
    assert page.js(focus) == "3px"
    page.press(Keys.ARROW_RIGHT)
    assert page.focused() == "prayer room"
    page.press(Keys.SPACE)
    until(lambda: house.lit() == {"kitchen", "prayer room"})
    page.press(Keys.TAB)
    assert page.focused() == "say"
    assert page.js("return getComputedStyle(document.getElementById('talk')).boxShadow") != "none"


@pytest.mark.parametrize("language", ["en", "ne"])
def test_a_phone_need_not_be_scrolled_sideways(page: Page, house: Served, language: str) -> None:
    long = "the uncommonly large room of my mother's younger sister"
    house.put("/v1/home", {"rooms": [*Home.default().to_dict()["rooms"], {"name": long}]})
    page.resize(PHONE)
    if language == "ne":
        page.click("#language")
    page.said("bhancha ko batti 10 minute pachi bala")
    page.said("सबै कोठाको बत्ती कस्तो छ?")
    assert page.js("return document.documentElement.scrollWidth") == PHONE[0]
    assert page.shown("#say") and page.find("#say").rect["y"] < page.js("return scrollY + innerHeight")
    page.js("document.getElementById('edit-home').click()")
    assert page.js("return document.getElementById('editor-entries').scrollWidth") <= PHONE[0]


def test_the_theme_follows_the_system_until_one_is_chosen(chromium: Page, house: Served) -> None:
    paper = "const rgb = getComputedStyle(document.body).backgroundColor; return rgb"
    dark = sum(channels(chromium.open(house.url, dark=True).ready().js(paper)))
    light = sum(channels(chromium.open(house.url, dark=False).ready().js(paper)))
    assert dark < 200 and light > 600
    chromium.click("#theme")
    assert sum(channels(chromium.js(paper))) == dark
    chromium.driver.refresh()
    assert sum(channels(chromium.ready().js(paper))) == dark


def test_the_language_is_chosen_and_remembered(page: Page) -> None:
    page.click("#language")
    page.driver.refresh()
    page.ready()
    assert page.text("#edit-home") == "घर फेर्नुहोस्" and page.js("return document.documentElement.lang") == "ne"
    assert "भान्छा: निभेको" == page.find(f"#plan {KITCHEN}").get_attribute("aria-label")
    page.said("bhancha ko batti 40% ma rakha")
    until(lambda: page.text(f".labels g:has(+ g) .state") or page.text(".labels .state:not(:empty)"))
    assert page.text(".labels .state:not(:empty)").startswith("४०%")


_AXE = """
const done = arguments[0];
axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]})
  .then(({violations}) => done(violations.map((one) => [one.id, one.nodes.map((node) => node.target.join(" "))])));
"""


@pytest.mark.parametrize("dark", [True, False])
def test_axe_finds_no_fault(chromium: Page, house: Served, dark: bool) -> None:
    axe = pytest.importorskip("axe_core_python")
    script = (Path(axe.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
    page = chromium.open(house.url, dark=dark).ready()

    def faults() -> Any:
        page.js(f"if (!window.axe) {{ {script} }}")
        return page.driver.execute_async_script(_AXE)

    page.said("bhancha ko batti hariyo banau ani baithak ko 10 minute pachi bala")
    until(lambda: page.all(".turn ruby") and page.all("#jobs li"))
    assert faults() == []
    page.say("sabai batti nibhau")
    until(lambda: page.shown("#confirm"))
    assert faults() == []
    page.click("#confirm-no")
    page.click("#edit-home")
    page.find("#editor .entry summary").click()
    assert faults() == []


@pytest.mark.parametrize("dark", [True, False])
def test_names_can_be_read_in_any_light(chromium: Page, house: Served, dark: bool) -> None:
    image = pytest.importorskip("PIL.Image")
    page = chromium.open(house.url, dark=dark).ready()
    looks = [{"color": "red"}, {"color": "blue"}, {"color": "yellow"}, {"color": "pink"}, {"color": "purple"},
             {"color_temp": 1900}, {"color_temp": 6500}, {"color": "green"}, {"color": "orange"}]  # fmt: skip
    names = [room.name for room in Home.default().rooms]
    for level in (0.15, 0.5, 1.0):
        actions = [
            action
            for name, look in zip(names, looks, strict=False)
            for action in ({"room": name, "action": "change_color", **look},
                           {"room": name, "action": "adjust_brightness", "brightness": level})
        ]  # fmt: skip
        house.post("/v1/commands", {"command": {"actions": actions}})
        until(lambda: len(page.glowing()) == len(looks))
        inks = page.js("return [...document.querySelectorAll('.label')].map((one) => { const box = one.querySelector("
                       "'.name').getBoundingClientRect(); return [getComputedStyle(one.querySelector('text')).fill,"
                       "[box.left, box.top, box.right, box.bottom]]})")  # fmt: skip
        _hide(page, "hidden")
        seen = image.open(io.BytesIO(page.driver.get_screenshot_as_png())).convert("RGB")
        _hide(page, "")
        for ink, box in inks:
            behind = seen.crop(tuple(map(int, box))).resize((8, 2))
            worst = min(_contrast(channels(ink), pixel) for pixel in (behind.getpixel((x, y)) for x in range(8) for y in range(2)))
            assert worst >= 4.5, (ink, box, level)


def _hide(page: Page, how: str) -> None:
    page.js("document.querySelectorAll('.label text').forEach((one) => { one.style.visibility = arguments[0] })", how)


def _contrast(one: Any, other: Any) -> float:
    """Of two colours, as the WCAG defines it."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: Any) -> float:
    parts = [part / 255 for part in colour]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


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
        page.js("const at = document.getElementById('model'); at.value = 'batti'; at.dispatchEvent(new Event('change'))")
        until(lambda: "batti answers" in page.text("#announcer"))
        assert house.get("/v1/models").json()["data"][-2] | {"chosen": True} == house.get("/v1/models").json()["data"][-2]
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


# --- the plan, for any home --------------------------------------------------------------------

_PLANS = """
const done = arguments[0];
import("/layout.js").then(({floorsOf, planOf, unitOf}) => {
  const names = ["kitchen", "living room", "bedroom", "store room", "corridor", "balcony", "terrace", "bathroom", "बगैँचा",
    "puja kotha", "dai ko kotha", "garage"];
  const plans = [];
  for (const count of [1, 2, 3, 5, 8, 11, 12, 30, 120, 500]) for (const width of [312, 640, 900, 1400]) for (let shift = 0; shift < 6; shift++) {
    const rooms = Array.from({length: count}, (_, i) => ({name: `${names[(i * (shift + 1) + shift) % names.length]} ${i}`}));
    const groups = count > 4 && shift % 2 ? [{name: "mathi", rooms: rooms.slice(2, 4).map(({name}) => name)}] : [];
    const floors = floorsOf({rooms, groups});
    const box = {width, height: 520};
    const made = floors.map((floor) => planOf(floor, box, unitOf(floors, box)));
    plans.push({count, width, floors: made.map(({width, height, rooms, doors}) => ({width, height, doors: doors.length,
      rooms: rooms.map(({room, x, y, w, h}) => [room.name, x, y, w, h])}))});
  }
  done(plans);
});
"""


def test_rooms_of_any_home_fill_the_plan_without_overlap(page: Page) -> None:
    plans = page.driver.execute_async_script(_PLANS)
    assert len(plans) == 240
    for plan in plans:
        names = [room[0] for floor in plan["floors"] for room in floor["rooms"]]
        assert len(set(names)) == len(names) == plan["count"]
        for floor in plan["floors"]:
            assert floor["width"] <= plan["width"]
            assert sum(w * h for _, _, _, w, h in floor["rooms"]) == pytest.approx(floor["width"] * floor["height"])
            for _, x, y, w, h in floor["rooms"]:
                assert min(w, h) >= 40 and x >= -0.01 and y >= -0.01
                assert x + w <= floor["width"] + 0.01 and y + h <= floor["height"] + 0.01
            if plan["count"] <= 30:
                assert _overlapping(floor["rooms"]) == []
                assert floor["doors"] == len(floor["rooms"]) - 1  # each room is reached


def _overlapping(rooms: list[Any]) -> list[Any]:
    def meet(a: float, b: float, c: float, d: float) -> bool:
        return a + 0.01 < c + d and c + 0.01 < a + b

    return [
        (one[0], other[0])
        for i, one in enumerate(rooms)
        for other in rooms[:i]
        if meet(one[1], one[3], other[1], other[3]) and meet(one[2], one[4], other[2], other[4])
    ]


def test_a_home_of_500_rooms_is_drawn(page: Page, house: Served) -> None:
    house.put("/v1/home", {"rooms": [{"name": f"room {number}"} for number in range(500)]})
    until(lambda: len(page.all("#plan [data-room]")) == 500, 60)


# --- words -------------------------------------------------------------------------------------


def test_every_phrase_is_there_in_both_languages_and_used() -> None:
    strings = json.loads((PAGE / "strings.json").read_text(encoding="utf-8"))
    for key, said in strings.items():
        assert set(said) == {"en", "ne"} and all(said.values()), key
        holes = [sorted(re.findall(r"\{\w+\}", text)) for text in said.values()]
        assert holes[0] == holes[1], key
    code = "\n".join(path.read_text(encoding="utf-8") for path in PAGE.glob("*.js"))
    html = (PAGE / "index.html").read_text(encoding="utf-8")
    named = set(re.findall(r'data-t(?:-[\w-]+)?="([\w.]+)"', html)) | set(re.findall(r'"([a-z]+(?:\.\w+)*)"', code))
    begun = set(re.findall(r"t\(`([\w.]+\.)\$\{", code))
    assert set(re.findall(r'data-t(?:-[\w-]+)?="([\w.]+)"', html)) | set(re.findall(r'\bt\("([\w.]+)"', code)) <= set(strings)
    unused = {key for key in strings if key not in named and not key.startswith(tuple(begun))}
    assert unused == set()


def test_every_colour_and_action_of_the_language_has_words() -> None:
    from typing import get_args

    from batti.command import ActionName, Color

    strings = json.loads((PAGE / "strings.json").read_text(encoding="utf-8"))
    assert {f"colour.{name}" for name in get_args(Color)} <= set(strings)
    assert {f"do.{name}" for name in get_args(ActionName)} - {"do.adjust_brightness", "do.change_color"} <= set(strings)


def test_nothing_of_the_page_is_from_elsewhere() -> None:
    for path in PAGE.iterdir():
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "//" not in re.sub(r"(?m)(^|\s)//.*$", "", text) or not re.search(r"https?://", text), path
