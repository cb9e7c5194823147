"""Who may ask the service, how much and for how long."""

import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from helpers import BATTI, PATIENCE
from serving import Served, serving, until

from batti.backends.onnx import shipped
from batti.serve import guard, protocol
from batti.serve.guard import Rates

TOKEN = "a token that nobody guesses"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("open") / "state", "--allow-host", "batti.home") as one:
        yield one


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("locked")
    (folder / "token").write_text(f"{TOKEN}\n")
    with serving(folder / "state", "--host", "0.0.0.0", "--token-file", str(folder / "token")) as one:
        one.url = one.url.replace("0.0.0.0", "127.0.0.1")
        yield one


def refused(*options: str, **environment: str) -> str:
    """The one line with which `batti serve` does not begin."""
    done = subprocess.run([*BATTI, "serve", *options], capture_output=True, text=True, timeout=PATIENCE,
                          env=os.environ | environment)  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    [line] = done.stderr.splitlines()
    return line


def raw(served: Served, *pieces: bytes, wait: float = 0.0) -> bytes:
    """What the server says to bytes that are sent one after the other, until it closes."""
    host, port = served.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as connection:
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(wait)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
    return answer


# --- who ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "batti.home"])
def test_nobody_but_this_machine_is_listened_to_without_a_token(host: str, tmp_path: Path) -> None:
    assert "without a token" in refused("--host", host, "--state", str(tmp_path))


def test_the_lights_are_in_one_place(tmp_path: Path) -> None:
    both = ("--mqtt", "mqtt://localhost", "--home-assistant", "http://localhost:8123")
    assert "not both" in refused(*both, "--state", str(tmp_path), HASS_TOKEN=TOKEN)


def test_a_home_without_lamps_has_none_on_a_broker(tmp_path: Path) -> None:
    assert "has a lamp; write mqtt:" in refused("--mqtt", "mqtt://localhost", "--state", str(tmp_path))


def test_an_address_with_a_password_is_refused_and_not_shown(tmp_path: Path) -> None:
    for option, address in (("--mqtt", "mqtt://u:geheim@h"), ("--home-assistant", "http://u:geheim@h:8123")):
        said = refused(option, address, "--state", str(tmp_path), HASS_TOKEN=TOKEN)
        assert "password" in said and "geheim" not in said


def test_a_short_token_is_none(tmp_path: Path) -> None:
    assert "16 at least" in refused("--host", "0.0.0.0", "--state", str(tmp_path), BATTI_TOKEN="short")
    (tmp_path / "empty").write_text("\n")
    assert "16 at least" in refused("--token-file", str(tmp_path / "empty"), "--state", str(tmp_path))
    assert "cannot be read" in refused("--token-file", str(tmp_path / "none"), "--state", str(tmp_path))


def test_a_port_in_use_a_faulty_home_and_a_store_out_of_reach_are_one_line(served: Served, tmp_path: Path) -> None:
    state = ("--state", str(tmp_path))
    assert "cannot be listened at" in refused("--port", served.url.rpartition(":")[2], *state)
    (tmp_path / "home.yaml").write_text("rooms: x\n")
    assert "home.yaml:1: rooms" in refused(*state)
    (tmp_path / "home.yaml").unlink()
    said = refused("--store", "postgresql://me:secret@127.0.0.1:1/x", *state)
    assert "cannot be used" in said and "secret" not in said


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_model_that_is_none_is_one_line_before_anything_is_listened_to(tmp_path: Path, workers: str) -> None:
    said = refused("--model", str(tmp_path / "none"), "--workers", workers, "--state", str(tmp_path / "state"))
    assert f"no batti model in '{tmp_path / 'none'}'" in said


def test_a_process_that_does_not_start_is_a_failure(tmp_path: Path) -> None:
    model = shutil.copytree(shipped(), tmp_path / "model")
    options = ("--model", str(model), "--workers", "2", "--port", "0", "--state", str(tmp_path / "state"))
    piped = subprocess.PIPE
    with subprocess.Popen([*BATTI, "serve", *options], stdout=piped, stderr=piped, text=True) as one:
        assert one.stdout is not None and one.stdout.readline().startswith("batti listens at")
        shutil.rmtree(model)  # the processes have yet to begin
        _, said = one.communicate(timeout=PATIENCE)
    assert one.returncode == 1
    assert said.splitlines()[-1] == "batti: a process of the service did not start; what it said stands above"


