"""Characters that look like others, or like nothing: a model would read what the writer never saw.

Latin and Devanagari are what `batti.text.normalize` reads. A word of any other script may stand in a
sentence that asks nothing, but a letter of one in a word of these two, or a word that only looks like
one, is a slip. A zero-width joiner behind a halanta is ordinary Devanagari, as it is in an emoji.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from batti.errors import quote

Oddity = tuple[str, str]
"""A problem and a hint."""

_JOINERS = "\u200c\u200d"
_EMOJI_STYLE = "\ufe0f"
_SKIN_TONES = "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
_HALANTA = "\u094d"
_RUN = re.compile(rf"[\w\u0300-\u036f\u0900-\u0963\u0966-\u097f{_JOINERS}]+")  # \w leaves out vowel signs
_LATIN = re.compile("[A-Za-z]")
_DEVANAGARI = re.compile("[\u0900-\u097f]")
_LETTER = re.compile("[\u0904-\u0939\u0958-\u0961\u0972-\u097f]")  # of Devanagari
_BARE_SIGN = re.compile(
    rf"(?<![\u0900-\u0963\u0971-\u097f{_JOINERS}])[\u0900-\u0903\u093a-\u093c\u093e-\u094f\u0955-\u0957\u0962\u0963]"
)
_QUOTES = {"'": "‘’‚‛′´`", '"': "“”„‟″«»‹›"}
_LIKE_LATIN = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU")


def oddities(text: str, whole_words: bool = True) -> Iterator[Oddity]:
    """What in a text is not what it looks like. Without `whole_words` it may be a piece of a word."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return  # most texts by far
    composed = unicodedata.normalize("NFC", text)
    if composed != text:
        word = next(word for word in text.split() if not unicodedata.is_normalized("NFC", word))
        plain = unicodedata.normalize("NFC", word)
        yield f"{quote(word)} is not in Unicode's normal form (NFC)", f"write {quote(plain)}"
    if "  " in text:
        yield "two spaces in a row", "write one"
    for plain, fancy in _QUOTES.items():
        for char in sorted(set(fancy) & set(text)):
            yield f"the typographic quotation mark {char}", f"write {plain}"
    for char in dict.fromkeys(_unseen(text)):
        yield f"the invisible character {_named(char)}", "write a space" if char in "\t\xa0" else "take it out"
    for run in dict.fromkeys(_RUN.findall(composed)):
        yield from _mixed(run)
    bare = _BARE_SIGN.search(text) if whole_words else None
    if bare:
        around = text[max(0, bare.start() - 8) : bare.end() + 8].strip()
        yield f"a vowel sign without its letter in {quote(around)}", "write the letter before it, or a full vowel"


def _unseen(text: str) -> Iterator[str]:
    """Characters that nobody sees: joiners out of place, marks of direction, control characters, odd spaces."""
    for i, char in enumerate(text):
        kind = unicodedata.category(char)
        if kind[0] == "C" or (kind[0] == "Z" and char != " ") or char == _EMOJI_STYLE:
            before = text[:i].rstrip(_EMOJI_STYLE + _SKIN_TONES)[-1:]
            if not _belongs(char, before, text[i + 1 : i + 2]):
                yield char


def _belongs(char: str, before: str, after: str) -> bool:
    """Whether a joiner or a variation selector stands where Devanagari or an emoji has one."""
    in_emoji = bool(before) and (unicodedata.category(before) == "So" or before.isdigit())
    in_word = before == _HALANTA and bool(_LETTER.match(after))
    return (char == _EMOJI_STYLE and in_emoji) or (char in _JOINERS and (in_emoji or in_word))


def _mixed(run: str) -> Iterator[Oddity]:
    """What is wrong with the letters of one word."""
    latin, devanagari = _LATIN.search(run), _LETTER.search(run)
    if latin and devanagari:
        yield f"Latin and Devanagari letters in one word, {quote(run)}", "write it in one script, or with a space"
    strange = next((char for char in run if not _is_ours(char)), "")
    if strange and (latin or devanagari or _looks_like_ours(strange)):
        plain = unicodedata.normalize("NFKC", run)
        hint = f"write {quote(plain)}" if all(map(_is_ours, plain)) else "write it in Latin or Devanagari letters"
        yield f"{_named(strange)} in {quote(run)}", hint


def _is_ours(char: str) -> bool:
    """Whether the character is one of Latin or Devanagari writing, or no letter, mark or digit at all."""
    if char.isascii() or _DEVANAGARI.match(char) or unicodedata.category(char) in ("No", "Nl", "Cf"):
        return True
    # A Latin letter with an accent is read as the letter; ɑ and ı are not.
    return unicodedata.normalize("NFD", char)[0].isascii()


def _looks_like_ours(char: str) -> bool:
    compatible = unicodedata.normalize("NFKC", char) != char  # ｆ, 𝐟
    return compatible or char.isdecimal() or unicodedata.name(char, "").startswith(_LIKE_LATIN)


def _named(char: str) -> str:
    return f"U+{ord(char):04X} {unicodedata.name(char, 'control character')}"
