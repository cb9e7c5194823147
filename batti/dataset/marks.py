"""Places kept track of while a sentence is respelled and wrapped: between private-use characters."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from batti.prompt import Span

_OPEN, _CLOSE = 0xE100, "\ue000"
_MARK = re.compile("[\ue000-\uf8ff]")


@dataclass(frozen=True)
class Piece:
    """A stretch of a sentence in the making."""

    text: str
    slot: str = ""  # of a place
    freely: bool = True  # may be misspelled as much as any other words


def marked(piece: Piece, text: str) -> str:
    return f"{chr(_OPEN + ord(piece.slot))}{text}{_CLOSE}" if piece.slot else text


def unmark(words: str) -> tuple[str, dict[str, Span]]:
    """The sentence without marks, and where each slot was said last."""
    out: list[str] = []
    spans: dict[str, Span] = {}
    opened = ("", 0)
    at = 0
    for c in unicodedata.normalize("NFC", words).strip():
        if c == _CLOSE:
            if opened[0]:
                spans[opened[0]] = (opened[1], at)
            opened = ("", 0)
        elif _MARK.match(c):
            opened = (chr(ord(c) - _OPEN), at)
        else:
            out.append(c)
            at += 1
    return "".join(out), spans
