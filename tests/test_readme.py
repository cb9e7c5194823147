"""The README and the model card say what the result files and the program say."""

import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from batti.backends.onnx import shipped
from batti.evaluate import card

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


TREE = README[README.index("\nbatti/\n") : README.index("\napp/ ")]
MODULES = sorted(path.relative_to(ROOT / "batti") for path in (ROOT / "batti").rglob("[!_]*.py"))


@pytest.fixture(autouse=True)
def _in_root(monkeypatch):
    monkeypatch.chdir(ROOT)


def test_the_readme_has_the_figures_of_the_result_files():
    assert card.with_figures(README) == README, "run runs/measure.sh, or python -m batti.evaluate.card"


def test_the_model_card_has_the_figures_of_the_result_files():
    assert (shipped() / "README.md").read_text(encoding="utf-8") == card.card()


def _console():
    blocks = "".join(re.findall(r"```console\n(.*?)```", README, re.S))
    for part in re.split(r"^\$ ", blocks, flags=re.M)[1:]:
        command, _, output = part.partition("\n")
        yield command, output


@pytest.mark.parametrize(("command", "output"), list(_console()))
def test_the_example_prints_what_the_readme_says(command, output):
    words = shlex.split(command)
    assert words[0] == "batti"
    done = subprocess.run([sys.executable, "-m", *words], capture_output=True, text=True, check=True)
    assert _without_chances(done.stdout) == _without_chances(output)


def _without_chances(printed):
    """Percentages differ in their last digits from processor to processor."""
    return re.sub(r" *\b[\d.]+%", " %", printed)


def test_the_python_example_runs(tmp_path, monkeypatch):
    home = re.search(r"```yaml\n(.*?)```", README, re.S)[1]
    (tmp_path / "my_home.yaml").write_text(home, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    code = re.search(r"```python\n(.*?)```", README, re.S)[1]
    scope = {}
    exec(code, scope)
    assert scope["result"].command.actions[0].after == "10m"
    assert scope["result"].command.rooms == ("upstairs",)
    assert 0 <= scope["result"].confidence <= 1
    assert len(scope["results"]) == 2


def test_every_file_of_the_tree_is_there():
    tree = re.search(r"## What is where\n\n```\n(.*?)```", README, re.S)[1]
    folder = ROOT
    for line in tree.splitlines():
        name = line.split()[0]
        if not line.startswith(" "):
            folder = ROOT / name if name == "batti/" else ROOT
            path = ROOT / name
        else:
            path = folder / name.rstrip(",")
        assert path.exists(), f"the README names {path}, which is not there"
        for other in re.findall(r"(?<!/)\b[a-z_]+\.(?:py|sh)\b", line):
            inside = path if path.is_dir() else path.parent
            assert (inside / other).exists(), f"the README names {inside / other}"


def _texts():
    for part in ("README.md", "docs", "batti", "app", "custom_components", "runs", "repository.yaml", "hacs.json"):
        for path in [ROOT / part] if (ROOT / part).is_file() else sorted((ROOT / part).rglob("*")):
            if path.suffix in {".md", ".py", ".json", ".yaml", ".sh", ""} and path.is_file() and path.name != "log.md":
                yield path, path.read_text(encoding="utf-8")


def test_nothing_points_to_a_package_or_a_page_that_is_not_there():
    named = re.compile(r"pip install[^\n]*(?<!/)\bbatti\[|pypi\.org/project/batti")
    assert [str(path.relative_to(ROOT)) for path, text in _texts() if named.search(text)] == []


def test_every_set_of_extras_that_is_to_be_installed_is_there():
    there = set(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"])
    code = r"""missing\(.*, "([a-z,]+)"\)|_(?:runtime|training)\("\w+", "([a-z,]+)"\)|'\.\[([a-z,]+)\]'"""
    named = {name for _, text in _texts() for found in re.findall(code, text) for name in "".join(found).split(",")}
    assert {"serve", "data", "train", "lm", "gguf", "eval"} <= named <= there


def test_where_phrases_are_edited_they_are_not_installed_as_a_copy():
    for name in ("README.md", "docs/data.md", "docs/language.md"):
        installed = re.findall(r"pip install (-e )?'\.\[(?:train|data)\]'", (ROOT / name).read_text("utf-8"))
        assert installed and all(installed), name


@pytest.mark.parametrize("name", ["ship", "smoke", "measure", "dataset", "thesis"])
def test_a_pipeline_fetches_venv_where_python_lacks_it(name, tmp_path):
    scripts = {
        f"runs/{name}.sh": (ROOT / "runs" / f"{name}.sh").read_text("utf-8"),
        "runs/python_venv.sh": "#!/bin/sh\necho fetched\n",
        "bin/python3": '#!/bin/sh\n[ "$1" = -m ] && echo made\nexit 1\n',  # as Debian has it, and what follows fails
    }
    for script, text in scripts.items():
        (tmp_path / script).parent.mkdir(exist_ok=True)
        (tmp_path / script).write_text(text, "utf-8")
        (tmp_path / script).chmod(0o755)
    (tmp_path / "train.json").touch()
    there = {"PATH": f"{tmp_path}/bin:{os.environ['PATH']}", "THESIS": str(tmp_path)}
    done = subprocess.run([tmp_path / "runs" / f"{name}.sh"], env=there, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "fetched\nmade\n"), done.stderr


def test_a_pipeline_installs_what_it_uses_before_it_writes_anything():
    for name in ("ship", "smoke", "measure", "dataset", "thesis"):
        before, installed, after = (ROOT / "runs" / f"{name}.sh").read_text().partition("pip install --quiet -e '.")
        assert installed, name
        assert re.findall(r"^(?!#).*(?:\$batti|bin/batti|-m batti|benchmarks/)", before, re.M) == [], name
        assert "batti" in after


def test_every_command_of_the_table_is_in_the_help():
    shown = subprocess.run([sys.executable, "-m", "batti", "--help"], capture_output=True, text=True, check=True).stdout
    for command in set(re.findall(r"`batti ([a-z]+) ", README)):
        assert re.search(rf"^  {command} ", shown, re.M), f"batti --help lacks {command}"
    command = [sys.executable, "-m", "batti", "say", "--help"]
    say = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    for option in ("--home", "--room", "--json", "--model"):
        assert option in say


@pytest.mark.parametrize("folder", sorted({path.parent for path in MODULES}), ids=str)
def test_what_is_where_names_every_module_and_no_other(folder):
    begins = "" if folder == Path(".") else f"{folder}/"
    lines = [line for line in TREE.splitlines() if line.strip().startswith(begins)]
    named = set(re.findall(r"\b\w+\.py\b", " ".join(lines)))
    modules = {path.name for path in MODULES if path.parent == folder}
    assert modules <= named, modules - named
    assert not begins or named <= {path.name for path in MODULES if path.is_relative_to(folder)}
