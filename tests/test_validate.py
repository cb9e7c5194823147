"""`batti data validate`: every fault at once, with file and line."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import batti
from batti.cli import main
from batti.dataset import validate

GOLDEN = Path(__file__).parent / "golden"


def run(*args: str | Path) -> tuple[int, list[str], str]:
    """Exit status, lines of the standard error, standard output."""
    result = CliRunner().invoke(main, ["data", "validate", *map(str, args)])
    return result.exit_code, result.stderr.splitlines(), result.stdout


def file(folder: Path, name: str, *lines: str) -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


# -- what is shipped -------------------------------------------------------------------------------
def test_the_bank_the_lexicon_and_the_homes_are_without_fault() -> None:
    status, faults, said = run("--golden", GOLDEN)
    assert (status, faults) == (0, []), "\n" + "\n".join(faults)
    count, rest = said.split(maxsplit=1)
    assert int(count) > 4000 and rest == "phrases, no fault\n"


PLANTED = {  # file -> [(what is put at its end, what is said of it)]
    "phrases/chat.txt": [
        ("{A:attic} khulla garnus khulla ra qwerty => A off", ""),
        ("{A:bhancha}ko batti", "'{A:bhancha}ko batti': write `sentence => meaning`"),
        ("{A:kotha} wtf {A:kotha} {pct=40:40%} {pct=50:50%} => A pct", "none of 200 random homes can fill it"),
        ("{G:mathi} but {A:x} toggle after {dur=5m:5 min} for {dur2=1h:1 h} => G except A toggle after dur for dur2",
         "no golden sentence has this shape: group except, toggle, after and for"),
        ("{A:kothа} ekdam qwerty => none", "U+0430 CYRILLIC SMALL LETTER A in 'kothа'"),
    ],
    "phrases/traps.txt": [
        ("is the {A:terrace} light on => A query", "the sentence of batti/resources/phrases/english.txt:"),
        ("did I leave the {A:kitchen} light on => A off", "which means 'kitchen query', not 'kitchen off'"),
        ("{A:pantry} khulla gara khulla ra qwerty => A on", "which means 'A off', not 'A on'"),
    ],
    "lexicon/swaps.yaml": [
        ("- {id: x.dead, words: {roman: [xyzzy, xyzzie]}}", "no phrase of the bank holds a word of x.dead"),
        ("- {id: x.dead, words: {roman: [xyzzy, xyzzie]}}", "no golden sentence holds a word of x.dead"),
        ("- {id: x.twice, words: {roman: [xyzzo, battii]}}", "under light.noun of swaps and under x.twice of swaps"),
        ("- {id: x.one, words: {roman: [zyx]}}", "x.one has one word in roman"),
    ],
    "lexicon/colors.yaml": [
        ("- {color: violet, roman: [violet, baigani], deva: [भायोलेट]}", "there is no color 'violet'"),
        ("- {color: violet, roman: [violet, baigani], deva: [भायोलेट]}", "'baigani' stands under purple of colors and"),
    ],
    "lexicon/places.yaml": [("- {id: xroom, en: [\"x\\u200broom\"], ne: [], deva: []}", "U+200B ZERO WIDTH SPACE")],
    "homes/default.yaml": [("  - name: teraсe", "U+0441 CYRILLIC SMALL LETTER ES in 'teraсe'")],
}  # fmt: skip


_VOICES = ("chat", "devanagari", "elder", "english", "levels", "structure", "timing", "traps")
_EVERY = 8  # golden file: these and the second thoughts have sentences of every rule


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """What the command says of a copy of the package with a fault of every kind in it."""
    here = tmp_path_factory.mktemp("broken")
    package = Path(batti.__file__).parent
    shutil.copytree(package, here / "batti", ignore=shutil.ignore_patterns("model", "__pycache__"))
    for voice in (here / "batti" / "resources" / "phrases").glob("*.txt"):
        if voice.stem not in _VOICES:  # all of them take minutes
            voice.unlink()
    (here / "tests" / "golden").mkdir(parents=True)
    for path in {*sorted(GOLDEN.glob("*.yaml"))[::_EVERY], *GOLDEN.glob("second_thoughts_*.yaml")}:
        shutil.copy(path, here / "tests" / "golden")
    for name, planted in PLANTED.items():
        path = here / "batti" / "resources" / name
        rows = dict.fromkeys(row for row, _ in planted)
        path.write_text("\n".join([path.read_text("utf-8").rstrip("\n"), *rows]) + "\n", "utf-8")
    rules = here / "batti" / "dataset" / "compose.py"
    text = rules.read_text("utf-8")
    assert '"refused", 0.10, lambda one: one.refusable' in text
    rules.write_text(text.replace('"refused", 0.10, lambda one: one.refusable', '"refuse", 0.10, lambda one: False'))
    return subprocess.run(
        [sys.executable, "-m", "batti", "data", "validate"], cwd=here, capture_output=True, text=True, timeout=240,
        env={**os.environ, "PYTHONPATH": str(here)},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "row", "said"), [(name, row, said) for name, planted in PLANTED.items() for row, said in planted if said]
)
def test_each_planted_fault_is_found_at_its_line(
    broken: subprocess.CompletedProcess[str], name: str, row: str, said: str
) -> None:
    text = (Path(batti.__file__).parent / "resources" / name).read_text("utf-8").rstrip("\n")
    rows = list(dict.fromkeys(row for row, _ in PLANTED[name]))
    where = f"batti: batti/resources/{name}:{text.count(chr(10)) + 2 + rows.index(row)}: "
    assert any(line.startswith(where) and said in line for line in broken.stderr.splitlines()), broken.stderr


def test_faults_come_in_the_order_of_files_and_lines(broken: subprocess.CompletedProcess[str]) -> None:
    assert (broken.returncode, broken.stdout) == (1, "")
    lines = broken.stderr.splitlines()
    places = [line.split(": ")[1].rpartition(":") for line in lines]
    assert [(file, int(line)) for file, _, line in places] == sorted((file, int(line)) for file, _, line in places)
    assert len(lines) == len(set(lines)) >= sum(map(len, PLANTED.values()))
    assert all("; " in line for line in lines if "write `sentence" not in line)


def test_a_rule_that_nothing_tells_is_found(broken: subprocess.CompletedProcess[str]) -> None:
    """That it makes nothing cannot be said while phrases of the bank are faulty."""
    [line] = [line for line in broken.stderr.splitlines() if "the rule " in line]
    assert line.startswith("batti: batti/dataset/compose_negatives.py:") and "SIGNS" in line


# -- files of one's own ----------------------------------------------------------------------------
def test_good_files_are_counted(tmp_path: Path) -> None:
    one = file(tmp_path, "one.txt", "# ours", "", "{A:cocina} buenos dias => none")
    two = file(tmp_path, "two.txt", "{A:cocina} luz => A on", "{G:mathi} except {A:x} toggle => G except A toggle")
    assert run(one, two) == (0, [], "3 phrases, no fault\n")


def test_every_fault_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    one = file(tmp_path, "one.txt", "{A:x}  on => A on", "{A:x}, on! => A on", "nothing")
    two = file(tmp_path, "two.txt", "{A:X} on => A on", "{A:z} ON => A off", "{pct=5:5} {pct=6:6} {A:b} => A pct")
    status, faults, said = run(two, one)
    assert (status, said) == (1, "")
    assert [fault.removeprefix("batti: ").split("; ")[0] for fault in faults] == [
        f"{one}:1: two spaces in a row",
        f"{one}:1: the sentence of {two}:1 again",
        f"{one}:2: the sentence of line 1 again",
        f"{one}:3: 'nothing': write `sentence => meaning`",
        f"{two}:2: with words exchanged, the sentence of {two}:1, which means 'A on', not 'A off'",
        f"{two}:3: none of 200 random homes can fill it",
    ]


def test_files_are_held_against_the_golden_tests_that_are_named(tmp_path: Path) -> None:
    path = file(tmp_path, "one.txt", "{A:x} on => A on", "{A:x} blink => A toggle for 1h")
    golden = ["home: {name: Ghar, rooms: [{name: hall}]}", "sentences:", "  - say: hall on",
              "    means: [{room: hall, action: turn_on}]"]  # fmt: skip
    file(tmp_path, "hall.yaml", *golden)
    assert run(path)[0] == 0
    status, faults, _ = run(path, "--golden", tmp_path)
    shape = "no golden sentence has this shape: room, toggle, for"
    assert (status, [fault.split("; ")[0] for fault in faults]) == (1, [f"batti: {path}:2: {shape}"])


def test_a_golden_file_that_is_none_is_a_fault(tmp_path: Path) -> None:
    path = file(tmp_path, "one.txt", "{A:x} on => A on")
    file(tmp_path, "bad.yaml", "home: {name: Ghar, rooms: []}", "sentences: []")
    status, faults, _ = run(path, "--golden", tmp_path)
    assert status == 1
    assert any("the home has no rooms" in fault for fault in faults)


def test_a_file_without_phrases_is_named(tmp_path: Path) -> None:
    empty = file(tmp_path, "empty.txt", "")
    status, faults, _ = run(empty)
    assert (status, faults) == (1, [f"batti: {empty}: no phrase; write one: sentence => meaning"])


def test_a_file_that_begins_as_windows_writes_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "bom.txt"
    path.write_text("{A:attic} khulla bala => A on\n", "utf-8-sig")
    status, faults, said = run(path)
    assert (status, faults, said) == (0, [], "1 phrases, no fault\n")


def test_a_file_of_other_bytes_is_one_fault_beside_the_others(tmp_path: Path) -> None:
    bad, other = tmp_path / "bad.txt", file(tmp_path, "other.txt", "nothing")
    bad.write_bytes(b"\xff")
    status, faults, _ = run(bad, other)
    assert status == 1
    assert faults[0] == f"batti: {bad}: not UTF-8 text (byte 0); save the file as UTF-8"
    assert len(faults) == 2


def test_a_file_that_is_not_there_is_misuse(tmp_path: Path) -> None:
    assert run(tmp_path / "none.txt")[0] == 2
    assert run("--golden", tmp_path / "none")[0] == 2


def test_a_lexicon_that_is_no_yaml_is_told_with_the_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("phrases", "lexicon", "homes"):
        (tmp_path / name).mkdir()
    file(tmp_path / "phrases", "a.txt", "nothing")
    file(tmp_path / "lexicon", "colors.yaml", "- {color: red", "- x: [")
    file(tmp_path / "homes", "default.yaml", "name: Gh\u0430r")
    monkeypatch.setattr(validate, "resources", lambda *parts: tmp_path.joinpath(*parts))
    status, faults, _ = run("--golden", tmp_path)
    assert status == 1
    assert [fault.split(": ")[1] for fault in faults] == [
        f"{tmp_path}/homes/default.yaml:1", f"{tmp_path}/lexicon/colors.yaml:2", f"{tmp_path}/phrases/a.txt:1",
    ]  # fmt: skip
    assert "not valid YAML" in faults[1]
