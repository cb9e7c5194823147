"""The results file and the pages that are made of it."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from measured import SECRET, WRONG, Fake, measure, write_cases

from batti.errors import BattiError
from batti.evaluate import report
from batti.evaluate.html import page
from batti.evaluate.results import Curve, Model, Point, Rate, Results, Robustness
from batti.evaluate.svg import Line, chart


@pytest.fixture
def results(tmp_path: Path) -> Results:
    return measure(write_cases(tmp_path), good=Fake(), bad=Fake(WRONG))


def curve(name: str) -> Curve:
    rates = (Rate(hits=n, of=10, value=n / 10, low=n / 10 - 0.1, high=n / 10 + 0.1) for n in (9, 8, 5))
    points = (Point(at=at, exact=rate) for at, rate in zip((0, 0.2, 0.5), rates, strict=True))
    return Curve(name=name, points=tuple(points))


@pytest.fixture
def robust(results: Results) -> Results:
    some = Robustness(model=Model(name="bad"), noise=(curve("typo"), curve("split")), rooms=curve("rooms"))
    return results.model_copy(update={"robustness": (some,)})


# --- figures --------------------------------------------------------------------------------------


def test_the_figures_are_those_that_can_be_counted(results: Results) -> None:
    good, bad = results.figures
    assert (good.all.exact.value, good.all.partial.value, good.all.false_actions.value) == (1, 1, 0)
    assert (bad.all.exact.hits, bad.all.exact.of, bad.all.exact.value) == (3, 5, 0.6)
    assert (bad.all.false_actions.hits, bad.all.false_actions.of) == (1, 5)
    assert (bad.all.wrong_place.hits, bad.all.wrong_place.of) == (1, 3)
    assert bad.all.exact.low is not None and bad.all.exact.low < 0.6


def test_the_breakdowns_have_every_sentence(results: Results) -> None:
    by = results.figures[1].by
    for name in ("set", "home", "intent", "action", "room", "script", "tag"):
        assert sum(row.count for row in by[name]) == 5, name
    assert {row.name: row.exact.value for row in by["room"]} == {
        "kitchen": 1, "hall": 0, "attic": 1, "(nothing to do)": 0.5,
    }  # fmt: skip
    assert [row.name for row in by["intent"]] == ["none", "single_room_control", "unknown_room"]


def test_the_keys_have_precision_and_recall(results: Results) -> None:
    keys = {row.key: row for row in results.figures[1].keys}
    room = keys["room"]
    assert (room.expected, room.given, room.right) == (3, 4, 2)
    assert (room.precision, room.recall, room.f1) == (0.5, 0.6667, 0.5714)
    assert (keys["color"].precision, keys["color"].f1) == (None, None)


def test_errors_are_by_cause_the_commonest_first(tmp_path: Path) -> None:
    garage = f"garage, {SECRET}"
    wrong = {**WRONG, garage: WRONG[f"hello <b>|{SECRET}"]}
    [bad] = measure(write_cases(tmp_path), bad=Fake(wrong)).figures
    assert [(row.cause, row.count) for row in bad.causes] == [("refusal missed", 2), ("wrong place", 1)]
    mistake = bad.causes[1].shown[0]
    assert (mistake.text, mistake.expected, mistake.given, mistake.confidence, mistake.causes) == (
        f"hall off, {SECRET}", "room=hall do=turn_off", "room=attic do=turn_off", 0.9, ("wrong place",),
    )  # fmt: skip


def test_so_many_errors_of_each_cause_are_shown_and_all_are_counted(tmp_path: Path) -> None:
    path = write_cases(tmp_path, times=4)
    for errors in (0, 1, 3):
        rows = measure(path, errors, bad=Fake(WRONG)).figures[0].causes
        assert [(row.count, len(row.shown)) for row in rows] == [(4, errors), (4, errors)]


def test_models_are_compared_on_the_same_sentences(results: Results) -> None:
    [found] = results.comparisons
    assert (found.a, found.b, found.only_a, found.only_b, found.p_value) == ("good", "bad", 2, 0, 0.5)
    assert found.difference.value == 0.4


def test_what_is_held_out_is_in_no_output(tmp_path: Path) -> None:
    found = measure(write_cases(tmp_path / "heldout", times=3), bad=Fake(WRONG))
    assert [(row.cause, row.count, row.shown) for row in found.figures[0].causes] == [
        ("refusal missed", 3, ()), ("wrong place", 3, ()),
    ]  # fmt: skip
    for said in (json.dumps(found.to_dict()), report.text(found), report.markdown(found), page(found)):
        assert SECRET not in said and "refusal missed" in said


def test_small_rows_of_what_is_held_out_are_put_together(tmp_path: Path) -> None:
    """A room that one sentence names, and that has an error, would tell the sentence."""
    by = measure(write_cases(tmp_path / "heldout", times=3), bad=Fake(WRONG)).figures[0].by
    assert [(row.name, row.count) for row in by["room"]] == [("(rows of fewer than 10)", 15)]
    assert [(row.name, row.count) for row in by["set"]] == [("first", 15)]


# --- the file -------------------------------------------------------------------------------------


def test_a_results_file_reads_back_as_it_was(robust: Results, tmp_path: Path) -> None:
    path = tmp_path / "made" / "results.json"
    robust.write(path)
    assert json.loads(path.read_text(encoding="utf-8"))["schema"] == 1
    assert Results.read(path) == robust


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"schema": 2}, "a results file of schema 2"),
        ({"schema": None}, "no results file"),
        ({"seed": "one"}, "seed"),
        ({"more": 1}, "more"),
        ({"figures": [{}]}, "figures.0.model"),
    ],
)
def test_another_file_is_refused_in_a_line_for_each_fault(
    results: Results, tmp_path: Path, change: dict[str, object], said: str
) -> None:
    path = tmp_path / "results.json"
    path.write_text(json.dumps(results.to_dict() | change))
    with pytest.raises(BattiError) as caught:
        Results.read(path)
    first = str(caught.value).splitlines()[0]
    assert "results.json" in first and said in first and "write it again" in first


@pytest.mark.parametrize("text", ["", "[1]", "{}", '{"all": {"count": 3}}', "\xff"])
def test_what_is_no_results_file_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "results.json"
    path.write_bytes(text.encode("latin-1"))
    for one in (path, tmp_path, tmp_path / "none.json"):
        with pytest.raises(BattiError) as caught:
            Results.read(one)
        assert "\n" not in str(caught.value)


# --- pages ----------------------------------------------------------------------------------------


def test_the_terminal_has_aligned_tables_and_the_figures_last(results: Results) -> None:
    lines = report.text(results).splitlines()
    head, sure, good, _, bad = lines[-5:]
    assert head.split() == ["model", "set", "sentences", "exact", "[95%]", "partial", "false", "actions", "wrong",
                            "place", "ECE"]  # fmt: skip
    assert good.split()[:4] == ["good", "first", "5", "100.0%"] and bad.split()[:4] == ["bad", "first", "5", "60.0%"]
    assert sure.split()[:6] == ["good", "not", "asked", "back", "5", "100.0%"]
    assert len({len(line) for line in (head, good, bad)}) == 1
    assert f"- [first] hall off, {SECRET}" in lines
    assert "    given    room=attic do=turn_off  (0.90)" in lines


def test_a_sentence_cannot_command_the_terminal(tmp_path: Path) -> None:
    assert report.plain("a\x1b[31m\u202eb\nक्\u200dष") == "a\\x1b[31m\\u202eb\\nक्\u200dष"


def test_the_markdown_page_has_whole_tables_and_prints_sentences_as_they_are(robust: Results) -> None:
    text = report.markdown(robust)
    for block in re.findall(r"(?:^\|.*\n)+", text, re.M):
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}) == 1, block
    assert f"hello \\<b\\>\\|{SECRET}" in text
    assert "| typo | 90.0% | 80.0% | 50.0% |" in text


class Page(HTMLParser):
    """What a page is made of, and whether its tags close."""

    EMPTY = frozenset({"meta", "input"})
    KNOWN = frozenset({"path", "circle", "text", "svg", "title"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.said: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def test_the_page_is_whole_and_fetches_nothing(robust: Results) -> None:
    text = page(robust)
    found = Page(text)
    assert found.open == []
    for _, attributes in found.tags:
        assert not attributes.keys() & {"src", "href", "srcset", "action", "onclick"}
    assert "url(" not in text and "@import" not in text and "http" not in text.replace("http-equiv", "")
    policy = next(a["content"] for tag, a in found.tags if tag == "meta" and a.get("http-equiv"))
    assert policy and policy.startswith("default-src 'none'")


def test_the_page_says_sentences_and_runs_none(robust: Results) -> None:
    found = Page(page(robust))
    assert not any(tag == "b" for tag, _ in found.tags)
    assert any(f"hello <b>|{SECRET}" in said for said in found.said)


def test_the_page_has_a_chart_for_each_noise_and_a_filter(robust: Results) -> None:
    found = Page(page(robust))
    charts = [attributes["aria-label"] for tag, attributes in found.tags if tag == "svg"]
    assert charts[2:] == ["Noise: typo", "Noise: split", "Larger homes"] and len(charts) == 5
    assert any(attributes.get("class") == "filter" for _, attributes in found.tags)
    assert "prefers-color-scheme: dark" in "".join(found.said)


def test_a_page_of_nothing_is_a_page(results: Results) -> None:
    bare = results.model_copy(update={"figures": (), "comparisons": ()})
    assert Page(page(bare)).open == []
    assert "<svg" not in page(bare)


def test_a_chart_has_its_points_where_they_belong() -> None:
    svg = chart("t", "x", "y", [Line("<m>", [(5, 1.0), (20, 0.5), (50, 0.0)])], x_ticks=[5, 20, 50])
    dots = [tuple(map(float, one)) for one in re.findall(r'cx="([\d.]+)" cy="([\d.]+)"', svg)]
    (x0, y0), (x1, y1), (x2, y2) = dots
    assert x1 - x0 == pytest.approx(x2 - x1) and y1 - y0 == pytest.approx(y2 - y1) and y0 < y1
    assert "&lt;m&gt;" in svg and "<m>" not in svg
