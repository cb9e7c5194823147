"""Numbers, percentages, durations and clock times as people say them."""

from __future__ import annotations

import re
from random import Random

from batti.dataset.names import DEVANAGARI_DIGITS
from batti.lexicon import Lexicon
from batti.values import seconds_of

_DIGITS = re.compile(r"[0-9०-९]+(?:\.[0-9०-९]+)?")
_LETTER = r"[\w\u0900-\u0963]"
_UNIT = re.compile(rf"%|{_LETTER}")  # what a number in digits may be glued to: 40%, 45s
_USUAL = {  # of each unit of time
    "s": (1, 2, 3, 5, 10, 10, 15, 20, 25, 30, 30, 40, 45, 50),
    "m": (1, 2, 3, 5, 5, 7, 8, 10, 10, 12, 15, 15, 18, 20, 20, 25, 30, 30, 35, 40, 45, 45, 50, 55, 60, 90),
    "h": (1, 1, 1, 2, 2, 3, 3, 4, 5, 6, 7, 8, 10, 12),
}
_MOST = {"s": 120, "m": 120, "h": 24}
_LONG = {"s": 600, "m": 720, "h": 24}  # now and then, most of them round
_ROUND = 0.06, 0.04  # shares of the long ones: in tens, and any
_SCALES = {"h": 3600, "m": 60, "s": 1}
_IN_DIGITS = re.compile(r"\}[.:\w]|\{mm\}")  # where a pattern can have no words for its numbers


def digits(n: int | str, script: str, rng: Random) -> str:
    """A number in digits; in Devanagari text more often than not in Devanagari digits."""
    text = str(n)
    return text.translate(DEVANAGARI_DIGITS) if script == "deva" and rng.random() < 0.75 else text


def word(n: int, script: str, english: bool, lexicon: Lexicon, rng: Random) -> str:
    """A number from 0 to 999 in words of the script (`deva`, or `roman` Nepali or English)."""
    if n > 100:
        hundreds, rest = divmod(n, 100)
        patterns: list[str] = lexicon.frames["hundreds"][_language(script, english)]
        h, r = (word(part, script, english, lexicon, rng) for part in (hundreds, rest))
        return rng.choice([pattern for pattern in patterns if ("{r}" in pattern) == bool(rest)]).format(h=h, r=r)
    number = lexicon.numbers[n]
    words = number.deva if script == "deva" else number.en if english else number.ne
    return rng.choice(words)


def renumber(surface: str, old: int, new: int, script: str, english: bool, lexicon: Lexicon, rng: Random) -> str:
    """`surface` with the number `old` in it said as `new`; empty where `old` was not found in it.

    Digits stay digits and words stay words four times in five; the unit is left as it was.
    """

    def say(in_words: bool) -> str:
        if in_words and new in lexicon.numbers:
            return word(new, script, english, lexicon, rng)
        return digits(new, script, rng)

    match = _DIGITS.search(surface)
    if match:
        said, after = float(match.group()), surface[match.end() :]
        if said == old:
            number = say(in_words=rng.random() < 0.2 and not _UNIT.match(after))
        elif "." in match.group() and round(said * 100) == old:
            number = digits(f"{new / 100:.2f}".rstrip("0").rstrip("."), script, rng)
        else:
            return ""
        return surface[: match.start()] + number + after
    known = lexicon.numbers.get(old)
    for name in sorted(known.words if known else (), key=len, reverse=True):
        whole = re.search(rf"(?<!{_LETTER}){re.escape(name)}(?!{_LETTER})", surface, re.IGNORECASE)
        if whole:
            return surface[: whole.start()] + say(in_words=rng.random() < 0.8) + surface[whole.end() :]
    return ""


def others(text: str, language: str, lexicon: Lexicon, rng: Random) -> str:
    """The text with other numbers in digits or words where it has digits: `2 ghanta royo` becomes `das ghanta royo`.

    For what is said beside a request, where no number is asked for. `language` is `roman`, `deva` or `en`.
    """
    script = "deva" if language == "deva" else "roman"

    def other(match: re.Match[str]) -> str:
        old = int(match[1])
        if match[2]:
            return digits(f"{rng.randint(1, 12)}:{rng.randrange(60):02d}", script, rng)
        new = rng.randint(1, 12 if old <= 12 else max(100, 2 * old))
        glued = _UNIT.match(text[match.end() :])
        if new in lexicon.numbers and not glued and rng.random() < 0.4:
            return word(new, script, language == "en", lexicon, rng)
        return digits(new, script, rng)

    return re.sub(r"(?<![\w.,])(\d+)(:\d\d)?(?![\d.,]*\d)", other, text)


