"""One normalizer for every text that meets a model: sentences and names, in training and in use.

Devanagari is transliterated to the Latin letters that people type, long and short vowels folded,
so that भान्छा, भान्सा, bhancha and Bhanchha come out a letter or two apart and one small alphabet
serves all scripts. The mapping follows everyday Romanized Nepali rather than ISO 15919.
"""

from __future__ import annotations

import re
import unicodedata

ALPHABET = " abcdefghijklmnopqrstuvwxyz0123456789.,?!%:'-/~"
"""Every character that `normalize` can return; `~` stands for a run of anything else."""

MAX_CHARS = 400
"""A longer sentence (characters after normalization) is no command; see `Interpreter`."""

_CONSONANTS = dict(
    zip(
        "कखगघङचछजझञटठडढणतथदधनपफबभमयरलवशषसहळ",
        "k kh g gh ng ch chh j jh n t th d dh n t th d dh n p f b bh m y r l w sh s s h l".split(),
        strict=True,
    )
)
_VOWELS = dict(
    zip(
        "अआइईउऊएऐओऔऋऑऍऎऒ",
        "a a i i u u e ai o au ri o e e o".split(),
        strict=True,
    )
)
_SIGNS = dict(
    zip(
        "ािीुूेैोौृॉॅॆॊ",
        "a i i u u e ai o au ri o e e o".split(),
        strict=True,
    )
)
_HALANTA, _NUKTA = "्", "़"
_MARKS = {"ँ": "n", "ं": "n", "ॐ": "om"}
_LIGATURES = (("ज्ञ", "ग्य"), ("क्ष", "क्स"), ("ङ्ग", "ङ"))
# A case ending is glued to the word before it, whose own last vowel stays silent: घरको is gharko.
_ENDING = re.compile(r"(?<=\S[क-ह])(?=(?:को|का|की|मा|ले|लाई|लाइ|बाट|तिर|हरू|हरु)(?:को|मा)?$)")
_PUNCTUATION = {
    "’": "'", "‘": "'", "`": "'", "´": "'", "“": "'", "”": "'", '"': "'",
    "–": "-", "—": "-", "_": "-", "…": ".", ";": ",", "|": ",", "\\": "/", "⁄": "/", "&": " and ",
    "।": ".", "॥": ".",
}  # fmt: skip
_KNOWN = frozenset(ALPHABET)


def is_devanagari(text: str) -> bool:
    """Whether any letter of the Devanagari block stands in the text."""
    return any("\u0900" <= c <= "\u097f" for c in text)


def _devanagari_word(word: str) -> str:
    """Transliterate one run of Devanagari; a final inherent vowel is silent (घर is ghar)."""
    for ligature, plain in _LIGATURES:
        word = word.replace(ligature, plain)
    word = _ENDING.sub(_HALANTA, word)
    out: list[str] = []
    letters = [c for c in word if c != _NUKTA]
    for i, c in enumerate(letters):
        following = letters[i + 1] if i + 1 < len(letters) else ""
        if c in _CONSONANTS:
            out.append(_CONSONANTS[c])
            silent = following == _HALANTA or following in _SIGNS
            final = not following and len(letters) > 1
            if not silent and not final:
                out.append("a")
        elif c in _VOWELS:
            out.append(_VOWELS[c])
        elif c in _SIGNS:
            out.append(_SIGNS[c])
        else:
            out.append(_MARKS.get(c, ""))
    return "".join(out)


_DEVANAGARI = re.compile(r"[\u0900-\u0963\u0970-\u097f]+")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff\u00ad]")
_OTHER = re.compile(f"[^{re.escape(ALPHABET)}]+")
_LONG_RUN = re.compile(r"(.)\1{3,}")


def _fold(c: str) -> str:
    """A Latin letter without its accent, any script's decimal digit as ASCII, or the character."""
    if c in _KNOWN:
        return c
    if c in _PUNCTUATION:
        return _PUNCTUATION[c]
    digit = unicodedata.decimal(c, None)
    if digit is not None:
        return str(digit)
    if c.isspace():
        return " "
    base = unicodedata.normalize("NFKD", c).replace("⁄", "/")
    kept = "".join(b for b in base if b in _KNOWN)
    return kept or ("" if unicodedata.combining(c) else c)


def normalize(text: str) -> str:
    """The text as models read it: characters of `ALPHABET`, single spaces, none at the ends.

    Total and idempotent: any string gives a string, and `normalize(normalize(s)) == normalize(s)`.
    """
    text = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    text = _DEVANAGARI.sub(lambda m: _devanagari_word(m.group()), text)
    text = "".join(map(_fold, text.lower()))
    text = _OTHER.sub("~", text)
    text = _LONG_RUN.sub(r"\1\1\1", text)
    return re.sub(r"~(?:\s*~)+", "~", re.sub(r"\s+", " ", text)).strip()
