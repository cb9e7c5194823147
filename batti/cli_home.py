"""`batti home`: the home file."""

from __future__ import annotations

from pathlib import Path

import click

from batti.errors import missing

_URL = "http://homeassistant.local:8123"
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group()
def home() -> None:
    """Make the file that says what the rooms and lights of a home are called."""


@home.command("import")
@click.option("--home-assistant", "url", metavar="URL", required=True, help=f"Its address, like {_URL}.")
@click.option("--out", type=_FILE, default=Path("home.yaml"), show_default=True, help="The home file.")
@click.option("--token-file", type=_FILE, help="File with a long-lived access token, instead of HASS_TOKEN.")
def import_home(url: str, out: Path, token_file: Path | None) -> None:
    """Write a home file from what Home Assistant knows: areas, floors, and the lights that voice assistants may see.

    Run it again when something was changed there: what you edited in the file stays as you wrote it.
    """
    import asyncio  # slow to import

    try:
        from batti.serve.home_assistant import keep
        from batti.serve.settings import hass_token
    except ModuleNotFoundError as error:
        raise missing("this", error.name, "serve") from None
    for line in asyncio.run(keep.import_home(url, hass_token(token_file or ""), out)):
        click.echo(line, err=True)

