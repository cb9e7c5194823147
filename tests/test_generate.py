"""Made sentences: reproducible, valid by the contract, and readable by what trains on them."""

import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from itertools import islice
from pathlib import Path
from random import Random

import pytest
from helpers import BATTI, PATIENCE
from test_cli import refused, run

from batti import lexicon, prompt
from batti.command import ACTIONS, COLORS, Action
from batti.dataset import generate, homes, names, phrases, records
from batti.dataset.bank import compiled
from batti.dataset.dress import Dressed
from batti.dataset.homes import RandomHome
from batti.dataset.records import Record, faults, load
from batti.dataset.speaker import Example, Speaker, Unfit
from batti.errors import BattiError
from batti.grammar import Answer
from batti.home import Home
from batti.lexicon import key
from batti.prompt import Asked
from batti.schema import ALL, HERE
from batti.text import align, normalize

COUNT = 3000
Pair = tuple[RandomHome, Example]


def said(seed: int, count: int, per_home: int = 24) -> list[Pair]:
    pairs = ((home, example) for home, some in generate.examples(seed, per_home) for example in some)
    return list(islice(pairs, count))


@pytest.fixture(scope="module")
def pairs() -> list[Pair]:
    return said(17, COUNT)


def spans_of(example: Example) -> list[tuple[int, int]]:
    places = [entry.place for entry in example.asked if not isinstance(entry.place, str)]
    return places + [span for entry in example.asked for span in entry.excepts]


def test_the_same_seed_gives_the_same_sentences() -> None:
    assert said(5, 300) == said(5, 300)
    assert [e.command for _, e in said(5, 100)] != [e.command for _, e in said(6, 100)]


def test_per_home_sentences_are_said_about_each_home() -> None:
    for home, some in islice(generate.examples(2, 7), 5):
        assert len(some) == 7
        assert home.of_kind("room")


def test_every_entry_is_of_the_contract(pairs: list[Pair]) -> None:
    for _, example in pairs:
        for entry in example.asked:
            made = Action.model_validate({"room": "x", **entry.doing}).to_dict()
            assert made == {"room": "x", **entry.doing}, example.command


def test_places_lie_inside_the_command(pairs: list[Pair]) -> None:
    for _, example in pairs:
        for entry in example.asked:
            assert not isinstance(entry.place, str) or entry.place in (ALL, HERE)
            assert not entry.excepts or entry.place == ALL or not isinstance(entry.place, str)
        for start, end in spans_of(example):
            assert 0 <= start < end <= len(example.command), example.command


def test_every_marked_place_is_a_thing_or_unknown(pairs: list[Pair]) -> None:
    for home, example in pairs:
        assert set(spans_of(example)) == set(example.things)
        for (start, end), thing in example.things.items():
            marked = example.command[start:end]
            assert normalize(marked), example.command
            assert thing is None or 0 <= thing < len(home.things)


def test_a_clean_mention_names_its_thing(pairs: list[Pair]) -> None:
    """Cut short or with its room before it now and then, but never the name of another thing."""
    named = Counter[bool]()
    for home, example in pairs:
        if "clean" in example.tags:
            for (start, end), thing in example.things.items():
                marked = key(example.command[start:end])
                named[home.owner.get(marked) == thing] += 1
                assert thing is None or home.owner.get(marked, thing) == thing, example.command
                assert thing is not None or marked not in home.owner, example.command
    assert named[True] > 0.8 * named.total()


def test_exceptions_of_a_group_lie_in_it(pairs: list[Pair]) -> None:
    for home, example in pairs:
        for entry in example.asked:
            if entry.excepts and not isinstance(entry.place, str):
                group = example.things[entry.place]
                for span in entry.excepts:
                    room = example.things[span]
                    assert group is None or room is None or room in home.things[group].rooms, example.command


def test_unknown_sentences_ask_for_what_is_not_there(pairs: list[Pair]) -> None:
    for _, example in pairs:
        assert example.unknown == (None in example.things.values())
        assert not example.unknown or example.asked


def test_the_kinds_of_sentences_are_mixed() -> None:
    pairs = said(17, 5 * COUNT)  # homes share wordings: a kind comes in lumps
    kinds = Counter("unknown" if e.unknown else "act" if e.asked else "none" for _, e in pairs)
    assert 0.45 < kinds["act"] / len(pairs) < 0.85, kinds
    assert 0.10 < kinds["none"] / len(pairs) < 0.40, kinds
    assert 0.04 < kinds["unknown"] / len(pairs) < 0.25, kinds


