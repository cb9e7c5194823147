"""GGUF files of a Llama's shape with random weights, and their vocabulary."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

for library in ("gguf", "xllamacpp"):
    pytest.importorskip(library, reason=f"needs {library}: pip install '.[gguf]'")

import gguf  # noqa: E402

from batti.backends.llama_cpp import LlamaCppBackend  # noqa: E402
from batti.evaluate import bpe, shape  # noqa: E402

TINY = shape.Shape(layers=2, width=256, feed_forward=512, heads=4, kv_heads=2, vocabulary=4096, context=4096)
# https://huggingface.co's usual file of Llama 3.2 1B in Q4_K_M: 17 tensors of Q6_K, 96 of Q4_K, 34 of F32.
KINDS = {"Q6_K": 17, "Q4_K": 96, "F32": 34}
WEIGHTS = 1_235_814_400


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("shape") / "tiny.gguf"
    shape.write(path, TINY)
    return path


def test_it_has_the_tensors_of_llama_3_2_1b_in_q4_k_m() -> None:
    tensors = list(shape._tensors(shape.Shape()))
    assert {kind: sum(one.kind.name == kind for one in tensors) for kind in KINDS} == KINDS
    frequencies = shape.Shape().head // 2
    assert sum(max(1, one.rows) * one.columns for one in tensors) == WEIGHTS + frequencies
    finer = [one.name for one in tensors if one.kind.name == "Q6_K" and "ffn_down" in one.name]
    assert finer == [f"blk.{layer}.ffn_down.weight" for layer in (0, 1, 4, 7, 10, 13, 14, 15)]
    assert sum(one.bytes for one in tensors) == pytest.approx(807_694_464, rel=0.02)  # the rest is the vocabulary


def test_the_file_says_what_it_is(tiny: Path) -> None:
    reader = gguf.GGUFReader(tiny)
    said = {key: field.contents() for key, field in reader.fields.items()}
    assert said["general.architecture"] == "llama"
    assert "random" in said["general.name"]
    assert said["llama.block_count"] == TINY.layers
    assert said["llama.embedding_length"] == TINY.width
    assert len(set(said["tokenizer.ggml.tokens"])) == TINY.vocabulary
    assert {one.name: tuple(map(int, one.shape)) for one in reader.tensors}["token_embd.weight"] == (256, 4096)


def test_the_same_seed_makes_the_same_file(tiny: Path, tmp_path: Path) -> None:
    shape.write(tmp_path / "again.gguf", TINY)
    shape.write(tmp_path / "other.gguf", TINY, seed=2)
    assert (tmp_path / "again.gguf").read_bytes() == tiny.read_bytes()
    assert (tmp_path / "other.gguf").read_bytes() != tiny.read_bytes()


def test_a_file_that_is_not_finished_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(shape, "_data", fail)
    with pytest.raises(OSError):
        shape.write(tmp_path / "tiny.gguf", TINY)
    assert list(tmp_path.iterdir()) == []


def test_it_is_made_once_in_the_user_s_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(shape, "Shape", lambda: TINY)
    path = shape.llama()
    assert path.parent == tmp_path / "batti"
    before = path.stat().st_mtime_ns
    assert shape.llama() == path
    assert path.stat().st_mtime_ns == before


def test_text_has_about_as_many_tokens_as_a_llama_s(tiny: Path) -> None:
    backend = LlamaCppBackend.load(tiny, threads=1)
    assert backend.tokens(" turn off the kitchen light") == 5  # an English word is a token
    assert backend.tokens("intent: single_room_control\nrooms: [kitchen]\n") <= 14
    nepali = "bhitrako kothako batti nibhaidinus na"
    assert 10 <= backend.tokens(nepali) <= 20  # Romanized Nepali is not
    assert backend.tokens("बत्ती") <= 6


@given(st.text(max_size=40))
def test_merges_keep_every_byte(text: str) -> None:
    for a, b in bpe.merges([text]):
        assert a and b
    assert len(set(bpe.LETTERS)) == 256


def test_merges_make_a_token_of_every_word_the_most_frequent_pair_first() -> None:
    merged = bpe.merges(["light light lift"])
    assert merged[0] in (("l", "i"), ("Ġ", "l"))
    assert {"Ġlight", "Ġlift"} <= {a + b for a, b in merged}


def test_a_vocabulary_has_no_token_twice() -> None:
    tokens = bpe.vocabulary([("a", "b"), ("ab", "c")], 300)
    assert len(tokens) == len(set(tokens)) == 300
    assert tokens[256:258] == ["ab", "abc"]
