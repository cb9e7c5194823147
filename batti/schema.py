"""The strict pydantic base of every document: friendly faults, all at once, and names."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from typing import Annotated, Any, NamedTuple, Self, TypeAlias, cast

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ModelWrapValidatorHandler,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from batti.errors import did_you_mean, quote

Loc: TypeAlias = tuple[str | int, ...]
ALL, HERE = "all", "here"
RESERVED = (ALL, HERE)
MAX_NAME = 60  # characters
_NUMBERS = {"int": ("a whole number", "20"), "float": ("a number", "0.5")}  # pydantic's kinds: names, an example
_LIMITS = {"greater_than": ("gt", "more than {}"), "greater_than_equal": ("ge", "{} or more"),
           "less_than": ("lt", "less than {}"), "less_than_equal": ("le", "{} at most")}  # fmt: skip
_MAPPING_TYPES = ("dict_type", "model_type", "model_attributes_type", "mapping_type")
_JOINERS = "\u200c\u200d"


class Finding(NamedTuple):
    """A fault by its path of keys; `other` is the path of the second place concerned, if any."""

    loc: Loc
    problem: str
    hint: str
    other: Loc | None = None

    def details(self) -> InitErrorDetails:
        """The finding in the form in which pydantic carries it outwards."""
        error = refusal(self.problem, self.hint, self.other)
        return {"type": error, "loc": self.loc, "input": None}


def refusal(problem: str, hint: str, other: Loc | None = None) -> PydanticCustomError:
    """The error that a field's validator raises."""
    context = {"problem": problem, "hint": hint, "other": other}
    return PydanticCustomError("batti", "{problem}; {hint}", context)


def one_of(key: str, choices: tuple[str, ...]) -> BeforeValidator:
    """What a key may be, with what was meant where it is something else."""

    def check(value: object) -> object:
        if value not in choices:
            raise refusal(f"there is no {key} {quote(value)}", did_you_mean(value, choices))
        return value

    return BeforeValidator(check)


def findings(error: ValidationError) -> list[Finding]:
    """What a pydantic error says, in this program's words."""
    return [finding(details) for details in error.errors(include_url=False)]


def finding(details: ErrorDetails) -> Finding:
    """What one of its faults says."""
    loc, context = details["loc"], details.get("ctx", {})
    if details["type"] == "batti":
        return Finding(loc, context["problem"], context["hint"], context["other"])
    key = _named(loc)
    if details["type"] == "missing":
        return Finding(loc, f"{key} is missing", f"add {key}")
    if details["type"] == "tuple_type":
        given = details["input"]
        said = "has no value" if given == "" else f"is {quote(given)}, not a list"
        return Finding(loc, f"{key} {said}", f"write a list, like {key}: [...], or leave it out")
    if details["type"] == "string_type":
        return Finding(loc, f"{key} is {quote(details['input'])}, not text", "write it as text")
    if details["type"] == "list_type":
        return Finding(loc, f"{key} is {quote(details['input'])}, not a list", "write a list: [...]")
    if details["type"] in ("too_short", "too_long"):
        return _count(loc, key, details)
    if details["type"] in _MAPPING_TYPES:
        return Finding(loc, f"{quote(details['input'])} stands where keys and values belong", "write it with its keys")
    if details["type"] in ("bool_type", "bool_parsing"):
        said = f"{key} is {quote(details['input'])}, not true or false"
        return Finding(loc, said, "write true or false, without quotes")
    if details["type"] == "string_too_long":
        return Finding(loc, f"{key} has {len(details['input'])} characters", f"write {context['max_length']} at most")
    if details["type"] == "literal_error":
        return Finding(loc, f"there is no {key} {quote(details['input'])}", f"write {context['expected']}")
    return _number(loc, key, details) or Finding(loc, f"{key}: {details['msg']}", "")


def _named(loc: Loc) -> str:
    """What the last of a path is called: a key, or an entry of a list, such as sentences[0]."""
    at = next((i for i in range(len(loc), 0, -1) if isinstance(loc[i - 1], str)), 0)
    return (str(loc[at - 1]) if at else "the document") + "".join(f"[{number}]" for number in loc[at:])


def _count(loc: Loc, key: str, details: ErrorDetails) -> Finding:
    """What is wrong with a list that has too few or too many entries."""
    context = details["ctx"]
    said = f"{key} has {context['actual_length']} entries" if context["actual_length"] else f"{key} is empty"
    is_short = details["type"] == "too_short"
    limit = f"{context['min_length']} at least" if is_short else f"{context['max_length']} at most"
    return Finding(loc, said, f"write {limit}")


