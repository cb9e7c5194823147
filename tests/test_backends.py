"""Every runtime behind the one seam, chosen by name; each test runs the real thing."""

import importlib
import json
import math
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from chat_server import Body, Yaml, running
from helpers import OFF, home_of

from batti import backends, chat
from batti.command import Command
from batti.errors import BattiError
from batti.follow import Grammar, quoted
from batti.home import Home

HOME = home_of("kitchen", "bedroom")
TINY = {"layers": 2, "width": 256, "feed_forward": 512, "heads": 4, "kv_heads": 2, "vocabulary": 4096, "context": 4096}
LIBRARIES = {
    "gguf": ("xllamacpp", "gguf"),
    "data": ("openai",),
    "lm": ("transformers", "torch"),
}


def needs(extras: str) -> None:
    for name in LIBRARIES[extras]:
        pytest.importorskip(name, reason=f"needs {name}: pip install '.[{extras}]'")


# -- chosen by name ------------------------------------------------------------------------------
def test_without_a_name_it_is_the_shipped_model() -> None:
    assert type(backends.load()).__name__ == "OnnxBackend"


def test_what_runs_a_model_is_seen_by_its_name(tmp_path: Path) -> None:
    for folder, file in (("ours", "model.json"), ("theirs", "config.json"), ("adapter", "adapter_config.json")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / file).write_text("{}")
    names = ("", str(tmp_path / "ours"), str(tmp_path / "theirs"), str(tmp_path / "adapter"), "a/b.gguf", "https://h/v1#m")
    assert [backends.runtime_of(name) for name in names] == [
        "onnx", "onnx", "transformers", "transformers", "llama_cpp", "openai"]  # fmt: skip


@pytest.mark.parametrize("name, problem", [
    ("nowhere", "no batti model in 'nowhere'"),
    ("nowhere.gguf", "there is no model file 'nowhere.gguf'"),
    ("http://localhost:1/v1", "'http://localhost:1/v1' does not name a model"),
    ("http://localhost:1/v1#", "'http://localhost:1/v1#' does not name a model"),
])  # fmt: skip
def test_a_name_that_is_no_model_is_one_line(name: str, problem: str) -> None:
    if name.endswith(".gguf"):
        needs("gguf")
    with pytest.raises(BattiError) as error:
        backends.load(name)
    assert str(error.value).startswith(f"{problem};")
    assert "\n" not in str(error.value)
    assert error.value.hint


MISSING = """
import sys
for name in ("xllamacpp", "transformers", "openai"):
    sys.modules[name] = None
from batti import backends
from batti.errors import BattiError
try:
    backends.load(sys.argv[1])
except BattiError as error:
    print(error)
"""


@pytest.mark.parametrize("name, said", [
    ("model.gguf", "this kind of model needs xllamacpp; in the folder of batti: pip install -e '.[gguf]'"),
    ("http://localhost/v1#m", "this kind of model needs openai; in the folder of batti: pip install -e '.[data]'"),
    ("folder", "this kind of model needs transformers; in the folder of batti: pip install -e '.[lm]'"),
])  # fmt: skip
def test_a_missing_library_is_named_with_what_to_install(name: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "config.json").write_text("{}")
    if name == "folder":
        pytest.importorskip("torch", reason="needs torch: pip install '.[train]'")
    done = subprocess.run([sys.executable, "-c", MISSING, name], capture_output=True, text=True, cwd=tmp_path)
    assert done.stdout.strip() == said, done.stderr


# -- llama.cpp -----------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    needs("gguf")
    from batti.evaluate.shape import Shape, write

    path = tmp_path_factory.mktemp("gguf") / "tiny.gguf"
    write(path, Shape(**TINY))
    return path


@pytest.fixture(scope="module")
def llama(gguf: Path) -> Any:
    assert type(backends.load(gguf)).__name__ == "LlamaCppBackend"
    return importlib.import_module("batti.backends.llama_cpp").LlamaCppBackend.load(gguf, threads=1)


def test_an_answer_of_llama_cpp_is_held_to_the_grammar(llama: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat, "MAX_ANSWER", 60)
    llama.invalid = 0
    sentences = ["bhancha ko batti nibhau", "", "बत्ती बाल", "sutne kotha"]
    readings = llama.generate(HOME, sentences)
    assert len(readings) == 4
    assert all(HOME.check(one.command) == [] for one in readings)
    assert all(0 <= one.confidence <= 1 for one in readings)
    assert sum(one.confidence == 0 for one in readings) == llama.invalid
    said = llama.say(HOME, sentences[:1])[0].text
    place = "(kitchen|bedroom|all|here)"
    assert re.match(rf"intent: (none|unknown_room)\nrooms: \[\]|intent: [a-z_]+\nrooms: \[{place}", said)


def test_llama_cpp_answers_the_same_again(llama: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat, "MAX_ANSWER", 60)
    first, again = (llama.say(HOME, ["batti bala"])[0].text for _ in range(2))
    assert first == again


