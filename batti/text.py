"""One normalizer for every text that meets a model: sentences and names, in training and in use.

Devanagari is transliterated to the Latin letters that people type, long and short vowels folded,
so that भान्छा, भान्सा, bhancha and Bhanchha come out a letter or two apart and one small alphabet
serves all scripts. The mapping follows everyday Romanized Nepali rather than ISO 15919.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache

from batti.paths import read_yaml, resources

ALPHABET = " abcdefghijklmnopqrstuvwxyz0123456789.,?!%:'-/+@#~"
"""Every character that `normalize` can return; `~` stands for a run of anything else."""

MAX_CHARS = 400
"""A longer sentence (characters after normalization) is no command; see `Interpreter`."""

def _pairs(letters: str, readings: str) -> dict[str, str]:
    return dict(zip(letters, readings.split(), strict=True))


_CONSONANTS = _pairs(
    "कखगघङचछजझञटठडढणतथदधनपफबभमयरलवशषसहळ",
    "k kh g gh ng ch chh j jh n t th d dh n t th d dh n p f b bh m y r l w sh s s h l",
)
_VOWELS = _pairs("अआइईउऊएऐओऔऋऑऍऎऒ", "a a i i u u e ai o au ri o e e o")
_SIGNS = _pairs("ािीुूेैोौृॉॅॆॊ", "a i i u u e ai o au ri o e e o")
_HALANTA, _NUKTA = "्", "़"
_MARKS = {"ँ": "n", "ं": "n", "ॐ": "om"}
_ANUSVARA, _LABIALS = "ं", frozenset("पफबभम")  # before which it is an m: लैंप
_LIGATURES = (  # of equal length: positions are kept
    ("ज्ञ", "ग्य"), ("क्ष", "क्स"), ("ङ्ग", "ङ््"),
    # typed in several signs, which look like one
    ("अाे", "ओ़़"), ("अाै", "औ़़"), ("ाे", "़ो"), ("ाै", "़ौ"), ("अा", "आ़"), ("अो", "ओ़"), ("अौ", "औ़"), ("एे", "ऐ़"),
)  # fmt: skip
_PUNCTUATION = {
    "’": "'", "‘": "'", "`": "'", "´": "'", "“": "'", "”": "'", '"': "'",
    "–": "-", "—": "-", "_": "-", "…": ".", ";": ",", "|": ",", "\\": "/", "⁄": "/", "&": " and ",
    "।": ".", "॥": ".", "−": "-", "×": "x", "°": " degree ", "½": " 1/2", "¼": " 1/4", "¾": " 3/4",
    **dict.fromkeys("↑⬆🔼▲", " up "), **dict.fromkeys("↓⬇🔽▼", " down "),
    **dict.fromkeys("❓❔؟", "?"), **dict.fromkeys("❗❕", "!"), "💡": " light ",
    "🔛": " on ", **dict.fromkeys("❌🚫📴", " off "),
    **dict.fromkeys("🔴🟥", " red "), **dict.fromkeys("🟠🟧", " orange "), **dict.fromkeys("🟡🟨", " yellow "),
    **dict.fromkeys("🟢🟩", " green "), **dict.fromkeys("🔵🟦", " blue "), **dict.fromkeys("🟣🟪", " purple "),
    **dict.fromkeys("⚪⬜", " white "),
    # Hearts are a colour or an ornament, as the sentence has it.
    **dict.fromkeys("❤♥", " #red "), "🧡": " #orange ", "💛": " #yellow ", "💚": " #green ", "💙": " #blue ",
    "🩵": " #cyan ", "💜": " #purple ", "🩷": " #pink ", "🤍": " #white ",
    **dict.fromkeys("✅✔☑", " #on "),  # on, or all is well
    "🔟": " 10 ", "\u20e3": "",  # of keycaps: 5️⃣
}  # fmt: skip
_PAUSE = "um"
_KNOWN = frozenset(ALPHABET)
_ELSE = "~"
_DEVANAGARI_LETTER = re.compile(r"[\u0900-\u097f]")


def is_devanagari(text: str) -> bool:
    """Whether any letter of the Devanagari block stands in the text."""
    return not text.isascii() and bool(_DEVANAGARI_LETTER.search(text))


@cache
def _words(kind: str) -> tuple[str, ...]:
    """A list of `devanagari.yaml`; none where a language has no such file."""
    there = resources("lexicon").joinpath("devanagari.yaml").exists()
    return tuple(read_yaml("lexicon", "devanagari.yaml").get(kind) or ()) if there else ()


@cache
def _ending() -> re.Pattern[str]:
    """Matches before a case ending that is glued to a word: its own last vowel stays silent, घरको is gharko."""
    endings, behind = (
        "|".join(map(f"{_NUKTA}*".join, _words(name))) or "(?!)" for name in ("endings", "behind_endings")
    )
    return re.compile(rf"(?<=\S[क-ह])(?=(?:{endings})(?:{behind})?$)")


@lru_cache(maxsize=1 << 14)
def _devanagari_word(word: str) -> tuple[str, ...]:
    """What each character of a run of Devanagari becomes; a final vowel is silent (घर is ghar)."""
    if word in _words("pauses"):
        return (_PAUSE, *[""] * (len(word) - 1))
    for ligature, plain in _LIGATURES:
        word = word.replace(ligature, plain)
    endings = {match.start() for match in _ending().finditer(word)}
    out: list[str] = []
    for i, c in enumerate(word):
        following = word[i + 1 : i + 3].replace(_NUKTA, "")[:1]
        if c in _CONSONANTS:
            silent = following == _HALANTA or following in _SIGNS or i + 1 in endings
            final = not following and len(word) > 1
            out.append(_CONSONANTS[c] + ("" if silent or final else "a"))
        elif c == _ANUSVARA and following in _LABIALS:
            out.append("m")
        else:
            out.append(_VOWELS.get(c) or _SIGNS.get(c) or _MARKS.get(c, ""))
    return tuple(out)


_DEVANAGARI = re.compile(r"[\u0900-\u0963\u0970-\u097f]+")
_COLON = re.compile(r"(?<=\d)ः(?=\d)")  # as many write १:३०
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff\u00ad]")
def _fold(c: str) -> str:
    """A Latin letter without its accent, any script's decimal digit as ASCII, or the character."""
    if c in _KNOWN:
        return c
    if _INVISIBLE.match(c):
        return ""
    if c in _PUNCTUATION:
        return _PUNCTUATION[c]
    digit = unicodedata.decimal(c, None)
    if digit is not None:
        return str(digit)
    if c.isspace():
        return " "
    base = unicodedata.normalize("NFKD", c).lower().replace("⁄", "/")
    kept = "".join(b for b in base if b in _KNOWN)
    return kept or ("" if unicodedata.combining(c) else c)


