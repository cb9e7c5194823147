"""The raw answers of a chat API, on the disk before anything is made of them: a call is paid for once."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from batti.alone import alone
from batti.errors import BattiError, quote

Price = tuple[float, float]
"""USD for a million tokens in, and for a million tokens out."""


class Malformed(ValueError):
    """An answer that holds no rows; the message says why."""


def key_of(request: Mapping[str, Any]) -> str:
    """What two equal requests share."""
    text = json.dumps(request, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def rows_of(body: str) -> list[Any]:
    """The rows in the body of a chat completion. Raises Malformed."""
    try:
        choice = json.loads(body)["choices"][0]
        message, finish = choice["message"], choice.get("finish_reason")
        refusal, content = message.get("refusal"), message.get("content")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise Malformed(f"the answer is no chat completion: {quote(body)}") from None
    if finish == "length":
        raise Malformed("the answer is cut off at the model's limit of tokens")
    if refusal or finish == "content_filter":
        raise Malformed(f"the model refuses: {quote(str(refusal or finish))}")
    try:
        rows = json.loads(content)["rows"]
    except (ValueError, LookupError, TypeError, RecursionError):
        raise Malformed(f"the answer is not the JSON that was asked for: {quote(str(content))}") from None
    if not isinstance(rows, list):
        raise Malformed(f"rows is {quote(rows)}, not a list")
    return rows


def _usage_of(body: str) -> tuple[int, int] | None:
    """Tokens in and out, where the server counts them."""
    try:
        usage = json.loads(body)["usage"]
        return int(usage["prompt_tokens"]), int(usage["completion_tokens"])
    except (ValueError, LookupError, TypeError, RecursionError):
        return None


@dataclass
class Spent:
    """What all answers together took, malformed ones and those of earlier runs too."""

    answers: int = 0
    uncounted: int = 0  # answers of which the server gave no count of tokens
    unpriced: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    usd: float = 0.0

    def add(self, usage: tuple[int, int] | None, price: Price | None) -> None:
        self.answers += 1
        self.uncounted += usage is None
        self.unpriced += price is None
        tokens_in, tokens_out = usage or (0, 0)
        self.tokens_in += tokens_in
        self.tokens_out += tokens_out
        if price:
            self.usd += (tokens_in * price[0] + tokens_out * price[1]) / 1e6

    def __str__(self) -> str:
        said = f"{self.answers:,} answers, {self.tokens_in:,} tokens in, {self.tokens_out:,} out"
        if self.uncounted:
            said += f" ({self.uncounted:,} answers without a count)"
        if self.unpriced < self.answers:
            said += f", {self.usd:.4f} USD"
            said += f" ({self.unpriced:,} answers without a price)" if self.unpriced else ""
        return said


class Journal:
    """The file of answers. `price` is that of answers to come, and of those that were written without one."""

    def __init__(self, path: Path, price: Price | None = None) -> None:
        self.path = path
        self.price = price
        self.spent = Spent()
        self._rows: dict[str, list[Any]] = {}
        with ExitStack() as held:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._file = held.enter_context(path.open("a+b"))
                held.enter_context(alone(path, f"another run is writing {path}", "wait for it, or name another OUT"))
            except OSError as error:
                raise BattiError(f"{quote(str(path))}: {error.strerror}", "write where files can be made") from None
            self._read()
            self._held = held.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    def rows(self, key: str) -> list[Any] | None:
        """The rows that were answered to a request; None where it is still to be asked."""
        return self._rows.get(key)

    def answered(self, key: str, body: str) -> list[Any]:
        """Keep the body of an answer, then give its rows. Raises Malformed."""
        self._append({"key": key, "price": self.price, "body": body})
        return self._take(key, body, self.price)

    def failed(self, key: str, reason: str) -> None:
        """Keep why a call was given up; the next run asks it again."""
        self._append({"key": key, "failed": reason})

    def _take(self, key: str, body: str, price: Price | None) -> list[Any]:
        self.spent.add(_usage_of(body), price)
        self._rows[key] = rows_of(body)
        return self._rows[key]

    def _append(self, entry: Mapping[str, Any]) -> None:
        line = json.dumps(entry, ensure_ascii=False) + "\n"
        try:
            self._file.write(line.encode("utf-8", "replace"))
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise BattiError(f"{self.path}: {error.strerror}", "make room, then run the same command again") from None

    def _read(self) -> None:
        """Takes in what earlier runs wrote; a line that a crash cut short is dropped."""
        self._file.seek(0)
        whole = 0
        for number, line in enumerate(self._file, 1):
            if not line.endswith(b"\n"):
                self._file.truncate(whole)
                break
            whole += len(line)
            try:
                entry = json.loads(line)
                if "failed" not in entry:
                    self._take(str(entry["key"]), str(entry["body"]), entry["price"] or self.price)
            except Malformed:
                continue
            except (ValueError, LookupError, TypeError):
                hint = "delete the line; its call is asked again"
                raise BattiError(f"{self.path}:{number}: not a line of answers", hint) from None
