"""Memory of `batti serve` under mixed use, as JSON: sentences, commands, schedule, listeners, changes of the home.

The sentences are the 1,456 of dataset/data/test.jsonl by turns, more than are remembered. Exit status 1 where the
processes hold over 5% more in the last quarter than in the second one: the first is for what is loaded once. A figure
is the resident memory of all processes that serve, in MB.
"""

from __future__ import annotations

import http.client
import itertools
import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import click

SAMPLES = 120
SENTENCES = Path(__file__).parent.parent / "dataset" / "data" / "test.jsonl"


class Client:
    """One connection, opened again where the server ended it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.asked = self.failed = 0

    def ask(self, method: str, path: str, data: Any = None) -> Any:
        body = json.dumps(data) if data is not None else None
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        try:
            connection.request(method, path, body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            said = json.loads(answer.read() or "null")
            self.failed += answer.status >= 500
        except OSError:
            self.failed += 1
            return None
        finally:
            connection.close()
            self.asked += 1
        return said

    def listen(self, seconds: float) -> None:
        """Hears events for a while and goes away without a word."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=seconds)
        connection.request("GET", "/v1/events")
        connection.getresponse().readline()
        time.sleep(seconds)
        connection.close()


def resident(pids: list[int]) -> float:
    """MB of some processes."""
    pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids)
    return pages * 4096 / 1e6


def use(port: int, rate: float, ends: float, client: Client) -> None:
    """Mixed use until a time."""
    lines = SENTENCES.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(itertools.cycle(lines)):
        began = time.monotonic()
        if began > ends:
            return
        client.ask("POST", "/v1/interpret", {"sentence": json.loads(line)["command"]})
        if number % 10 == 0:
            client.ask("POST", "/v1/commands", {"sentence": "bhancha ko batti 2 second ko lagi nilo gara"})
            client.ask("POST", "/v1/commands", {"sentence": "baithak ko batti 1 second pachi toggle gara"})
        if number % 50 == 0:
            threading.Thread(target=Client(port).listen, args=(5.0,), daemon=True).start()
            client.ask("GET", "/v1/lights")
            client.ask("GET", "/v1/schedule")
        if number % 500 == 250:
            client.ask("PUT", "/v1/home", client.ask("GET", "/v1/home"))
        time.sleep(max(0.0, 1 / rate - (time.monotonic() - began)))


@click.command(help=__doc__)
@click.argument("seconds", type=click.FloatRange(min=1), default=600.0)
@click.argument("rate", metavar="[SENTENCES_A_SECOND]", type=click.FloatRange(min=1), default=60.0)
def main(seconds: float, rate: float) -> None:
    with tempfile.TemporaryDirectory() as state:
        options = ["--port", "0", "--rate", "0", "--workers", "2", "--state", state]
        server = subprocess.Popen([sys.executable, "-m", "batti", "serve", *options], stdout=subprocess.PIPE, text=True)
        assert server.stdout is not None
        port = int(server.stdout.readline().rpartition(":")[2])
        client = Client(port)
        while client.ask("GET", "/v1/health/ready") is None:
            time.sleep(0.2)
        time.sleep(5)  # for the other process
        children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
        pids = [int(pid) for pid in children if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]
        client, ends = Client(port), time.monotonic() + seconds
        user = threading.Thread(target=use, args=(port, rate, ends, client))
        user.start()
        held = []
        while user.is_alive():
            held.append(resident(pids))
            user.join(seconds / SAMPLES)
        server.terminate()
        status = server.wait(60)
    quarter = len(held) // 4
    early, late = (sum(some) / len(some) for some in (held[quarter : 2 * quarter], held[-quarter:]))
    figures = {
        "seconds": seconds, "requests": client.asked, "failed": client.failed, "exit": status,
        "second_quarter_mb": round(early, 1), "last_quarter_mb": round(late, 1), "growth": round(late / early - 1, 4),
        "by_tenth_mb": [round(held[i * len(held) // 10], 1) for i in range(10)],
    }  # fmt: skip
    print(json.dumps(figures))
    sys.exit(int(late > 1.05 * early or client.failed > 0))


if __name__ == "__main__":
    main()
