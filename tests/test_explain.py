"""What an explanation says: which words were taken for what."""

import json
import subprocess
import sys
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import HOSTILE

from batti import Home, Interpreter
from batti.backends.onnx import OnnxBackend
from batti.explain import Explanation, Part, explain

HOME = Home.default()
WORDS = [
    "bhancha", "ko", "batti", "nibhau", "sabai", "bahek", "baithak", "40%", "ma", "rakha", "nilo", "10", "minute",
    "pachi", "na", "garage", "बत्ती",
]  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=50), st.lists(st.sampled_from(WORDS), max_size=9).map(" ".join), st.sampled_from(HOSTILE)
)


@pytest.fixture(scope="module")
def backend(interpreter: Interpreter) -> OnnxBackend:
    assert isinstance(interpreter.backend, OnnxBackend)
    return interpreter.backend


def said(found: Explanation, part: Part) -> list[str]:
    return [found.text[start:end] for start, end in part.words]


def parts(backend: OnnxBackend, text: str) -> list[list[tuple[str, str, Sequence[str]]]]:
    found = explain(backend, HOME, text)
    return [[(part.name, part.value, said(found, part)) for part in entry] for entry in found.entries]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bhancha ko batti nibhau", [[("place", "kitchen", "bhancha"), ("action", "turn_off", "nibhau")]]),
        ("भान्छाको बत्ती निभाऊ", [[("place", "kitchen", "भान्छा"), ("action", "turn_off", "निभाऊ")]]),
        ("sabai batti bala", [[("place", "all", "sabai"), ("action", "turn_on", "bala")]]),
        ("turn on the garage light", [[("place", "not in this home", "garage"), ("action", "turn_on", "on")]]),
        (
            "bhancha ko batti nilo gara ani baithak ko nibhau",
            [
                [("place", "kitchen", "bhancha"), ("action", "change_color, color blue", "nilo")],
                [("place", "living room", "baithak"), ("action", "turn_off", "nibhau")],
            ],
        ),
        (
            "bedroom ko batti 10 minute pachi nibhau",
            [[("place", "bedroom", "bedroom"), ("action", "turn_off", "nibhau"), ("after", "10m", "10")]],
        ),
    ],
)
def test_each_part_rests_on_its_words(
    backend: OnnxBackend, text: str, expected: list[list[tuple[str, str, str]]]
) -> None:
    found = parts(backend, text)
    assert [[part[:2] for part in entry] for entry in found] == [[part[:2] for part in entry] for entry in expected]
    for entry, wanted in zip(found, expected, strict=True):
        for (_, _, words), (_, _, word) in zip(entry, wanted, strict=True):
            assert any(word in one for one in words), (words, word)


def test_rooms_left_out_are_parts_of_their_own(backend: OnnxBackend) -> None:
    [entry] = parts(backend, "bhancha bahek sabai batti nibhau")
    assert [name for name, *_ in entry] == ["place", "except", "action"]
    assert entry[1] == ("except", "kitchen", ["bhancha"])


def test_what_asks_nothing_is_explained_too(backend: OnnxBackend) -> None:
    [[(name, value, words)]] = parts(backend, "bhancha ko fan bala")
    assert (name, value) == ("action", "none")
    assert "fan" in words


def test_the_certainty_of_the_parts_bounds_that_of_the_whole(backend: OnnxBackend) -> None:
    found = explain(backend, HOME, "bhancha ko batti 40% ma rakha")
    assert all(0 < part.certainty <= 1 for [*entry] in found.entries for part in entry)
    assert found.confidence <= min(part.certainty for entry in found.entries for part in entry) + 0.05


@settings(max_examples=60, deadline=None)
@given(text=TEXTS)
def test_any_text_is_explained(backend: OnnxBackend, text: str) -> None:
    found = explain(backend, HOME, text)
    [reading] = backend.generate(HOME, [text])
    assert found.command == reading.command
    for entry in found.entries:
        for part in entry:
            assert 0 <= part.certainty <= 1 + 1e-6
            for start, end in part.words:
                assert 0 <= start < end <= len(found.text)


def run(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "batti", "explain", *args], capture_output=True, text=True, timeout=60)


def test_the_command_line_prints_a_line_for_each_part() -> None:
    shown = run("bhancha ko batti nibhau")
    assert shown.returncode == 0, shown.stderr
    head, sure, place, action = shown.stdout.splitlines()
    assert head == "bhancha ko batti nibhau"
    assert sure.startswith("single_room_control, ") and sure.endswith("% sure")
    assert place.split()[:3] == ["1.", "place", "kitchen"] and place.endswith("bhancha")
    assert action.split()[:2] == ["action", "turn_off"] and action.endswith("nibhau")


def test_the_command_line_prints_json() -> None:
    shown = json.loads(run("--json", "bhancha ko batti nibhau").stdout)
    [[place, action]] = shown["explanation"]
    assert (place["value"], place["said"], action["said"]) == ("kitchen", ["bhancha"], ["nibhau"])
    assert shown["actions"] == [{"room": "kitchen", "action": "turn_off"}]


def test_what_cannot_be_is_said_in_place_of_a_command() -> None:
    shown = run("hall ko batti 36 ghanta pachi bala").stdout.splitlines()
    assert shown[1] == "impossible: no light waits longer than a day; say 24 hours or less"
    data = json.loads(run("--json", "hall ko batti 36 ghanta pachi bala").stdout)
    assert (data["intent"], data["actions"], "impossible: " + data["impossible"]) == ("none", [], shown[1])


def test_a_model_that_does_not_point_cannot_be_explained() -> None:
    for model in ("http://127.0.0.1:9/v1#none", "nowhere.gguf"):  # told by the name, before anything is loaded
        shown = run("--model", model, "bhancha ko batti nibhau")
        assert shown.returncode == 1
        assert shown.stderr == "batti: only a model that points at words can be explained; leave --model out\n"


def test_here_is_the_room_that_the_speaker_is_in() -> None:
    shown = json.loads(run("--json", "--room", "भान्छा", "yo kotha ko batti nibhau ani baithak ko bala").stdout)
    assert [entry[0]["value"] for entry in shown["explanation"]] == ["kitchen", "living room"]
    assert shown["rooms"] == ["kitchen", "living room"]
    shown = json.loads(run("--json", "batti nibhau").stdout)
    assert shown["explanation"][0][0]["value"] == "here"
