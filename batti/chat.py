"""The one form in which a language model is asked, and in which its answer is read.

In: the contract in short and the home as system text, the sentence as the user's. Out: the canonical
YAML document. Training data, every runtime and every API use this form.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from string import Template

from batti.backends import Reading
from batti.command import ACTIONS, COLORS, INTENTS, Command
from batti.errors import BattiError
from batti.home import Home
from batti.paths import resources
from batti.text import MAX_CHARS

MAX_ANSWER = 512
"""Tokens of an answer, at most; the document of a usual sentence has about fifty."""
Messages = list[dict[str, str]]
PLAIN = (
    "{{ bos_token }}{% for message in messages %}{% if message['role'] == 'system' %}{{ message['content'] }}\n\n"
    "{% elif message['role'] == 'user' %}Sentence: {{ message['content'] }}\nAnswer:\n"
    "{% else %}{{ message['content'] }}{{ eos_token }}{% endif %}{% endfor %}"
)
"""The chat template of a model that has none of its own: the same messages as plain text."""
_FENCED = re.compile(r"\s*```(?:ya?ml)?[ \t]*\n(.*?\n)```\s*", re.DOTALL)


@lru_cache(maxsize=64)
def system(home: Home) -> str:
    """The system text: what is the same for all homes comes first, so that its computation can be kept."""
    intents, actions, colors = map(", ".join, (INTENTS, ACTIONS, COLORS))
    return _template().substitute(home=home.to_yaml(), intents=intents, actions=actions, colors=colors).strip()


@cache
def _template() -> Template:
    return Template(resources("prompts", "chat.md").read_text(encoding="utf-8"))


def messages(home: Home, sentence: str) -> Messages:
    """What is sent about one sentence."""
    return [{"role": "system", "content": system(home)}, {"role": "user", "content": sentence}]


def command_of(home: Home, answer: str) -> Command:
    """The command of an answer. Raises BattiError where it is none, or none of this home."""
    fenced = _FENCED.fullmatch(answer)
    command = Command.from_yaml(fenced[1] if fenced else answer, groups=home.group_names)
    if faults := home.check(command):
        raise BattiError.of(faults)
    return command


@dataclass(frozen=True)
class Said:
    """A model's answer, and how probable it says that is (1 where it does not say)."""

    text: str
    chance: float = 1.0


class ChatBackend(ABC):
    """A language model behind the seam `Backend`; `invalid` counts the answers that were no document."""

    def __init__(self) -> None:
        self.invalid = 0

    @abstractmethod
    def say(self, home: Home, sentences: Sequence[str]) -> list[Said]:
        """The model's answers in order. Raises BattiError where it cannot be asked."""

    def generate(self, home: Home, sentences: Sequence[str]) -> list[Reading]:
        """One reading a sentence, in order; an invalid answer is `none` with a confidence of 0."""
        readings = [Reading(Command.none(), 1.0)] * len(sentences)  # for what says nothing
        asked = [i for i, sentence in enumerate(sentences) if sentence.strip() and len(sentence) <= MAX_CHARS]
        for i, said in zip(asked, self.say(home, [sentences[i] for i in asked]), strict=True):
            readings[i] = self.reading(home, said)
        return readings

    def stream(self, home: Home, sentence: str) -> Iterator[str | Said]:
        """The pieces of the answer to one sentence as they come, one where the runtime gives it so; then the whole."""
        [said] = self.say(home, [sentence])
        yield from (said.text, said)

    def reading(self, home: Home, said: Said) -> Reading:
        """What an answer says; `none` with a confidence of 0 where it is no document of this home."""
        try:
            return Reading(command_of(home, said.text), said.chance)
        except BattiError:
            self.invalid += 1
            return Reading(Command.none(), 0.0)
