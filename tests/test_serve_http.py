"""The HTTP service, as clients meet it: a real server on loopback."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from chat_server import Yaml, running
from serving import Served, serving, until

from batti.command import Command
from batti.home import Home
from batti.serve.problems import in_a_header
from batti.serve.schemas import MOST_CHARS, MOST_SENTENCES

ROOT = Path(__file__).parent.parent
OFF = {"intent": "single_room_control", "rooms": ["kitchen"], "actions": [{"room": "kitchen", "action": "turn_off"}]}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("serve") / "state") as one:
        yield one


@pytest.fixture
def dark(served: Served) -> Served:
    """The server with all its lights off and nothing scheduled."""
    for job in served.jobs():
        httpx.delete(f"{served.url}/v1/schedule/{job['id']}")
    served.post("/v1/commands", {"command": {"actions": [{"room": "all", "action": "turn_off"}]}})
    return served


def problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    said = answer.json()
    assert said["status"] == status and said["type"].startswith("urn:batti:problem:") and said["title"]
    return dict(said)


def fields(answer: httpx.Response) -> list[str]:
    return [one["field"] for one in problem(answer, 422)["errors"]]


# --- sentences ---------------------------------------------------------------------------------


def test_a_sentence_is_understood_and_nothing_is_done(dark: Served) -> None:
    said = dark.post("/v1/interpret", {"sentence": "bhancha ko batti bala"}).json()
    assert said["command"] == OFF | {"actions": [{"room": "kitchen", "action": "turn_on"}]}
    assert Command.from_yaml(said["yaml"]).to_dict() == said["command"]
    assert 0.6 < said["confidence"] <= 1 and said["needs_confirmation"] is False and said["model"] == "batti"
    assert dark.lit() == set()


def test_the_room_of_the_speaker_is_here(dark: Served) -> None:
    said = dark.post("/v1/interpret", {"sentence": "batti nibhau", "room": "भान्छा"}).json()
    assert said["command"]["rooms"] == ["kitchen"]
    assert fields(dark.post("/v1/interpret", {"sentence": "batti nibhau", "room": "garden"})) == ["room"]


def test_a_batch_is_answered_in_order(served: Served) -> None:
    sentences = ["bhancha ko batti nibhau", "", "turn on the terrace light", "what is 2+2"] * 20
    results = served.post("/v1/interpret/batch", {"sentences": sentences}).json()["results"]
    assert [one["sentence"] for one in results] == sentences
    assert [one["command"]["rooms"] for one in results[:4]] == [["kitchen"], [], ["terrace"], []]


def test_an_explanation_says_which_words_are_which_room(served: Served) -> None:
    [[place, action]] = served.post("/v1/explain", {"sentence": "bhancha ko batti nibhau"}).json()["explanation"]
    assert (place["name"], place["value"], place["said"]) == ("place", "kitchen", ["bhancha"])
    assert (action["value"], action["said"]) == ("turn_off", ["nibhau"])
    here = served.post("/v1/explain", {"sentence": "batti nibhau", "room": "bhancha"}).json()
    assert (here["rooms"], here["explanation"][0][0]["value"]) == (["kitchen"], "kitchen")


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({}, ["sentence"]),
        ({"sentence": 5, "romm": "kitchen"}, ["sentence", "romm"]),
        ({"sentence": "x" * 2001}, ["sentence"]),
        ({"sentence": "bala", "model": "gpt-9"}, ["model"]),
    ],
)
def test_faults_name_their_fields_all_at_once(served: Served, body: dict[str, Any], where: list[str]) -> None:
    assert fields(served.post("/v1/interpret", body)) == where


BARE = "write true or false, without quotes"


@pytest.mark.parametrize(
    ("path", "body", "detail", "hint"),
    [
        ("commands", {"sentence": "bala", "romm": "x"}, "unknown key 'romm'", "did you mean 'room'?"),
        ("commands", {"command": {}, "yaml": ""}, "command and yaml are both there", "keep one"),
        ("interpret", {}, "sentence is missing", "add sentence"),
        ("interpret", {"sentence": 5}, "sentence is 5, not text", "write it as text"),
        ("commands", {"sentence": "bala", "confirm": "yes"}, "confirm is 'yes', not true or false", BARE),
        ("commands", {"sentence": "bala", "confirm": 1}, "confirm is 1, not true or false", BARE),
        ("commands", {"sentence": "bala", "ask_before_all": "no"}, "ask_before_all is 'no', not true or false", BARE),
        ("chat/completions", {"messages": [{"role": "user"}], "model": "hause"}, "there is no model 'hause'",
         "did you mean 'house'?"),
        ("chat/completions", {"messages": [{"role": "user"}], "stream": 1}, "stream is 1, not true or false", BARE),
        ("interpret", {"sentence": "x" * 2001}, "sentence has 2001 characters", "write 2000 at most"),
        ("interpret/batch", {"sentences": 5}, "sentences is 5, not a list", "write a list: [...]"),
        ("interpret/batch", {"sentences": []}, "sentences is empty", "write 1 at least"),
        ("interpret/batch", {"sentences": ["x"] * 257}, "sentences has 257 entries", "write 256 at most"),
        ("interpret/batch", {"sentences": ["x", 5]}, "sentences[1] is 5, not text", "write it as text"),
        ("chat/completions", {"messages": []}, "messages is empty", "write 1 at least"),
        ("chat/completions", {"messages": [5]}, "5 stands where keys and values belong", "write it with its keys"),
        ("commands", {"command": []}, "a list stands where keys and values belong", "write it with its keys"),
    ],
)
def test_a_fault_says_what_to_write(served: Served, path: str, body: dict[str, Any], detail: str, hint: str) -> None:
    [error] = problem(served.post(f"/v1/{path}", body), 422)["errors"]
    assert (error["detail"], error["hint"]) == (detail, hint)


def test_a_question_of_the_address_is_yes_or_no(served: Served) -> None:
    [error] = problem(served.get("/v1/schedule?ended=perhaps"), 422)["errors"]
    assert error["detail"] == "ended is 'perhaps', not true or false"


def test_the_longest_sentence_is_the_one_of_the_guides() -> None:
    serve, mqtt = ((ROOT / "docs" / name).read_text("utf-8") for name in ("serve.md", "mqtt.md"))
    assert f"A sentence has {MOST_CHARS:,} characters at most, a batch {MOST_SENTENCES} sentences" in serve
    assert f"A sentence has {MOST_CHARS:,} characters at most" in mqtt


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff\xfe", b'"x"', b"{" * 10_000, b'{"sentence": "\\ud800"}'])
def test_what_cannot_be_read_is_said(served: Served, body: bytes) -> None:
    answer = httpx.post(f"{served.url}/v1/interpret", content=body, headers={"Content-Type": "application/json"})
    problem(answer, answer.status_code)
    assert answer.status_code in (400, 422)


@pytest.mark.parametrize("path", ["commands", "interpret", "interpret/batch", "session", "chat/completions"])
def test_a_body_that_is_not_said_to_be_json_is_told_how(served: Served, path: str) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}  # as curl sends it where it is told nothing
    answer = httpx.post(f"{served.url}/v1/{path}", content=b'{"sentence": "bala"}', headers=form)
    [error] = problem(answer, 422)["errors"]
    assert (error["field"], error["detail"]) == ("", "the request is not sent as JSON")
    assert error["hint"] == "send JSON with Content-Type: application/json"


def test_any_text_gives_an_answer(served: Served) -> None:
    for text in ("\0", "🙂" * 100, "x" * 2000, "\u202e abc", "भान्छा" * 300, '"; DROP TABLE lights; --'):
        said = served.post("/v1/interpret", {"sentence": text}).json()
        assert said["sentence"] == text and Command.from_dict(said["command"]).to_yaml() == said["yaml"]


# --- carrying out ------------------------------------------------------------------------------


def test_what_is_asked_for_is_done_and_said_in_its_tongue(dark: Served) -> None:
    done = dark.do("Bhancha ko batti bala")
    assert (done["status"], done["reply"]) == ("done", {"text": "Bhancha ko batti baliyo.", "language": "ne-Latn"})
    assert dark.lit() == {"kitchen"}
    [[effect]] = [outcome["lights"] for outcome in done["outcomes"]]
    assert (effect["before"]["on"], effect["after"]["on"]) == (False, True)
    assert dark.do("बैठकको बत्ती ४०% मा राख्नुस्")["reply"] == {"text": "बैठकको बत्ती ४०% मा राखियो।", "language": "ne"}
    assert dark.do("is the kitchen light on?")["status"] == "answered"


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ({"sentence": "garage ko batti bala"}, "unknown_room", "garage"),
        ({"sentence": "गाईगोठको बत्ती बाल"}, "unknown_room", "यो घरमा “गाईगोठ"),
        ({"sentence": "what is your name?"}, "none", "I only look after the lights."),
        ({"sentence": "turn on the light"}, "needs_room", "Which room do you mean?"),
        ({"command": {"intent": "none"}}, "none", "lights"),
        ({"command": {"intent": "unknown_room"}}, "unknown_room", "no such room"),
        ({"sentence": "sabai batti bala", "ask_before_all": True}, "needs_confirmation", "Sachchai sabai batti"),
        ({"sentence": "kitchen off ani sabai batti bala", "ask_before_all": True}, "needs_confirmation", "?"),
    ],
)
def test_what_does_nothing(dark: Served, body: dict[str, Any], status: str, says: str) -> None:
    done = dark.post("/v1/commands", body).json()
    assert done["status"] == status
    assert says in done["reply"]["text"]
    assert (done["outcomes"], done["scheduled"], dark.lit(), dark.jobs()) == ([], [], set(), [])


def test_the_whole_house_after_a_yes(dark: Served) -> None:
    assert dark.do("sabai batti bala", ask_before_all=True, confirm=True)["status"] == "done"
    assert len(dark.lit()) == len(Home.default().rooms)
    assert dark.do("sabai batti nibhau")["status"] == "done"  # who does not ask to be asked
    assert dark.do("sabai batti baleko cha?", ask_before_all=True)["status"] == "answered"  # a question never needs to


def test_documents_are_carried_out_as_json_and_as_yaml(dark: Served) -> None:
    command = {"actions": [{"room": "here", "action": "adjust_brightness", "brightness": 0.25}]}
    assert dark.post("/v1/commands", {"command": command}).json()["status"] == "needs_room"
    done = dark.post("/v1/commands", {"command": command, "room": "hall", "sentence": "बत्ती"}).json()
    assert (done["status"], done["reply"]["text"]) == ("done", "बैठकको बत्ती २५% मा राखियो।")
    yaml = "actions:\n  - room: kitchen\n    action: turn_on\n"
    assert dark.post("/v1/commands", {"yaml": yaml}).json()["status"] == "done"
    assert dark.lit() == {"living room", "kitchen"}


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({}, [""]),
        ({"command": {}, "yaml": ""}, [""]),
        ({"command": {"actions": [{"room": "kitchen", "action": "turn_of"}]}}, ["command.actions[0].action"]),
        ({"command": {"actions": [{"room": "garden", "action": "turn_off"}]}}, ["command.actions[0].room"]),
        ({"yaml": "actions:\n  - room: kitchen\n    action: go\n"}, ["yaml.line 3"]),
        ({"command": {"actions": [{"room": "kitchen", "action": "turn_on", "color": "red", "x": 1}]}},
         ["command.actions[0].x", "command.actions[0].color"]),
    ],
)  # fmt: skip
def test_faulty_documents_name_their_fields(dark: Served, body: dict[str, Any], where: list[str]) -> None:
    assert fields(dark.post("/v1/commands", body)) == where
    assert dark.lit() == set()


# --- schedule ----------------------------------------------------------------------------------


def test_what_is_scheduled_is_listed_counted_down_and_cancelled(dark: Served) -> None:
    done = dark.do("bhancha ko batti 10 minute pachi bala ani baithak ko bihana 6 baje")
    assert (done["status"], done["outcomes"]) == ("scheduled", [])
    assert sorted(job["id"] for job in dark.jobs()) == sorted(job["id"] for job in done["scheduled"])
    assert all(job["run_at"].endswith("+05:45") for job in dark.jobs())
    first = dark.jobs()[0]
    cancelled = httpx.delete(f"{dark.url}/v1/schedule/{first['id']}")
    assert cancelled.json()["status"] == "cancelled"
    assert len(dark.jobs()) == 1
    assert first["id"] in {job["id"] for job in dark.jobs(ended=True)}
    problem(httpx.delete(f"{dark.url}/v1/schedule/{first['id']}"), 404)


def test_for_is_undone_and_events_tell_of_it(dark: Served) -> None:
    seen: list[tuple[str, Any]] = []

    def listen() -> None:
        with httpx.stream("GET", f"{dark.url}/v1/events", timeout=20) as stream:
            for line in stream.iter_lines():
                name, _, value = line.partition(": ")
                if name == "event":
                    kind = value
                elif name == "data":
                    seen.append((kind, json.loads(value)))
                if ("schedule", "done") in [(kind, one.get("status")) for kind, one in seen if kind == "schedule"]:
                    return

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    until(lambda: seen)
    assert dark.do("bhancha ko batti 2 second ko lagi nilo gara")["status"] == "done"
    assert dark.lit() == {"kitchen"}
    listener.join(20)
    assert not listener.is_alive()
    assert [kind for kind, _ in seen] == ["snapshot", "schedule", "lights", "lights", "schedule"]
    assert len(seen[0][1]["lights"]) == len(Home.default().rooms)
    colors = [one["color"] for kind, lights in seen if kind == "lights" for one in lights]
    assert colors == ["blue", None]
    assert dark.lit() == set()


def test_events_resume_after_the_last_that_was_seen(dark: Served) -> None:
    def first(**headers: str) -> tuple[int, str]:
        with httpx.stream("GET", f"{dark.url}/v1/events", headers=headers, timeout=20) as stream:
            lines = stream.iter_lines()
            number = next(lines).removeprefix("id: ")
            return int(number), next(lines)

    number, kind = first()
    assert kind == "event: snapshot"
    dark.do("bhancha ko batti bala")
    dark.do("bhancha ko batti nibhau")
    assert first(**{"Last-Event-ID": str(number)}) == (number + 1, "event: lights")
    for other in ("1000000", "9" * 30, "-" + "9" * 30):  # of a store that is there no more, or of none
        assert first(**{"Last-Event-ID": other})[1] == "event: snapshot"


# --- the home ----------------------------------------------------------------------------------


def test_the_home_is_read_and_changed_for_the_next_sentence(tmp_path: Path) -> None:
    file = tmp_path / "my home.yaml"
    file.write_text("rooms: [{name: hall}]\nconfirm_below: 1.0\n")
    with serving(tmp_path / "state", "--home", str(file)) as served:
        read = served.get("/v1/home")
        assert read.json() == {"name": "home", "rooms": [{"name": "hall"}], "confirm_below": 1.0}
        asked = served.do("hall ko batti bala")
        assert (asked["status"], asked["reply"]["text"]) == ("needs_confirmation", "Hall ko batti balne ho?")
        assert len(asked["understood"]["readings"]) in (1, 2) and served.lit() == set()
        assert served.do("hall ko batti bala", confirm=True)["status"] == "done"
        home = {"rooms": [{"name": "hall"}, {"name": "Zorvak", "lights": [{"name": "lamp"}]}], "time_zone": "UTC"}
        tag = {"If-Match": read.headers["etag"]}
        assert served.put("/v1/home", home, headers=tag).status_code == 200
        problem(served.put("/v1/home", home, headers=tag), 412)
        assert served.do("Zorvak ko batti bala")["status"] == "done"
        assert served.lit() == {"hall", "Zorvak"}
        assert Home.load(file) == Home.from_dict(home)
        assert sorted(path.name for path in tmp_path.iterdir() if "yaml" in path.name and path != file) == [
            ".my home.yaml.lock", "my home.yaml~"]  # fmt: skip
        file.write_text("rooms: [{name: kitchen}]\n")  # by hand
        until(lambda: served.get("/v1/home").json()["rooms"] == [{"name": "kitchen"}])
        tag = {"If-Match": served.get("/v1/home").headers["etag"]}
        file.write_text("rooms: nonsense\n")
        problem(served.put("/v1/home", home, headers=tag), 412)  # who mends it loses nothing
        read = served.get("/v1/home")
        assert read.json()["rooms"] == [{"name": "kitchen"}]
        assert read.headers["batti-unused"].startswith("the changed home file is not used: ")
        assert served.get("/v1/health/ready").json() == {"status": "ok", "detail": read.headers["batti-unused"]}
        assert served.do("batti bala")["command"]["rooms"] == ["kitchen"]  # where else, with one room?
        assert served.put("/v1/home", home, headers={"If-Match": read.headers["etag"]}).status_code == 200
        assert "batti-unused" not in served.get("/v1/home").headers
        assert served.get("/v1/health/ready").json()["detail"] == ""


def test_what_waits_for_a_room_that_is_taken_away_is_cancelled_and_told(tmp_path: Path) -> None:
    file = tmp_path / "home.yaml"
    file.write_text("rooms: [{name: hall}, {name: bathroom}, {name: kitchen}]\n")
    with serving(tmp_path / "state", "--home", str(file)) as served:
        served.do("bathroom ko batti 1 ghanta pachi bala")
        both = [{"room": room, "action": "turn_on", "after": "2h"} for room in ("bathroom", "hall")]
        served.post("/v1/commands", {"command": {"actions": both}})
        served.do("hall ko batti 3 ghanta pachi bala")
        answer = served.put("/v1/home", {"rooms": [{"name": "hall"}, {"name": "kitchen"}]})
        assert answer.headers["batti-cancelled"] == "2"
        assert [[one["room"] for one in job["actions"]] for job in served.jobs()] == [["hall"], ["hall"]]
        told = {(job["status"], job["detail"]) for job in served.jobs(ended=True)}
        assert told == {("cancelled", "the home has no such place any more")} and len(served.jobs(ended=True)) == 2
        assert "batti-cancelled" not in served.put("/v1/home", {"rooms": [{"name": "hall"}]}).headers
        file.write_text("rooms: [{name: shop}]\n")  # by hand, which tells nobody
        until(lambda: not served.jobs())
        assert {(job["status"], job["detail"]) for job in served.jobs(ended=True)} == told
        assert served.do("cancel the hall timer")["status"] == "unknown_room"
        served.do("shop ko batti 1 ghanta pachi bala")
        served.stop()
        file.write_text("rooms: [{name: hall}]\n")  # while nobody serves
        served.start()
        until(lambda: not served.jobs())
        assert len(served.jobs(ended=True)) == 5


def test_a_home_file_that_is_not_there_is_told_and_made(tmp_path: Path) -> None:
    file = tmp_path / "typo.yaml"
    told = f"batti: there is no '{file}'; the default home is used until saving one on the page makes it\n"
    with serving(tmp_path / "state", "--home", str(file)) as served:
        assert served.log.read_text() == told
        assert served.get("/v1/home").json() == Home.default().to_dict()
        assert served.put("/v1/home", {"rooms": [{"name": "hall"}]}).status_code == 200
        served.stop()
        assert Home.load(file) == Home.from_dict({"rooms": [{"name": "hall"}]})
        served.start()  # into the same log
        assert served.log.read_text() == told


def test_a_home_file_that_somebody_wrote_is_kept_before_it_is_written_over(tmp_path: Path) -> None:
    file, kept = tmp_path / "home.yaml", tmp_path / "home.yaml~"
    by_hand, again = b"# ours, since 2081\nrooms: [{name: hall}]\n", b"rooms: nonsense\n"
    file.write_bytes(by_hand)
    with serving(tmp_path / "state", "--home", str(file)) as served:
        for rooms in ([{"name": "kitchen"}], [{"name": "hall"}]):  # the second time it writes over its own
            assert served.put("/v1/home", {"rooms": rooms}).status_code == 200
            assert kept.read_bytes() == by_hand
        file.write_bytes(again)
        assert served.put("/v1/home", {"rooms": [{"name": "kitchen"}]}).status_code == 200
        assert kept.read_bytes() == again
        kept.unlink()
        kept.mkdir()  # where it cannot be kept it is not written over
        file.write_bytes(by_hand)
        said = problem(served.put("/v1/home", {"rooms": [{"name": "hall"}]}), 503)
        assert said["detail"] == f"'{kept}' cannot be written: Is a directory"
        assert file.read_bytes() == by_hand


def test_a_home_file_that_is_gone_for_a_moment_is_kept_in_mind(tmp_path: Path) -> None:
    file = tmp_path / "home.yaml"
    file.write_text("rooms: [{name: darbar}]\n")
    with serving(tmp_path / "state", "--home", str(file)) as served:
        file.rename(tmp_path / "home.yaml.bak")
        read = served.get("/v1/home")
        assert read.json()["rooms"][0]["name"] == "darbar"
        gone = f"the home file '{file}' is gone: its home is used as it was; put it back, or save the home anew"
        assert served.get("/v1/health/ready").json() == {"status": "ok", "detail": gone}
        assert read.headers["batti-unused"] == gone
        (tmp_path / "home.yaml.bak").rename(file)  # the same file, of the same time
        assert served.get("/v1/health/ready").json()["detail"] == ""
        assert "batti-unused" not in served.get("/v1/home").headers
        file.write_text("rooms: [{name: dalan}]\n")
        assert served.get("/v1/home").json()["rooms"][0]["name"] == "dalan"


def test_what_is_wrong_with_a_home_file_is_told_as_it_is_now(tmp_path: Path) -> None:
    file = tmp_path / "घर.yaml"
    file.write_text("rooms: [{name: hall}]\n")
    with serving(tmp_path / "state", "--home", str(file)) as served:
        file.write_text("rooms:\n  - name: हल\n  - name: हल\n  - name: ''\n")  # two faults, in Devanagari
        read = served.get("/v1/home")
        assert (read.status_code, read.json()["rooms"]) == (200, [{"name": "hall"}])
        first, second = read.headers["batti-unused"].split(" | ")
        assert ":3: " in first and "'\\u0939\\u0932'" in first and ":4: a name is empty" in second
        detail = served.get("/v1/health/ready").json()["detail"]
        assert len(detail.splitlines()) == 2 and f"{file}:3: " in detail and "'हल'" in detail
        file.write_text("rooms:\n  - name: hall\n" + "  - name: hall\n" * 200)
        header = served.get("/v1/home").headers["batti-unused"]
        assert len(header) < 4000 and header.endswith(" more")
        file.unlink()  # the faults were of a file that is not there
        assert served.get("/v1/health/ready").json()["detail"].startswith(f"the home file '{file}' is gone: ")
        assert served.get("/v1/home").json()["rooms"] == [{"name": "hall"}]


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("one line", "one line"), ("two\nlines\r\n", "two | lines"), ("", ""),
        (" 'हल' \x00\x7f", r"'\u0939\u0932' \x00\x7f"),
        ("\ud800", r"\ud800"), ("x" * 5000, "x" * 2000),
        ("x" * 1500 + "\nyy\n" + "z" * 1500, "x" * 1500 + " | yy | 1 more"),
    ],
)  # fmt: skip
def test_any_text_is_a_header(text: str, header: str) -> None:
    assert in_a_header(text) == header


def test_faults_of_a_home_come_at_once_and_leave_it_as_it_is(served: Served) -> None:
    before = served.get("/v1/home").content
    faulty = {"rooms": [{"name": "hall", "colour": 1}, {"name": "Hall"}], "time_zone": "Mars"}
    expected = ["rooms[0].colour", "time_zone", "rooms[1].name"]
    for path, ask in (("/v1/home", served.put), ("/v1/home/check", served.post)):
        assert sorted(fields(ask(path, faulty))) == sorted(expected)
    yaml = {"Content-Type": "application/yaml"}
    text = "rooms:\n  - name: hall\n  - name: hall\n"
    assert fields(httpx.put(f"{served.url}/v1/home", content=text, headers=yaml)) == ["home:3"]
    for junk in (b"", b"\xff", b"[" * 5000):
        problem(httpx.put(f"{served.url}/v1/home", content=junk, headers=yaml), 422)
        problem(httpx.put(f"{served.url}/v1/home", content=junk), 422)
    assert served.get("/v1/home").content == before


def test_the_home_reads_back_as_yaml(served: Served) -> None:
    text = served.get("/v1/home", headers={"Accept": "application/yaml"}).text
    assert Home.from_yaml(text) == Home.default()
    checked = httpx.post(f"{served.url}/v1/home/check", content=text, headers={"Content-Type": "application/yaml"})
    assert Home.from_dict(checked.json()) == Home.default()


# --- models ------------------------------------------------------------------------------------


def test_models_are_listed_chosen_and_streamed(tmp_path: Path) -> None:
    yaml = Command.from_dict(OFF).to_yaml()
    with running(Yaml(lambda body: yaml)) as chat:
        name = f"{chat.url}#tiny"
        with serving(tmp_path / "state", "--model", name) as served:
            listed = [(m["id"], m["chosen"], m["streams"]) for m in served.get("/v1/models").json()["data"]]
            assert listed == [(name, True, True), ("batti", False, False), ("house", False, False)]
            said = served.post("/v1/interpret", {"sentence": "bhancha ko batti nibhau"}).json()
            assert (said["command"], said["model"]) == (OFF, name)
            events = events_of(served.post("/v1/interpret/stream", {"sentence": "bhancha ko batti nibhau"}).text)
            pieces = [data["text"] for kind, data in events if kind == "piece"]
            assert "".join(pieces) == yaml and len(pieces) > 5
            assert events[-1][0] == "result" and events[-1][1]["command"] == OFF
            explained = served.post("/v1/explain", {"sentence": "bala"})
            assert fields(explained) == ["model"]
            assert fields(served.put("/v1/models/chosen", {"id": "other"})) == ["id"]
            assert served.put("/v1/models/chosen", {"id": "batti"}).json()["data"][1]["chosen"]
            assert served.post("/v1/interpret", {"sentence": "bhancha ko batti nibhau"}).json()["model"] == "batti"
            served.stop()
            served.start()
            assert served.get("/v1/models").json()["data"][1]["chosen"]
            chat.always = "refused"
            slow = {"sentence": "bala", "model": name}
            assert events_of(served.post("/v1/interpret/stream", slow).text)[-1][0] == "problem"


def events_of(text: str) -> list[tuple[str, Any]]:
    found = []
    for block in filter(None, text.split("\n\n")):
        lines = dict(line.split(": ", 1) for line in block.splitlines())
        found.append((lines["event"], json.loads(lines["data"])))
    return found


def test_the_shipped_model_streams_in_one_piece(served: Served) -> None:
    kinds = [kind for kind, _ in events_of(served.post("/v1/interpret/stream", {"sentence": "bala"}).text)]
    assert kinds == ["piece", "result"]


def test_a_client_of_openais_api_can_talk_to_it(dark: Served) -> None:
    import openai

    client = openai.OpenAI(base_url=f"{dark.url}/v1", api_key="none", max_retries=0)
    assert [model.id for model in client.models.list()] == ["batti", "house"]
    user: Any = [{"role": "system", "content": "be nice"}, {"role": "user", "content": "bhancha ko batti bala"}]
    said = client.chat.completions.create(model="batti", messages=user, temperature=0)
    assert Command.from_yaml(said.choices[0].message.content or "").rooms == ("kitchen",)
    assert dark.lit() == set()
    said = client.chat.completions.create(model="house", messages=user)
    assert said.choices[0].message.content == "Bhancha ko batti baliyo."
    assert dark.lit() == {"kitchen"}
    pieces = client.chat.completions.create(model="house", messages=user, stream=True)
    assert "".join(piece.choices[0].delta.content or "" for piece in pieces).strip() == "Bhancha ko batti baliyo."
    with pytest.raises(openai.UnprocessableEntityError, match="model"):
        client.chat.completions.create(model="gpt-9", messages=user)


# --- the service itself ------------------------------------------------------------------------


def test_health_figures_and_description(dark: Served) -> None:
    assert dark.get("/v1/health/live").json()["status"] == dark.get("/v1/health/ready").json()["status"] == "ok"
    dark.do("bhancha ko batti 1 ghanta pachi nibhau")
    figures = dark.get("/metrics").text
    assert "\nbatti_scheduled 1.0\n" in figures
    assert 'batti_sentences_total{intent="single_room_control",model="batti"}' in figures
    assert 'batti_requests_total{path="/v1/commands",status="200"}' in figures
    described = dark.get("/v1/openapi.json").json()
    assert all(path.startswith("/v1/") or path == "/metrics" for path in described["paths"])
    schemas = described["components"]["schemas"]
    assert all("example" in schemas[name] for name in ("Ask", "AskMany", "Do", "Interpretation", "Problem"))


def test_unknown_paths_and_methods_are_problems(served: Served) -> None:
    problem(served.get("/v1/nothing"), 404)
    problem(served.get("/v1/interpret"), 405)


def test_the_page_is_served_and_nothing_beside_it(served: Served) -> None:
    page = served.get("/")
    assert page.status_code == 200 and page.headers["content-type"].startswith("text/html")
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-cache"  # after an upgrade no part of it is the old one
    for path in ("/../app.py", "/%2e%2e/app.py", "/..%2fapp.py", "/app.py", "//etc/passwd"):
        assert served.get(path).status_code == 404
