"""What is said: every row of the contract in every tongue, and whole replies to whole sentences."""

import asyncio
import itertools
import re
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from strategies import actions

from batti import Interpreter
from batti.command import ACTIONS, COLORS, Action, Command
from batti.home import Home
from batti.lookup import Lookup
from batti.paths import resources
from batti.serve import phrases
from batti.serve.jobs import moment
from batti.serve.lights import Abilities, Effect, LightState, Outcome, Problem, targets
from batti.serve.phrases import TONGUES, Tongue
from batti.serve.replies import Deed, Speaker
from batti.serve.simulated import SimulatedHome
from batti.serve.tongue import called, tongue_of

HOME = Home.from_yaml("""
rooms:
  - name: bedroom
    aliases: [sutne kotha, सुत्ने कोठा]
    lights: [{name: table lamp, aliases: [टेबल ल्याम्प]}]
  - name: kitchen
  - name: Zorvak
  - name: hall
    lights: [{name: table lamp}]
groups:
  - name: upstairs
    aliases: [mathillo tala]
    rooms: [bedroom, hall]
""")
ROWS = [
    {"action": "turn_on"}, {"action": "turn_off"}, {"action": "toggle"}, {"action": "get_state"},
    *({"action": "adjust_brightness", "brightness": level} for level in (0.01, 0.4, 1.0)),
    *({"action": "adjust_brightness", "brightness_step": step} for step in (-1.0, -0.1, 0.2, 1.0)),
    *({"action": "change_color", "color": color} for color in COLORS),
    *({"action": "change_color", "color_temp": kelvin} for kelvin in (1900, 2700, 3333, 4000, 6500)),
]  # fmt: skip
WHERE = [
    {"room": "kitchen"}, {"room": "Zorvak"}, {"room": "bedroom", "light": "table lamp"}, {"room": "upstairs"},
    {"room": "all"}, {"room": "all", "except": ["kitchen", "hall"]}, {"room": "upstairs", "except": ["hall"]},
]  # fmt: skip
WHENS = [{}, {"after": "1h30m5s"}, {"at": "00:00"}, {"at": "13:05"}, {"for": "1m"}, {"at": "19:30", "for": "2h"}]
PLACES = st.sampled_from([{**place, "except": tuple(place.get("except", ()))} for place in WHERE])
PROBLEMS = [problem for problem in get_args(Problem) if problem != "no_light"]


def whole(text: str, tongue: Tongue) -> bool:
    """Whether a reply is a sentence of its tongue, with nothing left open."""
    ended = text.endswith(("।", "?") if tongue == "deva" else (".", "?"))
    strange = re.search(r"[{}]|None|  | [.,?।]|,,|\.\.", text)
    latin = re.search(r"[A-Za-z]", text.replace("Zorvak", "")) if tongue == "deva" else None
    return ended and not strange and not latin and text[:1] == text[:1].upper()


def outcomes(asked: list[Action]) -> list[Outcome]:
    return asyncio.run(SimulatedHome().run(HOME, asked))


@pytest.mark.parametrize("tongue", TONGUES)
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_every_row_of_the_contract_is_said_done_later_and_asked(row: dict[str, Any], tongue: Tongue) -> None:
    speaker = Speaker(HOME, tongue=tongue)
    for place, when in itertools.product(WHERE, WHENS):
        action = Action.model_validate({**place, **row, **when})
        command = Command.of([action], HOME.group_names)
        said = {
            speaker.told([Deed(action)]).text if row["action"] != "get_state" else "?",
            speaker.told([Deed(action, *outcomes([action]))]).text,
            speaker.question([command]).text,
            speaker.question([command, command], whole_house=True).text,
        }
        assert all(whole(text, tongue) or text == "?" for text in said), said


