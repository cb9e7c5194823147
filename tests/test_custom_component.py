"""The custom integration in a real Home Assistant, talking to a real `batti serve` whose lights are that one's."""

import asyncio
import importlib
import json
import re
import sys
import time
from collections.abc import Iterator
from typing import Any
from unittest.mock import AsyncMock, MagicMock

import hass
import pytest
from hass import ROOT, Hass
from serving import Served

FOLDER = ROOT / "custom_components" / "batti"
TOKEN = "a token of twenty characters"


# --- its files ---------------------------------------------------------------------------------


def keys(data: Any) -> Any:
    return {key: keys(value) for key, value in data.items()} if isinstance(data, dict) else None


def test_every_text_is_there_in_both_languages() -> None:
    texts = json.loads((FOLDER / "strings.json").read_text())
    english, nepali = (json.loads((FOLDER / "translations" / f"{one}.json").read_text()) for one in ("en", "ne"))
    assert english == texts
    assert keys(nepali) == keys(texts)
    used = set(re.findall(r'"base": "(\w+)"', (FOLDER / "config_flow.py").read_text()))
    assert used == set(texts["config"]["error"])


def test_it_is_pure_python_without_requirements_and_hacs_finds_it() -> None:
    manifest = json.loads((FOLDER / "manifest.json").read_text())
    assert manifest["requirements"] == []
    assert list(manifest)[:2] == ["domain", "name"]
    assert list(manifest)[2:] == sorted(list(manifest)[2:])  # as hassfest wants it
    assert manifest["domain"] == FOLDER.name
    assert json.loads((ROOT / "hacs.json").read_text())["name"] == "batti"


# --- in Home Assistant -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hass]:
    with hass.running(tmp_path_factory.mktemp("hass") / "config") as started:
        yield started


