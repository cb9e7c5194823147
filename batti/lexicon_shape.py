"""What the files of a lexicon may hold, and what a language that has no such words has in its place: nothing.

`docs/language.md` says what each is for; the files of the package say how it is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

SCRIPTS = ("en", "ne", "deva")
"""English, Romanized Nepali, Devanagari: the three ways in which a thing is named. Of another mix: the other
language, the first language in Latin letters, and what is written in Devanagari, if anything is."""
NEEDED = ("places.yaml", "lights.yaml", "numbers.yaml", "colors.yaml", "frames.yaml")
"""The files that every lexicon has."""
NEEDED_FRAMES = ("room_words", "lamp_words", "here", "whole")
"""What frames.yaml always says."""


def _each(names: str, empty: Any) -> dict[str, Any]:
    return dict.fromkeys(names.split(), empty)


def _of(scripts: Iterable[str], empty: Any = ()) -> Mapping[str, Any]:
    return dict.fromkeys(scripts, empty)


_BY_LANGUAGE = _of(SCRIPTS)
_BY_SCRIPT = _of(("roman", "deva"))

LEFT_OUT: Mapping[str, Any] = {
    "people.yaml": (),
    "groups.yaml": (),
    "other_devices.yaml": (),
    "swaps.yaml": (),
    "fillers.yaml": _each(
        "openings endings wake reasons_before reasons_after hesitations", _of(("roman", "deva", "en"))
    ),
    "spelling.yaml": {
        **_each("chat traditional chat_endings devanagari keyboard homophones", ()),
        "chat_words": {},
    },
    "times.yaml": {
        **_each("parts_of_day clock irregular_clock special_times figures fractions special_durations", ()),
        **_each("other_days until tomorrow today of_another_day", ()),
        **_each("any_minute compound after for", _BY_LANGUAGE),
        "am_pm": _of(("am", "pm")),
        "spans": {},
        "units": _of("smh", _of((*SCRIPTS, "en_one"))),
    },
    "composition.yaml": {
        **_each("links joins besides timed_all instead denied now mentioned lying whole excepted every light_of rest "
                "other_deeds", _BY_LANGUAGE),
        "for_somebody": _of(SCRIPTS),
        **_each("timed corrected", _of(SCRIPTS, _of(("before", "after")))),
        "in_devanagari": (),
    },
    "frames.yaml": {
        **_each("person numbered lettered elsewhere hundreds", _BY_LANGUAGE),
        **_each("needless calls titles", _BY_SCRIPT),
        **_each("adjectives bases heads leftovers onsets vowels codas proper common common_groups near alone", ()),
        **_each("proper_in_both never_a_room", ()),
        **_each("room_words lamp_words light_words light_stems plain_lights pronouns yours dropped_words every denials "
                "dismissals endings beside here whole ours premises", ()),
        **_each("of of_room case_of_room between_rooms either before_its_room said_of_rooms in_a_group in_a_room later "
                "infinitives misheard never_joined", ()),
        **_each("letters letter_names behind_letters behind_article behind_digits nought ordinals remaining", ()),
        **_each("ordinary switches another throughout inside_its_room lying_in before_number counted", ()),
        **_each("conditions is_lit is_dark if_it_is spoken_of watts percent days", ()),
        **_each("womens_titles meant_for_all heard_for_all some nearby lying_beside told_apart since", ()),
        **_each("out_of as_far_as through brightness all_of says one_of_them", ()),
        **_each("english_words nepali_words turning_words never_called behind_a_name now mine", ()),
        **_each("vague letters_heard numbers_heard compounds alphabets", {}),
        "refusal": _of(("before", "verbs", "particles")),
        "kelvin": {**_BY_LANGUAGE, "digits": (), "units": _BY_LANGUAGE},
        "first_sentence": "",
    },
    "pronounced.yaml": {"words": {}, "rarer": {}},
    "devanagari.yaml": _each("endings behind_endings pauses", ()),
}  # fmt: skip
"""File -> what it is without any of its words; what a file of another language leaves out is taken from here."""
