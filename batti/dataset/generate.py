"""Sentences without end over homes without end, and files of them."""

from __future__ import annotations

import gc
import signal
import sys
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count as numbers_from
from itertools import islice
from multiprocessing import get_context, resource_tracker
from pathlib import Path
from random import Random
from typing import Any

from tqdm import tqdm

from batti import lexicon
from batti.command import intent_from, one_form
from batti.dataset import homes, lexicon_check, records
from batti.dataset.dress import Dressed, dress
from batti.dataset.homes import RandomHome
from batti.dataset.speaker import Example, Speaker, Unfit
from batti.errors import BattiError
from batti.home import Home
from batti.paths import is_package
from batti.prompt import Asked

_HOMES_A_CHUNK = 24
"""Homes that are made from one seed: what a worker is given at a time."""
TOGETHER = 8
"""Homes in a row that the same wordings are said over."""
_REFUSED: dict[str, Any] = {"rooms": [], "actions": []}


def examples(
    seed: int | str, per_home: int = 24, home: Home | None = None
) -> Iterator[tuple[RandomHome, list[Example]]]:
    """Endless random homes, or one home again and again, with sentences; the same for the same seed."""
    rng = Random(seed)
    lex = lexicon.load()
    while True:
        theirs = [homes.known(home) if home else homes.random_home(lex, rng) for _ in range(TOGETHER)]
        speakers = [Speaker(one, lex, rng) for one in theirs]
        said: list[list[Example]] = [[] for _ in speakers]
        for _ in range(per_home):
            # The same words for other places, values and spellings of names tell what matters, and cost less.
            waiting = list(zip(speakers, said, strict=True))
            while waiting:
                wording = dress(lex, rng)
                waiting = _say(wording, waiting)
        yield from zip((speaker.home for speaker in speakers), said, strict=True)


def _say(wording: Dressed, waiting: list[tuple[Speaker, list[Example]]]) -> list[tuple[Speaker, list[Example]]]:
    """Say a wording over the homes that wait for one; gives those that it does not suit."""
    if not wording.has_slots:  # once is enough of what is the same in every home
        speaker, some = waiting[0]
        some.append(speaker.say(wording))
        return waiting[1:]
    left = []
    for speaker, some in waiting:
        try:
            some.append(speaker.say(wording))
        except Unfit:
            left.append((speaker, some))
    return left


def document(example: Example, home: RandomHome) -> dict[str, Any]:
    """The contract's document of an example in its home."""
    if not example.asked:
        return {"intent": "none", **_REFUSED}
    if example.unknown:
        return {"intent": "unknown_room", **_REFUSED}
    actions = one_form([_action(entry, example, home) for entry in example.asked])
    rooms = list(dict.fromkeys([a["room"] for a in actions]))
    excepts = any("except" in a for a in actions)
    # Valid by construction, and tested: to check each again would cost more than to make it.
    intent = intent_from({a["action"] for a in actions}, rooms, excepts, home.group_names)
    return {"intent": intent, "rooms": rooms, "actions": actions}


def _action(entry: Asked, example: Example, home: RandomHome) -> dict[str, Any]:
    """The contract's entry, its keys in the contract's order."""
    if isinstance(entry.place, str):
        action: dict[str, Any] = {"room": entry.place}
    else:
        action = _placed(example.things[entry.place], home)
    if entry.excepts:
        action["except"] = [_placed(example.things[span], home)["room"] for span in entry.excepts]
    if "light" in action:
        action["light"] = action.pop("light")  # behind except
    return action | entry.doing


def _placed(index: int | None, home: RandomHome) -> dict[str, Any]:
    assert index is not None  # an unknown place makes the sentence unknown
    thing = home.things[index]
    if thing.kind == "light":
        return {"room": home.things[thing.room].name, "light": thing.name}
    return {"room": thing.name}


@dataclass(frozen=True)
class _Chunk:
    """A number of homes with their sentences, as lines of the files."""

    homes: list[str]
    lines: list[str]


