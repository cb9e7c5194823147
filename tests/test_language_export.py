"""Runs of language models as files for llama.cpp, Ollama and ONNX Runtime: they answer as the model does."""

import json
from pathlib import Path
from typing import Any

import pytest
from language import HOME, recipe

NEEDED = "needs torch, transformers, trl, peft, gguf and xllamacpp: pip install -e '.[lm,gguf]'"
torch = pytest.importorskip("torch", reason=NEEDED)
for module in ("transformers", "trl", "peft", "datasets", "gguf", "xllamacpp"):
    pytest.importorskip(module, reason=NEEDED)

import gguf  # noqa: E402
import numpy as np  # noqa: E402
import xllamacpp  # noqa: E402
from gguf import GGMLQuantizationType as Kind  # noqa: E402
from tokenizers import Tokenizer, decoders, models, normalizers, processors, trainers  # noqa: E402
from transformers import (  # noqa: E402
    Gemma3ForCausalLM,
    Gemma3TextConfig,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
    Qwen2Config,
    Qwen2ForCausalLM,
)

from batti import backends, chat  # noqa: E402
from batti.backends import llama_cpp  # noqa: E402
from batti.errors import BattiError  # noqa: E402
from batti.train import bases, gguf_export, gguf_file, gguf_types, language, rows, score  # noqa: E402

SIZES = {
    "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 4,
    "num_key_value_heads": 2, "max_position_embeddings": 512,
}  # fmt: skip




@pytest.fixture(scope="module")
def run(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished LoRA run on a model from scratch, which knows some answers and not others."""
    folder = tmp_path_factory.mktemp("runs")
    small = {"packing": "false", "patience": 0, "data__exact_sentences": 0, "weight_decay": 0, "loss_on": "answer"}
    language.train(recipe("scratch", data, epochs=60, learning_rate=0.003, **small), folder / "base")
    language.train(recipe("lora", data, base=folder / "base", learning_rate=0.001, epochs=1), folder / "lora")
    return folder / "lora"


def texts(data: Path) -> list[str]:
    return [text for row in rows.read([data], 0, False) for text in (row.sentence, row.answer)]


def byte_level(data: Path) -> Any:
    tokenizer = bases.tokenizer_of(texts(data), 400)
    tokenizer.chat_template = chat.PLAIN
    return tokenizer


def sentence_piece(data: Path) -> Any:
    """A vocabulary of Gemma's kind: pieces with bytes to fall back on, spaces as a letter."""
    made = Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>", fuse_unk=True))
    made.normalizer = normalizers.Replace(" ", "▁")
    made.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    specials = ["<pad>", "<eos>", "<bos>", "<unk>", *(f"<0x{byte:02X}>" for byte in range(256))]
    trainer = trainers.BpeTrainer(vocab_size=500, special_tokens=specials, show_progress=False)
    made.train_from_iterator(texts(data), trainer)
    described = json.loads(made.to_str())
    described["added_tokens"] = [one for one in described["added_tokens"] if not one["content"].startswith("<0x")]
    made = Tokenizer.from_str(json.dumps(described))
    made.post_processor = processors.TemplateProcessing("<bos> $A", special_tokens=[("<bos>", 2)])
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=made, bos_token="<bos>", eos_token="<eos>", pad_token="<pad>", unk_token="<unk>"
    )
    tokenizer.chat_template = chat.PLAIN
    return tokenizer


def model_of(name: str, tokenizer: Any) -> Any:
    torch.manual_seed(5)
    ends = {"bos_token_id": tokenizer.bos_token_id, "eos_token_id": tokenizer.eos_token_id}
    ends["vocab_size"] = len(tokenizer)
    if name == "gemma3":
        return Gemma3ForCausalLM(Gemma3TextConfig(
            **SIZES | {"num_hidden_layers": 6}, **ends, head_dim=32, query_pre_attn_scalar=32, sliding_window=16,
        ))  # fmt: skip
    if name == "qwen2":
        return Qwen2ForCausalLM(Qwen2Config(**SIZES, **ends, tie_word_embeddings=False))
    scaled = {"rope_type": "llama3", "rope_theta": 10000.0, "factor": 8.0, "low_freq_factor": 1.0,
              "high_freq_factor": 4.0, "original_max_position_embeddings": 64}  # fmt: skip
    rope = {"rope_parameters": scaled} if name == "llama3" else {}
    return LlamaForCausalLM(LlamaConfig(**SIZES, **ends, **rope, tie_word_embeddings=True))


