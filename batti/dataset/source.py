"""Pieces of text with the file and line that they stand in: phrases, and the words of YAML files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

from batti.dataset.phrases import Phrase
from batti.errors import BattiError, Fault
from batti.paths import text_of


class Written(NamedTuple):
    """A phrase and its `file:line`."""

    where: str
    phrase: Phrase


class Word(NamedTuple):
    """A text of a YAML file, the keys that lead to it and its `file:line`."""

    where: str
    keys: tuple[str | int, ...]
    text: str
    is_truth: bool = False  # what YAML takes for a yes or no: on, no


def shown(path: Path) -> Path:
    """The path as a message says it: from the folder that one is in, where it lies there."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def words(path: Path) -> list[Word]:
    """Every text of a YAML file, values only. Raises BattiError where it is no YAML."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        root = yaml.compose(text_of(path), Loader=loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        problem = f"not valid YAML: {getattr(error, 'problem', error)}"
        raise BattiError.of([Fault(where, problem, "check the indentation, the brackets and the quotes")]) from None
    return list(_words(root, (), path)) if root else []


def _words(node: yaml.Node, keys: tuple[str | int, ...], path: Path) -> Iterator[Word]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _words(value, (*keys, str(key.value)), path)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _words(value, (*keys, index), path)
    else:
        where = f"{path}:{node.start_mark.line + 1}"
        yield Word(where, keys, str(node.value), node.tag == "tag:yaml.org,2002:bool")
