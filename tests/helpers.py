"""Homes and look-ups in a line, for tests."""

import sys
from functools import cache
from typing import Any

from batti.home import Home
from batti.lookup import Lookup
from batti.prompt import Span
from batti.text import normalize


def home_of(*rooms: str | dict[str, Any], groups: dict[str, list[str]] | None = None) -> Home:
    """A home of these rooms, each a name or what a home file says of it."""
    listed = [{"name": room} if isinstance(room, str) else room for room in rooms]
    grouped = [{"name": name, "rooms": inside} for name, inside in (groups or {}).items()]
    return Home.model_validate({"name": "Ghar", "rooms": listed, "groups": grouped})


def mark(sentence: str, name: str) -> Span:
    """The words of a name where they stand first."""
    first = sentence.index(name)
    return first, first + len(name) - 1


@cache
def lookup_of(home: Home) -> Lookup:
    return Lookup(home)


def found(home: Home, said: str, sentence: str = "") -> tuple[str | None, str] | str | None:
    """(room of a light or None, name) of what is found, `all`, `here` or None."""
    entity, _ = lookup_of(home).find(normalize(said), normalize(sentence))
    return entity if entity is None or isinstance(entity, str) else (entity.room, entity.name)


def found_name(home: Home, said: str, sentence: str = "") -> str | None:
    """The name of what is found, `all`, `here` or None."""
    entity = found(home, said, sentence)
    return entity[1] if isinstance(entity, tuple) else entity

# How the command line is called, and two of its answers.
BATTI = [sys.executable, "-m", "batti"]
OFF = "intent: single_room_control\nrooms: [kitchen]\nactions:\n  - room: kitchen\n    action: turn_off\n"
NONE = "intent: none\nrooms: []\nactions: []\n"
PATIENCE = 60  # seconds
