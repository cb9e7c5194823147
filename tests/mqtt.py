"""A real mosquitto on loopback, lamps that speak as Zigbee2MQTT, Tasmota and Home Assistant's JSON schema do, and
somebody who talks to the house over it."""

import json
import os
import queue
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

import paho.mqtt.client as paho
from helpers import BATTI, PATIENCE
from paho.mqtt.enums import CallbackAPIVersion
from serving import until

USER, PASSWORD = "ghar", "sano-ghar-ko-password"
_SBIN = "/usr/sbin"  # not on everybody's path


def program() -> str | None:
    """mosquitto, None where it is not installed."""
    return shutil.which("mosquitto") or shutil.which("mosquitto", path=_SBIN)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Broker:
    """A mosquitto of its own folder; with `tls` it has a certificate of a CA of its own, with `locked` a password."""

    def __init__(self, folder: Path, tls: bool = False, locked: bool = False, more: str = "") -> None:
        self.folder, self.port, self.tls, self.locked = folder, free_port(), tls, locked
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        lines = [f"listener {self.port} 127.0.0.1", f"allow_anonymous {str(not locked).lower()}", more]
        if os.geteuid() == 0:
            lines.insert(0, "user root")  # it would become a user who may not read this folder
        if tls:
            _certificates(folder)
            lines += [f"certfile {folder}/server.crt", f"keyfile {folder}/server.key"]
        if locked:
            maker = shutil.which("mosquitto_passwd") or "/usr/bin/mosquitto_passwd"
            subprocess.run([maker, "-b", "-c", folder / "users", USER, PASSWORD], check=True, capture_output=True)
            lines.append(f"password_file {folder}/users")
        (folder / "mosquitto.conf").write_text("\n".join(lines) + "\n")

    @property
    def url(self) -> str:
        return f"{'mqtts' if self.tls else 'mqtt'}://127.0.0.1:{self.port}"

    def start(self) -> "Broker":
        found = program()
        assert found
        log = (self.folder / "log").open("a")
        self._process = subprocess.Popen([found, "-c", self.folder / "mosquitto.conf"], stdout=log, stderr=log)
        log.close()
        until(self._is_there)
        return self

    def _is_there(self) -> bool:
        with socket.socket() as tried:
            return tried.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def client(self, name: str = "") -> paho.Client:
        """A client that is connected, and connects again by itself."""
        client = paho.Client(CallbackAPIVersion.VERSION2, client_id=name, protocol=paho.MQTTv311)
        client.reconnect_delay_set(0.1, 0.5)  # type: ignore[arg-type]
        if self.locked:
            client.username_pw_set(USER, PASSWORD)
        if self.tls:
            client.tls_set(str(self.folder / "ca.crt"))
        client.connect("127.0.0.1", self.port, keepalive=5)
        client.loop_start()
        return client


def _certificates(folder: Path) -> None:
    def openssl(*args: str) -> None:
        subprocess.run(["openssl", *args], check=True, cwd=folder, capture_output=True)

    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    openssl("req", "-x509", *key, "-days", "2", "-subj", "/CN=ca", "-keyout", "ca.key",
            "-out", "ca.crt", "-addext", "keyUsage=critical,keyCertSign")  # fmt: skip
    openssl("req", *key, "-subj", "/CN=broker", "-keyout", "server.key", "-out", "s.csr")
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
    openssl("x509", "-req", "-in", "s.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-days", "2", "-extfile", "names",
            "-out", "server.crt")  # fmt: skip


