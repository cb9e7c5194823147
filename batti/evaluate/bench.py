"""Latency, cold start, throughput, memory and size of models side by side; how cost grows; the machine's floor."""

from __future__ import annotations

import os
import platform
import re
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from itertools import count, islice
from pathlib import Path
from random import Random
from statistics import mean, median
from typing import Any

import numpy as np
from tqdm import tqdm

from batti.evaluate import floor, probe
from batti.evaluate.subjects import AnySubject, Case, OnnxSubject, Sample, Subject, cases, llama, subject
from batti.home import Home

_TURN_S = 0.1  # a fast model answers again and again in its turn, this long
_TURN_MOST = 20
_POINT_S = 0.3  # for one point of a curve
_RESAMPLED = 2000
_BATCHES = (64, 512)
_COLD = 3  # starts of a fast model
_SLOW_S = 5.0  # a start of more than this is not done twice
_LIBRARIES = ("batti", "onnxruntime", "xllamacpp", "transformers", "numpy")
Turns = dict[str, dict[int, list[Sample]]]
"""Of each model by the number of the round: its answers."""


def bench(
    models: Sequence[str], against: str | None, *, rounds: int, seconds: float, threads: int | None, curves: bool
) -> dict[str, Any]:
    """The report on the models (`""` is the shipped one), and on one that they are compared with. Raises BattiError."""
    subjects = [subject(name, threads) for name in models]
    if against:
        subjects += llama(against, threads)
    started = {one.name: _cold(one, threads) for one in subjects}
    turns = compare(subjects, cases(), rounds, seconds)
    report: dict[str, Any] = {"machine": machine()}
    report["models"] = {one.name: _figures(one, turns[one.name], started[one.name]) for one in subjects}
    first, *others = subjects
    report["ratios"] = [ratio(turns, one.name, first.name) for one in others]
    if curves:
        measured = [one for one in subjects if isinstance(one, AnySubject)]
        report["curves"] = {one.name: _curves(one) for one in measured}
    return report


def machine() -> dict[str, Any]:
    """What was measured on: processor, cores, load before the run, library versions."""
    cpuinfo = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*:\s*(.+)", cpuinfo.read_text()) if cpuinfo.exists() else None
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    return {
        "processor": found[1] if found else platform.processor(),
        "cores": os.cpu_count(),
        "load": load,
        "system": platform.system(),
        "python": platform.python_version(),
        "libraries": dict(_versions()),
    }


def _versions() -> Iterable[tuple[str, str]]:
    for name in _LIBRARIES:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            continue


# -- side by side --------------------------------------------------------------------------------
def compare(subjects: Sequence[Subject], asked: Sequence[Case], rounds: int, seconds: float) -> Turns:
    """The models in turn, in an order that changes, about one sentence a round: what slows the machine slows all.

    There are so many rounds at least, and more until so many seconds are over.
    """
    turns: Turns = {one.name: {} for one in subjects}
    order, rng = list(subjects), Random(1)
    for one in subjects:  # the first answer computes what is kept of the home
        one.answer(asked[0])
    until = time.perf_counter() + seconds
    with tqdm(desc="rounds", total=rounds, file=sys.stderr, disable=None) as bar:
        for number in count():
            if number >= rounds and time.perf_counter() > until:
                return turns
            rng.shuffle(order)
            for one in order:
                if number % one.every == 0:
                    turns[one.name][number] = _turn(one, asked[number % len(asked)], _TURN_S)
            bar.update()
    return turns


def _turn(one: Subject, case: Case, seconds: float) -> list[Sample]:
    samples = [one.answer(case)]
    while sum(sample.ms for sample in samples) < 1000 * seconds and len(samples) < _TURN_MOST:
        samples.append(one.answer(case))
    return samples


def ratio(turns: Turns, slow: str, fast: str) -> dict[str, Any]:
    """How many times as long `slow` takes, and how many times the work of all cores."""
    both = sorted(turns[slow].keys() & turns[fast].keys())
    pairs = [(turns[slow][number], turns[fast][number]) for number in both]
    time_, cpu = (_ratio([tuple(median(getattr(one, key) for one in turn) for turn in pair) for pair in pairs])
                  for key in ("ms", "cpu_ms"))  # fmt: skip
    return {"of": slow, "to": fast, "rounds": len(both), **time_, "cpu": cpu}


def _ratio(pairs: Sequence[tuple[float, ...]]) -> dict[str, float]:
    """The ratio of the medians of pairs, with its 95% bootstrap interval over the pairs."""
    values = np.array(pairs)
    drawn = np.random.default_rng(1).integers(len(values), size=(_RESAMPLED, len(values)))
    medians = np.median(values[drawn], axis=1)
    low, high = np.quantile(medians[:, 0] / medians[:, 1], [0.025, 0.975]).tolist()
    a, b = np.median(values, axis=0).tolist()
    return {"ratio": a / b, "low": low, "high": high}


# -- one model -----------------------------------------------------------------------------------
def _cold(one: Subject, threads: int | None) -> list[probe.Cold]:
    """Starts of a model in fresh processes; none where the model is not of this machine, or was started already."""
    if one.file is None or one.every > 1:
        return []
    name = str(one.file)
    starts = [probe.cold(name, threads)]
    while len(starts) < _COLD and starts[0].seconds < _SLOW_S:
        starts.append(probe.cold(name, threads))
    return starts


