"""How an explanation looks: in the terminal, and as JSON."""

from __future__ import annotations

import json

import click

from batti.explain import Explanation, Part
from batti.impossible import IN_WORDS

_COLORS = {"place": "green", "except": "red", "action": "yellow"}
_TIME = "cyan"


def printed(found: Explanation, as_json: bool) -> str:
    """The explanation for people, or as one JSON object."""
    if as_json:
        return json.dumps(found.to_dict(), ensure_ascii=False)
    marked = [(span, part) for entry in found.entries for part in entry for span in part.words]
    sure = f"{found.command.intent}, {_percent(found.confidence)} sure"
    lines = [_painted(found.text, marked), f"impossible: {IN_WORDS[found.impossible]}" if found.impossible else sure]
    width = max((len(part.value) for entry in found.entries for part in entry), default=0)
    for number, entry in enumerate(found.entries, 1):
        lines += [_line(part, found.text, f"{number}." if i == 0 else "", width) for i, part in enumerate(entry)]
    return "\n".join(lines)


def _line(part: Part, text: str, number: str, width: int) -> str:
    words = " … ".join(text[start:end] for start, end in part.words) or "-"
    value = click.style(f"{part.value:<{width}}", fg=_COLORS.get(part.name, _TIME))
    return f"{number:<3} {part.name:<7} {value} {_percent(part.certainty):>6}  {words}"


def _painted(text: str, marked: list[tuple[tuple[int, int], Part]]) -> str:
    """The sentence with its words in the colours of what they were taken for."""
    out, at = "", 0
    for (start, end), part in sorted(marked, key=lambda one: one[0]):
        if start < at:  # a word of several parts is painted for the first
            continue
        out += text[at:start] + click.style(text[start:end], fg=_COLORS.get(part.name, _TIME), underline=True)
        at = end
    return out + text[at:]


def _percent(chance: float) -> str:
    return f"{100 * min(chance, 0.9999):.4g}%" if chance > 0.999 else f"{100 * chance:.1f}%"
