"""The shape of a meaning: what kind of place, what is done there and when; slots and names left out.

Two sentences of one shape ask the same of a model but for the words. What the phrase bank can say, the
golden tests must have heard once: `missing` tells what they have not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from batti.command import COLORS
from batti.dataset.bank import KINDS, SIMPLE
from batti.dataset.cases import Case
from batti.dataset.phrases import Phrase
from batti.dataset.source import Written
from batti.errors import Fault
from batti.prompt import WHENS
from batti.schema import ALL, HERE


class Entry(NamedTuple):
    """One action: the kind of its place, what is done and when, and what tells it from others beside it."""

    kind: str
    done: str
    when: tuple[str, ...]
    place: str
    doing: str

    @property
    def shape(self) -> str:
        """`group except, turn_off, after`."""
        return ", ".join((self.kind, self.done, " and ".join(self.when) or "at once"))


def of_phrase(phrase: Phrase) -> set[str]:
    """The shapes of a phrase: of each action, and of all together."""
    if phrase.kind != "act":
        return {"unknown_room" if phrase.kind == "unknown" else "none"}
    entries = []
    for m in phrase.meanings:
        kind = KINDS.get(m.place, m.place) + (" except" if m.excepts else "")
        told = {word for i, (word, _) in enumerate(m.when) if not i or word != "after"}  # later than an hour: an hour
        when = tuple(word for word in WHENS if word in told)
        place = " ".join((m.place, *m.excepts))
        entries.append(Entry(kind, _done(m.done), when, place, f"{m.done} {m.when}"))
    return _together(entries)


def of_case(case: Case) -> set[str]:
    """The shapes of a golden sentence."""
    actions = case.expected["actions"]
    return _together([_entry(action, case) for action in actions]) if actions else {case.expected["intent"]}


def missing(written: Iterable[Written], cases: Iterable[Case]) -> Iterator[Fault]:
    """A fault for each shape of the phrases that no case has, at the first phrase of that shape."""
    heard = {shape for case in cases for shape in of_case(case)}
    for where, phrase in written:
        for shape in sorted(of_phrase(phrase) - heard):
            heard.add(shape)
            yield Fault(where, f"no golden sentence has this shape: {shape}", "add one to a file of the golden tests")


def _done(done: str) -> str:
    if done in SIMPLE:
        return SIMPLE[done]
    if done in COLORS or done.startswith("color"):
        return "color"
    if done.startswith("k") or done.endswith("K"):
        return "color_temp"
    return {"+": "brightness_step up", "-": "brightness_step down"}.get(done[0], "brightness")


def _entry(action: dict[str, Any], case: Case) -> Entry:
    room = action["room"]
    kind = "light" if "light" in action else room if room in (ALL, HERE) else "room"
    kind = "group" if room in case.home.group_names else kind
    place = str([action.get(name) for name in ("room", "light", "except")])
    doing = {name: value for name, value in action.items() if name not in ("room", "light", "except")}
    done = next((name for name in ("brightness", "color", "color_temp") if name in action), action["action"])
    if "brightness_step" in action:
        done = f"brightness_step {'up' if action['brightness_step'] > 0 else 'down'}"
    when = tuple(word for word in WHENS if word in action)
    return Entry(kind + (" except" if "except" in action else ""), done, when, place, str(doing))


def _together(entries: list[Entry]) -> set[str]:
    shapes = {entry.shape for entry in entries}
    if len(entries) > 1:
        things = "one thing" if len({entry.doing for entry in entries}) == 1 else "several things"
        places = "one place" if len({entry.place for entry in entries}) == 1 else "several places"
        shapes.add(f"{things} in {places}")
    return shapes
