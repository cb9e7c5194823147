"""How a light of a home file is reached over MQTT: its topics, and what the lamp can do."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Literal, TypeAlias, get_args

from pydantic import BeforeValidator, SerializerFunctionWrapHandler, model_serializer

from batti.errors import quote
from batti.schema import Finding, Loc, Strict, one_of, refusal

Kind: TypeAlias = Literal["zigbee2mqtt", "tasmota", "json"]
Form: TypeAlias = Literal["hs", "rgb", "xy"]
FORMS: dict[str, tuple[Form, ...]] = {"zigbee2mqtt": ("xy", "hs"), "tasmota": ("hs",), "json": ("rgb", "hs", "xy")}
"""In which forms each kind of lamp takes a colour; the first is the usual one."""
FULL_TOPIC = "%prefix%/%topic%/"
MAX_TOPIC = 200  # characters
_ONLY: dict[str, tuple[Kind, ...]] = {  # key -> the kinds that have it
    "full_topic": ("tasmota",), "relay": ("tasmota",), "endpoint": ("zigbee2mqtt",),
    "command_topic": ("json",), "state_topic": ("json",), "availability_topic": ("json",),
    "brightness_scale": ("json",), "kelvin": ("json",),
}  # fmt: skip
_ENDPOINT = re.compile(r"[A-Za-z0-9_]{1,30}")
_RANGE = (1000, 12000)  # kelvin that lamps have at all


def _topic(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise refusal(f"{quote(value)} stands where a topic belongs", "write it like zigbee2mqtt/kitchen")
    topic = unicodedata.normalize("NFC", value.strip())
    if bad := next((char for char in topic if char in "+#" or not char.isprintable()), None):
        raise refusal(f"the topic {quote(topic)} holds {quote(bad)}", "write the topic of one lamp")
    if topic.endswith("/") or topic.startswith("$") or len(topic) > MAX_TOPIC:
        raise refusal(f"{quote(topic)} is no topic of a lamp", "write it like zigbee2mqtt/kitchen")
    return topic


def _full_topic(value: object) -> str:
    if not isinstance(value, str) or "%prefix%" not in value or "%topic%" not in value:
        raise refusal(f"the full_topic {quote(value)} lacks %prefix% or %topic%", f"write it like {FULL_TOPIC}")
    return _topic(value.rstrip("/")) + "/"


def _switch(value: object) -> bool:
    if value in (True, "true"):
        return True
    if value in (False, "false"):
        return False
    raise refusal(f"{quote(value)} is neither true nor false", "write true or false")


def _endpoint(value: object) -> str:
    if not isinstance(value, str) or not _ENDPOINT.fullmatch(value):
        raise refusal(f"there is no endpoint {quote(value)}", "write it like left or l1, as in the key state_l1")
    return value


def _whole(key: str, low: int, high: int) -> BeforeValidator:
    def check(value: object) -> int:
        number = _as_int(value)
        if number is None or not low <= number <= high:
            raise refusal(f"{key} {quote(value)} is not possible", f"write a whole number from {low} to {high}")
        return number

    return BeforeValidator(check)


def _as_int(value: object) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return int(value) if isinstance(value, str) and re.fullmatch(r"\d{1,9}", value, re.ASCII) else None


def _kelvins(value: object) -> tuple[int, int]:
    numbers = [_as_int(one) for one in value] if isinstance(value, list | tuple) else []
    low, high = numbers if len(numbers) == 2 else (None, None)
    if low is None or high is None or not _RANGE[0] <= low < high <= _RANGE[1]:
        raise refusal("color_temp is no range of kelvin", "write the lowest and the highest, like [2200, 6500]")
    return low, high


Topic: TypeAlias = Annotated[str, BeforeValidator(_topic)]
Switch: TypeAlias = Annotated[bool, BeforeValidator(_switch)]


class Mqtt(Strict):
    """A lamp on an MQTT broker. What it cannot do is left out: without `color` it has no colours, without
    `color_temp` (kelvin) one white; `reports` is whether it says how it is."""

    kind: Annotated[Kind, one_of("kind", get_args(Kind))]
    topic: Topic
    command_topic: Topic | None = None
    state_topic: Topic | None = None
    availability_topic: Topic | None = None
    full_topic: Annotated[str, BeforeValidator(_full_topic)] = FULL_TOPIC
    relay: Annotated[int, _whole("relay", 1, 32)] | None = None
    endpoint: Annotated[str, BeforeValidator(_endpoint)] | None = None
    brightness: Switch = True
    brightness_scale: Annotated[int, _whole("brightness_scale", 1, 65535)] = 255
    color: Annotated[Form, one_of("color", get_args(Form))] | None = None
    color_temp: Annotated[tuple[int, int], BeforeValidator(_kelvins)] | None = None
    kelvin: Switch = False
    reports: Switch = True

    @classmethod
    def rules(cls, raw: dict[str, Any], context: Any) -> Iterator[Finding]:
        """Which keys go with which kind."""
        kind = raw.get("kind")
        if kind not in FORMS:
            return
        for key in raw:
            if kind not in _ONLY.get(key, (kind,)):
                yield Finding((key,), f"{key} does not go with kind: {kind}", "leave it out")
        if raw.get("color") in get_args(Form) and raw["color"] not in FORMS[kind]:
            yield Finding(("color",), f"a lamp of kind {kind} takes no {raw['color']}",
                          f"write color: {FORMS[kind][0]}")

    @property
    def address(self) -> tuple[str, str, str | None]:
        """What is sent to, comparable between lamps."""
        if self.kind == "tasmota":
            where = self.full_topic.replace("%prefix%", "cmnd").replace("%topic%", self.topic)
            return self.kind, where, str(self.relay or 1)
        return self.kind, self.command_topic or f"{self.topic}/set", self.endpoint

    @model_serializer(mode="wrap")
    def _without_the_usual(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        written: dict[str, Any] = handler(self)
        usual = {name: field.default for name, field in type(self).model_fields.items()}
        return {key: value for key, value in written.items() if value != usual[key]}


def shared(lamps: Iterable[tuple[Loc, Mapping[str, Any]]]) -> Iterator[Finding]:
    """A fault for every lamp that two lights of a home claim; `lamps` are entries as written, with their paths."""
    seen: dict[tuple[str, str, str | None], Loc] = {}
    for loc, raw in lamps:
        try:
            address = Mqtt.model_validate(raw, context=()).address
        except ValueError:  # reported where the field itself is checked
            continue
        if seen.setdefault(address, loc) != loc:
            yield Finding((*loc, "topic"), "two lights have the same lamp", "keep one", (*seen[address], "topic"))