def _figures(one: Subject, turns: dict[int, list[Sample]], starts: list[probe.Cold]) -> dict[str, Any]:
    samples = [sample for turn in turns.values() for sample in turn]
    times = [sample.ms for sample in samples]
    figures: dict[str, Any] = {"threads": one.threads, "note": one.note, "answers": len(samples)}
    figures["latency_ms"] = {f"p{percent}": float(np.percentile(times, percent)) for percent in (50, 95, 99)}
    figures["cpu_ms"] = median(sample.cpu_ms for sample in samples)
    if starts:
        figures["cold_s"] = median(start.seconds for start in starts)
        figures["memory_mb"] = max(start.memory_mb for start in starts)
    if one.file is not None:
        figures["file_mb"] = _size(one.file) / 1e6
    figures["phases_ms"] = {key: median(sample.phases[key] for sample in samples) for key in samples[0].phases}
    figures["counts"] = {key: mean(sample.counts[key] for sample in samples) for key in samples[0].counts}
    figures["each_ms"] = _each(samples)
    figures["per_second"] = {"one by one": 1000 / mean(times)}
    if isinstance(one, AnySubject):
        figures["per_second"] |= {f"{size} at once": 1000 / _batched(one, size) for size in _BATCHES}
    rates = floor.rates(one.threads or 1)
    if least := one.floor(samples, rates):
        figures["floor"] = least.to_dict() | {"measured_ms": mean(times), "rates": asdict(rates)}
    return figures


def _size(file: Path) -> int:
    """Bytes of a file, or of the files that a model's folder has besides its card."""
    parts = [file] if file.is_file() else [part for part in file.rglob("*") if part.suffix != ".md" and part.is_file()]
    return sum(part.stat().st_size for part in parts)


_EACH = {"decoder step": ("decoder", "decoder steps"), "prompt token": ("prompt", "prompt tokens"),
         "answer token": ("answer", "answer tokens")}  # fmt: skip


def _each(samples: Sequence[Sample]) -> dict[str, float]:
    """What one step or token takes, where a model has them."""
    return {
        name: median(sample.phases[phase] / max(1, sample.counts[what]) for sample in samples)
        for name, (phase, what) in _EACH.items()
        if phase in samples[0].phases
    }


# -- how cost grows ------------------------------------------------------------------------------
def _curves(one: AnySubject) -> dict[str, list[list[float]]]:
    """Pairs of a size and what an answer then takes, in ms (of a batch: each of its answers)."""
    some = cases()
    curves = {
        "characters": [[size, _point(one, [_long(size)])] for size in (10, 20, 40, 80, 160, 320)],
        "rooms": [[size, _point(one, cases(_large(size)))] for size in (5, 11, 25, 50, 100)],
        "rooms, of a home not seen before": [[size, _first(one, _large(size))] for size in (5, 11, 25, 50, 100)],
        "batch": [[size, _batched(one, size)] for size in (1, 2, 4, 8, 16, 32, 64)],
    }
    if isinstance(one, OnnxSubject):
        tried = {n: OnnxSubject(one.name, one.file, n) for n in _thread_counts()}
        curves["threads"] = [[n, _point(other, some)] for n, other in tried.items()]
    return curves


def _thread_counts() -> list[int]:
    cores = os.cpu_count() or 1
    return sorted({*(1 << power for power in range(cores.bit_length()) if 1 << power <= cores), cores})


def _point(one: Subject, some: Sequence[Case]) -> float:
    one.answer(some[0])
    return median(sample.ms for case in some for sample in _turn(one, case, _POINT_S / len(some)))


def _first(one: AnySubject, home: Home) -> float:
    """The first answer about a home, its look-up made anew; a home of another name is another home."""
    homes = (home.model_copy(update={"name": f"{home.name} {number}"}) for number in range(3))
    return median(one.answer(case).ms for new in homes for case in cases(new)[1:2])


def _long(characters: int) -> Case:
    """A sentence of so many characters, of the usual ones one after the other."""
    home = Home.default()
    text = " ani ".join(case.sentence for case in islice(_again(cases()), 20))
    return Case(home, text[:characters], "")


def _again(some: Sequence[Case]) -> Iterable[Case]:
    while True:
        yield from some


def _large(rooms: int) -> Home:
    """A home of so many rooms: the default home's, numbered from the second time on."""
    known = Home.default().to_dict()["rooms"]
    listed = []
    for number in range(rooms):
        room, floor_number = known[number % len(known)], number // len(known) + 1
        names = [f"{name} {floor_number}" if floor_number > 1 else name for name in (room["name"], *room["aliases"])]
        listed.append({"name": names[0], "aliases": names[1:]})
    return Home.from_dict({"name": f"{rooms} rooms", "rooms": listed})


def _batched(one: AnySubject, size: int) -> float:
    """Milliseconds for each sentence of a batch of so many."""
    some = [case.sentence for case in islice(_again(cases()), size)]
    home = Home.default()
    return _median_ms(lambda: one.backend.generate(home, some)) / size


def _median_ms(work: Callable[[], object], times: int = 3) -> float:
    spent = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        spent.append(1000 * (time.perf_counter() - began))
    return median(spent)