def learned(model: Any, tokenizer: Any, data: Path) -> Any:
    """The model after a few steps, so that every weight matters and what it says is text."""
    columns = rows.encoded(tokenizer, rows.read([data], 0, False), 128, False)
    length = max(map(len, columns["input_ids"]))
    ids, mask = (torch.tensor([row + [0] * (length - len(row)) for row in columns[name]]) for name in columns)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    for _ in range(40):
        model(input_ids=ids, labels=ids.masked_fill(mask == 0, -100)).loss.backward()  # fmt: skip
        optimizer.step()
        optimizer.zero_grad()
    return model.eval()


def clear(model: Any, tokenizer: Any, row: Any) -> bool:
    """Whether no token of the answer is a tie, which rounding would decide."""
    prompt = tokenizer.apply_chat_template(row.asked, add_generation_prompt=True, return_tensors="pt", return_dict=True)
    out = model.generate(
        **prompt, max_new_tokens=24, do_sample=False, output_scores=True, return_dict_in_generate=True,
        pad_token_id=tokenizer.pad_token_id,
    )  # fmt: skip
    best = [scores[0].log_softmax(-1).topk(2).values for scores in out.scores]
    return all(float(two[0] - two[1]) > 0.005 for two in best)


@pytest.fixture
def full_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """llama.cpp keeps what was read in full precision too, and not in half."""
    usual = llama_cpp._params

    def full(*args: Any) -> Any:
        params = usual(*args)
        params.cache_type_k = params.cache_type_v = xllamacpp.ggml_type.GGML_TYPE_F32
        return params

    monkeypatch.setattr(llama_cpp, "_params", full)


@pytest.mark.parametrize("name", ["llama", "llama3", "qwen2", "gemma3"])
@pytest.mark.usefixtures("full_cache")
def test_gguf_and_transformers_say_the_same_at_full_precision(name: str, data: Path, tmp_path: Path) -> None:
    tokenizer = sentence_piece(data) if name == "gemma3" else byte_level(data)
    model = learned(model_of(name, tokenizer), tokenizer, data)
    path = tmp_path / "model.gguf"
    gguf_file.write(model, tokenizer, path, "f32")
    judged = [row for row in rows.read([data], 16, False) if clear(model, tokenizer, row)]
    assert len(judged) >= 5
    assert gguf_export.answers(path, judged, 24) == score.answers(model, tokenizer, judged, 24)


