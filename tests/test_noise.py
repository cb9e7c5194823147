"""Spelling noise: seeded, harmless to digits and to the start of a word, never failing."""

import re
import unicodedata
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batti import lexicon
from batti.dataset import noise
from batti.text import is_devanagari

NAMED = [(name, function) for table in (noise.ROMAN, noise.DEVANAGARI) for name, function in table.items()]
named = pytest.mark.parametrize(("name", "function"), NAMED, ids=[name for name, _ in NAMED])
STYLES = sorted(noise.STYLES)
SENTENCES = [
    "bhancha ko batti nibhau", "turn on the kitchen light please", "baithak ani sutne kotha nilo ma 40% rakha",
    "203 ko batti 18:30 ma nabala", "भान्छाको बत्ती ५० प्रतिशतमा राख", "क्षेत्रको विद्यालयमा बत्तीहरू नबाल्नुहोस्",
]  # fmt: skip
SEEDS = st.integers(0, 10_000)
ROMAN_WORDS = st.text("abcdeghiklmnoprstuvxyz", min_size=1, max_size=14)
DEVANAGARI_WORDS = st.lists(
    st.sampled_from(["क", "भा", "न्", "छा", "बि", "त्ती", "र", "ने", "पाँ", "में", "ङ्गो", "शू", "न्य", "घ"]),
    min_size=1,
    max_size=6,
).map("".join)
WORDS = ROMAN_WORDS | DEVANAGARI_WORDS
SPACED = st.lists(WORDS | st.from_regex(r"[0-9०-९]{1,3}", fullmatch=True) | st.sampled_from(["na", "no", "not", "ra"]),
                  max_size=8).map(" ".join)  # fmt: skip


def digits_of(text: str) -> str:
    return "".join(c for c in text if c.isdigit())


@named
def test_the_same_seed_gives_the_same_word(name: str, function: Callable[[str, Random], str]) -> None:
    for word in " ".join(SENTENCES).split():
        made = [[function(word, Random(seed)) for seed in range(20)] for _ in range(2)]
        assert made[0] == made[1]


@pytest.mark.parametrize("style", STYLES)
def test_the_same_seed_gives_the_same_sentence(style: str) -> None:
    for sentence in SENTENCES:
        assert noise.respell(sentence, style, Random(5)) == noise.respell(sentence, style, Random(5))
    assert noise.join_words(SENTENCES[0], Random(5)) == noise.join_words(SENTENCES[0], Random(5))
    assert noise.repeat_word(SENTENCES[0], Random(5)) == noise.repeat_word(SENTENCES[0], Random(5))


@named
def test_every_noise_does_something(name: str, function: Callable[[str, Random], str]) -> None:
    words = [w for w in " ".join(SENTENCES).split() if w.isalpha() or is_devanagari(w)]
    assert any(function(word, Random(seed)) != word for word in words for seed in range(30))


@given(SPACED, SEEDS, st.sampled_from(STYLES))
def test_numbers_stay_as_they_are(text: str, seed: int, style: str) -> None:
    said = re.findall(r"(?<!\S)\d+(?!\S)", text)
    left = iter(re.findall(r"(?<!\S)\d+(?!\S)", noise.respell(text, style, Random(seed))))
    # "chha" may be written "6" in chat; the numbers that were there stand in their order.
    assert all(number in left for number in said)


@given(st.text("0123456789०१२३४५६७८९ .:%/-", max_size=20), SEEDS, st.sampled_from(STYLES))
def test_text_without_letters_stays_as_it_is(text: str, seed: int, style: str) -> None:
    assert noise.respell(text, style, Random(seed)) == text
    assert noise.join_words(text, Random(seed)) == text
    assert noise.repeat_word(text, Random(seed)) == text


@given(st.text(st.characters(whitelist_categories=["L", "Nd"]), min_size=1, max_size=12), SEEDS)
def test_no_slip_inside_a_mixed_word_changes_its_digits(word: str, seed: int) -> None:
    assert digits_of(noise.respell(word, "hasty", Random(seed))).replace("6", "") == digits_of(word).replace("6", "")


@given(ROMAN_WORDS | st.text(st.characters(whitelist_categories=["L"]), min_size=1), SEEDS)
def test_a_typo_keeps_the_first_two_letters(word: str, seed: int) -> None:
    slipped = noise.typo(word, Random(seed))
    assert slipped[:2] == word[:2]
    assert abs(len(slipped) - len(word)) <= 1


@given(st.text("abcdeghiklmnoprstuvxyz", min_size=1, max_size=3), SEEDS)
def test_a_typo_keeps_short_words(word: str, seed: int) -> None:
    assert noise.typo(word, Random(seed)) == word


@pytest.mark.parametrize("word", ["on", "off", "ko", "ma", "na", "not", "all", "red"])
def test_words_that_carry_much_are_not_mistyped(word: str) -> None:
    assert {noise.typo(word, Random(seed)) for seed in range(200)} == {word}


