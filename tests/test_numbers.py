"""Numbers, percentages, durations and times: what is said reads back as its value.

The readers here know digits and English words and nothing of how the generator says them.
"""

import re
import unicodedata
from random import Random

import pytest

from batti import lexicon
from batti.command import Action
from batti.dataset import numbers, phrases
from batti.lexicon import Lexicon
from batti.values import duration_of, seconds_of

SEEDS = 400
UNITS = {"s": 1, "m": 60, "h": 3600}
_SMALL = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
]  # fmt: skip
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
ENGLISH = {word: n for n, word in enumerate(_SMALL)} | {word: 20 + 10 * i for i, word in enumerate(_TENS)}
ENGLISH |= {"hundred": 100, "fourty": 40, "ninty": 90}


@pytest.fixture(scope="module")
def lex() -> Lexicon:
    return lexicon.load()


def ascii_digits(text: str) -> str:
    return "".join(str(unicodedata.decimal(c, c)) for c in text)


def with_colons(text: str) -> str:
    """Times in three or four figures as others are written: 0545h is 05:45."""
    return re.sub(r"\b(\d?\d)(\d\d)(?: ?(?:h|hrs|hours))?\b", r"\1:\2", ascii_digits(text))


def read_numbers(text: str) -> list[float]:
    """Every number in digits or English words, in order: `twenty one thirty` is 21 and 30."""
    text = re.sub(r"\b(?:one|a) hundred\b", "hundred", ascii_digits(text).lower())
    found: list[float] = []
    open_tens = False
    for token in re.findall(r"\d+(?:\.\d+)?|[a-z]+", text):
        if token[0].isdigit():
            found.append(float(token))
            open_tens = False
        elif token in ENGLISH:
            n = ENGLISH[token]
            if open_tens and 0 < n < 10:
                found[-1] += n
                open_tens = False
            else:
                found.append(n)
                open_tens = n >= 20 and n % 10 == 0
        else:
            open_tens = False
    return found


def literal_words(text: str) -> list[str]:
    """The words that are no part of a number."""
    return [w for w in re.split(r"[\s-]+", text.lower()) if w.isalpha() and w not in ENGLISH and w != "a"]


def test_the_reader_reads() -> None:
    assert read_numbers("twenty one thirty") == [21, 30]
    assert read_numbers("forty-five percent") == [45]
    assert read_numbers("०.४ ma") == [0.4]
    assert read_numbers("one hundred and 7") == [100, 7]


# -- digits and words ----------------------------------------------------------------------------
@pytest.mark.parametrize("script", ["roman", "deva"])
def test_digits_read_back(script: str) -> None:
    for n in (*range(101), 2700, 6500):
        said = {numbers.digits(n, script, Random(seed)) for seed in range(20)}
        assert {int(ascii_digits(one)) for one in said} == {n}
        assert len(said) == (2 if script == "deva" else 1)


def test_english_words_read_back(lex: Lexicon) -> None:
    for n in range(101):
        for seed in range(10):
            assert read_numbers(numbers.word(n, "roman", True, lex, Random(seed))) == [n]


def test_words_are_of_the_script_asked_for(lex: Lexicon) -> None:
    for n in range(101):
        for seed in range(5):
            assert numbers.word(n, "deva", False, lex, Random(seed)) in lex.numbers[n].deva
            assert numbers.word(n, "roman", False, lex, Random(seed)) in lex.numbers[n].ne


# -- renumber ------------------------------------------------------------------------------------
DRESSES = [
    ("40%", 40), ("40 percent", 40), ("forty percent", 40), ("40 pratishat", 40), ("brightness 40", 40), ("५%", 5),
    ("Forty Percent", 40), ("twenty five percent", 25), ("100%", 100), ("at 7", 7),
]  # fmt: skip


@pytest.mark.parametrize(("surface", "old"), DRESSES)
def test_renumber_reads_back(lex: Lexicon, surface: str, old: int) -> None:
    for seed in range(SEEDS):
        rng = Random(seed)
        new = rng.randint(0, 100)
        said = numbers.renumber(surface, old, new, "roman", True, lex, rng)
        assert read_numbers(said) == [new], said
        assert literal_words(said) == literal_words(surface)


