"""Ask a model about labelled sentences."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tqdm import tqdm

from batti import metrics
from batti.backends import Backend
from batti.dataset.cases import Case, home_groups


@dataclass(frozen=True)
class Outcome:
    """A case and what a model gave for it."""

    case: Case
    given: Mapping[str, Any]
    confidence: float

    @cached_property
    def exact(self) -> bool:
        return metrics.exact(self.case.expected, self.given)

    @cached_property
    def partial(self) -> float:
        return metrics.partial(self.case.expected, self.given)

    @cached_property
    def false_action(self) -> bool:
        return metrics.false_action(self.case.expected, self.given)

    @cached_property
    def wrong_place(self) -> bool | None:
        return metrics.wrong_place(self.case.expected, self.given, self.case.home)


def run(backend: Backend, cases: Sequence[Case], name: str = "") -> list[Outcome]:
    """What the model gives for each case, in order; it is asked once a home, with the home's sentences.

    Under a `name` the progress is shown.
    """
    outcomes: dict[int, Outcome] = {}
    hidden = None if name else True  # None: where nobody looks
    with tqdm(total=len(cases), desc=name, unit=" sentences", file=sys.stderr, disable=hidden, delay=1.0) as bar:
        for home, indices in home_groups(cases):
            readings = backend.generate(home, [cases[i].text for i in indices])
            for i, reading in zip(indices, readings, strict=True):
                outcomes[i] = Outcome(cases[i], reading.command.to_dict(), reading.confidence)
            bar.update(len(indices))
    return [outcomes[i] for i in range(len(cases))]


def short(document: Mapping[str, Any]) -> str:
    """A document on one line, for reading errors."""
    if not document["actions"]:
        return str(document["intent"])
    said = ({k: v for k, v in a.items() if k != "action"} | {"do": a["action"]} for a in document["actions"])
    return "; ".join(" ".join(f"{k}={v}" for k, v in a.items()) for a in said)