def test_everything_needs_the_token_but_health_and_the_page(locked: Served) -> None:
    paths = locked.get("/v1/openapi.json", headers={"Authorization": f"Bearer {TOKEN}"}).json()["paths"]
    for path, methods in paths.items():
        for method in methods:
            answer = httpx.request(method, locked.url + path.replace("{job_id}", "x"))
            is_open = path.startswith("/v1/health/")
            expected = 200 if is_open else 422 if path == "/v1/session" else 401
            assert answer.status_code == expected, (path, answer.text)
    assert locked.get("/").status_code == 200
    for wrong in (f"Bearer {TOKEN}x", TOKEN, "Bearer", "Bearer ä", "Basic eDp4"):
        answer = httpx.get(f"{locked.url}/v1/lights", headers={"Authorization": wrong.encode()})
        assert answer.status_code == 401 and answer.headers["www-authenticate"] == "Bearer"


def test_the_page_gets_a_cookie_that_is_not_the_token(locked: Served) -> None:
    with httpx.Client(base_url=locked.url) as page:
        assert page.post("/v1/session", json={"token": "wrong"}).status_code == 401
        assert page.get("/v1/lights").status_code == 401
        given = page.post("/v1/session", json={"token": TOKEN})
        assert given.status_code == 204
        cookie = given.headers["set-cookie"]
        assert "HttpOnly" in cookie and "SameSite=strict" in cookie and TOKEN not in cookie
        assert page.get("/v1/lights").status_code == 200
        page.cookies.set("batti_session", "x" * 64, domain="127.0.0.1")
    assert httpx.get(f"{locked.url}/v1/lights", cookies={"batti_session": "x" * 64}).status_code == 401


def test_no_secret_and_no_sentence_in_the_log(locked: Served) -> None:
    sentence = "bhancha ko batti nibhau"
    for token in (TOKEN, "another secret"):
        locked.post("/v1/commands", {"sentence": sentence}, headers={"Authorization": f"Bearer {token}"})
        httpx.get(f"{locked.url}/v1/lights?token={token}")
    raw(locked, b"\x00\x01 nonsense\r\n\r\n")
    log = locked.log.read_text()
    assert TOKEN not in log and "another secret" not in log and sentence not in log


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "", "a b", "[::"])
def test_names_of_others_are_refused(served: Served, host: str) -> None:
    assert served.get("/v1/lights", headers={"Host": host}).status_code == 403


@pytest.mark.parametrize("host", ["localhost:8765", "[::1]:8765", "192.168.1.7", "batti.home", "LOCALHOST"])
def test_its_own_names_are_not(served: Served, host: str) -> None:
    assert served.get("/v1/lights", headers={"Host": host}).status_code == 200


def test_pages_of_other_sites_may_not_ask(served: Served) -> None:
    body = {"command": {"actions": [{"room": "kitchen", "action": "turn_on"}]}}
    for origin in ("https://evil.example", "null", "http://localhost:1", "http://127.0.0.1.evil.example", "http://["):
        assert served.post("/v1/commands", body, headers={"Origin": origin}).status_code == 403
    assert served.lit() == set()
    assert served.post("/v1/commands", body, headers={"Origin": served.url}).status_code == 200
    assert served.lit() == {"kitchen"}


# --- how much ----------------------------------------------------------------------------------


def test_too_large_is_refused_however_it_comes(served: Served) -> None:
    large = b'{"sentence": "' + b"x" * guard.MOST_BYTES + b'"}'
    json = {"Content-Type": "application/json"}
    assert httpx.post(f"{served.url}/v1/interpret", content=large, headers=json).status_code == 413
    assert httpx.post(f"{served.url}/v1/interpret", content=iter([large]), headers=json).status_code == 413
    room = {"name": "hall", "aliases": [f"hall {i} {'x' * 40}" for i in range(3000)]}
    assert served.post("/v1/home/check", {"rooms": [room]}).status_code == 200  # which is large, but not too large
    head = b"POST /v1/interpret HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 200_000 + b"\r\n\r\n"
    with suppress(ConnectionError):
        assert raw(served, head).startswith(b"HTTP/1.1 400")
    assert served.get("/v1/health/live").status_code == 200


