"""The recipe of a language model's training: one schema for LoRA, QLoRA, full training and from scratch.

Every key is explained in `configs/lora.yaml`. Values are checked all at once, with the line of each fault. The small
network of this project, which makes its own sentences while it trains, has other knobs and a recipe of its own
(`run.Recipe`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BeforeValidator, Field, ValidationError

from batti.document import Document, Model, parse
from batti.errors import BattiError, Fault, quote
from batti.paths import text_of
from batti.schema import Finding, Loc, Strict, findings

_LIKE = "configs/lora.yaml"
Positive = Annotated[int, Field(gt=0)]
Share = Annotated[float, Field(ge=0, lt=1)]
Range = tuple[float, float]
Paths = Annotated[tuple[Path, ...], BeforeValidator(lambda one: [one] if isinstance(one, str) and one else one)]


class Data(Strict):
    """What is learned from; a path is as seen from where the program is started."""

    train: Paths
    validation: Paths
    home: bool = True
    max_tokens: Positive = 2048
    limit: int = Field(default=0, ge=0)
    validation_limit: int = Field(default=1000, ge=0)
    exact_sentences: int = Field(default=100, ge=0)
    answer_tokens: Positive = 160

    def checks(self) -> Iterator[Finding]:
        """There is something to learn from, and to be judged by."""
        for key in ("train", "validation"):
            if not getattr(self, key):
                yield Finding((key,), f"data.{key} names no file", "name one at least")


class Lora(Strict):
    """Low-rank adapters (Hu et al. 2021)."""

    rank: Positive = 16
    alpha: float = Field(default=32.0, gt=0)
    dropout: Share = 0.05
    targets: str | tuple[str, ...] = "all-linear"


def no_multiple(width: int, heads: int) -> Finding:
    """The fault of a width that the heads cannot share evenly, the two halves of rotary positions each."""
    whole = 2 * heads
    return Finding(("width",), f"width {width} is no multiple of twice the heads, {whole}",
                   f"write {whole * max(1, width // whole)}")


class Shape(Strict):
    """Sizes of a Llama that is made here, and of its vocabulary."""

    layers: Positive = 8
    width: Positive = 512
    feed_forward: Positive = 1408
    heads: Positive = 8
    kv_heads: Positive = 8
    vocabulary: int = Field(default=8192, ge=320)
    context: Positive = 2048

    def checks(self) -> Iterator[Finding]:
        """Heads of equal width, an even one, and groups of equal size."""
        if self.width % (2 * self.heads):
            yield no_multiple(self.width, self.heads)
        if self.heads % self.kv_heads:
            yield Finding(("kv_heads",), f"{self.heads} heads cannot share {self.kv_heads} of keys and values",
                          f"write a divisor of {self.heads}")


class Search(Strict):
    """What `batti tune` tries: two bounds, or a list of choices."""

    learning_rate: Range = (1e-5, 1e-3)
    rank: tuple[Positive, ...] = (4, 8, 16, 32, 64)
    alpha: tuple[Annotated[float, Field(gt=0)], ...] = (8.0, 16.0, 32.0, 64.0)
    dropout: Range = (0.0, 0.2)
    batch: tuple[Positive, ...] = (8, 16, 32)
    warmup: Range = (0.0, 0.1)

    def checks(self) -> Iterator[Finding]:
        """Bounds in their order, within what a recipe may say."""
        for key, most in (("learning_rate", 1.0), ("dropout", 0.99), ("warmup", 0.99)):
            low, high = getattr(self, key)
            least = 1e-12 if key == "learning_rate" else 0.0
            if not least <= low <= high <= most:
                yield Finding((key,), f"{low:g} to {high:g} is no range between 0 and {most:g}",
                              "write the lower bound first, like [1.0e-5, 1.0e-3]")
        for key in ("rank", "alpha", "batch"):
            if not getattr(self, key):
                yield Finding((key,), f"{key} has no choices", "name one at least, or leave it out")


class Recipe(Strict):
    """One training run."""

    method: Literal["lora", "full", "scratch"]
    base: str = ""
    quantize: Literal["none", "nf4"] = "none"
    form: Literal["auto", "chat", "plain"] = "auto"
    data: Data
    loss_on: Literal["answer", "everything"] = "answer"
    seed: int = Field(default=1, ge=0)
    epochs: float = Field(default=3.0, gt=0)
    steps: int = Field(default=0, ge=0)
    batch: Positive = 16
    together: Positive = 16
    learning_rate: float = Field(default=2e-4, gt=0)
    schedule: Literal["cosine", "linear", "constant_with_warmup"] = "cosine"
    warmup: Share = 0.03
    weight_decay: float = Field(default=0.0, ge=0)
    clip: float = Field(default=1.0, gt=0)
    packing: bool = True
    attention: Literal["auto", "varlen", "sdpa", "eager", "flash_attention_2"] = "auto"
    compile: bool = False
    checkpointing: bool = False
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    evaluations: int = Field(default=8, ge=0)
    patience: int = Field(default=3, ge=0)
    best: Literal["loss", "exact"] = "loss"
    before: bool = False
    accelerator: Literal["none", "liger", "unsloth"] = "none"
    lora: Lora = Lora()
    shape: Shape = Shape()
    search: Search = Search()

    def checks(self) -> Iterator[Finding]:
        """What goes together."""
        if self.method != "scratch" and not self.base:
            yield Finding(("base",), "no base model is named", "write base: NAME or a folder, or --set base=NAME")
        if self.method == "scratch" and self.base:
            yield Finding(("base",), "a model from scratch has no base", "leave base out, or write method: full")
        if self.quantize != "none" and self.method != "lora":
            yield Finding(("quantize",), f"weights in 4 bits cannot be trained by method {self.method}",
                          "write method: lora, or quantize: none")
        if self.batch % self.together:
            yield Finding(("together",), f"a batch of {self.batch} is not made of {self.together} at a time",
                          f"write a divisor of {self.batch}")
        if self.best == "exact" and not self.data.exact_sentences:
            yield Finding(("best",), "the best by exact match needs data.exact_sentences", "write 100, say")

    @property
    def kind(self) -> str:
        """What the method is called in tables."""
        return "qlora" if self.quantize == "nf4" else self.method

    @classmethod
    def load(cls, path: Path, changes: Iterable[str] = ()) -> Self:
        """The recipe of a file with `key=value` changes. Raises BattiError with all faults at once."""
        return loaded(cls, path, changes, _LIKE)

    def changed(self, **changes: Any) -> Self:
        """The recipe with other values, keys with a dot for those of a part: `changed(**{"lora.rank": 8})`."""
        data = self.model_dump(mode="json", by_alias=True)
        for key, value in changes.items():
            part, _, last = key.rpartition(".")
            (data[part] if part else data)[last] = value
        return type(self).model_validate(data)

    def to_yaml(self) -> str:
        """Every value, those that were left out too."""
        return yaml.safe_dump(self.model_dump(mode="json"), sort_keys=False, allow_unicode=True)


def loaded(model: type[Model], path: Path, changes: Iterable[str], like: str) -> Model:
    """The recipe of a file with `key=value` changes; `like` explains its keys. Raises BattiError with all faults."""
    document, said = parsed(path), dict[Loc, str]()
    for change in changes:
        _change(document, change, said, like)
    made: Model | None = None
    try:
        made = model.model_validate(document.data, context=())
    except ValidationError as error:
        for found in findings(error):
            _note(document, found, said)
    document.raise_faults()
    assert made is not None  # no faults means that it validated
    return made


def parsed(path: Path) -> Document:
    """A recipe as plain data. Raises BattiError."""
    return parse(text_of(path, "recipe"), str(path))


def is_of_language_model(document: Document) -> bool:
    """Whether a recipe is one of these: those of the small network have none of these keys."""
    return isinstance(document.data, dict) and not document.data.keys().isdisjoint(("method", "base", "data"))


def _change(document: Document, change: str, said: dict[Loc, str], like: str) -> None:
    """Put `a.b=value` into the data; the value is YAML. `said` learns which keys were changed by what."""
    key, equals, value = (part.strip() for part in change.partition("="))
    where = f"--set {key}"
    if not equals or not key:
        raise BattiError(f"--set {quote(change)} is no change", "write key=value, like seed=2")
    *steps, last = key.split(".")
    data = document.data
    for step in steps:
        data = data.setdefault(step, {}) if isinstance(data, dict) else None
    if not isinstance(data, dict):
        document.faults.append((0, Fault(where, "there are no keys of that kind", f"see {like}")))
        return
    try:
        data[last] = parse(value, where).data if value else ""
    except BattiError as error:
        document.faults += [(0, fault) for fault in error.listed]
    said[(*steps, last)] = where


def _note(document: Document, found: Finding, said: Mapping[Loc, str]) -> None:
    """A fault with its line, or with the change on the command line that it is of."""
    loc = found.loc
    while loc and loc not in said:
        loc = loc[:-1]
    if loc:
        document.faults.append((0, Fault(said[loc], found.problem, found.hint)))
    else:
        document.add(document.line(found.loc), found.problem, found.hint)
