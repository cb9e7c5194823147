"""The home file as several processes see it: read again when it has changed, written whole or not at all."""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from batti.errors import BattiError
from batti.home import Home
from batti.serve.errors import Conflict

_log = logging.getLogger("batti.serve")


class HomeFile:
    """A home file that may not be there yet: the default home is meant until it is written. Once it was there its home
    is kept, though the file is gone, as it is for a moment where an editor writes another in its place."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._fault = ""
        self._stamp: tuple[int, int, int] | str | None = self._stamped()
        self._home = Home.load(path) if self._stamp else Home.default()

    def home(self) -> Home:
        """The home as the file has it; as it was, while the file has faults or is not there."""
        with self._lock:
            if (stamp := self._stamped_now()) != self._stamp:
                self._stamp = stamp
                if fault := self._read_again():
                    _log.error("%s", fault)
                self._fault = fault
            return self._home

    def fault(self) -> str:
        """Why the file is not used as it is now, or that it is gone; empty where it is used."""
        self.home()
        return self._fault

    def tag(self) -> str:
        """What tells what is there from what was, as an entity tag of HTTP: the home, and a file that is not used."""
        home = self.home()
        return _tag(home.to_yaml() + (f"\0{self._stamp}" if self._fault and self._stamp else ""))

    def replace(self, home: Home, match: str | None = None) -> None:
        """Writes another home. A file that somebody has written is kept beside it, with a ~. Raises Conflict where
        `match` is not the tag of what is there, BattiError where the file cannot be written."""
        try:
            with self._alone():
                if match is not None and match != self.tag():
                    raise Conflict
                if self._by_hand():
                    keep_as_it_is(self.path)
                _write(self.path, home.to_yaml())
        except OSError as error:
            problem = f"the home file '{self.path}' cannot be written: {error.strerror}"
            raise BattiError(problem, "check its folder and its rights") from None

    def _by_hand(self) -> bool:
        """Whether the file has more to lose than the home: comments, an order, faults that are to be mended."""
        return self.path.exists() and self.path.read_bytes() != self.home().to_yaml().encode()

    def _read_again(self) -> str:
        """Takes the home from the file that has changed; why it is not taken from there, empty where it is."""
        if self._stamp is None:
            hint = "put it back, or save the home anew"
            return f"the home file '{self.path}' is gone: its home is used as it was; {hint}"
        try:
            self._home = Home.load(self.path)
        except (BattiError, OSError) as error:
            return f"the changed home file is not used: {error}"
        return ""

    def _stamped_now(self) -> tuple[int, int, int] | str | None:
        """The same, or what the system says of a folder that was good when all began; reading the file says so, too."""
        try:
            return self._stamped()
        except OSError as error:
            return str(error)

    def _stamped(self) -> tuple[int, int, int] | None:
        """What tells one state of the file from another; None where it is not there."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return None
        return found.st_mtime_ns, found.st_ino, found.st_size

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No other process of this machine writes meanwhile."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with open(self.path.with_name(f".{self.path.name}.lock"), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _tag(text: str) -> str:
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def keep_as_it_is(path: Path) -> None:
    """Copies a home file to a file beside it, with a ~. Raises BattiError."""
    kept = path.with_name(f"{path.name}~")
    try:
        shutil.copyfile(path, kept)
        shutil.copymode(path, kept)
    except OSError as error:
        raise BattiError(f"'{kept}' cannot be written: {error.strerror}", "check its folder and its rights") from None


def _write(path: Path, text: str) -> None:
    """Beside the file first, then in its place at once, with its rights."""
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, mode)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
