"""Every fault of the phrase bank, the lexicon and the homes at once, each with its file and line.

What reaches no sentence is a fault of the package's own resources, which are to be whole. A folder of another language
may do without many rules and words; what it leaves out is told, and is no fault unless one asks for all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import NamedTuple

from batti import lexicon
from batti.dataset import amounts, clashes, coverage, lexicon_check, phrases, shapes
from batti.dataset.bank import Compiled, compiled
from batti.dataset.cases import Case, read_cases
from batti.dataset.homes import random_home
from batti.dataset.lookalike import oddities
from batti.dataset.phrases import Phrase
from batti.dataset.source import Written, shown, words
from batti.dataset.speaker import Speaker
from batti.errors import BattiError, Fault
from batti.lexicon import Lexicon
from batti.paths import is_package, resources

GOLDEN = Path("tests", "golden")
_HOMES = 200
"""Random homes of which one at least must be able to fill a phrase."""
_PIECES_OF_WORDS = "spelling.yaml"


class Checked(NamedTuple):
    """The number of phrases, and what a language does without, a line a sort."""

    phrases: int
    left_out: tuple[str, ...] = ()


@phrases.nothing_thrown_away()
def validate(files: Sequence[Path] = (), golden: Path | None = None, complete: bool = False) -> Checked:
    """What is in the files. Raises BattiError with every fault, by file and line.

    Without files it is the whole bank, with the lexicon, the homes and what reaches no sentence or no test.
    With `golden`, the folder of the golden tests, also what they have not heard. `complete` makes what a folder of
    another language leaves out faults, as it always is of the package.
    """
    whole = not files
    complete = complete or is_package()
    if whole and golden is None and GOLDEN.is_dir() and is_package():
        golden = GOLDEN
    written, faults = _phrases(files or _resources("phrases", "*.txt"))
    tests = sorted(golden.glob("*.yaml")) if golden else []
    cases, more = _cases(tests)
    faults += more
    if whole:
        odd, broken = _odd_words(tests)
        faults += odd
        # without the lexicon nothing more can be said
        if broken := broken or [*lexicon_check.unreadable(lexicon.folder())]:
            raise _error([*faults, *broken])
        faults += lexicon_check.unknown(lexicon.folder())
    lex = lexicon.load()
    bank = [compiled(phrase) for _, phrase in written]
    faults += [*clashes.two_labels(written, lex.swaps), *unsayable(written, bank, lex)]
    if golden:
        faults += shapes.missing(written, cases)
    if whole:
        faults += clashes.shared_words(shown(lexicon.folder()))
    if whole and complete:
        faults += _unreached(bank, [coverage.Heard(case, lex) for case in cases] if golden else None, lex)
    if faults or not written:
        empty = ", ".join(map(str, files)) or str(resources("phrases"))
        raise _error(faults or [Fault(empty, "no phrase", "write one: sentence => meaning")])
    return Checked(len(written), tuple(_left_out(bank, lex)) if whole and not complete else ())


def _error(faults: Iterable[Fault]) -> BattiError:
    def place(fault: Fault) -> tuple[str, int]:
        file, _, line = fault.where.rpartition(":")
        return (file, int(line)) if line.isdecimal() else (fault.where, 0)

    return BattiError.of(sorted(dict.fromkeys(faults), key=place))


def _resources(folder: str, pattern: str) -> list[Path]:
    return sorted(map(shown, resources(folder).glob(pattern)))


# -- what stands in the files ----------------------------------------------------------------------
def _phrases(paths: Iterable[Path]) -> tuple[list[Written], list[Fault]]:
    """The phrases of the files, and what is wrong with the lines of each and between the files."""
    written: list[Written] = []
    faults: list[Fault] = []
    for path in paths:
        try:
            faults += [Fault(f"{path}:{n}", *odd) for n, line in phrases.lines(path) for odd in oddities(line)]
            good, bad = phrases.read(path)
        except BattiError as error:
            faults += error.listed
            continue
        written += [Written(f"{path}:{phrase.line}", phrase) for phrase in good]
        faults += bad
    return written, [*faults, *_repeated(written)]


def _repeated(written: Iterable[Written]) -> Iterator[Fault]:
    """Sentences that stand in another file too; one that means something else there is for `two_labels`."""
    seen: dict[str, Written] = {}
    for where, phrase in written:
        there, first = seen.setdefault(phrases.wording(phrase), Written(where, phrase))
        if there != where and _label(first) == _label(phrase):
            yield Fault(where, f"the sentence of {there} again", "keep one of them")


def _label(phrase: Phrase) -> tuple[object, ...]:
    return phrase.kind, phrase.meanings


def _odd_words(tests: Iterable[Path]) -> tuple[list[Fault], list[Fault]]:
    """Odd characters in the lexicon and in homes, and the files among these that are no YAML."""
    odd: list[Fault] = []
    broken: list[Fault] = []
    for path in (*_resources("lexicon", "*.yaml"), *_resources("homes", "*.yaml"), *tests):
        try:
            found = words(path)
        except BattiError as error:
            broken += error.listed
            continue
        golden = path in tests  # whose sentences may hold anything
        for word in found:
            if not golden or word.keys[0] == "home":
                odd += [Fault(word.where, *one) for one in oddities(word.text, path.name != _PIECES_OF_WORDS)]
    return odd, broken


def _cases(tests: Iterable[Path]) -> tuple[list[Case], list[Fault]]:
    cases: list[Case] = []
    faults: list[Fault] = []
    for path in tests:
        try:
            cases += read_cases(path)
        except BattiError as error:
            faults += error.listed
    return cases, faults


# -- what comes of it ------------------------------------------------------------------------------
def unsayable(written: Sequence[Written], bank: Sequence[Compiled], lex: Lexicon) -> Iterator[Fault]:
    """A fault for each phrase that no home can fill."""
    rng = Random(0)
    left = [(where, one) for (where, _), one in zip(written, bank, strict=True)]
    for _ in range(_HOMES):
        if not left:
            return
        speaker = Speaker(random_home(lex, rng), lex, rng)
        left = [(where, one) for where, one in left if not speaker.fits(one)]
    for where, _ in left:
        yield Fault(where, f"none of {_HOMES} random homes can fill it", "name fewer places, and each value once")


def _unreached(bank: Sequence[Compiled], heard: Sequence[coverage.Heard] | None, lex: Lexicon) -> Iterator[Fault]:
    """Words that reach no sentence, rules that make none, and with golden sentences what they lack."""
    folder = shown(lexicon.folder())
    for name, lists in lexicon_check.without(folder).items():
        yield Fault(f"{folder / name}", f"{', '.join(lists) or 'the whole file'} left out", "write it")
    yield from coverage.unused_classes(folder, bank, lex)
    with suppress(BattiError):  # rules take phrases from the bank by themselves; its faults are told already
        yield from coverage.unused_rules(bank, lex)
    if heard is not None:
        yield from coverage.unheard_rules(heard)
        yield from coverage.unheard_classes(folder, heard, lex)
        yield from coverage.unheard_fillers(folder, heard, lex)


def _left_out(bank: Sequence[Compiled], lex: Lexicon) -> Iterator[str]:
    """What a language does without, a line a sort."""
    folder = shown(lexicon.folder())
    sorts = {
        "of the lexicon": [
            f"{name} ({len(lists)} lists)" if lists else name for name, lists in lexicon_check.without(folder).items()
        ],
        "rules without words or phrases": [rule.name for rule in coverage.idle_rules(bank, lex)],
        "classes of words in no phrase, or of one word": [*dict(coverage.idle_classes(folder, bank, lex))],
    }
    for language in sorted({one.language for one in bank}):
        sorts[f"other times and lengths of time than in the phrases, in '{language}', without"] = [
            *amounts.lacking(lex, language)
        ]
    for sort, names in sorts.items():
        if names:
            yield f"left out: {sort}: {', '.join(names)}"
