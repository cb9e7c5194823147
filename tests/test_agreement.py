"""`batti data agreement`: forms that people fill in, and figures that are those of the literature."""

import csv
import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest
from helpers import home_of
from hypothesis import given
from hypothesis import strategies as st
from labelled import HOME, batti_data, said, written
from strategies import actions

from batti.command import ACTIONS, COLORS, INTENTS, Action, Command
from batti.dataset import agreement, forms, generate, records, tongue
from batti.dataset.agreement import FIELDS, alpha, measured, stratified
from batti.dataset.records import Dataset, Record
from batti.paths import resources

Row = dict[str, str]
OFF = {"intent": "single_room_control", "place": "kitchen", "action": "turn_off", "value": "-", "when": "-"}
NONE = {"intent": "none"}


def source_of(path: Path, count: int) -> Path:
    return written(path, *(said(f"sentence {n:02d}", id=f"s{n:02d}") for n in range(1, count + 1)))


def fill(path: Path, answer: Callable[[Row], Row], **settings: Any) -> Path:
    """Fill a form in, as a spreadsheet would save it."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        sheet = csv.DictWriter(file, forms.COLUMNS, **settings)
        sheet.writeheader()
        sheet.writerows({**row, **answer(row)} for row in rows)
    return path


def filled(tmp_path: Path, *raters: Sequence[Row]) -> list[Path]:
    """Forms in which each rater has given these answers, to the sentences in the order of their ids."""
    source = source_of(tmp_path / "in.jsonl", len(raters[0]))
    *paths, _ = agreement.sample(source, tmp_path / "form.csv", len(raters[0]), len(raters), 1)
    for path, answers in zip(paths, raters, strict=True):
        fill(path, lambda row, answers=answers: answers[int(row["id"].removeprefix("#s")) - 1])  # type: ignore[misc]
    return paths


def table(output: str) -> dict[str, list[str]]:
    return {line.split("  ")[0]: line.split() for line in output.splitlines()}


# -- published figures -----------------------------------------------------------------------------
# Krippendorff, K. (2011): Computing Krippendorff's Alpha-Reliability. C: four observers, twelve units, some missing.
FOUR = ("1 2 3 3 2 1 4 1 2 . . .", "1 2 3 3 2 2 4 1 2 5 . 3", ". 3 3 3 2 3 4 2 2 5 1 .", "1 2 3 3 2 4 4 1 2 5 1 .")
# B: two observers, twelve units, five values.
BEN, GERRY = "aabbdcccedda", "babbbccceddd"


def test_alpha_of_the_published_example_with_missing_values() -> None:
    raters = [{(str(n), 0): float(x) for n, x in enumerate(row.split()) if x != "."} for row in FOUR]
    assert alpha(raters, "nominal") == pytest.approx(0.743, abs=5e-4)
    assert alpha(raters, "interval") == pytest.approx(0.849, abs=5e-4)
    named = [{unit: f"value {x}" for unit, x in some.items()} for some in raters]
    assert alpha(named, "nominal") == pytest.approx(0.743, abs=5e-4)
    assert alpha(list(reversed(raters)), "interval") == pytest.approx(0.849, abs=5e-4)


def test_the_published_intents_through_the_forms(tmp_path: Path) -> None:
    intents = dict(zip("abcde", INTENTS, strict=False))
    paths = filled(tmp_path, *([{**OFF, "intent": intents[x]} for x in observer] for observer in (BEN, GERRY)))
    result = batti_data("agreement", "score", *paths)
    assert result.exit_code == 0
    assert table(result.stdout)["intent"] == ["intent", "nominal", "12", "75.0%", "0.692"]
    assert table(result.stdout)["place"] == ["place", "nominal", "12", "100.0%", "-"]  # one value: nothing to measure


def test_the_published_numbers_through_the_forms(tmp_path: Path) -> None:
    def answer(level: str) -> Row:
        return OFF if level == "." else {**OFF, "action": "adjust_brightness", "value": f"{level}0%"}

    paths = filled(tmp_path, *([answer(level) for level in row.split()] for row in FOUR))
    scored = {one.field.name: one for one in agreement.score(paths)}
    assert scored["brightness"].among.alpha == pytest.approx(0.849, abs=5e-4)
    assert scored["brightness"].among.units == 11  # the last but one of B's has no second value
    assert scored["value"].among.units == 12


def test_numbers_count_by_their_distance() -> None:
    one, other = ({(str(n), 0): float(x) for n, x in enumerate(row)} for row in ((10, 10, 40), (10, 20, 40)))
    # Observed: 100 / 3. Expected, of the 30 ordered pairs of 10 10 40 10 20 40: 13000 / 30.
    assert alpha([one, other], "interval") == pytest.approx(1 - (100 / 3) / (13000 / 30))


def test_percent_agreement_is_of_pairs() -> None:
    raters = [{("a", 0): "x", ("b", 0): "x"}, {("a", 0): "x", ("b", 0): "y"}, {("a", 0): "y"}]
    found = measured(raters, "nominal")
    assert (found.units, found.agreement) == (2, 1 / 4)  # a: xx, xy, xy; b: xy


@given(st.lists(st.lists(st.sampled_from("xyz"), min_size=6, max_size=6), min_size=2, max_size=4))
def test_alpha_is_one_only_where_all_agree(rows: list[list[str]]) -> None:
    raters = [{(str(n), 0): value for n, value in enumerate(row)} for row in rows]
    found = measured(raters, "nominal")
    assert found.units == 6
    if found.alpha is None:
        assert found.agreement == 1
    else:
        assert (found.alpha == pytest.approx(1)) == (found.agreement == 1)


def test_alpha_of_nothing() -> None:
    assert alpha([{}, {}], "nominal") is None
    assert alpha([{("a", 0): 1.0}, {("b", 0): 2.0}], "interval") is None  # no unit has two values
    assert measured([{}, {}], "interval") == (0, None, None)


# -- forms -----------------------------------------------------------------------------------------
def test_forms_of_a_sample(tmp_path: Path) -> None:
    source = source_of(tmp_path / "in.jsonl", 30)
    result = batti_data("agreement", "sample", source, tmp_path / "x" / "form.csv", "--count", 20, "--annotators", 3)
    names = [f"form-{n}.csv" for n in (1, 2, 3)]
    assert result.stdout.split() == [str(tmp_path / "x" / name) for name in (*names, "form-instructions.md")]
    orders = []
    for name in names:
        raw = (tmp_path / "x" / name).read_bytes()
        assert raw.startswith(b"\xef\xbb\xbf")  # by which Excel knows UTF-8
        rows = list(csv.DictReader(raw.decode("utf-8-sig").splitlines()))
        assert {row["home"] for row in rows} == {"kitchen | bedroom | bathroom | balcony"}
        assert all(row[column] == "" for row in rows for column in ("intent", "place", "action", "value", "when"))
        orders.append([row["id"] for row in rows])
    assert len({tuple(order) for order in orders}) == 3
    assert len({frozenset(order) for order in orders}) == 1
    assert len(set(orders[0])) == 20


def test_the_same_seed_gives_the_same_forms(tmp_path: Path) -> None:
    source = source_of(tmp_path / "in.jsonl", 30)
    for folder, seed in (("a", 1), ("b", 1), ("c", 2)):
        agreement.sample(source, tmp_path / folder / "form.csv", 20, 2, seed)
    a, b, c = ((tmp_path / folder / "form-2.csv").read_bytes() for folder in "abc")
    assert a == b != c


def test_a_home_in_one_cell(tmp_path: Path) -> None:
    rich = home_of(
        {"name": "kitchen", "aliases": ["bhancha", "भान्छा"]},
        {"name": "bedroom", "lights": [{"name": "table lamp", "aliases": ["padhne batti"]}, {"name": "fan light"}]},
        groups={"upstairs": ["bedroom"]},
    )
    forms.write(tmp_path / "x.csv", [("1-01", rich, "=बत्ती"), ("2", rich, "-20% gara")])
    with (tmp_path / "x.csv").open(encoding="utf-8-sig", newline="") as file:
        _, first, second = csv.reader(file)
    assert first[0] == "#1-01"  # no date to Excel
    assert first[1] == ("kitchen (bhancha, भान्छा) | bedroom, lights: table lamp (padhne batti); fan light | "
                        "group upstairs = bedroom")  # fmt: skip
    assert (first[2], second[2]) == (" =बत्ती", " -20% gara")  # no formula


def test_the_sample_is_stratified(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    generate.write(path, count=600, seed=4, workers=1, per_home=30)
    known = agreement.by_id(path, records.read(path))

    def stratum(name: str) -> object:
        record = known[name]
        return record.intent, tongue.script(record.command), record.actions

    sizes = Counter(map(stratum, known))
    chosen = stratified(known, 200, Random(1))
    assert len(set(chosen)) == 200
    drawn = Counter(map(stratum, chosen))
    assert drawn.keys() == sizes.keys()  # the rare ones too
    rest = (200 - len(sizes)) / (600 - len(sizes))
    for one, size in sizes.items():
        assert abs(drawn[one] - 1 - rest * (size - 1)) < 1 + 0.1 * size, one
    few = Counter(map(stratum, stratified(known, 5, Random(1))))
    assert few == Counter(one for one, _ in sizes.most_common(5)) or min(few.values()) == 1


def test_a_form_that_may_be_filled_in_is_not_overwritten(tmp_path: Path) -> None:
    source = source_of(tmp_path / "in.jsonl", 3)
    args = ("agreement", "sample", source, tmp_path / "form.csv", "--count", 3)
    assert batti_data(*args).exit_code == 0
    before = (tmp_path / "form-1.csv").read_bytes()
    result = batti_data(*args)
    assert (result.exit_code, "form-1.csv is there already" in result.stderr) == (1, True)
    assert (tmp_path / "form-1.csv").read_bytes() == before


def test_samples_that_cannot_be(tmp_path: Path) -> None:
    source = source_of(tmp_path / "in.jsonl", 3)
    result = batti_data("agreement", "sample", source, tmp_path / "form.csv", "--count", 4)
    assert (result.exit_code, result.stderr) == (
        1, f"batti: {source} has 3 sentences, fewer than 4; ask for 3 at most\n")  # fmt: skip
    twice = written(tmp_path / "twice.jsonl", said("a", id="x"), said("b", id="x"))
    result = batti_data("agreement", "sample", twice, tmp_path / "form.csv", "--count", 1)
    assert (result.exit_code, "the id 'x' is there twice" in result.stderr) == (1, True)


def test_the_instructions_tell_all_that_may_be_written() -> None:
    guide = resources("publish", "annotation.md").read_text(encoding="utf-8")
    for word in (*INTENTS, *ACTIONS, *COLORS, *forms.COLUMNS, "all", "here", "except", "after", "at", "for"):
        assert word in guide, word


# -- answers ---------------------------------------------------------------------------------------
def cells(made: Sequence[Action]) -> Row:
    """What somebody would write for these actions."""
    places, values, whens = [], [], []
    for action in made:
        light = f": {action.light}" if action.light else ""
        excepts = f" except {', '.join(action.except_)}" if action.except_ else ""
        places.append(f"{action.room}{light}{excepts}")
        level, step = action.brightness, action.brightness_step
        steps = f"{'up' if (step or 0) > 0 else 'down'} {abs(step or 0):.0%}"
        kelvin = f"{action.color_temp}K" if action.color_temp else None
        values.append(f"{level:.0%}" if level else steps if step else action.color or kelvin or "-")
        times = zip(("after", "at", "for"), action.when, strict=True)
        whens.append(" ".join(f"{key} {time}" for key, time in times if time))
    return {"place": "; ".join(places), "action": "; ".join(action.action for action in made),
            "value": "; ".join(values), "when": "; ".join(when or "-" for when in whens)}  # fmt: skip


PLACES: st.SearchStrategy[dict[str, Any]] = st.sampled_from([
    {"room": "kitchen"}, {"room": "all"}, {"room": "here"}, {"room": "सुत्ने कोठा"},
    {"room": "all", "except": ["kitchen"]}, {"room": "upstairs", "except": ["store room", "kitchen"]},
    {"room": "bedroom", "light": "table lamp"},
])  # fmt: skip


@given(st.lists(actions(PLACES), min_size=1, max_size=3))
def test_any_actions_can_be_written_in_a_form(made: list[Action]) -> None:
    row = {"id": "x", "sentence": "s", "intent": "multi_room_control", **cells(made)}
    answer, faults = forms._answer(row, "")
    assert faults == []
    assert list(answer.actions) == made


def test_what_is_written_once_goes_for_all() -> None:
    row = {"intent": "multi_room_control", "place": "kitchen; Bedroom", "action": "Turn_off", "value": "-",
           "when": "After 10m", "sentence": "s"}  # fmt: skip
    answer, faults = forms._answer(row, "")
    assert faults == []
    assert [(one.room, one.action, one.after) for one in answer.actions] == [
        ("kitchen", "turn_off", "10m"), ("Bedroom", "turn_off", "10m")]  # fmt: skip


def test_right_answers_agree_with_gold(tmp_path: Path) -> None:
    rows = [said("a", "kitchen turn_off", id="1"), said("b", "kitchen brightness=0.3", "bedroom color=red", id="2"),
            said("c", id="3"), said("d", intent="unknown_room", id="4")]  # fmt: skip
    source = written(tmp_path / "in.jsonl", *rows)
    documents = {f"#{row.id}": Command.from_dict(row.expected) for row in rows}
    *paths, _ = agreement.sample(source, tmp_path / "form.csv", 4, 2, 1)

    def right(row: Row) -> Row:
        document = documents[row["id"]]
        return {"intent": document.intent, **(cells(document.actions) if document.actions else {})}

    fill(paths[0], right)
    fill(paths[1], lambda row: right(row) if row["id"] != "#1" else {**OFF, "action": "turn_on"})
    result = batti_data("agreement", "score", *paths, "--gold", source)
    assert result.exit_code == 0
    found = table(result.stdout)
    assert found["intent"] == ["intent", "nominal", "4", "100.0%", "1.000", "100.0%", "100.0%"]
    assert found["action"][3:4] + found["action"][5:] == ["75.0%", "100.0%", "75.0%"]
    assert found["brightness"] == ["brightness", "interval", "1", "100.0%", "-", "100.0%", "100.0%"]
    assert "action, 1 'a': form-1: turn_off, form-2: turn_on, (gold): turn_off" in result.stdout.splitlines()


def test_disagreements_come_worst_first(tmp_path: Path) -> None:
    def level(percent: int) -> Row:
        return {**OFF, "action": "adjust_brightness", "value": f"{percent}%"}

    paths = filled(tmp_path, [level(30), level(30), NONE], [level(50), level(90), NONE], [level(30), level(20), NONE])
    scored = {one.field.name: one for one in agreement.score(paths)}
    brightness = scored["brightness"].disagreements
    assert [one.unit[0] for one in brightness] == ["s02", "s01"]
    assert brightness[0].values == {"form-1": 0.3, "form-2": 0.9, "form-3": 0.2}
    assert [(one.unit[0], one.distance) for one in scored["value"].disagreements] == [("s02", 1), ("s01", 2 / 3)]
    assert not scored["intent"].disagreements
    result = batti_data("agreement", "score", *paths, "--show", 1)
    assert "value, s02 'sentence 02': form-1: 30%, form-2: 90%, form-3: 20%" in result.stdout
    assert "sentence 01" not in result.stdout
    assert "value: 1 more disagreements; --show 2 shows all" in result.stdout


def test_another_place_is_no_other_action_value_or_time(tmp_path: Path) -> None:
    paths = filled(tmp_path, [{**OFF, "place": "kitchen; bedroom"}], [OFF])
    assert [one.field.name for one in agreement.score(paths) if one.disagreements] == ["place"]


def test_durations_and_times_are_numbers(tmp_path: Path) -> None:
    later = [{**OFF, "when": "after 90s for 1h"}, {**OFF, "when": "at 18:30"}]
    paths = filled(tmp_path, later, [{**OFF, "when": "after 2m for 60m"}, {**OFF, "when": "at 06:30"}])
    scored = {one.field.name: one for one in agreement.score(paths)}
    assert scored["after (s)"].disagreements[0].values == {"form-1": 90, "form-2": 120}
    assert scored["for (s)"].among == (1, 1.0, None)  # 60m is 1h
    assert scored["at (min)"].disagreements[0].values == {"form-1": 1110, "form-2": 390}


# -- faults ----------------------------------------------------------------------------------------
def test_all_faults_at_once(tmp_path: Path) -> None:
    one, two = filled(tmp_path, [OFF] * 9, [OFF] * 9)
    wrong: dict[str, Row] = {
        "#s01": {"intent": "singel_room_control"},
        "#s02": {"intent": "", "when": ""},
        "#s03": {"action": "turn_of"},
        "#s04": {"value": "a lot"},
        "#s05": {"place": "kitchen; bedroom", "when": "-; -; -"},
        "#s06": {"id": "#s07"},
        "#s08": {"intent": "none"},
        "#s09": {"when": "10m", "value": "40%"},
    }
    fill(one, lambda row: wrong.get(row["id"], {}))
    lines = one.read_text(encoding="utf-8-sig").splitlines()
    at = {name: n for n, line in enumerate(lines, 1) for name in [line.split(",")[0]]}
    result = batti_data("agreement", "score", one, two)
    assert (result.exit_code, result.stdout) == (1, "")
    said_ = result.stderr

    def line(name: str, problem: str) -> str:
        return f"batti: {one}:{at[name]}: {problem}"

    assert line("#s01", "there is no intent 'singel_room_control'; did you mean 'single_room_control'?") in said_
    assert line("#s02", f"nothing in intent, when; intent is one of: {', '.join(INTENTS)}") in said_
    assert line("#s03", "there is no action 'turn_of'; did you mean 'turn_off'?") in said_
    assert line("#s04", "'a lot' is no value; write it like 40%, up 20%, down 20%, 2700K, red or -") in said_
    assert line("#s05", "2 of place, but 3 things asked; write one for all, or one for each") in said_
    assert "the id 's07' is there twice (also " in said_
    assert f"batti: {one}: no row with the id 's06'; the other forms have it" in said_
    assert line("#s08", "place beside intent none; write - there, or another intent") in said_
    assert line("#s09", "'10m' is no time; write it like after 10m, at 18:30, for 1h, or -") in said_
    assert len(said_.splitlines()) == 9
    assert str(two) not in said_


def test_a_spreadsheet_with_semicolons_and_sentences_of_two_lines(tmp_path: Path) -> None:
    one, two = filled(tmp_path, [OFF, NONE, NONE], [OFF, NONE, NONE])
    fill(one, lambda row: {"sentence": "two\nlines", "note": "a, b; c"}, delimiter=";")
    assert all(scored.among.agreement in (1, None) for scored in agreement.score([one, two]))
    text = one.read_text(encoding="utf-8-sig").replace(";none;", ";nnone;")
    one.write_text(text, encoding="utf-8-sig")
    faults = batti_data("agreement", "score", one, two).stderr.splitlines()
    lines = [int(fault.split(":")[2]) for fault in faults if "no intent" in fault]
    assert [text.splitlines()[n - 1].split(";")[0] in ("#s02", "#s03") for n in lines] == [True, True]


def test_files_that_are_no_forms(tmp_path: Path) -> None:
    one, two = filled(tmp_path, [OFF], [OFF])
    two.write_bytes(two.read_bytes().replace(b"sentence 01", "é".encode("latin-1")))
    result = batti_data("agreement", "score", one, two)
    assert (result.exit_code, result.stderr) == (1, f'batti: {two}: not UTF-8 text; save it as "CSV UTF-8"\n')
    two.write_text("id,sentence\n1,x\n")
    result = batti_data("agreement", "score", one, two)
    assert result.stderr == (
        f"batti: {two}:1: no column home nor intent nor place nor action nor value nor when; "
        "keep the first line as it was\n"
    )
    two.write_text("")
    assert "no column id" in batti_data("agreement", "score", one, two).stderr
    assert "a file is named twice" in batti_data("agreement", "score", one, one).stderr


def test_gold_must_be_the_sampled_file(tmp_path: Path) -> None:
    paths = filled(tmp_path, [OFF], [OFF])
    other = written(tmp_path / "other" / "x.jsonl", said("a", id="y"))
    result = batti_data("agreement", "score", *paths, "--gold", other)
    assert (result.exit_code, result.stderr) == (
        1, f"batti: {paths[0]}:2: {other} has no id 's01'; name the file that was sampled\n")  # fmt: skip


def test_gold_must_be_valid(tmp_path: Path) -> None:
    paths = filled(tmp_path, [OFF], [OFF])
    wrong = Record("a", {"intent": "none", "rooms": [], "actions": [{"room": "x", "action": "y"}]}, "ghar", id="s01")
    source = written(tmp_path / "other" / "x.jsonl", wrong)
    result = batti_data("agreement", "score", *paths, "--gold", source)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"batti: {source}: s01: actions[0].action: there is no action 'y'")


def test_misuse(tmp_path: Path) -> None:
    [one, *_] = filled(tmp_path, [OFF], [OFF])
    assert batti_data("agreement", "score", one).exit_code == 2
    source = tmp_path / "in.jsonl"
    assert batti_data("agreement", "sample", source, tmp_path / "y.csv", "--count", 1, "--annotators", 1).exit_code == 2


def test_sentences_without_ids_have_their_number(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    records.save(source, Dataset([Record("a", said("a").expected, "ghar")], {"ghar": HOME}))
    assert json.loads(source.read_text()).get("id") is None
    *paths, _ = agreement.sample(source, tmp_path / "form.csv", 1, 2, 1)
    for path in paths:
        assert "#row 1," in path.read_text(encoding="utf-8-sig")
        fill(path, lambda row: NONE)
    assert all(one.with_gold["form-1"].agreement in (1, None) for one in agreement.score(paths, source))


def test_every_value_of_the_contract_has_a_field() -> None:
    keys = {field.alias or name for name, field in Action.model_fields.items()}
    named = {field.name.partition(" ")[0] for field in FIELDS} | {"room", "except", "light", "color"}  # place and value
    assert keys <= named
