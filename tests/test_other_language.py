"""Another mix of languages, in a folder of its own: the example of docs/language.md, from its files to an answer."""

import json
import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from batti.dataset.cases import read_cases

DOC = Path(__file__).parent.parent / "docs" / "language.md"
PACKAGE = Path(__file__).parent.parent / "batti" / "resources"
TINY = """
seed: 3
steps: 40
batch: 16
workers: 0
learning_rate: 3.0e-3
warmup_steps: 5
average: 0.9
auxiliary: 0.3
shape: {width: 32, heads: 2, encoder_layers: 1, decoder_layers: 1, feed_forward: 64, merge: 2, words: 300, dropout: 0.0}
"""
PLAINLY = """
import json
from itertools import islice
from batti.dataset import dress, generate
dress._STYLES = ("clean",)
made = list(islice(generate.examples(1, 40), 80))
names = [name for home, _ in made for thing in home.things for name in thing.listed]
print(json.dumps([[one.command for _, said in made for one in said], names]))
"""
RICHER = {
    "swaps.yaml": """
- {id: light.noun, words: {roman: [taa, balbu]}}
- {id: on.washa.imp, words: {roman: [washa, washeni]}}
- {id: on.washa.not, words: {roman: [usiwashe, msiwashe]}}
""",
    "composition.yaml": """
links: {ne: [" na "]}
joins: {ne: [" halafu "], en: [" and then "]}
now: {ne: [sasa hivi]}
timed: {ne: {before: ["baada ya {dur=10m:dakika 10} => after dur"]}}
""",
    "frames.yaml": """
room_words: [room, chumba]
lamp_words: [light, taa, balbu]
here: [hapa]
whole: [nyumba yote]
person: {en: ["{p}'s room"], ne: ["chumba cha {p}"]}
numbered: {en: ["{b} {n}"], ne: ["{b} namba {n}", "{b} {w}"]}
adjectives: [{en: [big], ne: [kikubwa]}]
bases: [{en: [room], ne: [chumba]}, {ne: [darasa]}]
nepali_words: [washa, zima, taa]
english_words: [turn, the, lights]
""",
    "people.yaml": "- {id: mother, en: [mother], ne: [mama]}",
    "groups.yaml": "- {id: outside, en: [outside], ne: [nje]}",
    "fillers.yaml": "openings: {roman: [tafadhali], en: [please]}\nhesitations: {roman: [eeh]}",
}


def batti(folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """What `batti` does with the resources of a folder."""
    command = [sys.executable, "-m", "batti", *map(str, arguments)]
    return subprocess.run(command, env=_environment(folder), capture_output=True, text=True, timeout=300)


def _environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "BATTI_RESOURCES": str(folder), "OMP_NUM_THREADS": "1"}


def python(folder: Path, code: str) -> str:
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=_environment(folder), capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