@pytest.mark.parametrize("surface", ["0.4", "brightness 0.40", "०.४"])
def test_renumber_keeps_a_fraction_one(lex: Lexicon, surface: str) -> None:
    for seed in range(SEEDS):
        rng = Random(seed)
        new = rng.randint(0, 100)
        said = numbers.renumber(surface, 40, new, "roman", True, lex, rng)
        assert [round(100 * n) for n in read_numbers(said)] == [new], said


@pytest.mark.parametrize("surface", ["50%", "fifty percent", "percent", "", "0.5", "brightness"])
def test_renumber_gives_nothing_where_the_number_is_not(lex: Lexicon, surface: str) -> None:
    assert numbers.renumber(surface, 40, 70, "roman", True, lex, Random(1)) == ""


def test_a_percent_sign_follows_digits(lex: Lexicon) -> None:
    for seed in range(SEEDS):
        assert re.fullmatch(r"\d+%", numbers.renumber("40%", 40, 73, "roman", True, lex, Random(seed)))


def test_renumber_exchanges_whole_words_only(lex: Lexicon) -> None:
    """Over every number of the bank: no other word of its slot is touched."""
    torn = []
    for phrase in phrases.load():
        for slot in phrase.segments:
            kind = slot.slot.rstrip("2")
            if kind not in ("pct", "k", "dur"):
                continue
            value = seconds_of(slot.value) if kind == "dur" else int(slot.value)
            scales = [scale for scale in UNITS.values() if value % scale == 0] if kind == "dur" else [1]
            for scale in scales:
                # A number that has no words shows what was replaced.
                script = lexicon.script_of(slot.text)
                said = numbers.renumber(slot.text, value // scale, 987654, script, False, lex, Random(3))
                before, _, after = ascii_digits(said).partition("987654")
                replaced = slot.text[len(before) : len(slot.text) - len(after)]
                # A unit or case ending may be glued to digits, but never to half of a word.
                if said and (before[-1:].isalpha() or (after[:1].isalpha() and not replaced[-1:].isdigit())):
                    torn.append(f"{phrase.voice}.txt:{phrase.line}: {slot.text} -> {said}")
    assert torn == []


# -- percentages and colour temperatures ---------------------------------------------------------
def test_random_percent_is_a_percentage() -> None:
    rng = Random(2)
    drawn = [numbers.random_percent(rng) for _ in range(5000)]
    assert set(drawn) == set(range(1, 101))
    assert sum(n % 10 == 0 for n in drawn) > 2500


@pytest.mark.parametrize(("surface", "old"), DRESSES)
def test_percent_reads_back(lex: Lexicon, surface: str, old: int) -> None:
    said = [numbers.percent(surface, old, "roman", True, lex, Random(seed)) for seed in range(SEEDS)]
    assert all(1 <= value <= 100 and read_numbers(text) == [value] for text, value in said)
    assert len({value for _, value in said}) > 50


def test_percent_in_devanagari_reads_back(lex: Lexicon) -> None:
    known = {word: n for n, concept in lex.numbers.items() for word in concept.deva}
    for seed in range(SEEDS):
        text, value = numbers.percent("५०%", 50, "deva", False, lex, Random(seed))
        assert read_numbers(text) == [value]
        text, value = numbers.percent("पचास प्रतिशत", 50, "deva", False, lex, Random(seed))
        number = text.removesuffix(" प्रतिशत")
        assert known.get(number, ascii_digits(number)) in (value, str(value))


def test_percent_keeps_what_it_cannot_read(lex: Lexicon) -> None:
    assert numbers.percent("so and so", 40, "roman", True, lex, Random(1)) == ("so and so", 40)


def read_kelvin(text: str, words: dict[str, int]) -> int:
    """The kelvin of `2.7k`, `4,000 K`, `tin hajar panch saya kelvin`, `thirty five hundred kelvin`."""
    said = re.sub(r"(?<=\d),(?=\d)", "", ascii_digits(text).lower())
    digits = re.search(r"\d+(?:\.\d+)?", said)
    if digits:
        number = float(digits[0])
        return round(number * 1000 if number < 10 else number)
    names = "|".join(sorted(map(re.escape, words), key=len, reverse=True))
    kinds = {1000: "haja+r|hazar|हजार|thousand", 100: "sayae?|saye|sai|सय|सए|hundred"}
    found = {scale: re.search(rf"({names}) ?(?:{kind})", said) for scale, kind in kinds.items()}
    return sum(scale * words[match[1]] for scale, match in found.items() if match)


@pytest.mark.parametrize(
    ("surface", "script", "english"),
    [
        ("3000 kelvin", "roman", True), ("3000K", "roman", False), ("३००० केल्भिन", "deva", False),
        ("tin hajar kelvin", "roman", False), ("three thousand K", "roman", True),
    ],
)  # fmt: skip
def test_kelvin_reads_back(lex: Lexicon, surface: str, script: str, english: bool) -> None:
    words = {word: n for n, concept in lex.numbers.items() for word in concept.words}
    said = {numbers.kelvin(surface, 3000, script, english, lex, Random(seed)) for seed in range(SEEDS)}
    for text, value in said:
        assert 1900 <= value <= 6500
        assert read_kelvin(text, words) == value, text
    assert len({value for _, value in said}) > 30
    assert any(not re.search(r"\d", ascii_digits(text)) for text, _ in said)


def test_kelvin_in_words_is_kept_or_all_of_it_exchanged(lex: Lexicon) -> None:
    said = {numbers.kelvin("tin hajar kelvin", 3000, "roman", False, lex, Random(seed)) for seed in range(SEEDS)}
    assert ("tin hajar kelvin", 3000) in said


# -- durations -----------------------------------------------------------------------------------
def special(lex: Lexicon, language: str) -> dict[str, int]:
    rows = lex.times["special_durations"]
    return {said: seconds_of(row["value"]) for row in rows for said in row.get(language, ())}


OF_AN_HOUR = {  # in seconds
    r"\band three quarter\b": 2700, r"\band a quarter\b": 900, r"\band (a )?half\b": 1800,
    r"^(sadhe|saadhe|sade|साढ़?े|साडे) ": 1800, r"^(sawaa?|saba|सवा) ": 900, r"^(paune|pauney|poune|पौने) ": -900,
}  # fmt: skip
HEADS = {"h": 3600, "g": 3600, "घ": 3600, "m": 60, "म": 60, "s": 1, "स": 1}
"""What the words for hours, minutes and seconds begin with."""


def read_duration(text: str, words: dict[str, int]) -> float:
    """Seconds of `1 hour 20 minutes`, `sadhe 3 ghanta`, `two and a half hours`; `words` are the numbers in words."""
    said, seconds = ascii_digits(text).lower(), 0.0
    for part, value in OF_AN_HOUR.items():
        said, times = re.subn(part, " ", said)
        seconds += times * value
    names = "|".join(sorted(map(re.escape, words), key=len, reverse=True))
    pairs = re.findall(rf"(?:(\d+(?:\.\d+)?)|({names}))\s*([{''.join(HEADS)}])", said)
    assert pairs, text
    return seconds + sum((float(digits) if digits else words[word]) * HEADS[unit] for digits, word, unit in pairs)


def said_for(surface: str, old: int, script: str, english: bool, lex: Lexicon) -> set[tuple[str, int]]:
    return {numbers.duration(surface, old, script, english, lex, Random(seed)) for seed in range(SEEDS)}


@pytest.mark.parametrize("surface", ["10 minutes", "ten minutes", "30 seconds", "2 hours", "an hour or so", "45s"])
def test_duration_in_english_reads_back(lex: Lexicon, surface: str) -> None:
    old = {"30 seconds": 30, "2 hours": 7200, "an hour or so": 3600, "45s": 45}.get(surface, 600)
    specials = special(lex, "en") | {"an hour or so": 3600}
    words = {word: n for n, concept in lex.numbers.items() for word in concept.en}
    said = said_for(surface, old, "roman", True, lex)
    assert len({value for _, value in said}) > 20
    for text, value in said:
        assert specials.get(text) == value or read_duration(text, words) == value, text


@pytest.mark.parametrize(("surface", "script"), [("das minute", "roman"), ("दस मिनेट", "deva")])
def test_duration_in_nepali_reads_back(lex: Lexicon, surface: str, script: str) -> None:
    specials = special(lex, "deva" if script == "deva" else "ne")
    words = {word: n for n, concept in lex.numbers.items() for word in concept.ne + concept.deva}
    for text, value in said_for(surface, 600, script, False, lex):
        assert specials.get(text) == value or read_duration(text, words) == value, text


@pytest.mark.parametrize("kind", ["compound", "fractions"])
def test_every_form_of_a_length_of_time_is_said(lex: Lexicon, kind: str) -> None:
    """By the words of its units: `and a half hours`, `minute ra second`."""
    rows = lex.times[kind] if kind == "fractions" else [lex.times[kind]]
    for language, (surface, script, english) in {
        "ne": ("das minute", "roman", False), "deva": ("दस मिनेट", "deva", False), "en": ("ten minutes", "roman", True),
    }.items():  # fmt: skip
        said = {numbers.duration(surface, 600, script, english, lex, Random(seed))[0] for seed in range(4000)}
        for pattern in (pattern for row in rows for pattern in row.get(language, ())):
            form = re.sub(r"\\\{\w+\\\}", ".+", re.escape(pattern))
            assert any(re.fullmatch(form, text) for text in said), pattern


def test_lengths_of_time_go_beyond_the_round_ones(lex: Lexicon) -> None:
    seconds = {value for _, value in said_for("10 minutes", 600, "roman", True, lex)}
    minutes = {value // 60 for value in seconds if value % 60 == 0}
    assert len([n for n in minutes if n % 5]) > 30
    assert len([n for n in minutes if n > 60]) > 20


def test_durations_of_the_bank_stay_positive_and_canonical(lex: Lexicon) -> None:
    slots = [s for phrase in phrases.load() for s in phrase.segments if s.slot.startswith("dur")]
    for i, slot in enumerate(slots):
        script = lexicon.script_of(slot.text)
        for english in (True, False):
            text, seconds = numbers.duration(slot.text, seconds_of(slot.value), script, english, lex, Random(i))
            assert text.strip()
            assert 0 < seconds <= 24 * 3600
            assert isinstance(seconds, int)
            said = duration_of(seconds)
            assert seconds_of(said) == seconds
            assert Action.model_validate({"room": "x", "action": "turn_on", "for": said}).for_ == said


# -- times of day --------------------------------------------------------------------------------
LANGUAGES = [("roman", True), ("roman", False), ("deva", False)]


@pytest.mark.parametrize(("script", "english"), LANGUAGES)
def test_clock_values_are_times_of_day(lex: Lexicon, script: str, english: bool) -> None:
    values = set()
    for seed in range(2000):
        said, value = numbers.clock(script, english, lex, Random(seed))
        assert said == said.strip() and said
        assert "{" not in said
        assert re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value)
        assert Action.model_validate({"room": "x", "action": "turn_on", "at": value}).at == value
        values.add(value)
    assert {value[:2] for value in values} == {f"{hour:02d}" for hour in range(24)}
    assert len(values) > 150


PARTS = {
    "in the morning": "am", "in the afternoon": "pm", "in the evening": "pm", "at night": "night",
    "in the night": "night", "this afternoon": "pm", "this evening": "pm", "tonight": "night",
}  # fmt: skip


def read_clock(said: str) -> str:
    """An English time of day as HH:MM."""
    text = with_colons(said.lower())
    if re.search("noon$|midday", text) and "after" not in text:
        return "12:00"
    if "midnight" in text:
        return "00:00"
    part = next((kind for name, kind in PARTS.items() if text.endswith(name)), "")
    text = re.sub(r"( early)? ((in|at) the? ?\w+|this \w+|tonight)$", "", text) if part else text
    if half := re.search(r"(?<![a-z])[ap]([. ]?m\.?)?$", text):
        part = half.group()[0] + "m"
        text = text[: half.start()]
    text = re.sub(r"\b(\d{1,2})(\d\d)\b", r"\1:\2", text)  # 545pm
    numbers_said = [int(n) for n in read_numbers(text.replace(".", " "))]
    if "quarter" in text or "half" in text:
        minute = 15 if "quarter" in text else 30
        hour = numbers_said[0]
    elif re.search(r"\b(past|to)\b", text):
        minute, hour = numbers_said
    else:
        hour, minute = (*numbers_said, 0)[:2]
    total = hour * 60 + (-minute if re.search(r"\bto\b", text) else minute)
    if part:
        total %= 720
        total += 720 * (part == "pm" or (part == "night" and total >= 4 * 60))
    total %= 1440
    return f"{total // 60:02d}:{total % 60:02d}"


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("half past six in the evening", "18:30"), ("quarter to 12 at night", "23:45"), ("12:15 at night", "00:15"),
        ("6.30 am", "06:30"), ("12 am", "00:00"), ("12PM", "12:00"), ("15", "15:00"), ("twenty one thirty", "21:30"),
        ("20 past 9 in the morning", "09:20"), ("noon", "12:00"), ("3 o'clock in the afternoon", "15:00"),
        ("0545h", "05:45"), ("1800 hrs", "18:00"), ("930", "09:30"),
    ],
)  # fmt: skip
def test_the_reader_of_clocks_reads(said: str, value: str) -> None:
    assert read_clock(said) == value


