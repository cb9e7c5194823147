"""The grammar of a home: every document of the home is in it, and little else."""

import re
from functools import cache
from itertools import pairwise
from typing import Any

import pytest
import yaml
from helpers import home_of
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from strategies import actions, homes
from strategies import one_form as without_idle

from batti.command import Command, one_form
from batti.document import parse
from batti.errors import BattiError
from batti.gbnf import grammar
from batti.home import Home

TOKEN = re.compile(r'\s*(::=|"(?:[^"\\]|\\.)*"|\[[^\]]*\]|[()|*+?]|[a-z][a-z0-9-]*)')
HOME = home_of(
    "kitchen", {"name": "living room", "lights": [{"name": "table lamp"}, {"name": "on"}]}, "06:30",
    groups={"upstairs": ["kitchen", "06:30"]},
)  # fmt: skip


def tokens_of(gbnf: str) -> list[str]:
    tokens, at = [], 0
    while match := TOKEN.match(gbnf, at):
        tokens.append(match[1])
        at = match.end()
    assert not gbnf[at:].strip()
    return tokens


def pattern(gbnf: str) -> str:
    """The grammar as a regular expression: it is regular, and no rule uses itself."""
    tokens = tokens_of(gbnf)
    heads = [i for i, token in enumerate(tokens) if token == "::="]
    bounds = [*(i - 1 for i in heads), len(tokens)]
    rules = {tokens[a]: tokens[a + 2 : b] for a, b in pairwise(bounds)}

    @cache
    def said(token: str) -> str:
        if token.startswith('"'):
            text = re.sub(r"\\(.)", lambda match: {"n": "\n"}.get(match[1], match[1]), token[1:-1])
            return f"(?:{re.escape(text)})"
        if token in rules:
            return f"(?:{''.join(map(said, rules[token]))})"
        assert token.startswith("[") or token in "()|*+?", f"no rule {token}"
        return "(?:" if token == "(" else token

    return said("root")


ACCEPTED = re.compile(pattern(grammar(HOME)))


def accepts(text: str) -> bool:
    return ACCEPTED.fullmatch(text) is not None


@st.composite
def documents(draw: st.DrawFn, home: Home) -> Command:
    """Every kind of document that is valid in a home."""
    if draw(st.integers(0, 9)) == 0:
        return draw(st.sampled_from([Command.none(), Command.unknown_room()]))
    places: list[dict[str, Any]] = [{"room": "all"}, {"room": "here"}]
    for place in ("all", *home.group_names):
        some = st.lists(st.sampled_from(home.rooms_of(place)), min_size=1, unique=True)
        places.append({"room": place, "except_": tuple(draw(some))})
    places += [{"room": place.name} for place in home.places()]
    places += [{"room": room.name, "light": light.name} for room in home.rooms for light in room.lights]
    few = draw(st.lists(st.sampled_from(places), min_size=1, max_size=3))
    made = without_idle(draw(st.lists(actions(st.sampled_from(few)), min_size=1, max_size=5)))
    return Command.of(made, home.group_names)


@settings(max_examples=15)
@given(st.data())
def test_every_document_of_a_home_is_accepted(data: st.DataObject) -> None:
    home = data.draw(homes())
    accepted = re.compile(pattern(grammar(home)))
    for command in data.draw(st.lists(documents(home), min_size=4, max_size=8)):
        assert home.check(command) == []
        assert accepted.fullmatch(command.to_yaml())


def checked(home: Home, text: str) -> Command:
    """The command of a text. Raises BattiError where it is none of the home."""
    command = Command.from_yaml(text, groups=home.group_names)
    if faults := home.check(command):
        raise BattiError.of(faults)
    return command


@settings(max_examples=40)
@given(st.from_regex(ACCEPTED, fullmatch=True))
def test_what_is_accepted_is_a_document_of_the_home(text: str) -> None:
    data = parse(text).data
    assert isinstance(data, dict)
    entries = data["actions"]
    assume(all(len(set(entry.get("except", []))) == len(entry.get("except", [])) for entry in entries))
    if not entries:
        assert checked(HOME, text).to_yaml() == text
        return
    kept = one_form(entries)
    meant = Command.from_dict({"actions": kept}, groups=HOME.group_names)
    assert HOME.check(meant) == []
    if kept == entries and list(meant.rooms) == data["rooms"]:  # all that the grammar leaves open
        assert checked(HOME, text) == meant
        assert meant.to_yaml() == text


