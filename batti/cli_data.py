"""`batti data ...`: one verb for each step from sentences to a dataset."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import click

from batti.errors import BattiError

if TYPE_CHECKING:
    from batti.dataset.harvest import Harvest

_IN = click.Path(exists=True, dir_okay=False, path_type=Path)
_OUT = click.Path(dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)
_seed = click.option("--seed", type=int, default=1, show_default=True, help="The same seed, the same result.")


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


_COUNT = click.IntRange(min=1)
_USD = click.FloatRange(min=0)
_API_OPTIONS = (
    click.option("--model", help="Name of the model, as the API calls it."),
    click.option("--per-call", type=_COUNT, default=20, show_default=True, help="Sentences asked for in one call."),
    click.option("--concurrency", type=_COUNT, default=8, show_default=True, help="Calls under way at once."),
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


def _making(module: str) -> Any:
    """A module of `batti.dataset`. Raises BattiError where its libraries are not installed."""
    try:
        return import_module(f"batti.dataset.{module}")
    except ModuleNotFoundError as error:
        raise BattiError(f"this needs {error.name}", "pip install 'batti[data]'") from None


def _asked(
    api: str, model: str | None, price_in: float | None, price_out: float | None, per_call: int, **patience: Any
) -> dict[str, Any]:
    """What the options of `_asks_api` say, as `batti.dataset` takes it."""
    if not model:
        raise click.UsageError("--api needs --model: the name of a model of that API")
    if (price_in is None) != (price_out is None):
        raise click.UsageError("give both --price-in and --price-out")
    price = None if price_in is None else (price_in, price_out)
    return {"api": _making("api").Api(api, model, **patience), "price": price, "per_call": per_call}


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
@click.argument("out", type=_OUT)
@click.option("--count", type=_COUNT, required=True, help="How many sentences.")
@_seed
@click.option("--workers", type=_COUNT, default=os.cpu_count() or 1, help="Processes; all cores without it.")
@click.option("--per-home", type=_COUNT, default=40, show_default=True, help="Sentences about each random home.")
@click.option("--home", type=_IN, help="Home file of the home to speak of; without it random homes, with --api one.")
@_asks_api(required=False)
def generate(
    out: Path, count: int, seed: int, workers: int, per_home: int, home: Path | None, api: str | None, **asked: Any
) -> None:
    """Write labelled sentences to OUT: from the phrase bank, or with --api by a language model.

    With --api a run that was stopped goes on where it was: answers are kept in OUT.calls.jsonl.
    """
    if api is None:
        if asked["model"]:
            raise click.UsageError("--model goes with --api")
        from batti.home import Home

        _making("generate").write(
            out, count=count, seed=seed, workers=workers, per_home=per_home, home=Home.load(home) if home else None
        )
        click.echo(f"{out}: {count} sentences")
        return
    settings = _asked(api, **asked)
    _report(_making("synthesize").generate(out, count=count, home=home, seed=seed, **settings), count)


@data.command()
@click.argument("source", metavar="IN", type=_IN)
@click.argument("out", type=_OUT)
@click.option("--variants", type=_COUNT, default=3, show_default=True, help="Variants of each sentence.")
@_seed
@_asks_api(required=True)
def paraphrase(source: Path, out: Path, variants: int, seed: int, api: str, **asked: Any) -> None:
    """Write variants of the sentences of IN to OUT, by a language model; the labels stay those of IN.

    A run that was stopped goes on where it was: answers are kept in OUT.calls.jsonl.
    """
    settings = _asked(api, **asked)
    _report(_making("paraphrase").paraphrase(source, out, variants=variants, seed=seed, **settings), 0)


_sources = click.argument("sources", nargs=-1, required=True, metavar="IN...", type=_IN)
_SHOWN_VALUES = 30  # of intents, rooms or actions in a table
_SHOWN_EXAMPLES = 3


def _keys(_ctx: click.Context, _param: click.Parameter, value: str) -> list[str]:
    """The keys of `--by`; misuse where one is none."""
    known = _making("balance").KEYS
    keys = list(dict.fromkeys(key.strip() for key in value.split(",")))
    if unknown := [key for key in keys if key not in known]:
        raise click.BadParameter(f"'{unknown[0]}' is no key; name some of {','.join(known)}")
    return keys


def _shares(_ctx: click.Context, _param: click.Parameter, value: str) -> list[float]:
    """The shares of `--shares`, of 1; misuse where they are not three that make 100."""
    try:
        shares = [float(share) for share in value.split(",")]
    except ValueError:
        shares = []
    if len(shares) != 3 or min(shares) <= 0 or sum(shares) != 100:
        raise click.BadParameter(f"'{value}' is not three shares that make 100; write them like 70,15,15")
    return [share / 100 for share in shares]


def _apart(sources: Iterable[Path], outs: Iterable[Path]) -> None:
    """Raises BattiError where an output is an input."""
    if same := {path.resolve() for path in sources} & {path.resolve() for path in outs}:
        raise BattiError(f"{min(same)} is read and would be written", "write to another file or folder")


def _table(left: int, *rows: Sequence[str]) -> None:
    """Aligned columns, the first `left` of them to the left."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (f"{cell:{'<' if i < left else '>'}{widths[i]}}" for i, cell in enumerate(row))
        click.echo("  ".join(cells).rstrip())


