"""Labelled sentences for others: JSON lines, Parquet for the Hugging Face hub, chats to fine-tune a model with."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

from tqdm import tqdm

from batti import chat as chats
from batti.command import Command
from batti.dataset import datacard, parquet, records
from batti.dataset.records import Record
from batti.dataset.whole import refuse_loss, whole
from batti.document import dump
from batti.errors import BattiError, Fault, quote
from batti.home import Home

FILES: Mapping[str, tuple[str, ...]] = {"jsonl": (".jsonl",), "parquet": (), "sharegpt": (".json", ".jsonl")}
"""Format -> the endings of single files that it may be written to, instead of a folder."""


@dataclass(frozen=True)
class Split:
    """The sentences of one file, with valid documents, and the homes that they speak of."""

    name: str
    records: list[Record]
    homes: Mapping[str, Home]

    @property
    def pairs(self) -> Iterator[tuple[Record, Home]]:
        """Each sentence with its home."""
        return ((record, self.homes[record.home]) for record in self.records)


def single(out: Path, to: str) -> bool:
    """Whether `out` is one file rather than a folder. Raises ValueError where the format is not written so."""
    if out.suffix not in {".parquet", *chain(*FILES.values())}:
        return False
    if out.suffix not in FILES[to]:
        other = f" or a file like all{FILES[to][0]}" if FILES[to] else ""
        raise ValueError(f"--to {to} writes no {out.suffix} file; name a folder{other}")
    return True


def export(
    sources: Sequence[Path], out: Path, to: str, card: Path | None = None, overwrite: bool = False
) -> list[Path]:
    """Write the sentences of the sources; the files that it wrote. Raises BattiError.

    To one file, or to a folder with `data/SPLIT.*` for each source and a dataset card.
    """
    splits = load(sources)
    if single(out, to):
        written = {out: splits}
    else:
        ending = "parquet" if to == "parquet" else "jsonl"
        written = {out / "data" / f"{split.name}.{ending}": [split] for split in splits}
        _refuse_strangers(out / "data", [*(path.name for path in written), *([records.HOMES] * (to == "jsonl"))])
        card = card or out / "README.md"
    if card and card.exists() and not card.read_bytes().startswith(b"---"):
        raise BattiError(f"'{card}' is no dataset card", "name the card's file with --card")
    outs = [*written, *([card] if card else [])]
    refuse_loss(sources, outs, overwrite)
    for path, some in written.items():
        _WRITERS[to](path, some)
    if card:
        _write_card(card, written, to)
    return outs


def _write_card(card: Path, written: Mapping[Path, list[Split]], to: str) -> None:
    # The hub takes sentences that are not divided for those to train with.
    names = {path: some[0].name if len(some) == 1 else "train" for path, some in written.items()}
    files = {names[path]: Path(os.path.relpath(path, card.parent)).as_posix() for path in written}
    parts = {names[path]: list(chain(*(split.records for split in some))) for path, some in written.items()}
    records.write_lines(card, datacard.card(parts, files, to).splitlines())


def load(sources: Iterable[Path]) -> list[Split]:
    """The splits, each named after its file. Raises BattiError with the rows whose documents are not valid."""
    splits: dict[str, Split] = {}
    for source in sources:
        # What the hub takes for the name of a split.
        name = re.sub(r"\W+", "_", source.stem, flags=re.ASCII).strip("_") or "data"
        if name in splits:
            raise BattiError(f"{source} and a file before it would both be the split {quote(name)}", "rename one")
        data = records.filled(source)
        splits[name] = Split(name, _canonical(source, data), data.homes)
    return list(splits.values())


def _canonical(source: Path, data: records.Dataset) -> list[Record]:
    """The records with their documents in the contract's form."""
    valid: list[Record] = []
    faults: list[Fault] = []
    shown = tqdm(data.records, desc=source.name, unit=" sentences", file=sys.stderr, disable=None)
    for number, record in enumerate(shown, 1):
        home = data.homes[record.home]
        try:
            command = Command.from_dict(record.expected, groups=home.group_names)
            found = tuple(home.check(command))
        except BattiError as error:
            found = error.listed
        faults += [replace(one, where=f"{source}: row {number}: {one.where}".rstrip(": ")) for one in found]
        if not found:
            valid.append(replace(record, expected=command.to_dict()))
    if faults:
        raise BattiError.of_first(faults, str(source), f"batti data check {source}")
    return valid


def _refuse_strangers(folder: Path, names: Iterable[str]) -> None:
    """Raises BattiError where the folder holds files of another export: they would be published with this one."""
    known = set(names)
    if strangers := sorted(path.name for path in folder.glob("*") if path.name not in known):
        raise BattiError(f"{folder} has other files: {', '.join(strangers[:5])}", "write to another folder")


def _write_jsonl(path: Path, splits: Sequence[Split]) -> None:
    for split in splits:
        lines = (records.home_line(name, home.to_dict()) for name, home in split.homes.items())
        records.write_homes(path.parent, lines)
    records.write(path, chain(*(split.records for split in splits)))


def _write_parquet(path: Path, splits: Iterable[Split]) -> None:
    for split in splits:  # one
        parquet.write(path, split.pairs)


def _write_sharegpt(path: Path, splits: Iterable[Split]) -> None:
    lines = (json.dumps(chat(*pair), ensure_ascii=False) for split in splits for pair in split.pairs)
    if path.suffix == ".jsonl":
        records.write_lines(path, lines)
        return
    with whole(path) as partial, partial.open("w", encoding="utf-8", newline="\n") as file:
        file.write("[")
        for number, line in enumerate(lines):
            file.write(f"{',' if number else ''}\n{line}")
        file.write("\n]\n")


_WRITERS: Mapping[str, Callable[[Path, list[Split]], None]] = {
    "jsonl": _write_jsonl,
    "parquet": _write_parquet,
    "sharegpt": _write_sharegpt,
}


def chat(record: Record, home: Home) -> dict[str, Any]:
    """One conversation in ShareGPT's form: what is to be done and the home, the sentence, the document."""
    turns = {"system": chats.system(home), "human": record.command, "gpt": dump(record.expected)}
    return {"id": record.id, "conversations": [{"from": who, "value": said} for who, said in turns.items()]}
