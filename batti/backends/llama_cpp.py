"""GGUF files on llama.cpp, held to the home's grammar.

The library can only be had as llama.cpp's server. It is asked by plain calls; its listener is a Unix
socket in a folder of its own that is removed at once, so that nobody else can reach it.
"""

from __future__ import annotations

import math
import os
import signal
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import xllamacpp

from batti import chat, gbnf
from batti.chat import ChatBackend, Said
from batti.errors import BattiError
from batti.home import Home

CONTEXT = 4096
"""Tokens of prompt and answer together; a home with a hundred rooms and their aliases fits."""
_LOADED: list[Any] = []
"""Every server stays till the process ends: one that is given up while its threads start waits for them for ever."""
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True)
class Timings:
    """What one call took, as llama.cpp counts it; `cached` tokens of the prompt were there already."""

    cached: int
    prompt: int
    prompt_ms: float
    answer: int
    answer_ms: float


class LlamaCppBackend(ChatBackend):
    """See `load`. What is the same in two prompts in a row, such as the home, is computed once."""

    def __init__(self, server: Any, threads: int, slots: int) -> None:
        super().__init__()
        self.threads = threads
        self._server, self._slots = server, slots

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
        came: SimpleQueue[Mapping[str, Any] | None] = SimpleQueue()
        left = threading.Event()

        def take(piece: Mapping[str, Any]) -> bool:
            came.put(piece)
            return left.is_set()  # whether to stop

        def run() -> None:
            body = {"messages": chat.messages(home, sentence), **_held(home), **_CHANCES, "stream": True}
            if (refused := self._server.handle_chat_completions(body, take)) is not None:
                came.put(refused)
            came.put(None)

        threading.Thread(target=run, daemon=True).start()
        text, chance = "", 0.0
        try:
            while (piece := came.get()) is not None:
                _check(piece)
                for choice in piece["choices"]:
                    chance += _log_chance(choice)
                    if said := choice["delta"].get("content"):
                        text += said
                        yield said
        finally:
            left.set()
        yield Said(text, min(1.0, math.exp(chance)))

    def ask(self, home: Home, sentence: str, **options: Any) -> Mapping[str, Any]:
        """The server's whole answer about a sentence; `options` are llama.cpp's own."""
        return self._call(self._server.handle_chat_completions, {"messages": chat.messages(home, sentence), **options})

    def reply(self, messages: chat.Messages, tokens: int) -> str:
        """A greedy answer of at most so many tokens that is held to no grammar."""
        body = {"messages": messages, "temperature": 0, "max_tokens": tokens}
        answer = self._call(self._server.handle_chat_completions, body)
        return answer["choices"][0]["message"]["content"] or ""

    def timed(self, home: Home, sentence: str, tokens: int | None = None, cached: bool = True) -> Timings:
        """What an answer takes, or one of exactly so many tokens, whatever it says; `cached`: with the home known."""
        options = _FREELY | {"max_tokens": tokens} if tokens else _held(home)
        timings = self.ask(home, sentence, **options, cache_prompt=cached)["timings"]
        return Timings(*(timings[key] for key in ("cache_n", "prompt_n", "prompt_ms", "predicted_n", "predicted_ms")))

    def tokens(self, text: str) -> int:
        """How many tokens a text has."""
        options = {"prompt": text, "max_tokens": 1, "cache_prompt": False}
        usage = self._call(self._server.handle_completions, options)["usage"]
        return int(usage["prompt_tokens"]) - 1  # that which begins every text

    def _said(self, home: Home, sentence: str) -> Said:
        choice = self.ask(home, sentence, **_held(home), **_CHANCES)["choices"][0]
        return Said(choice["message"]["content"] or "", min(1.0, math.exp(_log_chance(choice))))

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
    return float(sum(token["logprob"] for token in (choice.get("logprobs") or {"content": ()})["content"]))


_CHANCES = {"logprobs": True, "top_logprobs": 1}
_FREELY = {"temperature": 0, "ignore_eos": True}


def _held(home: Home) -> dict[str, Any]:
    """The options of an answer that is held to the home's grammar."""
    return {"temperature": 0, "grammar": gbnf.grammar(home), "max_tokens": chat.MAX_ANSWER}


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
