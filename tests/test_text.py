import time
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from batti.text import ALPHABET, align, is_devanagari, normalize

DEVANAGARI = st.text(st.characters(min_codepoint=0x900, max_codepoint=0x97F), max_size=40)
NEARLY = st.text(" aAxX0~!?.½İßﬁ😀\u200b\u200d\u0301\u0300\n\t\r&…“'कि्ंँ़।०", max_size=40)
ANY = st.text() | st.text(st.characters(), max_size=60) | DEVANAGARI | NEARLY


@given(ANY)
@example("\ud800\udfff")
@example("İ" * 5)
@example("~ ~ ~")
@example("aaa aaaa     aaaa")
def test_any_text_becomes_characters_of_the_alphabet_with_single_spaces(text: str) -> None:
    said = normalize(text)
    assert set(said) <= set(ALPHABET)
    assert said == said.strip() and "  " not in said


@given(ANY)
@example("😀 😀😀 ~ 😀")
@example("क्\u200dष ज्ञ ङ्ग")
def test_normalizing_twice_is_normalizing_once(text: str) -> None:
    assert normalize(normalize(text)) == normalize(text)


@given(ANY)
def test_align_points_each_character_at_where_it_comes_from(text: str) -> None:
    said, origin = align(text)
    assert said == normalize(text)
    assert len(said) == len(origin)
    assert origin == sorted(origin)
    assert all(0 <= index < len(unicodedata.normalize("NFC", text)) for index in origin)


@given(st.text("abc xyz0129.,?!%:'-/", max_size=40))
def test_plain_text_is_only_squeezed(text: str) -> None:
    said = normalize(text)
    if all(c * 4 not in text for c in set(text)):
        assert said == " ".join(text.split())


@given(ANY)
def test_case_and_composition_do_not_matter(text: str) -> None:
    composed, decomposed = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    assert normalize(composed) == normalize(decomposed)


@given(st.text("abcdefghijklmnopqrstuvwxyz ABCDEFG", max_size=40))
def test_capitals_are_read_as_small_letters(text: str) -> None:
    assert normalize(text.upper()) == normalize(text.lower()) == normalize(text)


def test_align_leads_back_into_devanagari() -> None:
    text = "भान्छाको बत्ती"
    said, origin = align(text)
    assert said == "bhanchhako batti"
    assert text[origin[0] : origin[said.index("ko")]] == "भान्छा"
    assert origin[said.index("batti")] == text.index("ब")


ALIKE = [
    ("baithak", "बैठक"), ("kotha", "कोठा"), ("batti", "बत्ती"), ("sutne kotha", "सुत्ने कोठा"),
    ("kausi", "कौसी"), ("ghar", "घर"), ("gharko", "घरको"), ("halko", "हलकाे"), ("chhatkobatti", "छतकोबत्ती"),
    ("nibhau", "निभाउ"), ("hariyo", "हरियो"), ("nilo", "नीलो"), ("rato", "रातो"), ("bijuli", "बिजुली"),
    ("ujyalo", "उज्यालो"), ("puja kotha", "पूजा कोठा"), ("padhne", "पढ्ने"), ("pachas", "पचास"), ("dhimo", "धिमो"),
    ("balkoni", "बाल्कोनी"), ("gyan", "ज्ञान"), ("om", "ॐ"), ("chhat", "छत"), ("hajur", "हजुर"),
    ("ghanta", "घण्टा"), ("bhansa", "भान्सा"), ("pachhi", "पछि"), ("sabai", "सबै"),
    ("beluka", "बेलुका"), ("ghatau", "घटाउ"), ("badhau", "बढाउ"), ("lyamp", "ल्यांप"), ("sambandh", "संबंध"),
]  # fmt: skip
NEAR = [
    ("bhancha", "भान्छा", 2), ("bhanchha", "भान्छा", 1), ("bala", "बाल", 1), ("pahelo", "पहेँलो", 1),
    ("kaksha", "कक्षा", 1), ("aangan", "आँगन", 1), ("rishi", "ऋषि", 1), ("bathroom", "बाथरुम", 3),
    ("baranda", "बरन्डा", 1), ("kichen", "किचन", 1), ("bedroom", "बेडरुम", 3), ("laait", "लाइट", 1),
    ("shauchalaya", "शौचालय", 2), ("raakhnus", "राख्नुस्", 1), ("pratishat", "प्रतिशत", 1),
]  # fmt: skip


@pytest.mark.parametrize(("latin", "devanagari"), ALIKE)
def test_devanagari_is_read_as_people_type_it(latin: str, devanagari: str) -> None:
    assert normalize(devanagari) == latin


@pytest.mark.parametrize(("said", "read"), [
    ("अँ हल को बत्ती", "um hal ko batti"), ("बैठक, उँ… निभाऊ", "baithak, um. nibhau"), ("आँ", "um"),
    ("अन गर", "an gar"), ("अँगेनो", "angeno"),
])  # fmt: skip
def test_a_pause_is_read_as_one_and_not_as_on(said: str, read: str) -> None:
    assert normalize(said) == read
    assert len(align(said)[1]) == len(read)


