"""Whether the files of a lexicon are written as `batti.lexicon` reads them, each fault with its line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from batti.command import COLORS
from batti.dataset.source import Word, shown, words
from batti.errors import Fault, did_you_mean, quote
from batti.lexicon_shape import LEFT_OUT, NEEDED, NEEDED_FRAMES, SCRIPTS

_ENTRIES = {
    **dict.fromkeys(("places", "people", "lights", "groups"), ("id", SCRIPTS)),
    "other_devices": ("", SCRIPTS),
    "numbers": ("n", SCRIPTS),
    "colors": ("color", ("roman", "deva")),
    "swaps": ("id", ("roman", "deva")),
}
"""File -> what names an entry of it, and the lists of words that it has."""
_BELOW = {"swaps": "words"}
"""File -> the key of an entry below which these lists are, where they are not beside its name."""


def unreadable(folder: Path) -> Iterator[Fault]:
    """What keeps the files of a lexicon, which are all YAML, from being read."""
    for name in NEEDED:
        if not (folder / name).exists():
            yield Fault(str(shown(folder / name)), "a lexicon without this file", "write it as docs/language.md says")
    for path, found in _files(folder):
        yield from _unquoted(found)
        if path.stem in _ENTRIES:
            yield from _entries(found, *_ENTRIES[path.stem], path)


def unknown(folder: Path) -> Iterator[Fault]:
    """What nothing knows in the files of a lexicon that can be read, and what frames.yaml lacks."""
    for path in sorted(folder.glob("*.y*ml")):
        if path.name not in (known := {*NEEDED, *LEFT_OUT}):
            yield Fault(str(shown(path)), "nothing reads this file", did_you_mean(path.name, sorted(known)))
    for path, found in _files(folder):
        if path.name == "colors.yaml":
            for word in found:
                if word.keys[1:] == ("color",) and word.text not in COLORS:
                    yield Fault(word.where, f"there is no color {quote(word.text)}", did_you_mean(word.text, COLORS))
        elif isinstance(LEFT_OUT.get(path.name), dict):
            yield from _keys(found, path)


def _files(folder: Path) -> Iterator[tuple[Path, list[Word]]]:
    """The files that are there, each with its words."""
    for name in sorted({*NEEDED, *LEFT_OUT}):
        if (folder / name).exists():
            yield shown(folder / name), words(shown(folder / name))


def _unquoted(found: Sequence[Word]) -> Iterator[Fault]:
    for word in found:
        if word.is_truth:
            yield Fault(word.where, f"{quote(word.text)} is a yes or no to YAML", f'write it in quotes: "{word.text}"')


def _entries(found: Sequence[Word], name: str, lists: Sequence[str], path: Path) -> Iterator[Fault]:
    """What is wrong with a file that is a list of entries with words."""
    below = _BELOW.get(path.stem)
    of_words = ", ".join(f"{one}: [...]" for one in lists)
    written = f"- {{{f'{name}: ..., ' if name else ''}{f'{below}: {{{of_words}}}' if below else of_words}}}"
    if not found:
        yield Fault(str(path), "no entry", f"write one a line: {written}")
    named = {word.keys[0] for word in found if word.keys[1:] == (name,)}
    worded = {word.keys[0] for word in found if word.keys and word.keys[1:] != (name,)}
    first: dict[str, Word] = {}
    for word in found:
        if word.keys[1:] == (name,):
            if name == "n" and not (word.text.isdecimal() and int(word.text) <= 100):
                yield Fault(word.where, f"{quote(word.text)} is no number from 0 to 100", "leave it out")
            if (other := first.setdefault(word.text, word)) is not word:
                problem = f"{name} {quote(word.text)} is there already ({other.where})"
                yield Fault(word.where, problem, "put the words of both into one entry")
            if word.keys[0] not in worded:
                yield Fault(word.where, f"the entry {quote(word.text)} has no words", f"write {written}")
        elif not _is_of_a_list(word.keys, lists, below):
            yield Fault(word.where, f"{quote(word.text)} is not read there", f"write {written}")
        elif name and word.keys[0] not in named:
            named.add(word.keys[0])  # told once
            yield Fault(word.where, f"the entry of {quote(word.text)} has no '{name}'", f"write {written}")


def _is_of_a_list(keys: tuple[str | int, ...], lists: Sequence[str], below: str | None) -> bool:
    """Whether these keys lead to a word of one of the lists of an entry."""
    way = (below,) if below else ()
    return len(keys) == len(way) + 3 and keys[1:-2] == way and keys[-2] in lists and isinstance(keys[-1], int)


def _keys(found: Sequence[Word], path: Path) -> Iterator[Fault]:
    """What is wrong with the keys of a file that is a mapping."""
    known = LEFT_OUT[path.name]
    first = {str(word.keys[0]): word for word in reversed(found) if word.keys}
    for key, word in first.items():
        if key not in known:
            yield Fault(word.where, f"nothing reads {quote(key)}", did_you_mean(key, known))
    if path.name == "frames.yaml":
        for key in NEEDED_FRAMES:
            if key not in first:
                yield Fault(str(path), f"no word under '{key}'", "write it as docs/language.md says")


def without(folder: Path) -> dict[str, list[str]]:
    """The files that a lexicon leaves out, and of others the lists that they lack."""
    lacking: dict[str, list[str]] = {}
    for name, empty in LEFT_OUT.items():
        found = words(folder / name) if (folder / name).exists() else []
        given = {str(word.keys[0]) for word in found if word.keys}
        lists = [key for key in empty if key not in given]
        if lists or not found:
            lacking[name] = lists if found else []
    return lacking
