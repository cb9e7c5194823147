import json
import os
import select
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest
from helpers import BATTI, OFF, PATIENCE

from batti import __version__
from batti.command import Command

ROOT = Path(__file__).parent.parent
KEYS = ["command", "intent", "rooms", "actions", "confidence", "needs_confirmation", "ms"]
Run = subprocess.CompletedProcess[str]


def run(
    *args: str, given: str | bytes | None = None, cwd: Path | None = None, environment: dict[str, str] | None = None
) -> Run:
    """Run `batti`; without `given` its standard input is empty."""
    data = given.encode("utf-8", "surrogateescape") if isinstance(given, str) else given or b""
    done = subprocess.run([*BATTI, *args], input=data, capture_output=True, timeout=PATIENCE, cwd=cwd,
                          env=os.environ | (environment or {}))  # fmt: skip
    return Run(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def answered(*args: str, given: str | bytes) -> list[dict[str, Any]]:
    done = run(*args, given=given)
    assert (done.returncode, done.stderr) == (0, "")
    *lines, rest = done.stdout.split("\n")
    assert rest == ""
    return [json.loads(line) for line in lines]


def refused(done: Run, code: int) -> list[str]:
    """The lines of a refusal: on standard error only, and no traceback."""
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    return done.stderr.splitlines()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    file = tmp_path / "home.yaml"
    text = "name: Ghar\nrooms:\n  - name: Zorvak\n    aliases: [ज़ोरवाक]\n  - name: kitchen\n"
    file.write_text(text, encoding="utf-8")
    return file


# --- one sentence ------------------------------------------------------------------------------


def test_a_sentence_is_answered_in_yaml() -> None:
    done = run("bhancha ko batti nibhau")
    assert (done.returncode, done.stdout, done.stderr) == (0, OFF, "")


def test_a_mistyped_verb_is_taken_for_a_sentence_and_said_so() -> None:
    assert run("serv").stderr == "batti: taken for a sentence; did you mean batti serve?\n"
    assert run("hello", "there").stderr == ""


def test_options_may_stand_before_a_verb() -> None:
    said = run("--room", "bedroom", "--json", "explain", "yo kotha nibhau")
    assert json.loads(said.stdout) == json.loads(run("explain", "yo kotha nibhau", "--room=bedroom", "--json").stdout)
    assert "explanation" in json.loads(said.stdout)
    assert json.loads(run("--room=bedroom", "--json", "--", "explain", "yo").stdout)["command"] == "explain yo"
    [line] = refused(run("--room", "bedroom", "mqtt"), 2)
    assert line.startswith("batti: No such option '--room'")


def test_words_need_no_quotes_and_say_may_be_written() -> None:
    assert run("say", "bhancha", "ko", "batti", "nibhau").stdout == OFF


def test_a_sentence_is_answered_in_json() -> None:
    done = run("--json", "भान्छाको बत्ती निभाउ")
    assert (done.returncode, done.stderr) == (0, "") and done.stdout.count("\n") == 1
    data = json.loads(done.stdout)
    assert list(data) == KEYS
    assert data["command"] == "भान्छाको बत्ती निभाउ" and "भान्छाको" in done.stdout
    assert (data["intent"], data["rooms"]) == ("single_room_control", ["kitchen"])
    assert data["actions"] == [{"room": "kitchen", "action": "turn_off"}]
    assert isinstance(data["confidence"], float) and 0 <= data["confidence"] <= 1
    assert isinstance(data["ms"], float) and data["ms"] > 0


@pytest.mark.parametrize(("text", "intent"), [("", "none"), ("garage ko batti bala", "unknown_room")])
def test_nothing_to_do_is_no_error(text: str, intent: str) -> None:
    done = run(text)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"intent: {intent}\nrooms: []\nactions: []\n", "")


def test_text_wins_over_standard_input() -> None:
    assert run("bhancha ko batti nibhau", given="hello\n").stdout == OFF


def test_a_sentence_that_looks_like_an_option_stands_after_two_strokes() -> None:
    assert json.loads(run("--json", "--", "--help", "batti").stdout)["command"] == "--help batti"
    [line] = refused(run("--nothing", "x"), 2)
    assert line == "batti: No such option '--nothing'; see python -m batti say --help"


def test_bytes_that_are_no_text_are_answered() -> None:
    done = subprocess.run([*BATTI, "--json", b"\xff\xfe batti"], capture_output=True, timeout=PATIENCE)
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["command"] == "\ufffd\ufffd batti"


def test_the_output_is_utf_8_in_a_plain_locale() -> None:
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "PYTHON"))}
    done = subprocess.run(
        [*BATTI, "--json", "भान्छा"], capture_output=True, timeout=PATIENCE, env=plain | {"LC_ALL": "C"}
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout.decode())["command"] == "भान्छा"


