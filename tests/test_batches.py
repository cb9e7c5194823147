"""Which sentences are read together."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from batti.backends.batches import chunked

LENGTHS = st.lists(st.integers(1, 400), max_size=200).map(lambda some: dict(enumerate(some)))


@given(LENGTHS, st.integers(1, 8))
def test_every_sentence_is_in_one_chunk_with_others_of_its_length(lengths: dict[int, int], readers: int) -> None:
    chunks = chunked(lengths, readers)
    assert sorted(i for chunk in chunks for i in chunk) == [*lengths]
    for chunk in chunks:
        longest = max(lengths[i] for i in chunk)
        assert len(chunk) == 1 or len(chunk) * longest <= 2560  # what a processor's cache has room for
        assert all(lengths[i] >= 0.85 * longest for i in chunk[8:])  # the rest would be padding


def test_there_is_something_for_each_of_several_readers() -> None:
    alike = dict.fromkeys(range(64), 40)
    assert len(chunked(alike)) == 1
    assert [len(chunk) for chunk in chunked(alike, 2)] == [32, 32]
    assert len(chunked(dict.fromkeys(range(4), 40), 4)) == 1  # too few to be worth it
