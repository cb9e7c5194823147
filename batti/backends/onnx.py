"""The shipped kind of model on ONNX Runtime."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from batti import prompt
from batti.backends import Reading
from batti.backends.batches import Sentences, chunked
from batti.command import Command
from batti.errors import BattiError
from batti.grammar import Answer
from batti.home import Home
from batti.lookup import Lookup, lookup_of
from batti.paths import resources
from batti.resolve import resolve
from batti.sound import word_ids
from batti.text import ALPHABET, MAX_CHARS, normalize

ort.disable_telemetry_events()  # where a program loaded it before this package, which says why: batti/__init__.py
FORMAT = 5
GRAPHS = ("encoder", "decoder")
SHAPE = ("width", "heads", "decoder_layers", "words")
_SLOWER = ["SkipLayerNormFusion"]  # of ONNX Runtime's optimizations: ten times slower than what it puts together
_DOUBT = 0.02  # chance from which another answer is worth hearing
_BRANCHES = 3  # other answers that are heard at most
_TWO_ALIKE = 0.5  # confidence of an answer that takes the first of two things of one name


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
    """See `load`; one thread a call by default, so that a home server stays responsive."""

    def __init__(self, sessions: dict[str, ort.InferenceSession], manifest: dict[str, Any], threads: int = 1) -> None:
        shape = manifest["shape"]
        self._run = {name: session.run for name, session in sessions.items()}
        self._fed = [one.name for one in sessions["decoder"].get_inputs()]
        self._layers = int(shape["decoder_layers"])
        self._heads = int(shape["heads"])
        self._head = int(shape["width"]) // self._heads
        self._words = int(shape["words"])
        self._threads = threads

    @classmethod
    def load(cls, folder: Path | None = None, threads: int = 1) -> OnnxBackend:
        """The model of a folder (the shipped one by default). Raises BattiError.

        With several threads, sentences that are given together are read side by side.
        """
        folder = folder or shipped()
        manifest = _manifest(folder)
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            sessions = {
                name: ort.InferenceSession(
                    folder / f"{name}.onnx", options, providers=["CPUExecutionProvider"], disabled_optimizers=_SLOWER
                )
                for name in GRAPHS
            }
        except Exception as error:  # the runtime's own exceptions have no common class
            reason = str(error).splitlines()[0]
            raise BattiError(f"the model in '{folder}' cannot be loaded: {reason}", "install batti again") from error
        return cls(sessions, manifest, threads)

    def generate(self, home: Home, sentences: Sequence[str]) -> list[Reading]:
        """One reading a sentence, in order."""
        lookup = lookup_of(home)
        texts = [normalize(sentence) for sentence in sentences]
        readings: list[Reading] = [Reading(Command.none(), 1.0)] * len(texts)  # for what says nothing
        # A text beyond MAX_CHARS is no sentence to a light, whatever stands in it.
        lengths = {i: len(text) for i, text in enumerate(texts) if 0 < len(text) <= MAX_CHARS}
        chunks = chunked(lengths, self._threads)

        def read(chunk: list[int]) -> None:
            for i, said in zip(chunk, self._said([texts[i] for i in chunk], lookup), strict=True):
                readings[i] = self._reading(said, texts[i], lookup)

        if self._threads == 1 or len(chunks) < 2:
            for chunk in chunks:
                read(chunk)
        else:
            with ThreadPoolExecutor(self._threads) as pool:
                list(pool.map(read, chunks))
        return readings

    def answer(self, home: Home, text: str, command: Command) -> tuple[list[int], Lookup]:
        """The tokens of the likeliest answer to a normalized sentence that means the command."""
        lookup = lookup_of(home)
        [said] = self._said([text], lookup)
        means = [resolve(prompt.decode_answer(one.answer.tokens), text, lookup)[0] == command for one in said]
        return said[means.index(True)].answer.tokens, lookup

    def weigh(self, lookup: Lookup, answered: Sequence[tuple[str, Sequence[int]]]) -> list[list[float]]:
        """The probability of each token of answers that are given, to normalized sentences (teacher forcing)."""
        texts = [text for text, _ in answered]
        sentences = self._encode(texts, lookup)
        answers = prompt.pad([[prompt.START, *tokens] for _, tokens in answered])
        past = self._no_past(len(texts))
        chances: list[NDArray[np.float32]] = []
        for step in range(answers.shape[1] - 1):
            probabilities, past = self._step(answers[:, step], sentences, past)
            chances.append(np.take_along_axis(probabilities, answers[:, step + 1 : step + 2], axis=1)[:, 0])
        rows = np.stack(chances, axis=1).tolist()
        return [row[: len(tokens)] for row, (_, tokens) in zip(rows, answered, strict=True)]

    def _no_past(self, batch: int) -> list[NDArray[np.float32]]:
        nothing = np.zeros((batch, self._heads, 0, self._head), dtype=np.float32)
        return [nothing] * (2 * self._layers)

    def _step(
        self, tokens: NDArray[np.int64], sentences: Sentences, past: list[NDArray[np.float32]]
    ) -> tuple[NDArray[np.float32], list[NDArray[np.float32]]]:
        """What may be said after these tokens, one a sentence, and the past with them."""
        feed = dict(zip(self._fed, (tokens[:, None], *sentences.fed(), *past), strict=True))
        probabilities, *past = self._run["decoder"](None, feed)
        return probabilities, past

    def _said(self, texts: list[str], lookup: Lookup) -> list[list[Said]]:
        """What the network says of each sentence: the likeliest answer, and where it doubts, others."""
        sentence = self._encode(texts, lookup)
        answers = [[said] for said in self._decode(sentence, [Said(Answer(len(text))) for text in texts])]
        doubted = [(i, begun) for i, [said] in enumerate(answers) for begun in said.otherwise()]
        if doubted:
            again = self._decode(sentence.of([i for i, _ in doubted]), [begun for _, begun in doubted])
            for (i, _), said in zip(doubted, again, strict=True):
                answers[i].append(said)
        return answers

    def _reading(self, answers: list[Said], text: str, lookup: Lookup) -> Reading:
        """The command that the answers make likeliest; different answers may mean the same."""
        chances: dict[Command, float] = {}
        for said in answers:
            command, certainty = resolve(prompt.decode_answer(said.answer.tokens), text, lookup)
            chances[command] = min(1.0, chances.get(command, 0.0) + said.chance * certainty)
        best, *others = sorted(chances.items(), key=lambda item: -item[1])
        if best[1] <= _TWO_ALIKE and not others:
            command, certainty = resolve(prompt.decode_answer(answers[0].answer.tokens), text, lookup, second=True)
            others = [(command, answers[0].chance * certainty)] if command != best[0] else []
        return Reading(*best, others[0] if others else None)

    def _encode(self, texts: Sequence[str], lookup: Lookup) -> Sentences:
        ids = prompt.pad([prompt.encode_text(text) for text in texts])
        feed = {"ids": ids, "tags": prompt.pad([lookup.gazetteer.tags(text) for text in texts])}
        if self._words:
            feed["words"] = prompt.pad([word_ids(text, self._words) for text in texts])
        return Sentences(ids, *self._run["encoder"](None, feed))

    def _decode(self, sentences: Sentences, begun: list[Said]) -> list[Said]:
        """Greedy decoding of a batch; answers that were begun are gone on with."""
        forced = [list(said.answer.tokens) for said in begun]
        said = [Said(Answer(one.answer.chars), one.chance) for one in begun]
        past = self._no_past(len(said))
        tokens = np.full(len(said), prompt.START, dtype=np.int64)
        alive = np.arange(len(said))
        step = 0
        while len(alive):
            probabilities, past = self._step(tokens, sentences, past)
            masks = np.array([said[i].answer.mask(probabilities.shape[1]) for i in alive])
            allowed = np.where(masks, probabilities, -1.0)
            tokens = allowed.argmax(axis=1)
            chances = allowed.max(axis=1).tolist()
            for row, (i, token, chance) in enumerate(zip(alive, tokens.tolist(), chances, strict=True)):
                if step < len(forced[i]):
                    tokens[row] = said[i].force(forced[i][step])
                else:
                    said[i].choose(token, chance, allowed[row])
            step += 1
            going = tokens != prompt.END
            if not going.all():  # what is said leaves the batch
                alive, tokens, past = alive[going], tokens[going], [side[going] for side in past]
                sentences = sentences.of(going)
        return said


@dataclass
class Said:
    """An answer as it is said, with the probability of its tokens and where it might have gone on otherwise."""

    answer: Answer
    chance: float = 1.0
    doubts: list[tuple[int, int, float]] = field(default_factory=list)  # step, other token, chance up to it

    def choose(self, token: int, chance: float, allowed: NDArray[np.float32]) -> None:
        """Say the likeliest of the tokens that the grammar allows, of which these are the chances (-1: not allowed)."""
        if chance < 1 - _DOUBT:
            allowed[token] = -1.0
            other = int(allowed.argmax())
            if allowed[other] > 0:
                self.doubts.append((len(self.answer.tokens), other, self.chance * float(allowed[other])))
        self.chance *= chance
        self.answer.say(token)

    def force(self, token: int) -> int:
        """Say a token that was chosen before, whose chance is counted already."""
        self.answer.say(token)
        return token

    def otherwise(self) -> list[Said]:
        """The likeliest other ways to begin, where the answer is in doubt."""
        begun = []
        for step, token, chance in sorted(self.doubts, key=lambda doubt: -doubt[2])[:_BRANCHES]:
            if chance >= _DOUBT:
                answer = Answer(self.answer.chars)
                for said in (*self.answer.tokens[:step], token):
                    answer.say(said)
                begun.append(Said(answer, chance))
        return begun
