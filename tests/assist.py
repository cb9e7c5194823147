"""Assist of a real Home Assistant: pipelines that ask batti, and what they answer."""

import json
from typing import Any

from hass import Hass

_SILENT = ("stt_engine", "stt_language", "tts_engine", "tts_language", "tts_voice", "wake_word_entity", "wake_word_id")


def pipeline(real: Hass, agent: str, **engines: str) -> str:
    """The id of a new pipeline with this conversation agent."""
    [made] = real.ask({"type": "assist_pipeline/pipeline/create", "name": "batti", "language": "en",
                       "conversation_engine": agent, "conversation_language": "en",
                       **dict.fromkeys(_SILENT), **engines})  # fmt: skip
    return str(made["id"])


def assist(real: Hass, which: str, text: str, **about: Any) -> str:
    """What a pipeline answers to a text."""
    with real.socket() as websocket:
        asked = {"id": 1, "type": "assist_pipeline/run", "start_stage": "intent", "end_stage": "intent"}
        websocket.send(json.dumps({**asked, "input": {"text": text}, "pipeline": which, **about}))
        while True:
            event = json.loads(websocket.recv(timeout=30)).get("event", {})
            if event.get("type") == "intent-end":
                answer = event["data"]["intent_output"]["response"]
                return str(answer["speech"]["plain"]["speech"])
