"""What each kind of lamp is sent, and what it says: topics and payloads, without a connection.

Sources: the documentation of Zigbee2MQTT (MQTT topics and messages; exposes), of Tasmota (MQTT; commands; JSON
status), and of Home Assistant (MQTT light, JSON schema).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeAlias

from batti.serve import colors
from batti.serve.lights import LOWEST, Abilities, LightState
from batti.wiring import Mqtt

Order: TypeAlias = tuple[str, str]
"""Topic and payload."""
_STEP = 50
"""Kelvin by which whole mireds differ where whites are cold: more is not known of a colour temperature."""


@dataclass(frozen=True)
class Said:
    """What a message tells of a light: keys of `LightState` with their values, and whether the light can be reached."""

    look: Mapping[str, Any] = field(default_factory=dict)
    reachable: bool | None = None


@dataclass(frozen=True)
class Wanted:
    """A look that a light is to have, and which parts of it were asked for besides on and off."""

    look: LightState
    brightness: bool = False
    color: bool = False


class Lamp(Protocol):
    """A light as a kind of firmware speaks."""

    @property
    def topics(self) -> tuple[str, ...]:
        """What it says is said there."""
        ...

    def order(self, wanted: Wanted) -> Order:
        """What gives it a look."""
        ...

    def question(self) -> Order | None:
        """What makes it say how it is; None where it says so unasked only."""
        ...

    def said(self, topic: str, payload: bytes) -> Said:
        """What a message on one of its topics tells, nothing if it is none of its own."""
        ...


def lamp_of(mqtt: Mqtt) -> Lamp:
    """The lamp of an entry of the home file."""
    return Tasmota(mqtt) if mqtt.kind == "tasmota" else JsonLamp(mqtt)


def abilities_of(mqtt: Mqtt) -> Abilities:
    """What the lamp can do of the command language."""
    kelvin = mqtt.color_temp
    return Abilities(mqtt.brightness, mqtt.color is not None, kelvin)


def told(state: LightState, look: Mapping[str, Any]) -> LightState:
    """A state with what was said of it; a colour ends a white and the other way round."""
    if "color" in look:
        look = {**look, "color_temp": None}
    elif "color_temp" in look:
        known, kelvin = state.color_temp, look["color_temp"]
        kept = known if known and abs(known - kelvin) <= _STEP else kelvin  # lamps round what they were told
        look = {**look, "color": None, "color_temp": kept}
    return replace(state, **look)


class JsonLamp:
    """Zigbee2MQTT, and lamps of Home Assistant's JSON schema: one JSON object for all that is to change."""

    def __init__(self, mqtt: Mqtt) -> None:
        self._mqtt = mqtt
        self._zigbee = mqtt.kind == "zigbee2mqtt"
        self._scale = 254 if self._zigbee else mqtt.brightness_scale
        self._end = f"_{mqtt.endpoint}" if mqtt.endpoint else ""
        self._states = mqtt.state_topic or mqtt.topic
        self._there = mqtt.availability_topic or f"{mqtt.topic}/availability"
        self._bridge = f"{mqtt.topic.split('/')[0]}/bridge/state"

    @property
    def topics(self) -> tuple[str, ...]:
        """See `Lamp`."""
        return (self._states, self._there, self._bridge) if self._zigbee else (self._states, self._there)

    def order(self, wanted: Wanted) -> Order:
        """See `Lamp`."""
        look, data = wanted.look, dict[str, Any]()
        data[f"state{self._end}"] = "ON" if look.on else "OFF"
        if look.on and wanted.brightness:
            data[f"brightness{self._end}"] = max(1, round(look.brightness * self._scale))
        if look.on and wanted.color and look.color:
            data[f"color{self._end}"] = self._form(look.color)
        elif look.on and wanted.color and look.color_temp:
            kelvin = look.color_temp
            data[f"color_temp{self._end}"] = kelvin if self._mqtt.kelvin else colors.mireds_of(kelvin)
        return self._mqtt.command_topic or f"{self._mqtt.topic}/set", json.dumps(data)

    def question(self) -> Order | None:
        """See `Lamp`."""
        return (f"{self._mqtt.topic}/get", json.dumps({f"state{self._end}": ""})) if self._zigbee else None

    def said(self, topic: str, payload: bytes) -> Said:
        """See `Lamp`."""
        if topic in (self._there, self._bridge):
            return Said(reachable=_is_there(payload))
        data = _object(payload)
        look: dict[str, Any] = {}
        if isinstance(state := data.get(f"state{self._end}"), str) and state.upper() in ("ON", "OFF"):
            look["on"] = state.upper() == "ON"
        if self._mqtt.brightness and (level := _number(data.get(f"brightness{self._end}"))):
            look["brightness"] = _level(level / self._scale)
        return Said(look | self._color_said(data))

    def _form(self, color: str) -> dict[str, float]:
        rgb = colors.RGB[color]
        match self._mqtt.color:
            case "rgb":
                return dict(zip("rgb", rgb, strict=True))
            case "xy":
                x, y = colors.xy_of(rgb)
                return {"x": round(x, 4), "y": round(y, 4)}
            case _:
                hue, saturation = colors.hs_of(rgb)
                names = ("hue", "saturation") if self._zigbee else ("h", "s")
                return dict(zip(names, (round(hue), round(saturation)), strict=True))

    def _color_said(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """The colour or the white, whichever the lamp shines in: it may tell both."""
        mode = data.get(f"color_mode{self._end}")
        kelvin = _kelvin(data.get(f"color_temp{self._end}"), self._mqtt.kelvin) if self._mqtt.color_temp else None
        color = _color(data.get(f"color{self._end}")) if self._mqtt.color else None
        if kelvin and (mode == "color_temp" or not color):
            return {"color_temp": kelvin}
        return {"color": color} if color and mode not in ("color_temp", "white") else {}


class Tasmota:
    """Lamps and relays with Tasmota: a command a topic, several of them as one Backlog."""

    def __init__(self, mqtt: Mqtt) -> None:
        self._mqtt = mqtt
        self._power = f"Power{mqtt.relay or ''}"
        names = {"POWER"} | {"POWER1"} if mqtt.relay in (None, 1) else set()
        self._powers = names | {self._power.upper()}

    def _at(self, prefix: str, last: str) -> str:
        mqtt = self._mqtt
        return mqtt.full_topic.replace("%prefix%", prefix).replace("%topic%", mqtt.topic) + last

    @property
    def topics(self) -> tuple[str, ...]:
        """See `Lamp`."""
        return self._at("stat", "RESULT"), self._at("tele", "STATE"), self._at("tele", "LWT")

    def order(self, wanted: Wanted) -> Order:
        """See `Lamp`."""
        look, commands = wanted.look, list[Order]()
        percent = max(1, round(100 * look.brightness))
        if look.on and wanted.color and look.color:
            hue, saturation = (round(part) for part in colors.hs_of(colors.RGB[look.color]))
            commands.append(("HSBColor", f"{hue % 360},{saturation},{percent}"))
        elif look.on and wanted.brightness:
            commands.append(("Dimmer", str(percent)))
        if look.on and wanted.color and look.color_temp:
            commands.append(("CT", str(colors.mireds_of(look.color_temp))))
        commands.append((self._power, "ON" if look.on else "OFF"))
        if len(commands) > 1:
            return self._at("cmnd", "Backlog"), "; ".join(" ".join(one) for one in commands)
        return self._at("cmnd", commands[0][0]), commands[0][1]

    def question(self) -> Order | None:
        """See `Lamp`."""
        return self._at("cmnd", "STATE"), ""

    def said(self, topic: str, payload: bytes) -> Said:
        """See `Lamp`."""
        if topic == self._at("tele", "LWT"):
            return Said(reachable=_is_there(payload))
        data = _object(payload)
        look: dict[str, Any] = {}
        for name in self._powers & data.keys():
            if data[name] in ("ON", "OFF"):
                look["on"] = data[name] == "ON"
        if self._mqtt.brightness and (level := _number(data.get("Dimmer"))):
            look["brightness"] = _level(level / 100)
        return Said(look | self._color_said(data))

    def _color_said(self, data: Mapping[str, Any]) -> dict[str, Any]:
        kelvin = _kelvin(data.get("CT"), False) if self._mqtt.color_temp else None
        color = _color(data.get("HSBColor")) if self._mqtt.color else None
        if kelvin and (not color or _number(data.get("White"))):  # the white part shines
            return {"color_temp": kelvin}
        return {"color": color} if color and not _number(data.get("White")) else {}


def _object(payload: bytes) -> dict[str, Any]:
    """The JSON object of a payload, an empty one if there is none."""
    try:
        data = json.loads(payload)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _is_there(payload: bytes) -> bool | None:
    """What `online`, `Offline` or {"state": "online"} says."""
    said = _object(payload).get("state") or payload.decode("utf-8", "replace")
    return {"online": True, "offline": False}.get(str(said).strip().casefold())


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value) if abs(value) < 1e9 else None


