"""The systems that a model is compared with: what they answer, and that it is valid in any home."""

import importlib.util
import sys
from pathlib import Path

import pytest
from helpers import home_of
from hypothesis import given, settings
from hypothesis import strategies as st
from labelled import HOME, said

from batti.command import Command, one_form
from batti.dataset import thesis_text
from batti.dataset.records import Dataset, Record
from batti.errors import BattiError
from batti.evaluate import baselines
from batti.home import Home

THESIS = Path(__file__).parents[2] / "shared" / "eval" / "thesis"
needs_thesis = pytest.mark.skipif(not THESIS.exists(), reason="the thesis's files are not here")
needs_hassil = pytest.mark.skipif(not importlib.util.find_spec("hassil"), reason="hassil is not installed")
FITTED = ("lookup", "nearest", "tfidf")
OTHER = home_of("attic", {"name": "den", "aliases": ["hall"], "lights": [{"name": "reading lamp"}]},
                groups={"upstairs": ["attic"]})  # fmt: skip
ROWS = (
    said("kitchen ko batti bala", "kitchen turn_on"),
    said("kitchen ko batti nibhau", "kitchen turn_off"),
    said("bedroom ko batti bala", "bedroom turn_on"),
    said("bathroom ra balcony ko batti nibhau", "bathroom turn_off", "balcony turn_off"),
    said("bathroom ko batti rato banau", "bathroom color=red"),
    said("sabai batti nibhau", "all turn_off"),
    said("kati bajyo"),
    said("garage ko batti bala", intent="unknown_room"),
)


def trained(name, *rows, home=HOME):
    return baselines.load(name, Dataset(list(rows), {"ghar": home}))


def asked(backend, sentence, home=HOME):
    """What is done, as text, or the intent where nothing is."""
    [reading] = backend.generate(home, [sentence])
    assert 0 <= reading.confidence <= 1
    actions = [" ".join(map(str, action.to_dict().values())) for action in reading.command.actions]
    return ", ".join(actions) or reading.command.intent


@pytest.mark.parametrize("name", FITTED)
def test_a_seen_sentence_has_its_label_and_spelling_does_not_matter(name):
    backend = trained(name, *ROWS)
    assert asked(backend, "Kitchen  ko batti BALA") == "kitchen turn_on"
    assert asked(backend, "bathroom ra balcony ko batti nibhau") == "bathroom turn_off, balcony turn_off"
    assert asked(backend, "garage ko batti bala") == "unknown_room"
    assert asked(backend, "sabai batti nibhau") == "all turn_off"
    assert asked(backend, "kati bajyo") == "none"


def test_lookup_answers_nothing_else():
    backend = trained("lookup", *ROWS)
    assert asked(backend, "bathroom ko batti bala") == "none"
    assert backend.generate(HOME, ["bathroom ko batti bala", "kitchen ko batti bala"])[0].confidence == 0
    assert asked(backend, "kitchen ko batti bala", OTHER) == "none"  # that home has no kitchen
    assert asked(backend, "sabai batti nibhau", OTHER) == "all turn_off"


@pytest.mark.parametrize("name", FITTED)
def test_of_labels_that_contradict_one_another_the_most_common_counts(name):
    on, off = said("kitchen batti", "kitchen turn_on"), said("kitchen batti", "kitchen turn_off")
    rest = said("bathroom rato", "bathroom color=red")
    assert asked(trained(name, on, off, off, rest), "kitchen batti") == "kitchen turn_off"
    assert asked(trained(name, off, on, on, rest), "kitchen batti") == "kitchen turn_on"


@pytest.mark.parametrize("name", ("nearest", "tfidf"))
@pytest.mark.parametrize(
    ("sentence", "home", "done"),
    [
        ("bathroom ko batti balana", HOME, "bathroom turn_on"),
        ("attic ko batti bala", OTHER, "attic turn_on"),
        ("hall ra attic ko batti nibhau", OTHER, "den turn_off, attic turn_off"),
        ("upstairs ko batti nibhau", OTHER, "upstairs turn_off"),
        ("reading lamp ko batti rato banau", OTHER, "den reading lamp change_color red"),
        ("atticko batti bala", OTHER, "attic turn_on"),
    ],
)
def test_places_are_those_of_the_home_that_is_asked_about(name, sentence, home, done):
    assert asked(trained(name, *ROWS), sentence, home) == done


