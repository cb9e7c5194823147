"""Equal representation of intents, rooms and actions, by leaving rows out or, if asked, by repeating some.

A row has several values at once, so none can be cut down on its own. Rows are taken one by one, always one with
the least represented value of all (progressive filling, the way to a max-min fair share). A value that cannot
rise, as its rows are used up or hold another value that may not rise, sets the level of its key: no value of the
key goes on above it. Values that are rare from the start set no level, or a single row would leave little of the
rest. With a given `most` that is the level of all keys, and a value with fewer rows keeps all that it can.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from random import Random

from tqdm import tqdm

from batti.dataset.records import Record
from batti.errors import BattiError

Value = tuple[str, str]
"""A key of `KEYS` and one of its values."""

KEYS: dict[str, Callable[[Record], Iterable[object]]] = {
    "intent": lambda record: (record.intent,),
    "room": lambda record: record.rooms,
    "action": lambda record: record.actions,
}
RARE = 0.01
"""A value in a smaller share of the rows sets no level."""
_STEPS = 2000  # in how fine steps values rise together


def values(record: Record, keys: Iterable[str] = tuple(KEYS)) -> tuple[Value, ...]:
    """What a record counts for, each value once, in one order."""
    return tuple(sorted({(key, str(value)) for key in keys for value in KEYS[key](record)}))


def counts(records: Iterable[Record], keys: Iterable[str] = tuple(KEYS)) -> Counter[Value]:
    """How many records there are of each value."""
    return Counter(value for record in records for value in values(record, keys))


@dataclass(frozen=True)
class Balanced:
    """The rows taken, in the order given, and the value that set the level of each key."""

    records: list[Record]
    limits: dict[str, Value]


def balance(
    records: Sequence[Record],
    keys: Sequence[str],
    seed: int,
    most: int | None = None,
    rare: float = RARE,
    oversample: bool = False,
) -> Balanced:
    """The rows that represent the values of the keys equally, as far as they allow. Raises BattiError.

    With `oversample` no row is left out but above `most`, and rows are repeated up to it or to the
    most frequent value of the key.
    """
    if not records:
        raise BattiError("there are no sentences to balance", "name a file that has some")
    kinds: dict[tuple[Value, ...], list[int]] = {}
    for row in Random(seed).sample(range(len(records)), len(records)):
        kinds.setdefault(values(records[row], keys), []).append(row)
    rows, total = list(kinds.values()), counts(records, keys)
    filling = _Filling(list(kinds), max(1, len(records) // _STEPS))
    if most is not None or oversample:
        filling.fix({key: most or max((n for (k, _), n in total.items() if k == key), default=0) for key in keys})
    else:
        filling.sink(value for value, n in total.items() if n >= rare * len(records))
    taken = [rows[kind][nth] for kind, nth in _shown(filling.take([len(one) for one in rows]))]
    if oversample:
        taken += [rows[kind][nth % len(rows[kind])] for kind, nth in _shown(filling.take())]
    return Balanced([records[row] for row in sorted(taken)], filling.limits)


def _shown(taken: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The same, counted on standard error where it takes long."""
    return iter(tqdm(taken, desc="balancing", unit=" rows", file=sys.stderr, disable=None, delay=1.0))


class _Filling:
    """How far each value has come, and which kinds of rows, by their values, may still be taken."""

    def __init__(self, kinds: list[tuple[Value, ...]], step: int) -> None:
        self.kinds, self.step = kinds, step
        self.limits: dict[str, Value] = {}
        self._counts: Counter[Value] = Counter()
        self._holders: dict[Value, list[int]] = {}  # kinds with the value
        for index, kind in enumerate(kinds):
            for value in kind:
                self._holders.setdefault(value, []).append(index)
        self._values: dict[str, list[Value]] = {}
        for value in self._holders:
            self._values.setdefault(value[0], []).append(value)
        # Of a key with more values each has a smaller share to come to.
        self._weights = {value: len(self._values[value[0]]) for value in self._holders}
        self._levels: dict[str, float] = dict.fromkeys(self._values, float("inf"))
        self._setters: frozenset[Value] = frozenset()  # values that set a level when they cannot rise
        self._open: set[int] = set()
        self._rising: Counter[Value] = Counter()  # open kinds that hold the value

    def fix(self, levels: dict[str, int]) -> None:
        """Give the keys levels that stay."""
        self._levels.update(levels)

    def sink(self, setters: Iterable[Value]) -> None:
        """Let levels follow those of these values that cannot rise."""
        self._setters = frozenset(setters)

    def take(self, stock: Sequence[int] = ()) -> Iterator[tuple[int, int]]:
        """Kinds, and how often before; of each there are `stock` rows, or without it any number."""
        # Repeating rows without any of the values would lift nothing, without end.
        self._open = {i for i, kind in enumerate(self.kinds) if (stock or kind) and all(map(self._may_rise, kind))}
        self._rising = Counter(value for i in self._open for value in self.kinds[i])
        taken = [0] * len(self.kinds)
        heap = [((0, 0, 0.0), index) for index in sorted(self._open)]
        while heap:
            fill, index = heappop(heap)
            if index not in self._open:
                continue
            # Of kinds that are as well represented, the one that is less used up.
            now = (*self._fill(index), taken[index] / stock[index] if stock else taken[index])
            if now > fill:  # nothing ever sinks, so what is least now was least when it was put there
                heappush(heap, (now, index))
                continue
            yield index, taken[index]
            taken[index] += 1
            self._counts.update(self.kinds[index])
            if stock and taken[index] == stock[index]:
                self._close([index])
            self._close(i for value in self.kinds[index] if not self._may_rise(value) for i in self._holders[value])
            heappush(heap, (now, index))

    def _may_rise(self, value: Value) -> bool:
        return self._counts[value] < self._levels[value[0]]

    def _fill(self, kind: int) -> tuple[int, int]:
        """How well the values of a kind are represented: the least, then the mean."""
        fills = [self._counts[value] * self._weights[value] // self.step for value in self.kinds[kind]]
        return (min(fills), sum(fills) // len(fills)) if fills else (0, 0)

    def _close(self, kinds: Iterable[int]) -> None:
        """Take no more of these kinds, nor of those that may not be taken in consequence."""
        waiting = list(kinds)
        while waiting:
            index = waiting.pop()
            if index not in self._open:
                continue
            self._open.remove(index)
            for value in self.kinds[index]:
                self._rising[value] -= 1
                if not self._rising[value] and value in self._setters:
                    waiting += self._settle(value)

    def _settle(self, value: Value) -> list[int]:
        """Let the level of a key sink to a value that cannot rise; the kinds that this closes."""
        if not self._may_rise(value):
            return []
        self._levels[value[0]] = self._counts[value]
        self.limits[value[0]] = value
        full = (other for other in self._values[value[0]] if not self._may_rise(other))
        return [index for other in full for index in self._holders[other]]
