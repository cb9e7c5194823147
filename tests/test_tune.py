"""The search for settings: real trials on a journal file and on a PostgreSQL server, workers, going on after a stop."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from helpers import BATTI
from language import changes_of, recipe, sentences

NEEDED = "needs torch, trl, peft and optuna: pip install '.[lm]'"
for module in ("torch", "transformers", "trl", "peft", "optuna", "datasets"):
    pytest.importorskip(module, reason=NEEDED)

import postgres  # noqa: E402

from batti.errors import BattiError  # noqa: E402
from batti.train import language, tune  # noqa: E402
from batti.train.recipe import Recipe  # noqa: E402

SHORT = {
    "epochs": 1, "data__exact_sentences": 0, "data__limit": 12, "data__validation_limit": 4, "search__batch": "[4]",
    "search__rank": "[2, 4]", "evaluations": 2, "data__answer_tokens": 4,
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tune")


@pytest.fixture(scope="module")
def short(folder: Path) -> dict[str, Any]:
    data = sentences(folder / "data")
    language.train(recipe("scratch", data, steps=2, data__exact_sentences=0, data__answer_tokens=4), folder / "base")
    return {"data": data, "base": folder / "base", **SHORT}


def command(out: Path, trials: int, short: dict[str, Any], *more: str) -> list[str]:
    given = dict(short)
    changes = [part for change in changes_of(given.pop("data"), **given) for part in ("--set", change)]
    return [*BATTI, "tune", "configs/lora.yaml", "--out", str(out), "--trials", str(trials), *more, *changes]


def test_a_search_goes_on_after_a_kill_and_its_best_is_a_recipe(folder: Path, short: dict[str, Any]) -> None:
    out = folder / "search"
    process = subprocess.Popen(command(out, 4, short), stdout=subprocess.DEVNULL, start_new_session=True)
    deadline = time.monotonic() + 300
    while not list(out.glob("trials/*/metrics.json")) and time.monotonic() < deadline:
        assert process.poll() is None
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not (out / "tune.json").exists()
    done = subprocess.run(command(out, 4, short, "--workers", "2"), check=True, capture_output=True, text=True)
    found = json.loads((out / "tune.json").read_text())
    finished = found["trials"].get("complete", 0) + found["trials"].get("pruned", 0)
    assert 4 <= finished <= 5  # the last two may have run at once
    assert len(found["all"]) >= finished
    values = [one["value"] for one in found["all"] if one["state"] == "complete"]
    assert found["best"]["value"] == pytest.approx(min(values), abs=1e-5)
    best = Recipe.load(out / "best.yaml")
    assert best.learning_rate == found["best"]["settings"]["learning_rate"]
    assert best.lora.rank == found["best"]["settings"]["rank"] in (2, 4)
    assert str(out / "best.yaml") in done.stdout.replace("\n", "")
    for name in ("history", "slices", "importances"):
        assert (out / f"{name}.png").stat().st_size > 5000
    assert not list(out.glob("trials/*/adapter_model.safetensors"))


def test_a_study_is_of_one_recipe(folder: Path, short: dict[str, Any]) -> None:
    given = dict(short)
    with pytest.raises(BattiError, match="the study search is of another recipe"):
        tune.tune(recipe("lora", given.pop("data"), **given | {"seed": 5}), folder / "search", 4, 1)


def test_a_poor_trial_is_pruned(folder: Path) -> None:
    import optuna

    study = tune._study(_any(), folder, "")
    for value in (1.0, 1.1, 0.9, 1.0, 50.0):
        trial = study.ask()
        for step in (1, 2, 3):
            trial.report(value, step)
        if pruned := trial.should_prune():
            study.tell(trial, state=optuna.trial.TrialState.PRUNED)
        else:
            study.tell(trial, value)
    assert pruned


def test_a_search_whose_trials_all_fail_ends_and_says_why(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tried: list[Path] = []

    def fail(_: Recipe, out: Path, __: object) -> None:
        tried.append(out)
        assert len(tried) < 10
        raise RuntimeError("no kernel image is available")

    (folder / "failing").mkdir()
    monkeypatch.setattr(language, "train", fail)
    with pytest.raises(BattiError, match="the last 5 trials failed"):
        tune.work(_any(), folder / "failing", 3, "")
    assert len(tried) == 5
    assert capsys.readouterr().err.splitlines()[0] == "batti: trial 0 failed: no kernel image is available"


def test_a_mistake_in_the_recipe_is_one_line_and_not_where_it_was_found(folder: Path) -> None:
    out = folder / "mistaken"
    given = [f"--set={one}" for one in ("method=scratch", "data.train=nowhere.jsonl", "data.validation=nowhere.jsonl")]
    done = subprocess.run([*BATTI, "tune", "configs/scratch.yaml", "--out", str(out), "--trials", "1", *given],
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 1
    first, last = done.stderr.splitlines()
    assert first.startswith("batti: nowhere.jsonl: No such file")
    assert last.startswith("batti: 0 of 1 trials could be finished; mend what is said above")


def test_the_recipe_of_the_small_network_is_none_to_search_by(folder: Path) -> None:
    done = subprocess.run([*BATTI, "tune", "configs/ship.yaml", "--out", str(folder / "small")],
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert "is a recipe of the small network; name one with a method, like configs/lora.yaml" in done.stderr


def _any() -> Recipe:
    return Recipe.model_validate({"method": "scratch", "data": {"train": "a.jsonl", "validation": "b.jsonl"}})


def test_workers_share_a_study_on_postgresql(folder: Path, short: dict[str, Any]) -> None:
    pytest.importorskip("psycopg", reason=NEEDED)
    if postgres.programs() is None:
        pytest.skip("needs PostgreSQL: apt-get install postgresql, or runs/test_packages.sh")
    with postgres.cluster() as server:
        done = subprocess.run(
            command(folder / "cluster", 2, short, "--workers", "2", "--storage", server.url), capture_output=True,
            text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        found = json.loads((folder / "cluster" / "tune.json").read_text())
        assert found["trials"].get("complete", 0) + found["trials"].get("pruned", 0) >= 2
        assert not (folder / "cluster" / tune.JOURNAL).exists()


def test_a_storage_that_is_not_there_is_one_line(folder: Path) -> None:
    pytest.importorskip("psycopg", reason=NEEDED)
    with pytest.raises(BattiError, match=r"the study's storage cannot be used: .*; write --storage") as error:
        tune.tune(_any(), folder / "nowhere", 1, 1, "postgresql://nobody@127.0.0.1:9/none")
    assert "\n" not in str(error.value)
