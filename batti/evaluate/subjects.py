"""What a benchmark asks: models, each with the phases that its runtime lets one see."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeVar

from batti import backends
from batti.backends import Backend
from batti.backends.onnx import OnnxBackend, shipped
from batti.command import Command
from batti.errors import missing
from batti.evaluate.floor import Floor, Rates, floor
from batti.home import Home, Room
from batti.paths import read_yaml

_Out = TypeVar("_Out")
SHAPES = ("llama-3.2-1b", "llama-3.2-1b-shape.gguf")
"""Names for `--against` that mean a file of Llama 3.2 1B's shape, made where it is not there."""


@dataclass(frozen=True)
class Case:
    """A sentence about a home, and the document that is asked for."""

    home: Home
    sentence: str
    document: str


@dataclass(frozen=True)
class Sample:
    """One answer: its milliseconds and those of all cores on it, those of its phases, and counts such as tokens."""

    ms: float
    cpu_ms: float
    phases: Mapping[str, float] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)


class Subject(Protocol):
    """A model under test."""

    name: str
    note: str
    threads: int | None
    file: Path | None
    every: int  # round of a comparison in which it is asked

    def answer(self, case: Case) -> Sample: ...

    def floor(self, samples: Sequence[Sample], rates: Rates) -> Floor | None: ...


def cases(home: Home | None = None) -> list[Case]:
    """The sentences of resources/bench, short to long, of the default home or of another with its rooms."""
    rows = read_yaml("bench", "sentences.yaml")
    home = home or Home.default()
    documents = (Command.from_dict({"actions": row["means"]}, groups=home.group_names).to_yaml() for row in rows)
    return [Case(home, row["say"], document) for row, document in zip(rows, documents, strict=True)]


def _timed(work: Callable[[], _Out]) -> tuple[_Out, float, float]:
    """What work gives, its milliseconds, and those of this process on all cores."""
    began, cpu = time.perf_counter(), time.process_time()
    out = work()
    return out, 1000 * (time.perf_counter() - began), 1000 * (time.process_time() - cpu)


def _mean(samples: Sequence[Sample], key: str) -> float:
    return sum(one.counts[key] for one in samples) / len(samples)


class AnySubject:
    """A model of which nothing but its answer is seen."""

    note = ""
    threads: int | None = None
    every = 1

    def __init__(self, name: str, backend: Backend, file: Path | None) -> None:
        self.name, self.backend, self.file = name, backend, file

    def answer(self, case: Case) -> Sample:
        _, ms, cpu_ms = _timed(lambda: self.backend.generate(case.home, [case.sentence]))
        return Sample(ms, cpu_ms)

    def floor(self, samples: Sequence[Sample], rates: Rates) -> Floor | None:
        return None


class OnnxSubject(AnySubject):
    """The shipped kind: encoder, decoder steps and the rest, which is the look-up and the grammar."""

    backend: OnnxBackend

    def __init__(self, name: str, folder: Path | None, threads: int = 1) -> None:
        super().__init__(name, OnnxBackend.load(folder, threads), folder or shipped())
        self.threads = threads
        self._spent: defaultdict[str, float] = defaultdict(float)
        self._calls: Counter[str] = Counter()
        for graph, run in self.backend._run.items():
            self.backend._run[graph] = self._watched(graph, run)

    def _watched(self, graph: str, run: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*args: Any) -> Any:
            began = time.perf_counter()
            out = run(*args)
            self._spent[graph] += 1000 * (time.perf_counter() - began)
            self._calls[graph] += 1
            return out

        return watched

    def answer(self, case: Case) -> Sample:
        self._spent.clear()
        self._calls.clear()
        whole = super().answer(case)
        phases = {"encoder": self._spent["encoder"], "decoder": self._spent["decoder"]}
        phases["look-up and rest"] = whole.ms - sum(phases.values())
        counts = {"characters": len(case.sentence), "encoder calls": self._calls["encoder"]}
        return Sample(whole.ms, whole.cpu_ms, phases, {**counts, "decoder steps": self._calls["decoder"]})

    def floor(self, samples: Sequence[Sample], rates: Rates) -> Floor:
        """Each call reads its graph's weights, in single precision once loaded from half of it."""
        assert self.file is not None
        weights = {name: (self.file / f"{name}.onnx").stat().st_size / 2 for name in ("encoder", "decoder")}
        steps = _mean(samples, "decoder steps")
        read = 4 * (weights["encoder"] * _mean(samples, "encoder calls") + weights["decoder"] * steps)
        operations = 2 * (weights["encoder"] * _mean(samples, "characters") + weights["decoder"] * steps)
        return floor(read, operations, rates)


