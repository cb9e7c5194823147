"""The ten steps of docs/home-assistant.md, run: its commands as they stand there, its clicks by the API behind them."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import hass
import pytest
from assist import assist, pipeline
from hass import ROOT, Hass
from test_cli import run
from test_wyoming import add_integration
from wyoming_server import wyoming

GUIDE = (ROOT / "docs" / "home-assistant.md").read_text(encoding="utf-8")
URL = "http://homeassistant.local:8123"
SAID = "bhancha ko batti bala"


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hass]:
    with hass.running(tmp_path_factory.mktemp("hass") / "config") as started:
        yield started


def commands() -> list[list[str]]:
    blocks = "".join(re.findall(r"```sh\n(.*?)```", GUIDE, re.S))
    return [shlex.split(line) for line in blocks.splitlines() if line.startswith("batti ")]


def test_there_are_ten_steps() -> None:
    assert [int(number) for number in re.findall(r"^\*\*(\d+)\. ", GUIDE, re.M)] == list(range(1, 11))


def test_its_figures_are_those_that_were_measured() -> None:
    found = json.loads((ROOT / "docs" / "results" / "home_assistant.json").read_text())
    rows = [list(found), ["{passed}, {failed}, {skipped}".format(**one["tests"]) for one in found.values()]]
    for what in ("one_light", "several_lights", "step", "question"):
        rows.append([f"{one[what]['p50_ms']} ms, {one[what]['p95_ms']} ms" for one in found.values()])
    for row in rows:
        assert f" | {' | '.join(row)} |" in GUIDE


@hass.needed
def test_the_ten_steps(real: Hass, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    importing, trying, serving = ([word.replace(URL, real.url) for word in one[1:]] for one in commands())
    monkeypatch.setenv("HASS_TOKEN", real.token)
    real.all_off()
    assert run(*importing, cwd=tmp_path).returncode == 0
    tried = run(*trying, cwd=tmp_path)
    assert "room: Kitchen" in tried.stdout
    assert real.state("kitchen_light")["state"] == "off"
    options = [word for word in serving if word not in ("wyoming", "--home-assistant", real.url)]
    options[options.index("home.yaml")] = str(tmp_path / "home.yaml")
    with wyoming(tmp_path / "state", real.url, real.token, *options, "--no-announce") as port:
        agent = add_integration(real, port)
        said = assist(real, pipeline(real, agent), SAID)
    assert said == "Bhancha ko batti baliyo."
    assert said in GUIDE
    assert real.state("kitchen_light")["state"] == "on"
