"""How a language model is asked, and how its answers are read."""

from collections.abc import Sequence

import pytest
from helpers import NONE, OFF, home_of

from batti import chat
from batti.chat import ChatBackend, Said
from batti.command import Command
from batti.errors import BattiError
from batti.home import Home
from batti.text import MAX_CHARS

HOME = home_of("kitchen", {"name": "bedroom", "lights": [{"name": "lamp"}]}, groups={"up": ["bedroom"]})
GROUP = "intent: multi_room_control\nrooms: [up]\nactions:\n  - room: up\n    action: turn_off\n"


class Parrot(ChatBackend):
    """Says what it was told to say, whatever is asked."""

    def __init__(self, *answers: str) -> None:
        super().__init__()
        self.answers = list(answers)
        self.asked: list[str] = []

    def say(self, home: Home, sentences: Sequence[str]) -> list[Said]:
        self.asked += sentences
        return [Said(self.answers.pop(0), 0.8) for _ in sentences]


def test_the_system_text_has_the_home_last_and_the_same_text_before_it() -> None:
    ours, other = chat.system(HOME), chat.system(Home.default())
    assert ours.endswith(HOME.to_yaml().strip())
    assert ours.removesuffix(HOME.to_yaml().strip()) == other.removesuffix(Home.default().to_yaml().strip())
    assert "$" not in ours
    for word in ("unknown_room", "get_state", "turquoise", "brightness_step"):
        assert word in ours


def test_the_sentence_is_the_user_s() -> None:
    system, user = chat.messages(HOME, "batti $bala")
    assert system == {"role": "system", "content": chat.system(HOME)}
    assert user == {"role": "user", "content": "batti $bala"}


@pytest.mark.parametrize("answer", [OFF, f"```yaml\n{OFF}```", f"```\n{OFF}```\n", OFF.strip()])
def test_a_document_is_read_with_a_fence_or_without(answer: str) -> None:
    assert chat.command_of(HOME, answer).to_yaml() == OFF


def test_a_group_is_read_as_the_home_s() -> None:
    assert chat.command_of(HOME, GROUP).to_yaml() == GROUP


@pytest.mark.parametrize("answer", [
    "", "Sure! Here you are.", f"Sure!\n{OFF}", OFF.replace("kitchen", "garage"), OFF.replace("turn_off", "explode"),
    OFF.replace("[kitchen]", "[bedroom]"), GROUP.replace("multi", "single"), OFF[: len(OFF) // 2],
])  # fmt: skip
def test_what_is_no_document_of_the_home_is_refused(answer: str) -> None:
    with pytest.raises(BattiError):
        chat.command_of(HOME, answer)


def test_invalid_answers_are_none_and_counted() -> None:
    parrot = Parrot(OFF, "I cannot do that.", NONE, OFF.replace("kitchen", "garage"))
    readings = parrot.generate(HOME, ["a", "b", "c", "d"])
    assert [one.confidence for one in readings] == [0.8, 0.0, 0.8, 0.0]
    assert [one.command.intent for one in readings] == ["single_room_control", "none", "none", "none"]
    assert parrot.invalid == 2


def test_what_says_nothing_or_far_too_much_is_not_asked() -> None:
    parrot = Parrot(OFF)
    readings = parrot.generate(HOME, ["", " \n", "x" * (MAX_CHARS + 1), "batti nibhau"])
    assert parrot.asked == ["batti nibhau"]
    assert [one.command for one in readings[:3]] == [Command.none()] * 3
    assert readings[3].command.to_yaml() == OFF
    assert parrot.invalid == 0
