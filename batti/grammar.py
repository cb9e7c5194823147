"""What a model may say about one sentence: after each answer so far, which tokens may come next.

Every answer that is let through reads back as entries of the contract. `NONE` is always open at the
start and a marked place may turn out to be unknown, so no place is ever forced on a sentence.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

import numpy as np
from numpy.typing import NDArray

from batti.command import COLORS
from batti.prompt import END, EXCEPT, NONE, NUMBER, SIMPLE, SPEAKER, UNITS, VOCABULARY, WHENS, WHOLE, WORD

MAX_ENTRIES = 16
"""Entries in one answer; a sentence that asks for more is cut there."""
MAX_PLACE = 60
"""Characters of one marked place, the most that a name has."""
MAX_EXCEPTS = 12
MAX_CHAINED = 4
"""Lengths by which a time may be said to be later than another."""
_DOINGS = tuple(WORD[w] for w in (*SIMPLE, "level", "up", "down", "kelvin", *COLORS))
_MOST = {"h": 24, "m": 59, "s": 59}  # a day at most


def _numbers(first: int, last: int) -> tuple[int, ...]:
    return tuple(range(NUMBER + first, NUMBER + last + 1))


@cache
def _vocabulary_mask(words: tuple[int, ...]) -> NDArray[np.bool_]:
    mask = np.zeros(VOCABULARY, dtype=bool)
    mask[list(words)] = True
    mask.flags.writeable = False
    return mask


@dataclass
class Answer:
    """An answer to a sentence of `chars` characters, as it is being said."""

    chars: int
    tokens: list[int] = field(default_factory=list)
    words: tuple[int, ...] = (NONE, WHOLE, SPEAKER)  # structural tokens that may come next
    points: range = range(0)  # characters that may be pointed at next
    _state: str = "place"
    _entries: int = 0
    _excepts: int = 0
    _first: int = 0  # first character of the place being marked
    _marked: str = "place"  # what is being marked: a place or an exception
    _unit: str = ""  # last unit of the duration being said
    _whens: tuple[str, ...] = WHENS
    _times: int = 0  # of one entry: its time and the lengths by which that is later

    def __post_init__(self) -> None:
        self.points = range(self.chars)

    @property
    def done(self) -> bool:
        return bool(self.tokens) and self.tokens[-1] == END

    def allows(self, token: int) -> bool:
        """Whether the token may come next."""
        return token - VOCABULARY in self.points if token >= VOCABULARY else token in self.words

    def mask(self, size: int) -> NDArray[np.bool_]:
        """Which of the `size` tokens (vocabulary and characters) may come next."""
        mask = np.zeros(size, dtype=bool)
        mask[:VOCABULARY] = _vocabulary_mask(self.words)
        mask[VOCABULARY + self.points.start : VOCABULARY + self.points.stop] = True
        return mask

    def say(self, token: int) -> None:
        """Add a token. Raises ValueError for one that may not come here."""
        if not self.allows(token):
            raise ValueError(f"token {token} may not follow {self.tokens}")
        self.tokens.append(token)
        if token == END:
            self._expect("nothing", ())
        elif token == NONE:
            self._expect("nothing", (END,))
        else:
            getattr(self, f"_{self._state}")(token)

    def _expect(self, state: str, words: tuple[int, ...], points: range = range(0)) -> None:
        self._state, self.words, self.points = state, words, points

    # One method for each thing that may have been expected; it takes what was said.
    def _place(self, token: int) -> None:
        self._entries += 1
        self._excepts = 0
        self._whens, self._times = WHENS, 0
        if token >= VOCABULARY:
            self._mark("place", token)
        else:
            self._placed(whole=token == WHOLE)

    def _mark(self, what: str, token: int) -> None:
        self._marked, self._first = what, token - VOCABULARY
        self._expect("last", (), range(self._first, min(self.chars, self._first + MAX_PLACE)))

    def _last(self, token: int) -> None:
        if self._marked == "place":
            self._placed(whole=True)  # it may be a group, which may have exceptions
        else:
            more = range(self.chars) if self._excepts < MAX_EXCEPTS else range(0)
            self._expect("excepted", _DOINGS, more)

    def _placed(self, whole: bool) -> None:
        self._expect("doing", (*_DOINGS, EXCEPT) if whole and self.chars else _DOINGS)

    def _excepted(self, token: int) -> None:
        if token >= VOCABULARY:
            self._excepts += 1
            self._mark("except", token)
        else:
            self._doing(token)

    def _doing(self, token: int) -> None:
        if token == EXCEPT:
            self._expect("excepted", (), range(self.chars))
        elif token in (WORD["level"], WORD["up"], WORD["down"]):
            self._expect("amount", _numbers(1, 100))
        elif token == WORD["kelvin"]:
            self._expect("hundreds", _numbers(19, 65))
        else:
            self._close()

    def _amount(self, token: int) -> None:
        self._close()

    def _hundreds(self, token: int) -> None:
        self._expect("amount", _numbers(0, 0 if token == NUMBER + 65 else 99))

    def _close(self) -> None:
        """The entry may end here, or say when; another may follow."""
        places = (WHOLE, SPEAKER) if self._entries < MAX_ENTRIES else ()
        points = range(self.chars) if places else range(0)
        self._expect("next", (END, *places, *(WORD[when] for when in self._whens)), points)

    def _next(self, token: int) -> None:
        when = next((w for w in WHENS if WORD[w] == token), None)
        if when is None:
            self._place(token)
            return
        chained = ("after",) if self._times < MAX_CHAINED and not (when == "at" and self._times) else ()
        begun = ("at",) if when == "after" and not self._times else ()
        self._whens = () if when == "for" else (*chained, *begun, "for")
        self._times += 1
        self._unit = ""
        if when == "at":
            self._expect("hour", _numbers(0, 23))
        else:
            self._expect("count", _numbers(1, 59))

    def _hour(self, token: int) -> None:
        self._expect("amount", _numbers(0, 59))

    def _count(self, token: int) -> None:
        if not NUMBER <= token < VOCABULARY:  # the duration was complete
            self._next(token)
            return
        count = token - NUMBER
        self._expect("of", tuple(WORD[u] for u in self._smaller() if count <= _MOST[u]))

    def _of(self, token: int) -> None:
        self._unit = next(u for u in UNITS if WORD[u] == token)
        self._close()
        whole_day = self.tokens[-2:] == [NUMBER + _MOST["h"], WORD["h"]]
        if self._smaller() and not whole_day:
            self._expect("count", (*self.words, *_numbers(1, 59)), self.points)

    def _smaller(self) -> tuple[str, ...]:
        return UNITS[UNITS.index(self._unit) + 1 :] if self._unit else UNITS
