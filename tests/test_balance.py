"""Balancing: as equal as the rows allow, nothing invented, nothing dropped without need."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from labelled import ROOMS, batti_data, said, written

from batti.dataset import records
from batti.dataset.balance import KEYS, balance, counts

ALL = tuple(KEYS)
_ACTIONS = ("turn_on", "turn_off", "brightness=0.4", "color=red")
_ASKED = st.lists(st.builds("{} {}".format, st.sampled_from(ROOMS), st.sampled_from(_ACTIONS)), max_size=2,
                  unique_by=lambda one: one.rpartition(" ")[0])  # fmt: skip
_ROWS = st.lists(st.builds(lambda asked: said("x", *asked), _ASKED), min_size=1, max_size=60)
_BY = st.lists(st.sampled_from(ALL), min_size=1, max_size=3, unique=True)


def skewed(count=3000, seed=5):
    """Rows in which the first rooms and actions are several times as frequent as the last."""
    rng = Random(seed)

    def one():
        [room] = rng.choices(ROOMS, (12, 6, 3, 2))
        [doing] = rng.choices(_ACTIONS, (8, 4, 2, 1))
        return f"{room} {doing}"

    rows = [[one()] if rng.random() < 0.8 else [one(), one()] for _ in range(count)]
    rows = [row[:1] if row[0].split()[0] == row[-1].split()[0] else row for row in rows]
    return [said(f"s{number}", *row) for number, row in enumerate(rows)]


def ends(rows, key):
    """How many rows the least and the most frequent value of a key have."""
    found = [count for (of, _), count in counts(rows).items() if of == key]
    return min(found), max(found)


def test_rows_come_out_almost_equally_frequent():
    rows = skewed()
    given_ = {key: ends(rows, key) for key in ALL}
    assert all(most > 3 * least for least, most in given_.values())
    kept = balance(rows, ALL, seed=1).records
    for key in ALL:
        least, most = ends(kept, key)
        assert most <= 1.2 * least, key
    # The intent change_color holds all others down: it should lose few rows, if any.
    assert ends(kept, "intent")[0] > 0.9 * given_["intent"][0]


@pytest.mark.parametrize("key", ["intent", "room"])
def test_by_one_key_the_rarest_value_sets_the_level(key):
    rows = skewed()
    kept = balance(rows, [key], seed=1)
    rarest = ends(rows, key)[0]
    assert ends(kept.records, key)[0] >= 0.99 * rarest
    assert ends(kept.records, key)[1] <= 1.01 * rarest + 2
    assert kept.limits.keys() == {key}


@given(_ROWS, _BY, st.none() | st.integers(1, 9), st.integers(0, 3))
def test_rows_are_only_left_out(rows, keys, most, seed):
    kept = balance(rows, keys, seed, most).records
    places = iter(rows)
    assert all(any(row is one for one in places) for row in kept)  # in order, each once
    if most:
        highest = counts(kept, keys)
        assert all(count <= most for count in highest.values())
        # Whatever was left out has a value that is at its level.
        full = {value for value, count in highest.items() if count == most}
        out = Counter(map(id, rows)) - Counter(map(id, kept))
        left = [row for row in rows if id(row) in out]
        assert all(set(counts([row], keys)) & full for row in left)


@given(_ROWS, _BY, st.none() | st.integers(1, 9))
def test_oversampling_repeats_rows_and_drops_none_below_the_level(rows, keys, most):
    taken = balance(rows, keys, 1, most, oversample=True).records
    assert {id(row) for row in taken} <= {id(row) for row in rows}
    before, after = counts(rows, keys), counts(taken, keys)
    for key in keys:
        level = most or max((n for (of, _), n in before.items() if of == key), default=0)
        assert all(n <= level for (of, _), n in after.items() if of == key)
    if most is None:
        assert {id(row) for row in taken} == {id(row) for row in rows}


def test_oversampling_lifts_the_rare():
    rows = skewed()
    taken = balance(rows, ["intent"], 1, oversample=True).records
    assert ends(taken, "intent") == (ends(rows, "intent")[1],) * 2
    rare = [row.command for row in taken if row.intent == "change_color"]
    times = Counter(rare).values()
    assert max(times) - min(times) <= 1 < max(times)  # all of them equally often


def test_a_rare_value_holds_the_others_down_only_if_asked():
    rows = [*skewed(1000), said("once", "attic turn_on")]
    kept = balance(rows, ["room"], 1).records
    assert ends(kept, "room")[0] == 1 and ends(kept, "room")[1] > 80
    assert rows[-1] in kept
    assert ends(balance(rows, ["room"], 1, rare=0).records, "room")[1] <= 2


def test_the_seed_decides():
    rows = skewed(600)
    first, again, other = (balance(rows, ALL, seed).records for seed in (1, 1, 2))
    assert first == again != other


def test_the_command_writes_and_tells(tmp_path):
    source = written(tmp_path / "in" / "a.jsonl", *skewed(600))
    out = tmp_path / "out" / "b.jsonl"
    result = batti_data("balance", source, out, "--by", "intent,room", "--seed", 3)
    assert result.exit_code == 0, result.output
    rows, kept = records.load(source), records.load(out)
    assert kept.homes == rows.homes
    assert kept.records == balance(rows.records, ["intent", "room"], 3).records
    before, after = counts(rows.records), counts(kept.records)
    shown = [line.rsplit(maxsplit=2) for line in result.stdout.splitlines()]
    for value in before:
        line = [" ".join(value), str(before[value]), str(after[value])]
        there = any([" ".join(said_.split()), *numbers] == line for said_, *numbers in shown)
        assert there == (value[0] != "action"), line


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (["a.jsonl", "b.jsonl", "--by", "intent,colour"], 2, "'colour' is no key; name some of intent,room,action"),
        (["a.jsonl", "b.jsonl", "--max", "0"], 2, "--max"),
        (["a.jsonl", "a.jsonl"], 1, "write to another file or folder"),
        (["empty.jsonl", "b.jsonl"], 1, "batti: there are no sentences to balance; name a file that has some"),
    ],
)
def test_mistakes_are_told_in_a_line(tmp_path, monkeypatch, args, code, message):
    monkeypatch.chdir(tmp_path)
    before = written(tmp_path / "a.jsonl", said("x", "kitchen turn_on")).read_text()
    (tmp_path / "empty.jsonl").touch()
    result = batti_data("balance", *args)
    assert result.exit_code == code and message in result.stderr
    assert (tmp_path / "a.jsonl").read_text() == before and not (tmp_path / "b.jsonl").exists()