def _frequent(total: Mapping[tuple[str, str], int]) -> Iterator[tuple[str, list[tuple[str, str]], int]]:
    """Each key with its values, the most frequent first, and how many more there are."""
    for key in _making("balance").KEYS:
        values = sorted((one for one in total if one[0] == key), key=lambda one: (-total[one], one))
        yield key, values[:_SHOWN_VALUES], max(0, len(values) - _SHOWN_VALUES)


@data.command()
@_sources
@click.argument("out", type=_OUT)
@click.option("--by", "keys", default="intent,room,action", show_default=True, callback=_keys,
              help="Whose values are to be equally frequent.")
@click.option("--max", "most", type=_COUNT, metavar="N",
              help="Up to N rows of each value; without it, as many as a value that is not --rare can have.")
@click.option("--rare", type=click.FloatRange(0, 100), default=1.0, show_default=True, metavar="PERCENT",
              help="Values in fewer rows than this hold none of the others down.")
@click.option("--oversample", is_flag=True, help="Repeat rows of values that have too few.")
@_seed
def balance(
    sources: tuple[Path, ...], out: Path, keys: list[str], most: int | None, rare: float, oversample: bool, seed: int
) -> None:
    """Leave rows of IN out so that intents, rooms and actions are equally frequent in OUT."""
    records, balancing = _making("records"), _making("balance")
    _apart(sources, [out])
    given = records.load(*sources)
    balanced = balancing.balance(given.records, keys, seed, most, rare / 100, oversample)
    before, after = balancing.counts(given.records, keys), balancing.counts(balanced.records, keys)
    rows = [("", "", "before", "after")]
    for key, values, more in _frequent(before):
        rows += [(key, one[1], str(before[one]), str(after[one])) for one in values]
        rows += [(key, f"({more} more)", "", "")] if more else []
    records.save(out, records.Dataset(balanced.records, given.homes))
    _table(2, *rows, ("rows", "", str(len(given.records)), str(len(balanced.records))))
    for key, value in balanced.limits.values():
        click.echo(f"{key}: {value} can have no more rows; --max N would keep up to N of the others")
    click.echo(f"{out}: {len(balanced.records)} sentences")


@data.command()
@_sources
@click.argument("folder", type=_FOLDER)
@click.option("--shares", default="70,15,15", show_default=True, callback=_shares,
              help="Percent for train, validation and test.")
@_seed
def split(sources: tuple[Path, ...], folder: Path, shares: list[float], seed: int) -> None:
    """Write train.jsonl, validation.jsonl and test.jsonl to FOLDER, each with its share of everything.

    Sentences that are equal, near-duplicates or of one family are never divided.
    """
    records, splitting = _making("records"), _making("split")
    outs = {name: folder / f"{name}.jsonl" for name in splitting.PARTS}
    _apart(sources, outs.values())
    given = records.load(*sources)
    done = splitting.split(given.records, shares, seed)
    for name, out in outs.items():
        records.save(out, records.Dataset(done.parts[name], given.homes))
    strata = {one.value: one for one in done.strata}
    rows = [("", "", "rows", *done.parts, "deviation")]
    for key, values, more in _frequent({value: sum(one.counts) for value, one in strata.items()}):
        rows += [(*value, *_stratum(strata[value])) for value in values]
        rows += [(key, f"({more} more)", "", "", "", "", "")] if more else []
    sizes = [len(part) for part in done.parts.values()]
    _table(2, *rows, ("rows", "", str(sum(sizes)), *map(str, sizes), ""))
    for least in (1, 100):
        if worst := done.worst(least):
            of = "any value" if least == 1 else f"values in {least} rows or more"
            name = f"{' '.join(worst.value)}, in {sum(worst.counts)}"
            click.echo(f"largest deviation of {of}: {100 * worst.deviation:.1f} points ({name})")
    click.echo(f"{len(done.groups)} groups that stay together, the largest of {done.groups[0]} rows")


def _stratum(stratum: Any) -> list[str]:
    return [str(sum(stratum.counts)), *(f"{share:.1%}" for share in stratum.given), f"{stratum.deviation:.1%}"]


@data.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=_IN)
@click.option("--json", "out", type=_OUT, help="Write what was found, with more examples, as JSON.")
def check(files: tuple[Path, ...], out: Path | None) -> None:
    """Look for what must not be in FILEs and between them; exit status 1 where there is any.

    That is leakage, divided families, conflicting labels and invalid documents. Duplicates and imbalance only warn.
    """
    checking = _making("check")
    findings = checking.check(files)
    rows = [("", "", "found", "of", "share", "verdict")]
    for one in findings:
        share = f"{one.count / one.of:.1%}" if one.of else ""
        rows.append((one.kind, one.where, str(one.count), str(one.of), share, one.verdict))
    _table(2, *rows)
    for one in findings:
        for example in one.examples[:_SHOWN_EXAMPLES]:
            click.echo(f"{one.kind}, {one.where}: {example}")
    result = checking.to_json(findings)
    if out:
        _making("records").write_lines(out, [json.dumps(result, ensure_ascii=False, indent=2)])
    if not result["ok"]:
        raise click.exceptions.Exit(1)


