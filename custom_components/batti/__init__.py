"""batti understands what people in Nepal say to their lights; this talks to `batti serve`."""

from __future__ import annotations

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConfigEntryAuthFailed, ConfigEntryNotReady
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from .api import Batti, CannotConnect, InvalidToken
from .const import CONF_TOKEN, CONF_URL

PLATFORMS = [Platform.CONVERSATION]
BattiConfigEntry = ConfigEntry[Batti]


async def async_setup_entry(hass: HomeAssistant, entry: BattiConfigEntry) -> bool:
    """Set up the service of an entry."""
    service = Batti(async_get_clientsession(hass), entry.data[CONF_URL], entry.data.get(CONF_TOKEN, ""))
    try:
        await service.check()
    except InvalidToken as error:
        raise ConfigEntryAuthFailed("the token is refused") from error
    except CannotConnect as error:
        raise ConfigEntryNotReady(str(error)) from error
    entry.runtime_data = service
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    return True


async def async_unload_entry(hass: HomeAssistant, entry: BattiConfigEntry) -> bool:
    """Take the conversation entity out again."""
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)
