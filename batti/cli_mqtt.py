"""`batti mqtt`: lamps on an MQTT broker, and commands that come over it."""

from __future__ import annotations

from pathlib import Path

import click

from batti.errors import missing
from batti.paths import state_folder

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option("--home", required=True, type=_FILE, help="Home file that says which lamps its lights are.")
@click.option("--broker", default="", metavar="URL",
              help="mqtt://HOST or mqtts://HOST, with :PORT if need be; BATTI_MQTT in the environment does the same.")
@click.option("--user", help="User at the broker, or BATTI_MQTT_USER; the password is read from BATTI_MQTT_PASSWORD.")
@click.option("--password-file", type=click.Path(dir_okay=False, path_type=Path), help="File with the password.")
@click.option("--ca", type=click.Path(dir_okay=False, path_type=Path),
              help="Certificate of the broker's CA, where the system does not know it; or BATTI_MQTT_CA.")
@click.option("--client-id", default="batti", show_default=True, help="What this client is called at the broker.")
@click.option("--topic", "base", default="batti", show_default=True,
              help="What the topics begin with: TOPIC/command, TOPIC/result, TOPIC/reply, TOPIC/status.")
@click.option("--model", "models", multiple=True, metavar="MODEL",
              help="Offer this model besides the shipped one, and choose it at first; may be given again.")
@click.option("--state", type=click.Path(file_okay=False, path_type=Path),
              help="Folder of what is kept: schedule and journal. Without it ~/.local/state/batti/mqtt.")
@click.option("--grace", type=click.FloatRange(min=0), default=900.0, show_default=True,
              help="Seconds by which what was scheduled may be late and is still done.")
@click.option("--wait", is_flag=True, help="Wait for a broker that is not there yet, as after a power cut.")
def mqtt(
    home: Path, broker: str, user: str | None, password_file: Path | None, ca: Path | None, client_id: str, base: str,
    models: tuple[str, ...], state: Path | None, grace: float, wait: bool,
) -> None:  # fmt: skip
    """Carry out what is said on an MQTT topic, on lamps with Zigbee2MQTT, Tasmota or Home Assistant's JSON schema.

    docs/mqtt.md tells what the home file says of lamps, and what is sent and answered.
    """
    try:
        from batti.serve.mqtt import run
        from batti.serve.mqtt.broker import Broker
    except ModuleNotFoundError as error:
        raise missing("MQTT", error.name, "serve") from None
    where = Broker.of(broker, user, password_file, ca, client_id)
    run.run(where, run.Options(home, state or state_folder() / "mqtt", models, run.base_of(base), grace, wait))
