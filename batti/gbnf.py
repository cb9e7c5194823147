"""A home's documents as a GBNF grammar, which holds llama.cpp to them.

Every canonical document of the home is in it. Three things no grammar of a sane size can say, and reading the
document checks them: that `rooms`, where there are several, repeats the places of the entries in order; that
no name stands in a list twice; and that no entry repeats another or is implied by it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from batti.command import COLORS, Command
from batti.document import dump
from batti.follow import quoted
from batti.home import Entity, Home
from batti.schema import ALL, HERE

_COMMON = r"""
get ::= "    action: get_state\n" when
level ::= "    action: adjust_brightness\n    brightness" (": " share | "_step: " "-"? share) "\n" when
color ::= "    action: change_color\n    color" (": " name | "_temp: " kelvin) "\n" when
switch ::= "    action: " ("turn_on" | "turn_off" | "toggle") "\n" when
do ::= level | color | switch
share ::= "1.0" | "0." ([1-9] | [0-9] [1-9])
kelvin ::= "19" [0-9] [0-9] | [2-5] [0-9] [0-9] [0-9] | "6" [0-4] [0-9] [0-9] | "6500"
when ::= ("    after: " length "\n")? ("    at: \"" clock "\"\n")? ("    for: " length "\n")?
length ::= "24h" | hours minutes? seconds? | minutes seconds? | seconds
hours ::= ([1-9] | "1" [0-9] | "2" [0-3]) "h"
minutes ::= sixty "m"
seconds ::= sixty "s"
sixty ::= [1-9] | [1-5] [0-9]
clock ::= ([0-1] [0-9] | "2" [0-3]) ":" [0-5] [0-9]
"""
_SINGLE = (  # what is not done in one way throughout
    "(at-{0} level)+ at-{0} (color | switch | get) any-{0}* | (at-{0} color)+ at-{0} (level | switch | get) any-{0}*"
    " | (at-{0} get)+ at-{0} do any-{0}* | at-{0} switch any-{0}*"
)


@lru_cache(maxsize=64)
def grammar(home: Home) -> str:
    """The GBNF grammar, its root rule first."""
    places = [*home.places(), Entity("group", ALL, None, ()), Entity("room", HERE, None, ())]
    refusals = [quoted(one.to_yaml()) for one in (Command.none(), Command.unknown_room())]
    ones = [f"one-{number}" for number in range(len(places))]
    rules = [f"root ::= {' | '.join([*refusals, *ones, 'many'])}"]
    for number, place in enumerate(places):
        rules += _one(number, place, home)
    rules += _many(places)
    rules.append(f"name ::= {' | '.join(map(quoted, COLORS))}")
    return "\n".join(rules) + _COMMON


def _one(number: int, place: Entity, home: Home) -> Iterator[str]:
    """Documents about one place."""
    listed = quoted(dump({"rooms": [place.name]}) + "actions:\n")
    intents = {"query_state": f"(at-{number} get)+"}
    if place.kind == "group":
        intents["multi_room_control"] = f"(at-{number} get)* at-{number} do any-{number}*"
    else:
        intents["adjust_brightness"] = f"(at-{number} level)+"
        intents["change_color"] = f"(at-{number} color)+"
        intents["single_room_control"] = f"({_SINGLE.format(number)})"
    ways = (quoted(f"intent: {intent}\n") + f" in-{number} {body}" for intent, body in intents.items())
    yield f"one-{number} ::= {' | '.join(ways)}"
    yield f"in-{number} ::= {listed}"
    yield f"at-{number} ::= {quoted('  - ' + dump({'room': place.name}))} {_inside(place, home)}".rstrip()
    yield f"any-{number} ::= at-{number} (get | do)"


def _inside(place: Entity, home: Home) -> str:
    """The line of an exception or of a named light, which may be left out."""
    if place.name == HERE:
        return ""
    if place.kind == "group":
        names = " | ".join(quoted(_listed(room)) for room in home.rooms_of(place.name))
        return f'("    except: [" ({names}) (", " ({names}))* "]\\n")?'
    lights = [light.name for room in home.rooms if room.name == place.name for light in room.lights]
    lines = " | ".join(quoted("    " + dump({"light": light})) for light in lights)
    return f"({lines})?" if lines else ""


def _many(places: list[Entity]) -> Iterator[str]:
    """Documents about several places."""
    states, others = (quoted(f"intent: {intent}\n") for intent in ("query_state", "multi_room_control"))
    done = "((at get)+ at do any* | at do any+)"
    yield f"many ::= {states} several at get (at get)+ | {others} several {done}"
    yield 'several ::= "rooms: [" place (", " place)+ "]\\nactions:\\n"'
    yield f"place ::= {' | '.join(quoted(_listed(place.name)) for place in places)}"
    yield f"at ::= {' | '.join(f'at-{number}' for number in range(len(places)))}"
    yield "any ::= at (get | do)"


def _listed(name: str) -> str:
    """A name as it stands in a list."""
    return dump({"": [name]}).removeprefix(": [").removesuffix("]\n")