def test_everything_that_can_be_asked_is_asked() -> None:
    pairs = said(19, 5 * COUNT, per_home=60)  # many wordings: what is seldom asked is in some hundreds of them
    doings = [entry.doing for _, example in pairs for entry in example.asked]
    actions = Counter(doing["action"] for doing in doings)
    assert {action for action in ACTIONS if actions[action] >= 5} == set(ACTIONS), actions
    keys = Counter(key for doing in doings for key in doing)
    wanted = ("brightness", "brightness_step", "color", "color_temp", "after", "at", "for")
    assert all(keys[one] >= 20 for one in wanted), keys
    assert {doing["color"] for doing in doings if "color" in doing} == set(COLORS)
    assert {doing["brightness_step"] > 0 for doing in doings if "brightness_step" in doing} == {True, False}
    places = Counter(e.place if isinstance(e.place, str) else "marked" for _, x in pairs for e in x.asked)
    assert all(places[one] >= 30 for one in (ALL, HERE, "marked")), places
    assert sum(bool(e.excepts) for _, x in pairs for e in x.asked) >= 20


def test_things_of_every_kind_are_named(pairs: list[Pair]) -> None:
    kinds = Counter(home.things[i].kind for home, x in pairs for i in x.things.values() if i is not None)
    assert all(kinds[kind] >= 30 for kind in ("room", "group", "light")), kinds


def test_sentences_are_of_every_script_and_style(pairs: list[Pair]) -> None:
    scripts = Counter(lexicon.script_of(example.command) for _, example in pairs)
    assert 0.08 < scripts["deva"] / COUNT < 0.6, scripts
    assert len({example.tags[0] for _, example in pairs}) >= 8
    assert len({example.tags[1] for _, example in pairs}) >= 5
    assert len({example.command for _, example in pairs}) > 0.9 * COUNT


def test_a_name_begun_and_broken_off_is_not_part_of_the_place(pairs: list[Pair]) -> None:
    begun = [
        (example.command[:start], example.command[start:end])
        for _, example in (*pairs, *said(18, 5 * COUNT))  # it is rare
        for start, end in spans_of(example)
        if "recognizer" in example.tags
    ]
    twice = [(before, *name.split(maxsplit=1)) for before, name in begun if " " in name]
    again = [first for before, first, rest in twice if first in before.split()[-2:] and rest not in before]
    assert len(again) > 6


def test_people_are_called_whose_room_the_home_has(pairs: list[Pair]) -> None:
    lex = lexicon.load()
    called = 0
    for home, example in pairs:
        people = [names.person_of(thing.concept, lex) for thing in home.things]
        words = {word for person in people if person for word in person.words}
        before = example.command.split(", ")[0]
        if before in words and not any(span[0] == 0 for span in spans_of(example)):  # and is no room's name here
            called += 1
    assert called > COUNT / 1000


@pytest.mark.parametrize(
    ("line", "first", "then"),  # which mention of B the first and the second telling of it point to
    [
        ("{A:hall} ra {B:loft} bahek sabai nibhau ani {B:loft} dim => all except A B off; B =0.3", 0, 1),
        ("{B:loft} dim ani {A:hall} ra {B:loft} bahek sabai nibhau => B =0.3; all except A B off", 0, 1),
        ("{A:hall} ra {B:loft} bahek sabai nibhau, ti dui dim => all except A B off; A =0.3; B =0.3", 0, 0),
        ("{B:loft} bala, hoina {B:loft} nibhau => B off", 1, 1),
    ],
)
def test_places_that_are_named_twice_are_marked_in_order(line: str, first: int, then: int) -> None:
    lex = lexicon.load()
    one = compiled(phrases.parse(line))
    parts = tuple(i if segment.slot else segment.text for i, segment in enumerate(one.phrase.segments))
    wording = Dressed(one, "", "clean", parts if isinstance(parts[0], str) else ("", *parts))
    home = homes.known(
        Home.from_dict({"name": "H", "rooms": [{"name": "attic"}, {"name": "cellar"}, {"name": "porch"}]})
    )
    example = Speaker(home, lex, Random(1)).say(wording)
    told = [span for entry in example.asked for span in (entry.place, *entry.excepts) if not isinstance(span, str)]
    thing = example.things[max(told)] if then else example.things[told[-1]]
    of_b = [span for span in told if example.things[span] == thing]
    assert (len({*of_b}) == 2) == (first != then)
    assert [*dict.fromkeys(of_b)] == sorted({*of_b})