def test_an_answer_of_llama_cpp_comes_word_by_word(llama: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat, "MAX_ANSWER", 60)
    home = Home.default()
    [said] = llama.say(home, ["batti bala"])
    *pieces, whole = llama.stream(home, "batti bala")
    assert len(pieces) > 5 and "".join(pieces) == whole.text == said.text
    assert math.log(whole.chance) == pytest.approx(math.log(said.chance), rel=0.01)
    first = next(llama.stream(home, "batti bala"))  # who goes away leaves the model to others
    assert first and llama.say(home, ["batti bala"])[0].text == said.text
    large = Home.from_dict({"rooms": [{"name": f"a room that is far from the others {i}"} for i in range(400)]})
    with pytest.raises(BattiError, match=r"the home needs \d+ tokens"):
        list(llama.stream(large, "batti bala"))


def test_the_home_s_part_of_the_prompt_is_computed_once(llama: Any) -> None:
    document = Command.unknown_room().to_yaml()
    llama.timed(HOME, "batti bala", document)
    kept = llama.timed(HOME, "kitchen ko batti nibhau", document)
    anew = llama.timed(HOME, "kitchen ko batti bala", document, False)
    assert kept.cached > llama.tokens(chat.system(HOME))
    assert kept.prompt < 40
    assert anew.cached == 0
    assert anew.prompt > llama.tokens(chat.system(HOME))
    assert kept.sampled == anew.sampled == 1  # " unknown", the rest follows


def test_llama_cpp_is_asked_for_choices_only(llama: Any) -> None:
    document = Command.from_dict({"actions": [{"room": "kitchen", "action": "turn_off"}]}).to_yaml()
    timed = llama.timed(HOME, "kitchen ko batti nibhau", document)
    assert timed.sampled == 5  # the intent, the room, turn, off, and that this is all
    assert timed.answer == llama.tokens(document) + 1 - llama.tokens("intent:")


