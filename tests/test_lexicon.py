"""The lexicon files: complete, unambiguous, and strings where strings belong."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from batti import lexicon
from batti.command import COLORS
from batti.text import is_devanagari

FILES = sorted(lexicon.folder().glob("*.yaml"))
COUNTS = {"n", "minute", "hour", "hours"}  # keys whose values are whole numbers


@pytest.fixture(scope="module")
def lex() -> lexicon.Lexicon:
    return lexicon.load()


@pytest.mark.parametrize("attribute", [
    "places", "people", "lights", "groups", "devices", "numbers", "frames", "adjectives", "near", "colors", "fillers",
    "times", "spelling", "swaps",
])  # fmt: skip
def test_every_part_loads_and_is_not_empty(lex: lexicon.Lexicon, attribute: str) -> None:
    part = getattr(lex, attribute)
    assert part.classes if attribute == "swaps" else part
    assert getattr(lex, attribute) is part  # read once


def test_the_lexicon_is_shared() -> None:
    assert lexicon.load() is lexicon.load()


def faults(value: Any, path: str, count: bool = False) -> Iterator[str]:
    """Paths of leaves that are not what they should be."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str):
                yield f"{path}: the key {key!r} is no string"
            yield from faults(inner, f"{path}.{key}", key in COUNTS)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from faults(inner, f"{path}[{index}]", count)
    elif count:
        if type(value) is not int:
            yield f"{path}: {value!r} is no whole number"
    elif not isinstance(value, str):
        yield f"{path}: {value!r} is no string; quote it"


@pytest.mark.parametrize("path", FILES, ids=[path.name for path in FILES])
def test_every_list_holds_strings_only(path: Path) -> None:
    """YAML 1.1 reads no, on, off, yes, 12:00 and 1.5 as something else."""
    assert [*faults(yaml.safe_load(path.read_text(encoding="utf-8")), path.stem)] == []


def test_the_check_for_strings_finds_what_yaml_makes_of_them() -> None:
    text = "a: [no, on, yes, 1.5, 12:30, 5, ~, 2024-01-01, ok]\nn: 5\nhours: [1, 2]\noff: x"
    assert len([*faults(yaml.safe_load(text), "")]) == 9


@pytest.mark.parametrize("part", ["places", "people", "lights", "groups", "devices"])
def test_concepts_have_names_of_the_right_script(lex: lexicon.Lexicon, part: str) -> None:
    concepts = getattr(lex, part)
    ids = Counter(concept.id for concept in concepts)
    assert [one for one, count in ids.items() if count > 1] == []
    for concept in concepts:
        assert concept.words, concept.id
        assert not any(is_devanagari(word) for word in concept.en + concept.ne), concept.id
        assert all(is_devanagari(word) for word in concept.deva), concept.id
        assert all(word == word.strip() and word for word in concept.words), concept.id
        assert all(lexicon.key(word) for word in concept.words), concept.id


@pytest.mark.parametrize("part", ["places", "people", "lights", "groups", "devices"])
def test_no_word_stands_under_two_concepts(lex: lexicon.Lexicon, part: str) -> None:
    owners: dict[str, set[str]] = {}
    for concept in getattr(lex, part):
        for word in concept.words:
            owners.setdefault(word.lower(), set()).add(concept.id)
    assert {word: ids for word, ids in owners.items() if len(ids) > 1} == {}


def test_numbers_are_complete(lex: lexicon.Lexicon) -> None:
    assert list(lex.numbers) == list(range(101))
    for n, concept in lex.numbers.items():
        assert concept.en and concept.ne and concept.deva, n


def test_no_spelling_is_shared_by_two_numbers(lex: lexicon.Lexicon) -> None:
    owners: dict[str, set[int]] = {}
    for n, concept in lex.numbers.items():
        for word in concept.words:
            owners.setdefault(word.lower(), set()).add(n)
    assert {word: numbers for word, numbers in owners.items() if len(numbers) > 1} == {}


def test_the_twelve_colours(lex: lexicon.Lexicon) -> None:
    assert set(lex.colors) == set(COLORS)
    assert len(lex.colors) == 12
    owners = Counter(word.lower() for words in lex.colors.values() for script in words.values() for word in script)
    assert [word for word, count in owners.items() if count > 1] == []
    for words in lex.colors.values():
        assert words["roman"] and not any(map(is_devanagari, words["roman"]))
        assert words["deva"] and all(map(is_devanagari, words["deva"]))