@pytest.fixture(scope="module")
def served(real: Hass, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("serve")
    service = Served(folder / "state", "--home", str(real.home(folder)), "--home-assistant", real.url,
                     BATTI_TOKEN=TOKEN, HASS_TOKEN=real.token).start()  # fmt: skip
    yield service
    service.kill()


@pytest.fixture(scope="module")
def agent(real: Hass, served: Served) -> str:
    assert flow(real, url="http://127.0.0.1:9", token="")["errors"] == {"base": "cannot_connect"}
    assert flow(real, url=served.url, token="wrong")["errors"] == {"base": "invalid_auth"}
    made = flow(real, url=served.url, token=TOKEN)
    assert (made["type"], made["title"]) == ("create_entry", "batti, Ghar")
    assert flow(real, url=served.url, token=TOKEN)["reason"] == "already_configured"
    until = time.monotonic() + 20
    while not (found := [one["entity_id"] for one in real.get("states") if one["entity_id"].endswith(".batti")]):
        assert time.monotonic() < until
        time.sleep(0.2)
    return str(found[0])


def flow(real: Hass, **data: str) -> Any:
    begun = real.post("config/config_entries/flow", handler="batti")
    return real.post(f"config/config_entries/flow/{begun['flow_id']}", **data)


def talk(real: Hass, agent: str, text: str, conversation: str | None = None) -> Any:
    extra = {"conversation_id": conversation} if conversation else {}
    return real.post("conversation/process", text=text, language="ne", agent_id=agent, **extra)


def said(answer: Any) -> tuple[str, str]:
    return answer["response"]["response_type"], answer["response"]["speech"]["plain"]["speech"]


@hass.needed
def test_a_sentence_switches_a_lamp_and_is_answered(real: Hass, agent: str) -> None:
    assert said(talk(real, agent, "bhancha ko batti bala")) == ("action_done", "Bhancha ko batti baliyo.")
    assert real.state("kitchen_light")["state"] == "on"
    kind, text = said(talk(real, agent, "भान्छाको बत्ती बलेको छ?"))
    assert kind == "query_answer"
    assert text.startswith("भान्छाको बत्ती बलेको छ")
    assert said(talk(real, agent, "garage ko batti bala"))[0] == "error"
    assert said(talk(real, agent, "hall ko batti rato gara"))[0] == "error"  # it has no colours


@hass.needed
def test_it_asks_back_and_listens_on(real: Hass, agent: str) -> None:
    real.all_off()
    asked = talk(real, agent, "batti bala")
    assert asked["continue_conversation"]
    assert said(asked)[1].endswith("?")
    assert real.state("hall")["state"] == "off"
    done = talk(real, agent, "hall", asked["conversation_id"])
    assert said(done)[0] == "action_done"
    assert not done["continue_conversation"]
    assert real.state("hall")["state"] == "on"
    assert real.state("kitchen_light")["state"] == "off"


@hass.needed
def test_a_service_that_is_gone_is_told_and_used_again(real: Hass, agent: str, served: Served) -> None:
    real.all_off()
    served.kill()
    began = time.monotonic()
    kind, text = said(talk(real, agent, "hall ko batti bala"))
    assert (kind, time.monotonic() - began < 5) == ("error", True)
    assert "batti cannot be reached" in text
    assert real.state("hall")["state"] == "off"


# --- without it --------------------------------------------------------------------------------


@pytest.fixture
def entity(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The conversation entity, with stand-ins for Home Assistant and for the service."""
    parts = ("aiohttp", "homeassistant", "homeassistant.components", "homeassistant.config_entries",
             "homeassistant.const", "homeassistant.core", "homeassistant.exceptions", "homeassistant.helpers",
             "homeassistant.helpers.aiohttp_client", "homeassistant.helpers.entity_platform")  # fmt: skip
    for name in parts:
        monkeypatch.setitem(sys.modules, name, MagicMock())
    sys.modules["homeassistant.components"].conversation.ConversationEntity = object
    for name in ("conversation", "api", "const", ""):
        monkeypatch.delitem(sys.modules, f"custom_components.batti.{name}".rstrip("."), raising=False)
    monkeypatch.syspath_prepend(ROOT)
    made = importlib.import_module("custom_components.batti.conversation").BattiConversation(MagicMock())
    made.hass = MagicMock()
    yield made
    for name in [one for one in sys.modules if one.startswith("custom_components")]:
        del sys.modules[name]


def heard(entity: Any, text: str) -> None:
    asyncio.run(entity._async_handle_message(MagicMock(text=text), MagicMock(conversation_id="c")))


def test_a_question_about_the_answer_is_still_about_the_sentence_before_it(entity: Any) -> None:
    asks = {"status": "needs_room", "reply": {"text": "Kun kotha ko batti?"}}
    first = asks | {"understood": {"sentence": "10 minute pachi batti gara"}}
    entity._service.command = AsyncMock(side_effect=[first, asks | {"understood": None}, first])
    for text in ("10 minute pachi batti gara", "ho, bala", "hall"):
        heard(entity, text)
    answers = [call.args[2] for call in entity._service.command.call_args_list]
    assert answers == [None, "10 minute pachi batti gara", "10 minute pachi batti gara"]


def test_a_token_that_is_refused_is_asked_for_again(entity: Any) -> None:
    invalid = sys.modules["custom_components.batti.api"].InvalidToken
    entity._service.command = AsyncMock(side_effect=invalid)
    heard(entity, "hall ko batti bala")
    entity._entry.async_start_reauth.assert_called_once_with(entity.hass)


@pytest.mark.parametrize("name", ["__init__.py", "api.py", "config_flow.py", "conversation.py"])
def test_it_imports_nothing_but_home_assistant(name: str) -> None:
    imported = re.findall(r"^(?:from|import) ([\w.]+)", (FOLDER / name).read_text(), re.M)
    known = {"__future__", "aiohttp", "collections", "homeassistant", "time", "typing", "voluptuous"}
    assert {one.split(".")[0] for one in imported if not one.startswith(".")} <= known
