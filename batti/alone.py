"""One process at a time with a file or folder."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from batti.errors import BattiError

_held = set[int]()


def _let_go() -> None:
    """A process that is forked off has no share in what its parent holds, which it may outlive."""
    while _held:
        os.close(_held.pop())


os.register_at_fork(after_in_child=_let_go)


@contextmanager
def alone(path: Path, problem: str, hint: str) -> Iterator[None]:
    """No other process is in here with the same file or folder; however a process ends, it holds nothing any more.

    Raises BattiError where another one is, and OSError where there is nothing of that name.
    """
    handle = os.open(path, os.O_RDONLY)
    _held.add(handle)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        _close(handle)
        raise BattiError(problem, hint) from None
    except OSError:
        pass  # a folder of a network's file system, which knows no locks of folders
    try:
        yield
    finally:
        _close(handle)


def _close(handle: int) -> None:
    _held.remove(handle)
    os.close(handle)
