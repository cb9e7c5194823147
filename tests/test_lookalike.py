"""Characters that look like others: found in a word of ours, left alone where they are at home."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batti.dataset.lookalike import oddities

ODD = {
    "bhancha kо batti": ("U+043E CYRILLIC SMALL LETTER O in 'kо'", "write it in Latin or Devanagari letters"),
    "сор": ("U+0441 CYRILLIC SMALL LETTER ES in 'сор'", "write it in Latin or Devanagari letters"),
    "bαtti": ("U+03B1 GREEK SMALL LETTER ALPHA in 'bαtti'", "write it in Latin or Devanagari letters"),
    "ｆｕｌｌ": ("U+FF46 FULLWIDTH LATIN SMALL LETTER F in 'ｆｕｌｌ'", "write 'full'"),
    "𝐨n": ("U+1D428 MATHEMATICAL BOLD SMALL O in '𝐨n'", "write 'on'"),
    "dım": ("U+0131 LATIN SMALL LETTER DOTLESS I in 'dım'", "write it in Latin or Devanagari letters"),
    "4000 \u212a": ("'\u212a' is not in Unicode's normal form (NFC)", "write 'K'"),  # the sign for kelvin
    "٤٠%": ("U+0664 ARABIC-INDIC DIGIT FOUR in '٤٠'", "write it in Latin or Devanagari letters"),
    "batti안": ("U+C548 HANGUL SYLLABLE AN in 'batti안'", "write it in Latin or Devanagari letters"),
    "বत्ती": ("U+09AC BENGALI LETTER BA in 'বत्ती'", "write it in Latin or Devanagari letters"),
    "बत्तीa": ("Latin and Devanagari letters in one word, 'बत्तीa'", "write it in one script, or with a space"),
    "TVको आवाज": ("Latin and Devanagari letters in one word, 'TVको'", "write it in one script, or with a space"),
    "gharaा": ("a vowel sign without its letter in 'gharaा'", "write the letter before it, or a full vowel"),
    "bat\u200bti": ("the invisible character U+200B ZERO WIDTH SPACE", "take it out"),
    "\u202ebatti": ("the invisible character U+202E RIGHT-TO-LEFT OVERRIDE", "take it out"),
    "\ufeffbatti": ("the invisible character U+FEFF ZERO WIDTH NO-BREAK SPACE", "take it out"),
    "bat\u00adti": ("the invisible character U+00AD SOFT HYPHEN", "take it out"),
    "batti\u00a0bala": ("the invisible character U+00A0 NO-BREAK SPACE", "write a space"),
    "batti\tbala": ("the invisible character U+0009 control character", "write a space"),
    "batti \ue000bala": ("the invisible character U+E000 control character", "take it out"),
    "b\u200datti": ("the invisible character U+200D ZERO WIDTH JOINER", "take it out"),
    "बत्\u200cab": ("the invisible character U+200C ZERO WIDTH NON-JOINER", "take it out"),
    "घर\u200dमा": ("the invisible character U+200D ZERO WIDTH JOINER", "take it out"),
    "ok\ufe0f": ("the invisible character U+FE0F VARIATION SELECTOR-16", "take it out"),
    "ाबत्ती बाल": ("a vowel sign without its letter in 'ाबत्ती बा'", "write the letter before it, or a full vowel"),
    "{A:भान्छा}ाको": ("a vowel sign without its letter in ':भान्छा}ाको'", "write the letter before it, or a full vowel"),
    "१०ौं": ("a vowel sign without its letter in '१०ौं'", "write the letter before it, or a full vowel"),
    "cafe\u0301": ("'cafe\u0301' is not in Unicode's normal form (NFC)", "write 'café'"),
    "\u0958ैद": ("'\u0958ैद' is not in Unicode's normal form (NFC)", "write 'क़ैद'"),
    "batti  bala": ("two spaces in a row", "write one"),
    "don’t": ("the typographic quotation mark ’", "write '"),
    "he said “on”": ("the typographic quotation mark “", 'write "'),
}  # fmt: skip
ORDINARY = [
    "bhancha ko batti bala", "भान्छाको बत्ती बाल, है?", "गर्\u200dया", "भगवान्\u200cले भलो गरून्", "40% 10:30 ½ x²",
    "४०००K", "२०४ को बत्ती", "don't", 'say "on"', "naïve café ça va señor", "안녕하세요", "你好 batti", "مرحبا",
    "👍🏽 ok", "👨\u200d👩\u200d👧 aaye", "❤\ufe0f", "1\ufe0f\u20e3", "क़ैद", "साढ़े", "ok…", "कः ॐ ऽ",
    "{A:भान्छा}को {pct=40:४०%} => A pct",
]  # fmt: skip


@pytest.mark.parametrize("text", ODD)
def test_what_is_not_what_it_looks_like_is_found(text: str) -> None:
    problem, hint = ODD[text]
    assert any(one[0].startswith(problem) and one[1] == hint for one in oddities(text)), [*oddities(text)]


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_writing_is_left_alone(text: str) -> None:
    assert [*oddities(text)] == []


def test_a_piece_of_a_word_may_begin_with_a_sign() -> None:
    assert [*oddities("ि", whole_words=False)] == []
    assert [*oddities("ि")]


def test_one_fault_for_a_word_however_many_letters() -> None:
    assert len([*oddities("привет привет")]) == 1
    assert len([*oddities("привет мир")]) == 2


@given(st.text(alphabet=st.characters(categories=["L", "M", "N", "Z", "C", "P", "S"]), max_size=20))
def test_any_text_has_an_answer_in_one_line(text: str) -> None:
    for problem, hint in oddities(text):
        assert problem and hint and "\n" not in problem + hint


@given(st.text(alphabet="abcxyz अकखमरायँंि्0१%,.?!'", max_size=20))
def test_hidden_characters_are_found_wherever_they_are(text: str) -> None:
    for i in range(len(text) + 1):
        hidden = f"{text[:i]}\u202e{text[i:]}"
        assert any("U+202E" in problem for problem, _ in oddities(hidden))
        assert unicodedata.category("\u202e") == "Cf"
