"""The prompt of `batti` on a real terminal."""

import json
import os
import pty
import re
import select
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers import BATTI, NONE, OFF, PATIENCE


class Terminal:
    """A `batti` that is typed to."""

    def __init__(self, *args: str, **environment: str) -> None:
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                os.environ.update(environment | {"TERM": "dumb", "PYTHONIOENCODING": "utf-8"})
                os.execv(sys.executable, [*BATTI, *args])
            finally:
                os._exit(127)
        self.shown = ""

    def type(self, text: str) -> None:
        os.write(self.fd, text.encode())

    def until(self, awaited: str) -> str:
        """What is shown up to and with the awaited text."""
        end = time.monotonic() + PATIENCE
        while awaited not in self.shown:
            if not select.select([self.fd], [], [], max(0.0, end - time.monotonic()))[0]:
                raise AssertionError(f"{awaited!r} is not in {self.shown!r}")
            try:
                self.shown += os.read(self.fd, 4096).decode("utf-8", "replace").replace("\r\n", "\n")
            except OSError:  # it has ended
                raise AssertionError(f"{awaited!r} is not in {self.shown!r}") from None
        head, self.shown = self.shown.split(awaited, 1)
        return re.sub(r"\x1b\[[?0-9;]*[A-Za-z]", "", head) + awaited

    def ended_by(self, key: str) -> int:
        """The exit status after a key; the rest of what is shown is read."""
        end = time.monotonic() + PATIENCE
        time.sleep(0.1)  # so that the key meets a program that waits for it
        self.type(key)
        while time.monotonic() < end:
            if not select.select([self.fd], [], [], 2)[0]:
                self.type(key)  # an interrupt is lost where it comes just before the wait
                continue
            try:
                self.shown += os.read(self.fd, 4096).decode("utf-8", "replace").replace("\r\n", "\n")
            except OSError:  # how a terminal says that the other side is gone
                pid, self.pid = self.pid, 0
                return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        raise AssertionError(f"it has not ended: {self.shown!r}")

    def close(self) -> None:
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)


@pytest.fixture
def terminals() -> Iterator[list[Terminal]]:
    opened: list[Terminal] = []
    yield opened
    for one in opened:
        one.close()


def test_the_prompt_answers_until_its_end_and_keeps_a_history(tmp_path: Path, terminals: list[Terminal]) -> None:
    history = tmp_path / "state" / "batti" / "history"
    for turn, text in enumerate(("bhancha ko batti nibhau", "hello")):
        terminal = Terminal(XDG_STATE_HOME=str(tmp_path / "state"), HOME=str(tmp_path))
        terminals.append(terminal)
        terminal.until("Ctrl-D ends.\n")
        terminal.until("batti> ")
        terminal.type("  \n")  # a blank line asks nothing
        terminal.until("batti> ")
        terminal.type(text + "\n")
        assert terminal.until("batti> ").endswith((NONE if turn else OFF) + "batti> ")
        assert terminal.ended_by("\x04") == 0
        assert "Traceback" not in terminal.shown
        assert text in history.read_text(encoding="utf-8").splitlines()
    assert "bhancha ko batti nibhau" in history.read_text(encoding="utf-8").splitlines()
    assert not (tmp_path / ".local").exists()


def test_the_prompt_answers_in_json_and_ends_with_an_interrupt(tmp_path: Path, terminals: list[Terminal]) -> None:
    terminal = Terminal("--json", "--room", "kitchen", XDG_STATE_HOME="", HOME=str(tmp_path))
    terminals.append(terminal)
    terminal.until("batti> ")
    terminal.type("बत्ती निभाउ\n")
    shown = terminal.until("batti> ")
    data = json.loads(next(line for line in shown.splitlines() if line.startswith("{")))
    assert data["actions"] == [{"room": "kitchen", "action": "turn_off"}]
    assert terminal.ended_by("\x03") == 0
    assert (tmp_path / ".local" / "state" / "batti" / "history").is_file()


def test_the_prompt_works_where_no_history_can_be_kept(tmp_path: Path, terminals: list[Terminal]) -> None:
    (tmp_path / "file").write_text("")
    terminal = Terminal(XDG_STATE_HOME=str(tmp_path / "file"), HOME=str(tmp_path))
    terminals.append(terminal)
    terminal.until("batti> ")
    terminal.type("hello\n")
    assert NONE in terminal.until("batti> ")
    assert terminal.ended_by("\x04") == 0


def test_a_history_that_can_be_kept_no_more_is_no_error(tmp_path: Path, terminals: list[Terminal]) -> None:
    terminal = Terminal(XDG_STATE_HOME=str(tmp_path), HOME=str(tmp_path))
    terminals.append(terminal)
    terminal.until("batti> ")
    (tmp_path / "batti" / "history").mkdir()  # where the file would be written
    assert terminal.ended_by("\x04") == 0
    assert "batti: " not in terminal.shown


@pytest.mark.parametrize("word", ["exit", " QUIT "])
def test_words_for_the_prompt_itself_are_no_sentences(word: str, tmp_path: Path, terminals: list[Terminal]) -> None:
    terminal = Terminal(XDG_STATE_HOME=str(tmp_path), HOME=str(tmp_path))
    terminals.append(terminal)
    terminal.until("batti> ")
    terminal.type("help\n")
    shown = terminal.until("batti> ").splitlines()
    assert len(shown) == 4 and shown[0] == "help" and "Ctrl-D ends" in shown[2], shown
    assert terminal.ended_by(f"{word}\n") == 0
    assert "intent" not in terminal.shown
    assert (tmp_path / "batti" / "history").is_file()


def test_a_damaged_history_is_no_error(tmp_path: Path, terminals: list[Terminal]) -> None:
    history = tmp_path / "batti" / "history"
    history.mkdir(parents=True)  # a folder where the file belongs
    terminal = Terminal(XDG_STATE_HOME=str(tmp_path), HOME=str(tmp_path))
    terminals.append(terminal)
    terminal.until("batti> ")
    assert terminal.ended_by("\x04") == 0
    assert "Traceback" not in terminal.shown
