"""Files of any kind that appear whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def prepare(*paths: Path | None) -> None:
    """Sees to it, before work begins, that what comes of it can be written. Raises OSError where it cannot."""
    for path in filter(None, paths):
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = _partial(path)
        partial.touch()
        partial.unlink()


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
