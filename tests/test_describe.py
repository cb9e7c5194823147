"""`batti data describe`: the figures on the page are those of the data."""

import warnings
from pathlib import Path

import matplotlib.image
import numpy as np
import pytest
from labelled import batti_data, said, written

from batti.command import Action
from batti.dataset import charts, describe, generate
from batti.dataset.records import Record

PICTURES = ("intents", "rooms", "actions", "keys", "scripts", "tags", "lengths", "mixing")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    train = [
        said("kitchen ko light off gara", "kitchen turn_off", tags=("chat",), family="f1"),
        said("kitchen and bedroom lights on", "kitchen turn_on", "bedroom turn_on", family="f1"),
        said("भान्छा ४०%", "kitchen brightness=0.4", tags=("chat", "short")),
        said("पंखा off", family="f2"),
    ]
    test = [said("batti rato", "here color=red"), said("namaste")]
    folder = tmp_path_factory.mktemp("in")
    return written(folder / "train.jsonl", *train), written(folder / "test.jsonl", *test)


@pytest.fixture(scope="module")
def out(files: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the command has written."""
    folder = tmp_path_factory.mktemp("described") / "out"
    result = batti_data("describe", *files, "--out", folder)
    assert (result.exit_code, result.stdout) == (0, f"{folder / 'index.md'}\n")
    return folder


def rows_of(page: str, title: str) -> dict[str, list[str]]:
    """The table of a section: first cell -> the others."""
    section = page.partition(f"## {title}\n")[2].partition("\n## ")[0] if title else page.partition("\n## ")[0]
    lines = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| ")]
    return {line[0].strip(): [cell.strip() for cell in line[1:]] for line in lines}


def test_the_page_counts_what_is_there(out: Path) -> None:
    page = (out / "index.md").read_text(encoding="utf-8")
    assert rows_of(page, "")["sentences"] == ["4", "2"]
    assert rows_of(page, "")["families"] == ["2", "0"]
    intents = rows_of(page, "Intents")
    assert intents["multi_room_control"] == ["1 (25.0%)", "0 (0.0%)"]
    assert intents["change_color"] == ["0 (0.0%)", "1 (50.0%)"]
    assert intents["none"] == ["1 (25.0%)", "1 (50.0%)"]
    assert rows_of(page, "Rooms")["kitchen"] == ["3 (75.0%)", "0 (0.0%)"]
    assert list(rows_of(page, "Rooms"))[2:] == ["kitchen", "bedroom", "here"]  # the most frequent first
    assert rows_of(page, "Actions")["turn_on"] == ["1 (25.0%)", "0 (0.0%)"]  # once a sentence
    assert rows_of(page, "Keys of actions")["brightness"] == ["1 (25.0%)", "0 (0.0%)"]
    assert rows_of(page, "Keys of actions")["color"] == ["0 (0.0%)", "1 (50.0%)"]
    scripts = rows_of(page, "Scripts")
    assert [scripts[one][0] for one in ("Latin", "Devanagari", "mixed")] == ["2 (50.0%)", "1 (25.0%)", "1 (25.0%)"]
    assert rows_of(page, "Tags")["chat"] == ["2 (50.0%)", "0 (0.0%)"]
    for name in PICTURES:
        assert f"]({name}.png)" in page
    assert {path.name for path in out.iterdir()} == {"index.md", *(f"{name}.png" for name in PICTURES)}


def test_lengths_and_mixing(out: Path) -> None:
    page = (out / "index.md").read_text(encoding="utf-8")
    assert "| train | words | 3.5 | 3.5 | 5 | 5 |" in page  # 5, 5, 2, 2
    mixing = rows_of(page, "Code-mixing")
    # en ne en en ne: 40; all English: 0; all Nepali: 0; ne en: 50.
    assert mixing["index, mean of all sentences"] == ["22.5", "0.0"]
    assert mixing["index, mean of those that mix"] == ["45.0", "-"]
    assert mixing["sentences that mix"] == ["50.0%", "0.0%"]
    assert mixing["names and numbers"] == ["7.1%", "0.0%"]  # 40 of 14 words
    assert "of 127" in page  # how good the tagger is, in words labelled by hand


def test_names_of_the_home_are_of_no_language(tmp_path: Path) -> None:
    path = written(tmp_path / "x.jsonl", said("balcony"))
    assert describe.measure(path, "x").languages == {"en": 1}
    home = path.parent / "homes.jsonl"
    home.write_text(home.read_text().replace("balcony", "grelkum"), encoding="utf-8")
    path.write_text(path.read_text().replace("balcony", "grelkum"), encoding="utf-8")
    assert describe.measure(path, "x").languages == {"un": 1}


def test_pictures_are_readable_and_the_same_again(tmp_path: Path, files: tuple[Path, Path], out: Path) -> None:
    describe.describe(files, tmp_path)
    for name in PICTURES:
        picture = out / f"{name}.png"
        assert picture.read_bytes() == (tmp_path / picture.name).read_bytes()
        pixels = matplotlib.image.imread(picture)[..., :3]
        assert pixels.shape[1] == 960
        for color in charts.COLORS[:2]:  # a bar for each split
            rgb = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
            assert (np.abs(pixels - rgb).max(axis=2) < 0.01).sum() > 50, (name, color)


def test_labels_have_letters_that_the_font_has(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        values = ["भान्छा", "a $b$ room", "kitchen"]
        charts.bars(tmp_path / "x.png", "Rooms", values, {"train": [0.5, 0.2, 0.1], "test": [0, 0, 0]})
    assert (tmp_path / "x.png").read_bytes().startswith(b"\x89PNG")


def test_no_more_than_thirty_values_are_shown(tmp_path: Path) -> None:
    rows = [said(f"s{n}", tags=(f"tag|{n:02d}",)) for n in range(40)]
    describe.describe([written(tmp_path / "x.jsonl", *rows)], tmp_path / "out")
    page = (tmp_path / "out" / "index.md").read_text(encoding="utf-8")
    assert page.count("tag\\|") == 30  # and the bar does not end a cell
    assert "The 30 most frequent; 10 more." in page


def test_every_key_of_the_contract_is_counted() -> None:
    keys = {field.alias or name for name, field in Action.model_fields.items()}
    assert set(describe.TOPICS["keys"].order) == keys - {"room", "action"}


def test_generated_sentences_are_described(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    generate.write(path, count=200, seed=5, workers=1, per_home=20)
    part = describe.measure(path, "x")
    assert (part.size, part.homes) == (200, 10)
    assert len(part.mixing) == len(part.words) == len(part.characters) == 200
    assert part.languages["en"] > 200
    assert part.languages["ne"] > 200
    assert sum(part.counts["intents"].values()) == sum(part.counts["scripts"].values()) == 200


def test_faults(tmp_path: Path, files: tuple[Path, Path]) -> None:
    empty = written(tmp_path / "empty.jsonl")
    result = batti_data("describe", empty, "--out", tmp_path / "out")
    assert (result.exit_code, result.stderr) == (1, f"batti: {empty}: no sentences; leave the file out\n")
    result = batti_data("describe", *[files[0]] * 9, "--out", tmp_path / "out")
    assert (result.exit_code, result.stderr) == (1, "batti: 9 files are too many for a picture; name 8 at most\n")
    assert not (tmp_path / "out").exists()
    assert batti_data("describe", "--out", tmp_path / "out").exit_code == 2
    assert batti_data("describe", files[0]).exit_code == 2


def test_a_file_of_faulty_lines_is_named(tmp_path: Path) -> None:
    path = written(tmp_path / "x.jsonl", Record("a", {"intent": "none", "rooms": [], "actions": []}, "ghar"))
    path.write_text(path.read_text() + "{}\n", encoding="utf-8")
    result = batti_data("describe", path, "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert result.stderr.startswith(f"batti: {path}:2: ")