def random_percent(rng: Random) -> int:
    """1 to 100, the round ones oftener."""
    roll = rng.random()
    if roll < 0.55:
        return 10 * rng.randint(1, 10)
    return 5 * rng.randint(1, 20) if roll < 0.75 else rng.randint(1, 100)


def percent(surface: str, old: int, script: str, english: bool, lexicon: Lexicon, rng: Random) -> tuple[str, int]:
    """Another percentage in the same dress; the old one where it cannot be exchanged."""
    new = random_percent(rng)
    said = renumber(surface, old, new, script, english, lexicon, rng)
    return (said, new) if said else (surface, old)


def kelvin(surface: str, old: int, script: str, english: bool, lexicon: Lexicon, rng: Random) -> tuple[str, int]:
    """Another colour temperature: the digits exchanged, or a whole new phrase."""
    if rng.random() < 0.35:
        return _kelvin(script, english, lexicon, rng)
    new = 100 * rng.randint(19, 65) if rng.random() < 0.85 else 50 * rng.randint(38, 130)
    if not _DIGITS.search(surface):
        return surface, old
    said = renumber(surface, old, new, script, english, lexicon, rng)
    return (said, new) if said else (surface, old)


def _language(script: str, english: bool) -> str:
    """What forms are listed under: `deva`, `en` or `ne`."""
    return "deva" if script == "deva" else "en" if english else "ne"


def _kelvin(script: str, english: bool, lexicon: Lexicon, rng: Random) -> tuple[str, int]:
    """A colour temperature of full hundreds, `tin hajar kelvin` or `2.7k`."""
    language = _language(script, english)
    frames, hundreds = lexicon.frames["kelvin"], rng.randint(19, 65)
    thousands, rest = divmod(hundreds, 10)
    unit = rng.choice(frames["units"][language])
    if rng.random() < 0.4:
        said = digits(rng.choice(frames["digits"]).format(t=thousands, h=rest).replace(".0", ""), script, rng)
        short = said.endswith("k") and (unit == "K" or rng.random() < 0.5)
        return said if short else f"{said} {unit}", 100 * hundreds
    patterns = [p for p in frames[language] if ("{h" in p) == bool(rest)]
    say = {n: word(n, script, english, lexicon, rng) for n in (thousands, rest, hundreds)}
    said = rng.choice(patterns).format(t=say[thousands], h=say[rest], hh=say[hundreds])
    return f"{said} {unit}", 100 * hundreds