def test_clock_in_english_reads_back(lex: Lexicon) -> None:
    for seed in range(3000):
        said, value = numbers.clock("roman", True, lex, Random(seed))
        assert read_clock(said) == value, said


@pytest.mark.parametrize("script", ["roman", "deva"])
def test_clock_in_nepali_names_the_hour(lex: Lexicon, script: str) -> None:
    for seed in range(2000):
        said, value = numbers.clock(script, False, lex, Random(seed))
        hour, minute = map(int, value.split(":"))
        shown = re.findall(r"\d+", re.sub(r"\b(\d) (\d)\b", r"\1\2", with_colons(said)))  # figure by figure
        if shown and not (minute in (0, 15, 30, 45) and len(shown) == 1):
            hours = {hour, hour % 12 or 12, (hour + 1) % 24, (hour + 1) % 12 or 12}
            assert int(shown[0]) in hours | {minute, 60 - minute}, said
        if ":" in said:
            assert int(shown[1]) == minute, said


@pytest.mark.parametrize("part", [0, 1, 2])
def test_the_same_seed_says_the_same(lex: Lexicon, part: int) -> None:
    def said(seed: int) -> object:
        rng = Random(seed)
        return (
            numbers.clock("roman", False, lex, rng),
            numbers.duration("10 minute", 600, "roman", False, lex, rng),
            numbers.percent("40%", 40, "roman", False, lex, rng),
        )[part]

    assert [said(seed) for seed in range(50)] == [said(seed) for seed in range(50)]


