"""Training, validation and test sets, alike in their intents, rooms and actions, with nothing divided that is one.

Records of one family, with one normalized sentence (in any home, with any label), or that are near-duplicates make
one group. Groups go one by one, the hardest to place first, to the part that lacks most of what they hold: the
greedy way of scikit-learn's StratifiedGroupKFold, for several labels a row and parts of different size.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from random import Random

from batti.dataset.balance import Value, counts, values
from batti.dataset.near import Sentence, near_pairs
from batti.dataset.records import Record
from batti.errors import BattiError

PARTS = ("train", "validation", "test")
_SIZE: Value = ("", "")  # the stratum of all records


@dataclass(frozen=True)
class Stratum:
    """One value of intent, room or action: the records with it in each part."""

    value: Value
    counts: tuple[int, ...]
    shares: tuple[float, ...]  # wanted

    @property
    def given(self) -> tuple[float, ...]:
        """The share of each part, of 1."""
        return tuple(count / sum(self.counts) for count in self.counts)

    @property
    def deviation(self) -> float:
        """How far the worst part's share is from the share that was wanted."""
        return max(abs(is_ - due) for is_, due in zip(self.given, self.shares, strict=True))


@dataclass(frozen=True)
class Split:
    """Records of each part in their order, sizes of the groups (largest first), and the strata."""

    parts: dict[str, list[Record]]
    groups: list[int]
    strata: list[Stratum]

    def worst(self, least: int) -> Stratum | None:
        """The stratum of `least` records or more whose shares deviate most."""
        large = [one for one in self.strata if sum(one.counts) >= least]
        return max(large, key=lambda one: one.deviation, default=None)


def split(records: Sequence[Record], shares: Sequence[float], seed: int) -> Split:
    """The records in three parts of these shares (of 1). Raises BattiError."""
    groups = grouped(records)
    part_of = _assign(_strata(groups, records, shares), shares, Random(seed))
    where = {row: part for group, part in zip(groups, part_of, strict=True) for row in group}
    parts = {name: [r for row, r in enumerate(records) if where[row] == i] for i, name in enumerate(PARTS)}
    for name, part in parts.items():
        if not part:
            raise BattiError(f"{len(records)} sentences in {len(groups)} groups leave {name} empty",
                             "give more sentences, or larger shares")
    by_part = [counts(part) for part in parts.values()]
    strata = [Stratum(v, tuple(c[v] for c in by_part), tuple(shares)) for v in sorted(_total(by_part))]
    return Split(parts, sorted(map(len, groups), reverse=True), strata)


def grouped(records: Sequence[Record]) -> list[list[int]]:
    """Indices of the records, those that must stay together in one list."""
    sets = _Sets()
    sentences = [Sentence.of(record) for record in records]
    for row, (record, sentence) in enumerate(zip(records, sentences, strict=True)):
        sets.join(row, sentence)
        sets.join(sentence, ("text", sentence.text))
        if record.family:
            sets.join(row, ("family", record.family))
    for one, other in near_pairs(sentences):
        sets.join(one, other)
    groups: dict[Hashable, list[int]] = {}
    for row in range(len(records)):
        groups.setdefault(sets.find(row), []).append(row)
    return list(groups.values())


class _Sets:
    """Disjoint sets (union-find)."""

    def __init__(self) -> None:
        self._parents: dict[Hashable, Hashable] = {}

    def find(self, item: Hashable) -> Hashable:
        parents = self._parents
        while (parent := parents.setdefault(item, item)) != item:
            parents[item] = parents[parent]
            item = parent
        return item

    def join(self, one: Hashable, other: Hashable) -> None:
        self._parents[self.find(one)] = self.find(other)


def _divisible(count: int, shares: Sequence[float]) -> bool:
    """Whether there is a record for each part."""
    return count * min(shares) >= 1


def _assign(strata: list[Counter[Value]], shares: Sequence[float], rng: Random) -> list[int]:
    """The part of each group, of which the strata are counted. What a part lacks is measured as chi-square does."""
    totals = _total(strata)
    due = [{value: share * count for value, count in totals.items()} for share in shares]
    have: list[Counter[Value]] = [Counter() for _ in shares]

    def cost(group: Counter[Value], part: int) -> float:
        return sum(n * (n + 2 * (have[part][v] - due[part][v])) / due[part][v] for v, n in group.items())

    order = rng.sample(range(len(strata)), len(strata))
    order.sort(key=lambda index: -max(n / totals[v] for v, n in strata[index].items()))
    parts = [0] * len(strata)
    for index in order:
        parts[index] = min(range(len(shares)), key=lambda part: cost(strata[index], part))
        have[parts[index]].update(strata[index])
    return parts


def _strata(groups: list[list[int]], records: Sequence[Record], shares: Sequence[float]) -> list[Counter[Value]]:
    """How many records of each value a group has; of values too few to divide, how many of the key's together."""
    counted = [Counter(value for row in group for value in values(records[row])) for group in groups]
    totals = _total(counted)
    strata: list[Counter[Value]] = []
    for group, count in zip(groups, counted, strict=True):
        pooled = Counter({_SIZE: len(group)})
        for value, n in count.items():
            pooled[value if _divisible(totals[value], shares) else (value[0], "")] += n
        strata.append(pooled)
    return strata


def _total(counted: Iterable[Counter[Value]]) -> Counter[Value]:
    total: Counter[Value] = Counter()
    for count in counted:
        total.update(count)
    return total
