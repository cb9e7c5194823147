"""A real Home Assistant on loopback: started with lamps, areas and floors, cut off, stopped, frozen.

`make .venv-hass/.ready` installs it (tests/hass_venv.sh); what needs it is skipped with a message where it is absent.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from helpers import BATTI
from websockets.sync.client import connect

from batti.serve.wyoming.intents import version_of

ROOT = Path(__file__).parent.parent
VENV = Path(os.environ.get("BATTI_HASS_VENV") or ROOT / ".venv-hass")
PYTHON = VENV / "bin" / "python"
needed = pytest.mark.skipif(not (VENV / ".ready").exists(), reason="no Home Assistant: make .venv-hass/.ready")
PATIENCE = 120  # seconds for it to start
_LAMPS = {  # object id, as it comes of the name -> (name, what it can do besides on and off)
    "kitchen_light": ("Kitchen Light", ("level", "hs", "temperature")),
    "bedroom_ceiling": ("Bedroom Ceiling", ("level",)),
    "table_lamp": ("Table Lamp", ()),
    "hall": ("Hall", ("level", "temperature")),
    "terrace": ("Terrace", ()),
    "secret": ("Secret", ()),
    "lost": ("Lost", ()),
}
_LIMITS = {"hall": {"min_mireds": "{{ 250 }}", "max_mireds": "{{ 400 }}"},  # 2500 to 4000 K
           "kitchen_light": {"supports_transition": "{{ true }}"}}  # fmt: skip
_PLUG = {"terrace": {"availability": "{{ is_state('input_boolean.plugged', 'on') }}"}}


def _configuration(port: int) -> dict[str, Any]:
    lamps = [
        {"name": called, "unique_id": name, "turn_on": [], "turn_off": [],
         **{f"set_{what}": [] for what in able}, **_LIMITS.get(name, {}), **_PLUG.get(name, {})}
        for name, (called, able) in _LAMPS.items()
    ]  # fmt: skip
    return {
        "homeassistant": {"name": "Ghar", "time_zone": "Asia/Kathmandu"},
        "http": {"server_host": "127.0.0.1", "server_port": port},
        "config": {}, "conversation": {}, "api": {}, "websocket_api": {},
        "input_boolean": {"plugged": {"initial": True}},
        "template": [{"light": lamps}],
        "logger": {"default": "warning"},
    }  # fmt: skip


class Hass:
    """One Home Assistant; `start` may be called again after `kill`."""

    def __init__(self, folder: Path, **more: Any) -> None:
        """`more` goes into its configuration."""
        self.folder, self.port = folder, free_port()
        self.url, self.token = f"http://127.0.0.1:{self.port}", ""
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(exist_ok=True)
        (folder / "configuration.yaml").write_text(json.dumps(_configuration(self.port) | more))  # JSON is YAML
        shutil.copytree(ROOT / "custom_components", folder / "custom_components")
        tools = folder / "tools"
        tools.mkdir()
        (tools / "ffmpeg").write_text('#!/bin/sh\necho "ffmpeg version 6.0"\n')  # nothing here plays sound
        (tools / "ffmpeg").chmod(0o755)

    def start(self) -> "Hass":
        path = f"{self.folder / 'tools'}:{os.environ['PATH']}"
        with (self.folder / "out.log").open("ab") as log:
            self._process = subprocess.Popen(
                [PYTHON, "-m", "homeassistant", "-c", self.folder, "--skip-pip"], stdout=log, stderr=log,
                env={**os.environ, "PATH": path, "HOME": str(self.folder)}, start_new_session=True,
            )  # fmt: skip
        until, is_new = time.monotonic() + PATIENCE, not self.token
        while not self._runs():
            assert self._process.poll() is None, (self.folder / "out.log").read_text()[-3000:]
            assert time.monotonic() < until, "Home Assistant does not start"
            time.sleep(0.3)
        if is_new:
            self._settle_in()
        return self

    def _runs(self) -> bool:
        """Whether all of it is there; it takes its first user before that, without whom it does not tell."""
        try:
            if not self.token:
                httpx.get(f"{self.url}/api/onboarding", timeout=2).raise_for_status()
                self._make_user()
            return bool(self.get("config")["state"] == "RUNNING")
        except (httpx.HTTPError, ValueError):
            return False

    def signal(self, number: int) -> None:
        assert self._process is not None
        os.killpg(self._process.pid, number)

    def kill(self) -> None:
        if self._process is not None:
            self.signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    # --- its APIs --------------------------------------------------------------------------------
    def _make_user(self) -> None:
        """The first user and a long-lived token."""
        client = f"{self.url}/"
        user = {"name": "a", "username": "a", "password": "a long password", "client_id": client, "language": "en"}
        code = httpx.post(f"{self.url}/api/onboarding/users", json=user, timeout=30).json()["auth_code"]
        form = {"grant_type": "authorization_code", "code": code, "client_id": client}
        self.token = httpx.post(f"{self.url}/auth/token", data=form, timeout=30).json()["access_token"]
        [self.token] = self.ask({"type": "auth/long_lived_access_token", "client_name": "t", "lifespan": 365})

    def _settle_in(self) -> None:
        """Areas and floors, and what is in them."""
        ground, first = self.ask(
            {"type": "config/floor_registry/create", "name": "Ground floor", "level": 0},
            {"type": "config/floor_registry/create", "name": "Upstairs", "level": 1, "aliases": ["mathi"]},
        )
        floors = {"kitchen": ground["floor_id"], "living_room": ground["floor_id"], "bedroom": first["floor_id"]}
        new = [{"name": "Hall", "aliases": ["dalan"]}, {"name": "Terrace", "floor_id": first["floor_id"]},
               {"name": "Secret"}]  # fmt: skip
        self.ask(*({"type": "config/area_registry/create", **one} for one in new))
        self.ask(*({"type": "config/area_registry/update", "area_id": area, "floor_id": floor}
                   for area, floor in floors.items()))  # fmt: skip
        areas = {"kitchen_light": "kitchen", "bedroom_ceiling": "bedroom", "table_lamp": "bedroom", "hall": "hall",
                 "terrace": "terrace", "secret": "secret"}  # fmt: skip
        self.ask(*({"type": "config/entity_registry/update", "entity_id": f"light.{name}", "area_id": area}
                   for name, area in areas.items()))  # fmt: skip
        lamp = {"type": "config/entity_registry/update", "entity_id": "light.table_lamp", "aliases": ["padhne batti"]}
        secret = {"type": "homeassistant/expose_entity", "assistants": ["conversation"],
                  "entity_ids": ["light.secret"], "should_expose": False}  # fmt: skip
        self.ask(lamp, secret)

    def ask(self, *messages: dict[str, Any]) -> list[Any]:
        """The results of commands of the WebSocket API."""
        with self.socket() as websocket:
            results = []
            for number, message in enumerate(messages, 1):
                websocket.send(json.dumps({"id": number, **message}))
                answer = json.loads(websocket.recv(timeout=30))
                assert answer["success"], answer
                results.append(answer["result"])
            return results

    @contextmanager
    def socket(self) -> Iterator[Any]:
        with connect(f"ws://127.0.0.1:{self.port}/api/websocket", max_size=None) as websocket:
            websocket.recv()
            websocket.send(json.dumps({"type": "auth", "access_token": self.token}))
            assert json.loads(websocket.recv())["type"] == "auth_ok"
            yield websocket

    @contextmanager
    def calls(self) -> Iterator[list[dict[str, Any]]]:
        """The calls of services of lights that were made inside; complete once the block is left."""
        made: list[dict[str, Any]] = []
        with self.socket() as websocket:
            websocket.send(json.dumps({"id": 1, "type": "subscribe_events", "event_type": "call_service"}))
            assert json.loads(websocket.recv(timeout=30))["success"]
            yield made
            websocket.send(json.dumps({"id": 2, "type": "ping"}))
            while (message := json.loads(websocket.recv(timeout=30)))["type"] != "pong":
                if message["type"] == "event" and message["event"]["data"]["domain"] == "light":
                    made.append(message["event"]["data"])

    def get(self, path: str) -> Any:
        return self._request("GET", path)

    def post(self, path: str, **data: Any) -> Any:
        return self._request("POST", path, json=data)

    def _request(self, method: str, path: str, **options: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"}
        response = httpx.request(method, f"{self.url}/api/{path}", headers=headers, timeout=30, **options)
        response.raise_for_status()
        return response.json()

    @property
    def version(self) -> tuple[int, int]:
        return version_of(self.get("config")["version"])

    def home(self, folder: Path) -> Path:
        """The home file of `batti home import` in a folder."""
        file = folder / "home.yaml"
        command = [*BATTI, "home", "import", "--home-assistant", self.url, "--out", file]
        subprocess.run(command, env=os.environ | {"HASS_TOKEN": self.token}, check=True, capture_output=True)
        return file

    def state(self, light: str) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"states/light.{light}")
        return found

    def switch(self, light: str, on: bool, **data: Any) -> None:
        self.post(f"services/light/turn_{'on' if on else 'off'}", entity_id=f"light.{light}", **data)

    def all_off(self) -> None:
        """Every lamp off, the plug of the terrace's in."""
        self.post("services/input_boolean/turn_on", entity_id="input_boolean.plugged")
        self.post("services/light/turn_off", entity_id="all")


@contextmanager
def running(folder: Path, **more: Any) -> Iterator[Hass]:
    hass = Hass(folder, **more)
    try:
        yield hass.start()
    finally:
        hass.kill()


def own_address() -> str:
    """The address of this machine in its network; that of loopback where it is in none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        try:
            one.connect(("224.0.0.251", 1))
        except OSError:
            return "127.0.0.1"
        return str(one.getsockname()[0])


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


