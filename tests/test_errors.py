import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batti.errors import BattiError, Fault, did_you_mean, missing, quote


def test_a_fault_is_one_line() -> None:
    fault = Fault("line 3", "no action 'turn_of'", "did you mean 'turn_off'?")
    assert str(fault) == "line 3: no action 'turn_of'; did you mean 'turn_off'?"
    assert str(Fault("", "it broke", "")) == "it broke"


def test_an_error_without_faults_says_problem_and_hint() -> None:
    error = BattiError("there is no model", "run `make model`")
    assert str(error) == "there is no model; run `make model`"
    assert (error.problem, error.hint, error.faults) == (
        "there is no model", "run `make model`", ()
    )  # fmt: skip
    assert error.listed == (Fault("", "there is no model", "run `make model`"),)


def test_a_missing_library_is_told_with_the_command_that_installs_it() -> None:
    said = "this needs pyarrow; in the folder of batti: pip install -e '.[data]'"
    assert str(missing("this", "pyarrow", "data")) == said


def test_an_error_of_faults_has_one_line_for_each() -> None:
    faults = (Fault("line 1", "a", "b"), Fault("line 2", "c", "d"))
    error = BattiError.of(faults)
    assert str(error) == "line 1: a; b\nline 2: c; d"
    assert (error.problem, error.hint, error.faults) == ("a", "b", faults)
    assert error.listed == faults
    assert str(BattiError.of(faults[:1])) == "line 1: a; b"


def test_an_error_survives_pickling() -> None:
    error = BattiError.of([Fault("line 1", "a", "b")])
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.faults) == (str(error), error.faults)


@given(st.text(), st.text(), st.text())
def test_a_fault_is_one_line_whatever_the_text(where: str, problem: str, hint: str) -> None:
    assert len(str(Fault(where, problem, hint)).splitlines()) <= 1


@given(st.text())
def test_quoted_text_can_be_printed_on_one_line(text: str) -> None:
    quoted = quote(text)
    quoted.encode("utf-8")
    assert len(quoted.splitlines()) == 1


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("सुत्ने", "'सुत्ने'"),
        ("क्\u200dष", "'क्\u200dष'"),
        ("a\nb", "'a\\nb'"),
        ("\ud800", "'\\ud800'"),
        (True, "True"),
        (3, "3"),
        (10**100, "a huge number"),
        ([1], "a list"),
        ({}, "a mapping"),
        (None, "a NoneType"),
    ],
)
def test_quote(value: object, said: str) -> None:
    assert quote(value) == said


def test_long_text_is_shortened() -> None:
    assert len(quote("x" * 1000)) < 70


@pytest.mark.parametrize(
    ("said", "choices", "hint"),
    [
        ("Kitchn", ["kitchen", "hall"], "did you mean 'kitchen'?"),
        ("zzz", ["kitchen", "hall"], "use one of: kitchen, hall"),
        (3, ["kitchen"], "use one of: kitchen"),
        ("x" * 10_000, ["kitchen"], "use one of: kitchen"),
        ("a", [], "there is none to choose from"),
    ],
)
def test_did_you_mean(said: object, choices: list[str], hint: str) -> None:
    assert did_you_mean(said, choices) == hint


def test_did_you_mean_lists_a_dozen_at_most() -> None:
    assert did_you_mean("?", [f"room {n}" for n in range(500)]).endswith("room 11, …")
