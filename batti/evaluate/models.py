"""The models that are measured, by the names that a user gives them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from batti import backends
from batti.backends import Backend
from batti.dataset import records
from batti.dataset.cases import label, sha256
from batti.dataset.records import Dataset
from batti.errors import BattiError, quote
from batti.evaluate import baselines, thesis_words
from batti.evaluate.results import Model
from batti.paths import resources

SHIPPED = "shipped"
BASELINE = "baseline:"


def load(name: str | None, train: Sequence[Path] = ()) -> Backend:
    """The backend of a name, or of `baseline:NAME`, which may learn from the `train` files. Raises BattiError."""
    if not name or not name.startswith(BASELINE):
        return backends.load(name)
    return baselines.load(name.removeprefix(BASELINE), _learnt_from(train))


def _learnt_from(train: Sequence[Path]) -> Dataset | None:
    """The sentences of `.jsonl` files, or of `.json` files of the thesis."""
    data = Dataset([])
    for path in train:
        some = thesis_words.learnable(path) if path.suffix == ".json" else records.load(path)
        data.records += some.records
        data.homes |= some.homes
    return data if train else None


def describe(name: str | None) -> Model:
    """Name and checksum, without what is only this machine's or secret: no long path, no password."""
    if not name:
        return Model(name=SHIPPED, checksum=_checksum(resources("model")))
    if name.startswith(BASELINE):
        return Model(name=name)
    if "://" in name:
        url = urlsplit(name)
        host = url.netloc.rpartition("@")[2]
        return Model(name=url._replace(netloc=host, query="").geturl())
    path = Path(name)
    return Model(name=label(path), checksum=_checksum(path))


def describe_all(names: Sequence[str | None]) -> list[Model]:
    """Raises BattiError where two would stand under one name."""
    models = [describe(name) for name in names]
    said = [model.name for model in models]
    for name in said:
        if said.count(name) > 1:
            raise BattiError(f"two models are called {quote(name)}", "name each once, or rename a folder")
    return models


def _checksum(path: Path) -> str | None:
    """The SHA-256 of a file; of a folder's `model.json`, which has those of the rest, or of all its files.

    A card tells of figures and must not change them: README.md is left out.
    """
    if path.is_file():
        return sha256(path)
    if (path / "model.json").is_file():
        return sha256(path / "model.json")
    files = sorted(one for one in path.rglob("*") if one.is_file() and one.name != "README.md")
    sums = "".join(f"{sha256(one)}  {one.relative_to(path).as_posix()}\n" for one in files)
    return hashlib.sha256(sums.encode()).hexdigest() if files else None
