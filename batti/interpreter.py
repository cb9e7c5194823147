"""The main job: a sentence in, a validated command with its confidence out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from batti import backends
from batti.backends import Backend, Reading
from batti.command import Command, one_form
from batti.errors import BattiError, did_you_mean, quote
from batti.home import Home
from batti.impossible import IN_WORDS, Impossible, comment, impossible
from batti.lookup import lookup_of
from batti.schema import HERE
from batti.text import normalize


@dataclass(frozen=True)
class Result:
    """What was understood. `command` is valid in the interpreter's home; `confidence` is 0 to 1.

    `other` is the next likeliest command with its confidence, where the model weighed one. Where
    `needs_confirmation`, nothing is to act on the command before somebody has said yes. Where something is
    `impossible` the command is none: there is nothing that somebody could say yes to.
    """

    text: str
    command: Command
    confidence: float
    other: tuple[Command, float] | None = None
    needs_confirmation: bool = False
    impossible: Impossible | None = None

    @property
    def readings(self) -> list[tuple[Command, float]]:
        """The one or two likeliest commands, likeliest first."""
        return [(self.command, self.confidence), *([self.other] if self.other else [])]

    def yaml(self) -> str:
        """The command as the contract's YAML document; doubts, and what cannot be, stand in comments behind it."""
        text = self.command.to_yaml()
        if self.impossible:
            return text + comment(self.impossible)
        if not self.needs_confirmation:
            return text
        said = ["needs_confirmation: true"]
        for number, (command, confidence) in enumerate(self.readings, 1):
            said += [f"reading {number}, confidence {confidence:.2f}:", *command.to_yaml().splitlines()]
        return text + "".join(f"# {line}\n" for line in said)

    def to_dict(self) -> dict[str, Any]:
        """Plain data: command (the sentence), intent, rooms, actions, confidence, needs_confirmation.

        `readings` are the two best, where they need to be chosen from; `impossible` says what of that which was asked
        cannot be.
        """
        data = {"command": self.text, **self.command.to_dict(), "confidence": round(self.confidence, 4)}
        data["needs_confirmation"] = self.needs_confirmation
        if self.impossible:
            data["impossible"] = IN_WORDS[self.impossible]
        if self.needs_confirmation:
            data["readings"] = [
                {**command.to_dict(), "confidence": round(confidence, 4)} for command, confidence in self.readings
            ]
        return data


class Interpreter:
    """Understands sentences about one home. Calls may come from several threads."""

    def __init__(self, backend: Backend, home: Home, room: str | None = None) -> None:
        self.backend, self.home = backend, home
        self.room = self._own_room(room) if room is not None else None

    @classmethod
    def load(
        cls,
        home: Home | str | Path | None = None,
        *,
        room: str | None = None,
        model: str | Path | None = None,
        threads: int = 1,
    ) -> Interpreter:
        """An interpreter for a home (a `Home`, the path of a home file, or the default home).

        `room` is where the speaker is: `here` in an answer becomes that room. `model` is a model
        folder, the shipped one by default; with several `threads` it reads the sentences of a batch
        side by side. Raises BattiError with what to do about it.
        """
        if home is None:
            home = Home.default()
        elif not isinstance(home, Home):
            home = Home.load(home)
        return cls(backends.load(model, threads), home, room)

    def __call__(self, text: str) -> Result:
        """Understand one sentence; any string gives a valid command, and what is no string raises BattiError."""
        return self.batch([text])[0]

    def batch(self, texts: Iterable[str]) -> list[Result]:
        """Understand many sentences at once, in order. Raises BattiError where one is no string."""
        if isinstance(texts, str):
            raise BattiError("one sentence stands where several belong", "give a list of sentences")
        texts = list(texts)
        if odd := [text for text in texts if not isinstance(text, str)]:
            raise BattiError(f"a sentence is {quote(odd[0])}, not text", "give each sentence as a string")
        readings = self.backend.generate(self.home, texts)
        return [self.result(text, reading) for text, reading in zip(texts, readings, strict=True)]

    def stream(self, texts: Iterable[str], size: int = 1) -> Iterator[Result]:
        """Understand sentences as they come, `size` at a time."""
        texts = iter(texts)
        while chunk := list(islice(texts, size)):
            yield from self.batch(chunk)

    def _own_room(self, said: str) -> str:
        rooms = {room.area: room.name for room in self.home.rooms if room.area}
        rooms |= {name: room.name for room in self.home.rooms for name in (room.name, *room.aliases)}
        spelled = {normalize(name): room for name, room in rooms.items()}
        if found := spelled.get(normalize(said)):
            return found
        lookup = lookup_of(self.home)
        named = lookup.surely(normalize(said))
        if named and named.kind == "room":
            return named.name
        near = [one.name for one in lookup.near(said) if one.kind == "room"]
        hint = did_you_mean(near[0] if near else said, [room.name for room in self.home.rooms])
        raise BattiError(f"this home has no room {quote(said)}", hint)

    def result(self, text: str, reading: Reading) -> Result:
        """What a model's reading of a sentence means here: in the speaker's room, sure enough, possible."""
        unsure = reading.confidence < self.home.confirm_below
        why, other = impossible(text, reading.command), reading.other
        if other and (not_that := impossible(text, other[0])):  # is not offered; where nothing else is, it was asked
            why = why or (not_that if unsure and not reading.command.actions else None)
            other = None
        if why:
            return Result(text, Command.none(), reading.confidence, impossible=why)
        other = (self.at_home(other[0]), other[1]) if other else None
        return Result(text, self.at_home(reading.command), reading.confidence, other, unsure)

    def at_home(self, command: Command) -> Command:
        """The command with `here` as the speaker's room, where that is known."""
        if self.room is None or not any(action.room == HERE for action in command.actions):
            return command
        moved = [a.to_dict() | ({"room": self.room} if a.room == HERE else {}) for a in command.actions]
        return Command.from_dict({"actions": one_form(moved)}, groups=self.home.group_names)
