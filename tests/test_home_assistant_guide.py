"""The ten steps of docs/home-assistant.md, run: its commands as they stand there, its clicks by the API behind them."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import hass
import pytest
import yaml
from assist import assist, pipeline
from hass import ROOT, Hass
from test_cli import run
from test_wyoming import add_integration
from wyoming_server import wyoming

from batti.serve.settings import HASS_VARIABLE

GUIDE = (ROOT / "docs" / "home-assistant.md").read_text(encoding="utf-8")
URL = "http://homeassistant.local:8123"
SAID = "bhancha ko batti bala"


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hass]:
    with hass.running(tmp_path_factory.mktemp("hass") / "config") as started:
        yield started


def lines() -> list[str]:
    return "".join(re.findall(r"```sh\n(.*?)```", GUIDE, re.S)).splitlines()


def commands() -> list[list[str]]:
    return [shlex.split(line) for line in lines() if line.startswith("batti ")]


def test_there_are_ten_steps() -> None:
    assert [int(number) for number in re.findall(r"^\*\*(\d+)\. ", GUIDE, re.M)] == list(range(1, 11))


def test_what_is_no_command_of_batti_installs_this_folder_and_names_the_token() -> None:
    installing, token = [line for line in lines() if not line.startswith("batti ")]
    assert installing == "python3 -m venv ~/batti && . ~/batti/bin/activate && pip install '.[serve]'"
    assert (ROOT / "pyproject.toml").exists()
    assert token.startswith(f"export {HASS_VARIABLE}=")


def test_the_versions_are_those_that_the_files_ask_for() -> None:
    app = yaml.safe_load((ROOT / "app" / "config.yaml").read_text(encoding="utf-8"))["homeassistant"]
    component = json.loads((ROOT / "hacs.json").read_text(encoding="utf-8"))["homeassistant"]
    assert f"You need Home Assistant {app.removesuffix('.0')} or newer" in GUIDE
    [row] = [line for line in GUIDE.splitlines() if "`custom_components/batti`" in line]
    assert f"({component.removesuffix('.0')} or newer)" in row


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
