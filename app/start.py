"""What the app does: brings the home file up to date, tells Home Assistant where batti is, and becomes batti."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

PORT = int(os.environ.get("BATTI_PORT", "10700"))
NETWORK = "172.30.32.0/23"  # of Home Assistant and its apps
SUPERVISOR = os.environ.get("BATTI_SUPERVISOR", "http://supervisor")
CORE = os.environ.get("BATTI_CORE", f"{SUPERVISOR}/core")
CONFIG = Path(os.environ.get("BATTI_CONFIG", "/config"))
DATA = Path(os.environ.get("BATTI_DATA", "/data"))
BATTI = [sys.executable, "-m", "batti"]


def main() -> None:
    """Runs until it is told to end."""
    options = json.loads((DATA / "options.json").read_text(encoding="utf-8"))
    os.environ["HASS_TOKEN"] = os.environ["SUPERVISOR_TOKEN"]
    home = CONFIG / "home.yaml"
    while imported(home) != 0 and not home.exists():
        print("batti: tries again in 10 s", flush=True)  # Home Assistant may still be starting
        time.sleep(10)
    discover()
    more = [f"--{key}={options[key]}" for key in ("room", "transition") if options.get(key) not in (None, "")]
    command = [*BATTI, "wyoming", "--home-assistant", CORE, "--home", str(home), "--state", str(DATA / "state"),
               "--host", "0.0.0.0", "--port", str(PORT), "--allow", NETWORK, "--no-announce", *more]  # fmt: skip
    os.execv(sys.executable, command)


def imported(home: Path) -> int:
    """Exit status of the import; the home file stays as it was where Home Assistant does not answer."""
    return subprocess.run([*BATTI, "home", "import", "--home-assistant", CORE, "--out", str(home)]).returncode


def discover() -> None:
    """Tells Home Assistant, which asks the user whether to use it."""
    config: dict[str, Any] = {"service": "wyoming", "config": {"uri": f"tcp://{socket.gethostname()}:{PORT}"}}
    headers = {"Authorization": f"Bearer {os.environ['SUPERVISOR_TOKEN']}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{SUPERVISOR}/discovery", json.dumps(config).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=10):
            print("batti: Home Assistant is told; look at Settings, Devices & services", flush=True)
    except OSError as error:
        print(f"batti: Home Assistant cannot be told ({error}); add the Wyoming integration by hand", flush=True)


if __name__ == "__main__":
    main()
