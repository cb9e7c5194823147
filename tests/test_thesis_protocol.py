"""Training on the thesis's train split alone, and its figures."""

import json
import os
import re
import subprocess
from itertools import product
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner

from batti.dataset import thesis_text
from batti.errors import BattiError
from batti.evaluate import thesis
from batti.train import thesis_network
from batti.train.restore import restore
from batti.train.thesis_network import Recipe

ROOT = Path(__file__).parents[1]
MODEL = ROOT / "batti" / "resources" / "model"
TINY = """
epochs: 14
batch: 8
learning_rate: 5.0e-3
bfloat16: false
shape: {width: 32, heads: 2, encoder_layers: 1, decoder_layers: 1, feed_forward: 64, dropout: 0.0}
"""
ROOMS = {"bhancha": "kitchen", "baithak": "living room", "kausi": "terrace", "puja kotha": "prayer room"}
DOINGS = {"bala": "turn_on", "nibhau": "turn_off", "aadha gara": "brightness=0.5", "dhimo gara": "brightness=0.3"}
ONE = [(f"{a} ko batti {b}", f"{room}: {doing}") for (a, room), (b, doing) in product(ROOMS.items(), DOINGS.items())]
MORE = [(f"{before} {command} {after}", output) for (command, output), before, after
        in product(ONE, ["", "la", "please"], ["", "na", "hai"])]  # fmt: skip


def written(path: Path, rows: list[tuple[str, str]]) -> Path:
    path.write_text(json.dumps([{"command": c, "output": o} for c, o in rows]), encoding="utf-8")
    return path


def recipe(folder: Path, text: str = TINY) -> Path:
    (folder / "recipe.yaml").write_text(text)
    return folder / "recipe.yaml"


def protocol(*args: object):
    return CliRunner().invoke(thesis.main, list(map(str, args)))


@pytest.mark.parametrize(
    ("expected", "given", "share"),
    [
        ("kitchen: turn_on", "kitchen: turn_on", 1),
        ("kitchen: turn_on", "kitchen: turn_off", 0),
        ("kitchen: turn_on store room: turn_on", "store room: turn_on kitchen: turn_on", 1),
        ("kitchen: turn_on store room: turn_on", "kitchen: turn_on", 0.5),
        ("kitchen: turn_on", "kitchen: turn_on store room: turn_on", 0.5),
        ("kitchen: turn_on", "kitchen: turn_on kitchen: turn_on", 0.5),
        ("kitchen: brightness=0.5 store room: turn_on", "kitchen: brightness=0.4 store room: turn_on", 0.5),
        ("kitchen: turn_on", "", 0),
    ],
)
def test_partial_match_counts_entries(expected, given, share):
    assert thesis_text.partial(expected, given) == share
    assert thesis_text.partial(given, expected) == share


def test_figures_with_and_without_levels_and_of_what_is_new():
    rows = [("Bala", "attic: turn_on"), ("dhimo", "attic: brightness=0.3 den: turn_on"), ("nilo", "den: change_color")]
    answers = ["attic: turn_on", "attic: brightness=0.5 den: turn_on", "den: turn_off"]
    found = thesis.score(rows, answers, trained_on={"bala"})
    unseen = {"count": 2, "exact": 0, "partial": 0.25, "exact_without_brightness": 0.5}
    assert found == {"count": 3, "exact": 0.3333, "partial": 0.5, "exact_without_brightness": 0.6667, "unseen": unseen}
    assert thesis.score(rows[:1], answers[:1], {"bala"})["unseen"]["count"] == 0
    # The level alone is left out of account, not that it is one.
    assert thesis_text.without_levels("den: brightness=0.5") != thesis_text.without_levels("den: turn_on")


def test_it_learns_what_it_is_shown_and_applies_it_to_new_sentences(tmp_path):
    rows = Random(1).sample(MORE, len(MORE))
    train, test = written(tmp_path / "train.json", rows[40:]), written(tmp_path / "val.json", rows[:45])
    results = tmp_path / "out" / "results.json"
    shown = protocol("--recipe", recipe(tmp_path), "--results", results, train, test)
    assert shown.exit_code == 0, shown.output
    found = json.loads(results.read_text())
    assert found["trained_on"] | {"minutes": 0} == {"file": "train.json", "count": len(rows) - 40, "minutes": 0}
    val = found["sets"]["val"]
    assert (val["count"], val["unseen"]["count"]) == (45, 40)
    assert val["unseen"]["exact"] > 0.9
    assert val["partial"] >= val["exact"] and val["exact_without_brightness"] >= val["exact"]
    assert found["ms_per_sentence"] > 0
    assert f"{val['exact']:.1%}" in shown.stdout
    # Neither sentences nor weights are kept.
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == [
        "recipe.yaml", "results.json", "train.json", "val.json"]  # fmt: skip
    assert "batti" not in results.read_text() and "kitchen" not in results.read_text()


def test_training_is_the_same_each_time_and_an_answer_does_not_depend_on_its_neighbours():
    settings = Recipe.model_validate({"epochs": 2, "batch": 4, "bfloat16": False, "shape": {
        "width": 16, "heads": 2, "encoder_layers": 1, "decoder_layers": 1, "feed_forward": 16}})  # fmt: skip
    one, other = thesis_network.train(ONE, settings), thesis_network.train(ONE, settings)
    weights = other.state_dict()
    assert all(bool((value == weights[name]).all()) for name, value in one.state_dict().items())
    commands = [command for command, _ in ONE + MORE[:5]] + ["", "x" * 500]
    assert one.answer(commands) == [answer for command in commands for answer in one.answer([command])]


