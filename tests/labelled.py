"""Labelled sentences and files of them in a line, for tests of `batti data`."""

from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from helpers import home_of

from batti.cli import main
from batti.command import Command
from batti.dataset import records
from batti.dataset.records import Dataset, Record

ROOMS = ("kitchen", "bedroom", "bathroom", "balcony")
HOME = home_of(*ROOMS)


def said(command: str, *asked: str, intent: str = "none", home: str = "ghar", **more: Any) -> Record:
    """A record; each thing asked is `room action`, `room brightness=0.3` or `room color=red`."""
    actions = [_action(one) for one in asked]
    document = Command.from_dict({"actions": actions} if actions else {"intent": intent})
    return Record(command, document.to_dict(), home, **more)


def _action(asked: str) -> dict[str, Any]:
    room, _, doing = asked.rpartition(" ")
    key, _, value = doing.partition("=")
    action = {"brightness": "adjust_brightness", "color": "change_color"}.get(key, key)
    return {"room": room, "action": action, **({key: value} if value else {})}


def written(path: Path, *rows: Record) -> Path:
    """The records in a file, with their homes beside it."""
    records.save(path, Dataset(list(rows), dict.fromkeys((row.home for row in rows), HOME)))
    return path


def batti_data(*args: object) -> Result:
    """What `batti data` answers."""
    result = CliRunner().invoke(main, ["data", *map(str, args)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result
