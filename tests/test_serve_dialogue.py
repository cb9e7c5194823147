"""What was asked back, and what answers it."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from serving import Served, serving

from batti.command import Command
from batti.home import Home
from batti.serve import places
from batti.serve.consent import consents
from batti.serve.dialogue import Dialogue, said_after
from batti.serve.house import House
from batti.serve.lights import LightState
from batti.serve.models import Models
from batti.serve.simulated import SimulatedHome
from batti.serve.store import Store
from batti.serve.talk import Answer, Talk, Wish

UNSURE = """
rooms:
  - name: kitchen
  - name: bathroom
  - name: bedroom
confirm_below: 1.0
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder: Path = tmp_path_factory.mktemp("dialogue")
    (folder / "home.yaml").write_text(UNSURE)
    with serving(folder / "state", "--home", str(folder / "home.yaml")) as one:
        yield one


@pytest.fixture
def sure(tmp_path: Path) -> Iterator[Served]:
    """A house that asks back only where it is told to."""
    (tmp_path / "home.yaml").write_text("rooms:\n  - name: kitchen\n  - name: bedroom\nconfirm_below: 0\n")
    with serving(tmp_path / "state", "--home", str(tmp_path / "home.yaml")) as one:
        yield one


@pytest.mark.parametrize("answer", ["ho", "हो", "Yes!", "hunchha", "kitchen", "bhancha", "bhancha ko ho", "ho bala",
                                    "हुन्छ बाल", "yes, turn it on", "ho, bhancha ko batti bala"])  # fmt: skip
def test_yes_or_the_room_itself_does_what_was_asked_about(served: Served, answer: str) -> None:
    served.do("sabai batti nibhau", confirm=True)
    assert served.do("bhancha ko batti bala")["status"] == "needs_confirmation"
    done = served.do(answer, answers="bhancha ko batti bala")
    assert (done["status"], done["reply"]["text"]) == ("done", "Bhancha ko batti baliyo.")
    assert served.lit() == {"kitchen"}


@pytest.mark.parametrize("answer", ["hoina", "bathroom", "garage", "", "kina?", "bedroom ko batti pani bala na aba",
                                    "bhancha hoina", "kitchen ma haina", "not the kitchen", "ho nibhau", "ho hoina",
                                    "bathroom ra bedroom", "ho 20% gara"])  # fmt: skip
def test_anything_else_does_nothing_of_it(served: Served, answer: str) -> None:
    served.do("sabai batti nibhau", confirm=True)
    done = served.do(answer, answers="bhancha ko batti bala")
    assert done["status"] != "done"
    assert served.lit() == set()


@pytest.mark.parametrize("answer", ["hoina", "होइन", "No.", "nagara", "cancel", "pardaina bhayo", "not now"])
@pytest.mark.parametrize("asked", ["bhancha ko batti bala", "batti bala"])
def test_no_leaves_the_lights_as_they_are(served: Served, answer: str, asked: str) -> None:
    served.do("sabai batti nibhau", confirm=True)
    done = served.do(answer, answers=asked)
    assert (done["status"], done["reply"]["text"]) == ("none", "Batti jasto chha tyastai chha.")
    assert served.lit() == set()
    assert served.do("no", answers="aaja mausam kasto cha")["reply"]["text"] == "I only look after the lights."


def test_a_sentence_of_its_own_is_no_answer(served: Served) -> None:
    served.do("sabai batti bala", confirm=True)
    served.do("bhancha nibhau", answers="bhancha ko batti nilo gara", confirm=True)
    assert served.lit() == {"bathroom", "bedroom"}


def test_a_room_says_where_here_is(served: Served) -> None:
    served.do("sabai batti nibhau", confirm=True)
    done = served.do("bathroom", answers="batti bala", confirm=True)
    assert done["status"] == "done"
    assert served.lit() == {"bathroom"}


def test_yes_is_for_the_whole_house_too_where_that_is_asked_about(served: Served) -> None:
    served.do("sabai batti nibhau", confirm=True)
    served.do("hoina", answers="sabai batti bala", ask_before_all=True)
    assert served.lit() == set()
    served.do("ho", answers="sabai batti bala", ask_before_all=True)
    assert served.lit() == {"kitchen", "bathroom", "bedroom"}


def test_yes_to_the_whole_house_need_not_say_again_that_it_was_to_be_asked_about(sure: Served) -> None:
    assert sure.do("sabai batti bala", ask_before_all=True)["status"] == "needs_confirmation"
    assert sure.do("ho", answers="sabai batti baleko cha?")["status"] == "none"  # nothing asks back about a question
    assert sure.lit() == set()
    assert sure.do("ho", answers="sabai batti bala")["status"] == "done"
    assert sure.lit() == {"kitchen", "bedroom"}


