"""The shipped kind of model on ONNX Runtime."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from batti import prompt
from batti.backends import Reading
from batti.command import Command
from batti.errors import BattiError
from batti.grammar import Answer
from batti.home import Home
from batti.lookup import Lookup
from batti.paths import resources
from batti.resolve import resolve
from batti.text import ALPHABET, MAX_CHARS, normalize

FORMAT = 2
GRAPHS = ("encoder", "decoder")
SHAPE = ("width", "heads", "decoder_layers")
_HOMES_KEPT = 16
_BATCH = 32  # sentences encoded together; of about equal length, so that little is padding


def shipped() -> Path:
    """The folder of the model that comes with the package."""
    return resources("model")


def _manifest(folder: Path) -> dict[str, Any]:
    """The checked `model.json`. Raises BattiError where anything is missing, changed or too new."""
    try:
        manifest = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        sums = {name: manifest["sha256"][f"{name}.onnx"] for name in GRAPHS}
        said = manifest["format"], manifest["vocabulary"], manifest["alphabet"]
        if not all(isinstance(manifest["shape"][key], int) for key in SHAPE):
            raise ValueError("shape")
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
        self._homes: OrderedDict[Home, Lookup] = OrderedDict()
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
        try:
            sessions = {
                name: ort.InferenceSession(folder / f"{name}.onnx", options, providers=["CPUExecutionProvider"])
                for name in GRAPHS
            }
        except Exception as error:  # the runtime's own exceptions have no common class
            reason = str(error).splitlines()[0]
            raise BattiError(f"the model in '{folder}' cannot be loaded: {reason}", "install batti again") from error
        return cls(sessions, manifest["shape"])

    def generate(self, home: Home, sentences: Sequence[str]) -> list[Reading]:
        """One reading a sentence, in order."""
        lookup = self._lookup(home)
        texts = [normalize(sentence) for sentence in sentences]
        readings: list[Reading] = [Reading(Command.none(), 1.0)] * len(texts)  # for what says nothing
        # A text beyond MAX_CHARS is no sentence to a light, whatever stands in it.
        order = sorted((i for i, t in enumerate(texts) if 0 < len(t) <= MAX_CHARS), key=lambda i: len(texts[i]))
        for start in range(0, len(order), _BATCH):
            chosen = order[start : start + _BATCH]
            some = [texts[i] for i in chosen]
            answers = self._read([*map(prompt.encode_text, some)], [*map(lookup.gazetteer.tags, some)])
            for i, (answer, chance) in zip(chosen, answers, strict=True):
                command, certainty = resolve(prompt.decode_answer(answer.tokens), texts[i], lookup)
                readings[i] = Reading(command, min(1.0, chance * certainty))
        return readings

    def _lookup(self, home: Home) -> Lookup:
        with self._lock:
            if home in self._homes:
                self._homes.move_to_end(home)
                return self._homes[home]
        lookup = Lookup(home)
        with self._lock:
            self._homes[home] = lookup
            if len(self._homes) > _HOMES_KEPT:
                self._homes.popitem(last=False)
        return lookup

    def _read(self, rows: list[list[int]], tags: list[list[int]]) -> list[tuple[Answer, float]]:
        """Greedy decoding of a batch, with the product of the tokens' probabilities."""
        ids = prompt.pad(rows)
        memory, keys = self._run["encoder"](None, {"ids": ids, "tags": prompt.pad(tags)})
        answers = [Answer(len(row)) for row in rows]
        chances = np.ones(len(rows))
        past = np.zeros((self._layers, 2, len(rows), self._heads, 0, self._head), dtype=np.float32)
        tokens = np.full((len(rows), 1), prompt.START, dtype=np.int64)
        alive = np.arange(len(rows))
        while len(alive):
            feed = {"tokens": tokens, "ids": ids, "memory": memory, "keys": keys, "past": past}
            probabilities, past = self._run["decoder"](None, feed)
            said = self._choose(probabilities, [answers[i] for i in alive])
            chances[alive] *= probabilities[np.arange(len(alive)), said]
            going = said != prompt.END
            tokens = said[going][:, None]
            if not going.all():  # what is said leaves the batch
                alive, ids, memory = alive[going], ids[going], memory[going]
                keys, past = keys[:, :, going], past[:, :, going]
        return list(zip(answers, chances.tolist(), strict=True))

    @staticmethod
    def _choose(probabilities: NDArray[np.float32], answers: list[Answer]) -> NDArray[np.int64]:
        """The likeliest token that each answer's grammar allows, which is then said."""
        masks = np.stack([answer.mask(probabilities.shape[1]) for answer in answers])
        said: NDArray[np.int64] = np.where(masks, probabilities, -1.0).argmax(-1)
        for answer, token in zip(answers, said, strict=True):
            answer.say(int(token))
        return said
