"""Search for the settings of a recipe with Optuna: trials are short runs, poor ones are stopped early.

A study lives in a storage of Optuna's own: a journal file in the folder by default, or a database such as
PostgreSQL for several machines. Whoever runs the same command on the same storage takes part, and a stopped
search goes on by running it again.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import optuna
from optuna.storages import JournalStorage, RDBStorage
from optuna.storages.journal import JournalFileBackend
from optuna.study import MaxTrialsCallback
from optuna.trial import TrialState
from sqlalchemy.exc import SQLAlchemyError

from batti.dataset import records
from batti.errors import BattiError
from batti.train import unsloth
from batti.train.recipe import Recipe

JOURNAL = "study.journal"
_DONE = (TrialState.COMPLETE, TrialState.PRUNED)
_IN_VAIN = 5  # trials that fail one after the other before a worker gives up: the next would fail as well
_PLOTS = {
    "history": "plot_optimization_history", "importances": "plot_param_importances", "slices": "plot_slice",
}  # fmt: skip


def tune(recipe: Recipe, out: Path, trials: int, workers: int, storage: str = "") -> dict[str, Any]:
    """Search until the study has so many finished trials; gives the best. Raises BattiError."""
    if not recipe.evaluations:
        raise BattiError("a search judges by evaluations, and the recipe has none", "--set evaluations=4")
    out.mkdir(parents=True, exist_ok=True)
    study = _study(recipe, out, storage)
    _same_recipe(study, recipe)
    settled = out / "recipe.yaml"
    records.write_lines(settled, [recipe.to_yaml().rstrip("\n")])
    command = [sys.executable, "-m", __name__, str(settled), str(out), str(trials), storage]
    running = [subprocess.Popen(command, env=some) for some in _environments(workers)]
    try:
        for process in running:
            process.wait()
    finally:
        for process in running:
            process.terminate()
    if (finished := len(_finished(study))) < trials:
        problem = f"{finished} of {trials} trials could be finished"
        raise BattiError(problem, "mend what is said above, and run the same command again to go on")
    for done in out.glob("trials/*/metrics.json"):
        _tidy(done.parent)  # of one that was killed as it ended
    found = _summary(study)
    records.write_lines(out / "tune.json", [json.dumps(found, indent=1)])
    best = recipe.changed(**_flat(study.best_params))
    records.write_lines(out / "best.yaml", [best.to_yaml().rstrip("\n")])
    plot(study, out)
    return found


def _environments(workers: int) -> list[dict[str, str]]:
    """Each worker has a GPU of its own where there are several."""
    given = os.environ.get("CUDA_VISIBLE_DEVICES", "")
    gpus = [one for one in given.split(",") if one]
    if not gpus:  # one worker takes the first, whether or not there is one
        gpus = [str(n) for n in range(_gpus() if workers > 1 else 1)]
    own = [{"CUDA_VISIBLE_DEVICES": gpus[number % len(gpus)]} if gpus else {} for number in range(workers)]
    return [os.environ | one for one in own]


def _gpus() -> int:
    import torch  # slow to import

    return torch.cuda.device_count()


def _study(recipe: Recipe, out: Path, storage: str) -> optuna.Study:
    """The study of a folder's name. Raises BattiError where its storage cannot be reached."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    url = storage.replace("postgresql://", "postgresql+psycopg://", 1)  # the driver that is installed with it
    try:
        kept: Any = (
            RDBStorage(url, heartbeat_interval=30) if storage
            else JournalStorage(JournalFileBackend(str(out / JOURNAL)))
        )  # fmt: skip
        return optuna.create_study(
            study_name=out.name, storage=kept, load_if_exists=True, sampler=_sampler(recipe.seed),
            pruner=optuna.pruners.MedianPruner(n_startup_trials=4, n_warmup_steps=1),
            direction="maximize" if recipe.best == "exact" else "minimize",
        )  # fmt: skip
    except (SQLAlchemyError, ModuleNotFoundError, ImportError) as error:
        said = str(error).strip().splitlines()[0]
        hint = "write --storage postgresql://USER@HOST/DATABASE (pip install 'psycopg[binary]')"
        raise BattiError(f"the study's storage cannot be used: {said}", hint) from None


def _sampler(seed: int) -> optuna.samplers.BaseSampler:
    """Workers must not try the same: each draws from a seed of its own, and knows what the others are at."""
    return optuna.samplers.TPESampler(seed=seed * 1_000_003 + os.getpid(), n_startup_trials=5, constant_liar=True)


def _same_recipe(study: optuna.Study, recipe: Recipe) -> None:
    known = study.user_attrs.setdefault("recipe", recipe.to_yaml())
    if known != recipe.to_yaml():
        raise BattiError(f"the study {study.study_name} is of another recipe", "give --out another folder")
    study.set_user_attr("recipe", known)


