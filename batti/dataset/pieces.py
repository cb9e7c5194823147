"""Words in pieces, as a recognizer writes them that listens for another language: `poke her he` for pokhari.

The pieces are words that sound like it (`lexicon.pronounced`): of the same sound classes (`sound.classes`), and
with few letters that differ.
"""

from __future__ import annotations

from functools import cache
from random import Random

from rapidfuzz.distance import OSA

from batti import lexicon
from batti.sound import classes, fold

_LONGEST = 8  # letters that one piece stands for
_CHOICE = 6  # pieces that are kept for a stretch of letters, the nearest
_FARTHEST = 0.34  # share of its letters that a piece may have otherwise
_NEIGHBOURS = frozenset(  # sounds that are half as far apart as others
    ["ae", "ao", "ei", "ou", "bp", "dt", "gk", "Cj", "fp", "Cs", "js"]
)
_PIECE = 0.4  # what a piece costs besides: long ones are likelier
_CHANCE = 0.8  # of what is added to the costs, so that a word is not heard as the same every time


def in_pieces(word: str, rng: Random) -> str:
    """The word in pieces; as it is where no words sound like it, or where the recognizer knows it itself."""
    if word.lower() in _known():
        return word
    said = fold(word.lower())
    best: list[tuple[float, str]] = [(0.0, "")]  # of each beginning: what it costs, and its pieces
    for end in range(1, len(said) + 1):
        ways = [
            (cost + _PIECE + much + _CHANCE * rng.random(), f"{before} {piece}".strip())
            for start in range(max(0, end - _LONGEST), end)
            for cost, before in (best[start],)
            if cost < float("inf")
            for much, piece in _sounding_like(said[start:end])
        ]
        best.append(min(ways, default=(float("inf"), "")))
    return best[-1][1] or word


@cache
def _known() -> frozenset[str]:
    """Words of the language that the recognizer listens for."""
    words = lexicon.load()
    named = (*words.places, *words.lights, *words.groups, *words.devices, *words.numbers.values())
    swaps = zip(words.swaps.ids, words.swaps.classes, strict=True)
    said = [*(one.en for one in named), *(some for name, some in swaps if "en" in name.split("."))]
    known = {word for some in said for name in some for word in name.lower().split()}
    return frozenset({*words.pronounced, *words.frames["english_words"], *known})


@cache
def _sounding_like(said: str) -> tuple[tuple[float, str], ...]:
    """(letters that differ, word) of the nearest words that sound like a stretch of folded letters."""
    near = ((_far(said, sounds), word) for word, sounds in _by_class().get(classes(said), ()))
    return tuple(sorted(one for one in near if one[0] <= _FARTHEST * len(said))[:_CHOICE])


def _far(said: str, sounds: str) -> float:
    """By how many letters two stretches differ."""
    if len(said) != len(sounds):
        return float(OSA.distance(said, sounds))
    pairs = ("".join(sorted(pair)) for pair in zip(said, sounds, strict=True) if pair[0] != pair[1])
    return sum(0.5 if pair in _NEIGHBOURS else 1.0 for pair in pairs)


@cache
def _by_class() -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for word, sounds in lexicon.load().pronounced.items():
        found.setdefault(classes(sounds), []).append((word, sounds))
    return found