def test_no_word_stands_in_two_swap_classes() -> None:
    rows = yaml.safe_load((lexicon.folder() / "swaps.yaml").read_text(encoding="utf-8"))
    places: dict[str, list[str]] = {}
    for row in rows:
        for script, words in row["words"].items():
            for word in {word.lower() for word in words}:
                places.setdefault(word, []).append(f"{row['id']}/{script}")
    assert {word: where for word, where in places.items() if len(where) > 1} == {}


def test_swap_classes_keep_to_one_script(lex: lexicon.Lexicon) -> None:
    for words in lex.swaps.classes:
        assert len({lexicon.script_of(word) for word in words}) == 1, words
        assert len(words) > 1


def test_every_prohibitive_forbids_another_class(lex: lexicon.Lexicon) -> None:
    swaps = lex.swaps
    assert swaps.prohibitive
    for imperative, prohibitive in swaps.prohibitive.items():
        assert swaps.ids[imperative].endswith(".imp") and swaps.ids[prohibitive].endswith(".not")
        assert not set(swaps.classes[imperative]) & set(swaps.classes[prohibitive])
        scripts = {lexicon.script_of(swaps.classes[i][0]) for i in (imperative, prohibitive)}
        assert len(scripts) == 1


def test_ids_that_frames_name_are_places(lex: lexicon.Lexicon) -> None:
    known = {concept.id for concept in lex.places}
    assert set(lex.near) <= known
    assert {one for near in lex.near.values() for one in near} <= known
    assert set(lex.frames["common"]) <= known


def test_near_is_mutual_and_never_itself(lex: lexicon.Lexicon) -> None:
    for one, others in lex.near.items():
        assert one not in others
        assert all(one in lex.near[other] for other in others)


def test_fillers_have_words_for_every_script(lex: lexicon.Lexicon) -> None:
    for kind, scripts in lex.fillers.items():
        assert {"roman", "deva", "en"} <= set(scripts), kind
        assert all(scripts.values()), kind


# -- finding words that may be swapped -----------------------------------------------------------
def class_of(lex: lexicon.Lexicon, text: str) -> list[tuple[str, str]]:
    return [(text[start:end], lex.swaps.ids[index]) for start, end, index in lex.swaps.find(text)]


def test_find_marks_each_word_of_each_class(lex: lexicon.Lexicon) -> None:
    for word, index in lex.swaps.index.items():
        for text in (word, word.upper(), f"x {word}, y"):
            at = text.lower().index(word)
            assert (at, at + len(word), index) in lex.swaps.find(text), word


def test_find_takes_whole_words_only(lex: lexicon.Lexicon) -> None:
    for word in lex.swaps.index:
        letter = "क" if is_devanagari(word) else "q"
        for text in (f"{letter}{word}", f"{word}{letter}", f"{letter}{word}{letter}", f"{word}7", f"{word}_"):
            assert (text.index(word), text.index(word) + len(word)) not in [f[:2] for f in lex.swaps.find(text)], text


@pytest.mark.parametrize("text", ["battis", "abatti", "light's", "बत्तीमाथि", "बत्तीँ", "अबत्ती"])
def test_find_leaves_longer_words_alone(lex: lexicon.Lexicon, text: str) -> None:
    assert class_of(lex, text) == []


def test_find_leaves_a_word_before_a_vowel_sign_alone(lex: lexicon.Lexicon) -> None:
    for word in lex.swaps.index:
        if is_devanagari(word):
            assert (0, len(word)) not in [found[:2] for found in lex.swaps.find(word + "ा")], word


def test_find_prefers_the_longest_phrase(lex: lexicon.Lexicon) -> None:
    for word, index in lex.swaps.index.items():
        if " " in word:
            assert lex.swaps.find(word) == [(0, len(word), index)], word


@given(st.data())
def test_found_words_never_touch_letters_or_each_other(data: st.DataObject) -> None:
    swaps = lexicon.load().swaps
    words = st.sampled_from(sorted(swaps.index))
    glue = st.sampled_from(["", " ", ", ", "x", "का", "'", "7", "-"])
    text = "".join(data.draw(st.lists(st.one_of(words, glue, st.text(max_size=3)), max_size=8)))
    last = 0
    for start, end, index in swaps.find(text):
        assert last <= start < end
        last = end
        assert text[start:end].lower() in {word.lower() for word in swaps.classes[index]}
        for beside in (text[start - 1 : start], text[end : end + 1]):
            assert not (beside.isalnum() or beside == "'" or "\u0900" <= beside <= "\u0963")
