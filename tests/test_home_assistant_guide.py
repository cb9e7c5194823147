"""The ten steps of docs/home-assistant.md, run: its commands as they stand there, its clicks by the API behind them."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hass
import pytest
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
        said = assist(real, agent, SAID)
    assert said == "Bhancha ko batti baliyo."
    assert said in GUIDE
    assert real.state("kitchen_light")["state"] == "on"


def assist(real: Hass, agent: str, text: str) -> str:
    """What an Assist pipeline with this conversation agent answers."""
    engines: dict[str, Any] = {f"{kind}_{what}": None for kind in ("stt", "tts") for what in ("engine", "language")}
    made = real.ask({"type": "assist_pipeline/pipeline/create", "name": "batti", "language": "en",
                     "conversation_engine": agent, "conversation_language": "en", "tts_voice": None,
                     "wake_word_entity": None, "wake_word_id": None, **engines})  # fmt: skip
    with real.socket() as websocket:
        asked = {"id": 1, "type": "assist_pipeline/run", "start_stage": "intent", "end_stage": "intent"}
        websocket.send(json.dumps({**asked, "input": {"text": text}, "pipeline": made[0]["id"]}))
        while True:
            event = json.loads(websocket.recv(timeout=30)).get("event", {})
            if event.get("type") == "intent-end":
                answer = event["data"]["intent_output"]["response"]
                return str(answer["speech"]["plain"]["speech"])