DOCUMENT = Command.from_dict({"actions": [
    {"room": "living room", "light": "table lamp", "action": "adjust_brightness", "brightness": 0.4, "after": "1h30m"},
]}).to_yaml()  # fmt: skip
EXCEPT = Command.from_dict({"actions": [{"room": "upstairs", "except": ["kitchen"], "action": "turn_off"}]}).to_yaml()


@pytest.mark.parametrize("said, instead", [
    ("living room", "kitchen"), ("table lamp", "lamp"), ("0.4", "0.40"), ("0.4", "0.0"), ("0.4", "1.1"),
    ("1h30m", "90m"), ("1h30m", "0m"), ("1h30m", "24h30m"), ("adjust_brightness\n  ", "turn_on\n  "),
    ("intent: adjust_brightness", "intent: single_room_control"), ("intent: adjust_brightness", "intent: none"),
    ("    brightness: 0.4\n", ""), ("brightness: 0.4", "brightness_step: 0.0"), ("table lamp", "'table lamp'"),
    ("    after", "    color: red\n    after"), ("[living room]", "[]"), ("\n", "\r\n"),
])  # fmt: skip
def test_what_is_no_document_of_the_home_is_refused(said: str, instead: str) -> None:
    assert accepts(DOCUMENT)
    assert said in DOCUMENT
    assert not accepts(DOCUMENT.replace(said, instead))


@pytest.mark.parametrize("said, instead", [
    ("[kitchen]", "[living room]"), ("[kitchen]", "[]"), ("multi_room_control", "single_room_control"),
    ("upstairs", "here"), ("upstairs", "living room"),
])  # fmt: skip
def test_exceptions_are_rooms_of_the_place(said: str, instead: str) -> None:
    assert accepts(EXCEPT)
    assert said in EXCEPT
    assert not accepts(EXCEPT.replace(said, instead))


def test_an_ambiguous_name_is_quoted() -> None:
    command = Command.from_dict({"actions": [{"room": "06:30", "action": "turn_on"}]})
    assert accepts(command.to_yaml())
    assert not accepts(command.to_yaml().replace('"', ""))
    assert yaml.safe_load(command.to_yaml())["rooms"] == ["06:30"]


def test_the_grammar_grows_with_the_home_no_faster_than_it() -> None:
    small, large = (grammar(home_of(*(f"room {i}" for i in range(count)))) for count in (50, 100))
    assert len(large) < 2.2 * len(small)


EDGES: list[dict[str, Any]] = [
    *({"action": "adjust_brightness", "brightness": n / 100} for n in (1, 9, 10, 11, 50, 99, 100)),
    *({"action": "adjust_brightness", "brightness_step": n / 100} for n in (-100, -5, 1, 30, 100)),
    *({"action": "change_color", "color_temp": n} for n in (1900, 1999, 2000, 5999, 6499, 6500)),
    *({"action": "get_state", "for": length} for length in ("1s", "59m", "1h1s", "23h59m59s", "24h")),
    *({"action": "toggle", "after": "10m", "at": at, "for": "1h"} for at in ("00:00", "09:59", "23:59")),
]
DOINGS: list[dict[str, Any]] = [
    {"action": "get_state"}, {"action": "turn_off"}, {"action": "change_color", "color": "red"},
    {"action": "adjust_brightness", "brightness": 0.5},
]  # fmt: skip
PLACES: list[dict[str, Any]] = [
    {"room": "kitchen"}, {"room": "here"}, {"room": "all"}, {"room": "upstairs"},
    {"room": "living room", "light": "on"}, {"room": "upstairs", "except": ["kitchen"]},
]  # fmt: skip


def said(*entries: dict[str, Any]) -> str:
    return Command.from_dict({"actions": list(entries)}, groups=HOME.group_names).to_yaml()


def test_every_edge_of_a_value_is_accepted() -> None:
    assert [edge for edge in EDGES if not accepts(said({"room": "kitchen", **edge}))] == []


def test_every_mix_of_actions_is_accepted() -> None:
    mixes = [
        said({**place, **first}, {**other, **second})
        for place in PLACES for other in PLACES for first in DOINGS for second in DOINGS
        if (place, first) != (other, second)
    ]  # fmt: skip
    assert len(mixes) == (len(PLACES) * len(DOINGS)) ** 2 - len(PLACES) * len(DOINGS)
    assert [text for text in mixes if not accepts(text)] == []
