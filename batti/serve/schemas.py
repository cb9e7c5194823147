"""What requests hold and what answers hold, as the OpenAPI description shows it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from batti.command import Color, Intent
from batti.impossible import IN_WORDS
from batti.interpreter import Result
from batti.schema import Finding, Strict
from batti.serve import jobs, talk
from batti.serve.lights import Effect, Problem
from batti.serve.talk import Answer, Understood, Wish

MOST_CHARS = 2000
MOST_SENTENCES = 256
_DOCUMENT: dict[str, Any] = {
    "intent": "single_room_control", "rooms": ["kitchen"], "actions": [{"room": "kitchen", "action": "turn_off"}],
}  # fmt: skip
_SENTENCE = "bhancha ko batti nibhau"
_YAML = "intent: single_room_control\nrooms: [kitchen]\nactions:\n  - room: kitchen\n    action: turn_off\n"
_LIGHT: dict[str, Any] = {
    "room": "kitchen", "light": None, "on": False, "brightness": 1.0, "color": None, "color_temp": 2700,
    "reachable": True, "abilities": {"brightness": True, "color": True, "color_temp": [1900, 6500]},
}  # fmt: skip
_UNDERSTOOD: dict[str, Any] = {
    "sentence": _SENTENCE, "command": _DOCUMENT, "yaml": _YAML, "confidence": 0.9991, "needs_confirmation": False,
    "readings": [], "impossible": None, "model": "batti",
}  # fmt: skip
Sentence: TypeAlias = Annotated[str, Field(max_length=MOST_CHARS, description="what was said, in any spelling")]
Room: TypeAlias = Annotated[str | None, Field(max_length=100, description="the room that the speaker is in")]
Name: TypeAlias = Annotated[str | None, Field(max_length=500, description="a model of /v1/models, else the chosen one")]


def _shown(example: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"example": example})


# --- requests ----------------------------------------------------------------------------------


class Ask(Strict):
    """A sentence to be understood."""

    model_config = _shown({"sentence": _SENTENCE, "room": "bedroom"})

    sentence: Sentence
    room: Room = None
    model: Name = None

    def wish(self) -> Wish:
        return Wish(room=self.room, model=self.model)


class AskMany(Strict):
    """Sentences to be understood."""

    model_config = _shown({"sentences": [_SENTENCE, "turn on the terrace light"]})

    sentences: Annotated[list[Sentence], Field(min_length=1, max_length=MOST_SENTENCES)]
    room: Room = None
    model: Name = None

    def wish(self) -> Wish:
        return Wish(room=self.room, model=self.model)


class Do(Strict):
    """What is to be carried out: a `sentence`, or a document of the command language as `command` or as `yaml`."""

    model_config = _shown({"sentence": _SENTENCE, "ask_before_all": True})

    sentence: Annotated[str | None, Field(max_length=MOST_CHARS, description="what was said; beside a document, "
                                          "what it answers: the reply is in its language")] = None  # fmt: skip
    command: dict[str, Any] | None = None
    yaml: Annotated[str | None, Field(max_length=100_000)] = None
    room: Room = None
    model: Name = None
    confirm: Annotated[StrictBool, Field(description="yes to what was asked back")] = False
    answers: Annotated[str | None, Field(max_length=MOST_CHARS, description="what was said before and asked back: "
                       "`sentence` may be the answer, `ho` or the room that is meant")] = None  # fmt: skip
    ask_before_all: Annotated[StrictBool, Field(
        description="ask back before anything is done to the whole house")] = False  # fmt: skip

    def checks(self) -> Iterator[Finding]:
        """One document at most, and something to do."""
        if self.command is not None and self.yaml is not None:
            yield Finding((), "command and yaml are both there", "keep one")
        if self.sentence is None and self.command is None and self.yaml is None:
            yield Finding((), "there is no sentence, no command and no yaml", "give one of them")

    def wish(self) -> Wish:
        return Wish(self.room, self.model, self.confirm, self.ask_before_all)


class Choice(Strict):
    """The model that is to answer where a request names none."""

    model_config = _shown({"id": "batti"})

    id: Annotated[str, Field(max_length=500)]


class Token(Strict):
    """The token that the service was started with."""

    model_config = _shown({"token": "the token of the house"})

    token: Annotated[str, Field(max_length=1000)]


# --- answers -----------------------------------------------------------------------------------


class CommandDocument(BaseModel):
    """A document of the command language (`docs/serve.md`)."""

    model_config = ConfigDict(json_schema_extra={"example": _DOCUMENT})

    intent: Intent
    rooms: list[str]
    actions: list[dict[str, Any]]


class ReadingOf(CommandDocument):
    """One of two ways to take a sentence."""

    confidence: float


class Interpretation(BaseModel):
    """What a sentence is taken for; `readings` are the two likeliest, where it is to be asked back. `impossible` says
    what of that which is asked cannot be; null where all can."""

    model_config = ConfigDict(json_schema_extra={"example": _UNDERSTOOD})

    sentence: str
    command: CommandDocument
    yaml: str
    confidence: float
    needs_confirmation: bool
    readings: list[ReadingOf]
    impossible: str | None
    model: str


class Interpretations(BaseModel):
    """What sentences are taken for, in order."""

    results: list[Interpretation]


class AbilitiesOf(BaseModel):
    """What a light can do; the range of its white in kelvin, null where it has one white."""

    brightness: bool
    color: bool
    color_temp: tuple[int, int] | None


class LightOf(BaseModel):
    """A light as it is; `light` is null for the room's own, which has no name."""

    model_config = ConfigDict(json_schema_extra={"example": _LIGHT})

    room: str
    light: str | None
    on: bool
    brightness: float
    color: Color | None
    color_temp: int | None
    reachable: bool
    abilities: AbilitiesOf


