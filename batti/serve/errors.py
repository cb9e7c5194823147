"""What may be wrong with a request, beside what its schema says."""

from __future__ import annotations

from batti.errors import BattiError, Fault


class Invalid(Exception):
    """A BattiError about a part of a request: `field` is where that part stands."""

    def __init__(self, error: BattiError, field: str = "") -> None:
        super().__init__(str(error))
        self.faults = [Fault(_joined(field, one.where), one.problem, one.hint) for one in error.listed]


class Busy(Exception):
    """Too many wait already."""


class Conflict(Exception):
    """Somebody else changed the home in between."""


def _joined(field: str, where: str) -> str:
    return f"{field}.{where}" if field and where and not where.startswith("[") else field + where
