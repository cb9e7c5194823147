"""One sentence with two labels, and one word with two meanings."""

import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batti import lexicon
from batti.dataset import clashes, phrases
from batti.dataset.source import Written


def faults(*lines: str) -> list[str]:
    written = [Written(f"a.txt:{n}", phrases.parse(line)) for n, line in enumerate(lines, 1)]
    return [str(fault) for fault in clashes.two_labels(written, lexicon.load().swaps)]


AS_WRITTEN = [
    # normalized: capitals, letters of another script, glue, punctuation
    ("{A:bhancha} ko batti bala => A on", "{A:Bhancha} ko, batti BALA! => A off"),
    ("bhanchha ko batti baleko chha => here query", "भान्छा को बत्ती बलेको छ => none"),
    ("{A:kitchen} on => A on", "kitchen on? => here on"),
    ("{A:kitchen} {pct=50:half} => A pct", "{A:kitchen} half => A =0.3"),
    ("{A:kitchen} on in {dur=10m:10 minutes} => A on after dur", "{A:kitchen} on in 10 minutes => A on for 10m"),
    ("{U:garage} ko batti bala => U on", "{A:garage} ko batti bala => A off"),
    ("👍 => none", "🙏 => here on"),  # both are ~ to a model
]
AS_MADE = [
    # slots, with other words in them
    ("{A:bhancha} ko batti bala => A on", "{A:baithak} ko batti bala => A off"),
    ("{A:bhancha}ko bala => A on", "{B:baithak} ko bala => none"),
    ("{A:bhancha} {pct=40:40%} => A pct", "{A:baithak} {pct=20:20%} => A +pct"),
    ("{A:bhancha} ra {B:baithak} bala => A on; B on", "{A:goth} ra {B:kausi} bala => B on"),
    ("{G:mathi} sabai off => G off", "{A:baithak} sabai off => A on"),
    ("{U:garage} ma bala => U on", "{A:baithak} ma bala => none"),
    ("{A:x} {time=06:00:6 am} ma bala => A on at time", "{A:y} {time=18:30:half past six} ma bala => A off at time"),
    # interchangeable words: light.noun, on.bal.imp, the same word in the other script
    ("{A:bhancha} ko batti bala => A on", "{A:baithak} ko light balnus => A off"),
    ("{A:bhancha} ko batti bala => A on", "{A:बैठक} को लाइट बाल्नुस् => none"),
    ("sabai nibhau => all off", "jammai nibhaunus => here off"),
]
ALIKE = [
    ("{A:bhancha} ko batti bala => A on", "{A:baithak} ko light balnus => A on"),
    ("{A:kitchen} {pct=50:half} => A pct", "{A:kitchen} half => A =0.5"),
    ("{A:x} {dur=90m:dedh ghanta} bala => A on for dur", "{A:x} dedh ghanta bala => A on for 1h30m"),
    ("{U:garage} ko batti bala => U on", "{A:garage} ko batti bala => A on"),
    ("{A:grg} +{pct=20:20%} => A +pct", "{A:grg} {pct=20:20%} => A pct"),
    ("{A:grg} {pct=20:+20%} => A +pct", "{A:grg} {pct=20:20%} => A pct"),
    ("{A:grg} -20% => A -0.2", "{A:grg} 20% => A =0.2"),
    ("{A:Everest} {L@A:lamp} off => L off", "{A:lr} {B:dining} off => A off; B off"),
    ("{A:x} bala => A on", "{A:x} nabala => none"),
    ("{A:x} on => A on", "{A:x} on? => A query"),  # only the mark asks
    ("! => none", "? => here on"),  # no word that could be compared
]


@pytest.mark.parametrize(("one", "other"), AS_WRITTEN)
def test_a_sentence_with_two_meanings_is_found(one: str, other: str) -> None:
    [fault] = faults("{A:else} off => A off", one, other)
    assert fault.startswith("a.txt:3: the sentence of a.txt:2, which means '")


@pytest.mark.parametrize(("one", "other"), AS_MADE)
def test_phrases_that_the_generator_would_make_alike_are_found(one: str, other: str) -> None:
    [fault] = faults(one, "{A:else} ek chin off => A off", other)
    assert re.match(r"a\.txt:3: (with words exchanged, )?the sentence of a\.txt:1, which means '", fault)


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_phrases_of_one_meaning_or_of_two_sentences_are_no_fault(one: str, other: str) -> None:
    assert faults(one, other) == []


def test_the_fault_says_both_meanings() -> None:
    [fault] = faults("{A:bhancha} bala => A on", "{A:bhancha} bala => A off for 1h; all except A =0.30")
    assert "means 'bhancha on', not 'bhancha off for 3600s; all except bhancha 0.3'" in fault


