"""A real `batti serve` on loopback, to be asked, killed and started again."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from helpers import BATTI, PATIENCE


class Served:
    """A service of its own state folder. `start` may be called again after `kill` or `stop`."""

    def __init__(self, state: Path, *options: str, **environment: str) -> None:
        self.state, self._options, self._environment = state, options, environment
        self._process: subprocess.Popen[str] | None = None
        self.url = ""
        self.log = state.parent / f"{state.name}.log"

    def start(self) -> "Served":
        kept = {"TMPDIR": str(self.state.parent)}  # what a killed process leaves behind
        with self.log.open("a") as log:
            self._process = subprocess.Popen(
                [*BATTI, "serve", "--port", "0", "--state", str(self.state), "--rate", "0", *self._options],
                stdout=subprocess.PIPE, stderr=log, text=True, env=os.environ | kept | self._environment,
                start_new_session=True,
            )  # fmt: skip
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        said = re.search(r"http://\S+", line)
        assert said, line + self.log.read_text()
        self.url = said[0]
        until(self._answers)
        return self

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/v1/health/live", timeout=2).status_code == 200
        except httpx.TransportError:
            return False

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def processes(self) -> list[int]:
        """The processes that serve: the children of the one that was started, or itself."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        serving = [int(pid) for pid in children if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]
        return serving or [self.pid]

    def kill(self) -> None:
        """Ends all of its processes at once, without a chance to tidy up."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.communicate()
            self._process = None

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Asks it to end, and returns its exit status."""
        assert self._process is not None
        self._process.send_signal(how)
        self._process.communicate(timeout=PATIENCE)
        code = self._process.returncode
        self._process = None
        return code

    def get(self, path: str, **options: Any) -> httpx.Response:
        return httpx.get(self.url + path, timeout=PATIENCE, **options)

    def post(self, path: str, data: Any = None, **options: Any) -> httpx.Response:
        return httpx.post(self.url + path, json=data, timeout=PATIENCE, **options)

    def put(self, path: str, data: Any = None, **options: Any) -> httpx.Response:
        return httpx.put(self.url + path, json=data, timeout=PATIENCE, **options)

    def do(self, sentence: str, **more: Any) -> dict[str, Any]:
        answer = self.post("/v1/commands", {"sentence": sentence, **more})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def lit(self) -> set[str]:
        """The rooms whose own light is on."""
        lights = self.get("/v1/lights").json()["lights"]
        return {light["room"] for light in lights if light["on"] and light["light"] is None}

    def jobs(self, ended: bool = False) -> list[dict[str, Any]]:
        return list(self.get("/v1/schedule", params={"ended": ended}).json()["jobs"])


@contextmanager
def serving(state: Path, *options: str, **environment: str) -> Iterator[Served]:
    served = Served(state, *options, **environment)
    try:
        yield served.start()
    finally:
        served.kill()


def until(true: Callable[[], object], seconds: float = 30) -> None:
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, "it did not come about in time"
        time.sleep(0.05)
