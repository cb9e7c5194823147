"""`batti wyoming`: Home Assistant's own protocol."""

from __future__ import annotations

from pathlib import Path

import click

from batti.errors import missing
from batti.paths import state_folder

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.option("--home-assistant", "hass", metavar="URL", required=True,
              help="Its address, http://homeassistant.local:8123; its token is in HASS_TOKEN.")
@click.option("--hass-token-file", type=_FILE, help="File with the token of Home Assistant, instead of HASS_TOKEN.")
@click.option("--home", type=_FILE, help="Home file of `batti home import`. Without it home.yaml of the state folder.")
@click.option("--room", help="Room that `here` is, where the satellite is in no area of the home.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", type=click.IntRange(0, 65535), default=10700, show_default=True)
@click.option("--allow", multiple=True, metavar="ADDRESS",
              help="Who may connect besides this machine: an address or a network; may be given again.")
@click.option("--announce/--no-announce", default=True, show_default=True, help="Tell the network by zeroconf.")
@click.option("--model", "models", multiple=True, metavar="MODEL", help="Use this model instead of the shipped one.")
@click.option("--state", type=click.Path(file_okay=False, path_type=Path),
              help="Folder of what is kept: schedule, home. Without it ~/.local/state/batti.")
@click.option("--transition", type=click.FloatRange(0, 60), help="Seconds that lights take to change, if they can.")
def wyoming(
    hass: str, hass_token_file: Path | None, home: Path | None, room: str | None, host: str, port: int,
    allow: tuple[str, ...], announce: bool, models: tuple[str, ...], state: Path | None, transition: float | None,
) -> None:  # fmt: skip
    """Be a conversation agent of Home Assistant, which finds it by itself.

    Steps, delays, exceptions and questions are carried out here, all else by Home Assistant's intents.
    """
    try:
        from batti.serve import settings
        from batti.serve.wyoming import run
    except ModuleNotFoundError as error:
        raise missing("this", error.name, "serve") from None
    run.run(settings.Settings(
        state=str((state or state_folder()).absolute()), home=str(home.absolute()) if home else "",
        models=models, hass=hass, transition=transition,
        hass_token_file=str(hass_token_file.absolute()) if hass_token_file else "",
    ), run.Listening(host, port, allow, announce), room)  # fmt: skip