def work(recipe: Recipe, out: Path, trials: int, storage: str) -> None:
    """Run trials, one after the other, until the study has enough."""
    if recipe.accelerator == "unsloth":
        unsloth.load()
    from batti.train import language  # torch is slow to import

    def objective(trial: optuna.Trial) -> float:
        folder = out / "trials" / str(trial.number)
        shutil.rmtree(folder, ignore_errors=True)

        def report(step: int, found: dict[str, float]) -> None:
            trial.report(found[f"eval_{recipe.best}"], step)
            if trial.should_prune():
                raise optuna.TrialPruned

        try:
            figures = language.train(suggested(trial, recipe), folder, report)
        except (MemoryError, RuntimeError) as error:  # the next trial may need less memory
            print(f"batti: trial {trial.number} failed: {error or type(error).__name__}", file=sys.stderr)
            raise
        finally:
            _tidy(folder)
        trial.set_user_attr("exact", figures["scores"]["exact"])
        trial.set_user_attr("seconds", figures["seconds"])
        return _best_of(figures, recipe.best)

    study = _study(recipe, out, storage)
    enough = MaxTrialsCallback(trials, states=_DONE)
    if len(_finished(study)) < trials:
        study.optimize(objective, callbacks=[enough, _give_up], catch=(MemoryError, RuntimeError))


def _give_up(study: optuna.Study, _: optuna.trial.FrozenTrial) -> None:
    """Raises BattiError where one trial after the other fails."""
    ended = [trial.state for trial in study.get_trials(deepcopy=False) if trial.state.is_finished()]
    if ended[-_IN_VAIN:] == [TrialState.FAIL] * _IN_VAIN:
        raise BattiError(f"the last {_IN_VAIN} trials failed", "mend what they said, or change the recipe")


def _tidy(folder: Path) -> None:
    """The figures of a trial stay; its weights are of no use."""
    for path in folder.glob("*"):
        if path.name not in ("config.yaml", "metrics.json"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def suggested(trial: optuna.Trial, recipe: Recipe) -> Recipe:
    """The recipe with the values that a trial tries."""
    search = recipe.search
    tried: dict[str, Any] = {
        "learning_rate": trial.suggest_float("learning_rate", *search.learning_rate, log=True),
        "batch": trial.suggest_categorical("batch", search.batch),
        "warmup": trial.suggest_float("warmup", *search.warmup),
    }
    if recipe.method == "lora":
        tried |= {
            "lora.rank": trial.suggest_categorical("rank", search.rank),
            "lora.alpha": trial.suggest_categorical("alpha", search.alpha),
            "lora.dropout": trial.suggest_float("dropout", *search.dropout),
        }
    return recipe.changed(**tried, together=min(recipe.together, tried["batch"]))


def _flat(values: dict[str, Any]) -> dict[str, Any]:
    return {f"lora.{key}" if key in ("rank", "alpha", "dropout") else key: value for key, value in values.items()}


def _best_of(figures: dict[str, Any], best: str) -> float:
    seen = [entry[f"eval_{best}"] for entry in figures["history"] if f"eval_{best}" in entry]
    return float(max(seen) if best == "exact" else min(seen))


def _finished(study: optuna.Study) -> Sequence[Any]:
    found: Sequence[Any] = study.get_trials(deepcopy=False, states=_DONE)
    return found


def _summary(study: optuna.Study) -> dict[str, Any]:
    """What was tried and what came of it."""
    states = [trial.state.name.lower() for trial in study.trials]
    return {
        "trials": {state: states.count(state) for state in sorted(set(states))},
        "best": {"number": study.best_trial.number, "value": round(study.best_value, 5), "settings": study.best_params},
        "all": [
            {"number": trial.number, "state": trial.state.name.lower(), "value": trial.value, **trial.params,
             **trial.user_attrs} for trial in study.trials
        ],
    }  # fmt: skip


def plot(study: optuna.Study, out: Path) -> None:
    """Pictures of the search: how it went, what mattered, and each setting by itself."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    warnings.filterwarnings("ignore", category=optuna.exceptions.ExperimentalWarning)
    for name, function in _PLOTS.items():
        try:
            getattr(optuna.visualization.matplotlib, function)(study)
        except (ValueError, RuntimeError):  # too few trials to tell what mattered
            continue
        pyplot.gcf().set_size_inches(12 if name == "slices" else 7, 4)
        pyplot.savefig(out / f"{name}.png", dpi=120, bbox_inches="tight")
        pyplot.close("all")


if __name__ == "__main__":
    recipe_path, folder, wanted, where = sys.argv[1:]
    try:
        work(Recipe.load(Path(recipe_path)), Path(folder), int(wanted), where)
    except BattiError as mistake:
        sys.exit("\n".join(f"batti: {line}" for line in str(mistake).splitlines()))
