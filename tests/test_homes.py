"""Random homes: the same for a seed, unambiguous, and what a home file may hold."""

from random import Random

import pytest

from batti import lexicon
from batti.dataset import homes, names
from batti.dataset.homes import RandomHome
from batti.dataset.mention import mention
from batti.home import Home
from batti.lexicon import Concept, Lexicon, key, script_of
from batti.lookup import Lookup
from batti.spoken import initials
from batti.text import normalize

COUNT = 200


@pytest.fixture(scope="module")
def lex() -> Lexicon:
    return lexicon.load()


@pytest.fixture(scope="module")
def some(lex: Lexicon) -> list[RandomHome]:
    rng = Random(11)
    return [homes.random_home(lex, rng) for _ in range(COUNT)]


def document(home: RandomHome) -> Home:
    """The home file of a random home."""
    things = home.things

    def named(index: int) -> dict[str, object]:
        name, *aliases = things[index].listed
        return {"name": name, "aliases": aliases}

    lights = {i: [named(j) for j in home.of_kind("light") if things[j].room == i] for i in home.of_kind("room")}
    rooms = [named(i) | {"lights": lights[i]} for i in home.of_kind("room")]
    groups = [named(i) | {"rooms": [things[j].listed[0] for j in things[i].rooms]} for i in home.of_kind("group")]
    return Home.model_validate({"rooms": rooms, "groups": groups})


def test_the_same_seed_gives_the_same_homes(lex: Lexicon) -> None:
    first, second = Random(3), Random(3)
    assert [homes.random_home(lex, first) for _ in range(30)] == [homes.random_home(lex, second) for _ in range(30)]
    assert homes.random_home(lex, Random(3)) != homes.random_home(lex, Random(4))


def test_homes_differ_and_have_every_kind_of_thing(some: list[RandomHome]) -> None:
    sizes = {len(home.of_kind("room")) for home in some}
    assert min(sizes) == 1
    assert max(sizes) >= 20
    for kind in ("light", "group"):
        share = sum(bool(home.of_kind(kind)) for home in some) / COUNT
        assert 0.25 < share < 0.9, kind


def test_no_two_things_share_a_way_of_being_said(some: list[RandomHome]) -> None:
    for home in some:
        owners: dict[str, int] = {}
        for i, thing in enumerate(home.things):
            for word in {*thing.listed, *thing.concept.words}:
                assert owners.setdefault(key(word), i) == i, word
                assert not key(word) or home.owner[key(word)] == i, word


def test_every_thing_is_what_its_kind_says(some: list[RandomHome]) -> None:
    for home in some:
        rooms = set(home.of_kind("room"))
        assert rooms
        for thing in home.things:
            assert thing.kind in ("room", "light", "group")
            assert thing.listed
            assert (thing.room in rooms) == (thing.kind == "light")
            assert set(thing.rooms) <= rooms
            assert len(set(thing.rooms)) == len(thing.rooms)
            assert (len(thing.rooms) >= 2) == (thing.kind == "group")


def test_a_home_has_no_more_names_than_allowed(lex: Lexicon) -> None:
    for seed in range(60):
        home = homes.random_home(lex, Random(seed), max_names=40)
        assert sum(len(thing.listed) for thing in home.things) <= max(40, len(home.things))
        assert all(thing.listed for thing in home.things)


def test_random_homes_are_valid_home_files(some: list[RandomHome]) -> None:
    for home in some:
        made = document(home)
        assert Home.from_yaml(made.to_yaml()) == made
        assert len(made.entities()) == len(home.things)


@pytest.mark.parametrize("kind", ["room", "light", "group"])
def test_a_stranger_is_never_of_the_home(lex: Lexicon, some: list[RandomHome], kind: str) -> None:
    rng = Random(5)
    found = 0
    for home in some:
        spoken = {name.replace(" ", "") for name in home.owner}
        listed = {key(word).replace(" ", "") for thing in home.things for word in thing.listed}
        for _ in range(5):
            stranger = homes.stranger(home, lex, rng, kind)
            if stranger is not None:
                found += 1
                said = {key(word).replace(" ", "") for word in stranger.words}
                assert said
                assert not said & (spoken | listed)
    assert found > COUNT * 5 * 0.8


def test_a_room_in_another_house_is_hardly_ever_taken_for_the_home_s(lex: Lexicon, some: list[RandomHome]) -> None:
    rng, taken, count = Random(5), [], 0
    for home in some[:40]:
        lookup = Lookup(document(home))
        for name in (name for i in home.of_kind("room") for name in home.things[i].listed if name.isalpha()):
            said = normalize(rng.choice(names.elsewhere(Concept("room", ne=(name,)), lex).words))
            taken += [said] * (lookup.find(said)[0] is not None)
            count += 1
    assert count > 200
    assert len(taken) <= 0.02 * count, taken