def test_what_goes_on_from_the_shipped_weights_knows_words_that_it_was_not_shown():
    started = Recipe.model_validate({"start": MODEL, "epochs": 4, "batch": 16, "average": 0.8, "bfloat16": False})
    network = thesis_network.train(MORE, started)
    assert network.shape == restore(MODEL).shape
    asked = {
        "भान्साको बत्ती निभाइदेऊ": "kitchen: turn_off", "बैठकको बत्ती बाल्नुस् न": "living room: turn_on",
        "turn off the kausi light": "terrace: turn_off", "bhansa ko bijuli nivaidinus": "kitchen: turn_off",
        "sitting room on gara": "living room: turn_on", "kausi ma light balideu na": "terrace: turn_on",
    }  # fmt: skip
    answers = network.answer(list(asked))
    assert sum(map(str.__eq__, answers, asked.values())) >= 5, answers


def shown(**settings: float) -> list[tuple[str, str]]:
    """The rows of one epoch, read back from what the network is given."""
    rows = MORE * 20
    words = list(dict.fromkeys(word for _, output in rows for word in output.split()))
    batches = thesis_network._batches(rows, words, Recipe.model_validate({"epochs": 1, **settings}))
    said = ("", "", "", *words)  # padding, start and end
    pairs = [pair for sentences, answers in batches for pair in zip(sentences, answers.tolist(), strict=True)]
    return [("".join(map(chr, sentence)), " ".join(filter(None, (said[token] for token in answer))))
            for (sentence, _), answer in pairs]  # fmt: skip


def test_some_sentences_are_mistyped_and_some_joined_with_their_answers():
    as_they_are = dict(shown())
    assert len(as_they_are) == len(MORE) and sorted(as_they_are.values()) == sorted(output for _, output in MORE)
    mistyped = shown(mistyped=0.4)
    changed = [sentence for sentence, _ in mistyped if sentence not in as_they_are]
    assert 0.2 < len(changed) / len(mistyped) < 0.4  # now and then no word slips
    assert sorted(output for _, output in mistyped) == sorted(20 * [output for _, output in MORE])
    joined = [output for _, output in shown(joined=0.25) if len(thesis_text.entries(output)) == 2]
    assert 0.2 < len(joined) / len(mistyped) < 0.3
    assert {entry for output in joined for entry in thesis_text.entries(output)} == {output for _, output in MORE}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nothing", "not a file of the thesis; a JSON list of"),
        ('{"command": "x"}', "not a file of the thesis; a JSON list of"),
        ('[{"command": "x", "output": 3}]', "not a file of the thesis; a JSON list of"),
        ('[{"command": "x"}]', "not a file of the thesis; a JSON list of"),
        ("[" * 100_000, "not a file of the thesis; a JSON list of"),
        ("[]", "no sentences; name a file of the thesis, such as train.json"),
    ],
)
def test_another_file_is_told_in_a_line(tmp_path, text, message):
    (tmp_path / "train.json").write_text(text)
    shown = protocol("--recipe", recipe(tmp_path), tmp_path / "train.json", tmp_path / "train.json")
    assert (shown.exit_code, shown.stdout, shown.stderr.count("\n")) == (1, "", 1)
    assert shown.stderr.startswith(f"batti: {tmp_path / 'train.json'}: {message}")


def test_what_is_missing_or_doubled_is_told_before_training(tmp_path):
    train = written(tmp_path / "train.json", ONE)
    (tmp_path / "b").mkdir()
    (tmp_path / "c").mkdir()
    doubled = written(tmp_path / "val.json", ONE), written(tmp_path / "b" / "val.json", ONE)
    sound, faulty = recipe(tmp_path), recipe(tmp_path / "b", "epoch: 3")
    for settings, files, message in (
        (sound, (tmp_path / "none.json", train), f"{tmp_path / 'none.json'}: No such file or directory"),
        (sound, (train, *doubled), "two test files have one name"),
        (tmp_path / "no.yaml", (train, train), f"{tmp_path / 'no.yaml'}: No such file or directory"),
        (faulty, (train, train), "unknown key 'epoch'; did you mean 'epochs'?"),
        (recipe(tmp_path / "c", "start: nowhere"), (train, train), "nowhere"),
    ):
        shown = protocol("--recipe", settings, *files)
        assert shown.exit_code == 1 and shown.stderr.count("\n") == 1
        assert message in shown.stderr


def test_the_recipe_of_the_project_has_the_size_that_it_tells():
    recipe = ROOT / "configs" / "thesis.yaml"
    assert Recipe.load(ROOT / "configs" / "thesis_started.yaml").start == Path("batti/resources/model")
    said = re.search(r"([\d.]+) M parameters", recipe.read_text(encoding="utf-8"))
    network = thesis_network.Seq2Seq(Recipe.load(recipe).shape, ["x"] * 25)
    assert said and sum(weight.numel() for weight in network.parameters()) / 1e6 == pytest.approx(
        float(said[1]), abs=0.1
    )


def test_a_recipe_that_is_none_is_refused(tmp_path):
    with pytest.raises(BattiError, match="not valid YAML"):
        Recipe.load(recipe(tmp_path, "epochs: [1"))


def test_without_the_data_that_were_named_the_script_says_so_and_fails(tmp_path):
    done = subprocess.run(
        [ROOT / "runs" / "thesis.sh"], env=os.environ | {"THESIS": str(tmp_path)}, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"no {tmp_path}/train.json: nothing to train on")