@pytest.mark.parametrize("tongue", TONGUES)
@pytest.mark.parametrize("problem", PROBLEMS)
def test_every_problem_is_said_of_the_place_or_of_the_light(problem: Problem, tongue: Tongue) -> None:
    action = Action(room="bedroom", action="turn_on")
    before = [LightState(*key) for key in targets(HOME, action)]
    none = Outcome.of(action, [Effect(one, one, problem) for one in before])
    some = Outcome.of(action, [Effect(before[0], replace(before[0], on=True)), Effect(before[1], before[1], problem)])
    speaker = Speaker(HOME, tongue=tongue)
    alone, both = (speaker.told([Deed(action, outcome)]).text for outcome in (none, some))
    assert whole(alone, tongue) and whole(both, tongue)
    assert speaker.told([Deed(action, *outcomes([action]))]).text not in both  # for it is not on as a whole
    assert alone not in both


@pytest.mark.parametrize(
    ("sentence", "own", "lamp"),
    [
        ("turn on the bedroom light",
         "The bedroom table lamp is on. The other bedroom light cannot be reached.",
         "The other bedroom light is on. The bedroom table lamp cannot be reached."),
        ("bedroom ko batti bala",
         "Bedroom ko table lamp baliyo. Bedroom ko arko batti sanga samparka hunsakena.",
         "Bedroom ko arko batti baliyo. Bedroom ko table lamp sanga samparka hunsakena."),
    ],
)  # fmt: skip
def test_of_a_room_of_which_some_is_done_each_light_is_said(sentence: str, own: str, lamp: str) -> None:
    action = Action(room="bedroom", action="turn_on")
    before = [LightState(*key) for key in targets(HOME, action)]
    assert [one.light for one in before] == [None, "table lamp"]
    speaker = Speaker(HOME, sentence)
    for missed, says in zip(before, (own, lamp), strict=True):
        effects = [Effect(one, one, "unreachable" if one is missed else None) for one in before]
        assert speaker.told([Deed(action, Outcome.of(action, effects))]).text == says


@pytest.mark.parametrize("tongue", TONGUES)
def test_refusals_and_questions_are_said(tongue: Tongue) -> None:
    speaker, lookup = Speaker(HOME, tongue=tongue), Lookup(HOME)
    action = Action(room="kitchen", action="turn_on")
    nowhere = speaker.told([Deed(action, Outcome.of(action, []))])
    said = [speaker.nothing(), speaker.which_room(), speaker.no_such_room(), nowhere]
    assert all(whole(reply.text, tongue) for reply in said)
    assert "{" not in speaker.no_such_room("garage", lookup.near("hal")).text


@pytest.mark.parametrize(
    ("sentence", "text"),
    [
        ("pahilo", "Yaha ko batti pahenlo banaune ho?"), ("yellow one", "Should I turn the light here yellow?"),
        ("पहिलो", "यहाँको बत्ती पहेँलो बनाउने हो?"),
    ],
)  # fmt: skip
def test_a_question_about_no_place_names_none(sentence: str, text: str) -> None:
    yellow = Command.of([Action(room="here", action="change_color", color="yellow")])
    assert Speaker(HOME, sentence).question([yellow]).text == text


def test_what_is_called_nearly_so_is_offered() -> None:
    lookup = Lookup(Home.default())
    speaker = Speaker(Home.default(), "turn on the bathing light")
    text = speaker.no_such_room("badroom", lookup.near("badroom")).text
    assert text.startswith("There is no “badroom” here. Did you mean ")
    assert "bedroom" in text
    assert speaker.no_such_room("xyzzy", lookup.near("xyzzy")).text == "There is no “xyzzy” here."


@given(st.lists(st.lists(actions(PLACES), max_size=4), max_size=3), st.sampled_from(TONGUES))
def test_whatever_was_done_is_said(asked: list[list[Action]], tongue: Tongue) -> None:
    plain = LightState("hall", on=True, brightness=0.5, color_temp=None, abilities=Abilities(False, False, None))
    lights = SimulatedHome(unlike=[plain])
    for some in asked:
        deeds = [Deed(a, o) for a, o in zip(some, asyncio.run(lights.run(HOME, some)), strict=True)]
        text = Speaker(HOME, tongue=tongue).told(deeds).text
        assert whole(text, tongue) or (text == "" and not some), text


GOLDEN = yaml.safe_load(Path(__file__).with_name("replies.yaml").read_text("utf-8"))


