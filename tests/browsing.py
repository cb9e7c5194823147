"""A real Chromium on the page of a real `batti serve`."""

import json
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from serving import until

_FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--lang=en-GB",
)  # fmt: skip
PHONE, DESK = (360, 740), (1280, 900)


def program(*names: str) -> str | None:
    return next(filter(None, map(shutil.which, names)), None)


CHROMIUM, DRIVER = program("chromium", "chromium-browser", "google-chrome"), program("chromedriver")


class Page:
    """What somebody sees and does; `url` is that of the service."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver, self.url = driver, ""

    def open(self, url: str, size: tuple[int, int] = DESK, dark: bool = True, still: bool = True) -> "Page":
        """The page, nothing remembered; `still` is for people who want no motion, and for tests that need not wait."""
        self.url = url
        media = {"prefers-color-scheme": "dark" if dark else "light",
                 "prefers-reduced-motion": "reduce" if still else "no-preference"}  # fmt: skip
        self.cdp("Emulation.setEmulatedMedia", features=[{"name": key, "value": media[key]} for key in media])
        self.resize(size)
        self.cdp("Storage.clearDataForOrigin", origin=url, storageTypes="all")
        self.driver.get(url)
        return self

    def resize(self, size: tuple[int, int]) -> None:
        self.cdp("Emulation.setDeviceMetricsOverride", width=size[0], height=size[1], deviceScaleFactor=1,
                 mobile=size[0] < 500)  # fmt: skip

    def ready(self) -> "Page":
        until(lambda: self.js("return document.body.classList.contains('ready') && !!document.querySelector('.light')"))
        return self

    def cdp(self, command: str, **options: Any) -> Any:
        return self.driver.execute_cdp_cmd(command, options)

    def js(self, code: str, *values: Any) -> Any:
        return self.driver.execute_script(code, *values)

    def find(self, selector: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def text(self, selector: str) -> str:
        """The text of what is there; "" where it is not, or not any more."""
        return str(self.js("return document.querySelector(arguments[0])?.textContent ?? ''", selector))

    def shown(self, selector: str) -> bool:
        return bool(self.js("return document.querySelector(arguments[0])?.checkVisibility() ?? false", selector))

    def click(self, selector: str) -> None:
        self.find(selector).click()

    def choose(self, select: str, value: str) -> None:
        """One of a select's options, by its id."""
        self.js("const at = document.getElementById(arguments[0]); at.value = arguments[1];"
                "at.dispatchEvent(new Event('change'))", select, value)  # fmt: skip

    def press(self, *keys: str) -> None:
        """Keys to whatever has the focus."""
        webdriver.ActionChains(self.driver).send_keys(*keys).perform()

    def back(self) -> None:
        """Shift and Tab."""
        webdriver.ActionChains(self.driver).key_down(Keys.SHIFT).send_keys(Keys.TAB).key_up(Keys.SHIFT).perform()

    def focused(self) -> str:
        return str(self.js("const at = document.activeElement; return at.id || at.dataset.room || at.className"))

    def say(self, sentence: str) -> None:
        self.find("#say").send_keys(sentence, Keys.ENTER)

    def said(self, sentence: str) -> str:
        """Says a sentence, and gives the reply."""
        before = len(self.all(".turn"))
        self.say(sentence)
        until(lambda: len(self.all(".turn")) > before and self.text(".turn:first-child .reply[lang]"))
        return self.text(".turn:first-child .reply")

    def glow(self, room: str) -> tuple[float, str]:
        """How strongly a room shines, and in which colour, as the browser has computed it."""
        opacity, colour = self.js(_GLOW, room)
        return float(opacity), colour

    def glowing(self) -> set[str]:
        rooms = self.js("return [...document.querySelectorAll('#plan [data-room]')].map((one) => one.dataset.room)")
        return {room for room in rooms if self.glow(room)[0] > 0}

    def complaints(self) -> list[str]:
        """Errors of the console since the last time."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]

    def hosts(self) -> set[str]:
        """Hosts that were asked for anything since the last time."""
        events = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        sent = [one["params"]["request"]["url"] for one in events if one["method"] == "Network.requestWillBeSent"]
        return {urlsplit(url).hostname or "" for url in sent if url.startswith(("http", "ws"))}


_GLOW = """
const group = document.querySelector(`#plan [data-room="${CSS.escape(arguments[0])}"]`);
const pool = group.querySelector(".pool");
const stop = document.getElementById(/#(.*?)"?\\)/.exec(pool.getAttribute("fill"))[1]).firstElementChild;
return [getComputedStyle(pool).opacity, getComputedStyle(stop).stopColor];
"""


def channels(colour: str) -> Sequence[float]:
    """rgb(255, 169, 87) as its three numbers."""
    return [float(part) for part in re.findall(r"[\d.]+", colour)[:3]]


@contextmanager
def browser() -> Iterator[Page]:
    """Leaves nothing behind."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        options = webdriver.ChromeOptions()
        options.binary_location = CHROMIUM or ""
        for flag in (*_FLAGS, f"--user-data-dir={Path(folder)}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        driver = webdriver.Chrome(options=options, service=Service(DRIVER))
        try:
            driver.set_script_timeout(30)
            yield Page(driver)
        finally:
            driver.quit()
