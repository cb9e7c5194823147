"""The language and the script of words, and how far sentences mix languages."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from batti.dataset import tongue
from batti.dataset.tongue import EN, NE, NEITHER, Tagged
from batti.lexicon import key
from batti.paths import resources


def languages(text: str, *names: str) -> str:
    return " ".join(one.language for one in tongue.tag(text, frozenset(map(key, names))))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bhancha ko batti nibhau", "ne ne ne ne"),
        ("turn off the kitchen light", "en en en en en"),
        ("kitchen ko light off gara", "en ne en en ne"),
        ("बैठकको लाइट अफ गर", "ne en en ne"),
        ("roomko battilai 40% ma", "en ne un ne"),  # the language of the stem
        ("रुममा मिनेटपछि कोठाको", "en en ne"),
        ("don't touch it", "en en en"),
        ("pachas pratishat", "ne ne"),  # number words have a language, digits have none
        ("१० 10 3pm", "un un un en"),
        ("Annapurna ma Rukminiko batti", "un ne un ne"),
        ("!!! ... ।", ""),
    ],
)
def test_languages(text: str, expected: str) -> None:
    assert languages(text) == expected


def test_an_unknown_word_is_a_name_where_the_home_has_it() -> None:
    assert languages("grelkum ma light", "Grelkum") == "un ne en"
    assert languages("kitchen ma light", "kitchen") == "en ne en"  # known all the same
    assert languages("grelkum ma light").split()[0] in (EN, NE)


def test_a_slip_is_told_by_its_letters_and_its_neighbours() -> None:
    assert languages("pleese swich of teh kitchn lihgts").split().count(EN) >= 5
    assert languages("bhanchha ko batty nibhaidiu na") == "ne ne ne ne ne"
    assert languages("the lk is on").split()[1] == EN
    assert languages("batti lk nibhau").split()[1] == NE


@pytest.mark.parametrize(
    ("text", "script"),
    [("batti", "Latin"), ("बत्ती", "Devanagari"), ("kitchen को", "mixed"), ("४०% 40 ।", "none"), ("", "none")],
)
def test_scripts(text: str, script: str) -> None:
    assert tongue.script(text) == script


@pytest.mark.parametrize(
    ("labels", "index"),
    [
        ("en en en", 0.0),
        ("en ne", 50.0),
        ("en ne ne ne", 25.0),
        ("en en ne un un", 100 / 3),  # words of no language do not count: n - u is 3
        ("un un", 0.0),
        ("", 0.0),
        ("en en en en ne ne ne un un un", 100 * (1 - 4 / 7)),
    ],
)
def test_the_index_is_that_of_das_and_gamback(labels: str, index: float) -> None:
    assert tongue.mixing(Tagged("w", one) for one in labels.split()) == pytest.approx(index)


@given(st.text(max_size=60))
def test_any_text_has_languages(text: str) -> None:
    tagged = tongue.tag(text)
    assert [one.word for one in tagged] == tongue.words(text)
    assert {one.language for one in tagged} <= {EN, NE, NEITHER}
    assert 0 <= tongue.mixing(tagged) <= 50
    assert tongue.script(text) in tongue.SCRIPTS


def test_the_tagger_is_as_good_as_the_page_says() -> None:
    tested = {sort: tongue.accuracy(sentences) for sort, sentences in tongue.labelled().items()}
    assert sum(of for _, of in tested.values()) > 250
    assert tested["written"][0] / tested["written"][1] >= 0.97
    assert tested["generated"][0] / tested["generated"][1] >= 0.9


def test_labelled_words_are_words_and_languages() -> None:
    for sentences in tongue.labelled().values():
        for sentence in sentences:
            assert tongue.words(" ".join(word for word, _ in sentence)) == [word for word, _ in sentence]
            assert {language for _, language in sentence} <= {EN, NE, NEITHER}


def test_the_words_of_the_resource_have_one_language() -> None:
    told = yaml.safe_load(resources("tongue", "words.yaml").read_text(encoding="utf-8"))
    english = [word for base, spelled in told["english"].items() for word in (base, *spelled)]
    assert all(isinstance(word, str) and key(word) for word in (*english, *told["nepali"]))  # `on` is no truth value
    assert not {*map(key, english)} & {*map(key, told["nepali"])}
    for spelled in told["english"].values():
        assert len(set(spelled)) == len(spelled)
