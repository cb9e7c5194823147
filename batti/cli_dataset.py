"""`batti data ...`: shape, check and publish labelled sentences."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from batti.cli_data import COUNT, FOLDER, IN, OUT, data, making, overwrite_option, seed_option
from batti.dataset.whole import refuse_loss


def _without_homes(_ctx: click.Context, _param: click.Parameter, paths: tuple[Path, ...]) -> tuple[Path, ...]:
    """The files without the one of the homes, which `FOLDER/*.jsonl` names too."""
    some = tuple(path for path in paths if path.name != "homes.jsonl")
    if not some:
        raise click.BadParameter("a homes.jsonl holds homes; name files of sentences")
    return some


_sources = click.argument("sources", nargs=-1, required=True, metavar="IN...", type=IN, callback=_without_homes)
_SHOWN_VALUES = 30  # of intents, rooms or actions in a table
_SHOWN_EXAMPLES = 3


def _keys(_ctx: click.Context, _param: click.Parameter, value: str) -> list[str]:
    """The keys of `--by`; misuse where one is none."""
    known = making("balance").KEYS
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
    if len(shares) != 3 or min(shares) <= 0 or not math.isclose(sum(shares), 100):
        raise click.BadParameter(f"'{value}' is not three shares that make 100; write them like 70,15,15")
    return [share / 100 for share in shares]


def _table(left: int, *rows: Sequence[str]) -> None:
    """Aligned columns, the first `left` of them to the left."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (f"{cell:{'<' if i < left else '>'}{widths[i]}}" for i, cell in enumerate(row))
        click.echo("  ".join(cells).rstrip())


def _frequent(total: Mapping[tuple[str, str], int]) -> Iterator[tuple[str, list[tuple[str, str]], int]]:
    """Each key with its values, the most frequent first, and how many more there are."""
    for key in making("balance").KEYS:
        values = sorted((one for one in total if one[0] == key), key=lambda one: (-total[one], one))
        yield key, values[:_SHOWN_VALUES], max(0, len(values) - _SHOWN_VALUES)


@data.command()
@_sources
@click.argument("out", type=OUT)
@click.option("--by", "keys", default="intent,room,action", show_default=True, callback=_keys,
              help="Whose values are to be equally frequent.")
@click.option("--max", "most", type=COUNT, metavar="N",
              help="Up to N rows of each value; without it, as many as a value that is not --rare can have.")
@click.option("--rare", type=click.FloatRange(0, 100), default=1.0, show_default=True, metavar="PERCENT",
              help="Values in fewer rows than this hold none of the others down.")
@click.option("--oversample", is_flag=True, help="Repeat rows of values that have too few.")
@seed_option
@overwrite_option
def balance(
    sources: tuple[Path, ...], out: Path, keys: list[str], most: int | None, rare: float, oversample: bool, seed: int,
    overwrite: bool,
) -> None:  # fmt: skip
    """Leave rows of IN out so that intents, rooms and actions are equally frequent in OUT."""
    records, balancing = making("records"), making("balance")
    refuse_loss(sources, [out], overwrite)
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
@click.argument("folder", type=FOLDER)
@click.option("--shares", default="70,15,15", show_default=True, callback=_shares,
              help="Percent for train, validation and test.")
@seed_option
@overwrite_option
def split(sources: tuple[Path, ...], folder: Path, shares: list[float], seed: int, overwrite: bool) -> None:
    """Write train.jsonl, validation.jsonl and test.jsonl to FOLDER, each with its share of everything.

    Sentences that are equal, near-duplicates or of one family are never divided.
    """
    records, splitting = making("records"), making("split")
    outs = {name: folder / f"{name}.jsonl" for name in splitting.PARTS}
    refuse_loss(sources, outs.values(), overwrite)
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
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=IN, callback=_without_homes)
@click.option("--json", "out", type=OUT, help="Write what was found, with more examples, as JSON.")
def check(files: tuple[Path, ...], out: Path | None) -> None:
    """Look for what must not be in FILEs and between them; exit status 1 where there is any.

    That is leakage, divided families, conflicting labels and invalid documents. Duplicates and imbalance only warn.
    """
    checking = making("check")
    refuse_loss(files, [out] if out else [], overwrite=True)
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
        making("records").write_lines(out, [json.dumps(result, ensure_ascii=False, indent=2)])
    if not result["ok"]:
        raise click.exceptions.Exit(1)


@data.command()
@_sources
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--to", type=click.Choice(["jsonl", "parquet", "sharegpt"]), required=True, help="Format.")
@click.option("--card", type=OUT, help="Where the dataset card goes; for a folder it is OUT/README.md without it.")
@overwrite_option
def export(sources: tuple[Path, ...], out: Path, to: str, card: Path | None, overwrite: bool) -> None:
    """Publish the sentences of IN: a split each in the folder OUT, with a card for the Hugging Face hub.

    As jsonl or sharegpt also together in one file: OUT ends in .jsonl, or for a JSON list of chats in .json.
    """
    publishing = making("publish")
    try:
        publishing.single(out, to)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    for path in publishing.export(sources, out, to, card, overwrite):
        click.echo(path)


@data.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=IN, callback=_without_homes)
@click.option("--out", type=FOLDER, required=True, help="Folder of the page and its pictures.")
def describe(files: tuple[Path, ...], out: Path) -> None:
    """Show how FILEs are distributed, side by side: intents, rooms, scripts, lengths, code-mixing."""
    click.echo(making("describe").describe(files, out))


@data.group()
def agreement() -> None:
    """Let people label sentences, and measure how far they agree."""


@agreement.command()
@click.argument("source", metavar="IN", type=IN)
@click.argument("out", metavar="OUT.csv", type=OUT)
@click.option("--count", type=COUNT, required=True, help="How many sentences.")
@click.option("--annotators", type=click.IntRange(min=2), default=2, show_default=True, help="How many forms.")
@seed_option
def sample(source: Path, out: Path, count: int, annotators: int, seed: int) -> None:
    """Write forms to label sentences of IN with: OUT-1.csv and so on, and OUT-instructions.md.

    The sample has every intent, script and kind of action in its share, and of the rare ones at least one.
    """
    for path in making("agreement").sample(source, out, count, annotators, seed):
        click.echo(path)


@agreement.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=IN, callback=_without_homes)
@click.option("--gold", type=IN, metavar="IN", help="The sentences with their labels, to compare with these too.")
@click.option("--show", type=click.IntRange(min=0), default=5, show_default=True, help="Disagreements of each field.")
def score(files: tuple[Path, ...], gold: Path | None, show: int) -> None:
    """Measure how far the filled in forms FILE agree: percent of pairs, and Krippendorff's alpha.

    Alpha is 1 where all agree and 0 where they agree as by chance; from 0.8 on labels are taken to be reliable.
    """
    if len(files) < 2:
        raise click.UsageError("name the forms of two annotators or more")
    scored = making("agreement").score(files, gold)
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