def test_what_was_not_asked_back_is_not_answered(served: Served) -> None:
    """`ho` alone asks nothing, whatever was said before."""
    served.do("sabai batti nibhau", confirm=True)
    assert served.do("ho", answers="aaja mausam kasto cha")["status"] != "done"
    assert served.lit() == set()


@pytest.mark.parametrize(("answer", "lit"), [("ho", {"kitchen"}), ("kitchen", {"kitchen"}), ("kitchen hoina", set())])
def test_a_question_in_chat_is_answered_there(served: Served, answer: str, lit: set[str]) -> None:
    served.do("sabai batti nibhau", confirm=True)
    messages = [{"role": "user", "content": "bhancha ko batti bala"}]
    asked = chat(served, messages)
    assert asked.endswith("?") and served.lit() == set()
    chat(served, [*messages, {"role": "assistant", "content": asked}, {"role": "user", "content": answer}])
    assert served.lit() == lit


def talk_of(folder: Path, *unlike: LightState) -> Talk:
    """Talk with a house in this process that asks about everything."""
    home, store = Home.from_yaml(UNSURE), Store.open(folder / "batti.sqlite")
    return Talk(House(store, SimulatedHome(store, unlike), lambda: home), Models((), folder / "model"))


@pytest.mark.parametrize(
    ("answers", "came"),
    [(["ho", "kitchen", "ho"], ["needs_room", "done", "none"]), (["kitchen", "ho"], ["done", "none"])],
)
def test_a_sentence_without_a_room_is_not_asked_about_for_ever(
    tmp_path: Path, answers: list[str], came: list[str]
) -> None:
    async def run() -> list[str]:
        dialogue = Dialogue(talk_of(tmp_path))
        return [(await dialogue.say(one, Wish(), "c")).status for one in ("batti bala", *answers)]

    assert asyncio.run(run()) == ["needs_confirmation", *came]


@pytest.mark.parametrize(("chosen", "done"), [("ho, nibhau", "turn_off"), ("ho, bala", "turn_on")])
def test_the_reading_that_was_chosen_is_done_in_the_room_that_is_said_next(
    tmp_path: Path, chosen: str, done: str
) -> None:
    async def run() -> list[Answer]:
        talk = talk_of(tmp_path)
        talk.house.start()
        dialogue = Dialogue(talk)
        said = [await dialogue.say(one, Wish(), "c") for one in ("10 minute pachi batti nibala", chosen, "bathroom")]
        await talk.house.stop()
        return said

    asked, where, last = asyncio.run(run())
    assert asked.understood is not None
    assert [one.actions[0].action for one, _ in asked.understood.result.readings] == ["turn_off", "turn_on"]
    assert [one.status for one in (asked, where, last)] == ["needs_confirmation", "needs_room", "scheduled"]
    assert where.understood is not None  # what is asked about is still the first sentence
    assert where.understood.result.text == "10 minute pachi batti nibala"
    assert [one.to_dict() for one in last.command.actions] == [{"room": "bathroom", "action": done, "after": "10m"}]


def test_nor_where_only_the_sentence_is_remembered(served: Served) -> None:
    served.do("sabai batti nibhau", confirm=True)
    assert served.do("batti bala")["status"] == "needs_confirmation"
    assert served.do("ho", answers="batti bala")["status"] == "needs_room"
    assert served.do("bathroom", answers="batti bala")["status"] == "done"
    assert served.lit() == {"bathroom"}


@pytest.mark.parametrize(
    ("before", "answer", "lit", "says"),
    [
        ("garage ko batti bala", "bathroom", {"bathroom"}, "Bathroom ko batti baliyo."),
        ("turn on the garage light", "the kitchen", {"kitchen"}, "The kitchen light is on."),
        ("ग्यारेजको बत्ती बाल", "बाथरुमको", {"bathroom"}, "बाथरुमको बत्ती बालियो।"),
        ("garage ko batti bala", "hoina", set(), None), ("garage ko batti bala", "bathroom hoina", set(), None),
        ("garage ko batti bala", "attic", set(), None), ("garage ko batti bala", "ho", set(), None),
    ],
)  # fmt: skip
def test_the_room_that_there_is_completes_what_was_asked_of_one_that_is_not(
    served: Served, before: str, answer: str, lit: set[str], says: str | None
) -> None:
    served.do("sabai batti nibhau", confirm=True)
    assert served.do(before)["status"] == "unknown_room"
    done = served.do(answer, answers=before, confirm=True)
    assert served.lit() == lit
    assert says is None or done["reply"]["text"] == says


def test_a_room_is_no_yes_to_the_whole_house(served: Served) -> None:
    served.do("sabai batti nibhau", confirm=True)
    served.do("bathroom", answers="sabai batti bala ani batti nilo gara")
    assert served.lit() == set()


