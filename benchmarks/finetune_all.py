"""Run every case of finetune.yaml, and the thesis's comparison, unattended on two GPUs, the most important first.

    python benchmarks/finetune_all.py OUT [--gpus 0,1] [--minutes 17] [--thesis FOLDER]

Each result lies in OUT/results as soon as it is there, each log in OUT/logs. What has a result is not run again; what
failed is. One case fills a GPU, two of the small runs share one, and a case of two processes waits for both.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import yaml

HERE = Path(__file__).parent
SCRIPT = str(HERE / "finetune.py")
TAIL = 1500  # characters of a log that tell why there is no result


@dataclass
class Job:
    """A process, and what it needs: halves of GPUs, seconds at most, and others' results."""

    name: str
    command: list[str]
    halves: tuple[int, ...] = (2,)  # on each GPU
    seconds: float = 120
    after: tuple[str, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    gpus: tuple[int, ...] = ()
    began: float = 0.0


@dataclass
class Place:
    """Where it runs, and where things lie."""

    out: Path
    work: Path
    gpus: list[str]
    dry: bool

    def result(self, job: Job) -> Path:
        return self.out / "results" / f"{job.name}.json"

    def log(self, job: Job) -> Path:
        return self.out / "logs" / f"{job.name}.log"


def cases(said: dict[str, Any], place: Place) -> list[Job]:
    """The model of Llama 3.2 1B's shape, and what is measured on it."""
    model, dry = str(place.work / "base1b"), ["--dry"] if place.dry else []
    jobs = [Job("base1b", [sys.executable, SCRIPT, "base", model, *dry], seconds=150)]
    for number, (name, case) in enumerate(said["cases"].items()):
        ending = [SCRIPT, "case", name, model, str(place.out / "results"), "--work", str(place.work), *dry]
        launch = _launch(said["launches"][case["launch"]], number, place) if "launch" in case else [sys.executable]
        halves = (2, 2) if "launch" in case else (2,)
        jobs.append(Job(name, [*launch, *ending], halves, case.get("seconds", 100), ("base1b",)))
    return jobs


def _launch(options: list[str], number: int, place: Place) -> list[str]:
    many = ["--num_processes", "2", "--num_machines", "1", "--mixed_precision", "no", "--dynamo_backend", "no"]
    port = str(29600 + number)
    if place.dry:  # accelerate makes no two processes on one machine's CPU
        return [sys.executable, "-m", "torch.distributed.run", "--nproc_per_node", "2", "--master_port", port]
    return [sys.executable, "-m", "accelerate.commands.launch", *options, *many, "--main_process_port", port]


def runs(said: dict[str, Any], place: Place, thesis: Path) -> list[Job]:
    """`batti` itself: sentences, a base from nothing, and the thesis's data learned from it in several ways."""
    jobs, names = [], {"work": place.work, "thesis": thesis}
    batti, small = [sys.executable, "-m", "batti"], said["dry"]["run"] if place.dry else []
    for name, run in said["runs"].items():
        after = tuple(run.get("after", ()))
        if "command" in run:
            command = [*run["command"], *(["--count", said["dry"]["count"]] if place.dry else [])]
            jobs.append(Job(name, [*batti, *(part.format(**names) for part in command)], (), 120, after))
            continue
        sets = [part for key in run["with"] for part in said["sets"][key]]
        changes = [change.format(**names) for change in (*sets, *run.get("set", ()), *small)]
        extra = said["dry"]["scratch"] if place.dry and run["recipe"] == "scratch" else []
        changes = [part for change in (*changes, *extra) for part in ("--set", change)]
        command = [*batti, "train", f"configs/{run['recipe']}.yaml", "--out", str(place.work / name), *changes]
        jobs.append(Job(name, command, (run.get("halves", 1),), run.get("seconds", 150), after))
    return jobs


def unfinished(jobs: list[Job], place: Place) -> list[Job]:
    """Those without a result, and again those whose model is gone and wanted by them."""
    left, wanted = list[Job](), set[str]()
    for job in sorted(jobs, key=lambda job: -len(_before(job, jobs))):  # those that others wait for come last
        if not good(job.name, place) or (job.name in wanted and not (place.work / job.name).exists()):
            place.result(job).unlink(missing_ok=True)
            left.append(job)
            wanted.update(job.after)
    return [job for job in jobs if job in left]


def _before(job: Job, jobs: list[Job]) -> set[str]:
    """All that it waits for, at any remove."""
    direct = [one for one in jobs if one.name in job.after]
    return set(job.after).union(*(_before(one, jobs) for one in direct))


def begin(job: Job, gpus: tuple[int, ...], place: Place) -> None:
    shutil.rmtree(place.work / job.name, ignore_errors=True)  # of a run that was cut off
    visible = ",".join(place.gpus[gpu] for gpu in gpus)
    with place.log(job).open("wb") as log:
        job.process = subprocess.Popen(
            job.command, stdout=log, stderr=log, env={**os.environ, "CUDA_VISIBLE_DEVICES": visible},
            start_new_session=True,
        )  # fmt: skip
    job.gpus, job.began = gpus, time.time()


def end(job: Job, place: Place, why: str = "") -> None:
    """Keep what came of it: its own result, its run's figures, or the end of its log."""
    figures, log = place.work / job.name / "metrics.json", place.log(job)
    if figures.exists() and not place.result(job).exists():
        shutil.copy(figures, place.result(job))
    if not place.result(job).exists():
        told = log.read_bytes().decode(errors="replace")[-TAIL:]
        failed = why or (f"exit status {job.process.returncode}" if job.process and job.process.returncode else "")
        found = {"case": job.name, **({"error": failed, "log": told} if failed else {"done": True})}
        place.result(job).write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    click.echo(f"[{time.strftime('%H:%M:%S')}] {job.name}: {time.time() - job.began:.0f} s {why}")


def stop(job: Job) -> None:
    """It and whatever it started: each job is a session of its own."""
    assert job.process
    for one in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(job.process.pid, one)
            job.process.wait(timeout=3)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue


def fitting(job: Job, free: list[int]) -> tuple[int, ...] | None:
    """GPUs with so much room, the emptiest first."""
    order = sorted(range(len(free)), key=lambda gpu: (-free[gpu], gpu))[: len(job.halves)]
    chosen = tuple(sorted(order))
    return chosen if all(free[gpu] >= half for gpu, half in zip(chosen, job.halves, strict=True)) else None


def good(name: str, place: Place) -> bool:
    """Whether a job has a result, and one that others can go on from."""
    path = place.out / "results" / f"{name}.json"
    return path.exists() and "error" not in json.loads(path.read_text(encoding="utf-8"))


def work_through(waiting: list[Job], place: Place, until: float) -> None:
    free, running = [2] * len(place.gpus), list[Job]()
    while (waiting or running) and time.time() < until:
        for job in list(running):
            assert job.process
            late = time.time() - job.began > job.seconds
            if job.process.poll() is None and not late:
                continue
            if late:
                stop(job)
            for gpu, half in zip(job.gpus, job.halves, strict=True):
                free[gpu] += half
            running.remove(job)
            end(job, place, f"stopped after {job.seconds:.0f} s" if late else "")
        for job in list(waiting):
            if not all(good(name, place) for name in job.after):
                continue
            gpus = fitting(job, free)
            if gpus is None:
                break  # nothing of less importance goes before it
            for gpu, half in zip(gpus, job.halves, strict=True):
                free[gpu] -= half
            waiting.remove(job)
            begin(job, gpus, place)
            running.append(job)
        if not running and waiting:
            click.echo(f"cannot be run: {', '.join(job.name for job in waiting)}")
            return
        time.sleep(0.3)
    for job in running:
        stop(job)
        click.echo(f"{job.name}: cut off")


@click.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--gpus", default="0,1", show_default=True)
@click.option("--minutes", default=60.0, show_default=True, help="Then what still runs is stopped.")
@click.option("--thesis", type=click.Path(path_type=Path), default=Path("../shared/eval/thesis"), show_default=True)
@click.option("--work", type=click.Path(path_type=Path), help="For models and runs, some 30 GB; OUT/work without it.")
@click.option("--dry", is_flag=True, help="Tiny models on a CPU: to see that everything runs.")
def main(out: Path, gpus: str, minutes: float, thesis: Path, work: Path | None, dry: bool) -> None:
    """Run it all, or go on with it."""
    place = Place(out, work or out / "work", gpus.split(","), dry)
    for folder in (out / "results", out / "logs", place.work):
        folder.mkdir(parents=True, exist_ok=True)
    said = yaml.safe_load((HERE / "finetune.yaml").read_text(encoding="utf-8"))
    jobs = [*cases(said, place), *(runs(said, place, thesis) if thesis.exists() else [])]
    jobs.sort(key=lambda job: said["order"].index(job.name))
    work_through(unfinished(jobs, place), place, time.time() + 60 * minutes)
    click.echo("done")


if __name__ == "__main__":
    main()
