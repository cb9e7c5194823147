"""How the service is set up: made by the command line, read again in each of its processes."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, fields
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from batti.errors import BattiError

_VARIABLE = "BATTI_SERVE"
TOKEN_VARIABLE = "BATTI_TOKEN"
HASS_VARIABLE = "HASS_TOKEN"
MIN_TOKEN = 16  # characters


@dataclass(frozen=True)
class Settings:
    """`state` is the folder of what is kept; `store` a URL instead of the SQLite file there. `models` are offered
    besides the shipped one, the first of them chosen at first; `hosts` are names under which the service is reached
    besides localhost and addresses. Rates are requests a second of one client to one process, 0 for any number.
    `mqtt` is the broker or `hass` the address of Home Assistant that has the lights; `transition` is in seconds."""

    state: str
    home: str = ""
    store: str = ""
    models: tuple[str, ...] = ()
    host: str = "127.0.0.1"
    port: int = 8765
    workers: int = 1
    token_file: str = ""
    hosts: tuple[str, ...] = ()
    rate: float = 100.0
    grace: float = 900.0
    mqtt: str = ""
    hass: str = ""
    hass_token_file: str = ""
    transition: float | None = None

    def __post_init__(self) -> None:
        token = self.token()
        if not is_loopback(self.host) and not token:
            raise BattiError(f"without a token nobody but this machine may be listened to, and {self.host} is more",
                             f"set {TOKEN_VARIABLE} or --token-file, or leave --host out")  # fmt: skip
        if self.mqtt and self.hass:
            raise BattiError("the lights are on a broker or Home Assistant's, not both",
                             "leave --mqtt or --home-assistant out")  # fmt: skip

    def token(self) -> str:
        """The token that clients must show, empty for none. Raises BattiError."""
        token = read_token(TOKEN_VARIABLE, self.token_file)
        if (token or self.token_file) and len(token) < MIN_TOKEN:
            raise BattiError(f"the token has {len(token)} characters", f"give it {MIN_TOKEN} at least")
        return token

    def pass_on(self) -> None:
        """Leaves the settings to the processes that this one starts."""
        os.environ[_VARIABLE] = json.dumps(asdict(self))

    @classmethod
    def passed_on(cls) -> Settings:
        """The settings that were left to this process."""
        data: dict[str, Any] = json.loads(os.environ[_VARIABLE])
        tuples = {field.name for field in fields(cls) if "tuple" in str(field.type)}
        data |= {key: tuple(data[key]) for key in tuples}
        return cls(**data)


def read_token(variable: str, file: str | Path) -> str:
    """The token of a file, or of the environment where no file is named; empty for none. Raises BattiError."""
    if not file:
        return os.environ.get(variable, "").strip()
    try:
        return Path(file).read_text(encoding="utf-8-sig").strip()
    except (OSError, UnicodeDecodeError) as error:
        said = getattr(error, "strerror", None) or "not UTF-8 text"
        raise BattiError(f"the token file '{file}' cannot be read: {said}", "write a token into it") from None


def hass_token(file: str | Path) -> str:
    """The long-lived access token of Home Assistant. Raises BattiError."""
    if token := read_token(HASS_VARIABLE, file):
        return token
    hint = f"make a long-lived access token on your profile page there, and set {HASS_VARIABLE} or name a file with it"
    raise BattiError("there is no token for Home Assistant", hint)


def is_loopback(host: str) -> bool:
    """Whether an address is of this machine alone."""
    try:
        return host == "localhost" or ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
