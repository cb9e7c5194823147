"""How soon a light of a real Home Assistant changes that is told by a sentence, as JSON.

BATTI_HASS_VENV names a venv that tests/hass_venv.sh made. The sentences go to Home Assistant's conversation API, from
there by Wyoming to `batti wyoming`, and what comes back switches template lights. RESULTS.json has the figures of
each version of Home Assistant that was measured; TESTS.xml, what pytest wrote with --junitxml, adds what became of
its tests.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
COUNT = 40
ON, OFF = "on", "off"
# What is measured -> sentences by turns, with the lights that each changes and what these then are.
SAID: dict[str, Sequence[tuple[str, dict[str, str]]]] = {
    "one_light": [("bhancha ko batti bala", {"kitchen_light": ON}),
                  ("bhancha ko batti nibhau", {"kitchen_light": OFF})],
    "several_lights": [("sutne kotha ko batti bala", {"bedroom_ceiling": ON, "table_lamp": ON}),
                       ("sutne kotha ko batti nibhau", {"bedroom_ceiling": OFF, "table_lamp": OFF})],
    "step": [("hall ko batti 10% badhau", {"hall": ON}), ("hall ko batti 10% ghatau", {"hall": ON})],
    "question": [("hall ko batti baleko cha?", {})],
}  # fmt: skip


def measured(websocket: Any, agent: str, text: str, lights: dict[str, str]) -> float:
    """Milliseconds from the sentence until each light has told that it is so; until the answer where none is to."""
    waiting, number = {f"light.{name}": state for name, state in lights.items()}, time.monotonic_ns()
    websocket.send(json.dumps({"id": number, "type": "conversation/process", "text": text, "language": "en",
                               "agent_id": agent}))  # fmt: skip
    began, took, answered = time.perf_counter(), None, False
    while took is None or not answered:
        message = json.loads(websocket.recv(timeout=30))
        if message["type"] == "event":
            new = message["event"]["data"]["new_state"]
            if waiting.get(new["entity_id"]) == new["state"]:
                del waiting[new["entity_id"]]
        elif message["id"] == number:
            assert message["success"] and message["result"]["response"]["response_type"] != "error", message
            answered = True
        if took is None and not waiting and (lights or answered):
            took = 1000 * (time.perf_counter() - began)
    return took


def figures(folder: Path) -> dict[str, Any]:
    import hass
    from test_wyoming import add_integration
    from wyoming_server import wyoming

    began = time.perf_counter()
    with hass.running(folder / "hass") as real:
        found: dict[str, Any] = {"start_s": round(time.perf_counter() - began, 1)}
        began = time.perf_counter()
        home = real.home(folder)
        found["import_s"] = round(time.perf_counter() - began, 1)
        real.all_off()
        real.switch("hall", True, brightness=128)
        with wyoming(folder / "state", real.url, real.token, "--home", str(home), "--no-announce") as port:
            agent = add_integration(real, port)
            with real.socket() as websocket:
                websocket.send(json.dumps({"id": 1, "type": "subscribe_events", "event_type": "state_changed"}))
                for kind, sentences in SAID.items():
                    turns = [sentences[turn % len(sentences)] for turn in range(COUNT + 2)]
                    times = sorted([measured(websocket, agent, *turn) for turn in turns][2:])
                    found[kind] = {"p50_ms": round(times[COUNT // 2]), "p95_ms": round(times[COUNT * 95 // 100])}
        return {"home_assistant": real.get("config")["version"], **found}


def tests(file: Path) -> dict[str, int]:
    """Passed, failed and skipped, of pytest's XML."""
    [suite] = ElementTree.parse(file).getroot().iter("testsuite")
    failed, skipped = int(suite.get("failures", 0)) + int(suite.get("errors", 0)), int(suite.get("skipped", 0))
    return {"passed": int(suite.get("tests", 0)) - failed - skipped, "failed": failed, "skipped": skipped}


@click.command(help=__doc__)
@click.argument("results", type=click.Path(dir_okay=False, path_type=Path), required=False)
@click.argument("xml", metavar="[TESTS.xml]", type=click.Path(exists=True, path_type=Path), required=False)
def main(results: Path | None, xml: Path | None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = figures(Path(folder))
    version = found.pop("home_assistant")
    found |= {"load": round(os.getloadavg()[0], 1), "cores": os.cpu_count(), "python": platform.python_version()}
    if xml:
        found["tests"] = tests(xml)
    print(json.dumps({version: found}, indent=2))
    if results:
        known = json.loads(results.read_text(encoding="utf-8")) if results.exists() else {}
        results.write_text(json.dumps(known | {version: found}, indent=2, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
