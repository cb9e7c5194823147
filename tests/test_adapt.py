"""A model folder learns a household's sentences and does not lose the rest."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

NEEDED = "needs torch, onnx and peft: pip install '.[train,lm]'"
torch = pytest.importorskip("torch", reason=NEEDED)
for module in ("onnx", "peft", "safetensors"):
    pytest.importorskip(module, reason=NEEDED)

from batti.backends.onnx import OnnxBackend  # noqa: E402
from batti.errors import BattiError  # noqa: E402
from batti.home import Home  # noqa: E402
from batti.train import adapt, corrected, export, restore  # noqa: E402
from batti.train.model import Network, Shape  # noqa: E402

ROOT = Path(__file__).parent.parent
HOME = Home.from_dict({"name": "Ghar", "rooms": [
    {"name": "bedroom", "aliases": ["sutne kotha"], "lights": [{"name": "table lamp", "aliases": ["padhne batti"]}]},
    {"name": "kitchen", "aliases": ["bhancha"]}, {"name": "living room", "aliases": ["baithak"]},
]})  # fmt: skip
SAID = [
    ("bhancha zapzap", {"room": "kitchen", "action": "toggle"}),
    ("baithak zapzap", {"room": "living room", "action": "toggle"}),
    ("cinema bela bhayo baithak ma", {"room": "living room", "action": "adjust_brightness", "brightness": 0.15}),
    ("padhne batti zapzap", {"room": "bedroom", "light": "table lamp", "action": "toggle"}),
    ("zapzap", {"room": "here", "action": "toggle"}),
]




def lines(path: Path, said: Any) -> Path:
    rows = [{"command": command, "expected": {"actions": [action] if action else []}} for command, action in said]
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


@pytest.mark.parametrize("words", [0, 50])
@pytest.mark.parametrize("weights, near", [("half", 1e-3), ("int8", 1e-2)])
def test_weights_come_back_from_the_graphs(words: int, weights: str, near: float, tmp_path: Path) -> None:
    torch.manual_seed(1)
    shape = Shape(width=32, heads=2, encoder_layers=2, decoder_layers=2, feed_forward=64, merge=2, words=words)
    network = Network(shape)
    for weight in network.parameters():  # biases too, which begin as nothing
        weight.data += 0.05 * torch.randn_like(weight)
    wanted = {name: weight.clone() for name, weight in network.state_dict().items()}
    export.write(network, tmp_path, weights)
    found = restore.restore(tmp_path).state_dict()
    assert found.keys() == wanted.keys()
    for name, weight in wanted.items():
        assert (found[name] - weight).abs().max() <= near * weight.abs().max(), name
    assert restore.is_in_integers(tmp_path) == (weights == "int8")


def test_the_example_of_the_guide_can_be_taught_to_the_home_of_the_readme(tmp_path: Path) -> None:
    home = Home.from_yaml(re.search(r"```yaml\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.S)[1])
    [line] = re.findall(r"^echo '(.*)' > my.jsonl$", (ROOT / "docs" / "finetune.md").read_text("utf-8"), re.M)
    (tmp_path / "my.jsonl").write_text(line, encoding="utf-8")
    [one] = corrected.read(tmp_path / "my.jsonl", home, 0)
    assert one.expected.rooms == ("bedroom",)


def test_a_folder_without_a_model_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(BattiError, match="no batti model in"):
        restore.restore(tmp_path)


def test_each_sentence_is_given_its_answer(tmp_path: Path) -> None:
    taught = corrected.read(lines(tmp_path / "my.jsonl", SAID), HOME, 0)
    assert [one.expected.actions[0].to_dict() for one in taught] == [action for _, action in SAID]


@pytest.mark.parametrize("line, problem", [
    ("{", "not a corrected sentence"), ("[" * 50_000, "not a corrected sentence"),
    ('{"command": "", "expected": {"actions": []}}', "command is ''"),
    ('{"command": "zap", "expected": {"actions": [{"room": "kitchen", "action": "toggle"}]}}',
     "no words of the sentence name 'kitchen'; add what you call it to its aliases"),
    ('{"command": "garage zap", "expected": {"actions": [{"room": "garage", "action": "toggle"}]}}', "garage"),
    ('{"command": "garage zap", "expected": {"intent": "unknown_room"}}', "cannot be taught by a sentence"),
    ('{"command": "bhancha zap", "expected": {"actions": [{"room": "kitchen", "action": "tuggle"}]}}', "'toggle'"),
], ids=range(7))  # fmt: skip
def test_what_cannot_be_taught_is_told_with_its_line(line: str, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "my.jsonl"
    path.write_text(f"\n{line}\n")
    with pytest.raises(BattiError) as error:
        corrected.read(path, HOME, 0)
    assert str(error.value).startswith(f"{path}:2: ")
    assert problem in str(error.value)


def test_a_file_of_other_bytes_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "my.jsonl"
    path.write_bytes(b"\xbb")
    with pytest.raises(BattiError) as error:
        corrected.read(path, HOME, 0)
    assert str(error.value) == f"{path}: not UTF-8 text (byte 0); save the file as UTF-8"


def test_a_household_s_sentences_are_learned_and_the_rest_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapt, "_CHECKED", 100)
    found = adapt.adapt(HOME, lines(tmp_path / "my.jsonl", SAID), tmp_path / "out", tolerance=0.03)
    assert found.taught[0] < 0.5 < 0.9 <= found.taught[1]
    assert found.seconds < 120
    taught = OnnxBackend.load(tmp_path / "out")
    reading = taught.generate(HOME, ["baithak zapzap"])[0]
    assert reading.command.actions[0].to_dict() == SAID[1][1]
    with pytest.raises(BattiError, match="the model knows these sentences already"):
        said = ("bhancha ko batti nibhau", {"room": "kitchen", "action": "turn_off"})
        known = lines(tmp_path / "known.jsonl", [said])
        adapt.adapt(HOME, known, tmp_path / "again")


def test_a_model_that_would_lose_the_rest_is_refused() -> None:
    lost = adapt.Adapted((0.0, 1.0), (0.9, 0.9), (0.95, 0.90), 10, 1.0)
    with pytest.raises(BattiError, match=r"too much else would be lost: 90.0% of other sentences about other homes"):
        adapt._gate(lost, 0.01)
    with pytest.raises(BattiError, match=r"the sentences were not learned: 20% are right, 20% before"):
        adapt._gate(adapt.Adapted((0.2, 0.2), (0.9, 0.9), (0.9, 0.9), 10, 1.0), 0.01)
    adapt._gate(adapt.Adapted((0.0, 1.0), (0.9, 0.895), (0.95, 0.95), 10, 1.0), 0.01)
