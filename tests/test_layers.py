"""Imports point inward: what a layer is made of knows nothing of what is made of it."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "batti"
OUTWARD = {
    "": {"backends", "dataset", "train", "evaluate", "serve"},
    "backends": {"dataset", "train", "evaluate", "serve"},
    "dataset": {"train", "evaluate", "serve"},
    "train": {"evaluate", "serve"},
    "evaluate": {"serve"},
    "serve": {"dataset", "train", "evaluate"},
}
"""The folder of a module, and those that it may not import; the core itself is in none."""
USERS = {"interpreter", "explain", "chat", "cli"}  # of the core, what asks a model


def imported(path: Path) -> set[str]:
    """The folders and modules of the package that a file imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return {name.split(".")[1] for name in names if name.startswith("batti.")}


@pytest.mark.parametrize("folder", OUTWARD)
def test_no_layer_imports_one_that_is_made_of_it(folder: str) -> None:
    files = [path for path in (PACKAGE / folder).glob("*.py") if folder or path.stem.split("_")[0] not in USERS]
    assert files
    assert {path.name: wrong for path in files if (wrong := imported(path) & OUTWARD[folder])} == {}
