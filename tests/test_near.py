"""Near-duplicates: none missed, none invented."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from labelled import said
from rapidfuzz import fuzz

from batti.dataset import near
from batti.dataset.near import LIKENESS, Sentence, near_pairs

ON, OFF = "kitchen turn_on", "kitchen turn_off"
_SENTENCES = st.builds(
    Sentence, st.sampled_from(["h1", "h2"]), st.sampled_from(["on", "off"]), st.text("ab", max_size=24)
)


@given(st.lists(_SENTENCES, max_size=40), st.integers(1, 5))
def test_every_pair_is_found_once(sentences, block):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(near, "_BLOCK", block)
        found = [frozenset(pair) for pair in near_pairs(sentences)]
    due = {
        frozenset((a, b))
        for a, b in combinations(sorted(set(sentences)), 2)
        if a[:2] == b[:2] and fuzz.ratio(a.text, b.text) >= LIKENESS
    }
    assert set(found) == due and len(found) == len(due)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (said("please turn the kitchen light on", ON), said("turn the kitchen light on", ON), False),
        (said("bhanchako batti balideu na", ON), said("bhanchhako batti baldeu na", ON), True),
        (said("भान्छाको बत्ती बाल", ON), said("bhanchako batti bal", ON), True),
        (said("kitchen light 40% ma rakha", "kitchen brightness=0.4"),
         said("kitchen light 45% ma rakha", "kitchen brightness=0.45"), False),
        (said("kitchen light on gara", ON), said("kitchen light of gara", OFF), False),
        (said("bhanchako batti balideu na", ON), said("bhanchhako batti baldeu na", ON, home="other"), False),
        (said("kitchen light on gara", ON), said("Kitchen light ON gara", ON), False),  # equal, not near
    ],
)  # fmt: skip
def test_same_label_same_home_and_all_but_the_same_text(one, other, expected):
    assert bool(list(near_pairs(map(Sentence.of, (one, other))))) == expected