# -- beside a request ----------------------------------------------------------------------------
def test_only_the_numbers_of_a_reason_change(lex: Lexicon) -> None:
    text = "the 6:30 flight is 45 minutes late, load shedding from 8"
    made = [numbers.others(text, "en", lex, Random(seed)) for seed in range(200)]
    number = r"(?:\d+|[a-z]+(?:[ -][a-z]+)?)"
    pattern = rf"the (\d+:\d\d) flight is ({number}) minutes late, load shedding from ({number})"
    found = [re.fullmatch(pattern, one) for one in made]
    assert all(found), made
    for group in (1, 2, 3):
        assert len({match[group] for match in found if match}) > 5


@pytest.mark.parametrize("text", ["ma ta thaake yaar", "म त थाकेँ यार", "", "10kg ko bora"])
def test_a_reason_without_a_number_of_its_own_stays(text: str, lex: Lexicon) -> None:
    made = {numbers.others(text, lexicon.script_of(text), lex, Random(seed)) for seed in range(20)}
    assert all(re.sub(r"\d+", "", one) == re.sub(r"\d+", "", text) for one in made)


def test_devanagari_numbers_stay_in_their_script(lex: Lexicon) -> None:
    made = {numbers.others("२ घण्टादेखि बच्चा रोइरहेको छ", "deva", lex, Random(seed)) for seed in range(60)}
    assert len(made) > 5
    assert not any(re.search("[a-z]", one) for one in made)
