"""Splitting: what belongs together stays together, and the parts are alike."""

from collections import Counter
from itertools import product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from labelled import ROOMS, batti_data, said, written

from batti.dataset import records
from batti.dataset.near import Sentence, near_pairs
from batti.dataset.split import PARTS, grouped, split
from batti.errors import BattiError

SHARES = (0.7, 0.15, 0.15)
_ACTIONS = ("turn_on", "turn_off", "brightness=0.4", "color=red", "toggle")
_WORDS = ["sun", "kitab", "aaudai", "chito", "ukusmukus", "hajur", "pahile", "zara", "beluka", "dhoka", "ghyampo"]


def sentences(count=2000, seed=3):
    """Sentences of uneven rooms and actions, two of a family here and there, no duplicates."""
    rng = Random(seed)
    made = {}
    while len(made) < count:
        asked = {rng.choices(ROOMS, (9, 5, 3, 1))[0]: rng.choices(_ACTIONS, (8, 6, 4, 2, 1))[0] for _ in range(2)}
        text = " ".join(rng.sample(_WORDS, 5)) + "".join(f" {room} {doing}" for room, doing in asked.items())
        made.setdefault(text, said(text, *map(" ".join, asked.items()), family=f"f{rng.randrange(count)}"))
    return list(made.values())


def part_of(done):
    return {id(record): name for name, part in done.parts.items() for record in part}


_TEXTS = st.sampled_from([f"{a} {b} batti {c}" for a, b, c in product("abc", "de", ("bala", "baala", "nibhau"))])
_ROWS = st.lists(
    st.builds(
        lambda text, asked, family, home: said(text, *asked, family=family, home=home),
        _TEXTS, st.sampled_from([(), ("kitchen turn_on",), ("bedroom turn_off",)]),
        st.sampled_from(["", "", "f1", "f2", "f3"]), st.sampled_from(["h1", "h2"]),
    ),
    min_size=3, max_size=40,
)  # fmt: skip


@given(_ROWS, st.integers(0, 5))
def test_nothing_that_is_one_is_divided(rows, seed):
    groups = grouped(rows)
    assert sorted(row for group in groups for row in group) == list(range(len(rows)))
    at = {row: number for number, group in enumerate(groups) for row in group}
    near = {frozenset(pair) for pair in near_pairs(map(Sentence.of, rows))}
    linked = Counter()
    for (i, one), (j, other) in product(enumerate(rows), repeat=2):
        together = (
            one.normalized == other.normalized
            or (one.family and one.family == other.family)
            or frozenset((Sentence.of(one), Sentence.of(other))) in near
        )
        if i != j and together:
            assert at[i] == at[j]
            linked[i] += 1
    alone = [group for group in groups if len(group) == 1]
    assert all(not linked[row] for [row] in alone)  # and nothing is one that has no reason to be
    assert all(linked[row] for group in groups if len(group) > 1 for row in group)
    try:
        done = split(rows, SHARES, seed)
    except BattiError:
        assert len(groups) < 40
        return
    parts = part_of(done)
    assert len(parts) == len(rows) == sum(map(len, done.parts.values()))
    assert all(len({parts[id(rows[row])] for row in group}) == 1 for group in groups)


def test_the_parts_are_alike():
    rows = sentences()
    done = split(rows, SHARES, seed=1)
    total = Counter((key, value) for key in ("intent", "rooms", "actions") for row in rows for value in _of(row, key))
    worst = 0.0
    for (key, value), count in total.items():
        for name, share in zip(PARTS, SHARES, strict=True):
            inside = sum(value in _of(row, key) for row in done.parts[name])
            worst = max(worst, abs(inside / count - share))
            assert abs(inside - share * count) < 2  # as near as whole rows come
    assert worst == pytest.approx(done.worst(1).deviation)
    assert worst < 0.02
    assert done.groups == sorted((len(group) for group in grouped(rows)), reverse=True)
    assert done.groups[0] > 1


def _of(row, key):
    value = getattr(row, key)
    return (value,) if isinstance(value, str) else value


