"""Files of any kind that appear whole or not at all, and in the place of no other unless asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from batti.errors import BattiError


def prepare(*paths: Path | None) -> None:
    """Sees to it, before work begins, that what comes of it can be written. Raises OSError where it cannot."""
    for path in filter(None, paths):
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = _partial(path)
        partial.touch()
        partial.unlink()


def refuse_loss(sources: Iterable[Path], outs: Iterable[Path], overwrite: bool = False) -> None:
    """Raises BattiError where what is read, or unless asked for what is there already, would be written over."""
    read = {path.resolve() for path in sources}
    for out in outs:
        if out.resolve() in read:
            raise BattiError(f"'{out}' is read and would be written", "write to another file or folder")
        if out.exists() and not overwrite:
            raise BattiError(f"'{out}' is there already", "write to another file, or add --overwrite")


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A path to write to; what is there when all went well becomes the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = _partial(path)
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _partial(path: Path) -> Path:
    return path.with_name(path.name + ".partial")
