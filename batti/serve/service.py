"""What the service is made of, in one process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from batti.serve.executor import Executor
from batti.serve.feed import Feed
from batti.serve.homefile import HomeFile
from batti.serve.house import House
from batti.serve.models import Models
from batti.serve.settings import Settings, hass_token
from batti.serve.simulated import SimulatedHome
from batti.serve.store import Store
from batti.serve.talk import Talk


@dataclass(frozen=True)
class Service:
    """What the routes use."""

    settings: Settings
    home_file: HomeFile
    store: Store
    house: House
    models: Models
    talk: Talk
    feed: Feed


def service(settings: Settings) -> Service:
    """The parts of the service. Raises BattiError where the home or the store cannot be had."""
    state = Path(settings.state)
    home_file = HomeFile(Path(settings.home) if settings.home else state / "home.yaml")
    store = Store.open(settings.store or state / "batti.sqlite")
    house = House(store, executor(settings, store), home_file.home, settings.grace)
    models = Models(settings.models, state / "model")
    return Service(settings, home_file, store, house, models, Talk(house, models), Feed(house))


def executor(settings: Settings, store: Store) -> Executor:
    """What has the lights. Raises BattiError."""
    if settings.mqtt:
        from batti.serve.mqtt.broker import Broker  # who has no such lights needs no client of theirs
        from batti.serve.mqtt.executor import MqttLights

        return MqttLights(Broker.of(settings.mqtt), store)
    if settings.hass:
        from batti.serve.home_assistant.client import Client
        from batti.serve.home_assistant.executor import HomeAssistant

        return HomeAssistant(Client(settings.hass, hass_token(settings.hass_token_file)), settings.transition)
    return SimulatedHome(store)