def refusals(devanagari: bool) -> list[str]:
    swaps = lexicon.load().swaps
    words = {word for index in swaps.prohibitive.values() for word in swaps.classes[index]}
    begins = "न" if devanagari else "na"
    return sorted(word for word in words if word.startswith(begins) and is_devanagari(word) == devanagari)


@pytest.mark.parametrize("style", STYLES)
def test_a_refusal_stays_one(style: str) -> None:
    """`nabala` begins with an n, whatever is done to it: without it, it is the opposite."""
    for word in [*refusals(devanagari=False), "nabala", "nagara", "nanibhau", "nabalnu"]:
        for seed in range(40):
            first = noise.respell(word, style, Random(seed)).lower().split()[0]
            assert lexicon.load().pronounced.get(first, first).startswith("n"), (word, seed)  # `knee ball a`
    for word in [*refusals(devanagari=True), "नबाल", "नगर", "ननिभाउ"]:
        for seed in range(40):
            assert noise.respell(word, style, Random(seed))[0] in "नण", (word, seed)


@pytest.mark.parametrize("word", ["nabala", "nagara", "nanibhau", "nabalnuhos", "nabal"])
def test_a_typo_keeps_the_na_of_a_refusal(word: str) -> None:
    assert all(noise.typo(word, Random(seed)).startswith("na") for seed in range(300))


# -- joining, repeating and splitting ------------------------------------------------------------
@given(SPACED, SEEDS)
def test_join_words_leaves_out_one_space_at_most(text: str, seed: int) -> None:
    joined = noise.join_words(text, Random(seed))
    assert joined.replace(" ", "") == text.replace(" ", "")
    assert text.count(" ") - joined.count(" ") in (0, 1)
    if joined != text:
        at = next(i for i, (a, b) in enumerate(zip(text, joined + " ", strict=False)) if a != b)
        # Equal letters on both sides of the space would hide its place by one.
        assert not text[at - 1].isdigit() and not text[at + 1].isdigit()
        assert text[:at].split(" ")[-1] not in ("na", "no", "not", "ra")


def test_join_words_joins() -> None:
    made = {noise.join_words("bhancha kotha batti", Random(seed)) for seed in range(40)}
    assert made == {"bhanchakotha batti", "bhancha kothabatti"}


@pytest.mark.parametrize("text", ["na bala", "room 3", "3 kotha", "no light", "NOT now", "batti", "", "do not light"])
def test_join_words_keeps_apart_what_must_be(text: str) -> None:
    apart = re.sub(r"^do not", "donot", text)
    assert {noise.join_words(text, Random(seed)) for seed in range(40)} <= {text, apart}


@given(SPACED, SEEDS)
def test_repeat_word_says_one_word_twice(text: str, seed: int) -> None:
    repeated = noise.repeat_word(text, Random(seed))
    if repeated == text:
        return
    words, before = repeated.split(" "), text.split(" ")
    again = [i for i in range(1, len(words)) if words[i] == words[i - 1] and words[:i] + words[i + 1 :] == before]
    assert again
    assert not words[again[0]][0].isdigit()


def test_repeat_word_repeats() -> None:
    made = {noise.repeat_word("kitchen ko light bala", Random(seed)) for seed in range(40)}
    assert made == {"kitchen kitchen ko light bala", "kitchen ko light light bala"}


@pytest.mark.parametrize("text", ["बैठकको बत्ती", "पानीघरकोठा मा"])
def test_repeat_word_repeats_whole_devanagari_words(text: str) -> None:
    first, last = text.split(" ")
    assert {noise.repeat_word(text, Random(seed)) for seed in range(40)} <= {text, f"{first} {first} {last}"}


@given(SPACED, SEEDS, st.sampled_from(["", "um", "के रे"]))
def test_say_again_adds_nothing_but_what_was_said(text: str, seed: int, hesitation: str) -> None:
    again = noise.say_again(text, Random(seed), hesitation)
    if again == text:
        return
    middle = f" {hesitation} " if hesitation else " "
    added = len(again) - len(text)
    said = added - len(middle)
    undone = {again[:at] + again[at + added :] for at in range(len(again)) if again[at:].startswith(middle)}
    assert text in undone
    assert said > 0


def test_say_again_says_two_or_three_words() -> None:
    made = {noise.say_again("hall ko 2 batti bala na", Random(seed), "um") for seed in range(40)}
    assert made == {
        "hall ko um hall ko 2 batti bala na",
        "hall ko 2 batti bala um batti bala na",
        "hall ko 2 batti bala na um bala na",
        "hall ko 2 batti bala na um batti bala na",
    }


@given(WORDS, SEEDS)
def test_split_word_makes_two_sayable_parts_at_most(word: str, seed: int) -> None:
    parts = noise.split_word(word, Random(seed)).split(" ")
    assert "".join(parts) == word
    assert len(parts) <= 2
    if len(parts) == 2:
        assert min(map(len, parts)) >= 2
        assert not unicodedata.category(parts[1][0]).startswith("M")


def test_split_word_keeps_short_words() -> None:
    for word in ("batti", "ko", "na", "light", "बत्ती"):
        assert {noise.split_word(word, Random(seed)) for seed in range(50)} == {word}