def test_values_too_rare_to_divide_do_not_bend_the_sizes():
    rows = [said(f"{number * 7919} turn it on", f"room{number} turn_on") for number in range(1000)]
    done = split(rows, SHARES, seed=1)
    assert [len(part) for part in done.parts.values()] == [700, 150, 150]


def test_the_seed_decides():
    rows = sentences(300)
    first, again, other = (split(rows, SHARES, seed).parts for seed in (1, 1, 2))
    assert first == again != other


def test_the_command_writes_what_the_check_approves(tmp_path):
    source = written(tmp_path / "in" / "all.jsonl", *sentences(600))
    folder = tmp_path / "out"
    result = batti_data("split", source, folder, "--shares", "60,20,20", "--seed", 4)
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in folder.iterdir()) == ["homes.jsonl", *sorted(f"{name}.jsonl" for name in PARTS)]
    files = [folder / f"{name}.jsonl" for name in PARTS]
    parts = [records.read(file) for file in files]
    assert [len(part) for part in parts] == pytest.approx([360, 120, 120], abs=3)
    assert sorted(r.command for part in parts for r in part) == sorted(r.command for r in records.read(source))
    done = split(records.read(source), (0.6, 0.2, 0.2), 4)
    assert parts == list(done.parts.values())
    assert f"largest deviation of any value: {100 * done.worst(1).deviation:.1f} points" in result.stdout
    assert batti_data("check", *files).exit_code == 0


@pytest.mark.parametrize("shares", ["50.1,32.2,17.7", "50.1,33.2,16.7"])
def test_shares_with_decimals_make_100(tmp_path, shares):
    source = written(tmp_path / "all.jsonl", *sentences(30))
    assert batti_data("split", source, tmp_path / "out", "--shares", shares).exit_code == 0


@pytest.mark.parametrize("shares", ["70,30", "70,15,16", "100,0,0", "a,b,c", "nan,50,50", "120,-10,-10"])
def test_shares_that_are_none_are_misuse(tmp_path, shares):
    source = written(tmp_path / "all.jsonl", *sentences(30))
    result = batti_data("split", source, tmp_path / "out", "--shares", shares)
    assert result.exit_code == 2 and "write them like 70,15,15" in result.stderr
    assert not (tmp_path / "out").exists()


def test_too_few_sentences_are_told(tmp_path):
    source = written(tmp_path / "all.jsonl", *(said(f"x{n}", family="one") for n in range(9)))
    result = batti_data("split", source, tmp_path / "out")
    assert result.exit_code == 1 and result.stdout == ""
    assert result.stderr.startswith("batti: 9 sentences in 1 groups leave ")
    assert not (tmp_path / "out").exists()


def test_no_input_is_overwritten(tmp_path):
    source = written(tmp_path / "test.jsonl", *sentences(60))
    before = source.read_text()
    result = batti_data("split", source, tmp_path)
    assert result.exit_code == 1 and "write to another file or folder" in result.stderr
    assert source.read_text() == before and not (tmp_path / "train.jsonl").exists()


@pytest.mark.parametrize("command", ["balance", "split", "thesis"])
def test_what_is_there_already_is_kept_unless_asked_for(tmp_path, command):
    source = written(tmp_path / "in" / "all.jsonl", *sentences(60))
    (tmp_path / "thesis.json").write_text('[{"command": "kitchen off", "output": "kitchen: turn_off"}]')
    out = tmp_path / "out" / "test.jsonl"
    out.parent.mkdir()
    out.write_text("bread, milk\n")
    asked = {"balance": ("balance", source, out), "split": ("split", source, out.parent),
             "thesis": ("import", "thesis", tmp_path / "thesis.json", out)}[command]  # fmt: skip
    result = batti_data(*asked)
    assert result.exit_code == 1
    assert f"'{out}' is there already; write to another file, or add --overwrite" in result.output
    assert [(path.name, path.read_text()) for path in out.parent.iterdir()] == [("test.jsonl", "bread, milk\n")]
    assert batti_data(*asked, "--overwrite").exit_code == 0
    kept = out.read_text()
    assert (batti_data(*asked).exit_code, out.read_text() == kept) == (1, True)  # its own no less
