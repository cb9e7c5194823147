"""Adding the service by its address and token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import voluptuous as vol
from homeassistant.config_entries import ConfigFlow, ConfigFlowResult
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.selector import TextSelector, TextSelectorConfig, TextSelectorType

from .api import Batti, CannotConnect, InvalidToken
from .const import CONF_TOKEN, CONF_URL, DOMAIN

_SECRET = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD))
_USER = vol.Schema({
    vol.Required(CONF_URL, default="http://127.0.0.1:8765"): TextSelector(),
    vol.Optional(CONF_TOKEN, default=""): _SECRET,
})  # fmt: skip
_TOKEN = vol.Schema({vol.Required(CONF_TOKEN): _SECRET})


class BattiConfigFlow(ConfigFlow, domain=DOMAIN):
    """The steps."""

    VERSION = 1

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the address and the token."""
        errors: dict[str, str] = {}
        if user_input is not None:
            self._async_abort_entries_match({CONF_URL: user_input[CONF_URL]})
            name, errors = await self._checked(user_input)
            if not errors:
                return self.async_create_entry(title=name, data=user_input)
        schema = self.add_suggested_values_to_schema(_USER, user_input)
        return self.async_show_form(step_id="user", data_schema=schema, errors=errors)

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Ask for the token again, as it is refused."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Take the new token."""
        errors: dict[str, str] = {}
        entry = self._get_reauth_entry()
        if user_input is not None:
            _, errors = await self._checked({**entry.data, **user_input})
            if not errors:
                return self.async_update_reload_and_abort(entry, data_updates=user_input)
        return self.async_show_form(step_id="reauth_confirm", data_schema=_TOKEN, errors=errors)

    async def _checked(self, data: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
        """(the name of the home, what is wrong)."""
        try:
            service = Batti(async_get_clientsession(self.hass), data[CONF_URL], data.get(CONF_TOKEN, ""))
            return f"batti, {await service.check()}", {}
        except InvalidToken:
            return "", {"base": "invalid_auth"}
        except CannotConnect:
            return "", {"base": "cannot_connect"}
