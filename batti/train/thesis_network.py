"""The shipped kind of network, answering in the thesis's own words; trained on nothing but the rows given, from nothing
or from a network that knows the language already, as the thesis's Llama knows English."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from random import Random

import torch
import torch.nn.functional as F
from pydantic import Field
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from tqdm import tqdm

from batti import prompt
from batti.dataset.noise import typo
from batti.sound import word_ids
from batti.text import MAX_CHARS, normalize
from batti.train.model import Network, Shape
from batti.train.recombine import Recombination, Row
from batti.train.run import Descent
from batti.train.scratch import mixed_precision, optimizers

_PAD, _START, _END = range(3)
_SORTED_TOGETHER = 20  # batches' worth of sentences that are sorted by length
_LONGEST = 64  # words of an answer
_CHUNK = 256  # sentences answered together
_SLIPS = 0.3  # of the words of a mistyped sentence
_BETWEEN = (" and ", ". ", ", ", " ra ", " ani ")  # two sentences that are joined


class Recipe(Descent):
    """One training run; every key is explained in `configs/thesis.yaml`."""

    seed: int = 1
    epochs: int = Field(default=20, gt=0)
    batch: int = Field(default=64, gt=0)
    warmup: float = Field(default=0.1, gt=0, lt=1)
    mistyped: float = Field(default=0.0, ge=0, le=1)
    joined: float = Field(default=0.0, ge=0, le=1)
    recombined: float = Field(default=0.0, ge=0, le=1)
    smoothing: float = Field(default=0.0, ge=0, lt=1)
    average: float = Field(default=0.99, ge=0, lt=1)
    bfloat16: bool = True


class Seq2Seq(Network):
    """The network with words of its own instead of structure and pointers."""

    def __init__(self, shape: Shape, words: Sequence[str]) -> None:
        super().__init__(shape)
        del self.pointed, self.point, self.tags  # there is no home to point into
        self.said = tuple(words)
        self.tokens = nn.Embedding(_END + 1 + len(words), shape.width)
        self.out = nn.Linear(shape.width, _END + 1 + len(words))
        self.tokens.apply(self._init)
        self.out.apply(self._init)

    def know(self, other: Network) -> None:
        """Take over the weights of a network of the same shape; the words to answer in are new."""
        mine, theirs, new = self.state_dict(), other.state_dict(), ("tokens.", "out.")
        self.load_state_dict({k: weight if k.startswith(new) else theirs[k] for k, weight in mine.items()})

    def sentence_keys(self, ids: Tensor, words: Tensor | None) -> Tensor:
        """(B, T) character ids and numbers of words -> what the decoder looks at: characters, or groups of them."""
        x = self.characters(ids)
        memory, groups = self.read(x if words is None else x + self.read_words(words), ids)
        return self.look_keys(memory if self.shape.merge == 1 else groups)

    def next_words(self, answers: Tensor, keys: Tensor, there: Tensor) -> Tensor:
        """Scores (B, L, words) of what follows each word of the answers (B, L)."""
        x = self.tokens(answers)
        causal = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool, device=x.device).tril()
        x, _ = self.step(x, self.empty_past(len(x), keys), 0, causal, keys, there)
        scores: Tensor = self.out(x)
        return scores

    def loss(self, ids: Tensor, words: Tensor | None, answers: Tensor, smoothing: float) -> Tensor:
        """Mean cross-entropy of answers (B, L), which begin with START and are padded with PAD."""
        keys = self.sentence_keys(ids, words)
        scores = self.next_words(answers[:, :-1], keys, self.there(ids))
        return F.cross_entropy(
            scores.float().flatten(0, 1), answers[:, 1:].flatten(), ignore_index=_PAD, label_smoothing=smoothing
        )

    @torch.inference_mode()
    def answer(self, commands: Sequence[str]) -> list[str]:
        """The most probable next word, again and again."""
        return [said for at in range(0, len(commands), _CHUNK) for said in self._answer(commands[at : at + _CHUNK])]

    def _answer(self, commands: Sequence[str]) -> list[str]:
        device = self.out.weight.device
        ids, words = _sentences([_encoded(command, self.shape.words) for command in commands], device)
        keys = self.sentence_keys(ids, words)
        answers = torch.full((len(ids), 1), _START, device=ids.device)
        while answers.shape[1] <= _LONGEST and not bool((answers == _END).any(1).all()):
            best = self.next_words(answers, keys, self.there(ids))[:, -1].argmax(-1)
            answers = torch.cat((answers, best[:, None]), dim=1)
        return [self._words(row) for row in answers.tolist()]

    def _words(self, row: list[int]) -> str:
        end = row.index(_END) if _END in row else len(row)
        return " ".join(self.said[token - _END - 1] for token in row[1:end] if token > _END)


Encoded = tuple[list[int], list[int]]
"""The characters of a sentence, and the number of the word of each, where words are read."""


def _encoded(command: str, words: int) -> Encoded:
    text = normalize(command)[:MAX_CHARS]
    return prompt.encode_text(text), word_ids(text, words) if words else []


def _sentences(some: Sequence[Encoded], device: torch.device) -> tuple[Tensor, Tensor | None]:
    """Character ids (B, T) and numbers of words."""
    ids, words = zip(*some, strict=True)
    padded = torch.from_numpy(prompt.pad(ids)).to(device)
    return padded, torch.from_numpy(prompt.pad(words)).to(device) if any(words) else None


def train(rows: Sequence[Row], recipe: Recipe) -> Seq2Seq:
    """The averaged weights after the recipe's epochs over these rows, ready to answer. Raises BattiError."""
    recipe, known = recipe.begun()
    torch.manual_seed(recipe.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    bfloat16 = mixed_precision(recipe.bfloat16, device)
    words = list(dict.fromkeys(word for _, output in rows for word in output.split()))
    network = Seq2Seq(recipe.shape, words)
    if known:
        network.know(known)
    network = network.to(device)
    average = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(recipe.average))  # type: ignore[no-untyped-call]
    steps = recipe.epochs * -(-len(rows) // recipe.batch)
    descent = optimizers(recipe, network)
    schedules = [torch.optim.lr_scheduler.LambdaLR(one, lambda step: _rate((step + 1) / steps, recipe.warmup))
                 for one in descent]  # fmt: skip
    bar = tqdm(_batches(rows, words, recipe), total=steps, desc="train", disable=None)
    for sentences, answers in bar:
        ids, numbers = _sentences(sentences, network.out.weight.device)
        with torch.autocast(device, torch.bfloat16, enabled=bfloat16):
            loss = network.loss(ids, numbers, answers.to(device), recipe.smoothing)
        network.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        for optimizer, schedule in zip(descent, schedules, strict=True):
            optimizer.step()
            schedule.step()
        average.update_parameters(network)
        if bar.n % 50 == 0:
            bar.set_postfix(loss=f"{loss.item():.3f}")
    network.load_state_dict(average.module.state_dict())
    return network.eval()


def _rate(progress: float, warmup: float) -> float:
    """Share of the peak rate: linear warm-up, then a cosine down to nothing."""
    return min(1.0, progress / warmup) * 0.5 * (1 + math.cos(math.pi * min(1.0, progress)))


def _batches(rows: Sequence[Row], words: Sequence[str], recipe: Recipe) -> Iterator[tuple[Sequence[Encoded], Tensor]]:
    """Every epoch's rows in a new order, those of about one length together."""
    token = {word: _END + 1 + i for i, word in enumerate(words)}
    rng = Random(recipe.seed)
    recombination = Recombination(rows) if recipe.recombined else None
    for _ in range(recipe.epochs):
        some = [_recombined(row, recombination, recipe, rng) for row in rows] if recombination else rows
        encoded = [
            (_encoded(command, recipe.shape.words), [_START, *(token[word] for word in output.split()), _END])
            for command, output in _shown(some, recipe, rng)
        ]
        rng.shuffle(encoded)
        batches: list[list[tuple[Encoded, list[int]]]] = []
        for at in range(0, len(encoded), pool := recipe.batch * _SORTED_TOGETHER):
            by_length = sorted(encoded[at : at + pool], key=lambda one: len(one[0][0]))
            batches += [by_length[i : i + recipe.batch] for i in range(0, len(by_length), recipe.batch)]
        rng.shuffle(batches)
        for batch in batches:
            sentences, answers = zip(*batch, strict=True)
            yield sentences, torch.from_numpy(prompt.pad(answers))


def _recombined(row: Row, recombination: Recombination, recipe: Recipe, rng: Random) -> Row:
    other = recombination.row(row, rng) if rng.random() < recipe.recombined else None
    return other or row


def _shown(rows: Sequence[Row], recipe: Recipe, rng: Random) -> Iterator[Row]:
    """The rows as an epoch shows them: some mistyped, some with another behind them."""
    for command, output in rows:
        if rng.random() < recipe.joined:
            other, its_output = rng.choice(rows)
            yield command + rng.choice(_BETWEEN) + other, f"{output} {its_output}"
        elif rng.random() < recipe.mistyped:
            yield " ".join(typo(word, rng) if rng.random() < _SLIPS else word for word in command.split()), output
        else:
            yield command, output
