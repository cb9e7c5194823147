"""GGUF files on llama.cpp, held to the home's grammar.

What the grammar leaves no choice in is written and not sampled. Each choice is one call, which reads at once
what was written since the last one; all before it is in the cache of the answer's slot.

The library can only be had as llama.cpp's server. It is asked by plain calls; its listener is a Unix
socket in a folder of its own that is removed at once, so that nobody else can reach it.
"""

from __future__ import annotations

import math
import os
import re
import signal
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import xllamacpp

from batti import chat, gbnf
from batti.chat import ChatBackend, Said
from batti.draft import SPLITS, Draft, split_of
from batti.errors import BattiError
from batti.follow import Grammar
from batti.home import Home

CONTEXT = 4096
"""Tokens of prompt and answer together; a home with a hundred rooms and their aliases fits."""
_LOADED: list[Any] = []
"""Every server stays till the process ends: one that is given up while its threads start waits for them for ever."""
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True)
class Timings:
    """What an answer took, as llama.cpp counts it; `cached` tokens of the prompt were there already.

    Of the answer's tokens `sampled` were chosen by the model, the others read.
    """

    cached: int
    prompt: int
    prompt_ms: float
    answer: int
    answer_ms: float
    sampled: int


@dataclass(frozen=True)
class _Step:
    """A choice: the text that came with it, the logarithm of its chance, and the server's answer."""

    text: str
    chance: float
    answer: Mapping[str, Any]


