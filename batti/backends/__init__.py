"""One file a runtime, chosen by name in `load`; each gives readings of sentences in a home."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, Protocol, cast

from batti.command import Command
from batti.errors import BattiError, missing
from batti.home import Home


@dataclass(frozen=True)
class Reading:
    """What a model takes a sentence for, and how probable it says that is (0 to 1).

    `other` is the next likeliest command with its probability, where the model weighed one.
    """

    command: Command
    confidence: float
    other: tuple[Command, float] | None = None


class Backend(Protocol):
    """A model that can be asked; safe to call from several threads."""

    def generate(self, home: Home, sentences: Sequence[str]) -> list[Reading]:
        """One reading a sentence, in order; every command is valid in this home."""
        ...


def load(model: str | Path | None = None, threads: int = 1) -> Backend:
    """The backend of a model, by its name; the shipped model without one. Raises BattiError.

    A folder with a `model.json` (ONNX) or a `config.json` (transformers), a `.gguf` file, or the address
    of an OpenAI-compatible API with the name of its model: `http://localhost:8000/v1#name`. `threads` is
    for ONNX: sentences that are given together are read side by side.
    """
    if threads < 1:
        raise BattiError(f"{threads} threads read nothing", "give threads=1 or more")
    name = str(model or "")
    match runtime_of(name):
        case "openai":
            return cast(Backend, _runtime("openai", "data").OpenAIBackend.load(name))
        case "llama_cpp":
            return cast(Backend, _runtime("llama_cpp", "gguf").LlamaCppBackend.load(Path(name)))
        case "transformers":
            return cast(Backend, _runtime("transformers", "lm").TransformersBackend.load(Path(name)))
    from batti.backends.onnx import OnnxBackend  # its runtime is slow to import

    return OnnxBackend.load(Path(name) if name else None, threads)


def runtime_of(model: str) -> Literal["onnx", "openai", "llama_cpp", "transformers"]:
    """What runs a model, by its name alone; nothing is loaded."""
    if model.startswith(("http://", "https://")):
        return "openai"
    if model.endswith(".gguf"):
        return "llama_cpp"
    path = Path(model)
    if model and not (path / "model.json").exists() and any((path / config).exists() for config in _CONFIGS):
        return "transformers"
    return "onnx"


_CONFIGS = ("config.json", "adapter_config.json")


def _runtime(module: str, extras: str) -> Any:
    """A module of this package, which is slow to import. Raises BattiError where its library is not installed."""
    try:
        return import_module(f"batti.backends.{module}")
    except ModuleNotFoundError as error:
        raise missing("this kind of model", error.name, extras) from None