def written(folder: Path) -> Path:
    """The files of the example, as the document has them."""
    blocks = re.findall(r"^`kiswahili/(\S+)`\n```\w*\n(.*?)^```", DOC.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert len(blocks) == 8
    for name, text in blocks:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


def richer(folder: Path) -> Path:
    """The example with some of what it leaves out."""
    written(folder)
    for name, text in RICHER.items():
        (folder / "lexicon" / name).write_text(text, "utf-8")
    return folder


def test_the_example_of_a_test_file_is_one(tmp_path: Path) -> None:
    found = re.search(r"^   `my_tests/\S+`\n   ```yaml\n(.*?)^   ```", DOC.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert found
    file = tmp_path / "mama.yaml"
    file.write_text(textwrap.dedent(found[1]), "utf-8")
    assert [(case.text, case.expected["intent"]) for case in read_cases(file)] == [
        ("naomba uwashe taa ya jikoni", "single_room_control"), ("habari za jioni", "none")]  # fmt: skip


@pytest.fixture
def kiswahili(tmp_path: Path) -> Path:
    return written(tmp_path / "kiswahili")


def words(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]+", text.lower()))


def known_words(folder: Path) -> set[str]:
    return {word for path in folder.rglob("*.*") for word in words(path.read_text("utf-8"))}


def leaves(data: object) -> Iterator[str]:
    if isinstance(data, dict | list):
        for one in data.values() if isinstance(data, dict) else data:
            yield from leaves(one)
    else:
        yield str(data)


def test_the_smallest_example_is_without_fault_and_tells_what_it_leaves_out(kiswahili: Path) -> None:
    done = batti(kiswahili, "data", "validate")
    assert (done.returncode, done.stderr) == (0, "")
    *left_out, last = done.stdout.splitlines()
    assert last == "26 phrases, no fault"
    assert len(left_out) == 4 and all(line.startswith("left out: ") for line in left_out)
    assert "fillers.yaml" in left_out[0] and "composition.yaml" in left_out[0] and "'ne'" in left_out[-1]


def test_what_is_left_out_is_a_fault_where_all_is_asked_for(kiswahili: Path) -> None:
    done = batti(kiswahili, "data", "validate", "--complete")
    assert done.returncode == 1
    assert any("fillers.yaml: the whole file left out" in line for line in done.stderr.splitlines())
    assert any("the rule 'forbidden' makes nothing of any phrase" in line for line in done.stderr.splitlines())


@pytest.mark.parametrize("make", [written, richer])
def test_no_sentence_has_a_word_that_the_folder_has_not(tmp_path: Path, make: object) -> None:
    folder = make(tmp_path / "kiswahili")  # type: ignore[operator]
    said, names = json.loads(python(folder, PLAINLY))
    assert len(said) == 3200
    strange = {word for text in (*said, *names) for word in words(text)} - known_words(folder)
    assert all(len(word) < 5 for word in strange), strange  # initials of a name: `cck` for chumba cha kulala
    if make is richer:
        assert any("halafu" in sentence for sentence in said) and any("siwashe" in sentence for sentence in said)
        composed = ("chumba cha mama", "darasa namba", "kikubwa", "nje")
        assert [word for word in composed if not any(word in name for name in names)] == []


def test_sentences_of_every_style_are_none_of_the_package(kiswahili: Path, tmp_path: Path) -> None:
    out = tmp_path / "made" / "s.jsonl"
    done = batti(kiswahili, "data", "generate", out, "--count", "200", "--workers", "1")
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert len(rows) == 200
    nepali = {"batti", "kotha", "bhancha", "sabai", "nibhau", "bala", "ani", "hoina", "dai", "kaka", "hajur"}
    assert not any(words(row["command"]) & nepali for row in rows)
    homes = yaml.safe_load(f"[{','.join((out.parent / 'homes.jsonl').read_text('utf-8').splitlines())}]")
    names = {word for home in homes for said in leaves(home["rooms"]) for word in words(said)}
    assert all(len(name) < 4 for name in names - known_words(kiswahili)), names - known_words(kiswahili)
    assert not re.search("[\u0900-\u097f]", out.read_text("utf-8"))


def test_a_network_of_the_folder_is_trained_loaded_and_answers(kiswahili: Path, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    recipe = tmp_path / "tiny.yaml"
    recipe.write_text(TINY, "utf-8")
    for arguments in (("train", recipe, "--out", tmp_path / "run"), ("export", tmp_path / "run", kiswahili / "model")):
        done = batti(kiswahili, *arguments)
        assert done.returncode == 0, done.stderr
    done = batti(kiswahili, "--json", "washa taa ya jikoni")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["intent"] and set(answer["rooms"]) <= {"jikoni", "sebuleni", "chumba cha kulala", "all", "here"}


def test_the_names_of_the_language_are_known_and_those_of_the_package_are_not(kiswahili: Path) -> None:
    code = (
        "from batti.home import Home\nfrom batti.lookup import Lookup\n"
        "found = Lookup(Home.default())\n"
        "print([getattr(one, 'name', one) for one, _ in map(found.find, "
        "('kitchen', 'sitting room', 'hapa', 'nyumba yote', 'bhancha'))])"
    )
    assert python(kiswahili, code).strip() == "['jikoni', 'sebuleni', 'here', 'all', None]"


@pytest.mark.parametrize(
    ("arguments", "lacks"),
    [
        (["washa taa"], "model"),
        (["data", "generate", "OUT", "--count", "1"], "lexicon/places.yaml"),
        (["train", "RECIPE", "--out", "RUN"], "lexicon/lights.yaml"),
        (["data", "validate"], "lexicon/places.yaml"),
    ],
)
def test_what_a_folder_lacks_is_told_in_a_line(kiswahili: Path, arguments: list[str], lacks: str) -> None:
    (kiswahili / lacks).unlink(missing_ok=True)
    (kiswahili / "RECIPE").write_text(TINY, "utf-8")
    done = batti(kiswahili, *(str(kiswahili / one) if one.isupper() else one for one in arguments))
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert f"{kiswahili / lacks}" in line and "docs/language.md" in line


def test_a_folder_that_is_none_is_told_in_a_line(tmp_path: Path) -> None:
    done = batti(tmp_path / "none", "bala")
    [line] = done.stderr.splitlines()
    assert done.returncode == 1 and line.startswith(f"batti: BATTI_RESOURCES names '{tmp_path / 'none'}', which is no")
    assert batti(tmp_path / "none", "--help").returncode == 0


def assert_told(folder: Path, *faults: str) -> None:
    """These faults, and no others, are what is wrong with a folder."""
    told = batti(folder, "data", "validate").stderr
    for fault in faults:
        assert fault in told, told
    assert len(told.splitlines()) == len(faults)


def test_every_fault_of_a_lexicon_is_told_with_its_line(kiswahili: Path) -> None:
    lexicon = kiswahili / "lexicon"
    (lexicon / "places.yaml").write_text("- {en: [kitchen], ne: [jikoni]}\n- {id: hall, en: ukumbi}\n", "utf-8")
    (lexicon / "numbers.yaml").write_text("- {n: 101, ne: [mia na moja]}\n", "utf-8")
    with (lexicon / "frames.yaml").open("a", encoding="utf-8") as frames:
        frames.write("turning_words: [lakini, on]\n")
    assert_told(
        kiswahili,
        "places.yaml:1: the entry of 'kitchen' has no 'id'",
        "places.yaml:2: 'ukumbi' is not read there",
        "numbers.yaml:1: '101' is no number from 0 to 100",
        "frames.yaml:12: 'on' is a yes or no to YAML; write it in quotes",
    )


def test_an_entry_is_there_once_and_has_words(kiswahili: Path) -> None:
    lexicon = kiswahili / "lexicon"
    (lexicon / "places.yaml").write_text("- {id: hall, en: [hall]}\n- {id: hall, ne: [ukumbi]}\n- {id: den}\n", "utf-8")
    swaps = "- {id: off.imp, words: {romn: [zima]}}\n- {id: on.imp}\n- {words: {roman: [washa, washeni]}}\n"
    (lexicon / "swaps.yaml").write_text(swaps, "utf-8")
    assert_told(
        kiswahili,
        "places.yaml:2: id 'hall' is there already",
        "places.yaml:3: the entry 'den' has no words; write - {id: ..., en: [...], ne: [...], deva: [...]}",
        "swaps.yaml:1: 'zima' is not read there; write - {id: ..., words: {roman: [...], deva: [...]}}",
        "swaps.yaml:2: the entry 'on.imp' has no words",
        "swaps.yaml:3: the entry of 'washa' has no 'id'",
    )


def test_a_file_of_a_lexicon_whose_name_is_misspelled_is_told(kiswahili: Path) -> None:
    (kiswahili / "lexicon" / "swap.yaml").write_text("- {id: off.imp, words: {roman: [zima, zimeni]}}\n", "utf-8")
    assert_told(kiswahili, "swap.yaml: nothing reads this file; did you mean 'swaps.yaml'?")


def test_what_nothing_reads_in_a_lexicon_is_told_with_its_line(kiswahili: Path) -> None:
    lexicon = kiswahili / "lexicon"
    (lexicon / "colors.yaml").write_text("- {color: rred, roman: [nyekundu]}\n", "utf-8")
    frames = "room_words: [chumba]\nlamp_words: [taa]\nhear: [hapa]\nwhole: [nyumba]\n"
    (lexicon / "frames.yaml").write_text(frames, "utf-8")
    assert_told(
        kiswahili,
        "colors.yaml:1: there is no color 'rred'; did you mean 'red'?",
        "frames.yaml:3: nothing reads 'hear'",
        "frames.yaml: no word under 'here'",
    )


def test_tables_of_a_folder_are_compiled_into_it(kiswahili: Path) -> None:
    subprocess.run([sys.executable, "-m", "batti.compiled"], env=_environment(kiswahili), check=True, timeout=100)
    assert "jikoni" in (kiswahili / "tables.json").read_text("utf-8")
    code = "from batti.compiled import _tables; from batti import meaning, spoken\n"
    code += "print({*_tables()} == {*meaning.COMPILED, *spoken.COMPILED})"
    assert python(kiswahili, code).strip() == "True"


def test_looks_come_from_the_package_and_words_do_not(kiswahili: Path) -> None:
    code = "from batti.paths import resources\nprint(resources('report', 'style.css'))\nresources('prompts')"
    done = subprocess.run(
        [sys.executable, "-c", code], env=_environment(kiswahili), capture_output=True, text=True, timeout=60
    )
    assert Path(done.stdout.strip()) == PACKAGE / "report" / "style.css"
    assert "BattiError" in done.stderr and "prompts" in done.stderr


@pytest.mark.parametrize(("endings", "read"), [("", "gharamen"), ("endings: [में]\n", "gharmen")])
def test_the_case_endings_of_devanagari_are_those_of_the_folder(kiswahili: Path, endings: str, read: str) -> None:
    (kiswahili / "lexicon" / "devanagari.yaml").write_text(endings or "{}", "utf-8")
    assert python(kiswahili, "from batti.text import normalize; print(normalize('घरमें'))").strip() == read


def test_a_folder_may_do_without_the_case_endings_of_devanagari(kiswahili: Path) -> None:
    assert not (kiswahili / "lexicon" / "devanagari.yaml").exists()
    code = "from batti.serve import tongue; print('को' in tongue._behind(), tongue._case().pattern)"
    assert python(kiswahili, code).strip() == "False (?:(?!))$"
