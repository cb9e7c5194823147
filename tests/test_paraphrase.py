"""`batti data paraphrase`: the variants are the model's, the labels ours."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from chat_server import Body, Chat, serving
from click.testing import CliRunner, Result

from batti.cli import main
from batti.dataset import paraphrase, records
from batti.dataset.paraphrase import Rewriter
from batti.dataset.prompts import choices
from batti.dataset.records import Dataset, Record
from batti.home import Home

OFF = {
    "intent": "single_room_control",
    "rooms": ["kitchen"],
    "actions": [{"room": "kitchen", "action": "turn_off"}],
}
NONE = {"intent": "none", "rooms": [], "actions": []}
SOURCES = [
    Record("bhancha ko batti nibhau", OFF, "default", id="a1", family="f1"),
    Record("kitchen off", OFF, "default", id="a2"),
    Record("pankha chalau", NONE, "default", id="a3"),
    Record("kitchen ma andhyaro", OFF, "default", family="f4"),
    Record("turn the kitchen off", OFF, "default", id="a5"),
]


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    file = tmp_path / "in" / "in.jsonl"
    records.save(file, Dataset(SOURCES, {"default": Home.default()}))
    return file


def shown(body: Body) -> list[Body]:
    """The sentences that a request shows."""
    return [json.loads(line) for line in body["messages"][1]["content"].splitlines() if line.startswith('{"of"')]


def variant(of: Any, sentence: Any, language: Any = "english", **more: Any) -> Body:
    return {"of": of, "language": language, "sentence": sentence, **more}


def three_each(body: Body) -> list[Body]:
    # The label that is sent along is wrong, and must not count.
    return [
        variant(one["of"], f"{one['sentence']} variant {n}", expected=NONE, label={"intent": "none"})
        for one in shown(body)
        for n in range(3)
    ]


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[Body], list[Any]]], Chat]]:
    running: list[Any] = []

    def start(rows: Callable[[Body], list[Any]] = three_each) -> Chat:
        running.append(serving(rows))
        return running[-1].__enter__()  # type: ignore[no-any-return]

    yield start
    for one in running:
        one.__exit__(None, None, None)


Serve = Callable[..., Chat]


def run(chat: Chat, source: Path, out: Path, *more: object) -> Result:
    args = ["data", "paraphrase", source, out, "--api", chat.url, "--model", "m", "--retries", 0, *more]
    return CliRunner().invoke(main, list(map(str, args)))


def reasons(out: Path) -> list[str]:
    lines = out.with_suffix(".rejected.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["reason"] for line in lines]


def test_variants_keep_label_and_family_of_their_source(serve: Serve, source: Path, tmp_path: Path) -> None:
    chat, out = serve(), tmp_path / "out.jsonl"
    done = run(chat, source, out, "--per-call", 7, "--price-in", 1, "--price-out", 1)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        f"{out}: 15 sentences, 0 rows rejected",
        "3 calls; in all 3 answers, 3,000 tokens in, 300 out, 0.0033 USD",
    ]
    assert sorted([one["sentence"] for one in shown(body)] for body in chat.seen) == sorted(
        [[s.command for s in SOURCES[at : at + 2]] for at in (0, 2, 4)]
    )
    data = records.load(out)
    assert data.homes == {"default": Home.default()}
    families = ["f1", "a2", "a3", "f4", "a5"]
    for record, (at, n) in zip(data.records, [(at, n) for at in range(5) for n in range(3)], strict=True):
        assert record.command == f"{SOURCES[at].command} variant {n}"
        assert record.expected == SOURCES[at].expected
        assert (record.family, record.set, record.tags) == (families[at], "paraphrase", ("english",))
        assert record.id == f"{SOURCES[at].id or families[at]}-p{n + 1}"


def test_a_variant_that_is_none_is_rejected(serve: Serve, source: Path, tmp_path: Path) -> None:
    rows = [
        variant(1, "  Bhancha ko BATTI nibhau "),  # the source
        variant(1, "kitchen off"),  # another sentence of the file
        variant(1, "bhancha ko batti banda gara", "romanized"),
        variant(1, "Bhancha ko batti banda gara", "romanized"),
        variant(2, ""),
        variant(2, 3),
        variant(2, "x" * 401),
        variant(2, "kill the kitchen light", "french"),
        variant(2, "kill the kitchen light", ["english"]),
        variant(0, "kill it"),
        variant(6, "kill it"),
        variant(True, "kill it"),
        variant("2", "kill it"),
        "kill it",
        *(variant(2, f"kitchen light off {n}") for n in range(3)),
    ]
    out = tmp_path / "out.jsonl"
    assert run(serve(lambda body: rows), source, out, "--variants", 2).exit_code == 0
    assert [r.command for r in records.read(out)] == [
        "bhancha ko batti banda gara", "kitchen light off 0", "kitchen light off 1",
    ]  # fmt: skip
    there = "the sentence is there already"
    assert reasons(out) == [
        there, there, there, "the sentence is empty", "the sentence is 3, not text",
        "the sentence is too long: 401 characters, 400 at most",
        "there is no language 'french'", "there is no language a list",
        "there is no sentence 0", "there is no sentence 6", "there is no sentence True", "there is no sentence '2'",
        "the row is not an object", "more variants than were asked for",
    ]  # fmt: skip


def test_a_rerun_asks_only_the_batch_that_failed(serve: Serve, source: Path, tmp_path: Path) -> None:
    chat, out = serve(), tmp_path / "out.jsonl"
    chat.mishaps = ["", "broken"]
    done = run(chat, source, out, "--per-call", 3, "--concurrency", 1)
    assert done.exit_code == 1
    assert done.stderr.splitlines()[-1].startswith("batti: 1 of 5 calls failed: 1 × the API answers 500")
    assert len(records.read(out)) == 12
    assert run(chat, source, out, "--per-call", 3).exit_code == 0
    assert [[one["sentence"] for one in shown(body)] for body in chat.seen[5:]] == [["kitchen off"]]
    assert len(records.read(out)) == 15


def test_a_sentence_is_shown_with_its_label_and_the_names_of_its_places() -> None:
    action = {"room": "kitchen", "action": "turn_off"}
    home = Home.default()
    rewriter = Rewriter(Dataset([Record("k off", {**OFF, "actions": [action]}, "h", id="1")], {"h": home}), 3, 1)
    request = rewriter.request(rewriter.batches(20)[0])
    [line] = [line for line in request.task.splitlines() if line.startswith('{"of"')]
    kitchen = next(one for one in home.entities() if one.name == "kitchen")
    assert json.loads(line) == {
        "of": 1, "sentence": "k off", "label": OFF, "names": {"kitchen": list(kitchen.names)},
    }  # fmt: skip
    assert request.schema["properties"]["rows"]["items"]["required"] == ["of", "language", "sentence"]
    assert all(f"- {language}: " in request.guideline for language in choices()["languages"])
    assert "$" not in request.guideline + request.task


def test_the_same_seed_asks_for_the_same() -> None:
    data = Dataset([Record(f"k {n}", OFF, "h", id=str(n)) for n in range(40)], {"h": Home.default()})

    def tasks(seed: int) -> list[str]:
        rewriter = Rewriter(data, 3, seed)
        return [rewriter.request(batch).task for batch in rewriter.batches(6)]

    assert tasks(1) == tasks(1) != tasks(2)
    assert len(tasks(1)) == 20


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (Record("batti bala", OFF, "default"), "'batti bala': the sentence has neither id nor family; give it an id"),
        (
            Record("x", {**OFF, "rooms": ["garage"], "actions": [{"room": "garage", "action": "turn_off"}]}, "default",
                   id="1"),
            "no room or group 'garage'",
        ),
        (Record("x", {**OFF, "intent": "none"}, "default", id="1"), "intent is none"),
    ],
)  # fmt: skip
def test_a_sentence_whose_variants_could_not_be_used_is_said_before_anything_is_asked(
    record: Record, said: str, serve: Serve, tmp_path: Path
) -> None:
    source = tmp_path / "in.jsonl"
    records.save(source, Dataset([*SOURCES, record], {"default": Home.default()}))
    chat = serve()
    done = run(chat, source, tmp_path / "out.jsonl")
    assert done.exit_code == 1 and said in done.stderr and done.stderr.count("\n") == 1
    assert not chat.seen


def test_many_faults_are_counted(serve: Serve, tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    nameless = [Record(f"batti bala {n}", OFF, "default") for n in range(25)]
    records.save(source, Dataset(nameless, {"default": Home.default()}))
    lines = run(serve(), source, tmp_path / "out.jsonl").stderr.splitlines()
    assert len(lines) == 21 and lines[-1] == f"batti: {source}: 5 more faults"


def test_the_file_that_is_read_is_never_written(serve: Serve, source: Path) -> None:
    text = source.read_bytes()
    done = run(serve(), source, source.parent / ".." / "in" / "in.jsonl")
    assert done.exit_code == 1 and "is read and would be written; write to another file" in done.stderr
    assert source.read_bytes() == text


def test_sentences_of_another_run_stay_as_they_are(serve: Serve, source: Path, tmp_path: Path) -> None:
    chat, out = serve(), tmp_path / "test.jsonl"
    records.save(out, Dataset(SOURCES[:1], {"default": Home.default()}))
    kept = out.read_bytes()
    done = run(chat, source, out)
    assert (done.exit_code, out.read_bytes(), chat.seen) == (1, kept, [])
    assert "is there already; write to another file, or add --overwrite" in done.stderr
    assert run(chat, source, out, "--overwrite").exit_code == 0
    assert run(chat, source, out).exit_code == 0  # its answers are beside it: it goes on
    assert len(records.read(out)) == 3 * len(SOURCES)


def test_model_and_address_are_asked_for(source: Path, tmp_path: Path) -> None:
    for args, said in (([], "Missing option '--api'"), (["--api", "http://127.0.0.1:9"], "--api needs --model")):
        done = CliRunner().invoke(main, ["data", "paraphrase", str(source), str(tmp_path / "out.jsonl"), *args])
        assert done.exit_code == 2 and said in done.stderr


def test_paraphrase_is_a_function_too(serve: Serve, source: Path, tmp_path: Path) -> None:
    from batti.dataset.api import Api

    harvest = paraphrase.paraphrase(source, tmp_path / "out.jsonl", Api(serve().url, "m"), variants=1)
    assert len(harvest.records) == 5 and len(harvest.rejected) == 10
