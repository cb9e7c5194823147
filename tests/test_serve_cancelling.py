"""What calls off what waits, in words."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from helpers import home_of
from serving import Served, serving

from batti.command import Action
from batti.home import Home
from batti.lexicon import key
from batti.paths import read_yaml
from batti.serve.cancelling import CallOff, asked, asks_what_waits, besides
from batti.serve.jobs import Job
from batti.serve.lights import LightState

HOME = Home.from_yaml("""
rooms:
  - name: kitchen
    aliases: [bhancha]
  - name: room 10
  - name: bedroom
    lights: [{name: table lamp}]
groups:
  - name: upstairs
    rooms: [bedroom, room 10]
""")
TEN_AT_NIGHT = 1_790_007_300.0  # 22:00 in Kathmandu


def waiting(*about: tuple[str, str | None, float]) -> list[Job]:
    """Jobs that turn off a room or a light in one, so many hours after ten, accepted one after the other."""
    return [
        Job(f"{i}", TEN_AT_NIGHT + 3600 * later, (Action(room=room, light=light, action="turn_off"),), created=float(i))
        for i, (room, light, later) in enumerate(about)
    ]


def ids(sentence: str, jobs: list[Job]) -> set[str] | None:
    """Which of the jobs a sentence calls off; None where it calls nothing off."""
    call_off = asked(sentence, HOME)
    return None if call_off is None else {job.id for job in call_off.among(jobs, HOME)}


@pytest.mark.parametrize(
    ("sentence", "meant"),
    [
        ("cancel", {"2"}), ("tyo cancel gardeu na", {"2"}), ("timer radda gara", {"2"}), ("रद्द गरिदिनुस् न", {"2"}),
        ("टाइमर हटाइदेऊ", {"2"}), ("can you cancel that please?", {"2"}), ("timer banda gara", {"2"}),
        ("cancel the kitchen timer", {"0"}), ("bhanchha ko timer hataideu", {"0"}), ("भान्छाको टाइमर रद्द गर", {"0"}),
        ("table lamp ko cancel gara", {"2"}), ("bedroom ko timer cancel gara", {"2"}), ("cancel upstairs", {"1", "2"}),
        ("room 10 ko timer cancel gara", {"1"}), ("das baje ko cancel gara", {"0"}), ("cancel the one at 11", {"1"}),
        ("11 baje ko timer hatau", {"1"}), ("raati 10 baje ko bhanchha ko cancel gara", {"0"}),
        ("sabai timer cancel gara", {"0", "1", "2"}), ("cancel all timers", {"0", "1", "2"}),
        ("cancel everything upstairs", {"1", "2"}), ("stop all the timers", {"0", "1", "2"}),
        ("cancel the one at 5", set()),
    ],
)  # fmt: skip
def test_what_is_called_off(sentence: str, meant: set[str]) -> None:
    jobs = waiting(("kitchen", None, 0), ("room 10", None, 1), ("bedroom", "table lamp", 2))
    assert ids(sentence, jobs) == meant


@pytest.mark.parametrize(
    "sentence",
    ["cancel nagara", "don't cancel it", "timer cancel bhayo?", "did you cancel the timer?", "is it cancel?",
     "bhoj cancel bhayo", "movie ko ticket cancel gara", "timer hatauna hudaina",
     "hatau", "banda gara", "stop", "delete the kitchen", "timer", "hall nibhau", "", "?", "10 baje", "batti off",
     "rice cooker ko timer cancel gara", "timer nagara cancel",
     "cancel yaha", "cancel the one at 10 or 11"],
)  # fmt: skip
def test_what_calls_nothing_off(sentence: str) -> None:
    assert asked(sentence, HOME) is None


@pytest.mark.parametrize(
    ("sentence", "meant"),
    [
        ("10 baje ko cancel gara", {"morning"}), ("10:21 ko cancel gara", {"past"}), ("१०:२१ को रद्द गर", {"past"}),
        ("raati 10:21 baje ko timer hatau", {"past"}), ("10:30 ko cancel gara", set()),
        ("rati 10 baje ko cancel gara", {"night"}), ("bihana 10 baje ko cancel gara", {"morning"}),
        ("cancel the 10 am timer", {"morning"}), ("cancel the one at 10 pm", {"night"}),
        ("22:00 ko cancel gara", {"night"}), ("22 baje ko cancel gara", {"night"}),
        ("diuso 10 baje ko cancel gara", {"morning"}),
        ("cancel everything at 10", {"night", "morning", "past"}), ("25 baje ko cancel gara", set()),
        ("cancel 10:00 or 10:21", None),
    ],
)  # fmt: skip
def test_an_hour_is_meant_as_it_was_said(sentence: str, meant: set[str] | None) -> None:
    night, morning, past = waiting(("kitchen", None, 0), ("kitchen", None, 12), ("bedroom", None, 0.35))
    named = {night.id: "night", morning.id: "morning", past.id: "past"}
    found = ids(sentence, [night, morning, past])
    assert (found if found is None else {named[one] for one in found}) == meant


@pytest.mark.parametrize(
    ("sentence", "meant"),
    [
        ("paune 7 ko timer hataideu", {"evening"}), ("पौने सात बजेको टाइमर हटाइदेऊ", {"evening"}),
        ("bholi bihana ko timer hataideu", {"tomorrow"}), ("cancel tomorrow's timer", {"tomorrow"}),
        ("cancel tomorrow evening's timer", set()), ("aaja beluka ko timer hataideu", {"evening"}),
        ("aaja ko sabai timer hataideu", {"evening", "night"}), ("sadhe 10 ko timer hatau", {"night"}),
        ("sawa 10 ko timer hatau", set()), ("bholi 6 baje ko timer radda gara", {"tomorrow"}),
    ],
)  # fmt: skip
def test_a_quarter_a_part_of_the_day_and_tomorrow_are_meant_as_they_were_said(sentence: str, meant: set[str]) -> None:
    jobs = waiting(("kitchen", None, -3.25), ("kitchen", None, 0.5), ("kitchen", None, 8))
    call_off = asked(sentence, HOME)
    assert call_off is not None
    found = call_off.among(jobs, HOME, TEN_AT_NIGHT - 6 * 3600)
    assert {("evening", "night", "tomorrow")[int(job.id)] for job in found} == meant


@pytest.mark.parametrize("sentence", ["garage ko timer cancel gara", "cancel the garage timer", "गराजको टाइमर हटाइदेऊ"])
def test_a_timer_of_a_place_that_is_not_there(sentence: str) -> None:
    call_off = asked(sentence, HOME)
    assert call_off is not None and call_off.gone
    assert call_off.among(waiting(("kitchen", None, 0)), HOME) == []


@pytest.mark.parametrize(
    ("sentence", "meant"),
    [
        ("kitchen ko timer radda gara", {"0", "2", "3"}), ("cancel the kitchen", {"0", "2", "3"}),
        ("tyo radda gara", {"3", "4"}), ("kitchen ko 11 baje ko timer radda gara", {"2"}),
    ],
)  # fmt: skip
def test_all_of_a_place_is_called_off_and_all_of_the_last_sentence(sentence: str, meant: set[str]) -> None:
    some = waiting(("kitchen", None, 0), ("bedroom", None, 1), ("kitchen", None, 1), ("kitchen", None, 2),
                   ("bedroom", None, 3))  # fmt: skip
    assert ids(sentence, [*some[:4], replace(some[4], created=some[3].created)]) == meant


def test_what_waits_for_a_room_that_was_there_is_called_off_by_its_name() -> None:
    assert ids("cancel the garage timer", waiting(("garage", None, 0), ("kitchen", None, 0))) == {"0"}


@pytest.mark.parametrize(
    ("sentence", "actions", "taken", "left"),
    [
        ("bedroom", [("upstairs", None)], [("bedroom", None, ())], [("upstairs", None, ("bedroom",))]),
        ("upstairs", [("all", None)], [("room 10", None, ()), ("bedroom", None, ())],
         [("all", None, ("room 10", "bedroom"))]),
        ("bedroom", [("bedroom", None), ("kitchen", None)], [("bedroom", None, ())], [("kitchen", None, ())]),
        ("bedroom", [("bedroom", "table lamp")], [("bedroom", "table lamp", ())], []),
        ("table lamp", [("upstairs", None)], [("upstairs", None, ())], []),  # which has no other form
    ],
)  # fmt: skip
def test_what_is_about_other_places_too_stays_for_these(
    sentence: str, actions: list[tuple[str, str | None]], taken: list[object], left: list[object]
) -> None:
    call_off = asked(f"{sentence} ko timer radda gara", HOME)
    job = Job("0", TEN_AT_NIGHT, tuple(Action(room=room, light=light, action="turn_off") for room, light in actions))
    assert call_off is not None
    cut, rest = call_off.parted(job, HOME)
    assert [(one.room, one.light, one.except_) for one in cut.actions] == taken
    assert [(one.room, one.light, one.except_) for one in (rest.actions if rest else ())] == left


def test_the_end_of_what_lasts_is_parted_by_its_lights() -> None:
    about = (("kitchen", None), ("bedroom", None), ("bedroom", "table lamp"))
    undo = Job("undo", TEN_AT_NIGHT, (), tuple(LightState(*one) for one in about))
    call_off = asked("bedroom ko timer radda gara", HOME)
    assert call_off is not None
    cut, rest = call_off.parted(undo, HOME)
    assert len(cut.states) == 2 and rest is not None and [state.room for state in rest.states] == ["kitchen"]


def test_the_end_of_what_lasts_is_called_off_by_its_place_too() -> None:
    undo = Job("undo", TEN_AT_NIGHT, (), (LightState("kitchen"),))
    assert ids("kitchen ko timer cancel gara", [undo]) == {"undo"}
    assert ids("bedroom ko timer cancel gara", [undo]) == set()


def test_a_room_that_the_home_has_no_more_is_in_nobodys_way() -> None:
    [gone] = waiting(("garage", None, 0))
    assert CallOff(frozenset({("kitchen", None)})).among([gone], HOME) == []
    assert CallOff().among([gone], home_of("kitchen")) == [gone]


@pytest.mark.parametrize(
    ("sentence", "asks"),
    [
        ("k k timer cha?", True), ("timer kati cha", True), ("what timers are there?", True), ("टाइमर के के छ?", True),
        ("what's scheduled?", True), ("any timers set?", True), ("sabai schedule dekhau", True), ("timer", False),
        ("k cha khabar", False),
        ("rice cooker ko timer kati cha", False), ("timer cancel gara", False), ("", False),
    ],
)  # fmt: skip
def test_what_asks_for_what_waits(sentence: str, asks: bool) -> None:
    assert asks_what_waits(sentence) is asks


@pytest.mark.parametrize(
    ("sentence", "rest"),
    [
        ("bhancha bala ra bedroom ko timer radda gara", "bhancha bala"),
        ("cancel the timer, kitchen off", "kitchen off"), ("kitchen light ra bedroom ko timer cancel gara", ""),
        ("भान्छा बाल अनि हलको टाइमर रद्द गर", "भान्छा बाल"), ("kitchen ra bedroom ko timer cancel gara", ""),
        ("bhancha bala ra hall nibhau", ""), ("timer radda gara ani bedroom ko timer cancel gara", ""),
    ],
)  # fmt: skip
def test_what_a_sentence_asks_besides(sentence: str, rest: str) -> None:
    assert besides(sentence, HOME) == rest


def test_no_word_is_of_two_kinds() -> None:
    kinds = read_yaml("replies", "cancelling.yaml")
    said = [key(word) for words in kinds.values() for word in words]
    assert len(said) == len(set(said))
    assert all(isinstance(word, str) for words in kinds.values() for word in words)  # `off` is a word


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder: Path = tmp_path_factory.mktemp("cancelling")
    (folder / "home.yaml").write_text("rooms:\n  - name: kitchen\n  - name: bedroom\n")
    with serving(folder / "state", "--home", str(folder / "home.yaml")) as one:
        yield one


def undated(done: dict[str, Any]) -> str:
    """The reply as it is before nine in the evening: later, nine is of tomorrow."""
    return re.sub("bholi |tomorrow ", "", done["reply"]["text"])


def test_a_sentence_calls_off_what_another_began(served: Served) -> None:
    assert served.do("kitchen ko batti 1 ghanta pachi bala")["status"] == "scheduled"
    assert served.do("turn on the bedroom light at 10 pm")["status"] == "scheduled"
    another = datetime.now(ZoneInfo("Asia/Kathmandu")).hour + 6
    done = served.do(f"kitchen ko {another % 24} baje ko timer cancel gara")
    assert done["status"] == "none"  # and what waits is told, as it is something else
    assert done["reply"]["text"].startswith("Kehi pheriena. Aba hune: ")
    done = served.do("bhancha ko timer cancel gara")
    assert done["status"] == "cancelled"
    assert done["command"]["intent"] == "none"
    assert [job["status"] for job in done["scheduled"]] == ["cancelled"]
    assert [job["actions"][0]["room"] for job in served.jobs()] == ["bedroom"]
    done = served.do("cancel that")
    assert undated(done) == "Cancelled: turn on the bedroom light at 10 pm."
    assert served.jobs() == []
    done = served.do("cancel that")
    assert (done["status"], done["reply"]["text"]) == ("none", "Nothing is waiting to be done.")


def without_times(done: dict[str, Any]) -> str:
    return re.sub(r"\w+ \d+(:\d+)? baje ", "", done["reply"]["text"].replace("bholi ", ""))


def test_what_else_waits_is_told(served: Served) -> None:
    served.do("bedroom 30 minute pachi nibhau")
    assert served.do("kitchen 5 minute pachi bala ani 8 minute pachi nibhau")["status"] == "scheduled"
    done = served.do("tyo radda gara")
    assert len(done["scheduled"]) == 2
    assert without_times(done) == (
        "Radda bhayo: kitchen ko batti balne ra kitchen ko batti nibhaune. "
        "Yo pani baki chha: bedroom ko batti nibhaune.")  # fmt: skip
    done = served.do("bedroom 40 minute pachi nibhau")
    assert without_times(done) == (
        "40 minute pachhi bedroom ko batti nibhainechha. Yo pani baki chha: bedroom ko batti nibhaune.")  # fmt: skip
    assert "baki" not in served.do("bedroom 50 minute pachi bala")["reply"]["text"]  # something else
    assert len(served.do("bedroom ko timer radda gara")["scheduled"]) == 3
    assert served.jobs() == []


def test_one_place_of_several_is_called_off_alone(served: Served) -> None:
    served.do("sabai batti 20 minute pachi nibhau", confirm=True)
    done = served.do("kitchen ko timer radda gara")
    assert without_times(done) == (
        "Radda bhayo: kitchen ko batti nibhaune. Yo pani baki chha: kitchen bahek sabai batti nibhaune.")  # fmt: skip
    assert [(one["actions"][0]["room"], one["status"]) for one in done["scheduled"]] == [("kitchen", "cancelled")]
    [left] = served.jobs()
    assert left["actions"][0]["except"] == ["kitchen"] and left["status"] == "waiting"
    served.do("cancel")


def test_what_lasts_stays_as_it_is_where_its_end_is_called_off(served: Served) -> None:
    served.do("sabai batti nibhau", confirm=True)
    assert served.do("kitchen ko batti 10 minute ko lagi bala")["status"] == "done"
    done = served.do("tyo timer radda gardinus")
    assert done["status"] == "cancelled"
    assert done["reply"]["text"].startswith("Radda bhayo: ")
    assert done["reply"]["text"].endswith(" kitchen ko batti pahile jasto banaune.")
    assert served.jobs() == []
    assert served.lit() == {"kitchen"}


def test_what_is_not_called_off_beside_another_request_is_told(served: Served) -> None:
    served.do("turn on the bedroom light at 10 pm")
    done = served.do("bedroom ko timer cancel gara ani kitchen ko batti bala")
    assert done["status"] != "cancelled" and len(served.jobs()) == 1
    assert undated(done).endswith(" Aba hune: rati 10 baje bedroom ko batti balne.")
    served.do("cancel")


def test_a_timer_of_no_place_and_a_request_of_which_neither_is_done_are_answered(served: Served) -> None:
    done = served.do("garage ko timer radda gara")
    assert (done["status"], done["reply"]["text"]) == ("unknown_room", "Yo ghar ma “garage” chhaina.")
    done = served.do("kitchen nabala ra bedroom ko timer radda gara")
    assert (done["status"], done["reply"]["text"]) == (
        "none", "Batti jasto chha tyastai chha. Pachhi garne kehi chhaina.")  # fmt: skip


def test_what_is_asked_beside_calling_off_is_done_and_the_rest_told(served: Served) -> None:
    served.do("turn off the kitchen light")
    done = served.do("kitchen bala ra hall ko timer radda gara")
    assert (done["status"], done["reply"]["text"]) == ("done", "Kitchen ko batti baliyo. Pachhi garne kehi chhaina.")
    assert "kitchen" in served.lit()


def test_who_forbids_is_told_what_is_still_to_come(served: Served) -> None:
    served.do("turn off the kitchen light at 9 pm")
    asked_for = served.do("what timers are set?")
    assert asked_for["status"] == "answered" and len(asked_for["scheduled"]) == 1
    assert undated(asked_for) == "Still to come: turn off the kitchen light at 9 pm."
    done = served.do("kitchen ko batti nanibhau")
    assert done["status"] == "none"
    assert undated(done) == "Kehi pheriena. Aba hune: rati 9 baje kitchen ko batti nibhaune."
    served.do("cancel")
    assert served.do("kitchen ko batti nanibhau")["reply"]["text"] == "Batti jasto chha tyastai chha."
