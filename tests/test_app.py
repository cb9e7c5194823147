"""The app (add-on): its files, and its start against a real Home Assistant and a stand-in for the Supervisor."""

import json
import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import hass
import yaml
from hass import ROOT
from test_wyoming import add_integration, talk
from wyoming.info import Describe, Info
from wyoming_server import ask

from batti import __version__
from batti.home import Home

APP = ROOT / "app"
START = shlex.split(os.environ.get("BATTI_APP", "")) or [sys.executable, str(APP / "start.py")]
"""What starts the app: a command of BATTI_APP, such as one that starts the image (runs/image.sh), or its program."""
CONFIG = yaml.safe_load((APP / "config.yaml").read_text(encoding="utf-8"))


def test_its_configuration_holds_together() -> None:
    assert CONFIG["version"] == __version__
    assert set(CONFIG["arch"]) == {"amd64", "aarch64"}
    assert set(CONFIG["options"]) <= set(CONFIG["schema"])
    required = {name for name, kind in CONFIG["schema"].items() if not kind.endswith("?")}
    assert required == set(CONFIG["options"])
    for language in ("en", "ne"):
        texts = yaml.safe_load((APP / "translations" / f"{language}.yaml").read_text(encoding="utf-8"))
        assert set(texts["configuration"]) == set(CONFIG["schema"])
        assert all(set(one) == {"name", "description"} for one in texts["configuration"].values())
    assert yaml.safe_load((ROOT / "repository.yaml").read_text())["name"] == "batti"


def test_the_dockerfile_is_well_formed_and_of_this_version() -> None:
    hadolint = Path(sys.executable).parent / "hadolint"
    done = subprocess.run([hadolint, APP / "Dockerfile"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")
    text = (APP / "Dockerfile").read_text()
    assert f"/wheels/batti-{__version__}-py3-none-any.whl[serve]" in text
    copied = [line.split()[1] for line in text.splitlines() if line.startswith("COPY")]
    assert copied
    assert all((APP / name).exists() for name in copied)


@contextmanager
def supervisor() -> Iterator[tuple[str, list[Any]]]:
    told: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            told.append((self.path, self.headers["Authorization"], body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", told
    finally:
        server.shutdown()
        server.server_close()


@hass.needed
def test_it_reads_the_home_tells_the_supervisor_and_is_spoken_to(tmp_path: Path) -> None:
    (tmp_path / "options.json").write_text(json.dumps({"room": "kitchen", "transition": 1.5}))
    port = hass.free_port()
    with hass.running(tmp_path / "hass") as real, supervisor() as (url, told):
        folders = {"BATTI_SUPERVISOR": url, "BATTI_CORE": real.url, "BATTI_CONFIG": str(tmp_path),
                   "BATTI_DATA": str(tmp_path), "BATTI_PORT": str(port), "SUPERVISOR_TOKEN": real.token}  # fmt: skip
        with (tmp_path / "log").open("w") as log:
            process = subprocess.Popen(START, env=os.environ | folders, stdout=log, stderr=log)
        try:
            assert Info.from_event(waited(port)).intent[0].name == "batti"
            said = talk(real, add_integration(real, port), "bhancha ko batti bala")
            assert (said, real.state("kitchen_light")["state"]) == (("action_done", "Bhancha ko batti baliyo."), "on")
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
        finally:
            process.kill()
            process.wait()
    home = Home.load(tmp_path / "home.yaml")
    assert home.rooms[1].entity == "light.kitchen_light"
    [(path, token, body)] = told
    assert (path, token) == ("/discovery", f"Bearer {real.token}")
    assert body["service"] == "wyoming"
    assert body["config"]["uri"].endswith(f":{port}")
    assert "Traceback" not in (tmp_path / "log").read_text()


def waited(port: int) -> Any:
    until = time.monotonic() + 240  # another machine's image is slow here
    while True:
        try:
            return ask(port, Describe().event())
        except OSError:
            assert time.monotonic() < until
            time.sleep(0.2)