@pytest.mark.parametrize("name", ["llama", "llama3", "qwen2", "gemma3"])
@pytest.mark.usefixtures("full_cache")
def test_answers_are_those_of_every_token_sampled(
    name: str, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The vocabulary of Gemma's kind has whole lines as tokens here: there nothing can be written ahead."""
    tokenizer = sentence_piece(data) if name == "gemma3" else byte_level(data)
    model = learned(model_of(name, tokenizer), tokenizer, data)
    gguf_file.write(model, tokenizer, tmp_path / "model.gguf", "f32")
    backend = llama_cpp.LlamaCppBackend.load(tmp_path / "model.gguf", threads=1)
    asked = [row.asked for row in rows.read([data], 0, False)[::3]]
    for messages in asked:
        monkeypatch.setattr(chat, "messages", lambda home, sentence, messages=messages: list(messages))
        wanted = backend._at_once(HOME, "", 0, True)
        sampled = wanted.answer["usage"]["completion_tokens"]
        assert backend.say(HOME, [""])[0].text == wanted.text
        timed = backend.timed(HOME, "")
        assert timed.sampled == sampled if name == "gemma3" else timed.sampled < 0.3 * sampled
        assert timed.answer >= timed.sampled


def test_each_file_goes_through_the_gate(run: Path, data: Path, tmp_path: Path) -> None:
    found = gguf_export.export(run, tmp_path, ["f32", "q8_0", "q4_k_m"], 20, 1.0)
    whole, full, *_ = found
    assert [one["file"] for one in found] == ["transformers", "lora-f32.gguf", "lora-q8_0.gguf", "lora-q4_k_m.gguf"]
    assert full["same_answers"] == 1.0
    assert full["exact"] == whole["exact"] > 0.5
    sizes = [one["bytes"] for one in found[1:]]
    assert sizes == sorted(sizes, reverse=True)
    assert json.loads((tmp_path / "gate.json").read_text()) == found
    described = (tmp_path / "Modelfile.q8_0").read_text()
    assert "FROM ./lora-q8_0.gguf" in described
    assert "Sentence: {{ .Prompt }}\nAnswer:\n" in described
    assert not list(tmp_path.glob("*trial*"))
    reading = backends.load(tmp_path / "lora-f32.gguf").generate(HOME, ["kitchen ko batti bala"])[0]
    assert HOME.check(reading.command) == []


def test_a_file_that_loses_too_much_is_refused(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = gguf_file.packed

    def broken(values: Any, kind: Kind) -> Any:
        return packed(np.zeros_like(values), kind)

    monkeypatch.setattr(gguf_file, "packed", broken)
    with pytest.raises(BattiError, match=r"lora-q8_0\.gguf would lose \d+\.\d% of exact answers"):
        gguf_export.export(run, tmp_path, ["q8_0"], 10, 0.02)
    assert not list(tmp_path.glob("*.gguf"))
    assert (tmp_path / "gate.json").exists()


@pytest.mark.parametrize("quant, kinds", [
    ("q4_k_m", {"token_embd.weight": Kind.Q6_K, "blk.0.attn_v.weight": Kind.Q6_K, "blk.2.attn_v.weight": Kind.Q4_K,
                "blk.0.ffn_down.weight": Kind.Q6_K, "blk.3.attn_q.weight": Kind.Q4_K}),
    ("q8_0", {"token_embd.weight": Kind.Q8_0, "blk.0.attn_v.weight": Kind.Q8_0}),
])  # fmt: skip
def test_mixtures_give_more_bits_where_llama_cpp_does(quant: str, kinds: dict[str, Kind]) -> None:
    assert {name: gguf_types.kind_of(name, 256, 16, quant) for name in kinds} == kinds
    assert gguf_types.kind_of("blk.3.attn_q.weight", 64, 16, "q4_k_m") is Kind.Q5_0  # no block of 256 fits
    assert gguf_types.kind_of("blk.3.attn_q.weight", 40, 16, "q4_k_m") is Kind.F16


@pytest.mark.parametrize("quant", ["f16", "bf16", "q8_0", "q6_k", "q5_k_m", "q4_k_m"])
def test_packed_weights_come_back_close(quant: str) -> None:
    values = np.random.default_rng(1).normal(size=(8, 512)).astype(np.float32)
    kind = gguf_types.TYPES[quant][0]
    back = gguf.quants.dequantize(gguf_types.packed(values, kind), kind)
    bound = {"f16": 1e-3, "bf16": 1e-2, "q8_0": 0.02, "q6_k": 0.08, "q5_k_m": 0.15, "q4_k_m": 0.3}[quant]
    assert 0 < np.abs(back - values).max() < bound


def test_a_model_of_another_kind_is_one_line(data: Path, tmp_path: Path) -> None:
    from transformers import GPT2Config, GPT2LMHeadModel

    tokenizer = byte_level(data)
    model = GPT2LMHeadModel(GPT2Config(n_layer=1, n_head=2, n_embd=32, vocab_size=len(tokenizer)))
    with pytest.raises(BattiError, match="a model of type gpt2 cannot be written as GGUF; use one of: llama, qwen2"):
        gguf_file.write(model, tokenizer, tmp_path / "m.gguf", "f32")
    assert not list(tmp_path.iterdir())


def test_the_graph_of_a_small_model_answers_as_it_does(run: Path, data: Path, tmp_path: Path) -> None:
    pytest.importorskip("onnx", reason="needs onnx: pip install '.[train]'")
    from batti.train import merge, onnx_export

    onnx_export.export(run, tmp_path / "onnx")
    model, tokenizer, _ = merge.load(run)
    for row in rows.read([data], 3, False):
        said = onnx_export.answer(tmp_path / "onnx" / "model.onnx", tokenizer, row.asked, 48)
        assert [said] == score.answers(model, tokenizer, [row], 48)