def test_an_answer_that_the_home_cannot_have_gives_way_to_the_next():
    rows = said("bhansa batti", "kitchen turn_on"), said("bhansa ko", "bathroom turn_off"), said("bhansa", "all toggle")
    backend = trained("nearest", *rows)
    assert asked(backend, "bhansa batti ho") == "kitchen turn_on"
    assert asked(backend, "bhansa batti ho", OTHER) == "all toggle"  # it has neither room


def test_nearest_knows_a_seen_sentence_before_a_similar_one():
    # Without their places the first two are one sentence with two labels.
    rows = said("kitchen batti", "kitchen turn_on"), said("bathroom batti", "bathroom turn_off")
    backend = trained("nearest", *rows)
    assert (asked(backend, "kitchen batti"), asked(backend, "bathroom batti")) == (
        "kitchen turn_on", "bathroom turn_off")  # fmt: skip


@pytest.mark.parametrize("labels", [("kitchen turn_on",), ("kitchen turn_on", "kitchen turn_off")])
def test_a_classifier_of_one_or_two_answers(labels):
    rows = [said(f"kitchen batti {label.split('_')[1]}", label) for label in labels]
    for row, label in zip(rows, labels, strict=True):
        assert asked(trained("tfidf", *rows), row.command) == label


def test_the_longest_name_is_the_one_that_is_said():
    home = home_of("store", "store room")
    backend = trained("nearest", said("store ma batti bala", "store turn_on"), home=home)
    assert asked(backend, "store room ma batti bala", home) == "store room turn_on"


def test_exceptions_are_places_too():
    row = Record("kitchen bahek sabai nibhau", Command.from_dict(
        {"actions": [{"room": "all", "except": ["kitchen"], "action": "turn_off"}]}).to_dict(), "ghar")  # fmt: skip
    assert asked(trained("nearest", row), "attic bahek sabai nibhau", OTHER) == "all ['attic'] turn_off"


_WORDS = st.sampled_from(["kitchen", "attic", "hall", "reading lamp", "upstairs", "batti", "bala", "rato", "ra", "40%"])


@settings(max_examples=60)
@given(st.lists(st.lists(_WORDS, max_size=7).map(" ".join) | st.text(max_size=20), max_size=5))
@pytest.mark.parametrize("name", [*FITTED, pytest.param("hassil", marks=needs_hassil)])
def test_every_answer_is_valid_in_the_home(name, sentences):
    backend = _LOADED.get(name) or _LOADED.setdefault(name, trained(name, *ROWS))
    for home in (HOME, OTHER):
        readings = backend.generate(home, sentences)
        assert len(readings) == len(sentences)
        for reading in readings:
            assert home.check(reading.command) == []
            assert Command.from_dict(reading.command.to_dict(), groups=home.group_names) == reading.command


_LOADED: dict[str, object] = {}


def test_there_is_no_other_baseline():
    with pytest.raises(BattiError, match="there is no baseline 'tfid'; did you mean 'tfidf'\\?"):
        baselines.load("tfid")


@pytest.mark.parametrize("name", FITTED)
@pytest.mark.parametrize("train", [None, Dataset([])])
def test_what_learns_needs_sentences(name, train):
    with pytest.raises(BattiError, match=f"the baseline '{name}' learns from sentences; name some: --train FILE"):
        baselines.load(name, train)


