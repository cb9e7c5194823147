"""Recipes of language models: one schema, all faults at once, every knob explained."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from batti.errors import BattiError
from batti.train.recipe import Recipe, is_of_language_model, parsed

CONFIGS = Path(__file__).parents[1] / "configs"
OURS = ("lora", "qlora", "full", "scratch")


@pytest.mark.parametrize("name", OURS)
def test_each_recipe_is_valid(name: str) -> None:
    changes = [] if name == "scratch" else ["base=some/model"]
    assert Recipe.load(CONFIGS / f"{name}.yaml", changes).kind == name


def test_qlora_is_lora_with_one_setting_changed() -> None:
    lora, qlora = (Recipe.load(CONFIGS / f"{name}.yaml", ["base=some/model"]) for name in ("lora", "qlora"))
    assert lora.changed(quantize="nf4") == qlora


def test_a_base_has_to_be_named() -> None:
    with pytest.raises(BattiError, match=r"lora\.yaml:4: no base model is named; write base: NAME"):
        Recipe.load(CONFIGS / "lora.yaml")


def _knobs(model: type[BaseModel]) -> set[str]:
    found = set()
    for name, field in model.model_fields.items():
        found.add(name)
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            found |= _knobs(field.annotation)
    return found


def test_every_knob_is_explained_beside_its_value() -> None:
    explained = set()
    for name in ("lora", "scratch"):
        for line in (CONFIGS / f"{name}.yaml").read_text(encoding="utf-8").splitlines():
            if match := re.match(r"\s*(\w+):", line):
                explained.add(match.group(1))
    assert _knobs(Recipe) <= explained


def test_the_values_of_lora_yaml_are_those_of_a_key_that_is_left_out(tmp_path: Path) -> None:
    short = tmp_path / "short.yaml"
    short.write_text("method: lora\nbase: m\ndata: {train: dataset/data/train.jsonl, "
                     "validation: dataset/data/validation.jsonl}\n")  # fmt: skip
    said = Recipe.load(CONFIGS / "lora.yaml", ["base=m"])
    assert Recipe.load(short).changed(batch=said.batch, together=said.together) == said


def test_all_faults_are_told_at_once_with_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_text("method: lara\nbase: x\nlearning_rate: -1\nlora:\n  rnk: 3\n")
    with pytest.raises(BattiError) as error:
        Recipe.load(path, ["epochs=none", "schedul=cosine"])
    said = str(error.value)
    for part in ("r.yaml:1: there is no method 'lara'", "r.yaml:3: learning_rate", "--set epochs",
                 "r.yaml:5: unknown key 'rnk'; did you mean 'rank'?",
                 "--set schedul: unknown key 'schedul'; did you mean 'schedule'?", "data is missing"):
        assert part in said, said


@pytest.mark.parametrize("changes, problem", [
    (["quantize=nf4", "method=full"], "weights in 4 bits cannot be trained by method full"),
    (["batch=10", "together=4"], "a batch of 10 is not made of 4 at a time"),
    (["method=scratch"], "a model from scratch has no base"),
    (["best=exact", "data.exact_sentences=0"], "the best by exact match needs data.exact_sentences"),
    (["shape.width=100", "shape.heads=8"], "width 100 is no multiple of twice the heads, 16"),
    (["search.learning_rate=[1e-3, 1e-5]"], "0.001 to 1e-05 is no range"),
    (["search.rank=[]"], "rank has no choices"),
    (["data.train=[]"], "data.train names no file"),
    (["lora.rank"], "--set 'lora.rank' is no change; write key=value"),
    (["base.x=1"], "--set base.x: there are no keys of that kind"),
    (["epochs=[1"], "--set epochs"),
    (["epochs=many"], "--set epochs: epochs is 'many', not a number; write a number, like 0.5"),
    (["batch=2.5"], "--set batch: batch is '2.5', not a whole number; write a whole number, like 20"),
    (["clip=0"], "--set clip: clip is '0', out of range; write more than 0"),
    (["lora.dropout=1"], "--set lora.dropout: dropout is '1', out of range; write less than 1"),
    (["precision=half"], "--set precision: there is no precision 'half'; write 'auto', 'float32' or 'bfloat16'"),
])  # fmt: skip
def test_what_does_not_go_together_is_refused(changes: list[str], problem: str) -> None:
    with pytest.raises(BattiError, match=re.escape(problem)):
        Recipe.load(CONFIGS / "lora.yaml", ["base=m", *changes])


def test_the_resolved_recipe_reads_back_as_itself(tmp_path: Path) -> None:
    said = Recipe.load(CONFIGS / "qlora.yaml", ["base=m", "lora.targets=[q_proj]", "data.limit=7"])
    path = tmp_path / "config.yaml"
    path.write_text(said.to_yaml())
    assert Recipe.load(path) == said


def test_recipes_of_the_small_network_are_told_apart() -> None:
    assert [is_of_language_model(parsed(CONFIGS / f"{name}.yaml")) for name in ("ship", "smoke", *OURS)] == [
        False, False, True, True, True, True,
    ]  # fmt: skip
