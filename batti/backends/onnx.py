"""The shipped kind of model on ONNX Runtime: encode the home once, then read sentences."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from batti import prompt
from batti.backends import Reading
from batti.command import Command
from batti.errors import BattiError
from batti.grammar import Answer, Grammar
from batti.home import Entity, Home
from batti.text import ALPHABET, MAX_CHARS

FORMAT = 1
GRAPHS = ("names", "encoder", "decoder")
KINDS = {"room": 1, "light": 2, "group": 3}
_HOMES_KEPT = 16
_BATCH = 32  # sentences encoded together; of about equal length, so that little is padding


@dataclass(frozen=True)
class _Prepared:
    """All that is computed once for a home."""

    entities: list[Entity]
    groups: frozenset[str]
    grammar: Grammar
    vectors: NDArray[np.float32]  # (names, width)
    owner: NDArray[np.float32]  # (names, entities)


def shipped() -> Path:
    """The folder of the model that comes with the package."""
    return Path(str(files("batti"))) / "resources" / "model"


def _manifest(folder: Path) -> dict[str, Any]:
    """The checked `model.json`. Raises BattiError where anything is missing, changed or too new."""
    try:
        manifest = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        sums = {name: manifest["sha256"][f"{name}.onnx"] for name in GRAPHS}
        said = manifest["format"], manifest["vocabulary"], manifest["alphabet"]
    except (OSError, ValueError, KeyError, TypeError):
        raise BattiError(f"no batti model in '{folder}'", "name a folder with a model.json") from None
    if said != (FORMAT, prompt.VOCABULARY, ALPHABET):
        raise BattiError(f"the model in '{folder}' is of another format", "use the batti it came with")
    for name, wanted in sums.items():
        path = folder / f"{name}.onnx"
        try:
            found = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError as error:
            raise BattiError(f"'{path}' cannot be read: {error.strerror}", "install batti again") from None
        if found != wanted:
            raise BattiError(f"'{path}' is damaged (its checksum differs)", "install batti again")
    return dict(manifest)


class OnnxBackend:
    """See `load`; one thread a call, so that a home server stays responsive."""

    def __init__(self, sessions: dict[str, ort.InferenceSession], shape: dict[str, Any]) -> None:
        self._run = {name: session.run for name, session in sessions.items()}
        self._layers = int(shape["decoder_layers"])
        self._heads = int(shape["heads"])
        self._head = int(shape["width"]) // self._heads
        self._homes: OrderedDict[Home, _Prepared] = OrderedDict()
        self._lock = threading.Lock()

    @classmethod
    def load(cls, folder: Path | None = None, threads: int = 1) -> OnnxBackend:
        """The model of a folder (the shipped one by default). Raises BattiError."""
        folder = folder or shipped()
        manifest = _manifest(folder)
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.enable_cpu_mem_arena = False  # the arena keeps the largest sentence's memory for good
        sessions = {
            name: ort.InferenceSession(folder / f"{name}.onnx", options, providers=["CPUExecutionProvider"])
            for name in GRAPHS
        }
        return cls(sessions, manifest["shape"])

    def generate(self, home: Home, sentences: Sequence[str]) -> list[Reading]:
        """One reading a sentence, in order."""
        prepared = self._prepare(home)
        rows = [prompt.encode_text(sentence) for sentence in sentences]
        readings: list[Reading] = [Reading(Command.none(), 1.0)] * len(rows)  # for what says nothing
        # A text beyond MAX_CHARS is no sentence to a light, whatever stands in it.
        order = sorted((i for i, row in enumerate(rows) if 0 < len(row) <= MAX_CHARS), key=lambda i: len(rows[i]))
        for start in range(0, len(order), _BATCH):
            chosen = order[start : start + _BATCH]
            for i, reading in zip(chosen, self._read(prepared, [rows[i] for i in chosen]), strict=True):
                readings[i] = reading
        return readings

    def _prepare(self, home: Home) -> _Prepared:
        with self._lock:
            if home in self._homes:
                self._homes.move_to_end(home)
                return self._homes[home]
        prepared = self._encode_home(home)
        with self._lock:
            self._homes[home] = prepared
            if len(self._homes) > _HOMES_KEPT:
                self._homes.popitem(last=False)
        return prepared

    def _encode_home(self, home: Home) -> _Prepared:
        entities = home.entities()
        ids, owners = prompt.encode_names(entity.names for entity in entities)
        kinds = np.array([KINDS[entities[o].kind] for o in owners], dtype=np.int64)
        (vectors,) = self._run["names"](None, {"ids": prompt.pad(ids), "kinds": kinds})
        owner = np.zeros((len(ids), len(entities)), dtype=np.float32)
        owner[np.arange(len(ids)), owners] = 1.0
        return _Prepared(entities, home.group_names, Grammar(home), vectors, owner)

    def _read(self, home: _Prepared, rows: list[list[int]]) -> list[Reading]:
        """Greedy decoding of a batch; what is done leaves it."""
        ids = prompt.pad(rows)
        (memory,) = self._run["encoder"](None, {"ids": ids, "names": home.vectors})
        answers = [home.grammar.start() for _ in rows]
        chances = np.ones(len(rows))
        past = np.zeros((self._layers, 2, len(rows), self._heads, 0, self._head), dtype=np.float32)
        tokens = np.full((len(rows), 1), prompt.START, dtype=np.int64)
        alive = np.arange(len(rows))
        while len(alive):
            feed = {"tokens": tokens, "ids": ids, "memory": memory, "past": past,
                    "names": home.vectors, "owner": home.owner}  # fmt: skip
            probabilities, past = self._run["decoder"](None, feed)
            said = self._choose(probabilities, [answers[i] for i in alive])
            chances[alive] *= probabilities[np.arange(len(alive)), said]
            going = said != prompt.END
            tokens = said[going][:, None]
            if not going.all():
                alive, ids = alive[going], ids[going]
                memory, past = memory[:, :, going], past[:, :, going]
        return [
            Reading(prompt.decode_answer(a.tokens, home.entities, home.groups), float(min(1.0, c)))
            for a, c in zip(answers, chances, strict=True)
        ]

    @staticmethod
    def _choose(probabilities: NDArray[np.float32], answers: list[Answer]) -> NDArray[np.int64]:
        """The likeliest token that each answer's grammar allows, which is then said."""
        masks = np.stack([answer.mask() for answer in answers])
        said = np.where(masks, probabilities, -1.0).argmax(-1)
        for answer, token in zip(answers, said, strict=True):
            answer.say(int(token))
        return said
