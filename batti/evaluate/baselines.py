"""Simple systems to compare a model with; each is a Backend, fitted on labelled sentences as it is loaded.

| name      | what it answers |
| --------- | --- |
| `lookup`  | the label of a sentence that was seen, the same once normalized; else `none` |
| `nearest` | the same, else the label of the most similar sentence: TF-IDF of character n-grams, cosine |
| `tfidf`   | the label that a linear classifier over the same n-grams finds most probable; a class is a whole answer |
| `hassil`  | what Home Assistant's own matcher recognizes (`evaluate/hassil.py`); it is not fitted |

A label speaks of the rooms of its own home. So `nearest` and `tfidf` see `@` wherever a sentence names a thing of its
home, by name or alias as it is written in the home file, and their answers say "the first thing named" instead of its
name. What a sentence names in another way stays in the answer by its name, and counts only in homes that have it.
"""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from batti.backends import Backend, Reading
from batti.command import Command
from batti.dataset.records import Dataset, Record
from batti.errors import BattiError, did_you_mean, missing, quote
from batti.home import Entity, Home
from batti.text import normalize

NAMES = ("lookup", "nearest", "tfidf", "hassil")
_NOTHING = Reading(Command.none(), 0.0)
_MARK = "@"  # not a character of normalized text
_ENDINGS = "ko|ma|lai|le|ka|ki"  # case endings that may be glued to a name
_TRIED = 20  # answers, best first, until one is valid in the home
_CHUNK = 256  # sentences compared at once
_GRAMS: dict[str, Any] = {"analyzer": "char_wb", "ngram_range": (2, 5), "sublinear_tf": True, "lowercase": False}


def load(name: str, train: Dataset | None = None) -> Backend:
    """The baseline of this name, fitted on `train`. Raises BattiError."""
    if name not in NAMES:
        raise BattiError(f"there is no baseline {quote(name)}", did_you_mean(name, NAMES))
    try:
        if name == "hassil":
            from batti.evaluate.hassil import HassilBackend

            return HassilBackend()
        if train is None or not train.records:
            raise BattiError(f"the baseline {quote(name)} learns from sentences", "name some: --train FILE")
        fitted: dict[str, Callable[[Dataset], Backend]] = {"lookup": Seen, "nearest": Nearest, "tfidf": Linear}
        return fitted[name](train)
    except ModuleNotFoundError as error:
        library = str(error.name).partition(".")[0]
        raise missing(f"the baseline {quote(name)}", library, "eval") from None


# -- places out of sentences and answers ---------------------------------------------------------------
class Abstract(NamedTuple):
    """A normalized sentence with marks for what it names of its home, and what that is, in order."""

    text: str
    named: tuple[Entity, ...]


@lru_cache(maxsize=256)
def _names(home: Home) -> tuple[re.Pattern[str], dict[str, Entity]]:
    """What finds the home's names in a sentence, longer names first, and what each name is."""
    by_name: dict[str, Entity] = {}
    for entity in home.entities():
        for name in filter(None, map(normalize, entity.names)):
            by_name.setdefault(name, entity)
    longest = sorted(by_name, key=len, reverse=True)
    found = "|".join(map(re.escape, longest)) or "(?!)"
    return re.compile(rf"(?<![a-z0-9])({found})(?=(?:{_ENDINGS})?(?![a-z0-9]))"), by_name


def abstract(sentence: str, home: Home) -> Abstract:
    """The sentence without the names of its home."""
    pattern, by_name = _names(home)
    text = normalize(sentence)
    named = (by_name[match.group(1)] for match in pattern.finditer(text))
    return Abstract(pattern.sub(_MARK, text), tuple(dict.fromkeys(named)))


def to_template(record: Record, named: Sequence[Entity]) -> str:
    """The expected document as text, each place that the sentence names as its number."""
    numbers = {(entity.room, entity.name): f"{_MARK}{i}" for i, entity in enumerate(named)}

    def written(action: dict[str, Any]) -> dict[str, Any]:
        place = (action["room"], action["light"]) if "light" in action else (None, action["room"])
        if place in numbers:
            action = {key: value for key, value in action.items() if key != "light"} | {"room": numbers[place]}
        if "except" in action:
            action = action | {"except": [numbers.get((None, room), room) for room in action["except"]]}
        return action

    actions = [written(action) for action in record.expected["actions"]]
    return json.dumps(_underived({"intent": record.intent, "actions": actions}))


