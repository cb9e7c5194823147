"""What a sentence asks for beside what the contract has a word for: `kun kun batti baleko cha?`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

from batti import lexicon
from batti.lexicon import key
from batti.paths import read_yaml
from batti.text import normalize


def asks_which(sentence: str) -> bool:
    """Whether it asks which lights are so: `kun kun batti baleko cha?`."""
    return asks_how_many(sentence) or _says("which", sentence)


def asks_how_many(sentence: str) -> bool:
    """Whether it asks for their number: `kati ota batti baleko cha?`."""
    return _says("how_many", sentence)


def asks_for_dark(sentence: str) -> bool:
    """Whether those are asked for that are off, and not those that are on."""
    frames = lexicon.load().frames
    words = {*key(normalize(sentence)).split()}
    return not words.isdisjoint(frames["is_dark"]) and words.isdisjoint(frames["is_lit"])


def _says(kind: str, sentence: str) -> bool:
    return bool(_any_of(kind).search(key(normalize(sentence))))


@cache
def _any_of(kind: str) -> re.Pattern[str]:
    """Matches one of the words, or groups of words, of a kind."""
    data: Mapping[str, Sequence[str]] = read_yaml("replies", "asking.yaml")
    return re.compile(rf"\b(?:{'|'.join(re.escape(key(normalize(said))) for said in data[kind])})\b")
