"""Prompt texts of `resources/prompts`, filled in, and what a call of a run is given."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from random import Random
from string import Template
from typing import Any

from batti.command import INTENTS, Action
from batti.home import Home
from batti.paths import read_yaml, resources
from batti.schema import ALL, HERE

_LISTED_PLACES = 100  # in a home with more, the schema does not list them: servers limit its size


def text(name: str, **values: object) -> str:
    """The text NAME.md with its placeholders filled in."""
    template = Template(resources("prompts", f"{name}.md").read_text(encoding="utf-8"))
    return template.substitute({key: str(value) for key, value in values.items()})


@cache
def choices() -> Mapping[str, Any]:
    """See the comments of choices.yaml."""
    loaded = read_yaml("prompts", "choices.yaml")
    return dict(loaded)


def language(number: int) -> str:
    """The language of a call by its number in the run."""
    cycle = choices()["cycle"]
    return str(cycle[number % len(cycle)])


def some(kind: str, rng: Random) -> str:
    """Two of the voices, ways of saying or contents."""
    return "; ".join(rng.sample(choices()[kind], 2))


def listed(kind: str, names: Iterable[str]) -> str:
    """A list of languages or intents with what they are."""
    return "\n".join(f"- {name}: {choices()[kind][name]}" for name in names)


def rows(**columns: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON schema of `{"rows": [{column: ...}]}`."""
    return _object({"rows": {"type": "array", "items": _object(columns)}})


def labels(home: Home) -> dict[str, Mapping[str, Any]]:
    """The columns of a label, after the contract, with the places of a home.

    Servers that hold a model to a schema want every key required, so that one that does not apply is null.
    """
    keys = Action.model_json_schema(by_alias=True)["properties"]
    action = {key: _plain(value) for key, value in keys.items()}
    rooms = [room.name for room in home.rooms]
    places = [one.name for one in home.places()]
    lights = list(dict.fromkeys(light.name for room in home.rooms for light in room.lights))
    action["room"] = _name([*places, ALL, HERE])
    action["except"] = {"type": "array", "items": _name(rooms)}
    action["light"] = {"anyOf": [_name(lights), {"type": "null"}]} if lights else {"type": "null"}
    return {
        "intent": {"type": "string", "enum": list(INTENTS)},
        "actions": {"type": "array", "items": _object(action)},
    }


def _name(names: list[str]) -> dict[str, Any]:
    return {"type": "string", "enum": names} if len(names) <= _LISTED_PLACES else {"type": "string"}


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    keys = list(properties)
    return {"type": "object", "properties": dict(properties), "required": keys, "additionalProperties": False}


def _plain(schema: Any) -> Any:
    """Without the keywords that only say what is so anyway."""
    if isinstance(schema, list):
        return [_plain(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {key: _plain(value) for key, value in schema.items() if key not in ("title", "default", "description")}


def as_text(schema: Mapping[str, Any]) -> str:
    """A schema, or a row, as it stands in a prompt."""
    return json.dumps(schema, ensure_ascii=False)
