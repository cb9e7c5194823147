import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import batti
from batti import compiled, meaning, spoken

_ALL = len(meaning.COMPILED + spoken.COMPILED)
_ASKED = "from batti import compiled, meaning; print(len(compiled._tables()), *meaning.senses(meaning.heard('zorvak')))"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of the package without what no table is made of."""
    copy = tmp_path / "batti"
    shutil.copytree(Path(batti.__file__).parent, copy, ignore=shutil.ignore_patterns("*.onnx", "*.txt", "page"))
    return copy


def python(package: Path, *arguments: str) -> str:
    """What a process of its own says that runs this copy of the package."""
    environment = {**os.environ, "PYTHONPATH": str(package.parent)}
    command = [sys.executable, *arguments]
    done = subprocess.run(command, env=environment, cwd=package.parent, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def meanings(package: Path) -> str:
    """The number of tables that are up to date, and what the word zorvak means."""
    return python(package, "-c", _ASKED)


def test_the_tables_that_come_with_the_package_are_up_to_date() -> None:
    assert compiled.file().read_text(encoding="utf-8") == compiled.written(), "python -m batti.compiled"


def test_a_table_that_comes_with_the_package_is_not_made(package: Path) -> None:
    assert meanings(package) == str(_ALL)


def test_a_first_name_is_looked_up_without_the_words_of_places(package: Path) -> None:
    """They are the longest list of the lexicon, and of them there are tables."""
    looked = "from batti import Home, lexicon, lookup; lookup.Lookup(Home.default()).find('kausi ko batti')"
    read = python(package, "-c", f"{looked}; print(*vars(lexicon.load()))").split()
    assert "frames" in read and "places" not in read


def test_a_change_of_the_lexicon_counts_at_once_and_can_be_compiled(package: Path) -> None:
    with (package / "resources" / "lexicon" / "places.yaml").open("a", encoding="utf-8") as places:
        places.write("- {id: zorvak_room, en: [zorvak]}\n")
    assert meanings(package) == "0 zorvak_room"
    python(package, "-m", "batti.compiled")
    assert meanings(package) == f"{_ALL} zorvak_room"


@pytest.mark.parametrize(
    ("name", "code", "otherwise"),
    [
        ("sound.py", '("w", "b")', '("w", "v")'),
        ("meaning.py", 'if " " not in word', 'if "  " not in word'),
        ("spoken.py", 'len(owner) > 2', 'len(owner) > 3'),
    ],
)
def test_a_change_of_the_code_counts_at_once(package: Path, name: str, code: str, otherwise: str) -> None:
    text = (package / name).read_text(encoding="utf-8")
    assert code in text
    (package / name).write_text(text.replace(code, otherwise), encoding="utf-8")
    assert meanings(package) == "0"


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"made_of": 1}'])
def test_damaged_tables_are_made_anew(package: Path, text: str) -> None:
    (package / "resources" / "tables.json").write_text(text, encoding="utf-8")
    assert meanings(package) == "0"