def _number(loc: Loc, key: str, details: ErrorDetails) -> Finding | None:
    """What is wrong with a number: that it is none, or too great or small."""
    given = f"{key} is {quote(details['input'])}" if details["input"] != "" else f"{key} has no value"
    if limit := _LIMITS.get(details["type"]):
        return Finding(loc, f"{given}, out of range", f"write {limit[1].format(format(details['ctx'][limit[0]], 'g'))}")
    kind, _, fault = details["type"].partition("_")
    if kind not in _NUMBERS or fault not in ("parsing", "type", "from_float"):
        return None
    name, like = _NUMBERS[kind]
    return Finding(loc, f"{given}, not {name}" if details["input"] != "" else given, f"write {name}, like {like}")


def key_of(field: str) -> str:
    """The key of a field in a document: `except_` is written `except`."""
    return field.rstrip("_")


class Strict(BaseModel):
    """Frozen, no unknown keys, and every fault reported at once."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=key_of, populate_by_name=True
    )

    @classmethod
    def rules(cls, raw: dict[str, Any], context: Any) -> Iterable[Finding]:
        """Faults between the keys as written, valid or not; may complete `raw`."""
        return ()

    def checks(self) -> Iterable[Finding]:
        """Faults that can be seen only once every field is valid."""
        return ()

    @model_validator(mode="wrap")
    @classmethod
    def _all_at_once(
        cls, data: Any, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo
    ) -> Self:
        if isinstance(data, cls):
            return data
        if not isinstance(data, Mapping):
            keys = ", ".join(map(key_of, cls.model_fields))
            raise refusal(f"{quote(data)} stands where keys and values belong",
                          f"write it with the keys {keys}")
        raw: dict[str, Any] = {}
        # Only Python code, which passes no context, may say `for_`; a document says `for`.
        python = info.context is None
        found = [*_sort_keys(cls, data, raw, python)]
        found += cls.rules(raw, info.context)
        try:
            made = handler(raw)
            found += made.checks()
        except ValidationError as error:
            found = findings(error) + found
        if found:
            raise ValidationError.from_exception_data(
                cls.__name__, [one.details() for one in found]
            )
        return made


def _sort_keys(
    cls: type[Strict], data: Mapping[Any, Any], raw: dict[str, Any], python: bool
) -> Iterator[Finding]:
    """Puts the known keys that have a value into `raw`; yields a finding for each other key."""
    known = _keys(cls)
    for key, value in data.items():
        name = key_of(key) if python and key in cls.model_fields else key
        if name not in known:
            said = key if isinstance(key, str) else quote(key)
            yield Finding((said,), f"unknown key {quote(key)}", did_you_mean(key, sorted(known)))
        elif value is not None:
            raw[cast(str, name)] = value


@cache
def _keys(cls: type[Strict]) -> frozenset[str]:
    return frozenset(map(key_of, cls.model_fields))


def clean_name(value: object) -> str:
    """A name in its one form: NFC, single spaces; raises PydanticCustomError if it is none."""
    if not isinstance(value, str):
        raise refusal(f"{quote(value)} stands where a name belongs", "write the name as text")
    return _clean(value)


@lru_cache(maxsize=8192)  # the same few names are said over and over
def _clean(value: str) -> str:
    name = unicodedata.normalize("NFC", value.strip())
    if bad := next((char for char in name if _is_control(char)), None):
        raise refusal(f"the name {quote(value)} holds the control character {quote(bad)}",
                      "write it in letters, digits and spaces")
    name = " ".join(name.split())
    if not name:
        raise refusal("a name is empty", "write a name or leave the key out")
    if len(name) > MAX_NAME:
        raise refusal(f"the name {quote(name)} has {len(name)} characters",
                      f"write {MAX_NAME} at most")
    if not any(map(str.isalnum, name)):
        raise refusal(f"the name {quote(name)} has no letter or digit",
                      "write a name that can be said")
    return name


def folded(name: str, case: bool = False) -> str:
    """The form in which names are compared: NFC, single spaces and, unless `case`, any case."""
    text = " ".join(unicodedata.normalize("NFC", name).split())
    return text if case else unicodedata.normalize("NFC", text.casefold())


def _is_control(char: str) -> bool:
    # Format characters go too (they can turn a line of text around), save the two joiners;
    # so do line separators and the code points that Unicode says are never characters.
    kind = unicodedata.category(char)
    return (kind in ("Cc", "Cf", "Cs", "Zl", "Zp") and char not in _JOINERS) or (
        ord(char) & 0xFFFE == 0xFFFE
    )


Name: TypeAlias = Annotated[str, BeforeValidator(clean_name)]
