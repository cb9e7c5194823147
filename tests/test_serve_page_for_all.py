"""The page for everybody: by keyboard, on a phone, in any light and language, for any home."""

import io
import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest
from browsing import PHONE, Keys, Page, channels
from serving import Served, until

from batti.command import ActionName, Color
from batti.home import Home
from batti.serve.app import PAGE

KITCHEN = "[data-room=kitchen]"


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
    assert page.find(f"#plan {KITCHEN}").get_attribute("aria-label") == "भान्छा: निभेको"
    page.said("bhancha ko batti 40% ma rakha")
    until(lambda: page.text(".labels g:has(+ g) .state") or page.text(".labels .state:not(:empty)"))
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
        until(lambda shown=f"{level:.0%}": _states(page) == [shown] * len(looks))
        inks = page.js("return [...document.querySelectorAll('.label')].map((one) => { const box = one.querySelector("
                       "'.name').getBoundingClientRect(); return [getComputedStyle(one.querySelector('text')).fill,"
                       "[box.left, box.top, box.right, box.bottom]]})")  # fmt: skip
        _hide(page, "hidden")
        seen = image.open(io.BytesIO(page.driver.get_screenshot_as_png())).convert("RGB")
        _hide(page, "")
        for ink, box in inks:
            behind = seen.crop(tuple(map(int, box))).resize((8, 2))
            pixels = [behind.getpixel((x, y)) for x in range(8) for y in range(2)]
            worst = min(_contrast(channels(ink), pixel) for pixel in pixels)
            assert worst >= 4.5, (ink, box, level)


def _states(page: Page) -> list[str]:
    """The levels that the plan tells of."""
    return list(page.js("return [...document.querySelectorAll('.labels .state')].map((one) => one.textContent)"
                        ".filter(Boolean).map((text) => text.split(' ')[0])"))  # fmt: skip


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


# --- the plan, for any home --------------------------------------------------------------------

_NAMES = ("kitchen", "living room", "bedroom", "store room", "corridor", "balcony", "terrace", "bathroom", "बगैँचा",
          "puja kotha", "dai ko kotha", "garage")  # fmt: skip
_PLANS = """
const [homes, widths, done] = arguments;
import("/layout.js").then(({floorsOf, planOf, unitOf}) => done(homes.flatMap((home) => widths.map((width) => {
  const floors = floorsOf(home);
  const box = {width, height: 520};
  return floors.map((floor) => {
    const {rooms, doors, ...size} = planOf(floor, box, unitOf(floors, box));
    return {...size, doors: doors.length, rooms: rooms.map(({room, x, y, w, h}) => [room.name, x, y, w, h])};
  });
}))));
"""


def _home(count: int, shift: int) -> dict[str, Any]:
    """Rooms of many kinds in another order for each `shift`; every other home has two floors."""
    rooms = [{"name": f"{_NAMES[(i * (shift + 1) + shift) % len(_NAMES)]} {i}"} for i in range(count)]
    above = [room["name"] for room in rooms[2:4]]
    return {"rooms": rooms, "groups": [{"name": "mathi", "rooms": above}] if above and shift % 2 else []}


def test_rooms_of_any_home_fill_the_plan_without_overlap(page: Page) -> None:
    homes = [_home(count, shift) for count in (1, 2, 3, 5, 8, 11, 12, 30, 120, 500) for shift in range(6)]
    widths = [312, 640, 900, 1400]
    plans = page.driver.execute_async_script(_PLANS, homes, widths)
    expected = [(home, width) for home in homes for width in widths]
    for (home, width), floors in zip(expected, plans, strict=True):
        placed = [room[0] for floor in floors for room in floor["rooms"]]
        assert sorted(placed) == sorted(room["name"] for room in home["rooms"])
        assert len(floors) == 1 + bool(home["groups"] and len(placed) > len(home["groups"][0]["rooms"]))
        for floor in floors:
            _check(floor, width)


def _check(floor: dict[str, Any], width: int) -> None:
    assert floor["width"] <= width
    assert sum(w * h for _, _, _, w, h in floor["rooms"]) == pytest.approx(floor["width"] * floor["height"])
    for _, x, y, w, h in floor["rooms"]:
        assert min(w, h) >= 40 and x >= -0.01 and y >= -0.01
        assert x + w <= floor["width"] + 0.01 and y + h <= floor["height"] + 0.01
    if len(floor["rooms"]) <= 30:
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


def test_rooms_of_two_floors_do_not_share_their_light(page: Page, house: Served) -> None:
    rooms = [{"name": name, "lights": [{"name": "दियो"}]} for name in ("क", "ख", "ग", "घ")]
    house.put("/v1/home", {"rooms": rooms, "groups": [{"name": "माथि", "rooms": ["ग", "घ"]}]})
    until(lambda: len(page.all("#plan figure")) == 2)
    page.click("#plan [data-room='ख']")
    until(lambda: page.glowing() == {"ख"})
    ids = page.js("return [...document.querySelectorAll('[id]')].map((one) => one.id)")
    assert len(set(ids)) == len(ids)


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
    used = set(re.findall(r'data-t(?:-[\w-]+)?="([\w.]+)"', html))
    named = used | set(re.findall(r'"([a-z]+(?:\.\w+)*)"', code))
    begun = set(re.findall(r"t\(`([\w.]+\.)\$\{", code))
    assert used | set(re.findall(r'\bt\("([\w.]+)"', code)) <= set(strings)
    unused = {key for key in strings if key not in named and not key.startswith(tuple(begun))}
    assert unused == set()


def test_every_colour_and_action_of_the_language_has_words() -> None:
    strings = json.loads((PAGE / "strings.json").read_text(encoding="utf-8"))
    assert {f"colour.{name}" for name in get_args(Color)} <= set(strings)
    assert {f"do.{name}" for name in get_args(ActionName)} - {"do.adjust_brightness", "do.change_color"} <= set(strings)


def test_nothing_of_the_page_is_from_elsewhere() -> None:
    """Nothing is loaded from another host, and nothing is in the HTML that the content security policy forbids."""
    for path in PAGE.iterdir():
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?:|//[\w-]+\.\w+/|@import", text), path
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script>", (PAGE / "index.html").read_text(encoding="utf-8"))