FIRST_OF_DECEMBER = 1_796_064_300.0  # 2026, 01:00 in Kathmandu


@pytest.mark.parametrize(
    ("sentence", "at", "hours", "text"),
    [
        ("turn on the kitchen light tomorrow at 6:30 pm", "18:30", 0,
         "The kitchen light will be turned on tomorrow at 6:30 pm."),
        ("bholi beluka 6 baje kitchen ko batti bala", "18:00", 0,
         "Bholi beluka 6 baje kitchen ko batti balinechha."),
        ("aaja bihana 6 baje kitchen ko batti bala", "06:00", 12,
         "Bholi bihana 6 baje kitchen ko batti balinechha."),
        ("aaja bihana 6 baje kitchen ko batti bala", "06:00", 0, "Bihana 6 baje kitchen ko batti balinechha."),
        ("बेलुका ६ बजे kitchen को बत्ती बाल", "18:00", 20, "भोलि बेलुका ६ बजे "),
    ],
)  # fmt: skip
def test_the_day_is_named_where_it_is_not_today(sentence: str, at: str, hours: int, text: str) -> None:
    action = Action(room="kitchen", action="turn_on", at=at)
    speaker = Speaker(HOME, sentence, now=FIRST_OF_DECEMBER + 3600 * hours)
    told = speaker.told([Deed(action)]).text
    assert told.startswith(text)


def test_the_moment_of_a_job_is_told_as_it_was_accepted() -> None:
    """Not worked out again from the sentence, which names no day."""
    action = Action(room="kitchen", action="turn_on", at="18:00")
    speaker = Speaker(HOME, "beluka 6 baje kitchen ko batti bala", now=FIRST_OF_DECEMBER)
    evening = moment(action, FIRST_OF_DECEMBER, HOME.time_zone)
    assert speaker.told([Deed(action, due=evening)]).text == "Beluka 6 baje kitchen ko batti balinechha."
    assert speaker.told([Deed(action, due=evening and evening + 86400)]).text.startswith("Bholi beluka 6 baje ")


def test_golden_replies(interpreter: Interpreter) -> None:
    lights = SimulatedHome()
    wrong = []
    for sentence, expected in GOLDEN:
        command = interpreter(sentence).command
        speaker = Speaker(interpreter.home, sentence, now=FIRST_OF_DECEMBER)
        if command.intent == "none":
            reply = speaker.nothing()
        elif "here" in command.rooms:
            reply = speaker.which_room()
        else:
            now = [action for action in command.actions if not action.after and not action.at]
            came = dict(zip(now, asyncio.run(lights.run(interpreter.home, now)), strict=True))
            reply = speaker.told([Deed(action, came.get(action)) for action in command.actions])
        wrong += [(sentence, reply.text, expected)] if reply.text != expected else []
    assert wrong == []


@pytest.mark.parametrize(
    ("sentence", "tongue"),
    [
        ("bhancha ko batti nibhau", "ne"), ("kitchen ko light off gara", "ne"), ("kitchen को light off", "deva"),
        ("turn off the bhancha light", "en"), ("please dim the lights in the hall", "en"), ("hall light off", "en"),
        ("bhancha light off", "ne"), ("batti", "ne"), ("", "en"), ("lights out", "en"), ("aama ko kotha off", "ne"),
        ("hall nanibhau", "ne"), ("gate kholnu", "ne"), ("dhanyabad", "ne"), ("namaste", "ne"), ("chahidaina", "ne"),
        ("light aayo?", "ne"), ("nabala", "ne"), ("thanks", "en"), ("kitchen menu", "en"), ("naked", "en"),
    ],
)  # fmt: skip
def test_the_tongue_of_a_sentence(sentence: str, tongue: Tongue) -> None:
    assert tongue_of(sentence) == tongue


