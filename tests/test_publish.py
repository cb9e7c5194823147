"""`batti data export`: what is published reads back as what it was made from."""

import json
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml
from helpers import home_of
from hypothesis import given
from labelled import HOME, batti_data, said, written
from pyarrow import parquet
from strategies import commands

from batti.command import ACTIONS, COLORS, INTENTS, Action, Command
from batti.dataset import generate, publish, records
from batti.dataset.datacard import card
from batti.dataset.parquet import ACTION, SCHEMA
from batti.dataset.parquet import write as write_parquet
from batti.dataset.publish import Split, chat, single
from batti.dataset.records import Dataset, Record
from batti.dataset.whole import whole
from batti.home import Home

RICH = home_of(
    {"name": "kitchen", "aliases": ["bhancha", "भान्छा"]},
    {"name": "bedroom", "lights": [{"name": "table lamp", "aliases": ["padhne batti"]}]},
    groups={"upstairs": ["bedroom"]},
)
ASKED: list[dict[str, Any]] = [
    {"room": "all", "except": ["kitchen"], "action": "turn_off", "after": "10m"},
    {"room": "bedroom", "light": "table lamp", "action": "adjust_brightness", "brightness": 0.35, "for": "1h30m"},
    {"room": "upstairs", "action": "adjust_brightness", "brightness_step": -0.2, "at": "06:30"},
    {"room": "kitchen", "action": "change_color", "color_temp": 2700},
    {"room": "here", "action": "change_color", "color": "red"},
]


def everything() -> Record:
    """A record in which every key of the contract is set."""
    document = Command.from_dict({"actions": ASKED}, groups=RICH.group_names).to_dict()
    return Record("भान्छा bahek सबै, \"निभाऊ\"\n", document, "rich", id="r1", set="api", tags=("a", "b, c"), family="f:1")


@pytest.fixture
def train(tmp_path: Path) -> Path:
    strange = said("garage bala", intent="unknown_room", id="x2", set="generated")
    rows = [everything(), said("hello", home="ghar"), strange]
    path = tmp_path / "in" / "train-1.jsonl"
    records.save(path, Dataset(rows, {"rich": RICH, "ghar": HOME}))
    return path


@pytest.fixture
def test(tmp_path: Path) -> Path:
    return written(tmp_path / "other" / "test.jsonl", said("kitchen bala", "kitchen turn_on", id="t1"))


def record_of(row: dict[str, Any]) -> Record:
    """A record again of a row as pyarrow reads it."""
    actions = [{key: value for key, value in action.items() if value is not None} for action in row["actions"]]
    expected = {"intent": row["intent"], "rooms": row["rooms"], "actions": actions}
    texts = {key: row[key] for key in ("id", "command", "set", "family")}
    return Record(expected=expected, home=row["home_id"], tags=tuple(row["tags"]), **texts)


# -- parquet ---------------------------------------------------------------------------------------
def test_parquet_reads_back_as_the_same_records(tmp_path: Path, train: Path, test: Path) -> None:
    out = tmp_path / "hub"
    result = batti_data("export", train, test, out, "--to", "parquet")
    assert result.exit_code == 0
    written_files = ("data/train_1.parquet", "data/test.parquet", "README.md")
    assert result.stdout.split() == [str(out / name) for name in written_files]
    for source, name in ((train, "train_1"), (test, "test")):
        data = records.load(source)
        rows = parquet.read_table(out / "data" / f"{name}.parquet").to_pylist()
        assert [record_of(row) for row in rows] == data.records
        for row, record in zip(rows, data.records, strict=True):
            home = Home.from_yaml(row["home"])
            assert home == data.homes[record.home]
            command = Command.from_yaml(row["expected"], groups=home.group_names)
            assert command.to_dict() == record.expected
            assert command.to_yaml() == row["expected"]
    assert not list(tmp_path.rglob("*.partial"))


def test_generated_sentences_come_back(tmp_path: Path) -> None:
    source = tmp_path / "in" / "x.jsonl"
    generate.write(source, count=300, seed=3, workers=1, per_home=20)
    publish.export([source], tmp_path / "hub", "parquet")
    table = parquet.read_table(tmp_path / "hub" / "data" / "x.parquet")
    assert [record_of(row) for row in table.to_pylist()] == records.read(source)
    assert table.schema.equals(SCHEMA)