def test_a_letter_of_several_tokens_is_said_whole(llama: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("𑐮𑐸𑐟", "𑐣𑐾", "𑐎")  # Newa, of which the vocabulary has bytes only
    rooms = Grammar(f"root ::= {' | '.join(map(quoted, names))}")
    monkeypatch.setattr(importlib.import_module("batti.backends.llama_cpp"), "_grammar", lambda home: rooms)
    assert llama.tokens(names[2]) > 1
    assert llama.say(HOME, ["batti bala"])[0].text in names


def test_several_sentences_at_once_are_answered_as_one_by_one(gguf: Path, llama: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(chat, "MAX_ANSWER", 40)
    both = type(llama).load(gguf, threads=1, slots=2)
    sentences = ["bhancha ko batti nibhau", "sutne kotha", "batti bala", "kitchen"]
    assert [one.text for one in both.say(HOME, sentences)] == [one.text for one in llama.say(HOME, sentences)]


def test_a_home_too_large_for_the_context_is_one_line(llama: Any) -> None:
    home = home_of(*(f"room {i} of the very large house" for i in range(500)))
    with pytest.raises(BattiError, match=r"the home needs \d+ tokens, and the model is given 4096") as error:
        llama.generate(home, ["batti bala"])
    assert "\n" not in str(error.value)


def test_a_file_that_is_no_gguf_is_one_line(tmp_path: Path) -> None:
    needs("gguf")
    path = tmp_path / "broken.gguf"
    path.write_bytes(b"GGUF and nothing else")
    with pytest.raises(BattiError, match=r"broken\.gguf.* cannot be loaded by llama\.cpp"):
        backends.load(path)


def test_llama_cpp_is_reached_by_nobody_else_and_leaves_ctrl_c_alone(gguf: Path, tmp_path: Path) -> None:
    code = f"""
import os, signal, sys, time
from pathlib import Path
from batti import backends
before = set(Path(os.environ["TMPDIR"]).iterdir())
backend = backends.load({str(gguf)!r})
assert set(Path(os.environ["TMPDIR"]).iterdir()) == before
sockets = {{os.readlink(link) for link in Path("/proc/self/fd").iterdir() if link.is_symlink() and link.exists()}}
own = {{link[8:-1] for link in sockets if link.startswith("socket:")}}
for kind in ("tcp", "tcp6"):
    rows = Path(f"/proc/self/net/{{kind}}").read_text().splitlines()[1:]
    assert not [row for row in rows if row.split()[9] in own], kind
try:
    print("ready", flush=True)
    time.sleep(30)
except KeyboardInterrupt:
    print("interrupted", flush=True)
    os._exit(0)
"""
    if not Path("/proc/self/net/tcp").exists():
        pytest.skip("needs Linux's /proc")
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == "interrupted\n"


# -- an OpenAI-compatible API --------------------------------------------------------------------
def serving(say: Callable[[Body], str] = lambda body: OFF) -> AbstractContextManager[Yaml]:
    needs("data")
    return running(Yaml(say))


def test_an_api_is_asked_in_the_one_form() -> None:
    with serving() as server:
        readings = backends.load(f"{server.url}#some/model").generate(HOME, ["bhancha ko batti nibhau"])
    assert [one.command.to_yaml() for one in readings] == [OFF]
    [body] = server.seen
    assert body["model"] == "some/model"
    assert body["temperature"] == 0
    assert body["messages"] == chat.messages(HOME, "bhancha ko batti nibhau")


def test_an_answer_of_an_api_comes_word_by_word() -> None:
    with serving() as server:
        backend: Any = backends.load(f"{server.url}#m")
        *pieces, whole = backend.stream(HOME, "bhancha ko batti nibhau")
        assert len(pieces) > 5 and "".join(pieces) == whole.text == OFF
        server.always = "refused"
        with pytest.raises(BattiError, match="answers 400"):
            next(backend.stream(HOME, "batti"))
        server.always = "dropped"
        with pytest.raises(BattiError, match="no answer from"):
            list(backend.stream(HOME, "batti"))


def test_answers_of_an_api_stay_in_order_and_invalid_ones_count() -> None:
    rooms = ["kitchen", "bedroom", "garage"]
    with serving(lambda body: OFF.replace("kitchen", body["messages"][1]["content"])) as server:
        backend: Any = backends.load(f"{server.url}#m")
        readings = backend.generate(HOME, rooms * 7)
    assert [one.command.rooms for one in readings] == [("kitchen",), ("bedroom",), ()] * 7
    assert [one.confidence for one in readings] == [1.0, 1.0, 0.0] * 7
    assert backend.invalid == 7


@pytest.mark.parametrize("mishap", ["busy", "broken", "dropped"])
def test_what_may_pass_is_tried_again(mishap: str) -> None:
    with serving() as server:
        server.mishaps = [mishap]
        readings = backends.load(f"{server.url}/#m").generate(HOME, ["batti"])
    assert readings[0].command.to_yaml() == OFF
    assert len(server.seen) == 2


def test_an_answer_that_is_no_chat_completion_is_invalid() -> None:
    with serving() as server:
        server.mishaps = ["page"]
        backend: Any = backends.load(f"{server.url}#m")
        assert backend.generate(HOME, ["batti"])[0].command == Command.none()
    assert backend.invalid == 1


def test_a_refusal_is_one_line() -> None:
    with serving() as server:
        server.always = "refused"
        with pytest.raises(BattiError, match="answers 400: 'no such response_format'") as error:
            backends.load(f"{server.url}#m").generate(HOME, ["batti"] * 3)
    assert "\n" not in str(error.value)


def test_a_refused_key_is_not_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-wrong")
    with serving() as server:
        server.key = "sk-right"
        with pytest.raises(BattiError, match=r"refuses the key \(401\)") as error:
            backends.load(f"{server.url}#m").generate(HOME, ["batti"])
    assert "sk-wrong" not in str(error.value)


def test_a_server_that_is_not_there_is_one_line() -> None:
    needs("data")
    from batti.backends.openai import OpenAIBackend

    with serving() as server:
        url = server.url
    with pytest.raises(BattiError, match=r"no answer from http://127.*; check the address") as error:
        OpenAIBackend(url, "m", retries=0).generate(HOME, ["batti"])
    assert "\n" not in str(error.value)


# -- transformers --------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny Llama of random weights with a byte-level tokenizer."""
    needs("lm")
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    out = tmp_path_factory.mktemp("transformers")
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer = Tokenizer(models.BPE({token: i for i, token in enumerate(["<end>", *sorted(alphabet)])}, []))
    tokenizer.pre_tokenizer, tokenizer.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<end>")
    fast.chat_template = "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}"
    fast.save_pretrained(out)
    torch.manual_seed(1)
    config = LlamaConfig(
        vocab_size=257, hidden_size=16, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2,
        max_position_embeddings=8192, eos_token_id=0, bos_token_id=None,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(out)
    return out


def test_a_transformers_folder_answers(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat, "MAX_ANSWER", 12)
    backend: Any = backends.load(folder)
    assert type(backend).__name__ == "TransformersBackend"
    sentences = ["batti bala", "", "bhancha ko batti nibhau"]
    readings = backend.generate(HOME, sentences)
    assert [one.confidence for one in readings] == [0.0, 1.0, 0.0]  # random weights say no document
    assert backend.invalid == 2
    alone, together = backend.say(HOME, sentences[:1])[0], backend.say(HOME, sentences[::2])[0]
    assert alone.text == together.text  # what is beside a sentence in a batch changes nothing
    assert 0 < alone.chance < 1
    assert alone.chance == pytest.approx(together.chance, rel=0.05)


def test_a_transformers_folder_without_weights_is_one_line(folder: Path, tmp_path: Path) -> None:
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    with pytest.raises(BattiError, match="cannot be loaded") as error:
        backends.load(tmp_path)
    assert "\n" not in str(error.value)


def test_importing_batti_imports_no_runtime() -> None:
    runtimes = ("xllamacpp", "gguf", "openai", "transformers", "torch", "onnxruntime")
    code = f"import sys, json, batti, batti.cli; print(json.dumps([m for m in {runtimes} if m in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []
