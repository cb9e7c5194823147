"""What was accepted is done, once, whatever befalls the processes: real servers, killed for real."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import postgres
import pytest
from serving import Served, serving, until

STEP = {"command": {"actions": [{"room": "kitchen", "action": "adjust_brightness", "brightness_step": 0.1}]}}


def later(served: Served, after: str, room: str = "kitchen", action: str = "turn_on") -> str:
    body = {"command": {"actions": [{"room": room, "action": action, "after": after}]}}
    [job] = served.post("/v1/commands", body).json()["scheduled"]
    return str(job["id"])


def brightness(served: Served) -> float:
    lights = served.get("/v1/lights").json()["lights"]
    return next(float(light["brightness"]) for light in lights if light["room"] == "kitchen")


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One service of two processes."""
    with serving(tmp_path_factory.mktemp("two") / "state", "--workers", "2") as served:
        until(lambda: len(served.processes()) == 2)
        yield served


def test_what_is_scheduled_outlives_a_kill_and_runs_once(tmp_path: Path) -> None:
    with serving(tmp_path / "state") as served:
        served.do("bhancha ko batti 40% ma rakha")
        during = later(served, "1s", "balcony")  # due while nobody is there, and not too late
        toggled = later(served, "1s", "bedroom", "toggle")
        ahead = later(served, "12s", "terrace")
        served.do("baithak ko batti 2 second ko lagi bala")
        served.kill()
        time.sleep(2.5)
        served.start()
        assert brightness(served) == 0.4
        until(lambda: {"balcony", "bedroom"} <= served.lit())
        until(lambda: "living room" not in served.lit())
        until(lambda: [job["id"] for job in served.jobs()] in ([ahead], []))
        until(lambda: "terrace" in served.lit(), 60)
        until(lambda: len(served.jobs(ended=True)) == 4)
        ended = {job["id"]: job["status"] for job in served.jobs(ended=True)}
        assert set(ended.values()) == {"done"} and {during, toggled, ahead} < set(ended)
        served.kill()
        served.start()
        assert served.jobs() == [] and "terrace" in served.lit()


def test_what_is_too_late_is_reported_and_not_done(tmp_path: Path) -> None:
    with serving(tmp_path / "state", "--grace", "0.5") as served:
        late = later(served, "3s")  # killed before that on a busy machine too
        served.kill()
        time.sleep(4)
        served.start()
        until(lambda: served.jobs(ended=True))
        [job] = served.jobs(ended=True)
        assert (job["id"], job["status"]) == (late, "missed")
        assert served.lit() == set()


def test_killed_in_the_middle_of_many_nothing_accepted_is_lost(tmp_path: Path) -> None:
    accepted: list[str] = []
    with serving(tmp_path / "state") as served:

        def accept() -> None:
            body = {"command": {"actions": [{"room": "corridor", "action": "toggle", "after": "1h"}]}}
            while True:
                try:
                    answer = httpx.post(f"{served.url}/v1/commands", json=body, timeout=5)
                    accepted.extend(job["id"] for job in answer.json()["scheduled"])
                except httpx.TransportError:
                    return

        threads = [threading.Thread(target=accept) for _ in range(4)]
        for thread in threads:
            thread.start()
        until(lambda: len(accepted) > 20)
        served.kill()
        for thread in threads:
            thread.join()
        served.start()
        assert set(accepted) <= {job["id"] for job in served.jobs()}


def test_processes_see_the_same_lights_and_do_each_job_once(two: Served) -> None:
    for room in ("kitchen", "bedroom", "balcony"):
        for _ in range(4):
            later(two, "1s", room, "toggle")
    until(lambda: not two.jobs())
    ended = two.jobs(ended=True)
    assert len(ended) == 12 and {job["status"] for job in ended} == {"done"}
    assert not {"bedroom", "balcony"} & two.lit()  # four times over is as before
    two.post("/v1/commands", {"command": {"actions": [{"room": "kitchen", "action": "turn_off"}]}})
    with httpx.Client() as one:  # each connection may be another process's
        for _ in range(5):
            assert one.post(f"{two.url}/v1/commands", json=STEP).status_code == 200
            assert two.post("/v1/commands", STEP).json()["status"] == "done"
    assert brightness(two) == pytest.approx(1.0)


def test_who_call_off_at_once_are_not_both_for_one_job(two: Served) -> None:
    for _ in range(3):
        ids = {later(two, "1h", room) for room in ("kitchen", "terrace", "corridor", "bedroom", "balcony", "bathroom")}
        done: list[dict[str, Any]] = []
        together = threading.Barrier(len(ids))

        def call_off(done: list[dict[str, Any]] = done, together: threading.Barrier = together) -> None:
            together.wait()
            done.append(two.do("cancel that"))

        threads = [threading.Thread(target=call_off) for _ in ids]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [one["status"] for one in done] == ["cancelled"] * len(ids)
        assert {job["id"] for one in done for job in one["scheduled"]} == ids
        assert two.jobs() == []