@given(commands())
def test_any_command_comes_back_from_parquet(tmp_path_factory: pytest.TempPathFactory, command: Command) -> None:
    path = tmp_path_factory.mktemp("any") / "x.parquet"
    record = Record("x", command.to_dict(), "ghar", id="1")
    write_parquet(path, [(record, HOME)])
    [row] = parquet.read_table(path).to_pylist()
    assert record_of(row) == record


def test_the_columns_are_typed_and_those_of_the_contract() -> None:
    keys = [field.alias or name for name, field in Action.model_fields.items()]
    assert [field.name for field in ACTION] == keys
    assert {name for asked in ASKED for name in asked} == set(keys)  # so that the round trip has seen all
    assert ACTION.field("brightness").type == ACTION.field("brightness_step").type == pa.float64()
    assert ACTION.field("color_temp").type == pa.int64()
    assert SCHEMA.names == ["id", "home", "home_id", "command", "intent", "rooms", "actions", "expected", "tags", "set",
                            "family"]  # fmt: skip


def test_large_files_are_written_in_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("batti.dataset.parquet._GROUP", 2)
    rows = [said(f"light {n}", id=str(n)) for n in range(5)]
    write_parquet(tmp_path / "x.parquet", ((row, HOME) for row in rows))
    file = parquet.ParquetFile(tmp_path / "x.parquet")
    assert file.num_row_groups == 3
    assert [row["id"] for row in file.read().to_pylist()] == list("01234")


# -- card ------------------------------------------------------------------------------------------
def front(text: str) -> dict[str, Any]:
    """The YAML between the first two lines of dashes."""
    _, head, _ = text.split("---\n", 2)
    loaded = yaml.safe_load(head)
    assert isinstance(loaded, dict)
    return loaded


def row_of(text: str, name: str) -> list[str]:
    [line] = [line for line in text.splitlines() if line.startswith(f"| {name} |")]
    return [cell.strip() for cell in line.strip("|").split("|")][1:]


def test_the_card_is_what_the_hub_reads(tmp_path: Path, train: Path, test: Path) -> None:
    out = tmp_path / "hub"
    batti_data("export", train, test, out, "--to", "parquet")
    text = (out / "README.md").read_text(encoding="utf-8")
    head = front(text)
    assert (head["language"], head["license"], head["size_categories"]) == (["ne", "en"], "apache-2.0", ["n<1K"])
    [config] = head["configs"]
    assert [one["split"] for one in config["data_files"]] == ["train_1", "test"]
    for one in config["data_files"]:
        assert (out / one["path"]).is_file()
        assert re.fullmatch(r"\w+(\.\w+)*", one["split"])  # what `datasets` takes for a name
    assert row_of(text, "sentences") == ["3", "1"]
    assert row_of(text, "homes") == ["2", "1"]
    counts = {intent: row_of(text, f"`{intent}`") for intent in INTENTS}
    assert counts.pop("single_room_control") == ["0", "1"]
    assert counts.pop("multi_room_control") == ["1", "0"]
    assert counts.pop("none") == counts.pop("unknown_room") == ["1", "0"]
    assert set(map(tuple, counts.values())) == {("0", "0")}
    assert row_of(text, "script: mixed") == ["1", "0"]
    assert row_of(text, "script: Latin") == ["2", "1"]
    for column in SCHEMA.names:
        assert f"| {column} |" in text
    assert "\n- api (1): " in text


@pytest.mark.parametrize(("count", "size"), [(1, "n<1K"), (999, "n<1K"), (1000, "1K<n<10K"), (10**4, "10K<n<100K")])
def test_the_size_category(count: int, size: str) -> None:
    assert front(card({"train": [said("a")] * count}, {"train": "x"}, "jsonl"))["size_categories"] == [size]


def test_the_card_says_what_stands_in_two_splits() -> None:
    parts = {"train": [said("a"), said("b")], "test": [said("B"), said("c")]}
    assert "- 1 normalized sentences stand in more than one split." in card(parts, dict.fromkeys(parts, "x"), "jsonl")