class SimulatedLamp:
    """A lamp on a broker; `told` is what it was told. It can be made deaf (its mains are off)."""

    topics: tuple[str, ...] = ()

    def __init__(self, broker: Broker, topic: str) -> None:
        self.topic, self.deaf, self.told = topic, False, list[tuple[str, str]]()
        self.on, self.level, self.color, self.mireds = False, 1.0, None, 370  # type: bool, float, Any, int
        self.client = broker.client()
        self.client.on_message = self._heard
        self.client.on_connect = lambda *_: self._begin()
        self._begin()

    def _begin(self) -> None:
        for topic in self.topics:
            self.client.subscribe(topic, qos=1)
        self.greet()

    def greet(self) -> None:
        """Says that it is there."""

    def _heard(self, client: Any, data: Any, message: paho.MQTTMessage) -> None:
        if not self.deaf:
            self.do(message.topic, message.payload.decode())

    def do(self, topic: str, payload: str) -> None:
        raise NotImplementedError

    def say(self, topic: str, payload: str, retain: bool = False) -> None:
        self.client.publish(topic, payload, qos=1, retain=retain)

    def stop(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


class ZigbeeLamp(SimulatedLamp):
    """As Zigbee2MQTT shows a colour lamp: JSON on TOPIC/set, state on TOPIC, not retained."""

    def __init__(self, broker: Broker, topic: str) -> None:
        self.topics = (f"{topic}/set", f"{topic}/get")
        super().__init__(broker, topic)

    def greet(self) -> None:
        self.say(f"{self.topic}/availability", '{"state":"online"}', retain=True)

    def do(self, topic: str, payload: str) -> None:
        asked = json.loads(payload)
        if topic.endswith("/set"):
            self.told.append((topic, payload))
            self.on = asked.get("state", "ON") == "ON"
            if "brightness" in asked:
                self.level = asked["brightness"] / 254
            if "color" in asked:
                self.color = (asked["color"]["x"], asked["color"]["y"])
            if "color_temp" in asked:
                self.color, self.mireds = None, max(153, min(500, asked["color_temp"]))
        x, y = self.color or (0.4599, 0.4106)
        state = {"state": "ON" if self.on else "OFF", "brightness": round(254 * self.level), "linkquality": 120,
                 "color": {"x": x, "y": y}, "color_temp": self.mireds,
                 "color_mode": "xy" if self.color else "color_temp", "update": None}  # fmt: skip
        self.say(self.topic, json.dumps(state))


class TasmotaLamp(SimulatedLamp):
    """As Tasmota does: a command a topic below cmnd/, Backlog, results below stat/."""

    def __init__(self, broker: Broker, topic: str, channels: int = 5) -> None:
        self.topics, self.channels = (f"cmnd/{topic}/#",), channels
        super().__init__(broker, topic)

    def greet(self) -> None:
        self.say(f"tele/{self.topic}/LWT", "Online", retain=True)

    def do(self, topic: str, payload: str) -> None:
        name = topic.rsplit("/", 1)[1].casefold()
        if name != "state":
            self.told.append((topic, payload))
        for one in payload.split(";") if name == "backlog" else [f"{name} {payload}"]:
            self._command(*one.strip().partition(" ")[::2])

    def _command(self, name: str, value: str) -> None:
        name = name.casefold()
        if name == "power":
            self.on = value.casefold() in ("on", "1")
            if not self.channels:
                self.say(f"stat/{self.topic}/RESULT", json.dumps({"POWER": "ON" if self.on else "OFF"}))
                return
        elif name == "dimmer":
            self.on, self.level = int(value) > 0, int(value) / 100
        elif name == "ct":
            assert 153 <= int(value) <= 500
            self.on, self.color, self.mireds = True, None, int(value)
        elif name == "hsbcolor":
            hue, saturation, level = map(int, value.split(","))
            self.on, self.color, self.level = True, (hue, saturation), level / 100
        elif name != "state":
            self.say(f"stat/{self.topic}/RESULT", '{"Command":"Unknown"}')
            return
        percent = round(100 * self.level)
        hue, saturation = self.color or (0, 0)
        white = 0 if self.color else percent
        state = {"POWER": "ON" if self.on else "OFF"}
        full = {"Dimmer": percent, "Color": "00000000FF", "HSBColor": f"{hue},{saturation},{percent}",
                "White": white, "CT": self.mireds, "Channel": [0, 0, 0, 0, 100]}  # fmt: skip
        self.say(f"stat/{self.topic}/RESULT", json.dumps(state | (full if self.channels else {})))


class JsonLamp(SimulatedLamp):
    """As Home Assistant's JSON schema has it, with red, green and blue; its state is retained, if it tells any."""

    def __init__(self, broker: Broker, topic: str, silent: bool = False) -> None:
        self.topics, self.silent = (f"{topic}/set",), silent
        super().__init__(broker, topic)

    def greet(self) -> None:
        self.tell()

    def do(self, topic: str, payload: str) -> None:
        self.told.append((topic, payload))
        asked = json.loads(payload)
        self.on = asked.get("state", "ON") == "ON"
        self.level = asked.get("brightness", 255 * self.level) / 255
        if "color" in asked:
            self.color = tuple(asked["color"][part] for part in "rgb")
        self.tell()

    def tell(self) -> None:
        state: dict[str, Any] = {"state": "ON" if self.on else "OFF", "brightness": round(255 * self.level)}
        if self.color:
            state |= {"color_mode": "rgb", "color": dict(zip("rgb", self.color, strict=True))}
        if not self.silent:
            self.say(self.topic, json.dumps(state), retain=True)


class Speaker:
    """Somebody who says things on the command topic and hears what comes of them."""

    def __init__(self, broker: Broker, base: str = "batti") -> None:
        self.base, self.results, self.replies = base, queue.Queue[dict[str, Any]](), queue.Queue[str]()
        self.status: list[str] = []
        self.client = broker.client()
        self.client.on_message = self._heard
        self.client.on_connect = lambda *_: self._subscribe()
        self._subscribe()

    def _subscribe(self) -> None:
        self.client.subscribe([(f"{self.base}/{name}", 1) for name in ("result", "reply", "status")])

    def _heard(self, client: Any, data: Any, message: paho.MQTTMessage) -> None:
        match message.topic.rsplit("/", 1)[1]:
            case "result":
                self.results.put(json.loads(message.payload))
            case "reply":
                self.replies.put(message.payload.decode())
            case _:
                self.status.append(message.payload.decode())

    def send(self, payload: str | bytes | dict[str, Any], room: str = "", retain: bool = False) -> None:
        text = json.dumps(payload) if isinstance(payload, dict) else payload
        topic = f"{self.base}/command" + (f"/{room}" if room else "")
        self.client.publish(topic, text, qos=1, retain=retain).wait_for_publish(PATIENCE)

    def ask(self, payload: str | bytes | dict[str, Any], room: str = "") -> dict[str, Any]:
        """Sends a command and returns its result; results of commands with another id are left out."""
        self.send(payload, room)
        result = self.results.get(timeout=PATIENCE)
        while isinstance(payload, dict) and "id" in payload and result["id"] != str(payload["id"]):
            result = self.results.get(timeout=PATIENCE)
        return result

    def silence(self, seconds: float = 1.0) -> bool:
        """Whether no result comes for so long."""
        time.sleep(seconds)
        return self.results.empty()

    def stop(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


class Listening:
    """A `batti mqtt` of its own state folder; `start` may be called again after `kill` or `stop`."""

    def __init__(self, state: Path, home: Path, url: str, *options: str, **environment: str) -> None:
        self._command = [*BATTI, "mqtt", "--home", home, "--broker", url, "--state", state, *options]
        self._environment = os.environ | {"OMP_NUM_THREADS": "1"} | environment
        self.log = state.parent / f"{state.name}.log"
        self._process: subprocess.Popen[str] | None = None

    def start(self, wait: bool = True) -> "Listening":
        """Starts it, if it does not run."""
        if self._process is not None:
            return self
        with self.log.open("a") as log:
            self._process = subprocess.Popen(
                self._command, stdout=subprocess.PIPE, stderr=log, text=True, env=self._environment
            )
        assert self._process.stdout is not None
        if wait:
            line = self._process.stdout.readline()
            assert "batti listens at" in line, self.log.read_text()
        return self

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def stop(self) -> int:
        assert self._process is not None
        self._process.terminate()
        self._process.communicate(timeout=PATIENCE)
        code, self._process = self._process.returncode, None
        return code


class Wire:
    """A connection to a broker on which the acknowledgements of what was received can be lost, and which can be cut."""

    _PUBACK = 4

    def __init__(self, broker: Broker) -> None:
        self._broker, self.loses = broker, False
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"mqtt://127.0.0.1:{self._listening.getsockname()[1]}"
        self._ends: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                broker = socket.create_connection(("127.0.0.1", self._broker.port))
                self._ends += [client, broker]
                for source, target, loses in ((client, broker, True), (broker, client, False)):
                    threading.Thread(target=self._carry, args=(source, target, loses), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, loses: bool) -> None:
        with suppress(OSError), source.makefile("rb") as packets:
            while packet := _packet(packets):
                if not (loses and self.loses and packet[0] >> 4 == self._PUBACK):
                    target.sendall(packet)

    def cut(self) -> None:
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._ends.clear()

    def stop(self) -> None:
        self._listening.close()
        self.cut()


def _packet(stream: BinaryIO) -> bytes:
    """The next packet of MQTT, empty at the end."""
    head = stream.read(1)
    length, shift = 0, 0
    while head:
        byte = stream.read(1)
        head += byte
        length |= (byte[0] & 127) << shift
        shift += 7
        if byte[0] < 128:
            break
    return head + stream.read(length)


@contextmanager
def stopped(*things: Any) -> Iterator[None]:
    """Ends all of them, whatever happened."""
    try:
        yield
    finally:
        for thing in things:
            end: Callable[[], object] = getattr(thing, "kill", None) or thing.stop
            end()
