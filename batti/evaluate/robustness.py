"""Exact match as sentences get noisier and homes get larger."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

from tqdm import tqdm

from batti import lexicon
from batti.backends import Backend, Reading
from batti.dataset import homes, noise
from batti.dataset.cases import Case, home_groups
from batti.dataset.homes import Thing
from batti.evaluate import figures
from batti.evaluate.results import Curve, Model, Point, Robustness
from batti.evaluate.run import run
from batti.home import Home
from batti.lookup import Lookup
from batti.text import normalize

STRENGTHS = (0.0, 0.1, 0.2, 0.35, 0.5)
ROOMS = (5, 10, 20, 50, 100)
_TRIES = 200  # random homes whose rooms are tried for one home


class _Remembering:
    """A backend that is asked but once for the same sentence in the same home: noise leaves many as they are."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._known: dict[tuple[int, str], Reading] = {}
        self._homes: dict[Home, int] = {}

    def generate(self, home: Home, sentences: Sequence[str]) -> list[Reading]:
        number = self._homes.setdefault(home, len(self._homes))
        new = [text for text in dict.fromkeys(sentences) if (number, text) not in self._known]
        for text, reading in zip(new, self._backend.generate(home, new) if new else [], strict=True):
            self._known[number, text] = reading
        return [self._known[number, text] for text in sentences]


def robustness(model: Model, backend: Backend, cases: Sequence[Case], seed: int) -> Robustness:
    """The curves of one model."""
    asked = _Remembering(backend)
    total = len(noise.NAMES) * len(STRENGTHS) + len(ROOMS)
    with tqdm(total=total, desc=f"{model.name}: robustness", file=sys.stderr, disable=None, delay=1.0) as bar:

        def point(at: float, some: Sequence[Case]) -> Point:
            rate = figures.rates([(one.exact,) for one in run(asked, some)], seed)[0]
            bar.update()
            return Point(at=at, exact=rate)

        curves = tuple(
            Curve(name=name, points=tuple(point(at, noisy(cases, name, at, seed)) for at in STRENGTHS))
            for name in noise.NAMES
        )
        sizes = zip(ROOMS, in_larger_homes(cases, seed), strict=True)
        rooms = Curve(name="rooms", points=tuple(point(float(at), some) for at, some in sizes))
    return Robustness(model=model, noise=curves, rooms=rooms)


def noisy(cases: Sequence[Case], name: str, strength: float, seed: int) -> list[Case]:
    """The cases with their sentences under one noise, each with dice of its own."""
    return [
        replace(case, text=noise.apply(name, case.text, Random(f"{seed} {name} {i}"), strength))
        for i, case in enumerate(cases)
    ]


def in_larger_homes(cases: Sequence[Case], seed: int) -> list[list[Case]]:
    """For each of ROOMS the cases, in their homes with at least so many rooms."""
    found: list[list[Case]] = [[] for _ in ROOMS]
    for number, (home, indices) in enumerate(home_groups(cases)):
        some = [cases[i] for i in indices]
        larger = enlarged(home, [case.text for case in some], ROOMS, Random(f"{seed} rooms {number}"))
        for at, one in enumerate(larger):
            found[at] += [replace(case, home=one) for case in some]
    return found


def enlarged(home: Home, sentences: Sequence[str], sizes: Sequence[int], rng: Random) -> list[Home]:
    """The home with more rooms, up to each size; a home that has more keeps them.

    No new room has a name that is heard in the home's own names or in a sentence, so that every
    sentence means what it meant.
    """
    own = [name for entity in home.entities() for name in entity.names]
    heard = [normalize(text) for text in (*own, home.name, *sentences)]
    wanted = max(0, max(sizes) - len(home.rooms))
    rooms = _rooms(homes.known(home).run_together, heard, wanted, rng)
    plain = home.to_dict()
    return [
        Home.from_dict(plain | {"rooms": [*plain["rooms"], *rooms[: max(0, size - len(home.rooms))]]})
        for size in sizes
    ]


def _rooms(taken: frozenset[str], heard: Sequence[str], wanted: int, rng: Random) -> list[dict[str, Any]]:
    """Random rooms, as a home file has them; fewer than wanted only where no more can be found."""
    found: list[dict[str, Any]] = []
    spoken = set(taken)
    for _ in range(_TRIES):
        if len(found) >= wanted:
            break
        for thing in homes.random_home(lexicon.load(), rng).things:
            keys = _run_together(thing)
            room: dict[str, Any] = {"name": thing.name, "aliases": list(dict.fromkeys(thing.listed[1:]))}
            if thing.kind == "room" and spoken.isdisjoint(keys) and not _is_heard(room, heard):
                spoken |= keys
                found.append(room)
    return found[:wanted]


def _run_together(thing: Thing) -> set[str]:
    """Every way of saying it, without spaces."""
    names = {lexicon.key(name) for name in thing.listed} | thing.concept.keys
    return {name.replace(" ", "") for name in names}


def _is_heard(room: dict[str, Any], heard: Sequence[str]) -> bool:
    """Whether a text has something that sounds like a name of the room."""
    gazetteer = Lookup(Home.from_dict({"rooms": [room]})).gazetteer
    return any(any(gazetteer.tags(text)) for text in heard)