class Lights(BaseModel):
    """Every light of the home."""

    lights: list[LightOf]


class EffectOf(BaseModel):
    """One light before and after, and why it was left as it was, if it was."""

    before: LightOf
    after: LightOf
    problem: Problem | None


class OutcomeOf(BaseModel):
    """What came of one action."""

    action: dict[str, Any]
    done: bool
    problem: Problem | None
    lights: list[EffectOf]


class JobOf(BaseModel):
    """Something that is done later: `do` what was asked for, or `undo` what `for` began on `lights`."""

    id: str
    run_at: Annotated[str, Field(description="ISO 8601, on the clock of the home")]
    status: jobs.Status
    kind: Literal["do", "undo"]
    sentence: str
    detail: Annotated[str, Field(description="what came of it")]
    actions: list[dict[str, Any]]
    lights: list[dict[str, str | None]]


class Schedule(BaseModel):
    """What is scheduled, by its time."""

    jobs: list[JobOf]


class ReplyOf(BaseModel):
    """What to say; `language` is a tag of BCP 47: en, ne, ne-Latn."""

    text: str
    language: str


class Done(BaseModel):
    """What came of a request to carry something out. The last four of `status` have done nothing: ask the user, and
    send `confirm: true`, or one of `understood.readings` as `command`."""

    status: talk.Status
    reply: ReplyOf
    command: CommandDocument
    understood: Interpretation | None
    outcomes: list[OutcomeOf]
    scheduled: list[JobOf]


class ModelOf(BaseModel):
    """A model; `chosen` is the one that answers where a request names none. `streams` is whether it is a language
    model: /v1/interpret/stream passes on what it writes, as its runtime gives it, and /v1/explain has no use for it."""

    id: str
    object: Literal["model"] = "model"
    created: int
    owned_by: str
    chosen: bool
    streams: bool


class ModelList(BaseModel):
    """The models, as OpenAI's clients read it."""

    model_config = ConfigDict(json_schema_extra={"example": {"object": "list", "data": [
        {"id": "batti", "object": "model", "created": 0, "owned_by": "batti", "chosen": True,
         "streams": False}]}})  # fmt: skip

    object: Literal["list"] = "list"
    data: list[ModelOf]


class Health(BaseModel):
    """How the service is: `detail` says what is wrong."""

    status: Literal["ok", "failing"]
    detail: str = ""


# --- from what the program has -----------------------------------------------------------------


def interpretation(understood: Understood) -> dict[str, Any]:
    """An `Interpretation`."""
    result: Result = understood.result
    readings = [{**command.to_dict(), "confidence": round(sure, 4)} for command, sure in result.readings]
    return {
        "sentence": result.text, "command": result.command.to_dict(), "yaml": result.command.to_yaml(),
        "confidence": round(result.confidence, 4), "needs_confirmation": result.needs_confirmation,
        "readings": readings if result.needs_confirmation else [], "model": understood.model,
        "impossible": IN_WORDS[result.impossible] if result.impossible else None,
    }  # fmt: skip


def done(answer: Answer, zone: str) -> dict[str, Any]:
    """A `Done`."""
    return {
        "status": answer.status,
        "reply": {"text": answer.reply.text, "language": answer.reply.language},
        "command": answer.command.to_dict(),
        "understood": interpretation(answer.understood) if answer.understood else None,
        "outcomes": [
            {"action": one.action.to_dict(), "done": one.done, "problem": one.problem,
             "lights": [_effect(effect) for effect in one.effects]}
            for one in answer.outcomes
        ],
        "scheduled": [job.to_dict(zone) for job in answer.scheduled],
    }  # fmt: skip


def _effect(effect: Effect) -> dict[str, Any]:
    return {"before": effect.before.to_dict(), "after": effect.after.to_dict(), "problem": effect.problem}


