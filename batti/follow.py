"""What may follow in a text that a GBNF grammar describes: the text that must come next, or what may be chosen.

The grammar is regular but for its notation: a rule that uses itself does so last.
"""

from __future__ import annotations

import re
from functools import cache, cached_property
from itertools import pairwise

_TOKEN = re.compile(r'\s*(::=|"(?:[^"\\]|\\.)*"|\[(?:[^\]\\]|\\.)*\]|[()|*+?]|[a-z][a-z0-9-]*)')
_ESCAPED = {"n": "\n"}
_END = -1  # of one way to say a rule
_DONE = ()  # a text that may end here

_Symbol = str | int
"""Characters one of which comes, the number of a rule, or `_END`."""
_Place = tuple[int, ...]
"""What is to come in one reading of the text: a position in the grammar, then those to go back to."""
State = frozenset[_Place]


class Grammar:
    """A grammar that a text is read by, character by character."""

    def __init__(self, gbnf: str) -> None:
        self._code: list[_Symbol] = []
        self._ways: list[list[int]] = []  # of each rule: where its ways begin
        tokens = _TOKEN.findall(gbnf)
        heads = [i - 1 for i, token in enumerate(tokens) if token == "::="]
        self._rules = {tokens[head]: self._rule() for head in heads}
        for head, end in pairwise([*heads, len(tokens)]):
            self._fill(self._rules[tokens[head]], tokens[head + 2 : end])
        self._choices = cache(self._find_choices)
        self.ahead = cache(self._ahead)

    @cached_property
    def start(self) -> State:
        return frozenset(self._open([(begin,) for begin in self._ways[self._rules["root"]]]))

    def step(self, state: State, text: str) -> State:
        """The state after some more text; none where the grammar does not allow it."""
        for char in text:
            state = next((after for chars, after in self._choices(state) if char in chars), frozenset())
        return state

    def forced(self, state: State) -> tuple[str, State]:
        """The text that must come next, which may be none, and the state after it."""
        text = ""
        while _DONE not in state and len(found := self._choices(state)) == 1 and len(found[0][0]) == 1:
            [(char, state)] = found
            text += char
        return text, state

    def may_end(self, state: State) -> bool:
        return _DONE in state

    def chars(self, state: State) -> str:
        """The characters one of which may come next."""
        return "".join(chars for chars, _ in self._choices(state))

    # -- reading the grammar ---------------------------------------------------------------------
    def _rule(self) -> int:
        self._ways.append([])
        return len(self._ways) - 1

    def _fill(self, rule: int, tokens: list[str]) -> None:
        """Add the ways of a rule, each a row of symbols; what stands in brackets is a rule of its own."""
        rows: list[list[_Symbol]] = [[]]
        begins = 0  # where the last thing of the row begins
        at = 0
        while at < len(tokens):
            token = tokens[at]
            if token == "|":
                rows.append([])
            elif token in "*+?":
                rows[-1][begins:] = [self._repeated(rows[-1][begins:], token)]
            else:
                begins = len(rows[-1])
                end = _closing(tokens, at) if token == "(" else at
                rows[-1] += self._group(tokens[at + 1 : end]) if token == "(" else self._symbols(token)
                at = end
            at += 1
        for row in rows:
            self._way(rule, row)

    def _way(self, rule: int, row: list[_Symbol]) -> None:
        self._ways[rule].append(len(self._code))
        self._code += [*row, _END]

    def _group(self, tokens: list[str]) -> list[_Symbol]:
        rule = self._rule()
        self._fill(rule, tokens)
        return [rule]

    def _repeated(self, row: list[_Symbol], how: str) -> int:
        again, rule = self._rule(), self._rule()
        self._way(again, [*row, *([] if how == "?" else [again])])
        self._way(again, [])
        self._way(rule, [*(row if how == "+" else []), again])
        return rule

    def _symbols(self, token: str) -> list[_Symbol]:
        if token.startswith('"'):
            return list(re.sub(r"\\(.)", lambda match: _ESCAPED.get(match[1], match[1]), token[1:-1]))
        if token.startswith("["):
            return [re.sub("(.)-(.)", lambda match: "".join(map(chr, range(ord(match[1]), ord(match[2]) + 1))),
                           token[1:-1])]  # fmt: skip
        return [self._rules[token]]

    # -- reading a text --------------------------------------------------------------------------
    def _open(self, places: list[_Place]) -> set[_Place]:
        """The same places, each before a character or at the end."""
        found: set[_Place] = set()
        seen = set(places)
        while places:
            place = places.pop()
            symbol = self._code[place[0]] if place else ""
            if isinstance(symbol, str):
                found.add(place)
                continue
            at, *back = place
            if symbol != _END and self._code[at + 1] != _END:  # a rule that comes last is not gone back from
                back.insert(0, at + 1)
            after = [tuple(back)] if symbol == _END else [(way, *back) for way in self._ways[symbol]]
            places += (new := [one for one in after if one not in seen])
            seen.update(new)
        return found

    def _find_choices(self, state: State) -> list[tuple[str, State]]:
        """Characters that may come next, those together that lead to the same."""
        places: dict[str, list[_Place]] = {}
        for place in state - {_DONE}:
            for char in str(self._code[place[0]]):
                places.setdefault(char, []).append((place[0] + 1, *place[1:]))
        leads: dict[State, str] = {}
        for char, after in sorted(places.items()):
            opened = frozenset(self._open(after))
            leads[opened] = leads.get(opened, "") + char
        return [(chars, after) for after, chars in leads.items()]

    def _ahead(self, state: State, length: int) -> str:
        """What may come next as one GBNF expression, `length` characters of it at least where there are so many."""
        text, state = self.forced(state)
        length -= len(text)
        if length <= 0 or not (found := self._choices(state)):
            return quoted(text)
        choices = [f"{_one_of(chars)} {self.ahead(after, length - 1)}" for chars, after in found]
        ends = ['""'] if self.may_end(state) else []
        return f"{quoted(text)} ({' | '.join([*choices, *ends])})"


def _closing(tokens: list[str], at: int) -> int:
    """Where the bracket that opens at `at` closes."""
    depth = 0
    for i in range(at, len(tokens)):
        depth += (tokens[i] == "(") - (tokens[i] == ")")
        if not depth:
            return i
    raise ValueError(f"a bracket is open: {' '.join(tokens[at:])}")


def _one_of(chars: str) -> str:
    return quoted(chars) if len(chars) == 1 else f"({' | '.join(map(quoted, chars))})"


def quoted(text: str) -> str:
    """A text as a grammar says it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