def test_the_version_and_the_help_are_printed() -> None:
    assert run("--version").stdout == f"batti, version {__version__}\n"
    for args in (["--help"], ["-h"], ["say", "--help"], ["evaluate", "-h"]):
        done = run(*args)
        assert done.returncode == 0 and "Usage: " in done.stdout and done.stderr == ""


# --- home and room -----------------------------------------------------------------------------


def test_the_home_is_read_from_a_file(home: Path) -> None:
    assert run("--home", str(home), "turn off the zorvak light").stdout == OFF.replace("kitchen", "Zorvak")


def test_here_becomes_the_room_that_is_named() -> None:
    assert run("--room", "भान्छा", "turn off the light").stdout == OFF


def test_an_unknown_room_is_a_fault_of_use() -> None:
    said = refused(run("--room", "garage", "turn off the light"), 2)
    assert "this home has no room 'garage'" in said[-1]


def test_a_missing_file_is_a_fault_of_use(tmp_path: Path) -> None:
    assert "does not exist" in refused(run("--home", str(tmp_path / "none.yaml"), "x"), 2)[-1]
    assert "is a directory" in refused(run("--home", str(tmp_path), "x"), 2)[-1]
    assert "no batti model in" in refused(run("--model", str(tmp_path / "none"), "x"), 1)[-1]