@pytest.mark.parametrize("place", ["A", "U"])
def test_a_pronoun_stands_for_the_person_whose_room_is_asked_for(place: str) -> None:
    lex, rng = lexicon.load(), Random(3)
    phrase = phrases.parse(f"{{P:didi}} sutin, {{{place}@P:unko kotha}} nibhau => {place} off")
    wording = Dressed(compiled(phrase), "", "clean", ("", 0, " sutin, ", 2, " nibhau"))
    for home in (homes.random_home(lex, rng) for _ in range(60)):
        people = {person.id: person for thing in home.things if (person := names.person_of(thing.concept, lex))}
        try:
            example = Speaker(home, lex, rng).say(wording)
        except Unfit:
            assert not people
            continue
        who, _, _ = example.command.partition(" sutin, ")
        [((start, end), thing)] = example.things.items()
        assert example.command[start:end] == "unko kotha"
        theirs = [one for one in lex.people if who in one.words]
        if thing is None:
            assert any(one.id not in people for one in theirs)
        else:
            assert names.person_of(home.things[thing].concept, lex) in theirs


def test_of_somebody_who_is_only_called_no_room_is_meant() -> None:
    lex, rng = lexicon.load(), Random(3)
    phrase = phrases.parse("{P:didi}, {A:hall} bala => A on")
    wording = Dressed(compiled(phrase), "", "clean", ("", 0, ", ", 2, " bala"))
    owners = 0
    for home in (homes.random_home(lex, rng) for _ in range(100)):
        example = Speaker(home, lex, rng).say(wording)
        who, _, _ = example.command.partition(", ")
        [((start, _), room)] = example.things.items()
        assert room is not None and start > len(who)
        called = {one.id for one in lex.people if who in one.words}
        owner = names.person_of(home.things[room].concept, lex)
        assert owner is None or called != {owner.id}
        owners += any(one.id in called for thing in home.things if (one := names.person_of(thing.concept, lex)))
    assert owners > 20


@pytest.mark.parametrize(
    ("label", "key"), [("at time after dur", "at"), ("after dur after dur2", "after"), ("at time after dur2", "at")]
)
def test_a_time_that_is_later_than_another_is_their_sum(label: str, key: str) -> None:
    lex, rng = lexicon.load(), Random(3)
    line = "{A:hall} nibhau {time=21:50:9:50 pm} {dur=10m:10 minute}, {B:gate} {dur2=20m:20 minute} pachi"
    one = compiled(phrases.parse(f"{line} => A off; B off {label}"))
    wording = Dressed(one, "", "clean", ("", 0, " nibhau ", 2, " ", 4, ", ", 6, " ", 8, " pachi"))
    for home in (homes.random_home(lex, rng) for _ in range(60)):
        try:
            entry = Speaker(home, lex, rng).say(wording).asked[1]
        except Unfit:
            continue
        assert entry.doing.keys() == {"action", key} and len(entry.chained) == 1
        told = prompt.encode_answer([entry])
        assert told.count(prompt.WORD["after"]) == (1 if key == "at" else 2)
        assert prompt.decode_answer(told) == [entry]
        Action.model_validate({"room": "hall"} | entry.doing)


def test_two_lamps_of_one_room_are_of_that_room() -> None:
    lex, rng = lexicon.load(), Random(3)
    one = compiled(phrases.parse("{A:hall} ko {L@A:jhumar} nibhau, {M@A:table lamp} bala => L off; M on"))
    wording = Dressed(one, "", "clean", ("", 0, " ko ", 2, " nibhau, ", 4, " bala"))
    told = 0
    for home in (homes.random_home(lex, rng) for _ in range(100)):
        rooms = [home.things[i].room for i in home.of_kind("light")]
        try:
            example = Speaker(home, lex, rng).say(wording)
        except Unfit:
            assert len(rooms) == len({*rooms})
            continue
        first, second = example.things.values()
        assert first is not None and second is not None and first != second
        assert home.things[first].room == home.things[second].room
        told += 1
    assert told > 5


