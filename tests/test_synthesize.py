"""`batti data generate --api`: what is asked for, what is taken and what is rejected."""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
from chat_server import KEY, Body, Chat, batch_of, row, serving, synthesized
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from batti.cli import main
from batti.command import INTENTS, Command
from batti.dataset import phrases, prompts, records, synthesize
from batti.dataset.bank import compiled
from batti.dataset.harvest import Harvest, Rejected, language_tag
from batti.dataset.prompts import choices
from batti.dataset.shots import Shots, _Teller, _Unfit
from batti.dataset.synthesize import Call, Writer, _Run
from batti.home import Home
from batti.paths import resources
from batti.text import is_devanagari, normalize

HOME = """
name: Ghar
rooms:
  - name: kitchen
    aliases: [bhancha, भान्छा]
  - name: bedroom
    aliases: [sutne kotha]
    lights:
      - {name: table lamp, aliases: [padhne batti]}
  - name: study room
groups:
  - {name: upstairs, aliases: [mathi], rooms: [bedroom, study room]}
"""
LANGUAGES = ("code-mixed", "english", "romanized", "devanagari")


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setattr(synthesize, "Shots", lambda home, words, rng: shots(home, words))  # made once for all tests


@cache
def shots(home: Home, words: frozenset[str]) -> Shots:
    return Shots(home, words, Random(1))


@pytest.fixture
def chat() -> Iterator[Chat]:
    with serving() as running:
        yield running


@pytest.fixture
def home_file(tmp_path: Path) -> Path:
    file = tmp_path / "ghar.yaml"
    file.write_text(HOME, encoding="utf-8")
    return file


def batti(*args: object) -> Result:
    return CliRunner().invoke(main, ["data", *map(str, args)])


def generate(chat: Chat, out: Path, count: int, *more: object) -> Result:
    return batti("generate", out, "--api", chat.url, "--model", "m", "--count", count, "--retries", 0, *more)


def rejected(out: Path) -> list[tuple[int, Any, str]]:
    lines = out.with_suffix(".rejected.jsonl").read_text(encoding="utf-8").splitlines()
    return [(r["call"], r["row"], r["reason"]) for r in map(json.loads, lines)]


# --- a run ---------------------------------------------------------------------------------------


def test_sentences_come_with_labels_languages_and_their_home(chat: Chat, tmp_path: Path, home_file: Path) -> None:
    out = tmp_path / "made" / "out.jsonl"
    done = generate(chat, out, 100, "--per-call", 10, "--home", home_file)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == (
        f"{out}: 100 sentences, 0 rows rejected\n10 calls; in all 10 answers, 10,000 tokens in, 1,000 out\n"
    )
    data = records.load(out)
    assert data.homes == {"ghar": Home.load(home_file)}
    assert len(data.records) == len({r.id for r in data.records}) == len({r.command for r in data.records}) == 100
    for record in data.records:
        assert record.expected == {
            "intent": "single_room_control",
            "rooms": ["kitchen"],
            "actions": [{"room": "kitchen", "action": "turn_off"}],
        }
        assert (record.home, record.set, record.family) == ("ghar", "api", record.id)
    # All that the server writes is in Latin letters, so that no row may be called Devanagari.
    assert Counter(r.tags for r in data.records) == {("code-mixed",): 50, ("english",): 30, ("romanized",): 20}
    assert rejected(out) == []