def _chunk(seed: int, number: int, per_home: int, home: Home | None = None, count: int = _HOMES_A_CHUNK) -> _Chunk:
    """The same for the same seed and number, whichever process makes it; the first `count` homes of it."""
    lines: list[str] = []
    listed: dict[str, str] = {}
    made = islice(examples(f"{seed}:{number}", per_home, home), count)
    for at, (theirs, some) in enumerate(made, number * _HOMES_A_CHUNK):
        name = home.name if home else f"random-{seed}-{at:06d}"
        listed[name] = records.home_line(name, (home or theirs).to_dict())
        for within, example in enumerate(some):
            number_in_file = at * per_home + within
            record = records.Record(
                example.command,
                document(example, theirs),
                name,
                id=f"{seed}-{number_in_file:08d}",
                set="generated",
                tags=example.tags,
                family=example.family,
            )
            lines.append(record.to_json())
    return _Chunk(list(listed.values()), lines)


def ready() -> None:
    """Read what is read once, and keep the garbage collector from looking through it again and again.

    For a process that makes sentences and does little else.
    """
    next(examples(0, 1))
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def check_language() -> None:
    """Raises BattiError where the folder of another language cannot be said: once, and not in each process."""
    if is_package():
        return
    if faults := [*lexicon_check.unreadable(lexicon.folder())]:
        raise BattiError.of(faults)
    next(examples(0, 1))


def chunks(
    seed: int, per_home: int, workers: int, home: Home | None = None, count: int | None = None
) -> Iterator[_Chunk]:
    """Chunks of `count` homes, or without end, in order: made ahead by so many processes, or by this one alone."""
    check_language()
    numbers = numbers_from(0) if count is None else range(-(-count // _HOMES_A_CHUNK))
    asked = ((seed, number, per_home, home, _homes_in(number, count)) for number in numbers)
    if workers <= 1 or (count is not None and count <= _HOMES_A_CHUNK):
        yield from (_chunk(*one) for one in asked)
        return
    with ProcessPoolExecutor(workers, get_context("spawn"), ready) as pool:
        waiting: deque[Future[_Chunk]] = deque()
        try:
            while True:
                for one in islice(asked, 1 + 3 * workers - len(waiting)):
                    with _uninterrupted():
                        waiting.append(pool.submit(_chunk, *one))
                if not waiting:
                    return
                yield waiting.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)


def _homes_in(number: int, count: int | None) -> int:
    """Homes of the chunk of a number where `count` are wanted in all."""
    return _HOMES_A_CHUNK if count is None else min(_HOMES_A_CHUNK, count - number * _HOMES_A_CHUNK)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """A process that is begun inside leaves Ctrl-C to this one, which hears it once that has begun, and ends it."""
    if threading.current_thread() is not threading.main_thread():  # which alone hears it
        yield
        return
    heard: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: heard.append(number))
    resource_tracker.ensure_running()  # whose own start would unblock it
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # which is inherited
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        signal.signal(signal.SIGINT, before)
        if heard:
            signal.raise_signal(signal.SIGINT)


def write(
    out: Path, *, count: int, seed: int = 1, workers: int = 1, per_home: int = 60, home: Home | None = None
) -> None:
    """Write `count` sentences to `out`, and the homes that they speak of to `homes.jsonl` beside it.

    The homes are random ones, or the one given. The bytes depend on everything but the number of
    workers. Raises BattiError where the folder holds another home of the same name.
    """
    spoken_of: dict[str, None] = {}

    def lines() -> Iterator[str]:
        left = count
        for chunk in chunks(seed, per_home, workers, home, -(-count // per_home)):
            wanted = min(left, len(chunk.lines))
            some = chunk.homes[: -(-wanted // per_home)]
            records.merged(out.parent, some)  # a clash shows at once and not at the end
            spoken_of.update(dict.fromkeys(some))
            yield from chunk.lines[:wanted]
            left -= wanted

    records.write_lines(out, tqdm(lines(), total=count, unit=" sentences", file=sys.stderr, disable=None))
    records.write_homes(out.parent, spoken_of)