@cache
def _names_only(home: Home) -> Home:
    """What the thesis's prompt says of a home."""
    return Home(name=home.name, rooms=tuple(Room(name=room.name) for room in home.rooms))


class LlamaSubject:
    """A GGUF file on llama.cpp, its prompt and its answer apart."""

    def __init__(self, name: str, file: Path, backend: Any, random: bool, cached: bool = True) -> None:
        self.name, self.backend, self._file = name, backend, file
        self.file: Path | None = file
        self.threads: int | None = backend.threads
        self._random, self._cached = random, cached
        self.every = 1 if cached else 4  # which is slow
        self.note = "random weights, which are as fast; prompt with the rooms' names" if random else ""

    def answer(self, case: Case) -> Sample:
        """A real model answers as it does in use; one of random weights is taken to choose what the document says."""
        home, document = (_names_only(case.home), case.document) if self._random else (case.home, None)
        timings, ms, cpu_ms = _timed(lambda: self.backend.timed(home, case.sentence, document, self._cached))
        phases = {"prompt": timings.prompt_ms, "answer": timings.answer_ms}
        phases["rest"] = ms - sum(phases.values())
        counts = {"prompt tokens": timings.prompt, "kept tokens": timings.cached, "answer tokens": timings.answer,
                  "sampled tokens": timings.sampled}  # fmt: skip
        return Sample(ms, cpu_ms, phases, counts)

    def floor(self, samples: Sequence[Sample], rates: Rates) -> Floor:
        """Each sampled token reads all weights; tokens that are read do without the output layer."""
        weights = _weights(self._file)
        sampled = _mean(samples, "sampled tokens")
        tokens = _mean(samples, "prompt tokens") + _mean(samples, "answer tokens")
        operations = 2 * (weights.inner * tokens + (weights.all - weights.inner) * sampled)
        return floor(weights.bytes * sampled, operations, rates)


class _Weights(NamedTuple):
    bytes: int
    all: int  # weights
    inner: int  # the same without the embeddings


@cache
def _weights(file: Path) -> _Weights:
    import gguf

    tensors = gguf.GGUFReader(file).tensors
    count, size = (sum(int(getattr(one, key)) for one in tensors) for key in ("n_elements", "n_bytes"))
    outer = sum(int(one.n_elements) for one in tensors if one.name in ("token_embd.weight", "output.weight"))
    return _Weights(size, count, count - outer)


def subject(name: str, threads: int | None = None) -> Subject:
    """The model of a name, as `backends.load` takes it. Raises BattiError."""
    path = Path(name) if name else None
    if name in SHAPES or name.endswith(".gguf"):
        return llama(name, threads)[0]
    if not name or (Path(name) / "model.json").exists():
        return OnnxSubject(name or "batti", path, threads or 1)
    return AnySubject(name, backends.load(name), path if path and path.exists() else None)


def llama(name: str, threads: int | None = None) -> tuple[LlamaSubject, LlamaSubject]:
    """A GGUF file with the home's part of the prompt kept, and with all of it computed anew. Raises BattiError."""
    made = name in SHAPES and not Path(name).exists()
    try:
        from batti.backends.llama_cpp import LlamaCppBackend

        file = import_module("batti.evaluate.shape").llama() if made else Path(name)
    except ModuleNotFoundError as error:
        raise missing("this kind of model", error.name, "gguf") from None
    backend = LlamaCppBackend.load(file, threads)
    random = made or file.stem.startswith(SHAPES[0] + "-shape")
    kept = LlamaSubject(file.stem, file, backend, random)
    return kept, LlamaSubject(f"{file.stem}, uncached", file, backend, random, cached=False)