def test_what_failed_beside_something_for_later_is_done_in_part(tmp_path: Path) -> None:
    talk = talk_of(tmp_path, LightState("kitchen", reachable=False))
    now, later = {"room": "kitchen", "action": "turn_on"}, {"room": "bedroom", "action": "turn_on", "after": "1h"}

    async def run() -> list[str]:
        talk.house.start()
        wanted = ([now], [later], [now, later])
        answers = [await talk.do(Command.from_dict({"actions": some}), Wish()) for some in wanted]
        await talk.house.stop()
        return [one.status for one in answers]

    assert asyncio.run(run()) == ["failed", "scheduled", "partly"]


def chat(served: Served, messages: list[dict[str, str]]) -> str:
    answer = served.post("/v1/chat/completions", {"model": "house", "messages": messages}).json()
    return str(answer["choices"][0]["message"]["content"])


PLACES = """
rooms:
  - name: kitchen
    aliases: [bhancha]
  - name: living room
    aliases: [baithak]
    lights: [{name: jhumar, aliases: [chandelier]}, {name: bed lamp}]
  - name: bathroom
  - name: bedroom
    lights: [{name: bed lamp}]
  - name: aama ko kotha
groups:
  - {name: upstairs, aliases: [mathi], rooms: [bedroom, bathroom]}
"""


@pytest.mark.parametrize(
    ("answer", "named"),
    [
        ("jhumar", [{"room": "living room", "light": "jhumar"}]),
        ("baithak ko jhumar", [{"room": "living room", "light": "jhumar"}]),
        ("the chandelier in the living room", [{"room": "living room", "light": "jhumar"}]),
        ("bedroom ko bed lamp", [{"room": "bedroom", "light": "bed lamp"}]),
        ("in the kitchen", [{"room": "kitchen"}]), ("ho, bhancha ma", [{"room": "kitchen"}]),
        ("kitchen please", [{"room": "kitchen"}]), ("भान्छामा", [{"room": "kitchen"}]),
        ("upstairs", [{"room": "upstairs"}]), ("mathi", [{"room": "upstairs"}]),
        ("sabai", [{"room": "all"}]), ("sabai batti", [{"room": "all"}]), ("सबै", [{"room": "all"}]),
        ("all the lights", [{"room": "all"}]),
        ("bhancha ra bathroom", [{"room": "kitchen"}, {"room": "bathroom"}]),
        ("kitchen, bathroom and the bedroom", [{"room": "kitchen"}, {"room": "bathroom"}, {"room": "bedroom"}]),
        ("jhumar ra bhancha", [{"room": "living room", "light": "jhumar"}, {"room": "kitchen"}]),
        ("आमाको कोठाको", [{"room": "aama ko kotha"}]), ("aama ko kotha ko", [{"room": "aama ko kotha"}]),
        ("aama ko kotha ko batti", [{"room": "aama ko kotha"}]), ("aama ko kotha hoina", []),
        ("kitchen ko jhumar", []), ("bhancha hoina", []), ("bhancha ra garage", []), ("batti", []), ("", []),
        ("ra", []), ("dubai", []), ("bhancha nibhau", []), ("bed lamp", []),
    ],
)  # fmt: skip
def test_the_places_that_an_answer_names(answer: str, named: list[dict[str, str]]) -> None:
    found = places.named(Home.from_yaml(PLACES), answer)
    assert [places.key_of(place) for place in found] == named


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("jhumar", "Jhumar baliyo."), ("bhancha ra bathroom", "Bhancha ra bathroom ko batti baliyo."),
        ("sabai", "Sabai batti baliyo."), ("upstairs", "Mathi ko batti baliyo."),
        ("in the kitchen", "Bhancha ko batti baliyo."),
    ],
)  # fmt: skip
def test_what_an_answer_names_is_what_was_to_be_lit(tmp_path: Path, answer: str, text: str) -> None:
    home, store = Home.from_yaml(PLACES), Store.open(tmp_path / "batti.sqlite")
    talk = Talk(House(store, SimulatedHome(store), lambda: home), Models((), tmp_path / "model"))

    async def run() -> list[tuple[str, str]]:
        talking = (("batti bala", None), (answer, "batti bala"))
        said = [await said_after(talk, one, before, Wish(ask_before_all=True)) for one, before in talking]
        return [(one.status, one.reply.text) for one in said]

    assert asyncio.run(run()) == [("needs_room", "Kun kotha ko batti?"), ("done", text)]


TWINS = """
rooms:
  - {name: living room, aliases: [baithak], lights: [{name: table lamp}]}
  - {name: aama ko kotha, aliases: [mom's room], lights: [{name: table lamp}]}
"""