@pytest.mark.parametrize(("name", "library"), [("tfidf", "sklearn"), ("nearest", "sklearn"), ("hassil", "hassil")])
def test_a_missing_library_is_told_in_a_line(monkeypatch, name, library):
    monkeypatch.delitem(sys.modules, "batti.evaluate.hassil", raising=False)
    for module in ("sklearn.feature_extraction.text", "hassil"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(BattiError, match=rf"the baseline '{name}' needs {library}; .* pip install -e '\.\[eval\]'"):
        trained(name, *ROWS)


# -- Home Assistant's matcher --------------------------------------------------------------------------
HASS = home_of(
    {"name": "kitchen", "aliases": ["bhancha", "भान्सा"]},
    {"name": "bedroom", "lights": [{"name": "table lamp", "aliases": ["padhne batti"]}, {"name": "wall lamp"}]},
    {"name": "study", "lights": [{"name": "wall lamp"}]},
    groups={"upstairs": ["bedroom", "study"]},
)


@needs_hassil
@pytest.mark.parametrize(
    ("sentence", "done"),
    [
        ("Turn on the kitchen lights.", "kitchen turn_on"),
        ("turn off the lights in the bhancha", "kitchen turn_off"),
        ("turn off the lights", "here turn_off"),
        ("turn off all the lights", "all turn_off"),
        ("turn off the upstairs lights", "upstairs turn_off"),
        ("set bedroom brightness to 40%", "bedroom adjust_brightness 0.4"),
        ("set the table lamp to 0%", "bedroom table lamp turn_off"),
        ("turn on padhne batti", "bedroom table lamp turn_on"),
        ("set the kitchen to red", "kitchen change_color red"),
        ("set kitchen color temperature to 2700 kelvin", "kitchen change_color 2700"),
        ("are any lights on in the kitchen", "kitchen get_state"),
        ("is the table lamp on", "bedroom table lamp get_state"),
        ("turn on the wall lamp in the study", "study wall lamp turn_on"),
        ("भान्साको बत्ती बाल", "kitchen turn_on"),
        ("भान्साको बत्ती बन्द गर", "kitchen turn_off"),
        ("भान्साको बत्तीलाई रातो रंग बनाउ", "kitchen change_color red"),
        ("भान्साको बत्तीको उज्यालोपन 40 प्रतिशत बनाउ", "kitchen adjust_brightness 0.4"),
        # Nothing of the contract, or more than one thing, or nothing that it recognizes.
        ("set the kitchen to black", "none"),
        ("turn on the wall lamp", "none"),
        ("turn on the garage lights", "none"),
        ("bhancha ko batti bala", "none"),
        ("play music", "none"),
        ("", "none"),
    ],
)
def test_what_home_assistant_makes_of_a_sentence(sentence, done):
    backend = _LOADED.get("hassil") or _LOADED.setdefault("hassil", baselines.load("hassil"))
    assert asked(backend, sentence, HASS) == done


# -- against the known figures of the thesis's test split, on its validation split ------------------------
def _rows(name: str) -> list[Record]:
    """The split with one colour for all, as its short form names none."""
    rows = thesis_text.read(THESIS / f"{name}.json")
    asked = [(command, [_action(*one.split(": ")) for one in thesis_text.entries(output)]) for command, output in rows]
    sound = [(command, actions) for command, actions in asked if not any(a.get("brightness") == "0.0" for a in actions)]
    documents = [Command.from_dict({"actions": one_form(actions)}).to_dict() for _, actions in sound]
    return [Record(command, document, "ghar") for (command, _), document in zip(sound, documents, strict=True)]


def _action(room: str, doing: str) -> dict[str, str]:
    key, _, value = doing.partition("=")
    if value:
        return {"room": room, "action": "adjust_brightness", key: value}
    return {"room": room, "action": doing, **({"color": "red"} if doing == "change_color" else {})}


@needs_thesis
@pytest.mark.parametrize(("name", "least", "most"), [("lookup", 0.24, 0.28), ("nearest", 0.65, 0.75)])
def test_figures_on_the_thesis_are_what_others_measured(name, least, most):
    home = Home.default()
    backend, rows = trained(name, *_rows("train"), home=home), _rows("val")
    readings = backend.generate(home, [row.command for row in rows])
    right = sum(reading.command.to_dict() == row.expected for reading, row in zip(readings, rows, strict=True))
    assert least < right / len(rows) < most