# -- jsonl and chats -------------------------------------------------------------------------------
def test_jsonl_is_read_again(tmp_path: Path, train: Path, test: Path) -> None:
    out = tmp_path / "hub"
    assert batti_data("export", train, test, out, "--to", "jsonl").exit_code == 0
    again = records.load(out / "data" / "train_1.jsonl", out / "data" / "test.jsonl")
    assert again == records.load(train, test)
    paths = [one["path"] for one in front((out / "README.md").read_text())["configs"][0]["data_files"]]
    assert paths == ["data/train_1.jsonl", "data/test.jsonl"]


def test_documents_come_out_in_one_form(tmp_path: Path) -> None:
    loose = {"actions": [{"action": "turn_on", "room": "kitchen", "after": "90m"}], "rooms": ["kitchen"],
             "intent": "single_room_control"}  # fmt: skip
    source = written(tmp_path / "in" / "x.jsonl", Record("x", loose, "ghar"))
    assert batti_data("export", source, tmp_path / "all.jsonl", "--to", "jsonl").exit_code == 0
    line = (tmp_path / "all.jsonl").read_text()
    assert '"expected": {"intent": "single_room_control", "rooms": ["kitchen"], "actions": [{"room": "kitchen", ' \
           '"action": "turn_on", "after": "1h30m"}]}' in line  # fmt: skip
    assert not (tmp_path / "README.md").exists()


def test_one_file_of_all_with_a_card(tmp_path: Path, train: Path, test: Path) -> None:
    out, readme = tmp_path / "x" / "all.jsonl", tmp_path / "README.md"
    assert batti_data("export", train, test, out, "--to", "jsonl", "--card", readme).exit_code == 0
    assert records.load(out).records == records.load(train, test).records
    assert front(readme.read_text())["configs"][0]["data_files"] == [{"split": "train", "path": "x/all.jsonl"}]


def test_a_readme_that_is_no_card_is_kept(tmp_path: Path, train: Path) -> None:
    (tmp_path / "README.md").write_text("# My house\n")
    result = batti_data("export", train, tmp_path, "--to", "jsonl")
    assert result.exit_code == 1
    assert "is no dataset card" in result.output
    assert (tmp_path / "README.md").read_text() == "# My house\n"
    assert batti_data("export", train, tmp_path, "--to", "jsonl", "--card", tmp_path / "card.md").exit_code == 0


def test_chats(tmp_path: Path, train: Path, test: Path) -> None:
    assert batti_data("export", train, test, tmp_path / "all.json", "--to", "sharegpt").exit_code == 0
    assert batti_data("export", train, test, tmp_path / "all.jsonl", "--to", "sharegpt").exit_code == 0
    chats = json.loads((tmp_path / "all.json").read_text(encoding="utf-8"))
    lines = (tmp_path / "all.jsonl").read_text(encoding="utf-8").split("\n")
    assert chats == [json.loads(line) for line in lines if line]
    given = records.load(train, test)
    assert len(chats) == len(given.records) == 4
    for one, record in zip(chats, given.records, strict=True):
        assert [turn["from"] for turn in one["conversations"]] == ["system", "human", "gpt"]
        system, human, gpt = (turn["value"] for turn in one["conversations"])
        home = given.homes[record.home]
        assert human == record.command
        assert Command.from_yaml(gpt, groups=home.group_names).to_dict() == record.expected
        assert home.to_yaml().strip() in system


def test_the_system_prompt_has_the_whole_contract() -> None:
    system = chat(everything(), RICH)["conversations"][0]["value"]
    keys = [field.alias or name for name, field in Action.model_fields.items()]
    for word in (*keys, *INTENTS, *ACTIONS, *COLORS, "all", "here", "bhancha", "table lamp", "upstairs"):
        assert re.search(rf"\b{word}\b", system), word
    assert "$" not in system


