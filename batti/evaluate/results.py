"""The results file: everything that a report, the model card or the README says, with what it was measured on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from batti.dataset import records
from batti.errors import BattiError, Fault, quote

SCHEMA = 1


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, strict=True, allow_inf_nan=False)


class Rate(_Part):
    """A share with its 95% interval, 0 to 1; no value where there was nothing to count."""

    hits: float
    of: int
    value: float | None
    low: float | None
    high: float | None


class Row(_Part):
    """The figures of some of the sentences. The last two rates are of the sentences that they can happen to."""

    name: str
    exact: Rate
    partial: Rate
    false_actions: Rate
    wrong_place: Rate
    ece: float | None

    @property
    def count(self) -> int:
        return self.exact.of


class KeyRow(_Part):
    """How well one key of the actions is found."""

    key: str
    expected: int
    given: int
    right: int
    precision: float | None
    recall: float | None
    f1: float | None


class BinRow(_Part):
    sentences: int
    confidence: float
    accuracy: float


class CoverageRow(_Part):
    """Accuracy where only the surest `coverage` of the sentences are answered."""

    coverage: float
    accuracy: float
    threshold: float


class Confidence(_Part):
    """Whether the confidence means what it says; the bins hold about as many sentences each."""

    ece: float | None
    bins: tuple[BinRow, ...]
    coverage: tuple[CoverageRow, ...]


class Mistake(_Part):
    """An error that may be shown: never one of held-out sentences."""

    set: str
    home: str
    text: str
    expected: str
    given: str
    confidence: float
    causes: tuple[str, ...]


class CauseRow(_Part):
    """The errors of one cause, by their gravest; some of them shown."""

    cause: str
    count: int
    shown: tuple[Mistake, ...] = ()


class Model(_Part):
    """What was measured; `checksum` is of its files, none where it has none here."""

    name: str
    checksum: str | None = None


class Figures(_Part):
    """All that was found about one model."""

    model: Model
    all: Row
    unasked: Row | None  # those that are acted on without asking back, by the home's `confirm_below`, if any
    by: dict[str, tuple[Row, ...]]
    keys: tuple[KeyRow, ...]
    confidence: Confidence
    causes: tuple[CauseRow, ...]


class ThesisFigures(_Part):
    """The thesis's own two metrics, and its exact match with the levels left out."""

    model: Model
    exact: Rate
    partial: Rate
    exact_but_levels: Rate


class Comparison(_Part):
    """Two models on the same sentences: who alone is exactly right, and the difference `a` - `b`."""

    a: str
    b: str
    only_a: int
    only_b: int
    p_value: float
    difference: Rate
    partial_difference: Rate


class Point(_Part):
    at: float
    exact: Rate


class Curve(_Part):
    name: str
    points: tuple[Point, ...]


class Robustness(_Part):
    """Exact match against the strength of each noise, and against the least number of rooms in the home."""

    model: Model
    noise: tuple[Curve, ...]
    rooms: Curve


class DataFile(_Part):
    """A file that was measured with; `homes_sha256` is of the homes that its sentences speak of."""

    name: str
    sha256: str
    homes_sha256: str | None = None
    sentences: int | None = None
    held_out: bool = False


class Results(_Part):
    """One run of `batti evaluate`: same inputs, same bytes."""

    schema_: Literal[1] = Field(1, alias="schema")
    batti: str
    date: str | None = None
    seed: int
    resamples: int
    data: tuple[DataFile, ...]
    train: tuple[DataFile, ...] = ()
    figures: tuple[Figures, ...] = ()
    thesis: tuple[ThesisFigures, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    robustness: tuple[Robustness, ...] = ()

    @classmethod
    def read(cls, path: Path) -> Results:
        """Raises BattiError with every fault."""
        try:
            text = path.read_text(encoding="utf-8-sig")
            found = json.loads(text)
        except OSError as error:
            raise BattiError(f"{quote(str(path))}: {error.strerror}", "name a results file") from None
        except (ValueError, RecursionError):
            raise BattiError(f"{path}: no JSON", "write it again: batti evaluate --results") from None
        said = found.get("schema") if isinstance(found, dict) else None
        if said != SCHEMA:
            kind = "no results file" if said is None else f"a results file of schema {quote(said)}"
            hint = f"this batti reads schema {SCHEMA}; write it again: batti evaluate --results"
            raise BattiError(f"{path}: {kind}", hint)
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise BattiError.of(_faults(path, error)) from None

    def write(self, path: Path) -> None:
        """Whole or not at all."""
        records.write_lines(path, [json.dumps(self.to_dict(), ensure_ascii=False, indent=1)])

    def to_dict(self) -> dict[str, Any]:
        return self.model_dump(mode="json", by_alias=True, exclude_none=False)


def _faults(path: Path, error: ValidationError) -> Iterator[Fault]:
    for one in error.errors(include_url=False):
        where = ".".join(map(str, one["loc"]))
        yield Fault(f"{path}: {where}", one["msg"], "write it again: batti evaluate --results")