@pytest.mark.parametrize(("latin", "devanagari", "edits"), NEAR)
def test_devanagari_comes_close_to_other_spellings(latin: str, devanagari: str, edits: int) -> None:
    assert Levenshtein.distance(normalize(devanagari), latin) <= edits


@pytest.mark.parametrize(
    "digits",
    ["0123456789", "०१२३४५६७८९", "٠١٢٣٤٥٦٧٨٩", "০১২৩৪৫৬৭৮৯", "０１２３４５６７８９", "๐๑๒๓๔๕๖๗๘๙", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗"],
)
def test_digits_of_every_script_are_the_same(digits: str) -> None:
    assert normalize(digits) == "0123456789"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ""),
        (" \n\t ", ""),
        ("a\n\tb", "a b"),
        ("५०%", "50%"),
        ("६ः३० दुःख", "6:30 dukh"),
        ("०.५", "0.5"),
        ("½", "1/2"),
        ("1½ ghanta", "1 1/2 ghanta"),
        ("den ↓ 20", "den down 20"),
        ("den ⬆️", "den up"),
        ("AC 22°", "ac 22 degree"),
        ("hall −10%", "hall -10%"),
        ("kotha 🔵", "kotha blue"),
        ("den 💡❓", "den light ?"),
        ("💡❌ den", "light off den"),
        ("🚫💡den", "off light den"),
        ("den 🔛", "den on"),
        ("É", "e"),
        ("e\u0301", "e"),
        ("ﬁ", "fi"),
        ("ＫＩＴＣＨＥＮ", "kitchen"),
        ("“hall”", "'hall'"),
        ("बाल।", "bal."),
        ("fish & chips", "fish and chips"),
        ("क़", "k"),
        ("yesssss", "yesss"),
        ("Z\u0337a\u0334l\u0335", "zal"),
    ],
)
def test_other_writing_is_read_as_plain_letters(text: str, said: str) -> None:
    assert normalize(text) == said


@pytest.mark.parametrize("text", ["𝐊𝐢𝐭𝐜𝐡𝐞𝐧", "𝓚itchen", "𝙆𝙄𝙏𝘾𝙃𝙀𝙉"])
def test_ornamental_capitals_are_letters_too(text: str) -> None:
    assert normalize(text) == "kitchen"


@pytest.mark.parametrize(
    ("text", "said"),
    [("😀", "~"), ("a😀b", "a~b"), ("a 😀 😀 b", "a ~ b"), ("👨\u200d👩\u200d👧", "~"), ("مطبخ", "~"), ("\ud800", "~")],
)
def test_a_run_of_anything_else_is_one_tilde(text: str, said: str) -> None:
    assert normalize(text) == said


@pytest.mark.parametrize(
    "char", ["\u200b", "\u200c", "\u200d", "\u200e", "\u202e", "\u2060", "\ufeff", "\u00ad", "\ufe0f"]
)
def test_invisible_characters_vanish(char: str) -> None:
    assert normalize(f"bhan{char}cha{char}") == "bhancha"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("राताे", "रातो"), ("काैसी", "कौसी"), ("अाँगन", "आँगन"), ("अाेढ्ने", "ओढ्ने"), ("अाैषधि", "औषधि"), ("एेना", "ऐना")],
)
def test_a_vowel_typed_in_several_signs_is_the_one_that_it_looks_like(typed: str, meant: str) -> None:
    assert typed != meant and normalize(typed) == normalize(meant)


@pytest.mark.parametrize("joined", ["भा\u200dन्छा", "भान्\u200dछा", "भान्\u200cछा", "\u200dभान्छा"])
def test_joiners_inside_devanagari_change_nothing(joined: str) -> None:
    assert normalize(joined) == normalize("भान्छा")


@pytest.mark.parametrize("text", ["x" * 10_000, "bhancha " * 1250, "भान्छा " * 1430, "😀" * 10_000, "\u0301" * 10_000])
def test_ten_thousand_characters_take_no_time(text: str) -> None:
    began = time.perf_counter()
    assert set(normalize(text)) <= set(ALPHABET)
    assert time.perf_counter() - began < 2


@pytest.mark.parametrize(
    ("text", "is_one"), [("भान्छा", True), ("kitchen भा", True), ("kitchen", False), ("", False), ("রান্না", False)]
)
def test_is_devanagari_sees_any_letter_of_it(text: str, is_one: bool) -> None:
    assert is_devanagari(text) is is_one


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("hall 5️⃣0️⃣%", "hall 50%"),
        ("hall 🔟 %", "hall 10 %"),
        ("hall 🟥", "hall red"),
        ("hall 💜💜 banau", "hall #purple #purple banau"),  # a colour or an ornament: the sentence tells
        ("bala na ❤️", "bala na #red"),
        ("hall ❌ kitchen ✅", "hall off kitchen #on"),
        ("nibhau 😴", "nibhau ~"),
    ],
)
def test_signs_of_chats_are_read(said: str, read: str) -> None:
    assert normalize(said) == read
