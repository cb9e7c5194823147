"""Rules, classes of words and fillers that reach no sentence, or no golden test."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from batti import lexicon
from batti.command import Command
from batti.dataset import bank, compose, coverage, phrases
from batti.dataset.cases import Case, read_cases
from batti.dataset.coverage import Heard
from batti.home import Home
from batti.lexicon import Lexicon

GOLDEN = Path(__file__).parent / "golden"
HOME = Home.model_validate({
    "name": "Ghar",
    "rooms": [{"name": "kitchen", "aliases": ["bhancha"], "lights": [{"name": "lamp"}]}, {"name": "hall"}],
    "groups": [{"name": "upstairs", "rooms": ["hall"]}],
})  # fmt: skip
ON = {"action": "turn_on"}
RULES_IN = ("compose_joined.py", "compose_requests.py", "compose_negatives.py")


@pytest.fixture(scope="module")
def lex() -> Lexicon:
    return lexicon.load()


@pytest.fixture(scope="module")
def golden(lex: Lexicon) -> list[Heard]:
    return [Heard(case, lex) for path in sorted(GOLDEN.glob("*.yaml")) for case in read_cases(path)]


def heard(say: str, means: list[dict[str, Any]] | str, lex: Lexicon) -> Heard:
    if isinstance(means, str):
        return Heard(Case(say, HOME, {"intent": means, "rooms": [], "actions": []}, "x"), lex)
    return Heard(Case(say, HOME, Command.from_dict({"actions": means}, groups=HOME.group_names).to_dict(), "x"), lex)


SAID: list[tuple[str, str, list[dict[str, Any]] | str]] = [  # rule, a sentence like those that it makes
    ("joined", "bhancha bala hall nibhau", [{"room": "kitchen", **ON}, {"room": "hall", "action": "turn_off"}]),
    (
        "joined in time",
        "ahile bhancha bala ani 5 minute pachi bhancha nibhau",
        [{"room": "kitchen", **ON}, {"room": "kitchen", "action": "turn_off", "after": "5m"}],
    ),
    (
        "one in time",
        "bhancha bala ani bhancha 5 minute pachi nibhau",
        [{"room": "kitchen", **ON}, {"room": "kitchen", "action": "turn_off", "after": "5m"}],
    ),
    (
        "set right",
        "bhancha nibhau hall nibhau hoina bhancha bala",
        [{"room": "kitchen", **ON}, {"room": "hall", "action": "turn_off"}],
    ),
    ("taken back", "bhancha nibhau, hall bala, hoina bhancha chai rakha", [{"room": "hall", **ON}]),
    ("beside unasked", "bhancha nabala, hall bala", [{"room": "hall", **ON}]),
    ("mentioned", "bhancha ma chu, hall bala", [{"room": "hall", **ON}]),
    ("several rooms", "bhancha ra hall bala", [{"room": "kitchen", **ON}, {"room": "hall", **ON}]),
    ("group", "upstairs bala", [{"room": "upstairs", **ON}]),
    ("corrected", "bhancha hoina, hall bala", [{"room": "hall", **ON}]),
    ("here", "batti bala", [{"room": "here", **ON}]),
    ("lying", "tala bhancha bala", [{"room": "kitchen", **ON}]),
    ("whole house", "sabai batti bala", [{"room": "all", **ON}]),
    ("excepted", "hall bahek sabai bala", [{"room": "all", "except": ["hall"], **ON}]),
    (
        "and the rest",
        "hall aadha, baki sabai bala",
        [{"room": "hall", "action": "adjust_brightness", "brightness": 0.5}, {"room": "all", "except": ["hall"], **ON}],
    ),
    (
        "excepted and more",
        "hall bahek sabai aadha ani nilo gara",
        [
            {"room": "all", "except": ["hall"], "action": "adjust_brightness", "brightness": 0.5},
            {"room": "all", "except": ["hall"], "action": "change_color", "color": "blue"},
        ],
    ),
    ("named light", "lamp bala", [{"room": "kitchen", "light": "lamp", **ON}]),
    ("other device", "bhancha ko pankha bala", "none"),
    ("other deed", "bhancha ko batti bechidinus", "none"),
    ("forbidden", "hall ko batti nabala", "none"),
    ("needless", "hall ko batti balnu pardaina", "none"),
    ("asked whether", "hall ko batti nibhayau?", [{"room": "hall", "action": "get_state"}]),
    ("told", "hall ko batti nibhaisake", "none"),
    ("refused", "no need to turn on the hall", "none"),
    ("strange place", "garage bala", "unknown_room"),
    ("in devanagari", "टर्न अन द हल लाइट", [{"room": "hall", **ON}]),
]


@pytest.mark.parametrize(("rule", "say", "means"), SAID, ids=[rule for rule, *_ in SAID])
def test_a_sentence_is_told_by_the_rule_that_makes_its_like(
    rule: str, say: str, means: list[dict[str, Any]] | str, lex: Lexicon
) -> None:
    assert {name for name, sign in coverage.SIGNS.items() if sign(heard(say, means, lex))} == {rule}


def test_a_plain_sentence_is_of_no_rule(lex: Lexicon) -> None:
    plain = heard("hall ko batti bala", [{"room": "hall", **ON}], lex)
    assert not any(sign(plain) for sign in coverage.SIGNS.values())


def test_each_rule_without_its_golden_sentence_is_found(lex: Lexicon) -> None:
    assert {name for name, *_ in SAID} == {rule.name for rule in compose.RULES} == set(coverage.SIGNS)
    for missing, *_ in SAID:
        cases = [heard(say, means, lex) for rule, say, means in SAID if rule != missing]
        [fault] = coverage.unheard_rules(cases)
        assert f"like those of the rule '{missing}'" in str(fault)
        assert Path(fault.where.rpartition(":")[0]).name in RULES_IN


def test_a_rule_that_nothing_tells_is_found(lex: Lexicon, golden: list[Heard], monkeypatch: pytest.MonkeyPatch) -> None:
    rule = replace(compose.RULES[0], name="upside down")
    monkeypatch.setattr(coverage, "RULES", (*compose.RULES, rule))
    [fault] = coverage.unheard_rules(golden)
    assert "the rule 'upside down'; add it to SIGNS" in str(fault)


@pytest.fixture(scope="module")
def whole() -> list[bank.Compiled]:
    return [one for voice in bank.bank().voices for one in voice]


def test_rules_that_apply_to_no_phrase_or_make_nothing_are_found(
    whole: list[bank.Compiled], lex: Lexicon, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [*coverage.unused_rules(whole, lex)] == []
    never = replace(compose.RULES[0], name="never", applies=lambda one: False)
    nothing = replace(compose.RULES[1], name="nothing", make=_nothing)
    monkeypatch.setattr(coverage, "RULES", (never, compose.RULES[2], nothing))
    first, second = coverage.unused_rules(whole, lex)
    assert "the rule 'never' makes nothing of any phrase; mend it or take it out" in str(first)
    assert Path(first.where.rpartition(":")[0]).name in RULES_IN
    assert "the rule 'nothing' makes nothing" in str(second)


def _nothing(*given: Any) -> None:
    return None


# -- words -----------------------------------------------------------------------------------------
def compiled(*lines: str) -> list[bank.Compiled]:
    return [bank.compiled(phrases.parse(line)) for line in lines]


def test_classes_in_no_phrase_are_found(lex: Lexicon) -> None:
    some = compiled("{A:bhancha} ko batti bala => A on", "सबै निभाऊ => all off")
    dead = {str(fault).split(" a word of ")[1].split(";")[0] for fault in coverage.unused_classes(FOLDER, some, lex)}
    alive = {"light.noun", "on.bal.imp", "on.bal.not", "all.ne", "off.nibha.imp", "off.nibha.not"}
    assert set(lex.swaps.ids) - dead == alive  # what forbids a verb of the bank is said by the generator


def test_a_class_with_nothing_to_exchange_is_found(tmp_path: Path, whole: list[bank.Compiled], lex: Lexicon) -> None:
    text = (FOLDER / "swaps.yaml").read_text("utf-8").rstrip("\n")
    (tmp_path / "swaps.yaml").write_text(f"{text}\n- {{id: x, words: {{roman: [xyzzy], deva: [क्सि, क्सी]}}}}\n", "utf-8")
    [fault] = coverage.unused_classes(tmp_path, whole, lex)
    line = text.count("\n") + 2
    assert str(fault) == f"{tmp_path / 'swaps.yaml'}:{line}: x has one word in roman; add one that can stand for it"


FOLDER = lexicon.folder()


def test_classes_and_fillers_that_no_golden_sentence_holds_are_found(lex: Lexicon, golden: list[Heard]) -> None:
    assert [*coverage.unheard_classes(FOLDER, golden, lex)] == []
    assert [*coverage.unheard_fillers(FOLDER, golden, lex)] == []
    toggles = {i for i, name in enumerate(lex.swaps.ids) if name == "toggle.imp"}
    [fault] = coverage.unheard_classes(FOLDER, [one for one in golden if not one.classes & toggles], lex)
    assert "swaps.yaml:" in fault.where and "no golden sentence holds a word of toggle.imp; add" in str(fault)
    silent = [one for one in golden if not one.begins(w for some in lex.fillers["wake"].values() for w in some)]
    [fault] = coverage.unheard_fillers(FOLDER, silent, lex)
    assert "fillers.yaml:" in fault.where and "no golden sentence holds one of the wake; add" in str(fault)


SAYS = {  # kind of filler -> it where the generator puts it, and where it does not
    "openings": ("oi suna na bhancha bala", "bhancha oi suna na bala"),
    "endings": ("bhancha bala hai", "bhancha hai bala"),
    "wake": ("hey batti bhancha bala", "bhancha hey batti bala"),
    "reasons_before": ("malai nidra lagyo bhancha bala", "bhancha bala"),
    "reasons_after": ("bhancha bala malai nidra lagyo", "bhancha bala"),
    "hesitations": ("bhancha umm bala", "bhancha bala"),
}


@pytest.mark.parametrize("kind", SAYS)
def test_a_filler_counts_where_the_generator_puts_it(kind: str, lex: Lexicon) -> None:
    def missing(say: str) -> set[str]:
        faults = coverage.unheard_fillers(FOLDER, [heard(say, [{"room": "kitchen", **ON}], lex)], lex)
        return {fault.problem.split("one of the ")[1] for fault in faults}

    assert set(SAYS) == set(lex.fillers)
    right, wrong = SAYS[kind]
    assert kind not in missing(right)
    assert kind in missing(wrong)


def test_the_lexicon_of_a_copy_is_read_from_the_copy(tmp_path: Path, lex: Lexicon) -> None:
    shutil.copytree(FOLDER, tmp_path / "lexicon")
    [first, *_] = coverage.unused_classes(tmp_path / "lexicon", [], lex)
    assert first.where.startswith(str(tmp_path))
