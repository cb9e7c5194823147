"""What went wrong, where, and what to write instead: one line a fault."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_SHOWN = 60  # characters of the user's own text in a message
_LISTED = 20  # faults of the many that a file may have
_JOINERS = "\u200c\u200d"  # ordinary in Devanagari and in emoji, though not "printable"


@dataclass(frozen=True)
class Fault:
    """One thing wrong in what the user wrote; `where` is a line, a path of keys or empty."""

    where: str
    problem: str
    hint: str

    def __str__(self) -> str:
        said = "; ".join(part for part in (self.problem, self.hint) if part)
        return " ".join((f"{self.where}: {said}" if self.where else said).split())


class BattiError(Exception):
    """Every error that a user can mend; `faults` lists them where there may be several."""

    def __init__(self, problem: str, hint: str = "", faults: Iterable[Fault] = ()) -> None:
        self.problem = problem
        self.hint = hint
        self.faults = tuple(faults)
        # All three go to args so that the error survives pickling between processes.
        super().__init__(problem, hint, self.faults)

    @property
    def listed(self) -> tuple[Fault, ...]:
        """Its faults; itself as one where it lists none."""
        return self.faults or (Fault("", self.problem, self.hint),)

    def __str__(self) -> str:
        return "\n".join(map(str, self.listed))

    @classmethod
    def of(cls, faults: Iterable[Fault]) -> "BattiError":
        """The error for one or more faults; its problem and hint are the first one's."""
        faults = tuple(faults)
        return cls(faults[0].problem, faults[0].hint, faults)

    @classmethod
    def of_first(cls, faults: Sequence[Fault], where: str = "", hint: str = "") -> "BattiError":
        """The error for many faults: the first of them, and how many more there are."""
        more = len(faults) - _LISTED
        return cls.of([*faults[:_LISTED], *([Fault(where, f"{more} more faults", hint)] if more > 0 else [])])


def missing(what: str, library: str | None, extras: str) -> BattiError:
    """The error where a library of batti's optional `extras` is not installed; batti comes from its checkout."""
    # Without -e a copy would take the place of a checkout whose phrases are edited.
    return BattiError(f"{what} needs {library}", f"in the folder of batti: pip install -e '.[{extras}]'")


def quote(value: object) -> str:
    """The user's own text in quotes, shortened and on one line; other values described."""
    if isinstance(value, str):
        text = value if len(value) <= _SHOWN else value[: _SHOWN - 1] + "…"
        return "'" + "".join(map(_visible, text)) + "'"
    if isinstance(value, bool | float) or (isinstance(value, int) and abs(value) < 10**18):
        return str(value)
    names = {dict: "a mapping", list: "a list", tuple: "a list", int: "a huge number"}
    return names.get(type(value), f"a {type(value).__name__}")


def _visible(char: str) -> str:
    if char.isprintable() or char in _JOINERS:
        return char
    return char.encode("unicode_escape").decode("ascii")


def did_you_mean(text: object, choices: Iterable[str]) -> str:
    """A hint that names the closest of the choices, or else all of them (the first twelve)."""
    known = list(dict.fromkeys(choices))
    folded = {choice.casefold(): choice for choice in known}
    wanted = text.strip().casefold() if isinstance(text, str) else ""
    close = difflib.get_close_matches(wanted, folded, n=1) if len(wanted) <= 200 else []
    if close:
        return f"did you mean {quote(folded[close[0]])}?"
    listed = ", ".join(known[:12]) + (", …" if len(known) > 12 else "")
    return f"use one of: {listed}" if listed else "there is none to choose from"
