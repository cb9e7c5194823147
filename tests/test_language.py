"""Language models on a CPU: every recipe trains, resumes, exports and answers, with a tiny Llama made here."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from helpers import BATTI
from language import HOME, changes_of, recipe

NEEDED = "needs torch, transformers, trl and peft: pip install '.[lm]'"
torch = pytest.importorskip("torch", reason=NEEDED)
for module in ("transformers", "trl", "peft", "datasets", "accelerate"):
    pytest.importorskip(module, reason=NEEDED)

from transformers import TrainerCallback  # noqa: E402

from batti import backends  # noqa: E402
from batti.cli import main  # noqa: E402
from batti.errors import BattiError  # noqa: E402
from batti.train import bases, compare, language, merge, rows, score  # noqa: E402

Figures = dict[str, Any]




@pytest.fixture(scope="module")
def base(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model from scratch that has learned what it was shown."""
    out = tmp_path_factory.mktemp("runs") / "base"
    language.train(
        recipe("scratch", data, epochs=60, learning_rate=0.003, loss_on="answer", packing="false", patience=0,
               data__exact_sentences=0, weight_decay=0), out,
    )  # fmt: skip
    return out


@pytest.fixture(scope="module")
def lora(data: Path, base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("runs") / "lora"
    language.train(recipe("lora", data, base=base, learning_rate=0.002), out)
    return out


def figures(run: Path) -> Figures:
    found: Figures = json.loads((run / "metrics.json").read_text())
    return found


def losses(found: Figures, key: str = "loss") -> list[float]:
    return [entry[key] for entry in found["history"] if key in entry]


# -- training ------------------------------------------------------------------------------------
def test_a_model_from_scratch_learns_to_answer(base: Path) -> None:
    found = figures(base)
    assert losses(found)[-1] < 0.2 * losses(found)[0]
    assert found["scores"]["exact"] > 0.9
    assert found["trainable"] == found["parameters"]
    assert set(found["scores"]["fields"]) == {"room", "action"}


@pytest.mark.parametrize("name", ["lora", "qlora", "full"])
def test_each_recipe_trains_and_keeps_what_it_came_from(name: str, data: Path, base: Path, tmp_path: Path) -> None:
    if name == "qlora":
        pytest.importorskip("bitsandbytes", reason=NEEDED)
    out = tmp_path / name
    settings = recipe(name, data, base=base, before="true", epochs=2, learning_rate=0.002, form="chat")
    found = language.train(settings, out)
    assert found["method"] == name
    assert (out / "config.yaml").read_text() == settings.to_yaml()
    assert list((out / "logs").rglob("events.out.tfevents*"))
    assert losses(found, "eval_loss")[-1] < losses(found, "eval_loss")[0]
    assert 0 <= found["before"]["exact"] <= 1
    assert 0 <= losses(found, "eval_exact")[-1] <= 1
    assert (found["trainable"] == found["parameters"]) == (name == "full")
    assert found["peak_memory"] > 0
    assert not (out / "checkpoints").exists()
    assert backends.load(out).generate(HOME, ["kitchen ko batti bala"])[0].command


class Seen(TrainerCallback):
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.steps, self.checkpoints = 0, 0

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self.steps += 1

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self.checkpoints += 1


def test_a_run_without_evaluations_is_watched_and_keeps_its_last_weights(
    data: Path, base: Path, tmp_path: Path
) -> None:
    seen = Seen()
    settings = recipe("lora", data, base=base, steps=3, evaluations=0)
    found = language.train(settings, tmp_path / "run", watchers=[seen])
    assert (seen.steps, seen.checkpoints) == (3, 0)
    assert len(losses(found)) == 3
    assert not losses(found, "eval_loss")
    assert (tmp_path / "run" / "adapter_model.safetensors").exists()


def test_compiled_layers_learn_what_others_do(
    data: Path, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch._dynamo.config, "disable", True)  # the same modules: making their kernels takes a minute
    plain, compiled = (
        language.train(recipe("full", data, base=base, steps=3, evaluations=1, compile=said), tmp_path / said)
        for said in ("false", "true")
    )
    assert losses(compiled) == pytest.approx(losses(plain), abs=1e-6)
    assert losses(compiled, "eval_loss") == pytest.approx(losses(plain, "eval_loss"), abs=1e-6)
    assert compiled["tokens"] == plain["tokens"] > 0


def test_the_loss_of_4_bit_weights_is_another_and_close(data: Path, base: Path, tmp_path: Path) -> None:
    pytest.importorskip("bitsandbytes", reason=NEEDED)
    first = {
        name: losses(language.train(recipe(name, data, base=base, steps=1, lora__dropout=0), tmp_path / name))[0]
        for name in ("lora", "qlora")
    }
    assert first["qlora"] != first["lora"]
    assert first["qlora"] == pytest.approx(first["lora"], rel=0.5)


def test_the_same_seed_gives_the_same_run_and_another_seed_another(data: Path, base: Path, tmp_path: Path) -> None:
    once, again, other = (
        language.train(recipe("lora", data, base=base, steps=6, seed=seed), tmp_path / str(number))
        for number, seed in enumerate((3, 3, 4))
    )
    assert losses(once) == losses(again) != losses(other)


def test_only_the_answer_is_learned_and_its_end_with_it(data: Path, base: Path) -> None:
    settings = recipe("lora", data, base=base)
    tokenizer, [row, *_] = bases.tokenizer(settings), rows.read([data], 1, False)
    for everything in (False, True):
        columns = rows.encoded(tokenizer, [row], 128, everything)
        [ids], [mask] = columns["input_ids"], columns["completion_mask"]
        learned = [token for token, counts in zip(ids, mask, strict=True) if counts]
        said = row.answer + tokenizer.eos_token
        whole = f"{tokenizer.bos_token}Sentence: {row.sentence}\nAnswer:\n{said}"
        assert tokenizer.decode(learned) == (whole if everything else said)
    with pytest.raises(BattiError, match="no sentence has 5 tokens or fewer"):
        rows.encoded(tokenizer, [row], 5, False)


def test_packed_sentences_do_not_see_one_another(data: Path, base: Path, tmp_path: Path) -> None:
    found = {
        packing: language.train(
            recipe("full", data, base=base, packing=packing, steps=1, batch=64, together=64), tmp_path / packing
        ) for packing in ("true", "false")
    }  # fmt: skip
    packed, alone = (losses(found[packing], "eval_loss")[-1] for packing in ("true", "false"))
    assert packed == pytest.approx(alone, rel=2e-3)


def test_training_stops_early_and_keeps_the_best(data: Path, base: Path, tmp_path: Path) -> None:
    wild = {"learning_rate": 0.5, "epochs": 30, "evaluations": 15, "patience": 2, "packing": "false"}
    settings = recipe("full", data, base=base, **wild)
    found = language.train(settings, tmp_path / "run")
    seen = [(entry["eval_loss"], entry["step"]) for entry in found["history"] if "eval_loss" in entry]
    assert len(seen) < 15
    assert found["best_step"] == min(seen)[1] < found["steps"]


def test_a_killed_run_goes_on_to_the_same_curve(data: Path, base: Path, tmp_path: Path) -> None:
    wanted = {"base": base, "epochs": 8, "evaluations": 12, "patience": 0, "data__exact_sentences": 0,
              "packing": "false"}  # fmt: skip
    whole = language.train(recipe("lora", data, **wanted), tmp_path / "whole")
    out = tmp_path / "killed"
    changes = [part for change in changes_of(data, **wanted) for part in ("--set", change)]
    command = [*BATTI, "train", "configs/lora.yaml", "--out", str(out), *changes]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 300
    while not list(out.glob("checkpoints/checkpoint-*/trainer_state.json")) and time.monotonic() < deadline:
        assert process.poll() is None, "it ended before it could be killed"
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (out / "metrics.json").exists()
    (out / "checkpoints" / "checkpoint-9999").mkdir()  # as one whose writing was cut off
    language.train(recipe("lora", data, **wanted), out)
    resumed = figures(out)
    assert losses(resumed) == pytest.approx(losses(whole), abs=1e-6)
    assert losses(resumed, "eval_loss") == pytest.approx(losses(whole, "eval_loss"), abs=1e-6)


def test_two_processes_learn_what_one_does(data: Path, base: Path, tmp_path: Path) -> None:
    wanted = {"base": base, "steps": 4, "batch": 8, "together": 4, "lora__dropout": 0, "packing": "false",
              "data__exact_sentences": 6}  # fmt: skip
    one = language.train(recipe("lora", data, **wanted), tmp_path / "one")
    changes = [part for change in changes_of(data, **wanted) for part in ("--set", change)]
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2", "-m", "batti"]
    out = tmp_path / "two"
    command = [*launch, "train", "configs/lora.yaml", "--out", str(out), *changes]
    subprocess.run(command, check=True, capture_output=True)
    two = figures(out)
    assert two["processes"] == 2
    assert losses(two) == pytest.approx(losses(one), rel=1e-3)
    assert two["scores"] == one["scores"]


# -- what a user may do wrong --------------------------------------------------------------------
def test_a_folder_holds_one_run(lora: Path, data: Path, base: Path, tmp_path: Path) -> None:
    with pytest.raises(BattiError, match="holds a run of another recipe"):
        language.train(recipe("lora", data, base=base, seed=9), lora)
    with pytest.raises(BattiError, match="holds a finished run"):
        language.train(recipe("lora", data, base=base, learning_rate=0.002), lora)


class _Hub(BaseHTTPRequestHandler):
    """A hub that has one model, for those who accepted its licence."""

    def do_GET(self) -> None:
        self.send_response(403)
        self.send_header("X-Error-Code", "GatedRepo")
        self.send_header("X-Error-Message", "Access to model x/gated is restricted.")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_HEAD = do_GET

    def log_message(self, *args: Any) -> None:
        pass


def _train(base: str, data: Path, out: Path) -> list[str]:
    changes = [part for change in changes_of(data, base=base) for part in ("--set", change)]
    return ["train", "configs/lora.yaml", "--out", str(out), *changes]


def test_a_missing_licence_is_one_line(data: Path, tmp_path: Path) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        hub = f"http://127.0.0.1:{server.server_port}"
        asked = {**os.environ, "HF_ENDPOINT": hub, "HF_HUB_OFFLINE": "0"}  # which are looked at once in a process
        done = subprocess.run(
            [*BATTI, *_train("x/gated", data, tmp_path / "run")], env=asked, capture_output=True, text=True, check=False
        )
    finally:
        server.shutdown()
        server.server_close()
    assert done.returncode == 1, done.stderr
    assert done.stderr.strip().splitlines()[-1] == (
        "batti: 'x/gated' is given out under a licence that this account has not accepted; "
        "accept it at https://huggingface.co/x/gated, then run: hf auth login"
    )


def test_a_missing_network_is_one_line(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    done = CliRunner().invoke(main, _train("x/model", data, tmp_path / "run"))
    assert done.exit_code == 1, done.stderr
    assert done.stderr.strip().splitlines()[-1] == (
        "batti: 'x/model' is not on this machine and the Hugging Face hub cannot be reached; "
        "connect once, or copy the model's folder here and write base: FOLDER"
    )


def test_unsloth_is_asked_for_where_it_is_not(data: Path, base: Path, tmp_path: Path) -> None:
    if find_spec("unsloth"):
        pytest.skip("unsloth is installed here")
    with pytest.raises(BattiError, match="accelerator: unsloth cannot be used: No module named 'unsloth'; pip install"):
        language.train(recipe("lora", data, base=base, accelerator="unsloth"), tmp_path / "run")


def test_liger_is_asked_for_where_it_cannot_be_used(data: Path, base: Path, tmp_path: Path) -> None:
    if torch.cuda.is_available() and find_spec("liger_kernel"):
        pytest.skip("it can be used here")
    with pytest.raises(BattiError, match=r"accelerator: liger cannot be used: .*; pip install liger-kernel"):
        language.train(recipe("lora", data, base=base, accelerator="liger"), tmp_path / "run")


def test_a_base_without_the_words_for_it_has_no_chat_form(data: Path, base: Path) -> None:
    assert bases.tokenizer(recipe("lora", data, base=base, form="chat")).chat_template == bases.CHAT
    assert bases.tokenizer(recipe("lora", data, base=base)).chat_template != bases.CHAT


# -- a run as one model --------------------------------------------------------------------------
def test_an_adapter_answers_as_it_does_when_merged(lora: Path, data: Path) -> None:
    from peft import AutoPeftModelForCausalLM

    merged, tokenizer, _ = merge.load(lora)
    apart = AutoPeftModelForCausalLM.from_pretrained(lora).eval()
    some = rows.read([data], 6, False)
    ids = tokenizer.apply_chat_template(some[0].asked, return_tensors="pt", return_dict=True)
    with torch.no_grad():
        difference = (apart(**ids).logits - merged(**ids).logits).abs().max()
        before = merge.load(Path(apart.peft_config["default"].base_model_name_or_path))[0](**ids).logits
    assert difference < 1e-4
    assert (before - merged(**ids).logits).abs().max() > 100 * difference
    assert score.answers(apart, tokenizer, some, 48) == score.answers(merged, tokenizer, some, 48)


def test_an_answer_does_not_depend_on_what_it_is_padded_to(base: Path, data: Path) -> None:
    model, tokenizer, _ = merge.load(base)
    some = rows.read([data], 9, False)
    assert score.answers(model, tokenizer, some, 48, batch=9) == score.answers(model, tokenizer, some, 48, batch=1)


def test_the_help_says_which_runs_are_compared() -> None:
    shown = CliRunner().invoke(main, ["compare", "--help"]).output
    assert "of language models" in shown and "configs/lora.yaml" in shown and "batti evaluate" in shown


def test_runs_are_compared_in_a_table_and_a_plot(base: Path, lora: Path, tmp_path: Path) -> None:
    made = compare.rows([base, lora])
    table = compare.table(made).splitlines()
    assert table[0].startswith("| run | method | form | exact | partial | loss | minutes | memory | trainable |")
    assert [line.split(" | ")[1] for line in table[2:]] == ["scratch", "lora"]
    compare.plot([base, lora], tmp_path / "deep" / "plot.png")
    assert (tmp_path / "deep" / "plot.png").stat().st_size > 5000
    with pytest.raises(BattiError, match="holds no finished run"):
        compare.rows([tmp_path])


# -- scores --------------------------------------------------------------------------------------
def test_scores_of_documents_tell_what_is_wrong(data: Path) -> None:
    some = rows.read([data], 0, False)[:2]
    right = [row.answer for row in some]
    wrong = right[1].replace("turn_on", "turn_off")
    found = score.scores(some, [right[0], wrong])
    assert (found["exact"], found["partial"], found["invalid"]) == (0.5, 0.75, 0.0)
    assert found["fields"] == {"room": 1.0, "action": 0.5}
    assert score.scores(some, [right[0], "no document"])["invalid"] == 0.5


def test_scores_of_the_thesis_s_form_tell_what_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    outputs = ["kitchen: turn_off bathroom: brightness=0.2", "kitchen: turn_on"]
    path.write_text(json.dumps([{"command": f"c{i}", "output": output} for i, output in enumerate(outputs)]))
    some = rows.read([path], 0, True)
    found = score.scores(some, ["kitchen: turn_off bathroom: brightness=0.3", "kitchen: turn_on"])
    assert found["exact"] == 0.5
    assert found["fields"] == {"room": 1.0, "action": 1.0, "brightness": 0.0}
