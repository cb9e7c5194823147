"""The hint to the network: names of the home marked in a sentence, and nothing else."""

from itertools import islice
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batti.dataset.generate import examples
from batti.gazetteer import TAGS, Gazetteer
from batti.home import Home
from batti.lookup import Lookup
from batti.text import align, normalize

HOME = Gazetteer(
    [
        ("kitchen", "room"), ("bhancha", "room"), ("dai ko kotha", "room"), ("bed room", "room"), ("room 3", "room"),
        ("203", "room"), ("upstairs", "group"), ("mathillo tala", "group"), ("table lamp", "light"),
        ("study room", "room"), ("study lamp", "light"),
    ]
)  # fmt: skip


def shown(sentence: str, gazetteer: Gazetteer = HOME) -> str:
    return "".join(".RrGgLl"[tag] for tag in gazetteer.tags(normalize(sentence)))


@pytest.mark.parametrize(
    ("sentence", "tags"),
    [
        ("kitchen off", "Rrrrrrr...."),
        ("bhanchako batti", "Rrrrrrr........"),
        ("vancha bala", "Rrrrrr....."),
        ("dai kotha nilo", "Rrrrrrrrr....."),
        ("dai ko room", "Rrrrrrrrrrr"),
        ("bedroom dim", "Rrrrrrr...."),
        ("room three", "Rrrrrrrrrr"),
        ("kotha 3 ma", "Rrrrrrr..."),
        ("3 ma rakha", ".........."),
        ("203 bala", "Rrr....."),
        ("upstairs", "Ggggggggg"[:8]),
        ("table lamp", "Llllllllll"),
        ("study ko batti", "Rrrrrrrrrrrrrr".replace("R", "L").replace("r", "l")),
        ("study bala", "Rrrrr....."),
        ("kichten bala", "Rrrrrrr....."),
        ("kotha ko batti bala", "." * 19),
        ("hajur namaste", "." * 13),
        ("", ""),
    ],
)
def test_tags(sentence: str, tags: str) -> None:
    assert shown(sentence) == tags


def test_devanagari_is_marked_like_latin() -> None:
    assert shown("भान्छाको बत्ती").startswith("Rrr")
    assert shown("माथिल्लो तला").startswith("Ggg")


def test_the_longest_name_wins() -> None:
    both = Gazetteer([("guest room", "room"), ("guest room 2", "room"), ("guest rooms", "group")])
    assert both.tags("guest room 2 bala")[:12] == [1] + [2] * 11


@given(st.text(max_size=80))
def test_any_text_gets_a_tag_for_each_character(text: str) -> None:
    normalized = normalize(text)
    tags = HOME.tags(normalized)
    assert len(tags) == len(normalized)
    assert all(0 <= tag < TAGS for tag in tags)
    # What follows the first character of a name is of the same kind.
    pairs = zip([0, *tags], tags, strict=False)
    assert all(tag in (before, before + 1) for before, tag in pairs if tag and not tag % 2)


def test_an_empty_home_and_odd_names_mark_nothing() -> None:
    assert Gazetteer([]).tags("kitchen") == [0] * 7
    assert Gazetteer([("!!!", "room"), ("ko", "room"), ("room 4", "room")]).tags("ko 4 kitchen") == [0] * 12
    assert Gazetteer([("4", "room")]).tags("ko 4") == [0, 0, 0, 1]  # a room that has no other name


def test_most_names_that_are_said_are_marked_and_little_else() -> None:
    names = [("Zanzibar", "room"), ("Timbuktu hall", "room"), ("Qaanaaq", "group"), ("gamma lamp 9", "light")]
    strange = Gazetteer(names)
    marked = said = wrongly = sentences = 0
    for home, some in islice(examples("gazetteer", 12), 60):
        gazetteer = Lookup(Home.from_dict(home.to_dict())).gazetteer
        for example in some:
            normalized, origin = align(example.command)
            tags = gazetteer.tags(normalized)
            spans = [span for span, thing in example.things.items() if thing is not None]
            said += len(spans)
            marked += sum(any(t for t, at in zip(tags, origin, strict=True) if s <= at < e) for s, e in spans)
            sentences += 1
            wrongly += any(strange.tags(normalized))
    assert marked > 0.8 * said
    assert wrongly < 0.05 * sentences  # `samma` is a slip away from gamma


def test_the_same_seed_forgets_the_same_names() -> None:
    home = next(examples(3))[0]
    assert home.called(0.5, Random(1)) == home.called(0.5, Random(1))
    assert set(home.called(0.0, Random(1))) == {(n, t.kind) for t in home.things for n in t.listed}
    assert set(home.called(0.0, Random(1))) < set(home.called(1.0, Random(1)))
