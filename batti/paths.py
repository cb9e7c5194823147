"""Where the data lies: in the package, or for another language in the folder that `BATTI_RESOURCES` names; and where
what is kept of a user does."""

import os
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from batti.errors import BattiError, Fault

VARIABLE = "BATTI_RESOURCES"
_FOR_ANY_LANGUAGE = ("report", "publish")  # what a folder without them has from the package
_PACKAGE = Path(str(files("batti"))) / "resources"


def is_package() -> bool:
    """Whether the resources are those of the package."""
    return not os.environ.get(VARIABLE)


def folder() -> Path:
    """The folder of all resources. Raises BattiError where `BATTI_RESOURCES` names none."""
    named = os.environ.get(VARIABLE)
    if not named:
        return _PACKAGE
    if not Path(named).is_dir():
        raise BattiError(f"{VARIABLE} names '{named}', which is no folder", "name one that docs/language.md describes")
    return Path(named)


def resources(*parts: str) -> Path:
    """A file or folder of the resources. Raises BattiError where a folder of another language lacks it: the package
    would speak of it in Nepali."""
    path = folder().joinpath(*parts)
    if path.exists() or is_package():
        return path
    if path.relative_to(folder()).parts[0] in _FOR_ANY_LANGUAGE:
        return _PACKAGE.joinpath(*parts)
    raise BattiError(f"no {path}, which this needs", f"write it as docs/language.md says, or unset {VARIABLE}")


def text_of(path: Path, kind: str = "") -> str:
    """The text of somebody's file of a kind, such as `.jsonl`, without the mark that editors of Windows begin it with.
    Raises BattiError."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        fault = Fault(str(path), f"not UTF-8 text (byte {error.start})", "save the file as UTF-8")
    except OSError as error:
        hint = " ".join(filter(None, ("name a readable", kind, "file")))
        fault = Fault(str(path), str(error.strerror), hint)
    raise BattiError.of([fault])


def read_yaml(*parts: str) -> Any:
    """What a YAML file of the resources holds. Raises BattiError."""
    path = resources(*parts)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        problem = " ".join(str(error).split())
        raise BattiError(f"{path} cannot be read: {problem}", "batti data validate tells the line") from None


def state_folder() -> Path:
    """Where what is kept lies by default: the user's folder for state."""
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "batti"
