"""`batti data ...`: one verb for each step from sentences to a dataset."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import click

from batti.dataset.whole import refuse_loss
from batti.errors import missing

if TYPE_CHECKING:
    from batti.dataset.harvest import Harvest

IN = click.Path(exists=True, dir_okay=False, path_type=Path)
OUT = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)
overwrite_option = click.option("--overwrite", is_flag=True, help="Write over what is there already.")
seed_option = click.option("--seed", type=int, default=1, show_default=True, help="The same seed, the same result.")


def _url(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    """The address without a last slash; misuse where it is none."""
    try:
        parts = urlsplit(value or "")
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is none
        sound = False
    if value is not None and not sound:
        raise click.BadParameter(f"'{value}' is no address; write it like http://localhost:8000/v1")
    return value.rstrip("/") if value else None


COUNT = click.IntRange(min=1)
_USD = click.FloatRange(min=0)
_API_OPTIONS = (
    click.option("--model", help="Name of the model, as the API calls it."),
    click.option("--per-call", type=COUNT, default=20, show_default=True, help="Sentences asked for in one call."),
    click.option("--concurrency", type=COUNT, default=8, show_default=True, help="Calls under way at once."),
    click.option("--price-in", type=_USD, metavar="USD", help="Price of a million tokens in."),
    click.option("--price-out", type=_USD, metavar="USD", help="Price of a million tokens out."),
    click.option("--timeout", type=click.FloatRange(min=0, min_open=True), default=60.0, show_default=True,
                 help="Seconds after which an answer counts as lost."),
    click.option("--retries", type=click.IntRange(min=0), default=6, show_default=True,
                 help="How often a call is made again after an error that may pass."),
)  # fmt: skip
_Verb = TypeVar("_Verb", bound=Callable[..., None])


def _asks_api(required: bool) -> Callable[[_Verb], _Verb]:
    """Options of the verbs that ask a language model; the key comes from OPENAI_API_KEY."""
    api = click.option("--api", required=required, callback=_url, metavar="URL",
                       help="OpenAI-compatible API, such as http://localhost:8000/v1.")  # fmt: skip

    def add(verb: _Verb) -> _Verb:
        for option in reversed((api, *_API_OPTIONS)):
            verb = option(verb)
        return verb

    return add


def making(module: str) -> Any:
    """A module of `batti.dataset`. Raises BattiError where its libraries are not installed."""
    try:
        return import_module(f"batti.dataset.{module}")
    except ModuleNotFoundError as error:
        raise missing("this", error.name, "data") from None


def _asked(
    api: str, model: str | None, price_in: float | None, price_out: float | None, per_call: int, **patience: Any
) -> dict[str, Any]:
    """What the options of `_asks_api` say, as `batti.dataset` takes it."""
    if not model:
        raise click.UsageError("--api needs --model: the name of a model of that API")
    if (price_in is None) != (price_out is None):
        raise click.UsageError("give both --price-in and --price-out")
    price = None if price_in is None else (price_in, price_out)
    return {"api": making("api").Api(api, model, **patience), "price": price, "per_call": per_call}


def _goes_on(out: Path) -> bool:
    """Whether OUT is of a run that goes on: it has its answers beside it."""
    return bool(making("harvest").beside(out, "calls").exists())


def _report(harvest: Harvest, wanted: int) -> None:
    """What came of the calls. Raises BattiError where some failed or too little came of them."""
    click.echo(f"{harvest.out}: {len(harvest.records)} sentences, {len(harvest.rejected)} rows rejected")
    click.echo(f"{harvest.calls} calls; in all {harvest.spent}")
    harvest.check(wanted)


@click.group()
def data() -> None:
    """Make, check and publish labelled sentences.

    \b
    batti data generate train.jsonl --count 100000
    batti data check train.jsonl test.jsonl
    """


@data.command()
@click.argument("out", type=OUT)
@click.option("--count", type=COUNT, required=True, help="How many sentences.")
@seed_option
@click.option("--workers", type=COUNT, default=os.cpu_count() or 1, help="Processes; all cores without it.")
@click.option("--per-home", type=COUNT, default=60, show_default=True, help="Sentences about each random home.")
@click.option("--home", type=IN, help="Home file of the home to speak of; without it random homes, with --api one.")
@overwrite_option
@_asks_api(required=False)
def generate(
    out: Path, count: int, seed: int, workers: int, per_home: int, home: Path | None, overwrite: bool,
    api: str | None, **asked: Any,
) -> None:  # fmt: skip
    """Write labelled sentences to OUT: from the phrase bank, or with --api by a language model.

    With --api a run that was stopped goes on where it was: answers are kept in OUT.calls.jsonl.
    """
    refuse_loss((), [out], overwrite or (api is not None and _goes_on(out)))
    if api is None:
        if asked["model"]:
            raise click.UsageError("--model goes with --api")
        from batti.home import Home

        making("generate").write(
            out, count=count, seed=seed, workers=workers, per_home=per_home, home=Home.load(home) if home else None
        )
        click.echo(f"{out}: {count} sentences")
        return
    settings = _asked(api, **asked)
    _report(making("synthesize").generate(out, count=count, home=home, seed=seed, **settings), count)


@data.command()
@click.argument("source", metavar="IN", type=IN)
@click.argument("out", type=OUT)
@click.option("--variants", type=COUNT, default=3, show_default=True, help="Variants of each sentence.")
@seed_option
@overwrite_option
@_asks_api(required=True)
def paraphrase(
    source: Path, out: Path, variants: int, seed: int, overwrite: bool, api: str, **asked: Any
) -> None:  # fmt: skip
    """Write variants of the sentences of IN to OUT, by a language model; the labels stay those of IN.

    A run that was stopped goes on where it was: answers are kept in OUT.calls.jsonl.
    """
    refuse_loss([source], [out], overwrite or _goes_on(out))
    settings = _asked(api, **asked)
    _report(making("paraphrase").paraphrase(source, out, variants=variants, seed=seed, **settings), 0)


@data.command()
@click.argument("files", nargs=-1, metavar="[FILE]...", type=IN)
@click.option("--golden", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="FOLDER",
              help="Golden tests that must have heard every shape of meaning; with no FILE tests/golden, if there.")
@click.option("--complete", is_flag=True,
              help="What a folder of another language leaves out is a fault, as it is of batti's own resources.")
def validate(files: tuple[Path, ...], golden: Path | None, complete: bool) -> None:
    """Check phrase FILEs; without one the whole phrase bank, with lexicon, homes and golden tests.

    Every fault is one line, `file:line: problem; hint`, and the exit status 1 where there is any. Of a folder of
    another language (BATTI_RESOURCES; docs/language.md) it also tells what is left out.
    """
    checked = making("validate").validate(files, golden, complete)
    for line in checked.left_out:
        click.echo(line)
    click.echo(f"{checked.phrases} phrases, no fault")


@data.group("import")
def import_() -> None:
    """Turn sentences that others labelled into ours."""


@import_.command()
@click.argument("source", metavar="FILE", type=IN)
@click.argument("out", type=OUT)
@overwrite_option
def thesis(source: Path, out: Path, overwrite: bool) -> None:
    """Import a FILE of the thesis; what the command language cannot say goes to OUT's name with .rejected.jsonl."""
    importing = making("thesis")
    refuse_loss([source], [out], overwrite)
    imported = importing.import_file(source, out)
    for reason, count in imported.reasons.most_common():
        click.echo(f"{count:>6} rejected: {reason}")
    click.echo(f"{out}: {len(imported.data.records)} sentences; "
               f"{making('harvest').beside(out, 'rejected')}: {len(imported.rejected)} rows")
