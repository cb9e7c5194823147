"""`batti serve`: a house that can be talked to, over HTTP and in a browser."""

from __future__ import annotations

from pathlib import Path

import click

from batti.errors import missing
from batti.paths import state_folder


@click.command()
@click.option("--home", type=click.Path(dir_okay=False, path_type=Path),
              help="Home file, made or written when the home is changed. Without it home.yaml of the state folder.")
@click.option("--model", "models", multiple=True, metavar="MODEL",
              help="Offer this model besides the shipped one, and choose it at first; may be given again.")
@click.option("--host", default="127.0.0.1", show_default=True,
              help="Address to listen at; beyond loopback only with a token.")
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes.")
@click.option("--token-file", type=click.Path(dir_okay=False, path_type=Path),
              help="File with the token that clients must show; BATTI_TOKEN in the environment does the same.")
@click.option("--allow-host", "hosts", multiple=True, metavar="NAME",
              help="Name under which the service is reached, besides localhost and addresses; may be given again.")
@click.option("--state", type=click.Path(file_okay=False, path_type=Path),
              help="Folder of what is kept: lights, schedule, home. Without it ~/.local/state/batti.")
@click.option("--store", metavar="URL", default="",
              help="Keep lights and schedule in PostgreSQL, postgresql://user@host/name, shared by several machines.")
@click.option("--rate", type=click.FloatRange(min=0), default=100.0, show_default=True,
              help="Requests a second that one client may send to a process; 0 for any number.")
@click.option("--grace", type=click.FloatRange(min=0), default=900.0, show_default=True,
              help="Seconds by which what was scheduled may be late and is still done.")
@click.option("--mqtt", metavar="URL", default="",
              help="The lights are lamps on an MQTT broker, mqtt://HOST, that the home file names (docs/mqtt.md).")
@click.option("--home-assistant", "hass", metavar="URL", default="",
              help="Home Assistant has the lights, http://homeassistant.local:8123; its token is in HASS_TOKEN.")
@click.option("--hass-token-file", type=click.Path(dir_okay=False, path_type=Path),
              help="File with the token of Home Assistant, instead of HASS_TOKEN.")
@click.option("--transition", type=click.FloatRange(0, 60),
              help="Seconds that lights of Home Assistant take to change, if they can.")
def serve(
    home: Path | None, models: tuple[str, ...], host: str, port: int, workers: int, token_file: Path | None,
    hosts: tuple[str, ...], state: Path | None, store: str, rate: float, grace: float, mqtt: str, hass: str,
    hass_token_file: Path | None, transition: float | None,
) -> None:  # fmt: skip
    """Open a house that anyone can talk to: a page, and an HTTP service.

    The lights are simulated, unless they are on a broker (docs/mqtt.md) or Home Assistant's (docs/home-assistant.md).
    docs/serve.md tells of the API, of safety and of several machines.
    """
    try:
        from batti.serve import run, settings
    except ModuleNotFoundError as error:
        raise missing("serving", error.name, "serve") from None
    run.run(settings.Settings(
        state=str((state or state_folder()).absolute()), home=str(home.absolute()) if home else "",
        store=store, models=models, host=host, port=port, workers=workers,
        token_file=str(token_file.absolute()) if token_file else "", hosts=hosts, rate=rate, grace=grace, mqtt=mqtt,
        hass=hass, transition=transition, hass_token_file=str(hass_token_file.absolute()) if hass_token_file else "",
    ))  # fmt: skip
