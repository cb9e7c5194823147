"""A real HTTP server on loopback that speaks the chat-completions protocol, mishaps included."""

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar

Body = dict[str, Any]
TOKENS_IN, TOKENS_OUT = 1000, 100  # that each answer is said to have taken
KEY = "sk-right"
ENDLESS = 4  # seconds: longer than any test is patient


def completion(content: str, finish: str = "stop") -> bytes:
    answer = {
        "id": "x", "object": "chat.completion", "created": 0, "model": "m",
        "choices": [{"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": content}}],
        "usage": {"prompt_tokens": TOKENS_IN, "completion_tokens": TOKENS_OUT, "total_tokens": TOKENS_IN + TOKENS_OUT},
    }  # fmt: skip
    return json.dumps(answer).encode()


def row(sentence: object, room: str = "kitchen", **action: Any) -> Body:
    """A row that asks for one thing, its unset keys null as a strict server gives them."""
    unset = dict.fromkeys(("light", "brightness", "brightness_step", "color", "color_temp", "after", "at", "for"))
    done = {"room": room, "except": [], **unset, "action": "turn_off", **action}
    return {"sentence": sentence, "intent": "single_room_control", "actions": [done]}


def batch_of(body: Body) -> int:
    [number] = re.findall(r"^Batch (\d+)\.", body["messages"][1]["content"], re.MULTILINE)
    return int(number)


def synthesized(body: Body) -> list[Body]:
    """As many sentences as are asked for, none like another of the run."""
    [count] = re.findall(r"Write (\d+) sentences", body["messages"][1]["content"])
    return [row(f"bhancha ko batti nibhau {batch_of(body)} {i}") for i in range(int(count))]


class Chat(ThreadingHTTPServer):
    """`rows` writes the answer to a request; `mishaps` are what befalls the first requests, in order."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, rows: Callable[[Body], list[Any]]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.rows = rows
        self.mishaps: list[str] = []
        self.always = ""  # a mishap of every request
        self.key = ""  # that is asked for
        self.seen: list[Body] = []
        self.times: list[float] = []
        self.keys: list[str | None] = []
        self.hold: Callable[[Body], bool] = lambda body: False  # whether to keep a request waiting
        self.released = threading.Event()
        self.under_way = self.most_under_way = 0
        self.lock = threading.Lock()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Chat

    def do_POST(self) -> None:
        chat = self.server
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with chat.lock:
            chat.seen.append(body)
            chat.times.append(time.monotonic())
            chat.keys.append(self.headers["Authorization"])
            mishap = chat.always or (chat.mishaps.pop(0) if chat.mishaps else "")
            chat.under_way += 1
            chat.most_under_way = max(chat.most_under_way, chat.under_way)
        with suppress(BrokenPipeError, ConnectionResetError):
            self._answer(body, mishap)
        with chat.lock:
            chat.under_way -= 1

    def _answer(self, body: Body, mishap: str) -> None:
        chat = self.server
        if self.path != "/v1/chat/completions":
            self._send(404, b'{"error": {"message": "no such path"}}')
        elif chat.key and self.headers["Authorization"] != f"Bearer {chat.key}":
            said = f"Incorrect API key provided: {self.headers['Authorization']}"
            self._send(401, json.dumps({"error": {"message": said}}).encode())
        elif mishap:
            getattr(self, f"_{mishap}")(json.dumps({"rows": chat.rows(body)}, ensure_ascii=False))
        else:
            if chat.hold(body):
                chat.released.wait(30)
            self._send(200, completion(json.dumps({"rows": chat.rows(body)}, ensure_ascii=False)))

    def _send(self, status: int, answer: bytes, said_length: int | None = None, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer) if said_length is None else said_length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(answer)
        self.wfile.flush()

    # -- mishaps -----------------------------------------------------------------------------------
    def _busy(self, content: str) -> None:
        self._send(429, b'{"error": {"message": "slow down"}}', Retry_After="1")

    def _broken(self, content: str) -> None:
        self._send(500, b'{"error": {"message": "out of order"}}')

    def _refused(self, content: str) -> None:
        self._send(400, b'{"error": {"message": "no such response_format"}}')

    def _hang(self, content: str) -> None:
        self.close_connection = True
        self.server.released.wait(ENDLESS)

    def _trickle(self, content: str) -> None:
        """Blank lines that keep the connection alive, and no answer."""
        self.close_connection = True
        self._send(200, b"", said_length=10_000)
        until = time.monotonic() + ENDLESS
        while time.monotonic() < until and not self.server.released.wait(0.05):
            self.wfile.write(b"\n")
            self.wfile.flush()

    def _dropped(self, content: str) -> None:
        whole = completion(content)
        self._send(200, whole[: len(whole) // 2], said_length=len(whole))
        self.close_connection = True
        self.connection.shutdown(2)

    def _page(self, content: str) -> None:
        self._send(200, b"<html>Welcome</html>")

    def _truncated(self, content: str) -> None:
        self._send(200, completion(content[: len(content) // 2], finish="length"))

    def _half(self, content: str) -> None:
        self._send(200, completion(content[: len(content) // 2]))

    def _chatty(self, content: str) -> None:
        self._send(200, completion(f"Sure! Here you are:\n{content}"))

    def _other_shape(self, content: str) -> None:
        self._send(200, completion('{"rows": {"sentence": "batti bala"}}'))

    def log_message(self, *_: Any) -> None:
        pass


class _YamlHandler(_Handler):
    """Answers with the text that `Yaml.say` gives, in pieces where that is asked for."""

    def _answer(self, body: Body, mishap: str) -> None:
        if mishap or self.path != "/v1/chat/completions" or self.server.key:
            super()._answer(body, mishap)
        else:
            said: str = self.server.say(body)  # type: ignore[attr-defined]
            self._stream(said) if body.get("stream") else self._send(200, completion(said))

    def _stream(self, said: str) -> None:
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for piece in [*re.findall(r"\S+|\s+", said), None]:
            choice = {"index": 0, "delta": {"content": piece} if piece else {}, "finish_reason": piece and "stop"}
            chunk = {"id": "x", "object": "chat.completion.chunk", "created": 0, "model": "m", "choices": [choice]}
            self.wfile.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")
            self.wfile.flush()
        self.wfile.write(b"data: [DONE]\n\n")


class Yaml(Chat):
    def __init__(self, say: Callable[[Body], str]) -> None:
        super().__init__(lambda body: [])
        self.RequestHandlerClass = _YamlHandler
        self.say = say


S = TypeVar("S", bound=Chat)


@contextmanager
def running(chat: S) -> Iterator[S]:
    """The server while it answers; nothing of it is left behind."""
    with chat:
        thread = threading.Thread(target=chat.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield chat
        finally:
            chat.released.set()
            chat.shutdown()
            thread.join()


def serving(rows: Callable[[Body], list[Any]] = synthesized) -> AbstractContextManager[Chat]:
    return running(Chat(rows))
