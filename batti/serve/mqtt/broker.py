"""Where the broker is and how one is let in; passwords are read from the environment or a file, and never shown."""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from batti.errors import BattiError, quote

URL, USER, PASSWORD, CA = "BATTI_MQTT", "BATTI_MQTT_USER", "BATTI_MQTT_PASSWORD", "BATTI_MQTT_CA"
CLIENT_ID = "batti"
_PORTS = {"mqtt": 1883, "mqtts": 8883}
_FORM = "write it like mqtt://localhost or mqtts://broker:8883"


@dataclass(frozen=True)
class Broker:
    """A broker; `ca` is a file of certificates besides which none is trusted, empty for those of the system."""

    host: str
    port: int
    tls: bool = False
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca: str = ""
    client_id: str = CLIENT_ID

    @classmethod
    def of(
        cls, url: str = "", user: str | None = None, password_file: Path | None = None, ca: Path | None = None,
        client_id: str = CLIENT_ID, environment: Mapping[str, str] = os.environ,
    ) -> Broker:  # fmt: skip
        """The broker of these options; what they leave open is read from the environment. Raises BattiError."""
        url = url or environment.get(URL, "")
        if not url:
            raise BattiError("there is no broker", f"give --broker mqtt://HOST, or set {URL}")
        host, port, tls, named = _address(url)
        authority = str(ca) if ca else environment.get(CA, "")
        if authority and not tls:
            raise BattiError("a CA file goes with an encrypted connection only", "write mqtts:// or leave --ca out")
        password = _read(password_file) if password_file else environment.get(PASSWORD) or None
        user = user or environment.get(USER) or named
        if password is not None and user is None:
            raise BattiError("there is a password and no user", f"give --user, or set {USER}")
        if not 0 < len(client_id) <= 23 or not client_id.replace("-", "").replace("_", "").isalnum():
            raise BattiError(f"{quote(client_id)} is no client id", "write 1 to 23 letters, digits, - and _")
        return cls(host, port, tls, user, password, authority, client_id)

    @property
    def shown(self) -> str:
        """The address as messages say it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'mqtts' if self.tls else 'mqtt'}://{host}:{self.port}"

    def tls_context(self) -> ssl.SSLContext | None:
        """How certificates are checked; None without encryption. Raises BattiError."""
        if not self.tls:
            return None
        try:
            return ssl.create_default_context(cafile=self.ca or None)
        except (OSError, ssl.SSLError) as error:
            said = error.strerror if isinstance(error, FileNotFoundError | PermissionError) else "no PEM certificates"
            raise BattiError(f"the CA file {quote(self.ca)} cannot be used: {said}",
                             "give the certificate of the broker's CA") from None  # fmt: skip


def _address(url: str) -> tuple[str, int, bool, str | None]:
    """Host, port, whether it is encrypted, and user. Nothing of a URL with a password gets into a message."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BattiError("the address of the broker is no URL", _FORM) from None
    if parts.password is not None:
        raise BattiError("the address of the broker holds a password, which others can read",
                         f"put it into {PASSWORD} or a --password-file")  # fmt: skip
    if parts.scheme not in _PORTS or not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise BattiError(f"{quote(url)} is no address of a broker", _FORM)
    named = unquote(parts.username) if parts.username else None
    return parts.hostname, port or _PORTS[parts.scheme], parts.scheme == "mqtts", named


def _read(path: Path) -> str:
    try:
        password = path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        said = getattr(error, "strerror", None) or "not UTF-8 text"
        raise BattiError(f"the password file {quote(str(path))} cannot be read: {said}", "write the password into it"
                         ) from None  # fmt: skip
    if not password:
        raise BattiError(f"the password file {quote(str(path))} is empty", "write the password into it")
    return password
