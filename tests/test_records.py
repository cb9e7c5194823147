"""Labelled sentences in files: what is written is read, and every faulty line is named."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import actions, homes

from batti.command import Action, Command
from batti.dataset import records
from batti.dataset.records import Dataset, Record
from batti.errors import BattiError
from batti.home import Home

HOME = Home.default()
OFF = {"intent": "single_room_control", "rooms": ["kitchen"], "actions": [{"room": "kitchen", "action": "turn_off"}]}
NONE = {"intent": "none", "rooms": [], "actions": []}
TEXTS = st.text(st.characters(codec="utf-8"), max_size=40)


@given(TEXTS, TEXTS, TEXTS, st.lists(TEXTS, max_size=3), st.lists(actions(), min_size=1, max_size=1))
def test_a_line_reads_back(command: str, name: str, family: str, tags: list[str], made: list[Action]) -> None:
    expected = Command.of(made).to_dict()
    record = Record(command, expected, name, id="7", set="x", tags=tuple(tags), family=family)
    line = record.to_json()
    assert "\n" not in line
    assert records._record(json.loads(line)) == record


def test_files_read_back_with_their_homes(tmp_path: Path) -> None:
    some = [Record("bhancha nibhau", OFF, "ghar", id="1"), Record("अ\u2028ब", NONE, "ghar", id="2")]
    records.save(tmp_path / "a.jsonl", Dataset(some, {"ghar": HOME}))
    records.save(tmp_path / "b.jsonl", Dataset(some[:1], {"ghar": HOME}))
    both = records.load(tmp_path / "a.jsonl", tmp_path / "b.jsonl")
    assert both.records == some + some[:1]
    assert both.homes == {"ghar": HOME}
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["a.jsonl", "b.jsonl", "homes.jsonl"]


@given(homes())
def test_a_home_reads_back_from_its_line(home: Home) -> None:
    line = json.loads(records.home_line("x", home.to_dict()))
    assert line.pop("id") == "x"
    assert Home.from_dict(line) == home


def test_homes_beside_the_file_are_read(tmp_path: Path) -> None:
    (tmp_path / "homes").mkdir()
    (tmp_path / "homes" / "ghar.yaml").write_text(HOME.to_yaml(), encoding="utf-8")
    assert records.read_homes(tmp_path, ["ghar"]) == {"ghar": HOME}
    with pytest.raises(BattiError, match=r"there is no home 'elsewhere'; add it to .*homes.jsonl, or write .*els"):
        records.read_homes(tmp_path, ["elsewhere"])


def test_a_file_that_begins_as_windows_writes_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(Record("batti bala", NONE, "ghar").to_json(), "utf-8-sig")
    records.write_homes(tmp_path, [records.home_line("ghar", HOME.to_dict())])
    assert [record.command for record in records.load(path).records] == ["batti bala"]


def test_homes_that_are_not_there_are_told_with_the_lines_that_speak_of_them(tmp_path: Path) -> None:
    homes = ["ghar", "a", "b", "a"]
    path = tmp_path / "x.jsonl"
    path.write_text("\n\n".join(Record("x", NONE, home).to_json() for home in homes), encoding="utf-8")
    records.write_homes(tmp_path, [records.home_line("ghar", HOME.to_dict())])
    with pytest.raises(BattiError) as error:
        records.load(path)
    assert str(error.value).splitlines() == [
        f"{path}:{line}: there is no home '{name}'; add it to {tmp_path}/homes.jsonl, or write "
        f"{tmp_path}/homes/{name}.yaml" for line, name in ((3, "a"), (5, "b"))
    ]  # fmt: skip
    path.write_text("\n".join(Record("x", NONE, f"h{n}").to_json() for n in range(30)), encoding="utf-8")
    with pytest.raises(BattiError) as error:
        records.load(path)
    said = [fault.problem for fault in error.value.faults]
    assert said[19:] == ["there is no home 'h19'", "10 more faults"]


def test_every_faulty_line_is_named(tmp_path: Path) -> None:
    lines = [
        "{", "[]", '{"command": "x"}', json.dumps({"home": "h", "command": 3, "expected": NONE}),
        json.dumps({"home": "h", "command": "x", "expected": {"intent": "none"}}),
        json.dumps({"home": "h", "command": "x", "expected": NONE, "tags": "chat"}),
        json.dumps({"home": "h", "command": "x", "expected": NONE | {"actions": [{"room": "kitchen"}]}}),
        *(json.dumps({"home": "h", "command": "x", "expected": NONE} | half)
          for half in ({"command": "batti \ud83d"}, {"tags": ["\ud83d"]})),
        '{"home": "h", "command": "x", "expected": ' + "[" * 50_000,
        json.dumps({"home": "h", "command": "fine 😀", "expected": NONE}),
    ]  # fmt: skip
    path = tmp_path / "x.jsonl"
    path.write_text("\n\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(BattiError) as error:
        records.read(path)
    assert [fault.where for fault in error.value.faults] == [f"{path}:{n}" for n in range(1, 20, 2)]
    said = [fault.problem for fault in error.value.faults]
    assert said[2:] == [
        "home and expected missing", "command is 3, not text", "expected.rooms is not a list",
        "tags is not a list of texts", "expected.actions has an entry without an action",
        "half a character, '\\ud83d'", "half a character, '\\ud83d'", "no JSON: nested too deeply",
    ]  # fmt: skip


def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "latin.jsonl").write_bytes("é".encode("latin-1"))
    for name in ("latin.jsonl", "nowhere.jsonl"):
        with pytest.raises(BattiError) as error:
            records.read(tmp_path / name)
        assert len(str(error.value).splitlines()) == 1
    (tmp_path / "homes.jsonl").write_text('{"name": "x"}\n')
    for call in (lambda: records.read_homes(tmp_path, ["x"]), lambda: records.write_homes(tmp_path, [])):
        with pytest.raises(BattiError, match=r"homes.jsonl:1: no home"):
            call()


def test_a_faulty_home_is_told_with_its_file_and_its_name(tmp_path: Path) -> None:
    listed = tmp_path / records.HOMES
    listed.write_text(json.dumps({"id": "ghar", "rooms": [{"name": "hall"}, {"name": "hall"}], "romms": []}))
    with pytest.raises(BattiError) as error:
        records.read_homes(tmp_path, ["ghar"])
    assert len(error.value.listed) == 2
    assert all(str(one).startswith(f"{listed}: home 'ghar': ro") for one in error.value.listed)
    listed.write_text("[" * 50_000)
    with pytest.raises(BattiError, match=r"homes.jsonl:1: no home"):
        records.read_homes(tmp_path, ["ghar"])


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    def lines() -> object:
        yield "one"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        records.write_lines(tmp_path / "x.jsonl", lines())  # type: ignore[arg-type]
    assert not (tmp_path / "x.jsonl").exists()


def test_two_homes_of_one_name_do_not_share_a_folder(tmp_path: Path) -> None:
    other = Home.from_yaml("rooms: [{name: hall}]")
    records.write_homes(tmp_path, [records.home_line("a", HOME.to_dict())])
    records.write_homes(tmp_path, [records.home_line("a", HOME.to_dict()), records.home_line("b", other.to_dict())])
    assert set(records.read_homes(tmp_path, ["a", "b"])) == {"a", "b"}
    with pytest.raises(BattiError, match="another home 'a'"):
        records.write_homes(tmp_path, [records.home_line("a", other.to_dict())])


def test_faults_of_a_document_and_of_its_home() -> None:
    assert records.faults(Record("x", OFF, "ghar"), HOME) == []
    attic = {"intent": "single_room_control", "rooms": ["attic"], "actions": [{"room": "attic", "action": "turn_off"}]}
    [fault] = records.faults(Record("x", attic, "ghar"), HOME)
    assert "attic" in fault
    assert records.faults(Record("x", attic, "ghar"), None) == []
    assert len(records.faults(Record("x", OFF | {"intent": "none"}, "ghar"), HOME)) >= 1


def test_a_parquet_file_is_told_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "train.parquet"
    path.write_bytes(b"PAR1\x15\x04\xff")
    with pytest.raises(BattiError) as error:
        records.load(path)
    hint = "name a .jsonl file; batti data export --to jsonl writes one"
    assert str(error.value) == f"{path}: Parquet is not read here; {hint}"
