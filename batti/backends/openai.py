"""Models behind an OpenAI-compatible chat API, local or not."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import openai

from batti import chat
from batti.chat import ChatBackend, Said
from batti.errors import BattiError, quote
from batti.home import Home

_AT_ONCE = 8
_RETRIES = 6  # with back-off, of what may pass: 408, 409, 429, 5xx, a broken connection
_TIMEOUT = 120.0  # seconds


class OpenAIBackend(ChatBackend):
    """See `load`. The API does not say how probable an answer is: a valid one counts as certain."""

    def __init__(self, url: str, model: str, retries: int = _RETRIES, timeout: float = _TIMEOUT) -> None:
        super().__init__()
        self._url, self._model = url, model
        key = os.environ.get("OPENAI_API_KEY", "").strip() or "none"  # local servers ask for none
        self._client = openai.OpenAI(base_url=url, api_key=key, max_retries=retries, timeout=timeout)

    @classmethod
    def load(cls, name: str) -> OpenAIBackend:
        """The model of `URL#MODEL`; the key is that of OPENAI_API_KEY. Raises BattiError."""
        url, _, model = name.partition("#")
        if not model:
            raise BattiError(f"{quote(name)} does not name a model", f"write {url.rstrip('/')}#MODEL")
        return cls(url.rstrip("/"), model)

    def say(self, home: Home, sentences: Sequence[str]) -> list[Said]:
        """Answers at temperature 0, some at once. Raises BattiError where the API does not answer."""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            asked = [pool.submit(self._said, home, sentence) for sentence in sentences]
            try:
                return [one.result() for one in asked]
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def stream(self, home: Home, sentence: str) -> Iterator[str | Said]:
        """The answer as it comes, then the whole. Raises BattiError where the API does not answer."""
        said = ""
        try:
            pieces: Any = self._client.chat.completions.create(
                model=self._model,
                messages=chat.messages(home, sentence),  # type: ignore[arg-type]
                temperature=0,
                stream=True,
            )
            for piece in pieces:
                if piece.choices and (text := piece.choices[0].delta.content):
                    said += text
                    yield text
        except openai.APIStatusError as error:
            raise self._refused(error) from None
        except openai.APIError as error:
            raise self._silent(error) from None
        yield Said(said)

    def _said(self, home: Home, sentence: str) -> Said:
        try:
            answer = self._client.chat.completions.create(
                model=self._model,
                messages=chat.messages(home, sentence),  # type: ignore[arg-type]
                temperature=0,
            )
            return Said(answer.choices[0].message.content or "")
        except openai.APIStatusError as error:
            raise self._refused(error) from None
        except openai.APIError as error:
            raise self._silent(error) from None
        except (AttributeError, IndexError, TypeError, ValueError):  # no chat completion
            return Said("")

    def _silent(self, error: openai.APIError) -> BattiError:
        reason = error.__cause__ or error
        return BattiError(f"no answer from {self._url}: {reason}", "check the address and the server")

    def _refused(self, error: openai.APIStatusError) -> BattiError:
        if error.status_code == 401:  # the server's text may quote the key
            return BattiError(f"{self._url} refuses the key (401)", "set OPENAI_API_KEY to a valid one")
        said = error.body.get("message") if isinstance(error.body, dict) else error.body
        problem = f"{self._url} answers {error.status_code}: {quote(str(said or error.message))}"
        return BattiError(problem, "check the address and the name of the model")
