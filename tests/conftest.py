import gc
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from hypothesis import HealthCheck, settings

from batti import Home, Interpreter
from batti.paths import resources

if TYPE_CHECKING:
    from browsing import Page
    from hass import Hass
    from serving import Served

settings.register_profile("batti", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("batti")
# Tiny networks gain nothing from more threads, which wait for one another at full speed where other tests run beside.
# Read when torch and transformers are imported, here and in the processes that tests start.
os.environ |= {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
# A shell's background job ignores Ctrl-C, and so would all that the tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)


# The longest first, so that no process is left with one of them in the end (with `-n 3 --no-loadscope-reorder`).
LONG = ("golden", "language", "train", "generate", "validate", "serve_durable", "tune", "language_export", "cli",
        "wyoming", "adapt", "serve_page", "serve_page_for_all", "serve_mqtt", "api")  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    names = [f"test_{name}" for name in LONG]
    items.sort(key=lambda item: names.index(item.path.stem) if item.path.stem in names else len(names))


def pytest_collection_finish() -> None:
    """What is imported and collected stays: to look through it for what may be thrown away takes a second each time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home folder of the tests' own, for this process and for those that it starts."""
    home = tmp_path_factory.mktemp("user")
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("XDG_", "BATTI"))]:
            patch.delenv(name)
        patch.setenv("HOME", str(home))
        patch.setenv("PYTHONIOENCODING", "utf-8")
        yield home


@pytest.fixture(scope="session")
def interpreter() -> Interpreter:
    """The shipped model in the default home."""
    return Interpreter.load()


@pytest.fixture(scope="session")
def few_phrases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of processes that know some voices: every process reads the phrases that it knows."""
    folder = tmp_path_factory.mktemp("few")
    (folder / "phrases").mkdir()
    voices = [resources("phrases") / f"{voice}.txt" for voice in ("chat", "elder", "english", "traps", "structure")]
    for one in (*(one for one in resources().iterdir() if one.name != "phrases"), *voices):
        (folder / one.relative_to(resources())).symlink_to(one)
    return {"BATTI_RESOURCES": str(folder)}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Labelled sentences about a tiny home, for language models: see language.py."""
    import language

    return language.sentences(tmp_path_factory.mktemp("data") / "tiny")


# --- the page: see browsing.py and test_serve_page*.py -------------------------------------------


@pytest.fixture(scope="session")
def chromium() -> Iterator["Page"]:
    """A browser."""
    import browsing

    if not (browsing.CHROMIUM and browsing.DRIVER):
        pytest.skip("Chromium is not installed (apt-get install chromium chromium-driver)")
    with browsing.browser() as one:
        yield one


@pytest.fixture(scope="session")
def _inhabited(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Served"]:
    from serving import serving

    with serving(tmp_path_factory.mktemp("page") / "state") as one:
        yield one


@pytest.fixture
def house(_inhabited: "Served") -> "Served":
    """A service with the default home, all dark and warm white, nothing scheduled."""
    _inhabited.put("/v1/home", Home.default().to_dict())
    for job in _inhabited.jobs():
        httpx.delete(f"{_inhabited.url}/v1/schedule/{job['id']}")
    looks = ({"action": "change_color", "color_temp": 2700}, {"action": "adjust_brightness", "brightness": 1.0})
    actions = [{"room": "all", **look} for look in (*looks, {"action": "turn_off"})]
    _inhabited.post("/v1/commands", {"command": {"actions": actions}})
    return _inhabited


@pytest.fixture
def page(chromium: "Page", house: "Served") -> Iterator["Page"]:
    """The page of that house: no error in its console and no other host asked, whatever a test does with it."""
    chromium.complaints(), chromium.hosts()
    yield chromium.open(house.url).ready()
    assert chromium.complaints() == []
    assert chromium.hosts() <= {"127.0.0.1"}


# --- Home Assistant: see hass.py -----------------------------------------------------------------


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Hass"]:
    """A real Home Assistant, for the tests of one file."""
    import hass

    with hass.running(tmp_path_factory.mktemp("hass") / "config") as one:
        yield one


@pytest.fixture
def real(started: "Hass") -> "Hass":
    """That one with all its lights off."""
    started.all_off()
    return started