def _level(share: float) -> float:
    return round(min(1.0, max(LOWEST, share)), 2)


def _kelvin(value: object, is_kelvin: bool) -> int | None:
    """The colour temperature of a value in kelvin or in mireds, if there is one in it."""
    number = _number(value)
    if not number or number < 1:
        return None
    return round(number) if is_kelvin else max(1, round(colors.kelvin_of(number) / _STEP)) * _STEP


def _color(value: object) -> str | None:
    """The colour of {x, y}, {hue, saturation}, {h, s}, {r, g, b} or "hue,saturation,brightness"."""
    if isinstance(value, str):
        parts = value.split(",")
        try:
            value = dict(zip(("h", "s"), map(float, parts[:2]), strict=True))
        except ValueError:
            return None
    found = {key: number for key, one in value.items() if (number := _number(one)) is not None} if isinstance(
        value, dict) else {}  # fmt: skip
    for hue, saturation in (("hue", "saturation"), ("h", "s")):
        if hue in found and saturation in found:
            return colors.name_of((found[hue], found[saturation]))
    if {"x", "y"} <= found.keys():
        return colors.name_of(colors.hs_of(colors.rgb_of_xy((found["x"], found["y"]))))
    if {"r", "g", "b"} <= found.keys():
        red, green, blue = (min(255, max(0, round(found[key]))) for key in "rgb")
        return colors.name_of(colors.hs_of((red, green, blue)))
    return None