def test_no_mark_of_the_making_is_left_in_a_sentence(pairs: list[Pair]) -> None:
    for _, example in pairs:
        assert example.command.strip()
        assert not any("\ue000" <= c <= "\uf8ff" or c in "{}" for c in example.command), example.command


def test_what_asks_nothing_marks_nothing(pairs: list[Pair]) -> None:
    assert all(not example.things for _, example in pairs if not example.asked)


def marked_text(normalized: str, entry: Asked) -> list[str]:
    spans = [*([] if isinstance(entry.place, str) else [entry.place]), *entry.excepts]
    return [normalized[first : last + 1] for first, last in spans]


def test_the_answer_that_is_trained_on_reads_back(pairs: list[Pair]) -> None:
    pytest.importorskip("torch", reason="encode_example needs torch")
    from batti.train.stream import encode_example

    for _, example in pairs:
        chars, tags, tokens = encode_example(example, None).values()
        assert tags == [0] * len(chars)
        normalized, origin = align(example.command)
        assert chars == prompt.encode_text(normalized)
        assert len(chars) == len(normalized)
        assert tokens[0] == prompt.START
        read = prompt.decode_answer(tokens[1:])
        assert [entry.doing for entry in read] == [entry.doing for entry in example.asked], example.command
        for entry, asked in zip(read, example.asked, strict=True):
            assert isinstance(entry.place, str) == isinstance(asked.place, str)
            assert not isinstance(entry.place, str) or entry.place == asked.place
            assert len(entry.excepts) == len(asked.excepts)
        assert all(text.strip() for entry in read for text in marked_text(normalized, entry)), example.command
        before = spans_of(example)
        after = spans_of(Example(example.command, tuple(read), {}))
        for (start, end), (first, last) in zip(before, after, strict=True):
            # The marked characters come from the place's own, and those beside them do not.
            assert start <= origin[first] <= origin[last] < end
            assert first == 0 or origin[first - 1] < start
            assert last + 1 == len(origin) or origin[last + 1] >= end


def test_the_answer_that_is_trained_on_is_allowed(pairs: list[Pair]) -> None:
    pytest.importorskip("torch", reason="encode_example needs torch")
    from batti.train.stream import encode_example

    for _, example in pairs:
        chars, _, tokens = encode_example(example, None).values()
        answer = Answer(len(chars))
        for token in tokens[1:]:
            assert answer.allows(token), (example.command, tokens, token)
            answer.say(token)
        assert answer.done, example.command


def test_every_document_is_of_the_contract_and_of_its_home(pairs: list[Pair]) -> None:
    for number, (made, example) in enumerate(pairs[:1500]):
        home = Home.from_dict(made.to_dict())
        record = Record(example.command, generate.document(example, made), str(number))
        assert faults(record, home) == [], record.to_json()


def test_a_document_names_what_its_sentence_marks(pairs: list[Pair]) -> None:
    for made, example in pairs:
        document = generate.document(example, made)
        named = {a.get("light") or a["room"] for a in document["actions"]} - {ALL, HERE}
        marked = {made.things[i].name for i in example.things.values() if i is not None}
        if document["intent"] not in ("none", "unknown_room"):
            excepted = {name for a in document["actions"] for name in a.get("except", ())}
            assert named | excepted == marked, example.command
        assert (document["intent"] == "unknown_room") == example.unknown


def written(out: Path, environment: dict[str, str], **options: int) -> bytes:
    """What `batti data generate` writes."""
    words = (part for name, value in options.items() for part in (f"--{name.replace('_', '-')}", str(value)))
    out.parent.mkdir(exist_ok=True)
    done = run("data", "generate", str(out), *words, environment=environment)
    assert done.returncode == 0, done.stderr
    return out.read_bytes()


def test_the_bytes_do_not_depend_on_the_workers(tmp_path: Path, few_phrases: dict[str, str]) -> None:
    files = {}
    for workers in (1, 2, 3):
        out = tmp_path / str(workers) / "x.jsonl"
        made = written(out, few_phrases, count=1100, seed=8, workers=workers, per_home=15)
        files[workers] = made, (out.parent / "homes.jsonl").read_bytes()
    assert files[1] == files[2] == files[3]
    data = load(tmp_path / "1" / "x.jsonl")
    assert len(data.records) == 1100
    assert len({record.id for record in data.records}) == 1100
    assert len(data.homes) == 74
    again = written(tmp_path / "again" / "x.jsonl", few_phrases, count=1100, seed=9, workers=1, per_home=15)
    assert again != files[1][0]


