"""The HTTP service of `batti serve`, as this integration uses it."""

from __future__ import annotations

from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

_SECONDS = ClientTimeout(total=30, connect=4)


class CannotConnect(Exception):
    """The service does not answer; what was sent may have been carried out, and is not sent again."""


class InvalidToken(Exception):
    """The service wants another token."""


class NoSuchRoom(Exception):
    """The service knows no such room; nothing was done."""


class Batti:
    """One service. `url` is that of its page, `token` may be empty."""

    def __init__(self, session: ClientSession, url: str, token: str) -> None:
        self._session, self._url = session, url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    async def check(self) -> str:
        """The name of its home. Raises CannotConnect or InvalidToken."""
        home = await self._ask("GET", "home")
        return str(home.get("name", "batti"))

    async def command(self, sentence: str, room: str | None, answers: str | None) -> dict[str, Any]:
        """What came of a sentence; `answers` is what was said before and asked back."""
        asked = {"sentence": sentence, "room": room, "answers": answers}
        return await self._ask("POST", "commands", {key: value for key, value in asked.items() if value is not None})

    async def _ask(self, method: str, path: str, data: dict[str, Any] | None = None) -> dict[str, Any]:
        try:
            async with self._session.request(
                method, f"{self._url}/v1/{path}", json=data, headers=self._headers, timeout=_SECONDS
            ) as response:
                if response.status == 401:
                    raise InvalidToken
                answer = await response.json(content_type=None)
                if response.status == 422 and _about_room(answer):
                    raise NoSuchRoom
                if response.status >= 400:
                    raise CannotConnect(answer.get("detail") or response.reason)
        except (ClientError, OSError, TimeoutError, ValueError, AttributeError) as error:
            raise CannotConnect(str(error) or type(error).__name__) from error
        return answer


def _about_room(answer: dict[str, Any]) -> bool:
    return any(one.get("field") == "room" for one in answer.get("errors", ()))
