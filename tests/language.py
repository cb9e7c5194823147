"""A tiny language model with sentences, for the tests of what trains, exports and runs such models."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from batti.home import Home
from batti.train.recipe import Recipe

CONFIGS = Path(__file__).parents[1] / "configs"
ROOMS = ("kitchen", "bedroom", "bathroom")
SAID = {"turn_on": "{} ko batti bala", "turn_off": "{} ko batti nibhau", "toggle": "{} ko batti badala"}
HOME = Home.from_dict({"name": "Tiny", "rooms": [{"name": name} for name in ROOMS]})
SMALL = {
    "data.home": "false", "data.max_tokens": "128", "data.exact_sentences": "4", "data.answer_tokens": "48",
    "together": "4", "batch": "4", "epochs": "4", "evaluations": "3",
}  # fmt: skip
SHAPE = {
    "shape.layers": "2", "shape.width": "64", "shape.feed_forward": "128", "shape.heads": "4", "shape.kv_heads": "2",
    "shape.vocabulary": "400", "shape.context": "2048", "best": "loss",
}  # fmt: skip


def sentences(folder: Path) -> Path:
    """A file of labelled sentences with their home beside them."""
    (folder / "homes").mkdir(parents=True)
    (folder / "homes" / "tiny.yaml").write_text(HOME.to_yaml(), encoding="utf-8")
    rows = []
    for room in ROOMS:
        for action, said in SAID.items():
            expected = {"intent": "single_room_control", "rooms": [room], "actions": [{"room": room, "action": action}]}
            for ending in ("", " hai", " na", " ta"):
                rows.append({"home": "tiny", "command": said.format(room) + ending, "expected": expected})
    path = folder / "tiny.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


def recipe(name: str, data: Path, **changes: Any) -> Recipe:
    """A recipe of `configs` made small."""
    return Recipe.load(CONFIGS / f"{name}.yaml", changes_of(data, name, **changes))


def changes_of(data: Path, name: str = "", **changes: Any) -> list[str]:
    """The same as changes of a command line; a double underscore stands for a dot."""
    small = SMALL | (SHAPE if name == "scratch" else {}) | {"data.train": str(data), "data.validation": str(data)}
    return [f"{key.replace('__', '.')}={value}" for key, value in {**small, **changes}.items()]
