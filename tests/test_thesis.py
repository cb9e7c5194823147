"""The thesis's two formats become ours; what does not fit is set aside with its reason."""

import json
from pathlib import Path

import pytest
from labelled import batti_data

from batti.dataset import check, records, thesis
from batti.dataset.thesis import HOME

THESIS = Path(__file__).parents[2] / "shared" / "eval" / "thesis"
needs_thesis = pytest.mark.skipif(not THESIS.exists(), reason="the thesis's files are not here")


def written(path: Path, *rows: object) -> Path:
    path.write_text(json.dumps(rows), encoding="utf-8")
    return path


def short(output: str, command: str = "x") -> dict[str, str]:
    return {"command": command, "output": output}


def full(*actions: dict[str, object], command: str = "x") -> dict[str, object]:
    return {"command": command, "intent": "single_room_control", "rooms": ["?"], "actions": list(actions)}


@pytest.mark.parametrize(
    ("row", "actions", "intent"),
    [
        (short("attic: turn_off"), [{"room": "attic", "action": "turn_off"}], "single_room_control"),
        (short("store room: brightness=0.2"),
         [{"room": "store room", "action": "adjust_brightness", "brightness": 0.2}], "adjust_brightness"),
        (short("attic: brightness=1 store room: turn_on"),
         [{"room": "attic", "action": "adjust_brightness", "brightness": 1.0},
          {"room": "store room", "action": "turn_on"}], "multi_room_control"),
        # One form for each meaning: a level switches the light on, and nothing is there twice.
        (short("attic: turn_on attic: brightness=0.5 store room: turn_on"),
         [{"room": "attic", "action": "adjust_brightness", "brightness": 0.5},
          {"room": "store room", "action": "turn_on"}], "multi_room_control"),
        (short("attic: turn_on attic: turn_on"), [{"room": "attic", "action": "turn_on"}], "single_room_control"),
        (full({"room": "attic", "action": "change_color", "color": "red"}),
         [{"room": "attic", "action": "change_color", "color": "red"}], "change_color"),
        (full({"room": "attic", "action": "change_color", "color": "warm white"}),
         [{"room": "attic", "action": "change_color", "color_temp": 2700}], "change_color"),
        (full({"room": "attic", "action": "adjust_brightness", "brightness": "0.3"}),
         [{"room": "attic", "action": "adjust_brightness", "brightness": 0.3}], "adjust_brightness"),
    ],
)  # fmt: skip
def test_an_output_becomes_a_document(tmp_path, row, actions, intent):
    imported = thesis.read(written(tmp_path / "a.json", row))
    [record] = imported.data.records
    assert imported.rejected == []
    assert (record.command, record.home, record.id) == ("x", HOME, "a-1")
    rooms = list(dict.fromkeys(action["room"] for action in actions))
    assert record.expected == {"intent": intent, "rooms": rooms, "actions": actions}
    assert records.faults(record, imported.data.homes[HOME]) == []


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (short("attic: change_color"), "change_color has neither color nor color_temp"),
        (short("attic: turn_on cellar: change_color"), "change_color has neither color nor color_temp"),
        (short("attic: brightness=0.0"), "brightness 0 is off"),
        (short("attic: brightness=7"), "brightness '7' is out of range"),
        (short("attic: explode"), "there is no action 'explode'"),
        (short("attic: sound=1"), "unknown key 'sound'; adjust_brightness has neither brightness nor brightness_step"),
        (short("attic turn_on"), "the output is not of the form 'room: action'"),
        (short("attic: turn_on and more"), "the output is not of the form 'room: action'"),
        (short(""), "the output is not of the form 'room: action'"),
        (short("attic: turn_on", command=" "), "the row has no command"),
        (short("attic: turn_on", command="batti \ud83d"), "the command has half a character"),
        ({"output": "attic: turn_on"}, "the row has no command"),
        (["attic"], "the row has no command"),
        (full(), "the row has neither output nor actions"),
        (full({"room": "attic"}), "the row has neither output nor actions"),
        (full({"room": ["attic"], "action": "turn_on"}), "the row has neither output nor actions"),
        (full({"room": "attic", "action": "change_color", "color": "teal"}), "there is no color 'teal'"),
        (full({"room": "attic", "action": "adjust_brightness"}),
         "adjust_brightness has neither brightness nor brightness_step"),
    ],
)
def test_what_does_not_fit_is_rejected_with_the_reason(tmp_path, row, reason):
    good = short("attic: turn_on", command="good")
    source, out = written(tmp_path / "a.json", row, good), tmp_path / "out.jsonl"
    result = batti_data("import", "thesis", source, out)
    assert result.exit_code == 0, result.output
    assert f"     1 rejected: {reason}\n" in result.stdout
    assert [record.command for record in records.load(out).records] == ["good"]
    [line] = (tmp_path / "out.rejected.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line) == {"row": 1, "reason": reason, "source": row}


def test_files_of_the_same_rooms_share_a_home(tmp_path):
    rows = [short("attic: turn_on"), short("cellar: turn_off"), short("den: change_color")]
    for name, some in (("train", rows), ("val", rows[::-1])):
        batti_data("import", "thesis", written(tmp_path / f"{name}.json", *some), tmp_path / f"{name}.jsonl")
    data = records.load(tmp_path / "train.jsonl", tmp_path / "val.jsonl")
    assert [room.name for room in data.homes[HOME].rooms] == ["attic", "cellar", "den"]
    assert len(data.records) == 4


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nothing", "no JSON; name a JSON file of the thesis"),
        ("[" * 100_000, "no JSON; name a JSON file of the thesis"),
        ('{"command": "x"}', "not a list of sentences; name a JSON file of the thesis"),
        ("[]", "no row can be read; name a file of the thesis, such as train.json"),
        ('[{"command": "x", "output": ""}]', "no row can be read; name a file of the thesis, such as train.json"),
    ],
)
def test_another_file_is_told_in_a_line(tmp_path, text, message):
    source = tmp_path / "a.json"
    source.write_text(text, encoding="utf-8")
    result = batti_data("import", "thesis", source, tmp_path / "out.jsonl")
    assert (result.exit_code, result.stderr) == (1, f"batti: {source}: {message}\n")
    assert list(tmp_path.iterdir()) == [source]


