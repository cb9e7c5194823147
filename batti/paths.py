"""Where the data that comes with the package lies."""

from importlib.resources import files
from pathlib import Path


def resources(*parts: str) -> Path:
    """A file or folder of `batti/resources`."""
    return Path(str(files("batti"))).joinpath("resources", *parts)