# -- faults ----------------------------------------------------------------------------------------
def test_invalid_documents_are_refused_all_at_once(tmp_path: Path) -> None:
    turned = [{"room": "kitchen", "action": "turn_onn"}]
    wrong = {"intent": "single_room_control", "rooms": ["kitchen"], "actions": turned}
    strange = said("x", "garage turn_on").expected
    rows = [said("fine"), Record("y", wrong, "ghar"), Record("z", strange, "ghar")]
    source = written(tmp_path / "in" / "x.jsonl", *rows)
    result = batti_data("export", source, tmp_path / "hub", "--to", "parquet")
    assert result.exit_code == 1
    first, second = result.stderr.splitlines()
    assert first == f"batti: {source}: row 2: actions[0].action: there is no action 'turn_onn'; did you mean 'turn_on'?"
    assert second.startswith(f"batti: {source}: row 3: actions[0].room: ")
    assert not (tmp_path / "hub").exists()


def test_files_of_another_export_are_not_published_with_it(tmp_path: Path, train: Path, test: Path) -> None:
    out = tmp_path / "hub"
    ask = ("export", train, test, out, "--to", "parquet")
    assert batti_data(*ask).exit_code == 0
    kept = "'data/train_1.parquet' is there already; write to another file, or add --overwrite\n"
    again = batti_data(*ask)
    assert (again.exit_code, again.stderr.replace(f"{out}/", "")) == (1, f"batti: {kept}")
    assert batti_data(*ask, "--overwrite").exit_code == 0
    result = batti_data("export", train, out, "--to", "parquet", "--overwrite")
    assert result.exit_code == 1
    assert result.stderr == f"batti: {out / 'data'} has other files: test.parquet; write to another folder\n"


def test_two_files_of_one_name_are_no_two_splits(tmp_path: Path, test: Path) -> None:
    other = written(tmp_path / "second" / "test.jsonl", said("a"))
    result = batti_data("export", test, other, tmp_path / "hub", "--to", "parquet")
    assert (result.exit_code, "would both be the split 'test'; rename one" in result.stderr) == (1, True)


def test_an_empty_file_is_no_split(tmp_path: Path) -> None:
    source = written(tmp_path / "x.jsonl")
    result = batti_data("export", source, tmp_path / "hub", "--to", "parquet")
    assert (result.exit_code, result.stderr) == (1, f"batti: {source}: no sentences; leave the file out\n")


@pytest.mark.parametrize(
    ("to", "out", "said_"),
    [
        ("parquet", "x.parquet", "--to parquet writes no .parquet file; name a folder; see "),
        ("jsonl", "x.json", "--to jsonl writes no .json file; name a folder or a file like all.jsonl"),
        ("csv", "x", "'csv' is not one of"),
    ],
)
def test_misuse(train: Path, to: str, out: str, said_: str) -> None:
    result = batti_data("export", train, out, "--to", to)
    assert (result.exit_code, said_ in result.stderr) == (2, True), result.stderr


def test_a_folder_may_have_a_dot() -> None:
    assert not single(Path("data.v1"), "parquet")
    assert single(Path("x.json"), "sharegpt")


def test_an_input_is_not_overwritten(train: Path) -> None:
    before = train.read_bytes()
    result = batti_data("export", train, train, "--to", "jsonl")
    assert (result.exit_code, "is read and would be written" in result.stderr) == (1, True)
    assert train.read_bytes() == before


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "a" / "x"
    with pytest.raises(ZeroDivisionError), whole(path) as partial:
        partial.write_text("half")
        raise ZeroDivisionError
    assert list(path.parent.iterdir()) == []
    with whole(path) as partial:
        partial.write_text("all")
        assert not path.exists()
    assert [one.name for one in path.parent.iterdir()] == ["x"]


def test_a_split_pairs_sentences_with_their_homes() -> None:
    split = Split("x", [everything(), said("a")], {"rich": RICH, "ghar": HOME})
    assert [home for _, home in split.pairs] == [RICH, HOME]


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch, train: Path, tmp_path: Path) -> None:
    def absent(name: str) -> None:
        raise ModuleNotFoundError(name="pyarrow")

    monkeypatch.setattr("batti.cli_data.import_module", absent)
    result = batti_data("export", train, tmp_path / "hub", "--to", "parquet")
    told = "batti: this needs pyarrow; in the folder of batti: pip install -e '.[data]'\n"
    assert (result.exit_code, result.stderr) == (1, told)
