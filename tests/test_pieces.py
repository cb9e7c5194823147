"""Words in pieces, as a recognizer of another language writes them."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batti import lexicon, sound
from batti.dataset.pieces import in_pieces

NAMES = ["pokhari", "bhancha", "balideu", "nibhaideu", "madhuro", "Sanskriti", "gurung", "barandama"]


def aloud(words: str) -> str:
    return "".join(lexicon.load().pronounced[word] for word in words.split())


@pytest.mark.parametrize("name", NAMES)
def test_pieces_are_known_words_that_sound_alike(name: str) -> None:
    heard = {in_pieces(name, Random(seed)) for seed in range(20)}
    assert len(heard) > 1 or " " in heard.pop()
    for words in {in_pieces(name, Random(seed)) for seed in range(20)}:
        assert words != name
        assert sound.classes(aloud(words)) == sound.classes(sound.fold(name.lower())), words


@pytest.mark.parametrize("word", ["kitchen", "turn", "off", "light", "Bedroom", "the"])
def test_what_the_recognizer_knows_stays(word: str) -> None:
    assert in_pieces(word, Random(1)) == word


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=14), st.integers(0, 9))
def test_any_word_is_in_pieces_or_as_it_is(word: str, seed: int) -> None:
    said = in_pieces(word, Random(seed))
    assert said == word or set(said.split()) <= {*lexicon.load().pronounced}


def test_the_sounds_are_folded_and_ask_for_nothing() -> None:
    """A sound that folds to another would never be compared, and a word for off would be an order."""
    pronounced = lexicon.load().pronounced
    assert not [word for word, said in pronounced.items() if sound.fold(said) != said]
    assert not {*pronounced} & {"on", "off", "not", "no", "all", "turn", "red", "two"}