@pytest.mark.parametrize(
    ("tongue", "sentence", "name"),
    [
        ("en", "", "kitchen"), ("ne", "", "bhancha"), ("deva", "", "भान्छा"),
        ("ne", "bhansa ko batti", "bhansa"), ("deva", "किचनको बत्ती", "किचन"), ("en", "bhancha off please", "bhancha"),
    ],
)  # fmt: skip
def test_a_room_is_called_as_the_sentence_calls_it_or_as_is_usual_in_its_tongue(
    tongue: Tongue, sentence: str, name: str
) -> None:
    names = ("kitchen", "bhancha", "bhansa", "भान्छा", "किचन")
    assert called(names, tongue, sentence) == name


def test_a_room_without_a_name_in_the_tongue_has_the_lexicons_or_its_own() -> None:
    assert [called(("kitchen",), tongue) for tongue in TONGUES] == ["kitchen", "kitchen", "भान्छा"]
    assert called(("garage",), "ne", "hall nibhau") == "garage"
    assert called(("kitchen",), "ne", "bhansa ko batti bala") == "bhansa"
    assert [called(("Zorvak",), tongue) for tongue in TONGUES] == ["Zorvak"] * 3
    assert [called(("भान्छा",), tongue) for tongue in TONGUES] == ["kitchen", "bhancha", "भान्छा"]


@pytest.mark.parametrize(
    ("names", "tongue", "sentence", "name"),
    [
        (("kitchen", "bhancha"), "ne", "kitchn ko bati balideu", "kitchen"),
        (("kitchen", "bhancha"), "ne", "kitch ko batti bala", "kitchen"),
        (("kitchen", "bhancha"), "ne", "bhanchha ko batti bala", "bhancha"),
        (("kitchen", "bhancha"), "ne", "bhansa ko batti bala", "bhansa"),  # a word of its own
        (("bathroom",), "ne", "Bathrm ko batti bala", "bathroom"),
        (("bathroom",), "en", "the bathrm light", "bathroom"),
        (("toilet", "शौचालय"), "ne", "bathrm ko batti bala", "toilet"), (("garden",), "ne", "Gardn ko batti", "garden"),
        (("kitchen",), "en", "kitchens light", "kitchen"), (("bathroom",), "en", "turn on the bath light", "bath"),
        (("TV light",), "deva", "टिभी लाइट बाल", "टिभी लाइट"),
        (("TV light",), "deva", "बैठकको टिभी लाइट बाल", "टिभी लाइट"),
        (("Ramesh room",), "deva", "रमेशको कोठाको बत्ती बाल", "रमेशको कोठा"),
        (("Ramesh room",), "deva", "सबै बत्ती बाल", "Ramesh room"),
        (("kitchen",), "deva", "किचनको बत्ती बाल", "किचन"),
        (("aama ko kotha",), "deva", "आमाको बत्ती बाल", "आमा"), (("Rama",), "deva", "रमाको बत्ती बाल", "रमा"),
    ],
)  # fmt: skip
def test_a_slip_is_not_said_again_and_what_has_no_name_in_devanagari_is_called_as_it_was(
    names: tuple[str, ...], tongue: Tongue, sentence: str, name: str
) -> None:
    assert called(names, tongue, sentence) == name


def test_a_name_in_latin_letters_stands_apart_from_its_ending_in_devanagari() -> None:
    action = Action(room="Zorvak", action="turn_on")
    text = Speaker(HOME, tongue="deva").told([Deed(action, *outcomes([action]))]).text
    assert text == "Zorvak को बत्ती बालियो।"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"verb": {"one": "is"}}, "verb.many is missing"),
        ({"verb": {"one": "is", "many": "are", "few": "are"}}, "verb.few is not known"),
        ({"when": {"after": "in {time}", "at": "at {time}", "for": "for {duration}"}}, "{time}, which nothing fills"),
        ({"digits": "012"}, "digits"),
    ],
)
def test_faulty_phrases_are_refused(change: dict[str, Any], says: str) -> None:
    data = yaml.safe_load(resources("replies", "en.yaml").read_text("utf-8"))
    with pytest.raises(ValueError, match=re.escape(says)):
        phrases.read(yaml.safe_dump(data | change))


