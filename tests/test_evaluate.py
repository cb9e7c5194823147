"""`batti evaluate`, from files of sentences to a results file."""

import json
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner, Result
from measured import SECRET, SENTENCES, Fake, write_cases

from batti.backends import Reading
from batti.cli import main
from batti.command import Command
from batti.dataset.cases import Case, read_cases
from batti.errors import BattiError
from batti.evaluate import benchmark, models, robustness, thesis_words
from batti.evaluate.results import Model, Results
from batti.evaluate.run import run
from batti.home import Home
from batti.lookup import Lookup
from batti.metrics import exact
from batti.text import normalize

LOOKUP = ("--model", "baseline:lookup", "--train")


def batti(*args: object) -> Result:
    return CliRunner().invoke(main, ["evaluate", *map(str, args)])


def refused(done: Result, code: int) -> str:
    assert done.exit_code == code, done.output
    assert done.stdout == "" and "Traceback" not in done.stderr
    return done.stderr.splitlines()[-1]


def other(path: Path) -> Path:
    """The cases of a file with the labels of two of them exchanged, to learn wrong things from."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    rows[0]["expected"], rows[3]["expected"] = rows[3]["expected"], rows[0]["expected"]
    out = path.with_name("train.jsonl")
    out.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return out


# --- the command ----------------------------------------------------------------------------------


def test_a_model_is_measured_and_every_output_written(tmp_path: Path) -> None:
    path = write_cases(tmp_path / "data")
    outs = [tmp_path / "out" / name for name in ("results.json", "report.md", "report.html")]
    options = [str(part) for pair in zip(("--results", "--markdown", "--html"), outs, strict=True) for part in pair]
    done = batti(path, *LOOKUP, other(path), *options, "--date", "2026-01-02")
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[-1].split()[:4] == ["baseline:lookup", "first", "5", "60.0%"]
    found = Results.read(outs[0])
    assert (found.figures[0].all.exact.value, found.date) == (0.6, "2026-01-02")
    assert [(one.name, one.sentences) for one in found.data] == [("data/cases.jsonl", 5)]
    assert [one.name for one in found.train] == ["data/train.jsonl"]
    assert {row.cause: row.count for row in found.figures[0].causes} == {"refusal missed": 1, "refusal wrong": 1}
    for out in outs[1:]:
        assert SECRET in out.read_text(encoding="utf-8")


def test_the_same_inputs_give_the_same_bytes(tmp_path: Path) -> None:
    path = write_cases(tmp_path / "data", times=3)
    outs = []
    for name in ("a", "b"):
        files = [tmp_path / f"{name}.{kind}" for kind in ("json", "md", "html")]
        done = batti(path, *LOOKUP, other(path), "--results", files[0], "--markdown", files[1], "--html", files[2])
        assert done.exit_code == 0
        outs.append([file.read_bytes() for file in files])
    assert outs[0] == outs[1]
    assert str(tmp_path).encode() not in b"".join(outs[0])  # nothing of this machine


def test_no_errors_are_shown_where_none_are_wanted(tmp_path: Path) -> None:
    path, out = write_cases(tmp_path), tmp_path / "results.json"
    done = batti(path, *LOOKUP, other(path), "--errors", 0, "--results", out)
    assert done.exit_code == 0 and SECRET not in done.stdout + out.read_text(encoding="utf-8")
    assert "refusal missed" in done.stdout


def test_held_out_sentences_are_never_shown(tmp_path: Path) -> None:
    path = write_cases(tmp_path / "heldout" / "more")
    outs = [tmp_path / name for name in ("r.json", "r.md", "r.html")]
    done = batti(path, *LOOKUP, other(path), "--errors", 50, "--results", outs[0], "--markdown", outs[1],
                 "--html", outs[2])  # fmt: skip
    assert done.exit_code == 0 and "refusal missed" in done.stdout
    for said in (done.output, *(out.read_text(encoding="utf-8") for out in outs)):
        assert SECRET not in said
    assert Results.read(outs[0]).data[0].held_out


def test_models_are_compared(tmp_path: Path) -> None:
    pytest.importorskip("hassil")
    path, out = write_cases(tmp_path), tmp_path / "results.json"
    done = batti(path, *LOOKUP, path, "--model", "baseline:hassil", "--results", out)
    assert done.exit_code == 0, done.output
    [found] = Results.read(out).comparisons
    assert (found.a, found.b, found.only_b) == ("baseline:lookup", "baseline:hassil", 0)
    assert "Models compared" in done.stdout


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("none.yaml",), "does not exist"),
        ((), "Missing argument"),
        (("cases.jsonl", "--date", "today"), "does not match the format"),
        (("cases.jsonl", "--errors", "-1"), "not in the range"),
        (("cases.jsonl", "--thesis", "--robustness"), "--robustness does not go with --thesis"),
    ],
)
def test_misuse_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, args: tuple[str, ...], said: str) -> None:
    write_cases(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert said in refused(batti(*args), 2)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("cases.jsonl", "--model", "nowhere"), "no batti model in 'nowhere'"),
        (("cases.jsonl", "--model", "baseline:best"), "there is no baseline 'best'"),
        (("cases.jsonl", "--model", "baseline:lookup"), "'lookup'"),
        (("cases.jsonl", "--train", "cases.jsonl"), "nothing learns from 'cases.jsonl'"),
        (("cases.jsonl", "cases.jsonl"), "named twice"),
        (("cases.jsonl", "--model", "baseline:hassil", "--model", "baseline:hassil"), "two models are called"),
        (("cases.jsonl", "--thesis", "--model", "baseline:hassil"), "not a file of the thesis"),
        (("homes.jsonl", "--model", "baseline:hassil"), "missing"),
    ],
)
def test_mistakes_are_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, args: tuple[str, ...], said: str
) -> None:
    write_cases(tmp_path)
    monkeypatch.chdir(tmp_path)
    done = batti(*args)
    line = refused(done, 1)
    assert line.startswith("batti: ") and said in line and len(done.stderr.splitlines()) == 1


def test_the_shipped_model_is_measured_by_its_checksum(tmp_path: Path) -> None:
    golden, out = Path(__file__).parent / "golden" / "flat_kathmandu.yaml", tmp_path / "results.json"
    done = batti(golden, "--results", out)
    assert done.exit_code == 0, done.output
    [found] = Results.read(out).figures
    assert found.model == models.describe(None) and found.model.checksum
    assert found.all.exact.value is not None and found.all.exact.value > 0.8
    assert found.confidence.ece is not None and 0 <= found.confidence.ece < 0.2


# --- asking models --------------------------------------------------------------------------------


def test_a_model_is_asked_once_a_home_with_its_sentences(tmp_path: Path) -> None:
    cases = read_cases(write_cases(tmp_path))
    elsewhere = Home.model_validate({"name": "Aru", "rooms": [{"name": "kitchen"}]})
    mixed = [Case(one.text, home, one.expected, "x") for one in cases for home in (one.home, elsewhere)]
    fake = Fake()
    outcomes = run(fake, mixed)
    assert [(home.name, len(texts)) for home, texts in fake.calls] == [("Ghar", 5), ("Aru", 5)]
    assert [one.case for one in outcomes] == mixed
    assert all(one.given == SENTENCES[one.case.text].to_dict() for one in outcomes)


def test_a_model_that_leaves_an_answer_out_is_not_measured(tmp_path: Path) -> None:
    class Short(Fake):
        def generate(self, home, sentences):  # type: ignore[no-untyped-def]
            return super().generate(home, sentences)[1:]

    with pytest.raises(ValueError, match="shorter"):
        run(Short(), read_cases(write_cases(tmp_path)))


def test_a_name_tells_no_secret_and_no_long_path(tmp_path: Path) -> None:
    assert models.describe("http://me:word@host:8000/v1?key=1#gpt") == Model(name="http://host:8000/v1#gpt")
    folder = tmp_path / "long" / "way" / "model"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    before = models.describe(str(folder))
    assert before.name == "way/model" and before.checksum
    (folder / "README.md").write_text("a card")
    assert models.describe(str(folder)) == before
    (folder / "weights").write_text("1")
    assert models.describe(str(folder)).checksum != before.checksum


# --- the thesis -----------------------------------------------------------------------------------

ROWS = [
    ("a", "kitchen: turn_off"),
    ("b", "kitchen: brightness=0.5 living room: turn_on"),
    ("c", "store room: change_color bathroom: brightness=0.2"),
    ("d", "moon base: turn_on"),
]


def thesis_file(path: Path, rows: list[tuple[str, str]]) -> Path:
    path.write_text(json.dumps([{"command": command, "output": output} for command, output in rows]))
    return path


def test_a_command_is_said_in_the_thesis_s_words() -> None:
    command = Command.from_dict({"actions": [
        {"room": "kitchen", "action": "adjust_brightness", "brightness": 1},
        {"room": "store room", "action": "change_color", "color": "red"},
        {"room": "bathroom", "action": "adjust_brightness", "brightness_step": -0.2},
    ]})  # fmt: skip
    said = "kitchen: brightness=1.0 store room: change_color bathroom: brightness_step=-0.2"
    assert thesis_words.said(command) == said
    assert thesis_words.normalized(" Kitchen:  brightness=1 ") == "kitchen: brightness=1.0"
    assert thesis_words.said(Command.none()) == ""


def test_the_thesis_s_metrics_are_of_its_own_format(tmp_path: Path) -> None:
    train = thesis_file(tmp_path / "train.json", ROWS)
    wanted = [*ROWS[:1], ("b", "kitchen: brightness=0.6 living room: turn_on"), ("c", "bathroom: turn_on"), ROWS[3]]
    val, out = thesis_file(tmp_path / "val.json", wanted), tmp_path / "results.json"
    done = batti("--thesis", val, *LOOKUP, train, "--results", out)
    assert done.exit_code == 0, done.output
    [found] = Results.read(out).thesis
    assert (found.exact.hits, found.exact.of) == (2, 4)
    assert found.partial.hits == 2.5 and found.exact_but_levels.hits == 3
    assert "moon base" not in done.output + out.read_text()


def test_the_home_of_the_thesis_is_the_default_one_and_what_it_lacks() -> None:
    assert thesis_words.home_of([output for _, output in ROWS[:3]]) == Home.default()
    rooms = [room.name for room in thesis_words.home_of([output for _, output in ROWS]).rooms]
    assert rooms == [*(room.name for room in Home.default().rooms), "moon base"]


# --- robustness -----------------------------------------------------------------------------------


def test_noise_is_seeded_and_none_is_none(tmp_path: Path) -> None:
    cases = read_cases(write_cases(tmp_path, times=10))
    texts = [case.text for case in cases]
    assert robustness.noisy(cases, "typo", 0.0, 1) == cases
    some = robustness.noisy(cases, "typo", 0.5, 1)
    assert some == robustness.noisy(cases, "typo", 0.5, 1) != robustness.noisy(cases, "typo", 0.5, 2)
    changed = [sum(a != b.text for a, b in zip(texts, robustness.noisy(cases, "typo", strength, 1), strict=True))
               for strength in (0.1, 0.5)]  # fmt: skip
    assert 0 < changed[0] < changed[1]


def test_curves_fall_where_a_model_knows_but_the_clean_sentences(tmp_path: Path) -> None:
    path, out, page = write_cases(tmp_path, times=2), tmp_path / "r.json", tmp_path / "r.html"
    done = batti(path, *LOOKUP, path, "--robustness", "--results", out, "--html", page)
    assert done.exit_code == 0, done.output
    [found] = Results.read(out).robustness
    typo = next(curve for curve in found.noise if curve.name == "typo")
    assert [point.at for point in typo.points] == [0, 0.1, 0.2, 0.35, 0.5]
    assert typo.points[0].exact.value == 1 and (typo.points[-1].exact.value or 0) < 0.8
    assert [point.at for point in found.rooms.points] == [5, 10, 20, 50, 100]
    assert "Noise: typo" in page.read_text(encoding="utf-8") and "exact match in larger homes" in done.stdout


def test_a_sentence_that_noise_leaves_alone_is_asked_about_once(tmp_path: Path) -> None:
    cases = read_cases(write_cases(tmp_path))
    fake = Fake()
    robustness.robustness(Model(name="fake"), fake, cases, 1)
    asked = [text for home, texts in fake.calls for text in texts if len(home.rooms) == 3]
    assert len(asked) == len(set(asked)) and set(SENTENCES) <= set(asked)


HOMES = [Home.default(), Home.model_validate({"name": "Ghar", "rooms": [{"name": "kitchen"}, {"name": "room 2"}]})]


@pytest.mark.parametrize("home", HOMES, ids=["default", "small"])
def test_a_larger_home_keeps_its_own_and_gets_no_room_that_is_spoken_of(home: Home) -> None:
    said = ["garage ko batti bala", "dai ko kothama 40%", "room 7 off", "mathi ko puja kotha"]
    larger = robustness.enlarged(home, said, robustness.ROOMS, Random(1))
    assert [len(one.rooms) for one in larger] == [max(size, len(home.rooms)) for size in robustness.ROOMS]
    for before, after in zip([home, *larger], larger, strict=False):
        assert after.rooms[: len(before.rooms)] == before.rooms and after.groups == home.groups
    new = Home(rooms=larger[-1].rooms[len(home.rooms) :])
    lookup = Lookup(new)
    own = [name for room in home.rooms for name in (room.name, *room.aliases)]
    assert not any(any(lookup.gazetteer.tags(normalize(text))) for text in (*said, *own))


def test_larger_homes_are_seeded() -> None:
    first, again, other_seed = (robustness.enlarged(HOMES[1], [], (20,), Random(seed)) for seed in (1, 1, 2))
    assert first == again != other_seed


def test_labels_hold_in_larger_homes(tmp_path: Path) -> None:
    """A model that knows every answer is right in homes of every size."""
    cases = read_cases(write_cases(tmp_path))
    [larger] = robustness.enlarged(cases[0].home, [case.text for case in cases], (40,), Random(3))
    for case in cases:
        command = Command.from_dict(case.expected, groups=larger.group_names)
        assert larger.check(command) == [] and exact(case.expected, command.to_dict())
    assert Fake().generate(larger, [cases[0].text]) == [Reading(SENTENCES[cases[0].text], 0.8)]


def test_train_without_a_baseline_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(BattiError, match="nothing learns"):
        benchmark.check_train([None, "model"], [tmp_path / "a.jsonl"])
    benchmark.check_train([None], [])
