"""The check finds each fault, with its figures, and nothing else."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from helpers import home_of
from labelled import batti_data, said, written

from batti.dataset import check, records
from batti.dataset.records import Dataset, Record
from batti.errors import BattiError

ON, OFF = "kitchen turn_on", "kitchen turn_off"
TRAIN = [
    said("bhanchako batti bala hai sathi", ON, family="f1"),
    said("turn the kitchen lamp off now", OFF, family="f2"),
    said("kotha ko ujyalo 30% ma rakhnu hola", "bedroom brightness=0.3"),
]
TEST = [
    said("kotha ko ujyalo 35% ma rakhnu hola", "bedroom brightness=0.35"),
    said("bhanchako batti nibhau hai sathi", OFF),
    said("aja kasto din cha", family="f3"),
]


@pytest.fixture
def look(tmp_path: Path):
    """Findings with a count, of train.jsonl and test.jsonl: (kind, where) -> finding."""

    def run(train: list[Record] = TRAIN, test: list[Record] = TEST):
        files = [written(tmp_path / "train.jsonl", *train), written(tmp_path / "test.jsonl", *test)]
        return {(one.kind, one.where): one for one in check.check(files) if one.verdict != "fine" and one.count}

    return run


def wrong(found):
    return {key: one.count for key, one in found.items() if one.verdict == "wrong"}


BOTH = "train.jsonl, test.jsonl"
OVER, BACK = "train.jsonl in test.jsonl", "test.jsonl in train.jsonl"


def test_a_file_without_sentences_is_told(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").touch()
    with pytest.raises(BattiError, match=r"empty\.jsonl: no sentences; leave the file out"):
        check.check([tmp_path / "empty.jsonl"])


def test_sound_files_have_nothing_wrong(look):
    found = look()
    assert wrong(found) == {}
    assert {kind for kind, _ in found} == {"action never present", "room never mentioned"}


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        # The same words in another case and script, wherever and however labelled.
        (said("BHANCHAKO batti bala hai sathi", ON), {("same sentence", OVER): 1, ("same sentence", BACK): 1}),
        (said("bhanchako batti bala hai sathi", intent="unknown_room", home="other"),
         {("same sentence", OVER): 1, ("same sentence", BACK): 1}),
        (said("bhanchhako bati bala hai sathi", ON), {("near-duplicate", OVER): 1, ("near-duplicate", BACK): 1}),
        (said("bhanchhako bati bala hai sathi", ON, home="other"), {}),
        (said("bhanchhako bati bala hai sathi", OFF), {}),  # an action word differs
        (said("bhanchako batti bala hai sathi", OFF),
         {("same sentence", OVER): 1, ("same sentence", BACK): 1, ("conflicting labels", BOTH): 1}),
        (said("kei pani", family="f2"), {("divided family", BOTH): 1}),
        (TEST[0], {}),  # said twice, which wastes room and harms nobody
        (said(TEST[0].command, "bedroom brightness=0.5"), {("conflicting labels", "test.jsonl"): 1}),
        (said(TEST[1].command, ON, home="other"), {}),  # another home, another meaning
        (said("garage ko batti", "garage turn_on"), {("invalid document", "test.jsonl"): 1}),
        (Record("x", {"intent": "none", "rooms": [["odd"]], "actions": []}, "ghar"),
         {("invalid document", "test.jsonl"): 1}),
    ],
)  # fmt: skip
def test_each_fault_is_found_and_counted(look, row, expected):
    assert wrong(look(test=[*TEST, row])) == expected


def test_rows_are_counted_and_examples_shown_once(look):
    found = look(test=[*TEST, *[TRAIN[0]] * 3])
    assert found["same sentence", BACK].count == 3
    assert found["same sentence", BACK].of == 6
    assert found["same sentence", BACK].examples == (f"'{TRAIN[0].normalized}'",)
    assert found["same sentence", OVER].count == 1
    again = found["duplicate row", "test.jsonl"]
    assert (again.count, again.verdict) == (2, "warning")


def test_what_is_equal_is_not_near_too(look):
    found = look(test=[*TEST, replace(TRAIN[0], family=""), said("bhanchhako bati bala hai sathi", ON)])
    same, near = "same sentence", "near-duplicate"
    assert wrong(found) == {(same, OVER): 1, (same, BACK): 1, (near, BACK): 1}
    assert found[near, BACK].examples == (f"'bhanchhako bati bala hai sathi' is near '{TRAIN[0].normalized}'",)


def test_a_conflict_shows_its_labels(look):
    found = look(test=[*TEST, said(TRAIN[2].command, "bedroom brightness=0.4")])
    [shown] = found["conflicting labels", BOTH].examples
    assert shown.endswith("adjust_brightness 0.3 bedroom | adjust_brightness 0.4 bedroom")


def test_imbalance_warns(look):
    found = look(train=[*TRAIN, *(said(f"{n * 7919} off please", OFF) for n in range(30))])
    assert wrong(found) == {}
    largest = found["largest intent: single_room_control", "train.jsonl"]
    assert (largest.count, largest.of, largest.verdict) == (32, 33, "warning")
    assert found["smallest intent: adjust_brightness", "train.jsonl"].count == 1
    assert found["action never present", "train.jsonl"].examples == ("toggle", "change_color", "get_state")
    assert found["room never mentioned", "all files"].examples == ("bathroom of ghar", "balcony of ghar")


def test_three_files_are_compared_pair_by_pair(tmp_path):
    names = ["a", "b", "c"]
    files = [written(tmp_path / f"{name}.jsonl", TRAIN[0], said(f"only {name}")) for name in names]
    found = [one for one in check.check(files) if one.kind == "same sentence"]
    assert [one.where[0] + one.where[-len("x.jsonl")] for one in found] == ["ab", "ac", "ba", "bc", "ca", "cb"]
    assert [(one.count, one.of) for one in found] == [(1, 2)] * 6


def test_the_command_fails_where_something_is_wrong(tmp_path):
    files = [written(tmp_path / "train.jsonl", *TRAIN), written(tmp_path / "test.jsonl", *TEST, TRAIN[0])]
    result = batti_data("check", *files, "--json", tmp_path / "found.json")
    assert result.exit_code == 1 and result.stderr == ""
    line = next(line for line in result.stdout.splitlines() if line.startswith("same sentence"))
    assert line.split() == ["same", "sentence", *OVER.split(), "1", "3", "33.3%", "wrong"]
    assert f"same sentence, {BACK}: '{TRAIN[0].normalized}'" in result.stdout
    data = json.loads((tmp_path / "found.json").read_text())
    assert data["ok"] is False
    assert data["findings"] == json.loads(json.dumps(check.to_json(check.check(files))))["findings"]
    assert {"kind": "same sentence", "where": OVER, "count": 1, "of": 3, "verdict": "wrong",
            "examples": [f"'{TRAIN[0].normalized}'"]} in data["findings"]  # fmt: skip


def test_the_command_succeeds_with_warnings(tmp_path):
    file = written(tmp_path / "train.jsonl", *TRAIN)
    assert batti_data("check", file, "--json", file).exit_code == 1 and records.read(file)  # not written over
    result = batti_data("check", file, "--json", tmp_path / "found.json")
    assert result.exit_code == 0 and "warning" in result.stdout and "wrong" not in result.stdout
    assert json.loads((tmp_path / "found.json").read_text())["ok"] is True


def test_files_of_one_name_are_told_apart(tmp_path):
    files = [written(tmp_path / name / "test.jsonl", *TEST) for name in "ab"]
    assert f"{files[0]} in {files[1]}" in {one.where for one in check.check(files)}


def test_a_file_cannot_be_compared_with_itself(tmp_path):
    file = written(tmp_path / "train.jsonl", *TRAIN)
    result = batti_data("check", file, file.parent / ".." / file.parent.name / file.name)
    assert result.exit_code == 1
    assert result.stderr == "batti: a file is named twice; name each file once\n"


def test_homes_of_one_name_must_be_one(tmp_path):
    one = written(tmp_path / "a" / "train.jsonl", *TRAIN)
    other = tmp_path / "b" / "test.jsonl"
    records.save(other, Dataset(TEST, {"ghar": home_of("kitchen", "bedroom", "attic")}))
    result = batti_data("check", one, other)
    assert result.exit_code == 1 and result.stderr.startswith(f"batti: {other}: the home 'ghar' is another one")
