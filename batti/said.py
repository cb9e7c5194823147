"""A sentence with the places that a model marked in it, and what stands around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from batti.lookup import Lookup
from batti.prompt import Asked, Span, text_of
from batti.sound import is_without_vowels


@dataclass(frozen=True)
class Said:
    """A normalized sentence, what a model takes it to ask, and the names of the home that it is said in."""

    asked: Sequence[Asked]
    sentence: str
    lookup: Lookup

    @cached_property
    def spans(self) -> list[Span]:
        """The places and exceptions that were marked, as they are said."""
        return sorted(place for one in self.asked for place in (one.place, *one.excepts) if not isinstance(place, str))

    @cached_property
    def without_places(self) -> str:
        """The sentence without the places that it names: a hall may be called Friday."""
        sentence = self.sentence
        for first, last in reversed(self.spans):
            sentence = f"{sentence[:first]} | {sentence[last + 1 :]}"
        return sentence

    @cached_property
    def has_no_value(self) -> bool:
        """Whether nothing is asked that a number could say."""
        return all(one.doing.keys() <= {"action", "color"} for one in self.asked)

    @cached_property
    def has_no_time(self) -> bool:
        """Whether everything is to be done now, for good."""
        return all(one.doing.keys().isdisjoint(("at", "after", "for")) for one in self.asked)

    def text(self, place: Span) -> str:
        """The words of a place; of one that was cut out of words run together, without the last a, which Devanagari has
        there for nothing: the hala of `हलकोबत्ती`."""
        name, behind = text_of(place, self.sentence), self.sentence[place[1] + 1 : place[1] + 2]
        is_cut = behind.isalpha() and name.endswith("a") and not self.lookup.surely(name)
        is_cut = is_cut and not is_without_vowels(name[:-1])  # half a name: `न्छाको`
        return name[:-1] if is_cut and self.lookup.surely(name[:-1]) else name

    def around(self, place: Span) -> tuple[str, str]:
        """What stands before a place and behind it, up to the next ones that were marked."""
        begin = max((last + 1 for _, last in self.spans if last < place[0]), default=0)
        end = min((first for first, _ in self.spans if first > place[1]), default=len(self.sentence))
        return self.sentence[begin : place[0]], self.sentence[place[1] + 1 : end]
