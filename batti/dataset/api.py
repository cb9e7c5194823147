"""Ask an OpenAI-compatible chat API for rows of JSON: many calls at once, each kept in a journal."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import openai
from openai import APIConnectionError, APIStatusError, AsyncOpenAI, AuthenticationError
from tqdm import tqdm

from batti.dataset.journal import Journal, Malformed, key_of
from batti.errors import BattiError, quote

ATTEMPTS = 3
"""How often a call is made whose answer is malformed or does not come in time."""
GIVE_UP = 5
"""So many calls in a row without an answer end the run: going on would only wait."""
_OVERLOADED = (408, 409, 429)  # besides 5xx: the statuses at which the same request may do later


@dataclass(frozen=True)
class Request:
    """One call: the guideline, what is asked for, and the JSON schema of the answer (`rows` at its top)."""

    guideline: str
    task: str
    schema: Mapping[str, Any]

    def body(self, model: str) -> dict[str, Any]:
        """The request as it is sent: no setting that some servers do not know."""
        answer = {"name": "rows", "strict": True, "schema": self.schema}
        return {
            "model": model,
            "messages": [{"role": "system", "content": self.guideline}, {"role": "user", "content": self.task}],
            "response_format": {"type": "json_schema", "json_schema": answer},
        }


@dataclass(frozen=True)
class Answer:
    """The rows that came back, or why none did."""

    rows: list[Any] = field(default_factory=list)
    failed: str = ""


@dataclass(frozen=True)
class Api:
    """Where to ask, and how patiently: `timeout` is seconds for one answer, `retries` those after an error."""

    url: str
    model: str
    concurrency: int = 8
    timeout: float = 60
    retries: int = 6

    def ask(self, requests: Sequence[Request], journal: Journal) -> list[Answer]:
        """The answers in the order of the requests. Raises BattiError where it is no use to go on."""
        return asyncio.run(self._ask(requests, journal))

    async def _ask(self, requests: Sequence[Request], journal: Journal) -> list[Answer]:
        bar = tqdm(total=len(requests), unit=" calls", file=sys.stderr, disable=None)
        with bar:
            async with self._client() as client:
                asker = _Asker(self, client, journal, bar)
                try:
                    async with asyncio.TaskGroup() as group:
                        tasks = [group.create_task(asker.answer(request)) for request in requests]
                except BaseExceptionGroup as errors:
                    raise errors.exceptions[0] from None
        return [task.result() for task in tasks]

    def _client(self) -> AsyncOpenAI:
        """The client, which itself retries 408, 409, 429, 5xx and broken connections, with back-off and jitter."""
        return AsyncOpenAI(
            base_url=self.url,
            api_key=_key(),
            timeout=None,  # _Limited sees to it
            max_retries=self.retries,
            http_client=_Limited(self.timeout),
        )


def _key() -> str:
    key = os.environ.get("OPENAI_API_KEY", "").strip()
    if not (key.isascii() and key.isprintable()):
        raise BattiError("OPENAI_API_KEY holds characters that no key has", "set it to a valid key")
    return key or "none"  # local servers ask for none


class _Limited(openai.DefaultAsyncHttpxClient):
    """Limits a whole exchange: the library's own limit starts anew with each byte, such as a keep-alive's."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds

    async def send(self, *args: Any, **kwargs: Any) -> Any:
        async with asyncio.timeout(self._seconds):
            return await super().send(*args, **kwargs)


class _Asker:
    """Asks with so many calls under way at once."""

    def __init__(self, api: Api, client: AsyncOpenAI, journal: Journal, bar: tqdm[Any]) -> None:
        self.api, self.client, self.journal, self.bar = api, client, journal, bar
        self.gate = asyncio.Semaphore(api.concurrency)
        self.lost = 0  # calls in a row without an answer

    async def answer(self, request: Request) -> Answer:
        """The journal's answer, or else the API's."""
        body = request.body(self.api.model)
        key = key_of(body)
        rows = self.journal.rows(key)
        if rows is None:
            async with self.gate:
                answer = await self._attempts(key, body)
        else:
            answer = Answer(rows)
        self.bar.update()
        return answer

    async def _attempts(self, key: str, body: Mapping[str, Any]) -> Answer:
        reason = ""
        for _ in range(ATTEMPTS):
            try:
                rows = self.journal.answered(key, await self._send(body))
                self.lost = 0
                return Answer(rows)
            except Malformed as malformed:
                reason = str(malformed)
            except TimeoutError:
                reason = f"no whole answer in {self.api.timeout:g} s"
            except (APIConnectionError, APIStatusError) as error:
                reason = self._reason(error)
                break  # the client has tried again already
        else:
            reason += f" ({ATTEMPTS} attempts)"
        self.journal.failed(key, reason)
        self._count_lost(reason)
        return Answer(failed=reason)

    async def _send(self, body: Mapping[str, Any]) -> str:
        response = await self.client.chat.completions.with_raw_response.create(**body)
        return str(response.http_response.text)

    def _reason(self, error: APIConnectionError | APIStatusError) -> str:
        """Why a call failed. Raises BattiError where each of the others would fail as well."""
        if not isinstance(error, APIStatusError):
            return f"no connection to {self.api.url}: {error.__cause__ or error}"
        status = error.status_code
        if status >= 500 or status in _OVERLOADED:
            return f"the API answers {status}: {quote(_message(error))}"
        if isinstance(error, AuthenticationError):  # its text may quote the key
            raise BattiError(f"{self.api.url} refuses the key (401)", "set OPENAI_API_KEY to a valid one")
        said = f"{self.api.url} refuses the request ({status}): {quote(_message(error))}"
        raise BattiError(said, "check --api, --model and that the model can answer by a JSON schema")

    def _count_lost(self, reason: str) -> None:
        self.lost += 1
        if self.lost >= GIVE_UP:
            hint = "answers so far are kept; run the same command again later"
            raise BattiError(f"{self.lost} calls in a row failed, the last one: {reason}", hint)


def _message(error: APIStatusError) -> str:
    """The server's own words where it says them in the usual form."""
    body = error.body
    said = body.get("message") if isinstance(body, dict) else body
    return str(said or error.message)