def _underived(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document without what follows from its actions, which may be something else in another home."""
    return {key: document[key] for key in (("actions",) if document["actions"] else ("intent", "actions"))}


def from_template(template: str, named: Sequence[Entity], home: Home) -> Command | None:
    """The command that the template is with these places; None where it is not valid in this home."""
    places = {f"{_MARK}{i}": entity for i, entity in enumerate(named)}

    def filled(action: dict[str, Any]) -> dict[str, Any]:
        entity = places.get(action["room"])
        if entity and entity.kind == "light":
            action = action | {"room": entity.room, "light": entity.name}
        elif entity:
            action = action | {"room": entity.name}
        if "except" in action:
            action = action | {"except": [places[r].name if r in places else r for r in action["except"]]}
        return action

    document = json.loads(template)
    return valid(document | {"actions": [filled(action) for action in document["actions"]]}, home)


def valid(document: dict[str, Any], home: Home) -> Command | None:
    """The document as a command; None where the contract or the home has something against it."""
    try:
        command = Command.from_dict(document, groups=home.group_names)
    except BattiError:
        return None
    return None if home.check(command) else command


def _most_common(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """For each key the value that it has most often, the first of equals."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for key, value in pairs:
        counts[key][value] += 1
    return {key: values.most_common(1)[0][0] for key, values in counts.items()}


# -- the backends --------------------------------------------------------------------------------------
class Seen:
    """Answers only sentences that it has seen."""

    def __init__(self, train: Dataset) -> None:
        self.labels = _most_common(
            (record.normalized, json.dumps(_underived(record.expected))) for record in train.records
        )

    def find(self, home: Home, sentence: str) -> Command | None:
        label = self.labels.get(normalize(sentence))
        return valid(json.loads(label), home) if label else None

    def generate(self, home: Home, sentences: Sequence[str]) -> list[Reading]:
        found = (self.find(home, sentence) for sentence in sentences)
        return [Reading(command, 1.0) if command else _NOTHING for command in found]


class _Fitted(ABC):
    """Templates of answers, ranked for every sentence by n-grams."""

    def __init__(self, train: Dataset) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer

        seen = [(abstract(r.command, train.homes[r.home]), r) for r in train.records]
        labels = _most_common((one.text, to_template(record, one.named)) for one, record in seen)
        self.texts, self.templates = list(labels), list(labels.values())
        self.grams = TfidfVectorizer(**_GRAMS)
        self.fit(self.grams.fit_transform(self.texts))

    @abstractmethod
    def fit(self, features: Any) -> None:
        """Learn from the features of `texts`, a row each."""

    @abstractmethod
    def ranked(self, features: Any) -> Iterator[list[tuple[str, float]]]:
        """For each sentence the best templates with their confidence, best first."""

    def generate(self, home: Home, sentences: Sequence[str]) -> list[Reading]:
        return [
            reading
            for at in range(0, len(sentences), _CHUNK)
            for reading in self._chunk(home, sentences[at : at + _CHUNK])
        ]

    def _chunk(self, home: Home, sentences: Sequence[str]) -> Iterator[Reading]:
        asked = [abstract(sentence, home) for sentence in sentences]
        features = self.grams.transform([one.text for one in asked])
        for one, ranked in zip(asked, self.ranked(features), strict=True):
            filled = ((from_template(template, one.named, home), sure) for template, sure in ranked)
            yield next((Reading(command, sure) for command, sure in filled if command), _NOTHING)


class Nearest(_Fitted):
    """A seen sentence's own label, else that of the most similar one."""

    def __init__(self, train: Dataset) -> None:
        super().__init__(train)
        self.seen = Seen(train)

    def fit(self, features: Any) -> None:
        self.features = features

    def ranked(self, features: Any) -> Iterator[list[tuple[str, float]]]:
        for row in (features @ self.features.T).toarray():
            best = _highest(row)
            yield [(self.templates[i], min(1.0, float(row[i]))) for i in best]

    def generate(self, home: Home, sentences: Sequence[str]) -> list[Reading]:
        known = self.seen.generate(home, sentences)
        return [
            one if one is not _NOTHING else other
            for one, other in zip(known, super().generate(home, sentences), strict=True)
        ]


class Linear(_Fitted):
    """A linear support vector machine for each template; fitting takes a minute for 1,300 of them."""

    def fit(self, features: Any) -> None:
        from sklearn.svm import LinearSVC

        self.classes = sorted(set(self.templates))
        number = {template: i for i, template in enumerate(self.classes)}
        # One class has nothing to be told from.
        self.machine = LinearSVC(C=1.0, random_state=1) if len(self.classes) > 1 else None
        if self.machine:
            self.machine.fit(features, [number[template] for template in self.templates])

    def ranked(self, features: Any) -> Iterator[list[tuple[str, float]]]:
        if not self.machine:
            yield from ([(self.classes[0], 1.0)] for _ in range(features.shape[0]))
            return
        margins = self.machine.decision_function(features)
        if margins.ndim == 1:  # of two classes only the second has a margin
            margins = np.stack((-margins, margins), axis=1)
        for row in margins:
            yield [(self.classes[i], float(1 / (1 + np.exp(-2 * row[i])))) for i in _highest(row)]


def _highest(row: Any) -> list[int]:
    """Indices of the highest values, highest first, the first of equals first."""
    few = min(_TRIED, len(row))
    least = np.partition(row, -few)[-few]
    best = np.flatnonzero(row >= least)
    order: list[int] = best[np.argsort(-row[best], kind="stable")][:few].tolist()
    return order
