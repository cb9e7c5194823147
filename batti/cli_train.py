"""`batti train`, `tune`, `compare`, `export` and `adapt`: parse, call, print."""

from __future__ import annotations

import json
import os
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from batti.errors import BattiError, did_you_mean, missing, quote

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)
_RUN = click.Path(exists=True, file_okay=False, path_type=Path)
_changes = click.option(
    "--set", "changes", multiple=True, metavar="KEY=VALUE", help="Another value of the recipe, like seed=2."
)
_QUANTS = ("f32", "f16", "bf16", "q8_0", "q6_k", "q5_k_m", "q4_k_m")


def _quants(ctx: click.Context, param: click.Parameter, value: str) -> list[str]:
    """The types of a list, each once."""
    wanted = list(dict.fromkeys(part.strip().lower() for part in value.split(",") if part.strip()))
    for one in wanted:
        if one not in _QUANTS:
            raise click.BadParameter(f"{quote(one)}; {did_you_mean(one, _QUANTS)}")
    if not wanted:
        raise click.BadParameter("name one at least, like q8_0")
    return wanted


@click.command()
@click.argument("recipe", type=_FILE)
@click.option("--out", required=True, type=_FOLDER, help="Folder of the run.")
@_changes
def train(recipe: Path, out: Path, changes: tuple[str, ...]) -> None:
    """Train a model by a RECIPE.

    There are two kinds. One that says `method: lora`, `full` or `scratch` is of a language model: its keys are
    explained in configs/lora.yaml. One without is of the small network that batti ships: see configs/ship.yaml.

    A stopped run goes on where it was. Language models on several GPUs: accelerate launch -m batti train ...
    """
    from batti.train.recipe import Recipe, is_of_language_model, parsed

    if is_of_language_model(parsed(recipe)):
        settings = Recipe.load(recipe, changes)
        if settings.accelerator == "unsloth":
            _training("unsloth", "lm").load()
        found = _training("language", "lm").train(settings, out)
        if int(os.environ.get("RANK", "0")):
            return  # one of several processes speaks
        if found["scores"]:
            click.echo(f"{out}: {found['scores']['exact']:.1%} exact, {found['scores']['partial']:.1%} partial")
        click.echo(f"{out}: next: batti --model {out} \"...\", or batti export {out} --to gguf")
        return
    trainer = _training("scratch").Trainer(_training("run").Recipe.load(recipe, changes), out)
    trainer.train()
    if remark := trainer.remark():
        click.echo(f"batti: {remark}", err=True)
    click.echo(f"{out}: weights.safetensors; next: batti export {out} MODEL")