class LlamaCppBackend(ChatBackend):
    """See `load`. What is the same in two prompts in a row, such as the home, is computed once."""

    def __init__(self, server: Any, threads: int, slots: int) -> None:
        super().__init__()
        self.threads = threads
        self._server, self._slots = server, slots
        self._free: SimpleQueue[int] = SimpleQueue()
        for slot in range(slots):
            self._free.put(slot)

    @classmethod
    def load(cls, path: Path, threads: int | None = None, slots: int = 1) -> LlamaCppBackend:
        """The model of a GGUF file; `slots` sentences are answered at once. Raises BattiError."""
        if not path.is_file():
            raise BattiError(f"there is no model file '{path}'", "give the path of a .gguf file")
        threads = threads or os.cpu_count() or 1
        with tempfile.TemporaryDirectory(prefix="batti-") as folder:
            params = _params(path, threads, slots)
            params.hostnames = [str(Path(folder) / "unreachable.sock")]
            handlers = {number: signal.getsignal(number) for number in _SIGNALS}
            try:
                server = xllamacpp.Server(params)
            except Exception as error:  # the library's errors have no class of their own
                said = f"'{path}' cannot be loaded by llama.cpp"
                raise BattiError(said, "check that it is a GGUF file of a chat model") from error
            finally:
                _give_back(handlers)
        _LOADED.append(server)
        return cls(server, threads, slots)

    def say(self, home: Home, sentences: Sequence[str]) -> list[Said]:
        """Greedy answers, held to the grammar of the home."""
        if self._slots == 1:
            return [self._said(home, sentence) for sentence in sentences]
        with ThreadPoolExecutor(self._slots) as pool:
            return list(pool.map(lambda sentence: self._said(home, sentence), sentences))

    def stream(self, home: Home, sentence: str) -> Iterator[str | Said]:
        """The answer as it comes, held to the grammar of the home, then the whole."""
        came: SimpleQueue[_Step | BaseException | None] = SimpleQueue()
        left = threading.Event()

        def run() -> None:  # whoever reads slowly keeps nobody else waiting
            try:
                for step in self._steps(home, sentence):
                    came.put(step)
                    if left.is_set():
                        return
                came.put(None)
            except BaseException as error:  # raised where it is read
                came.put(error)

        threading.Thread(target=run, daemon=True).start()
        text, chance = "", 0.0
        try:
            while (step := came.get()) is not None:
                if isinstance(step, BaseException):
                    raise step
                chance += step.chance
                if step.text:
                    text += step.text
                    yield step.text
        finally:
            left.set()
        yield Said(text, min(1.0, math.exp(chance)))

    def reply(self, messages: chat.Messages, tokens: int) -> str:
        """A greedy answer of at most so many tokens that is held to no grammar."""
        body = {"messages": messages, "temperature": 0, "max_tokens": tokens}
        answer = self._call(self._server.handle_chat_completions, body)
        return answer["choices"][0]["message"]["content"] or ""

    def timed(self, home: Home, sentence: str, document: str | None = None, cached: bool = True) -> Timings:
        """What an answer takes, or one that says this document; `cached`: with the home known."""
        answers = [step.answer for step in self._steps(home, sentence, document, cached)]
        begun, *others = [one["timings"] for one in answers]
        return Timings(
            cached=begun["cache_n"],
            prompt=begun["prompt_n"],
            prompt_ms=begun["prompt_ms"],
            answer=answers[-1]["usage"]["total_tokens"] - answers[0]["usage"]["prompt_tokens"],
            answer_ms=begun["predicted_ms"] + sum(one["prompt_ms"] + one["predicted_ms"] for one in others),
            sampled=sum(one["usage"]["completion_tokens"] for one in answers),
        )

    def tokens(self, text: str) -> int:
        """How many tokens a text has."""
        return len(self._tokenized([text])[0])

    def _said(self, home: Home, sentence: str) -> Said:
        steps = list(self._steps(home, sentence))
        return Said("".join(step.text for step in steps), min(1.0, math.exp(sum(step.chance for step in steps))))

    def _steps(self, home: Home, sentence: str, document: str | None = None, cached: bool = True) -> Iterator[_Step]:
        """An answer choice by choice; with a document its choices are taken, whatever the model would say."""
        split = SPLITS[-1] if self._split is None and document is not None else self._split
        with self._slot() as slot:
            if split is None:  # what is written could have other tokens than the whole
                yield self._at_once(home, sentence, slot, cached)
                return
            draft, begun, written = Draft(_grammar(home), split), 0, 0
            while not draft.done:
                asked = chat.messages(home, sentence)
                if kept := draft.kept():
                    asked.append({"role": "assistant", "content": kept})  # which it goes on with
                body = {"messages": asked, "temperature": 0, "id_slot": slot, "cache_prompt": cached or begun > 0}
                if document is None:
                    said, answer = self._chosen(body | _CHANCES | {"grammar": draft.choice()})
                else:
                    said, answer = draft.token_of(document), self._next(body)
                begun = begun or answer["usage"]["prompt_tokens"]
                if said:
                    draft.say(said)
                yield _Step(draft.text[written:], _log_chance(answer["choices"][0]), answer)
                written = len(draft.text)
                if not said or answer["usage"]["total_tokens"] - begun >= chat.MAX_ANSWER:
                    return

    def _at_once(self, home: Home, sentence: str, slot: int, cached: bool) -> _Step:
        """An answer each token of which is sampled."""
        body = {"messages": chat.messages(home, sentence), "temperature": 0, "id_slot": slot, "cache_prompt": cached}
        answer = self._next(body | _CHANCES | {"grammar": gbnf.grammar(home)}, chat.MAX_ANSWER)
        choice = answer["choices"][0]
        return _Step(choice["message"]["content"] or "", _log_chance(choice), answer)

    def _chosen(self, body: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
        """The text of the next token, nothing where the answer ends; of a few where one is but a part of a letter."""
        for tokens in range(1, _LETTER + 1):
            answer = self._next(body, tokens)
            choice = answer["choices"][0]
            came = bytes(byte for token in _sampled(choice) for byte in token["bytes"])
            with suppress(UnicodeDecodeError):
                if came or choice["finish_reason"] == "stop":
                    return came.decode(), answer
        raise BattiError("llama.cpp answers with a part of a letter", "check that it is a chat model")

    def _next(self, body: Mapping[str, Any], tokens: int = 1) -> Mapping[str, Any]:
        return self._call(self._server.handle_chat_completions, {**body, "max_tokens": tokens})

    @contextmanager
    def _slot(self) -> Iterator[int]:
        """A slot of the server for one answer, whose cache it then has for itself."""
        slot = self._free.get()
        try:
            yield slot
        finally:
            self._free.put(slot)

    @cached_property
    def _split(self) -> re.Pattern[str] | None:
        return split_of(self._tokenized)

    def _tokenized(self, texts: Sequence[str]) -> list[list[int]]:
        """The tokens of texts, which the server tells of biases that it is given, here of nothing that matters."""
        biases = [[text, number] for number, text in enumerate(texts)]
        body = {"prompt": "", "max_tokens": 1, "logit_bias": biases, "verbose": True}
        said = self._call(self._server.handle_completions, body)["__verbose"]["generation_settings"]["logit_bias"]
        tokens: list[list[int]] = [[] for _ in texts]
        for one in said:
            tokens[round(one["bias"])].append(one["token"])
        return tokens

    @staticmethod
    def _call(handler: Any, body: Mapping[str, Any]) -> Mapping[str, Any]:
        answer: Mapping[str, Any] = handler(dict(body))
        _check(answer)
        return answer


def _check(answer: Mapping[str, Any]) -> None:
    """Raises BattiError where the server answers with an error."""
    if error := answer.get("error"):
        if error.get("type") == "exceed_context_size_error":
            problem = f"the home needs {error['n_prompt_tokens']} tokens, and the model is given {CONTEXT}"
            raise BattiError(problem, "give its rooms fewer aliases")
        raise BattiError(f"llama.cpp does not answer: {error['message']}", "check that it is a chat model")


def _log_chance(choice: Mapping[str, Any]) -> float:
    """Of the tokens of an answer, or of a piece of one."""
    return float(sum(token["logprob"] for token in _sampled(choice)))


def _sampled(choice: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The tokens of an answer; there are none while the only one is a part of a letter."""
    tokens: Sequence[Mapping[str, Any]] = (choice.get("logprobs") or {"content": ()})["content"]
    return tokens


_CHANCES = {"logprobs": True, "top_logprobs": 1}
_LETTER = 4  # bytes, and so tokens, that a letter has at most


@lru_cache(maxsize=8)
def _grammar(home: Home) -> Grammar:
    return Grammar(gbnf.grammar(home))


def _params(path: Path, threads: int, slots: int) -> Any:
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.n_ctx = CONTEXT * slots
    params.n_parallel = slots
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    params.fit_params = False  # which would change the context to fit the memory
    params.cache_ram_mib = 0  # prompts of earlier homes are not kept beside the model
    params.ui = False
    params.verbosity = -1
    return params


def _give_back(handlers: Mapping[signal.Signals, Any]) -> None:
    """The library takes Ctrl-C for itself; Python has it back, where this is the thread that may."""
    for number, handler in handlers.items():
        try:
            signal.signal(number, handler)
        except ValueError:  # not the main thread
            return