@given(st.permutations(["{A:a} bala => A on", "{A:b} balnus => A off", "{A:c} baal => none", "{A:d} off => A off"]))
def test_the_order_does_not_matter(lines: list[str]) -> None:
    assert len(faults(*lines)) == 2


# -- words -----------------------------------------------------------------------------------------
PLANTED = [  # file, row, and the two entries that have a word in common
    ("swaps.yaml", "- {id: x1.imp, words: {roman: [xyzzy, Balideu]}}", "x1.imp", "on.bal.imp"),
    ("swaps.yaml", "- {id: x2.imp, words: {deva: [क्सि, बत्ती]}}", "x2.imp", "light.noun"),
    ("swaps.yaml", "- {id: x3.imp, words: {roman: [xyzzie, neelo]}}", "x3.imp", "blue"),
    ("swaps.yaml", "- {id: x4.imp, words: {roman: [xyzzee, tis]}}", "x4.imp", "30"),
    ("colors.yaml", "- {color: mauve, roman: [mauve, baigani], deva: [मोभ]}", "mauve", "purple"),
    ("colors.yaml", "- {color: teal, roman: [teal, balcony], deva: [टिल]}", "teal", "balcony"),
    ("numbers.yaml", "- {n: 101, ne: [ekata, pachas], deva: [एकता], en: [one oh one]}", "101", "50"),
    ("places.yaml", "- {id: xroom, en: [xroom, Kitchen], ne: [], deva: []}", "xroom", "kitchen"),
    ("lights.yaml", "- {id: xlight, en: [bijuli], ne: [], deva: []}", "xlight", "light.bijuli"),
    ("lights.yaml", "- {id: ylight, en: [torch], ne: [], deva: []}", "ylight", "torch"),
    ("other_devices.yaml", "- {en: [xyzza, radio], ne: [], deva: []}", "xyzza", "radio"),
    ("people.yaml", "- {id: xperson, en: [Bhai], ne: [], deva: []}", "xperson", "younger_brother"),
    ("groups.yaml", "- {id: xgroup, en: [upstairs], ne: [], deva: []}", "xgroup", "upstairs"),
    ("times.yaml", "  - {value: 31s, ne: [dedh ghanta], deva: []}", "31s", "1h30m"),
]
HARMLESS = [
    ("places.yaml", "- {id: zroom, en: [zroom, mathi, bis, phrij], ne: [], deva: []}"),  # a group, a number, a device
    ("other_devices.yaml", "- {en: [zyzza, bathroom, chiso], ne: [], deva: []}"),  # a place, a word of any sentence
    ("swaps.yaml", "- {id: z.imp, words: {roman: [zyzzy, corridor, laptop]}}"),  # a place, a device
]


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What is found in a lexicon with all of these rows."""
    folder = tmp_path_factory.mktemp("planted") / "lexicon"
    shutil.copytree(lexicon.folder(), folder)
    for file, row, *_ in (*PLANTED, *HARMLESS):
        text = (folder / file).read_text("utf-8")
        section = "special_durations:\n" if file == "times.yaml" else ""
        text = text.replace(section, f"{section}{row}\n") if section else f"{text.rstrip()}\n{row}\n"
        (folder / file).write_text(text, "utf-8")
    return [str(fault) for fault in clashes.shared_words(folder)]


@pytest.mark.parametrize(("file", "row", "one", "other"), PLANTED)
def test_a_word_under_two_meanings_is_found(
    planted: list[str], file: str, row: str, one: str, other: str
) -> None:
    [fault] = [fault for fault in planted if f" {one} of {Path(file).stem} " in fault or f" {one} of special_" in fault]
    assert f" {other} of " in fault
    assert re.match(r"\S+\.yaml:\d+: '.+' stands under .+ of \w+ and under .+ of \w+ \(\S+\.yaml:\d+\); ", fault)


def test_a_word_that_the_home_or_its_place_explains_is_no_fault(planted: list[str]) -> None:
    assert len(planted) == len(PLANTED)


def test_the_fault_names_the_lines_of_both(planted: list[str]) -> None:
    [fault] = [fault for fault in planted if " x1.imp of " in fault]
    rows = (lexicon.folder() / "swaps.yaml").read_text("utf-8").split("\n")
    [line] = [n for n, row in enumerate(rows, 1) if row.startswith("- {id: on.bal.imp,")]
    assert f"swaps.yaml:{line})" in fault
    assert f"swaps.yaml:{len(rows)}: 'Balideu' stands under " in fault


def test_the_lexicon_has_no_such_word() -> None:
    assert [*clashes.shared_words(lexicon.folder())] == []
