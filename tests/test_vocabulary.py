from hypothesis import example, given
from hypothesis import strategies as st

from batti import meaning
from batti.vocabulary import ENOUGH, Vocabulary

HEARD = ["baitak", "banCa", "kiten", "gest", "konfrens", "konf", "dai", "brader", "hajurama", "3", "33", "a", ""]
WORDS = st.one_of(st.sampled_from(HEARD), st.text("abdeikmnrstC12", max_size=8))


@given(WORDS, st.lists(WORDS, unique=True, max_size=12))
@example("ktn", ["kiten", "kitab"])  # without vowels
@example("iain", ["kiten"])  # by their vowels
@example("konf", ["konfrens", "gest"])  # cut short
@example("dai", ["brader", "bahini"])  # by meaning
def test_a_word_is_like_those_that_comparing_it_with_each_finds(said: str, words: list[str]) -> None:
    assert {*Vocabulary(words).like(said)} == {word for word in words if meaning.alike(said, word) >= ENOUGH}