def test_a_home_of_ones_own_is_spoken_of(tmp_path: Path) -> None:
    home = Home.default()
    generate.write(tmp_path / "x.jsonl", count=600, seed=8, home=home)
    data = load(tmp_path / "x.jsonl")
    assert set(data.homes) == {home.name} and data.homes[home.name] == home
    assert [f for record in data.records for f in faults(record, home)] == []
    named = Counter(room for record in data.records for room in record.rooms)
    assert {room.name for room in home.rooms} <= set(named)


def test_two_seeds_share_a_folder_but_not_their_homes(tmp_path: Path, few_phrases: dict[str, str]) -> None:
    for seed in (1, 2):
        written(tmp_path / f"{seed}.jsonl", few_phrases, count=80, seed=seed)
    both = load(tmp_path / "1.jsonl", tmp_path / "2.jsonl")
    assert len(both.homes) == 4
    other = tmp_path / "other" / "homes.jsonl"
    records.write_lines(other, [records.home_line("random-1-000000", Home.default().to_dict())])
    with pytest.raises(BattiError, match="another home"):
        generate.write(other.with_name("x.jsonl"), count=80, seed=1)
    assert not other.with_name("x.jsonl").exists()


def test_fewer_sentences_are_the_first_of_more(tmp_path: Path, few_phrases: dict[str, str]) -> None:
    said = partial(written, environment=few_phrases, seed=8, workers=1, per_home=30)
    few, many = (said(tmp_path / str(count) / "x.jsonl", count=count).splitlines() for count in (50, 120))
    assert many[:50] == few


def test_a_pool_of_another_run_stays_as_it_is(tmp_path: Path, few_phrases: dict[str, str]) -> None:
    words = ("data", "generate", "x.jsonl", "--count", "5", "--workers", "1")
    asked = partial(run, cwd=tmp_path, environment=few_phrases)
    assert asked(*words).returncode == 0
    before = (tmp_path / "x.jsonl").read_bytes()
    [line] = refused(asked(*words, "--seed", "2"), 1)
    assert line == "batti: 'x.jsonl' is there already; write to another file, or add --overwrite"
    assert (tmp_path / "x.jsonl").read_bytes() == before
    assert asked(*words, "--seed", "2", "--overwrite").returncode == 0
    assert (tmp_path / "x.jsonl").read_bytes() != before


@pytest.mark.parametrize("after", [0.0, 1.0])
def test_an_interrupt_at_the_start_is_one_word_and_leaves_nothing(
    tmp_path: Path, after: float, few_phrases: dict[str, str]
) -> None:
    words = [*BATTI, "data", "generate", "made/x.jsonl", "--count", "100000", "--workers", "2"]
    piped, env = subprocess.PIPE, {**os.environ, **few_phrases}
    with subprocess.Popen(
        words, cwd=tmp_path, stdout=piped, stderr=piped, text=True, env=env, start_new_session=True
    ) as made:
        ends = time.monotonic() + PATIENCE
        while not _started(made.pid) and time.monotonic() < ends:
            time.sleep(0.01)
        time.sleep(after)
        os.killpg(made.pid, signal.SIGINT)  # as a terminal does it
        _, said = made.communicate(timeout=PATIENCE)
    assert made.returncode == 1
    assert said.split() == ["Aborted!"]
    assert list((tmp_path / "made").iterdir()) == []


def _started(pid: int) -> bool:
    """Whether a process has begun others that make sentences."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return any(b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes() for child in children)


def test_ten_thousand_sentences_are_made_quickly() -> None:
    """The pace that benchmarks/generate.py measures, in units of plain work of Python: some machines are slower;
    with room for one that is busy."""
    said(1, 400)  # what is read once is read
    paces = [(_seconds(partial(said, seed, 10_000, per_home=40)), _seconds(_plain_work)) for seed in (2, 3, 4)]
    took, unit = map(min, zip(*paces, strict=True))
    assert took < 8 * unit


def _plain_work() -> None:
    """Words drawn, joined and counted: a fifth of what ten thousand sentences take."""
    rng, words = Random(1), [f"word{i}" for i in range(500)]
    for _ in range(100_000):
        sentence = " ".join(rng.choices(words, k=10))
        len({word: len(word) for word in sentence.split()})


def _seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began