# -- whole sentences -----------------------------------------------------------------------------
@given(st.text(), SEEDS)
def test_clean_is_the_identity(text: str, seed: int) -> None:
    assert noise.respell(text, "clean", Random(seed)) == text


@given(st.text() | SPACED, SEEDS, st.sampled_from(STYLES), st.floats(0, 3))
def test_no_text_raises(text: str, seed: int, style: str, strength: float) -> None:
    assert isinstance(noise.respell(text, style, Random(seed), strength), str)
    assert isinstance(noise.join_words(text, Random(seed)), str)
    assert isinstance(noise.repeat_word(text, Random(seed)), str)


@given(st.text(min_size=1), SEEDS)
def test_no_word_raises(word: str, seed: int) -> None:
    for _, function in NAMED:
        assert isinstance(function(word, Random(seed)), str)


@given(st.text(), SEEDS, st.sampled_from(STYLES))
def test_without_strength_nothing_changes(text: str, seed: int, style: str) -> None:
    assert noise.respell(text, style, Random(seed), 0.0) == text


@pytest.mark.parametrize("style", [style for style in STYLES if style != "clean"])
def test_every_other_style_changes_sentences_and_leaves_them_readable(style: str) -> None:
    changed = [noise.respell(sentence, style, Random(seed)) for sentence in SENTENCES for seed in range(40)]
    same = sum(text in SENTENCES for text in changed)
    assert same < len(changed) * 0.9
    for sentence in SENTENCES:
        for seed in range(40):
            said = noise.respell(sentence, style, Random(seed))
            assert 0.5 < len(said) / len(sentence) < 1.6


@pytest.mark.parametrize("name", noise.NAMES)
def test_every_named_noise_strikes_as_often_as_asked(name: str) -> None:
    sentences = [*SENTENCES, "turn the kitchen lights off, please. now!", "बैठकको लाइट अफ गर्नुस् है।"]
    struck = [noise.apply(name, s, Random(seed), 1.0) != s for s in sentences for seed in range(20)]
    assert sum(struck) > 0.1 * len(struck)
    assert all(noise.apply(name, s, Random(seed), 0.0) == s for s in sentences for seed in range(5))
    assert [noise.apply(name, s, Random(3), 0.5) for s in sentences] == [
        noise.apply(name, s, Random(3), 0.5) for s in sentences
    ]


@pytest.mark.parametrize("name", sorted(noise.WORDS))
def test_no_noise_makes_a_word_of_another_meaning(name: str) -> None:
    meanings = lexicon.load().meanings
    for word in meanings:
        if name not in (noise.DEVANAGARI if is_devanagari(word) else noise.ROMAN):
            continue
        for seed in range(6):
            said = noise.strike(name, word, Random(seed)).lower()
            if said in meanings:
                assert meanings[said] & meanings[word], f"{word} became {said}"


@pytest.mark.parametrize(
    ("word", "said", "same"),
    [
        ("bala", "baala", True), ("bala", "nabala", False), ("nabala", "bala", False), ("nilo", "neelo", True),
        ("badhau", "ghatau", False), ("balnus", "balnu", True), ("dui", "tin", False), ("xyz", "xzy", True),
        ("nabalnus", "na balnus", False), ("निभाऊ", "निभाउ", True), ("बाल", "नबाल", False),
    ],
)  # fmt: skip
def test_keeps_meaning(word: str, said: str, same: bool) -> None:
    assert noise.keeps_meaning(word, said) == same


def test_a_false_start_comes_first_and_the_sentence_stays_whole() -> None:
    made = {noise.false_start("bhancha ko batti nibhau", Random(seed)) for seed in range(20)}
    assert "bhancha ko bhancha ko batti nibhau" in made
    assert any(one.startswith("bha bhancha") for one in made)
    assert all(one.endswith("bhancha ko batti nibhau") for one in made)
    assert noise.false_start("40% ma rakha", Random(1)) == "40% ma rakha"


def test_mixed_scripts_put_one_word_into_the_other_script() -> None:
    meanings = lexicon.load().meanings
    changed = 0
    for seed in range(30):
        said = noise.mix_scripts(SENTENCES[0], Random(seed)).split()
        foreign = [(a, b) for a, b in zip(SENTENCES[0].split(), said, strict=False) if a != b]
        if len(said) == 4 and foreign:
            before, after = foreign[0]
            assert is_devanagari(after) and meanings[after] & meanings[before]
            changed += 1
    assert changed > 10


def test_punctuation_inside_numbers_and_times_stays() -> None:
    said = noise.strip_punctuation("haha, 0.5 ma rakha. 6:30 baje! kina?", Random(1))
    assert said == "haha 0.5 ma rakha 6:30 baje kina"


@given(SPACED, SEEDS, st.sampled_from(noise.NAMES), st.floats(0, 1))
def test_no_named_noise_changes_a_number(text: str, seed: int, name: str, strength: float) -> None:
    said = noise.apply(name, text, Random(seed), strength)
    if name not in ("repeat", "false start", "mixed scripts"):
        assert digits_of(said) == digits_of(text) or name == "chat"
