"""A small byte-level BPE vocabulary learnt from English text, as large as wanted."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import pairwise

Pair = tuple[str, str]
_PIECES = re.compile(  # as Llama 3 splits text, save for rarities
    r"(?:[^\r\n\w]|_)?[^\W\d_]+|\d{1,3}| ?(?:[^\s\w]|_)+[\r\n]*|\s*[\r\n]+|\s+"
)


def _byte_letters() -> list[str]:
    """The printable letter that stands for each byte, as GPT-2 and all after it have it."""
    printable = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = iter(range(256, 512))
    return [chr(byte) if byte in printable else chr(next(others)) for byte in range(256)]


LETTERS = _byte_letters()


def merges(texts: Iterable[str], most: int | None = None) -> list[Pair]:
    """The merges, the most frequent first, until there are enough or every word of the texts is one token."""
    pieces = Counter(piece for text in texts for piece in _PIECES.findall(text))
    words = [[LETTERS[byte] for byte in piece.encode()] for piece in pieces]
    times = list(pieces.values())
    counts: Counter[Pair] = Counter()
    where: defaultdict[Pair, set[int]] = defaultdict(set)
    for index, word in enumerate(words):
        for pair in pairwise(word):
            counts[pair] += times[index]
            where[pair].add(index)
    made: list[Pair] = []
    while counts and len(made) != most:
        best = max(counts, key=lambda pair: (counts[pair], pair))
        made.append(best)
        for index in where.pop(best):
            old = words[index]
            words[index] = new = _merged(old, best)
            for pair in pairwise(old):
                counts[pair] -= times[index]
            for pair in pairwise(new):
                counts[pair] += times[index]
                where[pair].add(index)
            for pair in {*pairwise(old), best}:
                if counts[pair] < 1:
                    del counts[pair]
    return made


def _merged(word: list[str], pair: Pair) -> list[str]:
    out: list[str] = []
    at = 0
    while at < len(word):
        taken = 2 if tuple(word[at : at + 2]) == pair else 1
        out.append("".join(word[at : at + taken]))
        at += taken
    return out


def vocabulary(merged: Iterable[Pair], size: int) -> list[str]:
    """`size` different tokens: the bytes, what the merges make, then tokens that no text gives."""
    tokens = dict.fromkeys([*LETTERS, *(a + b for a, b in merged)])
    number = 0
    while len(tokens) < size:
        tokens.setdefault(f"{LETTERS[32]}unused{number}")
        number += 1
    return list(tokens)[:size]
