"""YAML documents: text in with line numbers, canonical text out, every fault at once."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from batti.errors import BattiError, Fault, quote
from batti.schema import Loc, Strict, findings

_MAX_DEPTH = 12  # far deeper than any document here, far shallower than the interpreter's stack
_STANDARD_TAGS = {f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map")}
# Plain text that some YAML reader takes for a number, a time or a truth value, beyond those that
# PyYAML itself would quote: 1e3 and 0o17 (YAML 1.2), 06:30 and y (YAML 1.1 as others read it).
_AMBIGUOUS = re.compile(
    r"[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?|0[oO][0-7]+|\d+(:\d+)+|[yYnN]", re.ASCII
)
_LOOK = "check the indentation, the colons and the quotes"
Model = TypeVar("Model", bound=Strict)


class _Loader(yaml.BaseLoader):
    """Keeps every scalar as the text that was written, so that 06:30 and `yes` stay themselves."""

    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        mark = event.start_mark
        problem, hint = "", ""
        if self.check_event(yaml.AliasEvent):
            problem, hint = "aliases (*name) are not read here", "write the text out, or in quotes"
        elif self.depth >= _MAX_DEPTH:
            problem, hint = "the lists or keys are nested too deep", "take some brackets out"
        if problem:
            raise yaml.MarkedYAMLError(None, None, problem, mark, hint)
        self.depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1


@dataclass
class Document:
    """Plain data as written, the line (from 1) of every key and item, and the faults of form."""

    source: str
    data: object = None
    lines: dict[Loc, int] = field(default_factory=dict)
    faults: list[tuple[int, Fault]] = field(default_factory=list)

    def line(self, loc: Loc) -> int:
        """The line of a key or item, or of the closest thing around it that was written."""
        while loc and loc not in self.lines:
            loc = loc[:-1]
        return self.lines.get(loc, 1)

    def where(self, line: int) -> str:
        """A line as a message says it."""
        return f"{self.source}:{line}" if self.source else f"line {line}"

    def add(self, line: int, problem: str, hint: str) -> None:
        """Notes a fault."""
        self.faults.append((line, Fault(self.where(line), problem, hint)))

    def raise_faults(self) -> None:
        """Raises BattiError with all the faults in the order of their lines, if there are any."""
        if self.faults:
            ordered = sorted(self.faults, key=lambda fault: fault[0])
            raise BattiError.of(dict.fromkeys(fault for _, fault in ordered))


def parse(text: str, source: str = "") -> Document:
    """Text to plain data with lines; raises BattiError with one fault where it is not YAML."""
    document = Document(source)
    node: yaml.Node | None = None
    try:
        node = _Loader(text).get_single_node()
    except (yaml.YAMLError, ValueError, OverflowError) as error:  # the last two: huge numbers
        line, problem = _syntax(error, text)
        hint = getattr(error, "note", None) or _LOOK
        fault = Fault(document.where(line), f"not valid YAML: {problem}", hint)
        raise BattiError.of([fault]) from None
    if node is None:
        fault = Fault(document.where(1), "the document is empty", "write keys and values")
        raise BattiError.of([fault])
    document.lines[()] = node.start_mark.line + 1
    document.data = _plain(node, (), document)
    return document


def _syntax(error: Exception, text: str) -> tuple[int, str]:
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        said = ", ".join(part for part in (error.context, error.problem) if part)
        return (mark.line + 1 if mark else 1), said
    if isinstance(error, yaml.reader.ReaderError):
        line = text.count("\n", 0, error.position) + 1
        return line, f"the character {quote(text[error.position])} is not allowed"
    return 1, "an escape or a directive holds a number that is too large"


def _plain(node: yaml.Node, loc: Loc, document: Document) -> object:
    if node.tag not in _STANDARD_TAGS:
        line = node.start_mark.line + 1
        document.add(line, f"the tag {quote(node.tag)} is not read here", "leave the tag out")
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, loc, document)
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            document.lines[(*loc, index)] = item.start_mark.line + 1
        return [_plain(item, (*loc, index), document) for index, item in enumerate(node.value)]
    return str(node.value)


def _mapping(node: yaml.MappingNode, loc: Loc, document: Document) -> dict[str, object]:
    data: dict[str, object] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            document.add(line, "a key is a list or a mapping", "write a plain word as the key")
            continue
        key = str(key_node.value)
        if key in data:
            first = document.where(document.lines[(*loc, key)])
            document.add(line, f"the key {quote(key)} is there twice (also {first})", "keep one")
            continue
        document.lines[(*loc, key)] = line
        data[key] = _plain(value_node, (*loc, key), document)
    return data


def read(model: type[Model], text: str, source: str = "", context: Any = ()) -> Model:
    """A model from YAML text; raises BattiError with every fault and its line."""
    document = parse(text, source)
    made: Model | None = None
    try:
        made = model.model_validate(document.data, context=context)
    except ValidationError as error:
        for found in findings(error):
            also = ""
            if found.other is not None:
                also = f" (also {document.where(document.line(found.other))})"
            document.add(document.line(found.loc), found.problem + also, found.hint)
    document.raise_faults()
    assert made is not None  # no faults means that it validated
    return made


def validated(model: type[Model], data: object, context: Any = ()) -> Model:
    """A model from plain data; raises BattiError with every fault and its path of keys."""
    try:
        return model.model_validate(data, context=context)
    except ValidationError as error:
        faults = []
        for found in findings(error):
            also = f" (also {path(found.other)})" if found.other is not None else ""
            faults.append(Fault(path(found.loc), found.problem + also, found.hint))
        raise BattiError.of(faults) from None


def path(loc: Loc) -> str:
    """A path of keys as a message says it: `actions[0].room`."""
    said = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in loc)
    return said.lstrip(".")


def dump(data: Mapping[str, Any]) -> str:
    """Canonical YAML: block style, lists of scalars in flow style, unicode kept."""
    return "\n".join(_lines(data, "")) + "\n"


def _lines(data: Mapping[str, Any], indent: str) -> list[str]:
    lines = []
    for key, value in data.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            lines.append(f"{indent}{key}:")
            for item in value:
                first, *rest = _lines(item, indent + "    ")
                lines += [f"{indent}  - {first.lstrip()}", *rest]
        elif isinstance(value, dict):
            lines += [f"{indent}{key}:", *_lines(value, indent + "  ")]
        elif isinstance(value, list):
            lines.append(f"{indent}{key}: [{', '.join(_scalar(item, True) for item in value)}]")
        else:
            lines.append(f"{indent}{key}: {_scalar(value, False)}")
    return lines


def _scalar(value: str | int | float, in_list: bool) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str):
        return repr(value)
    # json's quoted form is also YAML's, as no control character gets into a name.
    return value if _plain_is_safe(value, in_list) else json.dumps(value, ensure_ascii=False)


@lru_cache(maxsize=8192)  # the same few names are printed over and over
def _plain_is_safe(text: str, in_list: bool) -> bool:
    sample = [text] if in_list else {"k": text}
    dumped = yaml.safe_dump(
        sample, allow_unicode=True, default_flow_style=in_list, width=10 * len(text) + 100
    )
    written = f"[{text}]\n" if in_list else f"k: {text}\n"
    return dumped == written and not _AMBIGUOUS.fullmatch(text)
