"""`batti bench`: what it says is what it measured."""

import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from batti.backends import Reading
from batti.cli import main
from batti.command import Command
from batti.errors import BattiError
from batti.evaluate import bench, bench_table, floor, probe, subjects
from batti.evaluate.subjects import AnySubject, OnnxSubject, Sample
from batti.home import Home

CASES = subjects.cases()


class Sleeper:
    """Takes so many seconds for each sentence."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def generate(self, home: Home, sentences: Sequence[str]) -> list[Reading]:
        time.sleep(self.seconds * len(sentences))
        return [Reading(Command.none(), 1.0)] * len(sentences)


def sleeper(name: str, seconds: float) -> AnySubject:
    return AnySubject(name, Sleeper(seconds), None)


# -- the sentences -------------------------------------------------------------------------------
def test_the_sentences_ask_for_valid_documents_of_the_default_home() -> None:
    assert len(CASES) >= 8
    for case in CASES:
        assert Home.default().check(Command.from_yaml(case.document)) == []
    assert len({case.sentence for case in CASES}) == len(CASES)


def test_the_shipped_model_answers_them(interpreter: Any) -> None:
    right = sum(interpreter(case.sentence).yaml() == case.document for case in CASES)
    assert right >= len(CASES) - 1


# -- comparing -----------------------------------------------------------------------------------
def test_models_take_turns_and_the_ratio_is_that_of_their_times() -> None:
    turns = bench.compare([sleeper("slow", 0.02), sleeper("fast", 0.005)], CASES, rounds=4, seconds=0)
    assert turns["slow"].keys() == turns["fast"].keys() == {0, 1, 2, 3}
    said = bench.ratio(turns, "slow", "fast")
    assert 2.5 < said["ratio"] < 4.5
    assert said["low"] <= said["ratio"] <= said["high"]
    assert said["rounds"] == 4


def test_the_rounds_go_on_until_the_time_is_over() -> None:
    turns = bench.compare([sleeper("a", 0.05)], CASES, rounds=1, seconds=0.6)
    assert 2 <= len(turns["a"]) <= 8


def test_what_is_slow_is_asked_less_often() -> None:
    rare = sleeper("rare", 0.001)
    rare.every = 4
    turns = bench.compare([sleeper("often", 0.001), rare], CASES, rounds=6, seconds=0)
    assert sorted(turns["rare"]) == [0, 4]
    assert bench.ratio(turns, "rare", "often")["rounds"] == 2


def _turns(**times: list[float]) -> bench.Turns:
    return {name: {i: [Sample(ms, 2 * ms)] for i, ms in enumerate(row)} for name, row in times.items()}


def test_the_ratio_is_that_of_medians_with_an_interval_that_holds_it() -> None:
    turns = _turns(slow=[100, 110, 90, 100, 900], fast=[10, 11, 9, 10, 10])
    said = bench.ratio(turns, "slow", "fast")
    assert said["ratio"] == said["cpu"]["ratio"] == 10
    assert 8 <= said["low"] <= 10 <= said["high"]
    steady = bench.ratio(_turns(slow=[100] * 5, fast=[10] * 5), "slow", "fast")
    assert (steady["low"], steady["high"]) == (10, 10)


# -- one model -----------------------------------------------------------------------------------
def test_the_phases_of_the_shipped_kind_make_up_the_whole() -> None:
    subject = OnnxSubject("batti", None)
    subject.answer(CASES[0])
    sample = subject.answer(CASES[6])
    assert sum(sample.phases.values()) == pytest.approx(sample.ms)
    assert all(ms > 0 for ms in sample.phases.values())
    assert sample.counts["encoder calls"] == 1
    assert sample.counts["decoder steps"] >= 8  # two places, marked at both ends, what is done there, the end
    assert sample.counts["characters"] == len(CASES[6].sentence)


def test_cpu_time_is_none_of_what_is_slept() -> None:
    sample = sleeper("s", 0.05).answer(CASES[0])
    assert sample.ms >= 50
    assert sample.cpu_ms < 20


def test_a_fresh_process_tells_its_own_memory_not_its_parent_s() -> None:
    held = bytearray(os.urandom(1 << 20) * 400)
    cold = probe.cold("", 1)
    assert 30 < cold.memory_mb < 350
    assert 0.1 < cold.seconds < 30
    del held


def test_a_model_that_cannot_start_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(BattiError) as error:
        probe.cold(str(tmp_path), 1)
    assert "\n" not in str(error.value)
    assert "no batti model in" in str(error.value)


# -- how cost grows ------------------------------------------------------------------------------
@pytest.mark.parametrize("rooms", [5, 11, 25, 100])
def test_a_large_home_has_so_many_rooms(rooms: int) -> None:
    home = bench._large(rooms)
    assert len(home.rooms) == rooms
    assert Home.from_dict(home.to_dict()) == home


@pytest.mark.parametrize("size", [10, 80, 320])
def test_a_long_sentence_has_so_many_characters(size: int) -> None:
    assert len(bench._long(size).sentence) == size


def test_threads_are_tried_from_one_to_all_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    for cores, tried in ((1, [1]), (2, [1, 2]), (6, [1, 2, 4, 6]), (8, [1, 2, 4, 8])):
        monkeypatch.setattr(os, "cpu_count", lambda cores=cores: cores)
        assert bench._thread_counts() == tried


def test_the_time_of_a_batch_is_that_of_each_sentence() -> None:
    assert bench._batched(sleeper("s", 0.002), 8) == pytest.approx(2.1, rel=0.25)


# -- the floor -----------------------------------------------------------------------------------
def test_the_floor_is_the_slower_of_reading_and_computing() -> None:
    rates = floor.Rates(bytes=10e9, operations=50e9)
    assert floor.floor(1e9, 1e9, rates).ms == pytest.approx(100)
    assert floor.floor(1e6, 5e9, rates).ms == pytest.approx(100)


def test_the_rates_of_this_machine_are_plausible() -> None:
    rates = floor.rates(1)
    assert 1e9 < rates.bytes < 1e12
    assert 1e9 < rates.operations < 1e13
    assert floor.rates(1) is rates  # measured once


def test_what_is_measured_is_above_the_floor() -> None:
    subject = OnnxSubject("batti", None)
    samples = [subject.answer(case) for case in CASES for _ in range(2)]
    least = subject.floor(samples, floor.rates(1))
    assert 0 < least.ms < sum(one.ms for one in samples) / len(samples)


# -- the command ---------------------------------------------------------------------------------
def run(*args: str) -> Any:
    return CliRunner().invoke(main, ["bench", *args])


def test_the_command_ends_with_one_line_of_json(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "bench.json"
    done = run("--rounds", "2", "--seconds", "0", "--no-curves", "--json", str(out))
    assert done.exit_code == 0, done.output
    *table, last = done.stdout.splitlines()
    report = json.loads(last)
    assert report == json.loads(out.read_text(encoding="utf-8"))
    [(name, model)] = report["models"].items()
    assert name == "batti"
    latency = model["latency_ms"]
    assert 0 < latency["p50"] <= latency["p95"] <= latency["p99"]
    shipped = subjects.shipped()
    parts = ("encoder.onnx", "decoder.onnx", "model.json")
    assert model["file_mb"] == pytest.approx(sum((shipped / part).stat().st_size for part in parts) / 1e6)
    assert model["threads"] == 1
    assert model["cold_s"] > latency["p50"] / 1000
    assert report["ratios"] == []
    [row] = [line for line in table if line.startswith("batti ")]
    assert f"{latency['p50']:.1f}" in row.split()
    assert any("times the floor" in line for line in table)


def test_a_model_that_is_none_is_one_line() -> None:
    done = run("--model", "nowhere")
    assert done.exit_code == 1
    assert done.stderr.startswith("batti: no batti model in 'nowhere'")
    assert done.stderr.count("\n") == 1


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    for library in ("gguf", "xllamacpp"):
        pytest.importorskip(library, reason=f"needs {library}: pip install '.[gguf]'")
    from batti.evaluate.shape import Shape, write

    path = tmp_path_factory.mktemp("bench") / "llama-3.2-1b-shape-tiny.gguf"
    write(path, Shape(layers=2, width=256, feed_forward=512, heads=4, kv_heads=2, vocabulary=4096, context=4096))
    return path


def test_a_comparison_says_the_ratio_and_that_the_weights_are_random(tiny: Path) -> None:
    done = run("--rounds", "5", "--seconds", "0", "--threads", "1", "--no-curves", "--against", str(tiny))
    assert done.exit_code == 0, done.output
    *table, last = done.stdout.splitlines()
    report = json.loads(last)
    ours, kept, anew = report["models"].values()
    assert ours["threads"] == kept["threads"] == 1
    assert "random" in kept["note"] and "random" in anew["note"]
    assert kept["counts"]["kept tokens"] > 300 > kept["counts"]["prompt tokens"]
    assert anew["counts"]["kept tokens"] == 0
    assert anew["counts"]["prompt tokens"] > 300
    assert kept["counts"]["answer tokens"] == pytest.approx(34, abs=12)  # of the five documents asked for
    assert [one["of"] for one in report["ratios"]] == [tiny.stem, f"{tiny.stem}, uncached"]
    assert all(0 < one["low"] <= one["ratio"] <= one["high"] for one in report["ratios"])
    assert sum("times as long as batti" in line for line in table) == 2


def test_random_weights_are_taken_to_choose_what_the_document_says(tiny: Path) -> None:
    kept, anew = subjects.llama(str(tiny), 1)
    begun = kept.backend.tokens("intent:")  # which is written before the first choice
    for case in CASES[:3]:
        due = kept.backend.tokens(case.document) + 1 - begun
        counts = kept.answer(case).counts
        assert counts["answer tokens"] == anew.answer(case).counts["answer tokens"] == due
        assert 3 <= counts["sampled tokens"] <= 0.6 * due


def test_a_comparison_without_the_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    monkeypatch.delitem(sys.modules, "batti.backends.llama_cpp", raising=False)
    done = run("--against", "llama-3.2-1b")
    assert done.exit_code == 1
    told = "this kind of model needs xllamacpp; in the folder of batti: pip install -e '.[gguf]'"
    assert done.stderr == f"batti: {told}\n"


def test_the_table_leaves_out_what_is_not_known() -> None:
    turns = {"remote": {0: [Sample(5.0, 1.0)]}}
    figures = bench._figures(sleeper("remote", 0.001), turns["remote"], [])
    report = {"machine": bench.machine(), "models": {"remote": figures}, "ratios": []}
    [row] = [line for line in bench_table.lines(report) if line.startswith("remote")]
    assert row.split()[1:] == ["5.0", "5.0", "5.0", "1.0", "-", "-", "-", "-", *row.split()[9:-1], "-"]
    json.dumps(report)


def test_a_case_of_another_home_is_of_its_rooms() -> None:
    assert subjects.cases(bench._large(25))[0].home.rooms[-1].name.endswith(" 3")