@pytest.fixture(scope="module")
def imported(tmp_path_factory):
    folder = tmp_path_factory.mktemp("thesis")
    return {name: (folder / f"{name}.jsonl", thesis.import_file(THESIS / f"{name}.json", folder / f"{name}.jsonl"))
            for name in ("train", "val", "val_full")}  # fmt: skip


@needs_thesis
@pytest.mark.parametrize(
    ("name", "rows", "rejected"), [("train", 11104, 2809), ("val", 2549, 663), ("val_full", 2549, 13)]
)
def test_every_row_of_the_thesis_is_a_sentence_or_rejected(imported, name, rows, rejected):
    _, made = imported[name]
    assert (len(made.data.records), len(made.rejected)) == (rows - rejected, rejected)
    assert len(made.data.homes[HOME].rooms) == 11
    assert made.reasons["brightness 0 is off"] == (8 if name == "train" else 2)


@needs_thesis
def test_the_thesis_leaks_and_contradicts_itself(imported):
    findings = check.check([imported["train"][0], imported["val"][0]])
    found = {(one.kind, one.where): one for one in findings}
    leak = found["same sentence", "val.jsonl in train.jsonl"]
    assert (leak.count, leak.of, leak.verdict) == (592, 1886, "wrong")
    assert found["near-duplicate", "val.jsonl in train.jsonl"].count == 450
    assert found["conflicting labels", "train.jsonl"].count == 85
    assert found["conflicting labels", "train.jsonl, val.jsonl"].count == 38
    assert found["invalid document", "train.jsonl"].count == found["invalid document", "val.jsonl"].count == 0