def test_every_fault_of_a_home_is_said_on_its_own_line(tmp_path: Path) -> None:
    file = tmp_path / "home.yaml"
    rooms = "rooms:\n  - name: a\n    colour: red\n  - name: a\n  - name: all\n"
    file.write_text(rooms + "groups:\n  - name: g\n    rooms: [b]\n", encoding="utf-8")
    said = refused(run("--home", str(file), "x"), 1)
    assert len(said) == 4
    assert all(line.startswith(f"batti: {file}:") for line in said)
    assert [int(line.removeprefix(f"batti: {file}:").split(":")[0]) for line in said] == [3, 4, 5, 8]


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"rooms: [", b"rooms: []\n"])
def test_a_file_that_is_no_home_is_refused_in_one_line(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "home.yaml"
    file.write_bytes(data)
    [line] = refused(run("--home", str(file), "x"), 1)
    assert line.startswith("batti: ")


def test_a_folder_that_is_no_model_is_refused_in_one_line(tmp_path: Path) -> None:
    [line] = refused(run("--model", str(tmp_path), "x"), 1)
    assert line.startswith("batti: no batti model in ")


def test_a_fault_of_use_is_one_line_that_names_the_help() -> None:
    [line] = refused(run("data", "export", os.devnull, "out"), 2)
    assert line.startswith("batti: Missing option '--to'. Choose from: jsonl")
    assert line.endswith("; see python -m batti data export --help")
    [line] = refused(run("serve", "--workers", "many"), 2)
    assert line.startswith("batti: Invalid value for '--workers': 'many' is not a valid integer range; see python")
    assert "Commands:" in run("data").stderr  # what says too little is shown what there is


# --- what cannot be written ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory, few_phrases: dict[str, str]) -> Path:
    folder = tmp_path_factory.mktemp("labelled")
    made = run("data", "generate", "some.jsonl", "--count", "20", "--workers", "1", cwd=folder, environment=few_phrases)
    assert made.returncode == 0, made.stderr
    (folder / "file").write_text("no folder")
    return folder


def test_what_cannot_be_written_is_one_line_before_the_work(labelled: Path) -> None:
    for words in (
        "data generate file/x.jsonl --count 3", "data balance some.jsonl file/x.jsonl", "data split some.jsonl file/x",
        "data agreement sample some.jsonl file/x.csv --count 4", "data export some.jsonl file/x --to jsonl",
        "evaluate some.jsonl --results file/x.json", "evaluate some.jsonl --html file/x.html",
        "bench --rounds 1 --json file/x.json", "data generate /proc/x.jsonl --count 3",
    ):  # fmt: skip
        line = refused(run(*words.split(), cwd=labelled), 1)[-1]
        assert line.endswith("; see whether it is there, may be used and has room"), (words, line)
        assert line.startswith(("batti: 'file", "batti: '/proc/x.jsonl")), (words, line)


def test_a_state_folder_that_cannot_be_is_one_line(labelled: Path) -> None:
    [line] = refused(run("serve", "--state", "file/x", cwd=labelled), 1)
    assert line.startswith(f"batti: '{labelled}/file/x") and "Not a directory" in line
    [line] = refused(run("serve", "--state", "/proc/x"), 1)
    assert line.startswith("batti: the store at /proc/x/batti.sqlite cannot be used: No such file or directory; ")


def test_a_training_that_could_not_be_kept_does_not_begin(labelled: Path) -> None:
    pytest.importorskip("torch", reason="needs torch: pip install '.[train]'")
    [line] = refused(run("train", str(ROOT / "configs" / "smoke.yaml"), "--out", "file/x", cwd=labelled), 1)
    assert line.startswith("batti: 'file/x'")


@pytest.mark.parametrize("words", [["bhancha ko batti nibhau"], ["--help"], ["data", "check", "--help"]])
def test_a_full_disk_behind_the_output_is_one_line(words: list[str]) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run([*BATTI, *words], stdout=full, stderr=subprocess.PIPE, text=True, timeout=PATIENCE)
    assert done.returncode == 1
    assert done.stderr == "batti: No space left on device; see whether it is there, may be used and has room\n"


# --- lines of standard input -------------------------------------------------------------------


def test_each_line_is_answered_in_order() -> None:
    rows = answered(given="bhancha ko batti nibhau\nhello\nturn on the bedroom light\n")
    assert [row["command"] for row in rows] == ["bhancha ko batti nibhau", "hello", "turn on the bedroom light"]
    assert [row["rooms"] for row in rows] == [["kitchen"], [], ["bedroom"]]
    assert all(list(row) == KEYS for row in rows)
    for row in rows:
        Command.from_dict({key: row[key] for key in ("intent", "rooms", "actions")})


def test_a_line_need_not_end_and_may_end_as_on_windows() -> None:
    rows = answered(given=b"hello\r\nbhancha ko batti nibhau\r\nhello")
    assert [row["command"] for row in rows] == ["hello", "bhancha ko batti nibhau", "hello"]


def test_the_mark_at_the_beginning_of_a_windows_file_is_no_part_of_the_first_line() -> None:
    first, second = answered(given="\ufeffbatti bala\r\nbatti nibhau\r\n")
    assert (first["command"], second["command"]) == ("batti bala", "batti nibhau")


def test_blank_lines_are_answered_too() -> None:
    rows = answered(given="\n  \nhello\n\n")
    assert [row["command"] for row in rows] == ["", "  ", "hello", ""]
    assert all(row["intent"] == "none" for row in rows)


def test_no_input_gives_no_output() -> None:
    assert answered(given=b"") == []


def test_bytes_that_are_no_utf_8_spoil_no_other_line() -> None:
    rows = answered(given=b"\xff\xfe\n\xe0\xa4\nbhancha ko batti nibhau\n\x00\n")
    assert [row["command"] for row in rows] == ["\ufffd\ufffd", "\ufffd", "bhancha ko batti nibhau", "\x00"]
    assert rows[2]["rooms"] == ["kitchen"]


def test_odd_line_separators_do_not_end_a_line() -> None:
    text = "a\u2028b\u0085c\x0bd\x0ce\rf"
    assert [row["command"] for row in answered(given=text + "\n")] == [text]


def test_three_hundred_lines_are_answered() -> None:
    texts = [f"bhancha ko batti {level}% ma rakha" for level in range(1, 101)] * 3
    rows = answered(given="\n".join(texts))
    assert [row["command"] for row in rows] == texts
    assert all(row["rooms"] == ["kitchen"] for row in rows)


def test_a_line_of_a_million_characters_is_answered() -> None:
    rows = answered(given="x" * 1_000_000 + "\nhello\n")
    assert [len(row["command"]) for row in rows] == [1_000_000, 5]


def test_home_and_room_hold_for_lines_too(home: Path) -> None:
    rows = answered("--home", str(home), "--room", "zorvak", given="turn off the light\n")
    assert rows[0]["actions"] == [{"room": "Zorvak", "action": "turn_off"}]


def test_a_line_is_answered_before_the_next_one_is_sent() -> None:
    with subprocess.Popen(BATTI, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as asked:
        assert asked.stdin and asked.stdout and asked.stderr
        try:
            for text in ("hello", "bhancha ko batti nibhau", ""):
                asked.stdin.write(text.encode() + b"\n")
                asked.stdin.flush()
                assert select.select([asked.stdout], [], [], PATIENCE)[0]
                assert json.loads(asked.stdout.readline())["command"] == text
            asked.stdin.close()
            assert asked.wait(PATIENCE) == 0
            assert asked.stderr.read() == b""
        finally:
            asked.kill()


def test_a_reader_that_leaves_is_no_error() -> None:
    with subprocess.Popen(BATTI, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as asked:
        assert asked.stdin and asked.stdout and asked.stderr
        try:
            asked.stdin.write(b"hello\n")
            asked.stdin.flush()
            assert asked.stdout.readline()
            asked.stdout.close()
            try:
                asked.stdin.write(b"hello\n" * 2000)
                asked.stdin.close()
            except BrokenPipeError:
                pass  # it left as well, which is what a filter does
            asked.wait(PATIENCE)
            assert b"Traceback" not in asked.stderr.read()
        finally:
            asked.kill()


def test_an_interrupt_leaves_no_traceback() -> None:
    with subprocess.Popen(BATTI, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as asked:
        assert asked.stdin and asked.stdout and asked.stderr
        try:
            asked.stdin.write(b"hello\n")
            asked.stdin.flush()
            assert asked.stdout.readline()
            asked.send_signal(signal.SIGINT)
            assert asked.wait(PATIENCE) != 0
            assert b"Traceback" not in asked.stderr.read()
        finally:
            asked.kill()
