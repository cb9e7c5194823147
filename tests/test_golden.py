from pathlib import Path
from typing import Any

import pytest

from batti import Interpreter
from batti.dataset.cases import read_cases
from batti.evaluate import run
from batti.evaluate.run import Outcome

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.yaml"))[::2]  # `runs/measure.sh` asks all
HOUSEHOLD = Path(__file__).parents[2] / "shared" / "eval" / "household_dev.jsonl"


def report(outcomes: list[Outcome]) -> str:
    return "\n" + "\n".join(
        f"[{one.case.group}] {one.case.text}\n    expected {run.short(one.case.expected)}\n"
        f"    given    {run.short(one.given)} ({one.confidence:.2f})"
        for one in outcomes
        if not one.exact
    )


_HARDEST = {
    "ears_en": 0.75, "en_ear": 0.75, "pieces": 0.75, "half_heard_1": 0.75, "siri": 0.75, "half_words": 0.75,
    "whisper": 0.75, "far_field": 0.85, "anyhow": 0.85, "stranger_names": 0.85, "second_thoughts": 0.85,
}  # fmt: skip


def right(outcomes: list[Outcome]) -> float:
    return sum(one.exact for one in outcomes) / len(outcomes)


@pytest.fixture(scope="module")
def outcomes(interpreter: Interpreter) -> list[Outcome]:
    return run.run(interpreter.backend, [case for path in GOLDEN for case in read_cases(path)])


def test_nearly_all_golden_sentences_are_understood(outcomes: list[Outcome]) -> None:
    assert right(outcomes) >= 0.975, report(outcomes)
    assert sum(one.false_action for one in outcomes) <= 0.003 * len(outcomes), report(outcomes)


@pytest.mark.parametrize("name", [path.stem for path in GOLDEN])
def test_most_golden_sentences_of_each_home_are_understood(outcomes: list[Outcome], name: str) -> None:
    of_home = [one for one in outcomes if one.case.group == name]
    # Some homes are traps from end to end; in some all is heard by a recognizer that knows no Nepali, in some nothing
    # is called as anybody would think, or hardly a sentence ends as it began.
    least = next((share for voice, share in _HARDEST.items() if name.startswith(voice)), 0.9)
    assert right(of_home) >= least, report(of_home)


def test_an_unsure_answer_is_oftener_wrong(outcomes: list[Outcome]) -> None:
    """What is acted on without asking back is right oftener than what is not."""
    sure = [one for one in outcomes if one.confidence >= one.case.home.confirm_below]
    assert right(sure) >= right(outcomes)
    assert len(sure) > 0.97 * len(outcomes)


@pytest.mark.skipif(not HOUSEHOLD.exists(), reason="the household evaluation set is not in this checkout")
def test_the_household_sentences_are_understood(interpreter: Interpreter) -> None:
    said = run.run(interpreter.backend, read_cases(HOUSEHOLD))
    assert right(said) >= 0.97, report(said)
    assert sum(one.false_action for one in said) <= 1, report(said)


def one(intent: str, room: str, **doing: Any) -> dict[str, Any]:
    """A document with one entry; `for_` and `except_` stand for the keys without the stroke."""
    action = {"room": room} | {key.rstrip("_"): value for key, value in doing.items()}
    return {"intent": intent, "rooms": [room], "actions": [action]}


def both(first: str, second: str, **doing: Any) -> dict[str, Any]:
    actions = [{"room": room} | doing for room in (first, second)]
    return {"intent": "multi_room_control", "rooms": [first, second], "actions": actions}


def off(room: str, **when: str) -> dict[str, Any]:
    return one("single_room_control", room, action="turn_off", **when)


def on(room: str, **when: str) -> dict[str, Any]:
    return one("single_room_control", room, action="turn_on", **when)


def level(room: str, brightness: float) -> dict[str, Any]:
    return one("adjust_brightness", room, action="adjust_brightness", brightness=brightness)


def step(room: str, change: float) -> dict[str, Any]:
    return one("adjust_brightness", room, action="adjust_brightness", brightness_step=change)


def color(room: str, **shade: Any) -> dict[str, Any]:
    return one("change_color", room, action="change_color", **shade)