def test_a_stranger_is_no_place_that_the_home_might_mean(lex: Lexicon, some: list[RandomHome]) -> None:
    rng = Random(6)
    for home in some:
        near = {other for thing in home.things for other in lex.near.get(thing.concept.id, ())}
        for _ in range(5):
            stranger = homes.stranger(home, lex, rng, "room")
            assert stranger is None or stranger.id not in near


@pytest.mark.parametrize("script", ["roman", "deva"])
@pytest.mark.parametrize("english", [True, False])
def test_a_mention_belongs_to_its_thing(lex: Lexicon, some: list[RandomHome], script: str, english: bool) -> None:
    rng = Random(7)
    shortened = 0
    for home in some:
        for i, thing in enumerate(home.things):
            words = {*thing.listed, *thing.concept.words}
            titles = [title for said in lex.frames["titles"].values() for title in said]
            for _ in range(4):
                said = mention(home, i, script, english, lex, rng)
                assert said.strip()
                assert home.owner.get(key(said), i) == i
                if said not in words:
                    shortened += 1
                    short = (initials(thing.name), *(names.shorten(word, lex) for word in words))
                    assert said in short or not words.isdisjoint(said.replace(f" {t}", "", 1) for t in titles), said
    assert shortened


def test_mentions_keep_to_the_script_more_often_than_not(lex: Lexicon, some: list[RandomHome]) -> None:
    rng = Random(8)
    for script in ("roman", "deva"):
        said = [
            mention(home, i, script, False, lex, rng)
            for home in some
            for i, thing in enumerate(home.things)
            if any(script_of(word) == script for word in thing.listed)
        ]
        assert sum(script_of(word) == script for word in said) > 0.85 * len(said)


@pytest.mark.parametrize(
    ("name", "short"),
    [("study room", "study"), ("dai ko kotha", "dai"), ("dai's room", "dai"), ("kitchen", ""), ("room", ""),
     ("table lamp", "table"), ("my big hat", ""), ("पूजा कोठा", "पूजा")],
)  # fmt: skip
def test_shorten(lex: Lexicon, name: str, short: str) -> None:
    assert names.shorten(name, lex) == short


def test_composed_rooms_have_words(lex: Lexicon) -> None:
    for seed in range(100):
        rng = Random(seed)
        for concept in (
            names.person_room(rng.choice(lex.people), lex),
            names.adjective_room(lex, rng),
            names.numbered_room(lex, rng),
            names.Series(26, (), "latin", False).room(lex, rng),
            names.Series(6, (2, 3), "nepali", True).room(lex, rng),
            names.invented(lex, rng),
        ):
            assert concept.words
            assert all(word.strip() == word and "{" not in word and key(word) for word in concept.words), concept
            assert all(script_of(word) == "roman" for word in concept.en), concept


@pytest.mark.parametrize("series", [names.Series(14, (4, 5), "", False), names.Series(26, (), "latin", False),
                                    names.Series(6, (5,), "nepali", False)])  # fmt: skip
def test_rooms_of_a_series_differ_by_what_tells_them(lex: Lexicon, series: names.Series) -> None:
    rooms = {room.id: room for seed in range(40) for room in [series.room(lex, Random(seed))]}.values()
    assert len(rooms) > 1
    assert {names.series_of(room) for room in rooms} == {names.series_of(next(iter(rooms)))} != {""}
    for script in ("roman", "deva"):
        told = [names.told_by(room, script, lex) for room in rooms]
        assert len({word for words in told for word in words}) == sum(map(len, told)) > 0  # none is two rooms'
        for room, words in zip(rooms, told, strict=True):
            assert any(name.endswith(words) for name in (room.deva if script == "deva" else room.ne))


def test_a_room_that_is_not_of_a_series_is_told_by_no_number(lex: Lexicon) -> None:
    room = next(place for place in lex.places if place.id == "kitchen")
    assert (names.series_of(room), names.told_by(room, "roman", lex)) == ("", ())


def test_rooms_of_a_series_are_told_alike_in_pairs_written_alike(lex: Lexicon) -> None:
    one, two = (names.Series(3, (n,), "", False).room(lex, Random(1)) for n in (1, 2))
    pairs = names.told_alike(one, two, "roman", lex)
    assert (("1",), ("2",)) in pairs
    assert any("one" in mine and "two" in its for mine, its in pairs)
    assert any("ek" in mine and "dui" in its for mine, its in pairs)
