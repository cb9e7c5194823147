"""The values of an action: levels, kelvin, durations, times of day, each in its one form."""

import re
from difflib import get_close_matches
from typing import Annotated, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import BeforeValidator

from batti.errors import quote
from batti.schema import RESERVED, clean_name, refusal

_DAY = 24 * 60 * 60  # seconds
_CLOSE, _LONGEST_CITY = 0.8, 40  # likeness of the names of cities, and characters of one
_NUMBER = re.compile(r"[-+]?(\d{1,15}(\.\d{0,30})?|\.\d{1,30})", re.ASCII)
_DURATION = re.compile(r"(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?", re.ASCII)
_ENTITY = re.compile(r"light\.[a-z0-9_]+", re.ASCII)
_TIME = re.compile(r"(\d{1,2}):(\d{2})", re.ASCII)


def seconds_of(duration: str) -> int:
    """`1h30m` -> 5400; raises ValueError where the text is not in this form."""
    match = _DURATION.fullmatch(duration)
    if not duration or match is None:
        raise ValueError(f"not a duration: {quote(duration)}")
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + seconds


def duration_of(seconds: int) -> str:
    """5400 -> `1h30m`, the one form of a duration."""
    parts = ((seconds // 3600, "h"), (seconds // 60 % 60, "m"), (seconds % 60, "s"))
    return "".join(f"{count}{unit}" for count, unit in parts if count)


def later(time: str, seconds: int) -> str:
    """A delay or a time of day so many seconds later (earlier, where there are fewer than none): 1h for 40m and 1200,
    00:10 for 23:50. A delay is a day at most."""
    if match := _TIME.fullmatch(time):
        minutes = int(match[1]) * 60 + int(match[2]) + int(seconds / 60)
        return f"{minutes // 60 % 24:02}:{minutes % 60:02}"
    return duration_of(min(seconds_of(time) + seconds, _DAY))


def _number(key: str, value: object, low: float, high: float) -> float:
    number = _as_float(value)
    if number is None or not low <= number <= high:
        problem = "is not a number" if number is None else "is out of range"
        percent = _as_float(value.rstrip("% ") if isinstance(value, str) else value) or 0.5
        share = percent / 100
        meant = f"{share:g}" if percent.is_integer() and low <= share <= high else ""
        raise refusal(f"{key} {quote(value)} {problem}",
                      f"write {meant or f'a number from {low} to {high}'}")
    rounded = round(number, 2)
    if abs(rounded - number) > 1e-9:  # sums such as 0.1 + 0.2 are meant as 0.3
        raise refusal(f"{key} {quote(value)} has more than two decimals", f"write {rounded:g}")
    return rounded


def _as_float(value: object) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, float) or (isinstance(value, int) and abs(value) < 10**15):
        return float(value)
    return float(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else None


def _brightness(value: object) -> float:
    if _as_float(value) == 0:
        raise refusal("brightness 0 is off", "write action: turn_off and leave brightness out")
    return _number("brightness", value, 0.01, 1.0)


def _brightness_step(value: object) -> float:
    step = _number("brightness_step", value, -1.0, 1.0)
    if step == 0:
        raise refusal("a step of 0 changes nothing", "write a step such as 0.2 or -0.2")
    return step


def _kelvin(value: object) -> int:
    number = _as_float(value)
    if number is None or not 1900 <= number <= 6500:
        raise refusal(f"color_temp {quote(value)} is not a colour temperature",
                      "write whole kelvin from 1900 to 6500, like 2700")
    if number != int(number):
        raise refusal(f"color_temp {quote(value)} is not whole", f"write {round(number)}")
    return int(number)


def _duration(value: object) -> str:
    form = "write it like 45s, 10m, 1h or 1h30m"
    try:
        seconds = seconds_of(value if isinstance(value, str) else "")
    except ValueError:
        raise refusal(f"{quote(value)} is not a duration", form) from None
    if not 0 < seconds <= _DAY:
        raise refusal(f"the duration {quote(value)} is out of range", "write 1s to 24h")
    return duration_of(seconds)


def _time(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 24 * 60:
        # YAML 1.1 reads an unquoted 18:30 as the number 1110, in base sixty.
        raise refusal(f"{quote(value)} is a number, not a time of day",
                      f'quote the time: "{value // 60:02}:{value % 60:02}"')
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        raise refusal(f"{quote(value)} is not a time of day",
                      'write it on the 24-hour clock, "00:00" to "23:59"')
    return f"{int(match[1]):02}:{match[2]}"


def _place(value: object) -> str:
    name = clean_name(value)
    if name.lower() in RESERVED and name not in RESERVED:
        raise refusal(f"{quote(value)} is not in lower case", f"write {name.lower()}")
    return name


def _threshold(value: object) -> float:
    return _number("confirm_below", value, 0.0, 1.0)


def _time_zone(value: object) -> str:
    try:
        return ZoneInfo(value if isinstance(value, str) else "").key
    except (ZoneInfoNotFoundError, ValueError, OSError):  # the last: `Asia`, which is a folder there
        problem = f"there is no time zone {quote(value)}"
        raise refusal(problem, _zone_meant(value)) from None


def _zone_meant(said: object) -> str:
    """A hint at the zone whose city is like what was said; no far one where none is."""
    zones = {zone.rpartition("/")[2].casefold(): zone for zone in sorted(available_timezones(), reverse=True)}
    city = said.rpartition("/")[2].strip().replace(" ", "_").casefold() if isinstance(said, str) else ""
    close = get_close_matches(city, zones, n=1, cutoff=_CLOSE) if len(city) <= _LONGEST_CITY else []
    return f"did you mean {quote(zones[close[0]])}?" if close else "write it with its city, like Asia/Kathmandu"


def _entity_id(value: object) -> str:
    said = value.strip() if isinstance(value, str) else ""
    if not _ENTITY.fullmatch(said):
        problem = f"{quote(value)} is not the id of a light of Home Assistant"
        raise refusal(problem, "write it as Home Assistant shows it, like light.kitchen")
    return said


Threshold: TypeAlias = Annotated[float, BeforeValidator(_threshold)]
Level: TypeAlias = Annotated[float, BeforeValidator(_brightness)]
Step: TypeAlias = Annotated[float, BeforeValidator(_brightness_step)]
Kelvin: TypeAlias = Annotated[int, BeforeValidator(_kelvin)]
Duration: TypeAlias = Annotated[str, BeforeValidator(_duration)]
EntityId: TypeAlias = Annotated[str, BeforeValidator(_entity_id)]
TimeZone: TypeAlias = Annotated[str, BeforeValidator(_time_zone)]
TimeOfDay: TypeAlias = Annotated[str, BeforeValidator(_time)]
Place: TypeAlias = Annotated[str, BeforeValidator(_place)]