@click.command()
@click.argument("recipe", type=_FILE)
@click.option("--out", required=True, type=_FOLDER, help="Folder of the search; the study has its name.")
@click.option("--trials", default=20, show_default=True, type=click.IntRange(min=1), help="Finished ones, in all.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(min=1), help="Trials at once, here.")
@click.option("--storage", default="", help="Database of the study, for several machines: postgresql://USER@HOST/NAME.")
@_changes
def tune(recipe: Path, out: Path, trials: int, workers: int, storage: str, changes: tuple[str, ...]) -> None:
    """Search for the best settings of a RECIPE by its `search`; a stopped search goes on where it was."""
    from batti.train.recipe import Recipe, is_of_language_model, parsed

    if not is_of_language_model(parsed(recipe)):
        hint = "name one with a method, like configs/lora.yaml"
        raise BattiError(f"'{recipe}' is a recipe of the small network", hint)
    module = _training("tune", "lm")
    found = module.tune(Recipe.load(recipe, changes), out, trials, workers, storage)
    click.echo(json.dumps(found["best"]))
    click.echo(f"{out}: next: batti train {out}/best.yaml --out RUN")


@click.command()
@click.argument("runs", nargs=-1, required=True, metavar="RUN...", type=_RUN)
@click.option("--plot", type=click.Path(dir_okay=False, path_type=Path), help="Picture of the losses (.png).")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of a table.")
def compare(runs: tuple[Path, ...], plot: Path | None, as_json: bool) -> None:
    """Compare finished RUNs of language models: exact, partial, fields, loss, time, memory, trainable parameters.

    A RUN is a folder that `batti train` wrote by a recipe with a `method`, like configs/lora.yaml. Runs of the small
    network are compared by `batti evaluate`, once they are exported.
    """
    from batti.train import compare as comparison

    made = comparison.rows(runs)
    click.echo(json.dumps(made, indent=1) if as_json else comparison.table(made))
    if plot:
        _training("compare", "lm").plot(runs, plot)


@click.command()
@click.argument("runs", nargs=-1, required=True, metavar="RUN RUN...", type=_RUN)
@click.option("--out", required=True, type=_FOLDER, help="Folder of the run with their mean.")
def average(runs: tuple[Path, ...], out: Path) -> None:
    """Average the weights of RUNs of the small network that went on from one run: better than each of them."""
    if len(runs) < 2:
        raise BattiError(f"{runs[0]} alone has no other to be averaged with", "name two runs at least")
    _training("run").average(runs, out)
    click.echo(f"{out}: weights.safetensors; next: batti export {out} MODEL")


@click.command()
@click.argument("run", type=_RUN)
@click.argument("model", type=_FOLDER, required=False)
@click.option("--to", type=click.Choice(["gguf", "onnx"]), help="Of a language model: for llama.cpp, or one graph.")
@click.option("--quant", default="q8_0,q4_k_m", show_default=True, callback=_quants, metavar="LIST",
              help=f"Types of the GGUF files: {', '.join(_QUANTS)}.")
@click.option("--sentences", default=200, show_default=True, type=click.IntRange(min=1),
              help="Validation sentences that each GGUF file has to answer.")
@click.option("--tolerance", default=2.0, show_default=True, type=click.FloatRange(0, 100), metavar="POINTS",
              help="Exact answers in a hundred that a GGUF file may lose.")
@click.option("--weights", type=click.Choice(["int8", "half"]), default="int8", show_default=True,
              help="How those of the small network are stored.")  # fmt: skip
def export(run: Path, model: Path | None, to: str | None, quant: list[str], sentences: int, tolerance: float,
           weights: str) -> None:  # fmt: skip
    """Write the weights of a training RUN as a MODEL folder that `batti --model` reads.

    A run of a language model is written into RUN/gguf or RUN/onnx where no MODEL is named.
    """
    from batti.train.recipe import is_of_language_model, parsed

    if not (run / "config.yaml").exists():
        raise BattiError(f"no trained run in '{run}'", "train one: batti train RECIPE --out RUN")
    if not is_of_language_model(parsed(run / "config.yaml")):
        if to or not model:
            raise BattiError(f"'{run}' holds a run of the small network", f"batti export {run} MODEL")
        _training("export").export(run, model, weights)
        click.echo(f"{model}: next: batti --model {model} \"...\"")
        return
    out = model or run / (to or "gguf")
    if to == "onnx":
        _training("onnx_export", "lm,train").export(run, out)
        click.echo(f"{out}: model.onnx")
        return
    found = _training("gguf_export", "lm,gguf").export(run, out, quant, sentences, tolerance / 100)
    for one in found:
        size = f"{one['bytes'] / 1e6:.1f} MB, " if one["bytes"] else ""
        click.echo(f"{one['file']}: {size}{one['exact']:.1%} exact, {one['partial']:.1%} partial")
    click.echo(f"{out}: next: batti --model {out}/{found[-1]['file']} \"...\"")


@click.command()
@click.option("--home", required=True, type=_FILE, help="Home file of the household.")
@click.option("--examples", required=True, type=_FILE,
              help='Lines of {"command": "...", "expected": {"actions": [...]}}.')  # fmt: skip
@click.option("--out", required=True, type=_FOLDER, help="Where the taught model goes.")
@click.option("--model", type=_RUN, help="Model folder to begin with; the shipped model without it.")
@click.option("--tolerance", default=1.0, show_default=True, type=click.FloatRange(0, 100), metavar="POINTS",
              help="Other sentences in a hundred that it may lose.")  # fmt: skip
def adapt(home: Path, examples: Path, out: Path, model: Path | None, tolerance: float) -> None:
    """Teach the shipped model a household's own way of speaking from a few corrected sentences, on the CPU."""
    from batti.home import Home

    theirs = Home.load(home)
    found = _training("adapt", "lm,train").adapt(theirs, examples, out, model, tolerance / 100)
    for name, (before, after) in (("these sentences", found.taught), ("others about this home", found.home),
                                  ("about other homes", found.others)):  # fmt: skip
        click.echo(f"{name}: {before:.1%} right before, {after:.1%} now")
    click.echo(f"{out}: after {found.seconds:.0f} s; next: batti --home {home} --model {out} \"...\"")


def _training(module: str, extras: str = "train") -> Any:
    """A module of `batti.train`. Raises BattiError where its libraries are not installed."""
    os.environ.setdefault("TORCH_CPP_LOG_LEVEL", "ERROR")  # read once, as torch is loaded
    try:
        return import_module(f"batti.train.{module}")
    except ModuleNotFoundError as error:
        raise missing("training", error.name, extras) from None
