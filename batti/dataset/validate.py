"""Every fault of the phrase bank, the lexicon and the homes at once, each with its file and line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from random import Random

from batti import lexicon
from batti.dataset import clashes, coverage, phrases, shapes
from batti.dataset.bank import Compiled, compiled
from batti.dataset.cases import Case, read_cases
from batti.dataset.dress import dressed
from batti.dataset.homes import random_home
from batti.dataset.lookalike import oddities
from batti.dataset.phrases import Phrase
from batti.dataset.source import Written, shown, words
from batti.dataset.speaker import Speaker, Unfit
from batti.errors import BattiError, Fault
from batti.lexicon import Lexicon
from batti.paths import resources

GOLDEN = Path("tests", "golden")
_HOMES = 200
"""Random homes of which one at least must be able to fill a phrase."""
_PIECES_OF_WORDS = "spelling.yaml"


def validate(files: Sequence[Path] = (), golden: Path | None = None) -> int:
    """The number of phrases in the files. Raises BattiError with every fault, by file and line.

    Without files it is the whole bank, with the lexicon, the homes and what reaches no sentence or no test.
    With `golden`, the folder of the golden tests, also what they have not heard.
    """
    whole = not files
    if whole and golden is None and GOLDEN.is_dir():
        golden = GOLDEN
    written, faults = _phrases(files or _resources("phrases", "*.txt"))
    tests = sorted(golden.glob("*.yaml")) if golden else []
    cases, more = _cases(tests)
    faults += more
    if whole:
        odd, broken = _odd_words(tests)
        faults += odd
        if broken:  # without the lexicon nothing more can be said
            raise _error([*faults, *broken])
    lex = lexicon.load()
    bank = [compiled(phrase, lex) for _, phrase in written]
    faults += [*clashes.two_labels(written, lex.swaps), *unsayable(written, bank, lex)]
    if golden:
        faults += shapes.missing(written, cases)
    if whole:
        faults += _unreached(bank, [coverage.Heard(case, lex) for case in cases] if golden else None, lex)
    if faults:
        raise _error(faults)
    return len(written)


def _error(faults: Iterable[Fault]) -> BattiError:
    def place(fault: Fault) -> tuple[str, int]:
        file, _, line = fault.where.rpartition(":")
        return (file, int(line)) if line.isdecimal() else (fault.where, 0)

    return BattiError.of(sorted(dict.fromkeys(faults), key=place))


def _resources(folder: str, pattern: str) -> list[Path]:
    return sorted(map(shown, resources(folder).glob(pattern)))


def _faults_of(error: BattiError) -> tuple[Fault, ...]:
    return error.faults or (Fault("", error.problem, error.hint),)


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
            faults += _faults_of(error)
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
            broken += _faults_of(error)
            continue
        for where, keys, text in found:
            if path not in tests or keys[0] == "home":
                odd += [Fault(where, *one) for one in oddities(text, whole_words=path.name != _PIECES_OF_WORDS)]
    return odd, broken


def _cases(tests: Iterable[Path]) -> tuple[list[Case], list[Fault]]:
    cases: list[Case] = []
    faults: list[Fault] = []
    for path in tests:
        try:
            cases += read_cases(path)
        except BattiError as error:
            faults += _faults_of(error)
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
        left = [(where, one) for where, one in left if not _fits(speaker, one)]
    for where, _ in left:
        yield Fault(where, f"none of {_HOMES} random homes can fill it", "name fewer places, and each value once")


def _fits(speaker: Speaker, one: Compiled) -> bool:
    try:
        speaker.say(dressed(one, "", speaker.lexicon, speaker.rng))
    except Unfit:
        return False
    return True


def _unreached(bank: Sequence[Compiled], heard: Sequence[coverage.Heard] | None, lex: Lexicon) -> Iterator[Fault]:
    """Words that clash or reach no sentence, rules that make none, and with golden sentences what they lack."""
    folder = shown(lexicon.folder())
    yield from clashes.shared_words(folder)
    yield from coverage.unused_classes(folder, bank, lex)
    with suppress(BattiError):  # rules take phrases from the bank by themselves; its faults are told already
        yield from coverage.unused_rules(bank, lex)
    if heard is not None:
        yield from coverage.unheard_rules(heard)
        yield from coverage.unheard_classes(folder, heard, lex)
        yield from coverage.unheard_fillers(folder, heard, lex)