def state(room: str) -> dict[str, Any]:
    return one("query_state", room, action="get_state")


NONE: dict[str, Any] = {"intent": "none", "rooms": [], "actions": []}
UNKNOWN: dict[str, Any] = {"intent": "unknown_room", "rooms": [], "actions": []}
ALL_OFF = one("multi_room_control", "all", action="turn_off")
ALL_OFF_BUT_BEDROOM = one("multi_room_control", "all", except_=["bedroom"], action="turn_off")

MUST = {
    # English
    "turn on the kitchen light": on("kitchen"),
    "turn off the bedroom light": off("bedroom"),
    "turn on the living room lights": on("living room"),
    "toggle the balcony light": one("single_room_control", "balcony", action="toggle"),
    "set the bedroom to 30%": level("bedroom", 0.3),
    "make the living room blue": color("living room", color="blue"),
    "bedroom warm white": color("bedroom", color_temp=2700),
    "is the kitchen light on?": state("kitchen"),
    "turn off all the lights": ALL_OFF,
    "turn on all lights except the bedroom": one("multi_room_control", "all", except_=["bedroom"], action="turn_on"),
    "turn off the kitchen and the bathroom": both("kitchen", "bathroom", action="turn_off"),
    "turn on the bedroom light in 10 minutes": on("bedroom", after="10m"),
    "turn off the kitchen light at 10 pm": off("kitchen", at="22:00"),
    "turn on the balcony light for 30 minutes": on("balcony", for_="30m"),
    "increase the brightness in the kitchen": step("kitchen", 0.2),
    "decrease the living room brightness by 30%": step("living room", -0.3),
    "turn on the light": on("here"),
    "hello": NONE,
    "turn on the fan": NONE,
    "don't turn off the kitchen light": NONE,
    "turn on the light in the garage": UNKNOWN,
    # Nepali in Latin letters
    "bhancha ko batti nibhau": off("kitchen"),
    "bhancha ko batti bala": on("kitchen"),
    "sutne kotha ko batti rato banau": color("bedroom", color="red"),
    "baithak ko batti 40% ma rakha": level("living room", 0.4),
    "kausi ko batti baleko cha?": state("terrace"),
    "sabai batti nibhau": ALL_OFF,
    "bedroom bahek sabai batti nibhau": ALL_OFF_BUT_BEDROOM,
    "padhne kotha ko batti 10 minute pachi bala": on("study room", after="10m"),
    "bihana 6 baje bhancha ko batti bala": on("kitchen", at="06:00"),
    "bardali ko batti alikati ghatau": step("balcony", -0.1),
    "bhanchha ra baithak ko batti nibhau": both("kitchen", "living room", action="turn_off"),
    "batti nibhau": off("here"),
    "pankha bala": NONE,
    "garage ko batti bala": UNKNOWN,
    # Devanagari
    "भान्छाको बत्ती निभाउ": off("kitchen"),
    "भान्छाको बत्ती बाल": on("kitchen"),
    "बैठकको बत्ती ४०% मा राख्नुस्": level("living room", 0.4),
    "सुत्ने कोठाको बत्ती नीलो बनाउ": color("bedroom", color="blue"),
    "सबै बत्ती निभाउ": ALL_OFF,
    "सुत्ने कोठा बाहेक सबै बत्ती निभाउ": ALL_OFF_BUT_BEDROOM,
    "कौसीको बत्ती बलेको छ?": state("terrace"),
    "राति १० बजे बार्दलीको बत्ती निभाउ": off("balcony", at="22:00"),
    "बाथरुमको बत्ती ५ मिनेटपछि निभाउ": off("bathroom", after="5m"),
    "बैठक र भान्छाको बत्ती निभाउनुस्": both("living room", "kitchen", action="turn_off"),
    "बत्ती बाल": on("here"),
    "पङ्खा बन्द गर": NONE,
    "आज मौसम कस्तो छ?": NONE,
}


@pytest.mark.parametrize("text", MUST)
def test_plain_sentences_are_understood(interpreter: Interpreter, text: str) -> None:
    assert interpreter(text).command.to_dict() == MUST[text]