def duration(surface: str, old: int, script: str, english: bool, lexicon: Lexicon, rng: Random) -> tuple[str, int]:
    """Another length of time (seconds): the number exchanged, or a whole new phrase."""
    language = _language(script, english)
    roll = rng.random()
    if roll < 0.13:
        special = rng.choice(lexicon.times["special_durations"])
        if special.get(language):
            return rng.choice(special[language]), seconds_of(special["value"])
    if roll < 0.25:
        return _mixed(script, english, lexicon, rng)
    if roll < 0.50:
        unit = rng.choice("smmh")
        n = _count(unit, rng)
        in_words = rng.random() < (0.45 if n in lexicon.numbers else 0.2)
        number = word(n, script, english, lexicon, rng) if in_words else digits(n, script, rng)
        units = lexicon.times["units"][unit]
        if not in_words and script == "roman" and rng.random() < 0.2:  # 10min, 5m
            return number + rng.choice((*units["en"], unit)), n * _SCALES[unit]
        return f"{number} {rng.choice(units['en_one' if english and n == 1 else language])}", n * _SCALES[unit]
    for unit, scale in _SCALES.items():
        if old % scale == 0 and 0 < old // scale <= 100:
            n = _count(unit, rng)
            said = renumber(surface, old // scale, n, script, english, lexicon, rng)
            if said:
                return said, n * scale
    return surface, old


def _count(unit: str, rng: Random) -> int:
    """How many of a unit of time, the usual numbers oftener."""
    roll = rng.random()
    if roll < sum(_ROUND):
        return 10 * rng.randint(1, _LONG[unit] // 10) if roll < _ROUND[0] else rng.randint(1, _LONG[unit])
    return rng.choice(_USUAL[unit]) if roll < 0.6 else rng.randint(1, _MOST[unit])


def _mixed(script: str, english: bool, lexicon: Lexicon, rng: Random) -> tuple[str, int]:
    """Two units together (`1 ghanta 20 minute`), or a number of hours and a part of one (`sadhe 3 ghanta`)."""
    language = _language(script, english)
    if rng.random() < 0.4:
        row = rng.choice([row for row in lexicon.times["fractions"] if row.get(language)])
        hours, minutes, seconds = rng.randint(*row["hours"]), row["minute"], 0
        pattern = rng.choice(row[language])
    else:
        pattern = rng.choice(lexicon.times["compound"][language])
        hours = rng.choice((1, 1, 1, 2, 2, 3, rng.randint(1, 12))) if "{h}" in pattern else 0
        minutes = rng.randint(1, 59) if not hours or rng.random() < 0.4 else 5 * rng.randint(1, 11)
        minutes = rng.choice((1, 1, 2, 3, minutes)) if "{s}" in pattern else minutes
        seconds = rng.choice((10, 15, 30, 30, 45, rng.randint(1, 59))) if "{s}" in pattern else 0
    said = _fill(pattern, hours, hours + 1, minutes, script, english, lexicon, rng, seconds)
    return said, 3600 * hours + 60 * minutes + seconds


def clock(script: str, english: bool, lexicon: Lexicon, rng: Random) -> tuple[str, str]:
    """A time of day in words and as `HH:MM`; without a part of the day it is the 24-hour clock's."""
    language = _language(script, english)
    times = lexicon.times
    if rng.random() < 0.04:
        special = rng.choice(times["special_times"])
        return rng.choice(special[language]), special["value"]
    if rng.random() < 0.05:
        hour, minute = rng.randrange(24), rng.choice((0, 0, 15, 30, 30, 45, rng.randrange(60)))
        said = _fill(rng.choice(times["figures"]), hour, 0, minute, script, english, lexicon, rng)
        return said, f"{hour:02d}:{minute:02d}"
    part = rng.choice([p for p in times["parts_of_day"] if p.get(language)])
    first, last = part["hours"]
    hour = rng.randint(first, last) if first <= last else rng.choice((*range(first, 24), *range(last + 1)))
    row = rng.choice((*times["clock"], times["clock"][0]))
    minute = row["minute"]
    patterns = row.get(language)
    if not patterns or rng.random() < 0.12:
        minute, patterns = rng.randrange(60), times["any_minute"][language]
    bare = rng.random() < 0.12
    same = (hour if bare else hour % 12, minute)
    irregular = [i for i in times["irregular_clock"] if (i["hour"], i["minute"]) == same]
    if irregular and rng.random() < 0.6:
        patterns = irregular[0][language]
    elif english and rng.random() < 0.35:
        return _am_pm(hour, rng.choice((0, 0, 0, 15, 30, 45, rng.randrange(60))), lexicon, rng)
    shown = hour if bare else hour % 12 or 12
    following = (hour + 1) % 24 if bare else (hour + 1) % 12 or 12
    said = _fill(rng.choice(patterns), shown, following, minute, script, english, lexicon, rng)
    if not bare:
        name = rng.choice(part[language])
        said = f"{said} {name}" if english else f"{name} {said}"
    return said, f"{hour:02d}:{minute:02d}"


def _am_pm(hour: int, minute: int, lexicon: Lexicon, rng: Random) -> tuple[str, str]:
    half = "am" if hour < 12 else "pm"
    patterns = [p for p in lexicon.times["am_pm"][half] if ("{mm}" in p or "{m}" in p) == bool(minute)]
    said = _fill(rng.choice(patterns), hour % 12 or 12, 0, minute, "roman", True, lexicon, rng)
    return said, f"{hour:02d}:{minute:02d}"


def _fill(
    pattern: str, hour: int, following: int, minute: int, script: str, english: bool, lexicon: Lexicon, rng: Random,
    second: int = 0,
) -> str:  # fmt: skip
    in_words = rng.random() < 0.45 and not _IN_DIGITS.search(pattern)

    def say(n: int) -> str:
        return word(n, script, english, lexicon, rng) if in_words else digits(n, script, rng)

    return pattern.format(
        h=say(hour), hh=digits(f"{hour:02d}", script, rng), h1=say(following), left=say((60 - minute) % 60),
        m=say(minute), mm=digits(f"{minute:02d}", script, rng), s=say(second),
    )  # fmt: skip
