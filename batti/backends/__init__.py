"""One file a runtime, chosen by name in `load`; each gives readings of sentences in a home."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from batti.command import Command
from batti.home import Home


@dataclass(frozen=True)
class Reading:
    """What a model takes a sentence for, and how probable it says that is (0 to 1)."""

    command: Command
    confidence: float


class Backend(Protocol):
    """A model that can be asked; safe to call from several threads."""

    def generate(self, home: Home, sentences: Sequence[str]) -> list[Reading]:
        """One reading a sentence, in order; every command is valid in this home."""
        ...


def load(model: str | Path | None = None) -> Backend:
    """The backend for a model folder, or for the shipped model. Raises BattiError."""
    from batti.backends.onnx import OnnxBackend  # its runtime is slow to import

    return OnnxBackend.load(Path(model) if model else None)