@data.command()
@click.argument("files", nargs=-1, metavar="[FILE]...", type=_IN)
@click.option("--golden", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="FOLDER",
              help="Golden tests that must have heard every shape of meaning; with no FILE tests/golden, if there.")
def validate(files: tuple[Path, ...], golden: Path | None) -> None:
    """Check phrase FILEs; without one the whole phrase bank, with lexicon, homes and golden tests.

    Every fault is one line, `file:line: problem; hint`, and the exit status 1 where there is any.
    """
    click.echo(f"{_making('validate').validate(files, golden)} phrases, no fault")


@data.command()
@_sources
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--to", type=click.Choice(["jsonl", "parquet", "sharegpt"]), required=True, help="Format.")
@click.option("--card", type=_OUT, help="Where the dataset card goes; for a folder it is OUT/README.md without it.")
def export(sources: tuple[Path, ...], out: Path, to: str, card: Path | None) -> None:
    """Publish the sentences of IN: a split each in the folder OUT, with a card for the Hugging Face hub.

    As jsonl or sharegpt also together in one file: OUT ends in .jsonl, or for a JSON list of chats in .json.
    """
    publishing = _making("publish")
    try:
        publishing.single(out, to)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    _apart(sources, [out, *([card] if card else [])])
    for path in publishing.export(sources, out, to, card):
        click.echo(path)


@data.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=_IN)
@click.option("--out", type=_FOLDER, required=True, help="Folder of the page and its pictures.")
def describe(files: tuple[Path, ...], out: Path) -> None:
    """Show how FILEs are distributed, side by side: intents, rooms, scripts, lengths, code-mixing."""
    click.echo(_making("describe").describe(files, out))


@data.group()
def agreement() -> None:
    """Let people label sentences, and measure how far they agree."""


@agreement.command()
@click.argument("source", metavar="IN", type=_IN)
@click.argument("out", metavar="OUT.csv", type=_OUT)
@click.option("--count", type=_COUNT, required=True, help="How many sentences.")
@click.option("--annotators", type=click.IntRange(min=2), default=2, show_default=True, help="How many forms.")
@_seed
def sample(source: Path, out: Path, count: int, annotators: int, seed: int) -> None:
    """Write forms to label sentences of IN with: OUT-1.csv and so on, and OUT-instructions.md.

    The sample has every intent, script and kind of action in its share, and of the rare ones at least one.
    """
    for path in _making("agreement").sample(source, out, count, annotators, seed):
        click.echo(path)


@agreement.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=_IN)
@click.option("--gold", type=_IN, metavar="IN", help="The sentences with their labels, to compare with these too.")
@click.option("--show", type=click.IntRange(min=0), default=5, show_default=True, help="Disagreements of each field.")
def score(files: tuple[Path, ...], gold: Path | None, show: int) -> None:
    """Measure how far the filled in forms FILE agree: percent of pairs, and Krippendorff's alpha.

    Alpha is 1 where all agree and 0 where they agree as by chance; from 0.8 on labels are taken to be reliable.
    """
    if len(files) < 2:
        raise click.UsageError("name the forms of two annotators or more")
    scored = _making("agreement").score(files, gold)
    gold_of = list(scored[0].with_gold)
    rows = [["field", "level", "units", "agree", "alpha", *(f"{who} agrees with gold" for who in gold_of)]]
    for one in scored:
        among = one.among
        with_gold = (_percent(one.with_gold[who].agreement) for who in gold_of)
        cells = [one.field.name, one.field.level, str(among.units), _percent(among.agreement)]
        rows.append([*cells, "-" if among.alpha is None else f"{among.alpha:.3f}", *with_gold])
    _table(2, *rows)
    for one in scored:
        for found in one.disagreements[:show]:
            said = ", ".join(f"{who}: {value}" for who, value in found.values.items())
            click.echo(f"{one.field.name}, {found.unit[0]} '{found.sentence}': {said}")
        if more := len(one.disagreements[show:]):
            click.echo(f"{one.field.name}: {more} more disagreements; --show {len(one.disagreements)} shows all")


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"


@data.group("import")
def import_() -> None:
    """Turn sentences that others labelled into ours."""


@import_.command()
@click.argument("source", metavar="FILE", type=_IN)
@click.argument("out", type=_OUT)
def thesis(source: Path, out: Path) -> None:
    """Import a FILE of the thesis; what the command language cannot say goes to OUT's name with .rejected.jsonl."""
    importing = _making("thesis")
    imported = importing.import_file(source, out)
    for reason, count in imported.reasons.most_common():
        click.echo(f"{count:>6} rejected: {reason}")
    click.echo(f"{out}: {len(imported.data.records)} sentences; "
               f"{importing.rejected_path(out)}: {len(imported.rejected)} rows")