def _spell(text: str) -> Iterator[tuple[str, int]]:
    """Each character of the reading with the index of the character of `text` it comes from."""
    at = 0
    for run in (*_DEVANAGARI.finditer(text), None):
        for i in range(at, run.start() if run else len(text)):
            for c in _fold(text[i]):
                yield (c if c in _KNOWN else _ELSE), i
        if run:
            for i, letters in enumerate(_devanagari_word(run.group()), run.start()):
                for c in letters:
                    yield c, i
            at = run.end()


_SPACES = re.compile("  +")
_PLAIN = re.compile(r"(?!.*([^0-9])\1\1\1)[a-z0-9.,?!%:'/+@# -]*")


def _plain(text: str) -> str | None:
    """The text without capitals and needless spaces, where models read it so; else None."""
    if not text.isascii():
        return None
    plain = _SPACES.sub(" ", text.lower()).strip(" ")
    return plain if _PLAIN.fullmatch(plain) else None


def align(text: str) -> tuple[str, list[int]]:
    """The normalized text, and for each of its characters the index in `text` it comes from.

    Indices are into the NFC form of `text`, lower-cased where that keeps its length.
    """
    plain = _plain(text)
    if plain is not None and len(plain) == len(text):  # no space was left out
        return plain, list(range(len(text)))
    text = _COLON.sub(":", unicodedata.normalize("NFC", text))
    lower = text.lower()
    out: list[str] = []
    origin: list[int] = []
    for c, i in _spell(lower if len(lower) == len(text) else "".join(map(_one_lower, text))):
        if c == " " and (not out or out[-1] == " "):
            continue
        if c == _ELSE and out:
            if out[-1] == " " and len(out) > 1 and out[-2] == _ELSE:
                out.pop()
                origin.pop()
            if out[-1] == _ELSE:
                continue
        if len(out) >= 3 and out[-3:] == [c] * 3 and not c.isdigit():
            continue
        out.append(c)
        origin.append(i)
    if out and out[-1] == " ":
        out.pop()
        origin.pop()
    return "".join(out), origin


def _one_lower(c: str) -> str:
    """Lower case that is one character long (İ and its like have none)."""
    return c.lower() if len(c.lower()) == 1 else c


def normalize(text: str) -> str:
    """The text as models read it: characters of `ALPHABET`, single spaces, none at the ends.

    Total and idempotent: any string gives a string, and `normalize(normalize(s)) == normalize(s)`.
    """
    plain = _plain(text)
    return align(text)[0] if plain is None else plain
