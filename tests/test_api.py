"""The client against a real server: errors, hangs, malformed answers, crashes; and what it all cost."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from chat_server import KEY, TOKENS_IN, TOKENS_OUT, Chat, batch_of, serving
from helpers import BATTI, PATIENCE
from hypothesis import given
from hypothesis import strategies as st

from batti.dataset.api import ATTEMPTS, GIVE_UP, Api, Request
from batti.dataset.journal import Journal, Malformed, key_of, rows_of
from batti.errors import BattiError

SCHEMA = {"type": "object"}


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


@pytest.fixture
def chat() -> Iterator[Chat]:
    with serving(lambda body: [batch_of(body)]) as running:
        yield running


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal(tmp_path / "calls.jsonl", (2.0, 10.0)) as kept:
        yield kept


def requests(count: int) -> list[Request]:
    return [Request("guideline", f"Batch {n}.", SCHEMA) for n in range(1, count + 1)]


def api(chat: Chat, timeout: float = 20, retries: int = 3, concurrency: int = 4) -> Api:
    return Api(chat.url, "m", concurrency=concurrency, timeout=timeout, retries=retries)


def asked(chat: Chat) -> Counter[int]:
    """How often the server saw each call."""
    return Counter(map(batch_of, chat.seen))


# --- calls that go well --------------------------------------------------------------------------


def test_answers_come_in_the_order_of_the_requests(chat: Chat, journal: Journal) -> None:
    answers = api(chat).ask(requests(9), journal)
    assert [a.rows for a in answers] == [[n] for n in range(1, 10)]
    assert not any(a.failed for a in answers)
    assert set(asked(chat).values()) == {1}


def test_a_call_sends_guideline_task_schema_and_nothing_that_servers_may_not_know(
    chat: Chat, journal: Journal
) -> None:
    api(chat).ask(requests(1), journal)
    [body] = chat.seen
    assert body == {
        "model": "m",
        "messages": [{"role": "system", "content": "guideline"}, {"role": "user", "content": "Batch 1."}],
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "rows", "strict": True, "schema": SCHEMA},
        },
    }


def test_so_many_calls_are_under_way_at_once_and_no_more(chat: Chat, journal: Journal) -> None:
    chat.hold = lambda body: bool(time.sleep(0.05))
    api(chat, concurrency=3).ask(requests(12), journal)
    assert chat.most_under_way == 3


@pytest.mark.parametrize(("key", "sent"), [(KEY, f"Bearer {KEY}"), (f"{KEY}\n", f"Bearer {KEY}"), ("", "Bearer none")])
def test_the_key_is_that_of_the_environment(
    key: str, sent: str, chat: Chat, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", key)
    api(chat).ask(requests(1), journal)
    assert chat.keys == [sent]


# --- errors that pass ----------------------------------------------------------------------------


def test_429_waits_as_long_as_the_server_says(chat: Chat, journal: Journal) -> None:
    chat.mishaps = ["busy"]
    [answer] = api(chat).ask(requests(1), journal)
    assert answer.rows == [1]
    first, second = chat.times
    assert 1 <= second - first < 3  # without Retry-After it would be half a second


def test_errors_are_waited_out_longer_and_longer(chat: Chat, journal: Journal) -> None:
    chat.mishaps = ["broken", "broken"]
    [answer] = api(chat).ask(requests(1), journal)
    assert answer.rows == [1]
    first, second, third = chat.times
    assert 0.3 < second - first < third - second


@pytest.mark.parametrize("mishap", ["dropped", "hang", "trickle", "half", "truncated", "chatty", "other_shape", "page"])
def test_what_befalls_one_attempt_is_made_good_by_the_next(mishap: str, chat: Chat, journal: Journal) -> None:
    chat.mishaps = [mishap]
    began = time.monotonic()
    [answer] = api(chat, timeout=0.5).ask(requests(1), journal)
    assert answer.rows == [1] and not answer.failed
    assert len(chat.seen) == 2
    assert time.monotonic() - began < 3


# --- errors that stay ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mishap", "reason"),
    [
        ("hang", "no whole answer in 0.2 s (3 attempts)"),
        ("trickle", "no whole answer in 0.2 s (3 attempts)"),
        ("truncated", "the answer is cut off at the model's limit of tokens (3 attempts)"),
        ("half", "the answer is not the JSON that was asked for: '{\"rows' (3 attempts)"),
        ("other_shape", "rows is a mapping, not a list (3 attempts)"),
        ("page", "the answer is no chat completion: '<html>Welcome</html>' (3 attempts)"),
        ("broken", "the API answers 500: 'out of order'"),
        ("busy", "the API answers 429: 'slow down'"),
    ],
)
def test_a_call_that_keeps_failing_is_given_up_with_its_reason(
    mishap: str, reason: str, chat: Chat, journal: Journal
) -> None:
    chat.always = mishap
    [answer] = api(chat, timeout=0.2, retries=0).ask(requests(1), journal)
    assert (answer.rows, answer.failed) == ([], reason)
    assert len(chat.seen) == (1 if mishap in ("broken", "busy") else ATTEMPTS)
    kept = [json.loads(line) for line in journal.path.read_text().splitlines()]
    assert kept[-1] == {"key": key_of(requests(1)[0].body("m")), "failed": reason}


def test_no_server_is_said_with_its_address(journal: Journal) -> None:
    with socket.socket() as taken:  # bound and not listening: nobody answers there
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        [answer] = Api(url, "m", retries=0).ask(requests(1), journal)
    assert answer.failed.startswith(f"no connection to {url}: ")


def test_a_server_that_never_answers_well_ends_the_run(chat: Chat, journal: Journal) -> None:
    chat.always = "broken"
    with pytest.raises(BattiError, match=rf"{GIVE_UP} calls in a row failed.*out of order.*again later"):
        api(chat, retries=0, concurrency=2).ask(requests(40), journal)
    assert len(chat.seen) <= GIVE_UP + 2


def test_failures_with_answers_between_do_not_end_the_run(chat: Chat, journal: Journal) -> None:
    chat.mishaps = ["broken", ""] * (GIVE_UP + 1)
    answers = api(chat, retries=0, concurrency=1).ask(requests(len(chat.mishaps)), journal)
    assert sum(bool(a.failed) for a in answers) == GIVE_UP + 1


def test_a_wrong_key_is_one_line_at_once_and_never_shown(
    chat: Chat, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-wrong")
    chat.key = KEY
    with pytest.raises(BattiError) as caught:
        api(chat).ask(requests(20), journal)
    assert str(caught.value) == f"{chat.url} refuses the key (401); set OPENAI_API_KEY to a valid one"
    assert len(chat.seen) <= 4  # those that were under way
    assert "sk-wrong" not in journal.path.read_text()


def test_a_key_that_no_header_can_hold_is_refused_unseen(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-wrong\nkey")
    with pytest.raises(BattiError, match="OPENAI_API_KEY holds characters") as caught:
        Api("http://127.0.0.1:9/v1", "m").ask(requests(1), journal)
    assert "sk-wrong" not in str(caught.value)


@pytest.mark.parametrize(
    ("mishap", "path", "said"), [("refused", "/v1", "400.*no such response_format"), ("", "", "404")]
)
def test_other_refusals_are_said_in_the_servers_words(
    mishap: str, path: str, said: str, chat: Chat, journal: Journal
) -> None:
    chat.always = mishap
    address = chat.url.removesuffix("/v1") + path
    with pytest.raises(BattiError, match=rf"refuses the request \({said}.*check --api"):
        Api(address, "m").ask(requests(1), journal)
    assert len(chat.seen) == 1


# --- what is kept --------------------------------------------------------------------------------


def test_a_second_run_asks_only_what_failed_and_counts_all(chat: Chat, tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl"
    chat.mishaps = ["half", "", "broken"]  # one call at a time: call 2 is the one that fails
    with Journal(path, (2.0, 10.0)) as journal:
        first = api(chat, retries=0, concurrency=1).ask(requests(3), journal)
        assert [bool(a.failed) for a in first] == [False, True, False]
        assert (journal.spent.answers, journal.spent.tokens_in) == (3, 3 * TOKENS_IN)  # the malformed one too
    chat.seen.clear()
    with Journal(path) as journal:
        second = api(chat).ask(requests(4), journal)
        assert [a.rows for a in second] == [[1], [2], [3], [4]]
        assert asked(chat) == {2: 1, 4: 1}
        spent = journal.spent
    assert (spent.answers, spent.tokens_in, spent.tokens_out) == (5, 5 * TOKENS_IN, 5 * TOKENS_OUT)
    assert spent.unpriced == 2 and spent.usd == pytest.approx(3 * (TOKENS_IN * 2 + TOKENS_OUT * 10) / 1e6)
    assert str(spent) == "5 answers, 5,000 tokens in, 500 out, 0.0090 USD (2 answers without a price)"
    with Journal(path, (2.0, 10.0)) as journal:  # a price given later is that of answers without one
        assert str(journal.spent).endswith("500 out, 0.0150 USD")


def test_another_model_is_asked_anew(chat: Chat, journal: Journal) -> None:
    for model in ("m", "n", "n"):
        Api(chat.url, model).ask(requests(1), journal)
    assert [body["model"] for body in chat.seen] == ["m", "n"]


def test_a_server_that_counts_no_tokens_is_said(tmp_path: Path) -> None:
    with Journal(tmp_path / "calls.jsonl") as journal:
        journal.answered("k", json.dumps({"choices": [{"message": {"content": '{"rows": []}'}}]}))
        assert str(journal.spent) == "1 answers, 0 tokens in, 0 out (1 answers without a count)"


ANSWER = json.dumps({"choices": [{"message": {"content": json.dumps({"rows": [1]})}}]})


def test_a_line_cut_short_anywhere_costs_that_line_only(tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl"
    with Journal(path) as journal:
        journal.answered("first", ANSWER)
        whole = path.stat().st_size
        journal.answered("second", ANSWER)
    data = path.read_bytes()
    for end in range(whole, len(data)):
        path.write_bytes(data[:end])
        with Journal(path) as journal:
            assert (journal.rows("first"), journal.rows("second")) == ([1], None)
            journal.answered("third", ANSWER)
        with Journal(path) as journal:
            assert (journal.rows("first"), journal.rows("third")) == ([1], [1])


@pytest.mark.parametrize("line", ["{", "[]", "3", '{"body": "x"}'])
def test_a_spoilt_journal_is_refused_with_the_line(line: str, tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl"
    path.write_text(f'{{"key": "k", "failed": "x"}}\n{line}\n')
    with pytest.raises(BattiError, match=r"calls.jsonl:2: not a line of answers; delete the line"):
        Journal(path)
    with Journal(tmp_path / "other.jsonl"):
        pass


def test_a_journal_is_one_runs_at_a_time(tmp_path: Path) -> None:
    with (
        Journal(tmp_path / "calls.jsonl"),
        pytest.raises(BattiError, match=r"another run is writing .*calls\.jsonl; wait"),
    ):
        Journal(tmp_path / "calls.jsonl")
    with Journal(tmp_path / "calls.jsonl"):
        pass


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BattiError, match="write where files can be made"):
        Journal(tmp_path / "file" / "calls.jsonl")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(JSON.map(json.dumps) | st.text(), JSON.map(json.dumps) | st.text())
def test_any_answer_gives_rows_or_a_reason(body: str, content: str) -> None:
    for said in (body, json.dumps({"choices": [{"message": {"content": content}}]})):
        try:
            assert isinstance(rows_of(said), list)
        except Malformed as reason:
            assert str(reason)


def test_a_refusal_of_the_model_is_said() -> None:
    said = json.dumps({"choices": [{"message": {"content": None, "refusal": "I cannot"}}]})
    with pytest.raises(Malformed, match="the model refuses: 'I cannot'"):
        rows_of(said)


# --- a crash -------------------------------------------------------------------------------------


def test_after_kill_9_no_finished_call_is_paid_twice(tmp_path: Path) -> None:
    out, calls = tmp_path / "out.jsonl", 12
    with serving() as chat:
        chat.hold = lambda body: batch_of(body) > 5  # five calls are answered, the others hang
        args = ["data", "generate", str(out), "--api", chat.url, "--model", "m", "--count", str(calls * 4),
                "--per-call", "4", "--concurrency", "3", "--price-in", "1", "--price-out", "1"]  # fmt: skip
        process = subprocess.Popen([*BATTI, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        journal = tmp_path / "out.calls.jsonl"
        deadline = time.monotonic() + PATIENCE
        while not (journal.exists() and journal.read_bytes().count(b"\n") == 5 and len(chat.seen) == 8):
            assert process.poll() is None and time.monotonic() < deadline, process.communicate()
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert process.returncode == -signal.SIGKILL and not out.exists()
        journal.write_bytes(journal.read_bytes() + b'{"key": "torn')  # as a kill inside a write leaves it
        before = asked(chat)
        assert set(range(1, 6)) < set(before)
        chat.released.set()

        done = subprocess.run([*BATTI, *args], capture_output=True, text=True, timeout=PATIENCE)
        assert done.returncode == 0, done.stderr
        again = asked(chat) - before
        assert again == Counter(range(6, calls + 1))  # each that was not finished, once
        assert done.stdout.splitlines() == [
            f"{out}: {calls * 4} sentences, 0 rows rejected",
            "12 calls; in all 12 answers, 12,000 tokens in, 1,200 out, 0.0132 USD",
        ]


def test_help_loads_no_client() -> None:
    code = "import sys, batti.cli; sys.exit('openai' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=PATIENCE).returncode == 0