def test_a_process_that_dies_leaves_its_jobs_to_the_other(two: Served) -> None:
    first, second = two.processes()
    ids = [later(two, "2s", "terrace"), later(two, "2s", "corridor")]
    os.kill(first, signal.SIGKILL)
    until(lambda: {"terrace", "corridor"} <= two.lit())
    until(lambda: set(ids) <= {job["id"] for job in two.jobs(ended=True) if job["status"] == "done"})
    until(lambda: len(two.processes()) == 2 and first not in two.processes())  # and there is a new one
    assert second in two.processes()


def test_all_listeners_hear_what_any_process_does(two: Served) -> None:
    heard: list[set[str]] = []

    def listen() -> None:
        mine: set[str] = set()
        heard.append(mine)
        with httpx.stream("GET", f"{two.url}/v1/events", timeout=20) as stream:
            for line in stream.iter_lines():
                mine.update({"there"} if "snapshot" in line else {"blue"} if '"color": "blue"' in line else set())
                if "blue" in mine:
                    return

    threads = [threading.Thread(target=listen, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    until(lambda: len(heard) == 4 and all("there" in mine for mine in heard))
    two.do("bathroom ko batti nilo gara")
    for thread in threads:
        thread.join(10)
    assert all("blue" in mine for mine in heard)


def test_a_clean_end_answers_what_was_asked(tmp_path: Path) -> None:
    """Requests under way are answered, listeners are let go, and the exit status says that all is well."""
    with serving(tmp_path / "state", "--workers", "2") as served:
        answers: list[int] = []
        sentences = ["bhancha ko batti nibhau"] * 256

        def ask() -> None:
            answers.append(served.post("/v1/interpret/batch", {"sentences": sentences}).status_code)

        threads = [threading.Thread(target=ask) for _ in range(3)]
        for thread in threads:
            thread.start()
        with httpx.stream("GET", f"{served.url}/v1/events", timeout=20) as stream:
            next(stream.iter_lines())
            job = later(served, "1h")
            time.sleep(0.3)
            began = time.monotonic()
            assert served.stop() == 0
            assert time.monotonic() - began < 25
        for thread in threads:
            thread.join()
        assert answers == [200] * 3
        assert "Traceback" not in served.log.read_text()
        served.start()
        assert [one["id"] for one in served.jobs()] == [job]


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_an_end_leaves_nothing_behind(tmp_path: Path, workers: str, how: signal.Signals) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    with serving(tmp_path / "state", "--workers", workers, TMPDIR=str(temporary)) as served:
        assert list(temporary.glob("batti-*"))
        assert served.stop(how) == 0
        assert not list(temporary.glob("batti-*")) and served.log.read_text() == ""


def test_several_machines_share_postgresql(tmp_path: Path) -> None:
    if postgres.programs() is None:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
    with (
        postgres.cluster() as cluster,
        serving(tmp_path / "one", "--store", cluster.url) as one,
        serving(tmp_path / "other", "--store", cluster.url) as other,
    ):
        one.do("bhancha ko batti bala")
        assert other.lit() == {"kitchen"}
        for _ in range(10):
            later(one, "5s", "bedroom", "toggle")
        lost = later(one, "5s", "terrace")
        assert len(other.jobs()) + len(other.jobs(ended=True)) == 11
        one.kill()
        until(lambda: not other.jobs())
        ended = {job["id"]: job["status"] for job in other.jobs(ended=True)}
        assert set(ended.values()) == {"done"} and lost in ended
        assert other.lit() == {"kitchen", "terrace"}

        kept = later(other, "1s", "balcony")  # the store is lost meanwhile, and comes back
        cluster.stop()
        assert other.get("/v1/health/ready").status_code == 503
        refused = other.post("/v1/commands", {"sentence": "bhancha ko batti bala"})
        assert (refused.status_code, refused.json()["type"]) == (503, "urn:batti:problem:unavailable")
        assert other.post("/v1/interpret", {"sentence": "bhancha ko batti bala"}).status_code == 200
        time.sleep(1.5)
        cluster.start()
        until(lambda: other.get("/v1/health/ready").status_code == 200)
        until(lambda: kept in {job["id"] for job in other.jobs(ended=True)})
        assert "balcony" in other.lit()
        assert "Traceback" not in other.log.read_text()