def test_rates_are_held_to_and_forgotten() -> None:
    rates = Rates(10.0)
    assert sum(rates.wait("a", 100.0) == 0 for _ in range(50)) == 20
    assert rates.wait("a", 100.0) == pytest.approx(0.1, abs=0.01)
    assert rates.wait("b", 100.0) == 0
    assert sum(rates.wait("a", 101.0) == 0 for _ in range(50)) == 10
    for i in range(guard._MOST_CLIENTS + 2):
        rates.wait(str(i), 102.0)
    rates.wait("later", 200.0)
    assert len(rates._left) < 10
    assert all(Rates(0.0).wait("a", 1.0) == 0 for _ in range(1000))


def test_who_asks_too_often_is_told_when_to_ask_again(tmp_path: Path) -> None:
    with serving(tmp_path / "state", "--rate", "2") as hurried, httpx.Client() as client:
        answers = [client.get(f"{hurried.url}/v1/models") for _ in range(20)]
        [last] = answers[-1:]
        assert {answer.status_code for answer in answers} == {200, 429}
        assert last.status_code == 429 and int(last.headers["retry-after"]) >= 1


# --- how long ----------------------------------------------------------------------------------


def test_slow_and_dead_clients_hurt_nobody(served: Served) -> None:
    """Half a head, nothing at all, half a body, streams that nobody reads, all at once; others are served meanwhile."""
    head = b"POST /v1/interpret HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n"
    ended: dict[str, float] = {}
    began = time.monotonic()

    def slow(name: str, *pieces: bytes) -> None:
        with suppress(ConnectionError):
            raw(served, *pieces, wait=0.5)
        ended[name] = time.monotonic() - began

    cases = {"head": (b"GET / HT", b"TP/1.1\r\nHo", b"st: "), "nothing": (b"",), "body": (head, b"{", b'"')}
    threads = [threading.Thread(target=slow, args=(name, *pieces)) for name, pieces in cases.items()]
    for thread in threads:
        thread.start()
    host, port = served.url.removeprefix("http://").split(":")
    deaf = [socket.create_connection((host, int(port))) for _ in range(20)]
    for one in deaf:
        one.sendall(b"GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
    times = []
    while len(ended) < len(cases):
        asked = time.monotonic()
        assert served.post("/v1/interpret", {"sentence": "bala"}).status_code == 200
        times.append(time.monotonic() - asked)
        time.sleep(0.1)
        assert time.monotonic() - began < PATIENCE
    longest = max(guard.BODY_SECONDS, protocol.HEAD_SECONDS) + 5
    assert all(seconds < longest for seconds in ended.values()), ended
    assert sorted(times)[len(times) // 2] < 0.5
    for one in deaf:
        one.close()
    until(lambda: served.get("/v1/health/live").status_code == 200)


def test_too_many_listeners_are_sent_away(served: Served) -> None:
    host, port = served.url.removeprefix("http://").split(":")
    listening = [socket.create_connection((host, int(port))) for _ in range(64)]
    try:
        for one in listening:
            one.sendall(b"GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert one.recv(12) == b"HTTP/1.1 200"
        until(lambda: served.get("/v1/lights").status_code == 200)
        with httpx.stream("GET", f"{served.url}/v1/events", timeout=PATIENCE) as answer:
            assert answer.status_code == 503
    finally:
        for one in listening:
            one.close()


def test_more_connections_than_it_has_room_for(served: Served) -> None:
    host, port = served.url.removeprefix("http://").split(":")
    idle = []
    try:
        for _ in range(protocol.MOST_CONNECTIONS + 20):
            idle.append(socket.create_connection((host, int(port))))
        until(lambda: any(one.fileno() != -1 for one in idle))
    finally:
        for one in idle:
            one.close()
    until(lambda: _answers(served))


def _answers(served: Served) -> bool:
    try:
        return served.get("/v1/health/live").status_code == 200
    except httpx.TransportError:
        return False


@pytest.mark.parametrize("upgrade", ["websocket", "h2c"])
def test_who_asks_for_another_protocol_is_answered_in_http_and_nothing_is_logged(served: Served, upgrade: str) -> None:
    host = served.url.removeprefix("http://")
    key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    for path, status in (("/v1/health/live", "200 OK"), ("/v1/ws", "404 Not Found")):
        head = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade, close\r\nUpgrade: {upgrade}\r\n{key}\r\n"
        assert raw(served, head.encode()).startswith(f"HTTP/1.1 {status}\r\n".encode())
    assert "upgrade" not in served.log.read_text().lower() and "pip install" not in served.log.read_text()
