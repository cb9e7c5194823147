"""Reading cases, and that what is held out is known to be."""

import json
from pathlib import Path
from typing import Any

import pytest

from batti.dataset.cases import is_held_out, read_cases, read_sources
from batti.errors import BattiError

GOLDEN = """\
home:
  name: Ghar
  rooms: [{name: kitchen}, {name: 203}]
  groups: [{name: upstairs, rooms: [kitchen]}]
sentences:
  - say: turn off the kitchen light
    means: [{room: kitchen, action: turn_off, after: 60m}]
  - say: 203 ma 40%
    means: [{room: 203, action: adjust_brightness, brightness: 0.4}]
  - say: mathi bala
    means: [{room: upstairs, action: turn_on}]
  - say: hello
    means: none
  - say: garage ko batti
    means: unknown_room
"""
HOME = {"name": "Ghar", "rooms": [{"name": "kitchen"}]}
OFF = {"intent": "single_room_control", "rooms": ["kitchen"], "actions": [{"room": "kitchen", "action": "turn_off"}]}


def golden(folder: Path, text: str = GOLDEN) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "small.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def lines(folder: Path, *rows: dict[str, Any]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "homes.jsonl").write_text(json.dumps({"id": "small", **HOME}) + "\n", encoding="utf-8")
    path = folder / "cases.jsonl"
    path.write_text("".join(json.dumps({"home": "small", **row}) + "\n" for row in rows), encoding="utf-8")
    return path


def faults(path: Path) -> list[str]:
    with pytest.raises(BattiError) as caught:
        read_cases(path)
    return str(caught.value).splitlines()


def test_a_golden_file_has_its_own_home(tmp_path: Path) -> None:
    off, level, group, nothing, unknown = read_cases(golden(tmp_path))
    assert off.text == "turn off the kitchen light"
    assert off.expected == {**OFF, "actions": [{"room": "kitchen", "action": "turn_off", "after": "1h"}]}
    assert (off.group, off.home_name, off.home.name, off.held_out) == ("small", "small", "Ghar", False)
    assert level.expected["rooms"] == ["203"] and level.expected["actions"][0]["brightness"] == 0.4
    assert group.expected["intent"] == "multi_room_control"
    assert (nothing.expected["intent"], unknown.expected["intent"]) == ("none", "unknown_room")


def test_lines_have_their_homes_beside_them(tmp_path: Path) -> None:
    path = lines(tmp_path, {"command": "a", "expected": OFF, "tags": ["x"], "set": "first"},
                 {"command": "b", "expected": OFF})  # fmt: skip
    first, second = read_cases(path)
    assert (first.text, first.expected, first.group, first.tags) == ("a", OFF, "first", ("x",))
    assert (second.group, second.tags, second.home) == ("cases", (), first.home)


def test_a_label_is_read_as_the_contract_writes_it(tmp_path: Path) -> None:
    action = {"room": "kitchen", "action": "adjust_brightness", "brightness": 1}
    expected = {"intent": "adjust_brightness", "rooms": ["kitchen"], "actions": [action]}
    [case] = read_cases(lines(tmp_path, {"command": "a", "expected": expected}))
    assert repr(case.expected["actions"][0]["brightness"]) == "1.0"


def test_every_label_that_no_model_could_match_is_a_fault(tmp_path: Path) -> None:
    wrong = {**OFF, "rooms": ["attic"], "actions": [{"room": "attic", "action": "turn_off"}]}
    path = lines(tmp_path, {"command": "a", "expected": wrong}, {"command": "b", "expected": OFF},
                 {"command": "c", "expected": {**OFF, "intent": "none"}})  # fmt: skip
    first, *more = faults(path)
    assert "cases.jsonl: sentence 1" in first and "attic" in first
    assert more and all("sentence 3" in line for line in more)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [", ":2: no YAML"),
        ("just text", "no file of cases"),
        ("home: 3\nsentences: []\n", "rooms"),
        (GOLDEN.replace("means: none", "means: nothing"), "sentence 4: there is no meaning 'nothing'"),
        (GOLDEN.replace("    means: none\n", ""), "sentence 4: not a sentence with its meaning"),
        (GOLDEN.replace("room: upstairs", "room: attic"), "sentence 3: actions[0].room"),
        (GOLDEN.split("sentences:")[0] + "sentences: []\n", "has no sentences"),
    ],
)
def test_what_is_no_golden_file_is_told_by_its_place(tmp_path: Path, text: str, said: str) -> None:
    assert said in faults(golden(tmp_path, text))[0]


def test_other_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "val.json"
    path.write_text("[]")
    assert "--thesis" in faults(path)[0]


def test_a_file_counts_once(tmp_path: Path) -> None:
    path = golden(tmp_path)
    (tmp_path / "sub").mkdir()
    with pytest.raises(BattiError, match="twice"):
        read_sources([path, tmp_path / "sub" / ".." / "small.yaml"])


def test_another_home_makes_another_measurement(tmp_path: Path) -> None:
    [one] = read_sources([golden(tmp_path / "a")])
    [same] = read_sources([golden(tmp_path / "b" / "a")])
    [other] = read_sources([golden(tmp_path / "c", GOLDEN.replace("name: Ghar", "name: Aru"))])
    assert (one.name, one.sha256, one.homes_sha256) == (same.name, same.sha256, same.homes_sha256)
    assert one.name == "a/small.yaml"
    assert one.sha256 != other.sha256 and one.homes_sha256 != other.homes_sha256


def test_what_lies_under_heldout_is_held_out(tmp_path: Path) -> None:
    deep = golden(tmp_path / "heldout" / "deep")
    assert is_held_out(deep) and all(case.held_out for case in read_cases(deep))
    assert is_held_out(tmp_path / "HeldOut" / "x.yaml") and is_held_out(tmp_path / "heldout.jsonl")
    assert not is_held_out(tmp_path / "heldouts" / "x.yaml")


def test_a_link_into_heldout_is_held_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = golden(tmp_path / "heldout")
    link = tmp_path / "open.yaml"
    link.symlink_to(inside)
    assert is_held_out(link)
    monkeypatch.chdir(inside.parent)
    assert is_held_out(Path("small.yaml"))


def test_a_fault_in_what_is_held_out_tells_no_sentence(tmp_path: Path) -> None:
    broken = GOLDEN.replace("say: hello", "say: hello: [secret")
    bare = GOLDEN.replace("hello\n    means: none", "secret")
    for text in (broken, bare):
        assert "secret" not in "".join(faults(golden(tmp_path / "heldout", text)))