@pytest.mark.parametrize(
    ("answer", "rooms"),
    [
        ("both", {"living room", "aama ko kotha"}), ("dubai ho", {"living room", "aama ko kotha"}),
        ("duitai", {"living room", "aama ko kotha"}), ("दुबै बत्ती", {"living room", "aama ko kotha"}),
        ("both of them please", {"living room", "aama ko kotha"}),
        ("aama ko kotha ko table lamp", {"aama ko kotha"}), ("आमाको कोठाको टेबल ल्याम्प", {"aama ko kotha"}),
        ("not both", set()), ("dubai hoina", set()), ("ahan", set()),
    ],
)  # fmt: skip
def test_of_two_lamps_that_were_asked_about_one_or_both_are_meant(
    tmp_path: Path, answer: str, rooms: set[str]
) -> None:
    home, store = Home.from_yaml(TWINS), Store.open(tmp_path / "batti.sqlite")
    talk = Talk(House(store, SimulatedHome(store), lambda: home), Models((), tmp_path / "model"))

    async def run() -> tuple[Answer, Answer]:
        asked = await talk.say("table lamp bala", Wish())
        return asked, await said_after(talk, answer, "table lamp bala", Wish())

    asked, came = asyncio.run(run())
    assert asked.status == "needs_confirmation"
    assert {(action.room, action.light) for action in came.command.actions} == {(room, "table lamp") for room in rooms}
    assert came.status == ("done" if rooms else "none")


def test_both_is_no_answer_to_which_of_two_things_is_to_be_done(tmp_path: Path) -> None:
    """Whether the light is to be on or off has no both."""
    talk = talk_of(tmp_path)
    assert asyncio.run(said_after(talk, "both", "10 minute pachi batti gara", Wish())).status == "none"


@pytest.mark.parametrize("answer", ["yaha", "yo kotha ma", "this room", "ho"])
def test_who_answers_with_no_place_is_asked_again(tmp_path: Path, answer: str) -> None:
    home, store = Home.from_yaml(PLACES), Store.open(tmp_path / "batti.sqlite")
    talk = Talk(House(store, SimulatedHome(store), lambda: home), Models((), tmp_path / "model"))
    assert asyncio.run(said_after(talk, answer, "batti bala", Wish())).status == "needs_room"


YES = ["yes", "हुन्छ", "गर", "gara", "hajur", "hajur ho", "हजुर", "hunchha gara", "ho ni", "hus", "हस्", "haa",
       "la", "yes please", "ho, gara na", "ठीक छ", "huncha hai"]  # fmt: skip
NO = ["no", "bhayo", "भयो", "chahidaina", "चाहिँदैन", "naa", "not now", "pardaina bhayo", "hajur, hoina", "la bhayo",
      "na gara", "नगर", "don't do it", "hoina hoina"]  # fmt: skip
NEITHER = ["", "kina?", "ho hoina", "ghar", "hall", "now", "bhancha nibhau", "ho nibhau", "ho?ho!hoina"]


@pytest.mark.parametrize(
    ("said", "means"), [*((one, True) for one in YES), *((one, False) for one in NO), *((one, None) for one in NEITHER)]
)
def test_what_says_yes_and_what_says_no(said: str, means: bool | None) -> None:
    assert consents(said) is means


@pytest.mark.parametrize(
    ("sentence", "says"),
    [
        ("turn off the kitchen light in 36 hours", "I can wait 24 hours at most."),
        ("kitchen 9000 kelvin gara", "Seto ujyalo 1900 dekhi 6500 kelvin samma matra hunchha."),
        ("25 baje bathroom ko batti bala", "Ghadi ma tyasto samaya hudaina."),
        ("bathroom ko batti 0 minute pachi nibhau", "0 bhaneko kati ber ho, bujhina."),
        ("bedroom ko batti 140% gara", "Ujyalo 1% dekhi 100% samma matra hunchha."),
    ],
)
def test_who_asks_for_what_there_is_not_is_told_so_and_not_asked_back(served: Served, sentence: str, says: str) -> None:
    for confirm in (False, True):
        done = served.do(sentence, confirm=confirm)
        assert (done["status"], done["reply"]["text"], done["scheduled"]) == ("none", says, [])
    read = served.post("/v1/interpret", {"sentence": sentence}).json()
    assert (read["command"]["intent"], read["needs_confirmation"], read["readings"]) == ("none", False, [])
    assert "; say " in read["impossible"]
    shown = served.post("/v1/explain", {"sentence": sentence}).json()
    assert (shown["intent"], shown["impossible"]) == ("none", read["impossible"])
    chat = served.post("/v1/chat/completions", {"messages": [{"role": "user", "content": sentence}]}).json()
    assert chat["choices"][0]["message"]["content"].endswith(f"\n# impossible: {read['impossible']}\n")