@pytest.mark.parametrize("tongue", TONGUES)
def test_every_slot_that_matters_is_used(tongue: Tongue) -> None:
    """A phrase may leave `{is}` out, and only what names a light twice may leave out more."""
    say = phrases.load(tongue)
    for section, known in phrases.SLOTS.items():
        for name, slots in known.items():
            left = set(slots.split()) - phrases.slots(getattr(say, section)[name]) - {"is"}
            assert not left or (section, name) == ("problem", "no_light"), (section, name, left)


def test_the_contract_has_no_action_without_a_row() -> None:
    assert {row["action"] for row in ROWS} == set(ACTIONS)


@pytest.mark.parametrize(
    ("sentence", "is_told"),
    [
        ("every day at 6 pm turn on the kitchen light", True), ("kitchen ko batti beluka 9 baje samma bala", True),
        ("भोलिपर्सि बिहान ६ बजे किचनको बत्ती बाल", True), ("turn on the kitchen light at 6 pm", False),
        ("6-8 baje kitchen bala", True), ("kitchen ko batti 6 dekhi 8 samma bala", True),
    ],
)  # fmt: skip
def test_who_asks_for_more_than_one_time_is_told_so_before_it_is_confirmed(sentence: str, is_told: bool) -> None:
    command = Command.from_dict({"actions": [{"room": "kitchen", "action": "turn_on", "at": "18:00"}]})
    speaker = Speaker(HOME, sentence)
    told = phrases.load(speaker.tongue).sentence["one_time"]
    assert (told in speaker.question([command]).text) == is_told


@pytest.mark.parametrize(
    ("sentence", "says"),
    [
        ("kitchen ko batti ali kam gara", "Kitchen ko batti pahile nai nibheko chha."),
        ("it's too bright in the hall", "The hall light is off already."),
        ("भान्छाको बत्ती -२०% गर", "भान्छाको बत्ती पहिले नै निभेको छ।"),
    ],
)
def test_a_step_down_says_of_a_light_that_is_off_that_it_is(sentence: str, says: str) -> None:
    """Less of no light is no light: nothing was switched off."""
    action = Action(room="hall" if "hall" in sentence else "kitchen", action="adjust_brightness", brightness_step=-0.2)
    assert Speaker(HOME, sentence).told([Deed(action, *outcomes([action]))]).text == says


def test_a_step_tells_the_level_of_those_that_are_on() -> None:
    action = Action(room="hall", action="adjust_brightness", brightness_step=-0.2)
    lights = SimulatedHome(unlike=[LightState("hall", on=True, brightness=0.6)])
    [outcome] = asyncio.run(lights.run(HOME, [action]))
    assert Speaker(HOME, "dim the hall").told([Deed(action, outcome)]).text == "The hall light is dimmer, now at 40%."


@pytest.mark.parametrize(
    ("sentence", "says"),
    [
        ("kun kun batti baleko cha", "Kitchen, Zorvak ra hall ko batti baleko chha, aru nibheko chha."),
        ("what lights are on?", "The kitchen, Zorvak and hall lights are on, the others are off."),
        ("sabai batti baleko cha?", "Sutne kotha ko batti nibheko chha, aru baleko chha."),
        ("kun batti nibheko cha?", "Sutne kotha ko batti nibheko chha, aru baleko chha."),
        ("kati ota batti baleko cha",
         "4 ota batti baleko chha. Kitchen, Zorvak ra hall ko batti baleko chha, aru nibheko chha."),
        ("how many lights are off?", "Lights that are off: 2. The bedroom light is off, the others are on."),
        ("कतिवटा बत्ती निभेको छ?", "२ वटा बत्ती निभेको छ। सुत्ने कोठाको बत्ती निभेको छ, अरू बलेको छ।"),
    ],
)  # fmt: skip
def test_who_asks_which_lights_are_on_is_told_those(sentence: str, says: str) -> None:
    lights, action = SimulatedHome(), Action(room="all", action="get_state")
    asyncio.run(lights.run(HOME, [Action.model_validate({"room": "all", "except": ("bedroom",), "action": "turn_on"})]))
    assert Speaker(HOME, sentence).told([Deed(action, *asyncio.run(lights.run(HOME, [action])))]).text == says
