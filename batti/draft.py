"""An answer as a language model says it: what the grammar forces is written, and the model is asked for the choices.

Forced text that ends where a word goes on is cut back to where the model's tokenizer takes text apart whatever
follows, so that what is written has the tokens that the whole answer would have. The rest is part of the choice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from batti.command import Command
from batti.follow import Grammar, State, quoted

_AHEAD = 8
"""Characters of a choice that a model sees at least, so that it takes them in as few tokens as it is used to."""
_LETTERS, _SIGNS = r"[^\W\d_]+", r"(?:[^\s\w]|_)+"
_SHORT = r"'(?:[sdmt]|ll|ve|re)"
SPLITS = (
    re.compile(rf"{_SHORT}|(?:[^\r\n\w]|_)?{_LETTERS}|\d{{1,3}}| ?{_SIGNS}[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"),
    re.compile(rf"{_SHORT}| ?{_LETTERS}| ?\d+| ?{_SIGNS}|\s+(?!\S)|\s+"),
    re.compile(rf"\n+| {{2,}}| ?{_LETTERS}| ?{_SIGNS}| ?\d| "),
    re.compile(r"\n+| *[^ \n]+| +"),
)
"""Where tokenizers may take text apart, finest first: as Llama 3 and Qwen do, as GPT-2, and as SentencePiece often
does: at signs, or only at words."""
_Tokenized = Callable[[Sequence[str]], list[list[int]]]


def split_of(tokenized: _Tokenized) -> re.Pattern[str] | None:
    """The finest of `SPLITS` that a tokenizer agrees with, if any: the tokens up to a cut are those of the whole."""
    text = _sample()
    ends = [[match.end() for match in split.finditer(text)] for split in SPLITS]
    cuts = sorted({end for some in ends for end in some})
    tokens = dict(zip(cuts, tokenized([text[:cut] for cut in cuts]), strict=True))
    whole = tokens[len(text)]
    stable = {cut for cut, some in tokens.items() if whole[: len(some)] == some}
    return next((split for split, some in zip(SPLITS, ends, strict=True) if stable.issuperset(some)), None)


def _sample() -> str:
    """A document with all kinds of values."""
    entries = [
        {"room": "all", "except": ["kitchen", "living room"], "action": "turn_off", "at": "06:30", "for": "1h30m"},
        {"room": "living room", "light": "table lamp", "action": "adjust_brightness", "brightness": 0.45},
        {"room": "kitchen", "action": "adjust_brightness", "brightness_step": -0.2, "after": "10m"},
        {"room": "kitchen", "action": "change_color", "color_temp": 2700},
        {"room": "study room", "action": "get_state"},
    ]
    return Command.from_dict({"actions": entries}).to_yaml()


@dataclass
class Draft:
    """An answer under way, held to a grammar; `split` is where the tokenizer takes text apart."""

    grammar: Grammar
    split: re.Pattern[str]
    text: str = ""
    _said: int = 0  # characters up to the last token that was chosen
    _state: State = field(init=False)

    def __post_init__(self) -> None:
        self._state = self.grammar.start
        self._write("")

    @property
    def done(self) -> bool:
        """Whether nothing can follow."""
        return not self.grammar.chars(self._state)

    def kept(self) -> str:
        """The text that stays as it is, with its tokens, whatever is chosen."""
        cuts = [self._cuts(self.text + char) for char in self.grammar.chars(self._state)]
        if self.grammar.may_end(self._state):
            cuts.append(self._cuts(self.text))
        return self.text[: max(self._said, *(cut for cut in set.intersection(*cuts) if cut <= len(self.text)))]

    def choice(self) -> str:
        """The GBNF grammar of what follows `kept`, as far as one token may reach."""
        return f"root ::= {quoted(self.text[len(self.kept()) :])} {self.grammar.ahead(self._state, _AHEAD)}"

    def say(self, said: str) -> None:
        """Go on with the text of a token that follows `kept`. Raises ValueError where the grammar forbids it."""
        kept = self.kept()
        known = self.text[len(kept) :]
        self._said = len(kept) + len(said)
        if len(said) > len(known):
            self._write(said[len(known) :])

    def token_of(self, document: str) -> str:
        """About what a model's next token would be that says this document; nothing at its end."""
        at = len(self.kept())
        return document[at : next((end for end in sorted(self._cuts(document)) if end > at), at)]

    def _write(self, text: str) -> None:
        state = self.grammar.step(self._state, text)
        if not state:
            raise ValueError(f"{text!r} may not follow {self.text!r}")
        forced, self._state = self.grammar.forced(state)
        self.text += text + forced

    def _cuts(self, text: str) -> set[int]:
        """Where the text is taken apart, its beginning and end included."""
        return {0, *(match.end() for match in self.split.finditer(text))}
