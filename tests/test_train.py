"""Training on a tiny recipe: it learns, survives a kill, explains faults and exports what it learned."""

import hashlib
import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

NEEDED = "needs torch and onnx: pip install '.[train]'"
torch = pytest.importorskip("torch", reason=NEEDED)
for module in ("onnx", "onnxruntime", "safetensors"):
    pytest.importorskip(module, reason=NEEDED)

import numpy as np  # noqa: E402
import onnxruntime as ort  # noqa: E402
from safetensors.torch import load_file, save_file  # noqa: E402

from batti import prompt, sound  # noqa: E402
from batti.backends.onnx import OnnxBackend  # noqa: E402
from batti.cli import main  # noqa: E402
from batti.command import Command  # noqa: E402
from batti.dataset.generate import examples  # noqa: E402
from batti.errors import BattiError  # noqa: E402
from batti.gazetteer import TAGS  # noqa: E402
from batti.grammar import Answer  # noqa: E402
from batti.home import Home  # noqa: E402
from batti.lookup import Lookup  # noqa: E402
from batti.text import normalize  # noqa: E402
from batti.train import scratch, stream  # noqa: E402
from batti.train.auxiliary import Auxiliary  # noqa: E402
from batti.train.export import export  # noqa: E402
from batti.train.model import Network  # noqa: E402
from batti.train.muon import Muon  # noqa: E402
from batti.train.run import Recipe, average, load_network, of_one  # noqa: E402
from batti.train.scratch import Trainer  # noqa: E402

PLAIN = {"width": 32, "heads": 2, "encoder_layers": 1, "decoder_layers": 1, "feed_forward": 64, "dropout": 0.0}
SHAPE = PLAIN | {"merge": 2, "words": 300}
TINY = {
    "seed": 4, "steps": 60, "batch": 16, "workers": 0, "learning_rate": 0.002, "warmup_steps": 5, "average": 0.9,
    "auxiliary": 0.3, "shape": SHAPE,
}  # fmt: skip

GENTLY = {"learning_rate": 2e-4}  # at the other rate a network that has learned little forgets it in the first steps


def recipe(**changes: Any) -> Recipe:
    return Recipe.model_validate(TINY | changes)


