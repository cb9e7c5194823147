"""`batti home import`: the home file and, beside it, what Home Assistant had when it was read last."""

from __future__ import annotations

from pathlib import Path

from batti.home import Home
from batti.serve.home_assistant import survey
from batti.serve.home_assistant.client import Client
from batti.serve.home_assistant.merge import merged
from batti.serve.homefile import HomeFile, keep_as_it_is


async def import_home(url: str, token: str, out: Path) -> list[str]:
    """Writes or brings up to date the home file; returns lines to be shown. Raises BattiError."""
    client = Client(url, token)
    try:
        found = await survey.read(client)
    finally:
        await client.close()
    fresh = survey.home_of(found)
    lines = _kept(fresh, out)
    if found.hidden:
        lines.append(f"left out, as voice assistants may not see them: {', '.join(found.hidden)}")
    if found.homeless:
        lines.append(f"left out, as they are in no area: {', '.join(found.homeless)}")
    return lines


def _kept(fresh: Home, out: Path) -> list[str]:
    """Merges what Home Assistant has into the file. The user's file as it was is kept beside it, with a ~."""
    last = out.with_name(f".{out.name}.imported")
    home, news = fresh, list[str]()
    mine: Home | None = None
    if out.exists():
        mine = Home.load(out)
        home, news = merged(mine, fresh, Home.load(last) if last.exists() else None)
        if home == mine:
            news.append(f"{out}: nothing has changed")
        else:
            keep_as_it_is(out)
    if home != mine:
        HomeFile(out).replace(home)
        lights = sum(bool(room.entity) + sum(bool(one.entity) for one in room.lights) for room in home.rooms)
        news.append(f"{out}: {len(home.rooms)} rooms, {len(home.groups)} groups, {lights} lights of Home Assistant")
    HomeFile(last).replace(fresh)
    return news
