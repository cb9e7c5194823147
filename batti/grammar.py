"""What a model may say about one home: after each answer so far, which tokens may come next.

Every sequence that `Grammar` lets through reads back as a valid document of that home. Refusals
(`NONE`, `UNKNOWN`) are always open at the start, so no place is ever forced.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from batti.home import Home
from batti.prompt import (
    ALL,
    END,
    EXCEPT,
    HERE,
    NONE,
    NUMBER,
    SIMPLE,
    UNITS,
    UNKNOWN,
    VOCABULARY,
    WORD,
)

MAX_ACTIONS = 16
"""Entries in one answer; a sentence that names more places is cut there."""
_COLORS = tuple(WORD[c] for c in WORD if WORD["down"] < WORD[c] < WORD["kelvin"])
_DOINGS = (*(WORD[w] for w in (*SIMPLE, "level", "up", "down", "kelvin")), *_COLORS)
_WHENS = ("after", "at", "for")
_MOST = {"h": 23, "m": 59, "s": 59}


def _numbers(first: int, last: int) -> tuple[int, ...]:
    return tuple(range(NUMBER + first, NUMBER + last + 1))


class Grammar:
    """The grammar of one home; `start()` opens an answer. Made once for a home and shared."""

    def __init__(self, home: Home) -> None:
        entities = home.entities()
        self.size = VOCABULARY + len(entities)
        rooms = {e.name: VOCABULARY + i for i, e in enumerate(entities) if e.kind == "room"}
        self.rooms = frozenset(rooms.values())
        self.inside = {
            VOCABULARY + i: frozenset(rooms[name] for name in home.rooms_of(e.name))
            for i, e in enumerate(entities)
            if e.kind == "group"
        }
        self.places = (ALL, HERE, *range(VOCABULARY, self.size))
        self._masks: dict[tuple[int, ...], NDArray[np.bool_]] = {}

    def start(self) -> Answer:
        """An empty answer."""
        return Answer(self)

    def mask(self, allowed: Iterable[int]) -> NDArray[np.bool_]:
        """A (V + E,) array, True at the allowed tokens."""
        key = tuple(allowed)
        if key not in self._masks:
            mask = np.zeros(self.size, dtype=bool)
            mask[list(key)] = True
            if len(self._masks) > 4096:  # exceptions make many sets; the common ones come back
                self._masks.clear()
            self._masks[key] = mask
        return self._masks[key]


@dataclass
class Answer:
    """An answer as it is being said."""

    grammar: Grammar
    tokens: list[int] = field(default_factory=list)
    actions: int = 0
    next: tuple[int, ...] = ()
    _expect: str = "first"
    _from: tuple[int, ...] = ()  # rooms that may still be excepted
    _unit: str = ""  # the last unit of the duration being said
    _whens: tuple[str, ...] = _WHENS

    def __post_init__(self) -> None:
        self.next = (NONE, UNKNOWN, *self.grammar.places)

    @property
    def done(self) -> bool:
        return bool(self.tokens) and self.tokens[-1] == END

    def mask(self) -> NDArray[np.bool_]:
        """Which tokens may come next."""
        return self.grammar.mask(self.next)

    def say(self, token: int) -> None:
        """Add a token. Raises ValueError for one that may not come here."""
        if token not in self.next:
            raise ValueError(f"token {token} may not follow {self.tokens}")
        self.tokens.append(token)
        if token in (NONE, UNKNOWN):
            self.next = (END,)
        elif token == END:
            self.next = ()
        else:
            getattr(self, f"_after_{self._expect}")(token)

    # Each `_after_x` takes the token that was said where x was expected.
    def _after_first(self, token: int) -> None:
        self._after_place(token)

    def _after_place(self, token: int) -> None:
        self.actions += 1
        self._whens = _WHENS
        rooms = self.grammar.rooms if token == ALL else self.grammar.inside.get(token, frozenset())
        self._from = tuple(sorted(rooms))
        self._expect = "doing"
        self.next = (*_DOINGS, EXCEPT) if len(rooms) > 1 else _DOINGS

    def _after_doing(self, token: int) -> None:
        if token == EXCEPT:
            self._expect, self.next = "excepted", self._from
        elif token in (WORD["level"], WORD["up"], WORD["down"]):
            self._expect, self.next = "percent", _numbers(1, 100)
        elif token == WORD["kelvin"]:
            self._expect, self.next = "kelvin", _numbers(19, 65)
        else:
            self._close()

    def _after_excepted(self, token: int) -> None:
        if token in _DOINGS:
            self._after_doing(token)
            return
        self._from = tuple(room for room in self._from if room != token)
        # One room at least is left, or there would be nothing to do.
        self.next = (*self._from, *_DOINGS) if len(self._from) > 1 else _DOINGS

    def _after_percent(self, token: int) -> None:
        self._close()

    def _after_kelvin(self, token: int) -> None:
        self._expect = "kelvin_rest"
        self.next = _numbers(0, 0 if token == NUMBER + 65 else 99)

    def _after_kelvin_rest(self, token: int) -> None:
        self._close()

    def _close(self) -> None:
        """The entry may end here, or say when."""
        self._expect = "end"
        more = self.grammar.places if self.actions < MAX_ACTIONS else ()
        self.next = (END, *more, *(WORD[w] for w in self._whens))

    def _after_end(self, token: int) -> None:
        if token not in (WORD[w] for w in _WHENS):
            self._after_place(token)
            return
        when = _WHENS[[WORD[w] for w in _WHENS].index(token)]
        self._whens = _WHENS[_WHENS.index(when) + 1 :]
        if when == "at":
            self._expect, self.next = "hour", _numbers(0, 23)
        else:
            self._unit = ""
            self._expect, self.next = "count", _numbers(1, 59)

    def _after_hour(self, token: int) -> None:
        self._expect, self.next = "minute", _numbers(0, 59)

    def _after_minute(self, token: int) -> None:
        self._close()

    def _smaller(self) -> tuple[str, ...]:
        units = tuple(UNITS)
        return units[units.index(self._unit) + 1 :] if self._unit else units

    def _after_count(self, token: int) -> None:
        if not NUMBER <= token < VOCABULARY:  # the duration was complete
            self._after_end(token)
            return
        count = token - NUMBER
        self._expect = "unit"
        self.next = tuple(WORD[u] for u in self._smaller() if count <= _MOST[u])

    def _after_unit(self, token: int) -> None:
        self._unit = next(u for u in UNITS if WORD[u] == token)
        self._close()
        smaller = self._smaller()
        if smaller:
            self._expect = "count"
            self.next = (*self.next, *_numbers(1, 59))