def loss_of(network: Network) -> float:
    """Mean loss over sentences that the run has not seen."""
    batches = islice(stream.batches(stream.Stream(99, 32), 0), 4)
    with torch.no_grad():
        return float(np.mean([float(network.cpu().eval()(**batch)[0]) for batch in batches]))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished run."""
    out = tmp_path_factory.mktemp("runs") / "deep" / "tiny"
    Trainer(recipe(), out).train()
    return out


@pytest.fixture(scope="module")
def model(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("models") / "deep" / "tiny"
    export(run, out)
    return out


# -- training ------------------------------------------------------------------------------------
def test_the_loss_falls(run: Path, tmp_path: Path) -> None:
    before = loss_of(Trainer(recipe(), tmp_path).network)
    averaged, kept = load_network(run)
    assert kept == recipe()
    assert loss_of(averaged) < 0.8 * before


def test_muon_learns_the_inner_matrices_and_adamw_the_rest(tmp_path: Path) -> None:
    trainer = Trainer(recipe(optimizer="muon", steps=100), tmp_path)  # after 60 the loss is at the bound
    before = loss_of(trainer.network)
    trainer.train()
    adamw, muon = (len([p for g in one.param_groups for p in g["params"]]) for one in trainer.optimizers)
    assert muon == len([*trainer.network.inner_matrices()])
    assert adamw + muon == len([*trainer.network.parameters(), *trainer.auxiliary.parameters()])
    assert loss_of(load_network(tmp_path)[0]) < 0.8 * before


def test_a_run_leaves_what_is_needed_to_use_it(run: Path) -> None:
    files = {path.name for path in run.iterdir()}
    assert {"checkpoint.pt", "weights.safetensors", "config.yaml", "metrics.json"} == files
    assert Recipe.load(run / "config.yaml") == recipe()
    assert isinstance(json.loads((run / "metrics.json").read_text()), list)


def test_a_finished_run_is_not_trained_further(run: Path) -> None:
    before = load_network(run)[0].state_dict()
    again = Trainer(recipe(), run)
    again.train()
    assert again.step == 60
    after = load_network(run)[0].state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_the_loss_is_reported(tmp_path: Path) -> None:
    Trainer(recipe(steps=100, batch=4), tmp_path).train()
    (row,) = json.loads((tmp_path / "metrics.json").read_text())
    assert row["step"] == 100
    assert row["loss"] > 0
    assert row["seconds"] > 0


def reported(run: Path) -> list[int]:
    return [row["step"] for row in json.loads((run / "metrics.json").read_text())]


def test_progress_is_reported_by_time_and_at_the_end_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Trainer(recipe(steps=103, batch=2), tmp_path / "quick").train()
    assert reported(tmp_path / "quick") == [100, 103]
    assert "100%" in capsys.readouterr().err
    monkeypatch.setattr(scratch, "_SECONDS", 0.0)  # as on a core that needs so long for a step
    Trainer(recipe(steps=3, batch=2), tmp_path / "slow").train()
    assert reported(tmp_path / "slow") == [1, 2, 3]


@pytest.mark.parametrize(
    ("ends", "more"), [({"steps": 3}, "steps=30"), ({"steps": 0, "minutes": 0.001}, "minutes=0.01")]
)
def test_a_run_that_has_hardly_learned_says_so_and_how_to_go_on(
    ends: dict[str, Any], more: str, tmp_path: Path
) -> None:
    import yaml

    file, out = tmp_path / "tiny.yaml", tmp_path / "run"
    file.write_text(yaml.safe_dump(TINY | {"batch": 2} | ends))
    done = CliRunner().invoke(main, ["train", str(file), "--out", str(out)])
    assert done.exit_code == 0, done.output
    [said] = [line for line in done.stderr.splitlines() if line.startswith("batti: ")]
    assert said.startswith(f"batti: {out}: ")
    assert said.endswith(f": it has hardly learned; go on: run it again with --set {more}")
    assert re.search(r": \d+ steps in 0\.\d minutes: ", said)
    assert reported(out)


def test_a_run_that_was_long_enough_says_nothing(tmp_path: Path) -> None:
    trainer = Trainer(recipe(warmup_steps=120), tmp_path)
    for step, said in ((99, True), (119, True), (120, False)):
        trainer.step = step
        assert bool(trainer.remark()) == said


def test_minutes_end_a_run(tmp_path: Path) -> None:
    trainer = Trainer(recipe(steps=0, minutes=0.01, batch=4), tmp_path)
    trainer.train()
    assert 0.6 <= trainer.spent < 10
    assert trainer.step > 0


def test_batches_are_the_same_for_a_seed() -> None:
    def some(seed: int) -> list[list[int]]:
        return [batch["ids"].tolist() for batch in islice(stream.batches(stream.Stream(seed, 8), 0), 3)]

    assert some(4) == some(4)
    assert some(4) != some(5)


def test_batches_are_padded_sentences_and_answers() -> None:
    for batch in islice(stream.batches(stream.Stream(7, 8), 0), 5):
        assert len(batch["ids"]) == len(batch["answers"]) == 8
        assert all(0 <= one < prompt.CHARS for row in batch["ids"].tolist() for one in row)
        assert batch["tags"].shape == batch["ids"].shape
        assert 0 < int(batch["tags"].max()) < TAGS
        assert set(batch["answers"][:, 0].tolist()) == {prompt.START}
        assert all(prompt.END in row for row in batch["answers"].tolist())
        assert int(batch["answers"].max()) < prompt.VOCABULARY + batch["ids"].shape[1]


KILLED = """
import sys
from pathlib import Path
from batti.train.run import Recipe
from batti.train.scratch import Trainer
Trainer(Recipe.load(Path(sys.argv[1])), Path(sys.argv[2])).train(save_every=0.2)
"""


@pytest.mark.parametrize("optimizer", ["adamw", "muon"])
def test_a_killed_run_goes_on_from_its_checkpoint(
    optimizer: str, tmp_path: Path, few_phrases: dict[str, str]
) -> None:
    import yaml

    endless, out = tmp_path / "endless.yaml", tmp_path / "run"
    endless.write_text(yaml.safe_dump(TINY | {"steps": 1_000_000, "optimizer": optimizer}))
    command = [sys.executable, "-c", KILLED, str(endless), str(out)]
    own: dict[str, Any] = {
        "cwd": Path(__file__).parents[1], "env": os.environ | few_phrases | {"OMP_NUM_THREADS": "1"}
    }  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **own) as process:
        try:
            deadline = time.monotonic() + 300
            while not (out / "checkpoint.pt").exists():
                assert process.poll() is None, "the run ended by itself"
                assert time.monotonic() < deadline, "no checkpoint in five minutes"
                time.sleep(0.02)
        finally:
            process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    resumed = Trainer(recipe(optimizer=optimizer), out)
    assert resumed.step == 0
    assert resumed.resume()
    stopped = resumed.step
    assert stopped > 0
    assert resumed.spent > 0
    assert resumed.average.steps == stopped
    assert all(one.state_dict()["state"] for one in resumed.optimizers)
    again = Trainer(recipe(steps=stopped + 8, optimizer=optimizer), out)
    again.train()
    assert again.step == stopped + 8
    assert again.spent > resumed.spent
    network, kept = load_network(out)
    assert kept.steps == stopped + 8
    assert all(bool(torch.isfinite(weights).all()) for weights in network.state_dict().values())
    third = Trainer(recipe(optimizer=optimizer), out)
    assert third.resume()
    assert third.step == stopped + 8
    assert not list(out.glob("*.tmp"))


def test_weights_that_are_no_numbers_are_told_and_replace_nothing(run: Path, tmp_path: Path) -> None:
    out = shutil.copytree(run, tmp_path / "run")
    kept = {path.name: path.read_bytes() for path in out.iterdir()}
    trainer = Trainer(recipe(), out)
    assert trainer.resume()
    name, weights = next(iter(trainer.average.weights.items()))
    weights.view(-1)[0] = 1e6  # too large for the 16 bits of the file
    with pytest.raises(BattiError, match=f"no numbers any more at step 60 .{name}"):
        trainer.save()
    assert {path.name: path.read_bytes() for path in out.iterdir()} == kept
    lost = load_file(out / "weights.safetensors")
    lost[name].view(-1)[0] = float("inf")
    save_file(lost, out / "weights.safetensors")
    with pytest.raises(BattiError, match=f"are no numbers .{name}"):
        load_network(out)


@pytest.mark.parametrize(
    ("asked", "group"), [(signal.SIGTERM, False), (signal.SIGINT, False), (signal.SIGTERM, True), (signal.SIGINT, True)]
)
def test_a_run_that_is_asked_to_end_saves_first(
    asked: signal.Signals, group: bool, tmp_path: Path, few_phrases: dict[str, str]
) -> None:
    import yaml

    endless, out = tmp_path / "endless.yaml", tmp_path / "run"
    endless.write_text(yaml.safe_dump(TINY | {"steps": 1_000_000, "workers": 1}))
    command = [sys.executable, "-m", "batti", "train", str(endless), "--out", str(out)]
    own: dict[str, Any] = {
        "cwd": Path(__file__).parents[1], "env": os.environ | few_phrases | {"OMP_NUM_THREADS": "1"}
    }  # fmt: skip
    own["start_new_session"] = True
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, **own) as process:
        try:
            assert process.stderr is not None
            said = process.stderr.read(1)  # the progress bar: it trains
            process.send_signal(asked)
            if group:  # as `timeout` does: the process, and then all of them
                os.killpg(process.pid, asked)
            said += process.stderr.read()
        finally:
            process.kill()
    assert process.returncode == 1
    assert "Traceback" not in said
    assert f"batti: stopped at 0%; {out} is saved; run it again to go on" in said
    assert Trainer(recipe(), out).resume()


@pytest.mark.parametrize("content", [b"", b"PK", b"[1]"], ids=["empty", "cut off", "another"])
def test_a_damaged_checkpoint_is_one_line(content: bytes, run: Path, tmp_path: Path) -> None:
    out = shutil.copytree(run, tmp_path / "run")
    (out / "checkpoint.pt").write_bytes(content)
    with pytest.raises(BattiError, match=r"checkpoint\.pt is damaged or of another shape; give --out another folder"):
        Trainer(recipe(), out).train()


def test_damaged_figures_of_a_run_are_one_line(run: Path, tmp_path: Path) -> None:
    out = shutil.copytree(run, tmp_path / "run")
    (out / "metrics.json").write_text("")
    with pytest.raises(BattiError, match=r"metrics\.json is damaged; run its training again"):
        export(out, tmp_path / "model")


def test_two_do_not_write_to_one_folder(run: Path, tmp_path: Path) -> None:
    with of_one(tmp_path):
        for write in (Trainer(recipe(), tmp_path).train, lambda: export(run, tmp_path)):
            with pytest.raises(BattiError, match="another process is writing to"):
                write()
        there, begun = os.pipe()
        child = os.fork()
        if not child:  # it has no share in the lock, and outlives it
            os.write(begun, b"!")
            time.sleep(60)
            os._exit(0)
        os.read(there, 1)
    try:
        with of_one(tmp_path):
            pass
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"seed": 5, "batch": 8}, "holds a run with seed=4, batch=16, not seed=5, batch=8; leave that as it was"),
        ({"shape": SHAPE | {"width": 16}}, "holds a run with shape.width=32, not shape.width=16"),
        ({"optimizer": "muon"}, "holds a run with optimizer=adamw, not optimizer=muon"),
        ({"steps": 10}, "holds a run of 60 steps already, more than steps=10; --set steps=N, more than 60"),
    ],
)
def test_a_run_does_not_go_on_as_another(changes: dict[str, Any], said: str, run: Path, tmp_path: Path) -> None:
    out = shutil.copytree(run, tmp_path / "run")
    kept = {path.name: path.read_bytes() for path in out.iterdir()}
    with pytest.raises(BattiError, match=re.escape(said)):
        Trainer(recipe(**changes), out).train()
    assert {path.name: path.read_bytes() for path in out.iterdir()} == kept


def test_a_run_goes_on_further_at_another_rate_on_another_machine(run: Path, tmp_path: Path) -> None:
    out = shutil.copytree(run, tmp_path / "run")
    again = Trainer(recipe(), out)
    again.train()
    assert "its 60 steps are done and nothing was left to train" in again.remark()
    assert again.remark().endswith("--set steps=N, more than 60")
    more = Trainer(recipe(steps=62, learning_rate=1e-4, warmup_steps=1, workers=1), out)
    more.train()
    assert more.step == 62


def test_there_is_nothing_to_resume_in_a_new_folder(tmp_path: Path) -> None:
    trainer = Trainer(recipe(), tmp_path / "new")
    assert not trainer.resume()
    assert trainer.step == 0


def test_a_run_of_a_language_model_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("method: lora\nbase: nowhere\n")
    (tmp_path / "metrics.json").write_text("{}")
    with pytest.raises(BattiError, match="holds a run of a language model; give --out another folder"):
        Trainer(recipe(), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.yaml", "metrics.json"]


# -- recipes -------------------------------------------------------------------------------------
def test_the_shipped_recipe_loads() -> None:
    path = Path(__file__).parents[1] / "configs" / "ship.yaml"
    assert Recipe.load(path).shape.width % Recipe.load(path).shape.heads == 0


def fault(text: str | bytes, tmp_path: Path) -> str:
    path = tmp_path / "recipe.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(BattiError) as caught:
        Recipe.load(path)
    message = str(caught.value)
    assert all(line.startswith(str(path)) for line in message.splitlines())
    return message


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("sed: 1", "sed"),
        ("shape: {wide: 3}", "wide"),
        ("batch: many", "batch"),
        ("shape: 5", "keys width, heads"),
        ("seed: [1", "recipe.yaml"),
        ("a: b: c", "recipe.yaml"),
        ("seed: &a [*b]", "recipe.yaml"),
        ("", "recipe.yaml"),
        ("- seed", "recipe.yaml"),
        ("just text", "recipe.yaml"),
        ("!!python/object/apply:os.getcwd []", "recipe.yaml"),
    ],
)
def test_a_faulty_recipe_is_a_line_for_each_fault(text: str, named: str, tmp_path: Path) -> None:
    assert named in fault(text, tmp_path)


def test_a_recipe_that_is_not_utf_8_is_one_line(tmp_path: Path) -> None:
    fault(b"seed: 1 # \xff", tmp_path)


@pytest.mark.parametrize("text", [
    "minutes: 0", "minutes: -1", "steps: -5", "batch: 0", "workers: -1", "learning_rate: -1", "average: 2",
    "shape: {width: 30, heads: 4}", "shape: {width: 12, heads: 4}", "shape: {heads: 0}", "shape: {width: 0}",
    "shape: {kernel: 4}", "shape: {words: 1}", "shape: {dropout: 1.5}", "shape: {encoder_layers: -1}",
])  # fmt: skip
def test_a_recipe_that_cannot_be_trained_is_refused(text: str, tmp_path: Path) -> None:
    """Else it fails in the middle of things, or never ends."""
    fault(text, tmp_path)


def test_a_missing_recipe_is_one_line(tmp_path: Path) -> None:
    for path in (tmp_path / "none.yaml", tmp_path):
        with pytest.raises(BattiError) as caught:
            Recipe.load(path)
        assert "\n" not in str(caught.value)
        assert path.name in str(caught.value)


@pytest.mark.parametrize("text", ["", "seed: 1"])
def test_a_folder_without_a_run_is_one_line(text: str, tmp_path: Path) -> None:
    if text:
        (tmp_path / "config.yaml").write_text(text)
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(BattiError) as caught:
            export(folder, tmp_path / "model")
        assert "\n" not in str(caught.value)
        assert str(folder) in str(caught.value)
    assert not (tmp_path / "model").exists()


# -- the exported model --------------------------------------------------------------------------
def test_an_export_is_two_graphs_and_a_manifest(model: Path, run: Path) -> None:
    assert {path.name for path in model.rglob("*")} == {"encoder.onnx", "decoder.onnx", "model.json"}
    manifest = json.loads((model / "model.json").read_text())
    assert manifest["shape"] == load_network(run)[1].shape.model_dump(mode="json")
    for name, wanted in manifest["sha256"].items():
        assert hashlib.sha256((model / name).read_bytes()).hexdigest() == wanted
    assert set(manifest["sha256"]) == {"encoder.onnx", "decoder.onnx"}


def test_an_export_holds_no_pickle(model: Path) -> None:
    for path in model.rglob("*"):
        content = path.read_bytes()
        assert not content.startswith((b"PK\x03\x04", b"\x80"))  # torch.save's archive, pickle's protocol mark
        assert b"data.pkl" not in content
        assert b"ctorch\n" not in content


def sentences() -> list[str]:
    some = (example.command for _, said in examples(21, 4) for example in said)
    return list(islice(filter(normalize, some), 20))


Step = tuple[int, np.ndarray]


GAZETTEER = Lookup(Home.default()).gazetteer


def sentence(text: str, words: int) -> dict[str, list[list[int]]]:
    """What the encoder is given of a normalized sentence."""
    given = {"ids": prompt.encode_text(text), "tags": GAZETTEER.tags(text)}
    given |= {"words": sound.word_ids(text, words)} if words else {}
    return {name: [row] for name, row in given.items()}


def torch_answer(network: Network, text: str) -> list[Step]:
    """Greedy decoding in torch: each token with the probabilities that it was chosen from."""
    ids = torch.tensor([prompt.encode_text(text)])
    mask = network.there(ids)
    answer, steps = Answer(len(text)), list[Step]()
    with torch.no_grad():
        given = {name: torch.tensor(rows) for name, rows in sentence(text, network.shape.words).items()}
        memory, groups = network.encode(**given)
        keys = network.look_keys(groups)
        token, past = prompt.START, network.empty_past(1, memory)
        while not answer.done:
            x = network.embed_answer(torch.tensor([[token]]), memory)
            x, past = network.step(x, past, past.shape[4], None, keys, mask)
            chances = network.logits(x, memory.transpose(1, 2), ids).log_softmax(-1)[0, -1].exp().numpy()
            token = int(np.where(answer.mask(len(chances)), chances, -1).argmax())
            answer.say(token)
            steps.append((token, chances))
    return steps


def onnx_answer(graphs: dict[str, Any], text: str, shape: dict[str, int], said: list[int]) -> list[Step]:
    """The same with the exported graphs, which have the tokens `said` said to them."""
    ids = np.array([prompt.encode_text(text)])
    feed = {name: np.array(rows) for name, rows in sentence(text, shape["words"]).items()}
    memory, targets, *sides = graphs["encoder"].run(None, feed)
    made = [ids, memory, targets, *(half for side in sides for half in side)]
    names = [one.name for one in graphs["decoder"].get_inputs()]
    head = shape["width"] // shape["heads"]
    past = [np.zeros((1, shape["heads"], 0, head), dtype=np.float32)] * (2 * shape["decoder_layers"])
    answer, steps, before = Answer(len(text)), list[Step](), prompt.START
    for token in said:
        feed = dict(zip(names, [np.array([[before]]), *made, *past], strict=True))
        chances, *past = graphs["decoder"].run(None, feed)
        steps.append((int(np.where(answer.mask(chances.shape[1]), chances[0], -1).argmax()), chances[0]))
        answer.say(token)
        before = token
    return steps


def test_the_export_answers_as_the_network_does(run: Path, model: Path) -> None:
    network, kept = load_network(run)
    shape = kept.shape.model_dump()
    graphs = {name: ort.InferenceSession(model / f"{name}.onnx") for name in ("encoder", "decoder")}
    same = total = 0
    for text in map(normalize, sentences()):
        wanted = torch_answer(network, text)
        given = onnx_answer(graphs, text, shape, [token for token, _ in wanted])
        for (token, chances), (other, others) in zip(wanted, given, strict=True):
            assert chances.shape == others.shape
            assert np.abs(chances - others).max() < 0.05  # what 8-bit weights may cost
            assert others.sum() == pytest.approx(1, abs=1e-3)
            same += token == other
            total += 1
    assert same >= 0.9 * total


def test_characters_alone_and_half_precision_do_too(run: Path, model: Path, tmp_path: Path) -> None:
    """The plain shape, without words and merged characters, and weights that are not in 8 bits."""
    Trainer(recipe(steps=5, auxiliary=0.0, shape=PLAIN), tmp_path / "plain").train()
    export(tmp_path / "plain", tmp_path / "plain model")
    export(run, tmp_path / "half", "half")
    for made in ("plain model", "half"):
        assert len(OnnxBackend.load(tmp_path / made).generate(Home.default(), sentences())) == len(sentences())
    size = {name: (name / "encoder.onnx").stat().st_size for name in (model, tmp_path / "half")}
    assert size[model] < size[tmp_path / "half"]


def test_what_the_encoder_is_asked_besides_is_learned() -> None:
    """Where places begin and end, and which words the answer has: its loss falls."""
    torch.manual_seed(1)
    shape = Recipe.model_validate(TINY).shape
    network, besides = Network(shape), Auxiliary(shape)
    batch = next(stream.batches(stream.Stream(5, 32, words=shape.words), 0))
    optimizer = torch.optim.AdamW([*network.parameters(), *besides.parameters()], lr=3e-3)
    losses = []
    for _ in range(25):
        _, memory = network(**batch)
        loss = besides(memory, batch["ids"], batch["answers"])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.3 * losses[0]


def test_the_network_reads_a_batch_as_it_reads_one_sentence(run: Path) -> None:
    """What stands beside a sentence in a batch, padding included, is nothing to it."""
    network, _ = load_network(run)
    texts = [normalize(text) for text in sentences()]
    given = [sentence(text, network.shape.words) for text in texts]
    with torch.no_grad():
        columns = {name: torch.from_numpy(prompt.pad([one[name][0] for one in given])) for name in given[0]}
        read = zip(*network.encode(**columns), strict=True)
        for text, one, (memory, groups) in zip(texts, given, read, strict=True):
            alone, few = network.encode(**{name: torch.tensor(rows) for name, rows in one.items()})
            assert torch.allclose(memory[: len(text)], alone[0], atol=1e-4)
            assert torch.allclose(groups[: few.shape[1]], few[0], atol=1e-4)


def test_the_backend_answers_from_an_export(model: Path) -> None:
    home = Home.default()
    backend = OnnxBackend.load(model)
    asked = [*sentences(), "", "   ", "?", "x" * 1000, "भान्छाको बत्ती निभाऊ"]
    readings = backend.generate(home, asked)
    assert len(readings) == len(asked)
    for reading in readings:
        assert isinstance(reading.command, Command)
        assert home.check(reading.command) == []
        assert 0 <= reading.confidence <= 1
    assert backend.generate(home, asked) == readings
    assert backend.generate(home, []) == []


def test_weights_of_another_shape_than_the_run_says_are_one_line(run: Path, tmp_path: Path) -> None:
    shutil.copytree(run, tmp_path / "run")
    recipe = tmp_path / "run" / "config.yaml"
    kept = yaml.safe_load(recipe.read_text())
    kept["shape"]["width"] *= 2
    recipe.write_text(yaml.safe_dump(kept))
    with pytest.raises(BattiError, match="are not of the shape that its"):
        load_network(tmp_path / "run")


@pytest.mark.parametrize("name", ["encoder.onnx", "decoder.onnx", "model.json"])
@pytest.mark.parametrize("how", ["missing", "changed"])
def test_a_damaged_export_is_one_line(model: Path, tmp_path: Path, name: str, how: str) -> None:
    for path in model.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    if how == "missing":
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_bytes((tmp_path / name).read_bytes()[:-100])
    with pytest.raises(BattiError) as caught:
        OnnxBackend.load(tmp_path)
    assert "\n" not in str(caught.value)
    assert tmp_path.name in str(caught.value)


def test_muon_for_matrices_of_one_shape_together_is_torch_muon_for_each() -> None:
    """Wide, tall and square ones, over several steps, with a rate that changes."""
    shapes = [(8, 24), (24, 8), (8, 8), (8, 24), (24, 8), (16, 24)]
    torch.manual_seed(5)
    together = [torch.nn.Parameter(torch.randn(shape)) for shape in shapes]
    each = [torch.nn.Parameter(matrix.detach().clone()) for matrix in together]
    ours = Muon(together, lr=0.1, weight_decay=0.05)
    theirs = torch.optim.Muon(each, lr=0.1, weight_decay=0.05, adjust_lr_fn="match_rms_adamw")
    for rate in (0.1, 0.05, 0.02):
        for a, b in zip(together, each, strict=True):
            a.grad = torch.randn_like(a)
            b.grad = a.grad.clone()
        for optimizer in (ours, theirs):
            for group in optimizer.param_groups:
                group["lr"] = rate
            optimizer.step()
        for a, b in zip(together, each, strict=True):
            torch.testing.assert_close(a, b, rtol=1e-3, atol=1e-4)
    assert not torch.equal(together[0], together[3])


def test_runs_go_on_from_one_and_are_averaged(run: Path, tmp_path: Path) -> None:
    """A run that starts at another has its shape and its weights; the average answers as a run does."""
    went_on = []
    for seed, batch in ((5, 16), (6, 8)):
        changes = {"shape": {}, "start": run, "seed": seed, "batch": batch, "steps": 20}
        more = Recipe.model_validate({**TINY, **changes, **GENTLY})
        Trainer(more, tmp_path / str(seed)).train()
        went_on.append(tmp_path / str(seed))
    before, mean = load_network(run)[0], tmp_path / "mean"
    for one in went_on:
        assert load_network(one)[0].shape == before.shape
        assert loss_of(load_network(one)[0]) < 1.02 * loss_of(before)
    average(went_on, mean)
    networks = [dict(load_network(folder)[0].named_parameters()) for folder in (*went_on, mean)]
    for name, weight in networks[2].items():
        torch.testing.assert_close(weight, (networks[0][name] + networks[1][name]) / 2, rtol=2e-3, atol=1e-4)
    assert loss_of(load_network(mean)[0]) < 1.02 * min(loss_of(load_network(one)[0]) for one in went_on)
    export(mean, tmp_path / "model")
    assert OnnxBackend.load(tmp_path / "model")


def test_a_run_goes_on_from_a_model_folder(run: Path, tmp_path: Path) -> None:
    """Nothing else is shipped of the weights, and new phrases are learned from there."""
    export(run, tmp_path / "model")
    more = Recipe.model_validate({**TINY, "shape": {}, "start": tmp_path / "model", "seed": 5, "steps": 20, **GENTLY})
    Trainer(more, tmp_path / "more").train()
    before, after = load_network(run)[0], load_network(tmp_path / "more")[0]
    assert after.shape == before.shape
    assert loss_of(after) < 1.02 * loss_of(before)
    with pytest.raises(BattiError, match="no trained run"):
        Trainer(recipe(start=tmp_path / "nowhere"), tmp_path / "none")


def test_runs_of_two_shapes_are_not_averaged(run: Path, tmp_path: Path) -> None:
    Trainer(recipe(shape=SHAPE | {"width": 16}, steps=1), tmp_path / "small").train()
    with pytest.raises(BattiError, match="another shape"):
        average([run, tmp_path / "small"], tmp_path / "mean")
    with pytest.raises(BattiError, match="no trained run"):
        average([run, tmp_path / "nowhere"], tmp_path / "mean")
    assert not (tmp_path / "mean").exists()


def test_what_did_not_begin_as_one_is_not_averaged(run: Path, tmp_path: Path) -> None:
    Trainer(recipe(seed=8), tmp_path / "other").train()
    with pytest.raises(BattiError, match="has nothing in common with"):
        average([run, tmp_path / "other"], tmp_path / "mean")
    with pytest.raises(BattiError, match="is named twice"):
        average([run, run.parent / ".." / run.parent.name / run.name], tmp_path / "mean")
    copy = shutil.copytree(run, tmp_path / "copy")
    with pytest.raises(BattiError, match="is read and would be written"):
        average([run, copy], copy)
    with pytest.raises(BattiError, match="holds a trained run, which would be lost"):
        average([run, copy], tmp_path / "other")
    assert not (tmp_path / "mean").exists()


@pytest.mark.parametrize("name", ["ship", "smoke"])
def test_recipes_that_come_with_the_project_are_read(name: str) -> None:
    assert Recipe.load(Path(__file__).parents[1] / "configs" / f"{name}.yaml").optimizer == "muon"


def test_a_recipe_is_changed_on_the_command_line() -> None:
    path = Path(__file__).parents[1] / "configs" / "ship.yaml"
    assert Recipe.load(path, ["batch=1024"]) == Recipe.load(path).model_copy(update={"batch": 1024})
    with pytest.raises(BattiError) as caught:
        Recipe.load(path, ["batsh=1024", "minutes=no"])
    first, second = sorted(str(caught.value).splitlines())
    assert first == "--set batsh: unknown key 'batsh'; did you mean 'batch'?"
    assert second.startswith("--set minutes: ")


def test_the_readme_tells_what_the_recipes_say() -> None:
    root = Path(__file__).parents[1]
    ship, smoke = (Recipe.load(root / "configs" / f"{name}.yaml") for name in ("ship", "smoke"))
    readme, script = ((root / name).read_text("utf-8") for name in ("README.md", "runs/ship.sh"))
    assert f"({ship.steps:,} steps" in readme and f"({ship.steps:,} steps" in script
    assert smoke.minutes < 10 and re.search(r"a small one on two CPU cores in ten\s+minutes", readme)


def test_sentences_learned_from_twice_come_again_only_when_others_have_been() -> None:
    batches = [object() for _ in range(500)]
    given = [*stream.echoed(batches, 2, seed=1, kept=50)]
    assert sorted(map(id, given)) == sorted([*map(id, batches)] * 2)
    turns = {id(batch): [i for i, it in enumerate(given) if it is batch] for batch in batches}
    assert [first for first, _ in turns.values()] == sorted(first for first, _ in turns.values())
    apart = sorted(second - first for first, second in turns.values())
    assert apart[len(apart) // 2] > 20
    assert [*stream.echoed(batches, 1, seed=1)] == batches


def test_sentences_without_end_do_not_pile_up() -> None:
    fresh = itertools.count()
    some = [*islice(stream.echoed(fresh, 3, seed=1, kept=20), 3000)]
    assert 1000 <= next(fresh) <= 1000 + 20 + 2
    assert len(set(some)) <= 1022
