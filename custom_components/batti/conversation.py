"""The conversation entity: what somebody said goes to the service, its reply comes back; a question is asked back."""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import Any, Literal

from homeassistant.components import conversation
from homeassistant.const import MATCH_ALL
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry, intent
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from . import BattiConfigEntry
from .api import CannotConnect, InvalidToken, NoSuchRoom

_ASKS = ("needs_confirmation", "needs_room")
_ERRORS = {
    "none": intent.IntentResponseErrorCode.NO_INTENT_MATCH,
    "unknown_room": intent.IntentResponseErrorCode.NO_VALID_TARGETS,
    "failed": intent.IntentResponseErrorCode.FAILED_TO_HANDLE,
}
_SECONDS = 60  # that a question waits for its answer
_MOST = 100  # questions that wait


async def async_setup_entry(
    hass: HomeAssistant, entry: BattiConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the entity."""
    async_add_entities([BattiConversation(entry)])


class BattiConversation(conversation.ConversationEntity):
    """What people in Nepal say to their lights."""

    _attr_has_entity_name = True
    _attr_supported_features = conversation.ConversationEntityFeature.CONTROL

    def __init__(self, entry: BattiConfigEntry) -> None:
        self._entry, self._service = entry, entry.runtime_data
        self._attr_name = "batti"
        self._attr_unique_id = entry.entry_id
        self._asked: OrderedDict[str, tuple[str, float]] = OrderedDict()  # conversation -> sentence, until

    @property
    def supported_languages(self) -> list[str] | Literal["*"]:
        """Any: which language a sentence is in, batti sees by itself."""
        return MATCH_ALL

    async def _async_handle_message(
        self, user_input: conversation.ConversationInput, chat_log: conversation.ChatLog
    ) -> conversation.ConversationResult:
        """Send the sentence once, and say what came of it."""
        response = intent.IntentResponse(language=user_input.language)
        before, until = self._asked.pop(chat_log.conversation_id, ("", 0.0))
        answers = before if until > time.monotonic() else None
        try:
            done = await self._done(user_input, answers)
        except InvalidToken:
            self._entry.async_start_reauth(self.hass)
            done = {"status": "failed", "reply": {"text": "batti refuses the token."}}
        except CannotConnect as error:
            done = {"status": "failed", "reply": {"text": f"batti cannot be reached: {error}"}}
        status, text = done["status"], done["reply"]["text"]
        if status in _ASKS:
            # Where a document was asked about, as of a reading that was chosen, it is still of the sentence before.
            understood = done["understood"] or {"sentence": answers or user_input.text}
            self._wait(chat_log.conversation_id, understood["sentence"])
        if status in _ERRORS:
            response.async_set_error(_ERRORS[status], text)
        else:
            response.async_set_speech(text)
        if status == "answered":
            response.response_type = intent.IntentResponseType.QUERY_ANSWER
        chat_log.async_add_assistant_content_without_tools(
            conversation.AssistantContent(agent_id=user_input.agent_id, content=text)
        )
        return conversation.ConversationResult(
            response=response, conversation_id=chat_log.conversation_id, continue_conversation=status in _ASKS
        )

    async def _done(self, user_input: conversation.ConversationInput, answers: str | None) -> dict[str, Any]:
        room = self._room(user_input.device_id)
        try:
            return await self._service.command(user_input.text, room, answers)
        except NoSuchRoom:  # an area that the home file does not have: nothing was done
            return await self._service.command(user_input.text, None, answers)

    def _wait(self, conversation_id: str, sentence: str) -> None:
        self._asked[conversation_id] = (sentence, time.monotonic() + _SECONDS)
        while len(self._asked) > _MOST:
            self._asked.popitem(last=False)

    def _room(self, device_id: str | None) -> str | None:
        """The id of the area of the device that was spoken to."""
        device = device_registry.async_get(self.hass).async_get(device_id) if device_id else None
        return device.area_id if device else None