def test_a_rerun_asks_nothing_and_more_sentences_only_what_is_missing(chat: Chat, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    assert generate(chat, out, 20, "--per-call", 5).exit_code == 0
    first, seen = out.read_bytes(), len(chat.seen)
    again = generate(chat, out, 20, "--per-call", 5)
    assert (again.exit_code, len(chat.seen), out.read_bytes()) == (0, seen, first)
    assert "4 answers, 4,000 tokens in" in again.stdout
    assert generate(chat, out, 33, "--per-call", 5).exit_code == 0
    assert sorted(batch_of(body) for body in chat.seen[seen:]) == [5, 6, 7]
    assert len(records.read(out)) == 33 and out.read_bytes().startswith(first)


def test_another_seed_asks_for_other_things(chat: Chat, tmp_path: Path) -> None:
    for seed in (1, 2):
        assert generate(chat, tmp_path / f"{seed}" / "out.jsonl", 5, "--per-call", 5, "--seed", seed).exit_code == 0
    assert chat.seen[0]["messages"][1] != chat.seen[1]["messages"][1]


# --- what is rejected ----------------------------------------------------------------------------

WRONG = [
    (row("fan", action="turn_of"), "there is no action 'turn_of'; did you mean 'turn_off'?"),
    (row("garage ko batti bala", room="garage"), "this home has no room or group 'garage'"),
    (row("bhancha ko batti", room="bhancha"), "this home has no room or group 'bhancha'; write 'kitchen'"),
    (row("lamp bala", room="bedroom", light="night lamp"), "'bedroom' has no light 'night lamp'"),
    (row("kitchen 150%", action="adjust_brightness", brightness=1.5), "brightness 1.5 is out of range"),
    (row("kitchen bright", action="adjust_brightness"), "adjust_brightness has neither brightness nor brightness_step"),
    (row("kitchen pink", action="change_color", color="pinkish"), "there is no color 'pinkish'"),
    (row("kitchen off later", after="soon"), "'soon' is not a duration"),
    ({**row("mathi ko batti", room="upstairs")}, "write intent: multi_room_control"),
    ({**row("kitchen?"), "intent": "none"}, "intent is none, which these actions are not"),
    ({**row("kitchen off"), "intent": None}, "the row has no intent"),
    ({**row("kitchen off"), "actions": "off"}, "actions is not a list of actions"),
    ({**row("kitchen off"), "actions": ["off"]}, "actions is not a list of actions"),
    ({**row("kitchen off"), "mood": "bad"}, "unknown key 'mood'"),
    (row(""), "the sentence is empty"),
    (row("?! …"), "the sentence is empty"),
    (row("भ" * 399 + " क"), "the sentence is too long: 1199 characters, 400 at most"),
    (row(None), "the sentence is a NoneType, not text"),
    (row(7), "the sentence is 7, not text"),
    (row("batti " * 70), "the sentence is too long: 419 characters, 400 at most"),
    (row("batti\0bala"), "the sentence holds a control character"),
    (row("batti \ud83d bala"), "the sentence holds a control character"),
    (row("  Batti BALA "), "the sentence is there already"),
    ("batti bala", "the row is not an object"),
    (["batti bala"], "the row is not an object"),
]


def test_a_wrong_row_is_rejected_with_its_reason_and_made_up_for(tmp_path: Path, home_file: Path) -> None:
    good = row("batti bala", room="here", action="turn_on")

    def rows(body: Body) -> list[Any]:
        return [good, *(wrong for wrong, _ in WRONG)] if batch_of(body) == 1 else synthesized(body)

    out = tmp_path / "out.jsonl"
    with serving(rows) as chat:
        done = generate(chat, out, 30, "--per-call", 10, "--home", home_file)
    assert (done.exit_code, done.stderr) == (0, "")
    assert f"30 sentences, {len(WRONG)} rows rejected" in done.stdout
    for (call, kept, reason), (wrong, said) in zip(rejected(out), WRONG, strict=True):
        assert (call, kept) == (1, wrong)
        assert said in reason
    assert len(chat.seen) == 4  # one more for what was rejected of the first


def test_a_copied_example_is_no_new_sentence(tmp_path: Path) -> None:
    def rows(body: Body) -> list[Any]:
        task = body["messages"][1]["content"]
        return [json.loads(line) for line in task.splitlines() if line.startswith('{"sentence"')] + synthesized(body)

    out = tmp_path / "out.jsonl"
    with serving(rows) as chat:
        assert generate(chat, out, 5, "--per-call", 5).exit_code == 0
    assert rejected(out) and {reason for *_, reason in rejected(out)} == {"the sentence is there already"}
    assert [r.command for r in records.read(out)] == [f"bhancha ko batti nibhau 1 {i}" for i in range(5)]


def test_a_model_that_repeats_itself_is_not_asked_for_ever(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    with serving(lambda body: [row("bhancha ko batti nibhau")] * 5) as chat:
        done = generate(chat, out, 20, "--per-call", 5)
    assert done.exit_code == 1
    assert done.stderr.splitlines() == [
        f"batti: 1 of 20 sentences came of 9 calls; see {tmp_path / 'out.rejected.jsonl'} for what was wrong with the "
        "others"
    ]
    assert len(chat.seen) == 9 and len(records.read(out)) == 1


def test_a_failed_call_is_said_last_and_made_good_by_the_next_run(chat: Chat, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    chat.mishaps = ["", "broken", ""]
    done = generate(chat, out, 20, "--per-call", 5, "--concurrency", 1)
    assert done.exit_code == 1
    assert done.stderr.splitlines()[-1] == (
        "batti: 1 of 4 calls failed: 1 × the API answers 500: 'out of order'; "
        "run the same command again to try only these"
    )
    assert len(records.read(out)) == 15 and len(chat.seen) == 4
    assert generate(chat, out, 20, "--per-call", 5).exit_code == 0
    assert [batch_of(body) for body in chat.seen[4:]] == [2]
    assert [r.id for r in records.read(out)] == [f"out-{n}-{i}" for n in range(1, 5) for i in range(1, 6)]


@pytest.mark.parametrize(
    ("meant", "sentence", "tag"),
    [
        ("devanagari", "बत्ती बाल", "devanagari"),
        ("devanagari", "batti bala", "romanized"),
        ("romanized", "बत्ती बाल", "devanagari"),
        ("english", "बत्ती on", "devanagari"),
        ("code-mixed", "kitchen को light बाल", "code-mixed"),
        ("english", "lights on", "english"),
    ],
)
def test_a_row_is_tagged_by_its_script_where_that_is_not_what_was_asked_for(
    meant: str, sentence: str, tag: str
) -> None:
    assert language_tag(meant, sentence) == tag


ROW = st.fixed_dictionaries(
    {},
    optional={
        "sentence": st.text(max_size=20) | st.integers() | st.none(),
        "intent": st.sampled_from(INTENTS) | st.text(max_size=3) | st.none(),
        "rooms": st.lists(st.sampled_from(["kitchen", "x"]), max_size=2),
        "actions": st.none()
        | st.lists(
            st.dictionaries(
                st.sampled_from(["room", "action", "except", "light", "brightness", "color", "after", "x"]),
                st.sampled_from(["kitchen", "all", "turn_on", "change_color", "red", "5m", 0.5, True, None, {}])
                | st.lists(st.sampled_from(["kitchen", "bedroom"]))
                | st.floats()
                | st.integers(),
            ),
            max_size=2,
        ),
    },
)
TINY = Home.from_yaml(HOME)


@pytest.fixture(scope="module")
def writer() -> Writer:
    return Writer(TINY, 1, 5)


@given(rows=st.lists(ROW | st.integers() | st.lists(st.text()), max_size=4))
def test_any_row_is_a_valid_record_or_has_a_reason(rows: list[Any], writer: Writer) -> None:
    harvest = Harvest(Path("out.jsonl"), {"ghar": TINY})
    run, call = _Run(harvest, "ghar", writer), writer.call(0)
    for index, given_row in enumerate(rows):
        try:
            harvest.take(run._record(call, index, given_row))
        except Rejected as reason:
            assert str(reason)
    for record in harvest.records:
        assert records.faults(record, TINY) == []
        assert Command.from_dict(record.expected).to_dict() == record.expected
        assert record.to_json().encode()


# --- what is asked -------------------------------------------------------------------------------


def calls(writer: Writer, count: int) -> list[Call]:
    return [writer.call(n) for n in range(count)]


def test_half_of_the_calls_are_code_mixed_three_tenths_english(writer: Writer) -> None:
    asked = Counter(call.language for call in calls(writer, 200))
    assert asked == {"code-mixed": 100, "english": 60, "romanized": 20, "devanagari": 20}
    assert set(choices()["languages"]) == set(LANGUAGES) == set(asked)
    assert len({call.language for call in calls(writer, 4)}) == 3  # near the mix from the start


def test_every_call_asks_for_something_else_and_always_for_the_same(writer: Writer) -> None:
    tasks = [call.request.task for call in calls(writer, 100)]
    assert len({task.split("\n", 1)[1] for task in tasks}) > 95  # their numbers apart
    assert tasks == [call.request.task for call in calls(Writer(TINY, 1, 5), 100)]
    assert tasks != [call.request.task for call in calls(Writer(TINY, 2, 5), 100)]
    everything = "\n".join(tasks)
    for name in [*choices()["intents"], *(entity.name for entity in TINY.entities())]:
        assert f"- {name}" in everything


def test_the_guideline_says_home_contract_and_schema(writer: Writer) -> None:
    request = writer.call(0).request
    assert TINY.to_yaml() in request.guideline
    assert json.dumps(request.schema, ensure_ascii=False) in request.guideline
    assert all(intent in request.guideline for intent in INTENTS)
    assert "$" not in request.guideline + request.task


def test_places_are_shown_with_names_and_further_spellings(writer: Writer) -> None:
    lines = [line for call in calls(writer, 30) for line in call.request.task.splitlines()]
    kitchens = {line for line in lines if line.startswith("- kitchen: kitchen, bhancha, भान्छा")}
    assert len(kitchens) > 5  # with other spellings each time
    assert any(line.startswith("- table lamp in bedroom: table lamp, padhne batti") for line in lines)


@pytest.mark.parametrize("home", [Home.default(), TINY], ids=["default", "tiny"])
def test_examples_are_right_and_in_the_language_of_the_call(home: Home) -> None:
    made = Shots(home, frozenset(choices()["english_words"]), Random(3))
    intents: set[str] = set()
    for language in LANGUAGES:
        for shot in made.draw(language, list(INTENTS), Random(1)):
            document = shot.command.to_dict()
            assert records.faults(records.Record(shot.sentence, document, "x"), home) == []
            assert is_devanagari(shot.sentence) <= (language == "devanagari")
            assert normalize(shot.sentence) and "{" not in shot.sentence
            intents.add(document["intent"])
    assert intents == set(INTENTS)


def test_examples_name_the_places_that_they_mean() -> None:
    made = Shots(TINY, frozenset(choices()["english_words"]), Random(3))
    names = {entity.name: entity.names for entity in TINY.entities()}
    drawn = [made.draw(language, [*INTENTS] * 20, Random(2)) for language in LANGUAGES]
    named = 0
    for shot in {shot for some in drawn for shot in some}:
        for action in shot.command.actions:
            place = action.light or action.room
            if place not in ("all", "here"):
                assert any(name in shot.sentence for name in names[place]), shot
                named += 1
    assert named > 100


def test_a_strange_place_of_an_example_is_strange_to_the_home_too() -> None:
    phrase = compiled(phrases.parse("{A:bhancha} ani {U:gyarej}ko batti bala => A on; U on"))
    shot = _Teller(TINY, Random(1)).tell(phrase)
    assert shot.command.intent == "unknown_room" and shot.sentence.endswith(" ani gyarejko batti bala")
    with pytest.raises(_Unfit):
        _Teller(Home.model_validate({"rooms": [{"name": "kitchen"}, {"name": "garage"}]}), Random(1)).tell(phrase)


def test_the_schema_is_the_contracts_in_the_form_that_strict_servers_want() -> None:
    schema = prompts.rows(sentence={"type": "string"}, **prompts.labels(TINY))
    objects = [schema, schema["properties"]["rows"]["items"]]
    [action] = [objects[1]["properties"]["actions"]["items"]]
    for one in (*objects, action):
        assert one["required"] == list(one["properties"]) and one["additionalProperties"] is False
    keys = action["properties"]
    assert list(keys) == ["room", "except", "light", "action", "brightness", "brightness_step", "color", "color_temp",
                          "after", "at", "for"]  # fmt: skip
    assert keys["room"]["enum"] == ["kitchen", "bedroom", "study room", "upstairs", "all", "here"]
    assert keys["light"]["anyOf"][0]["enum"] == ["table lamp"]
    assert not {"title", "default", "description"} & set(json.dumps(schema).split('"'))
    large = Home.model_validate({"rooms": [{"name": f"room {n}"} for n in range(300)]})
    assert "room 7" not in json.dumps(prompts.labels(large))


def test_every_prompt_file_is_used() -> None:
    names = {path.name for path in resources("prompts").iterdir()}
    # chat.md is how a language model is asked for a command: batti.chat.
    assert names == {"README.md", "choices.yaml", "synthesize.md", "synthesize_call.md", "paraphrase.md",
                     "paraphrase_call.md", "chat.md"}  # fmt: skip


# --- misuse --------------------------------------------------------------------------------------

API = ("--api", "http://127.0.0.1:9/v1")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--api", "localhost:8000", "--model", "m"), "'localhost:8000' is no address"),
        (("--api", "http://x:99999", "--model", "m"), "'http://x:99999' is no address"),
        (("--api", "", "--model", "m"), "'' is no address"),
        (API, "--api needs --model"),
        ((*API, "--model", "m", "--price-in", 1), "give both --price-in and --price-out"),
        (("--model", "m"), "--model goes with --api"),
        ((*API, "--model", "m", "--timeout", 0), "0.0 is not in the range"),
        ((*API, "--model", "m", "--per-call", 0), "0 is not in the range"),
    ],
)
def test_misuse_is_said(args: tuple[object, ...], said: str, tmp_path: Path) -> None:
    done = batti("generate", tmp_path / "out.jsonl", "--count", 1, *args)
    assert done.exit_code == 2 and said in done.stderr.splitlines()[-1]
    assert not list(tmp_path.iterdir())


def test_a_wrong_key_is_one_line(chat: Chat, tmp_path: Path) -> None:
    chat.key = KEY
    done = generate(chat, tmp_path / "out.jsonl", 100)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == f"batti: {chat.url} refuses the key (401); set OPENAI_API_KEY to a valid one\n"


def test_another_home_of_the_name_is_said_before_anything_is_asked(
    chat: Chat, tmp_path: Path, home_file: Path
) -> None:
    out = tmp_path / "out.jsonl"
    assert generate(chat, out, 1, "--per-call", 1, "--home", home_file).exit_code == 0
    seen = len(chat.seen)
    home_file.write_text("rooms: [{name: kitchen}]")
    done = generate(chat, out, 1, "--per-call", 1, "--home", home_file)
    assert done.exit_code == 1 and "has another home 'ghar'; write to another folder" in done.stderr
    assert len(chat.seen) == seen


def test_a_missing_library_is_one_line(chat: Chat, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openai", None)
    monkeypatch.delitem(sys.modules, "batti.dataset.api")
    done = generate(chat, tmp_path / "out.jsonl", 1)
    told = "batti: this needs openai; in the folder of batti: pip install -e '.[data]'\n"
    assert (done.exit_code, done.stderr) == (1, told)
