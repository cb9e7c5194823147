"""The command line: parse, call, print."""

from __future__ import annotations

import codecs
import difflib
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import click

import batti.cli_dataset  # noqa: F401 - adds its verbs to `data`
from batti import __version__
from batti.cli_bench import bench
from batti.cli_data import data
from batti.cli_evaluate import evaluate
from batti.cli_home import home
from batti.cli_mqtt import mqtt
from batti.cli_serve import serve
from batti.cli_train import adapt, average, compare, export, train, tune
from batti.cli_wyoming import wyoming
from batti.errors import BattiError
from batti.paths import state_folder

if TYPE_CHECKING:
    from batti.backends.onnx import OnnxBackend
    from batti.interpreter import Interpreter, Result

_CHUNK = 1 << 16  # bytes read from standard input at once, at most
_AT_ONCE = 128  # lines that are answered together: enough for every core, few enough that the answers keep moving
_ENDS, _HELP = ("exit", "quit"), "help"  # at the prompt, where they are no sentences
_MISTYPED = 0.8  # likeness of a first word from which it may have been meant for a verb
# Some readers take these for line ends, and an answer is one line.
_SEPARATORS = {code: f"\\u{code:04x}" for code in (0x85, 0x2028, 0x2029)}


class _Cli(click.Group):
    """A group whose first word may be left out: `batti "..."` is `batti say "..."`; faults are one line each."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        own = {"--help", "-h", "--version"}
        if at := self._verb(args):  # behind options, which are the verb's
            args = [args[at], *args[:at], *args[at + 1 :]]
        if not args or (args[0] not in self.commands and args[0] not in own):
            args = ["say", *args]
        return super().parse_args(ctx, args)

    def _verb(self, args: list[str]) -> int:
        """Where a verb stands behind options of `say`: `--room bedroom explain ...`; 0 where none does."""
        known = (one for one in self.commands["say"].params if isinstance(one, click.Option))
        options = {name: one for one in known for name in one.opts}
        at = 0
        while at < len(args) and (found := options.get(args[at].partition("=")[0])):
            at += 1 if found.is_flag or "=" in args[at] else 2
        return at if at < len(args) and args[at] in self.commands else 0

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            if type(error).show is not click.UsageError.show:  # it shows a help page
                raise
            said = " ".join(error.format_message().split()).rstrip(".")
            of = (error.ctx or ctx).command_path
            _tell(f"{said}; see {of} --help")
            ctx.exit(2)
        except BattiError as error:
            _tell(*str(error).splitlines())
            ctx.exit(1)

    def main(self, *args: Any, **options: Any) -> Any:
        try:
            return super().main(*args, **options)
        except OSError as error:  # what is printed may fail anywhere, in a help page too
            where = f"'{os.fsdecode(error.filename)}': " if isinstance(error.filename, str | bytes) else ""
            _tell(f"{where}{error.strerror or error}; see whether it is there, may be used and has room")
            _forget_output()
            sys.exit(1)


def _tell(*lines: str) -> None:
    with suppress(OSError):
        click.echo("\n".join(f"batti: {line}" for line in lines), err=True)


def _forget_output() -> None:
    """What could not be printed is not tried again as the process ends."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_home = click.option("--home", type=_FILE, help="Home file; a home with eleven usual rooms without it.")
_room = click.option("--room", help="Room that the speaker is in: `here` becomes it.")
_model = click.option(
    "--model", help="Model folder, .gguf file, or URL#NAME of an API; the shipped model without it."
)


@click.group(cls=_Cli, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="batti")
def main() -> None:
    """Understand what people in Nepal say to their lights.

    \b
    batti "bhancha ko batti nibhau"      print the command as YAML
    batti --json < sentences.txt         one JSON object for each line
    batti                                ask for sentences one by one
    """


main.add_command(data)
main.add_command(bench)
main.add_command(evaluate)
for verb in (train, tune, compare, average, export, adapt, home, serve, mqtt, wyoming):
    main.add_command(verb)


@main.command()
@click.argument("text", nargs=-1)
@_home
@_room
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of YAML.")
@_model
def say(text: tuple[str, ...], home: Path | None, room: str | None, as_json: bool, model: str | None) -> None:
    """Understand TEXT, or each line of standard input, or what is typed at a prompt.

    Lines of standard input give one JSON object each, in order, blank lines too.
    """
    lines = not text and not sys.stdin.isatty()
    interpreter = _interpreter(home, room, model, threads=os.cpu_count() or 1 if lines else 1)
    if text:
        understood = _answer(interpreter, " ".join(text), as_json)
        nothing = understood.command.intent == "none"
        if nothing and (meant := difflib.get_close_matches(text[0], main.commands, 1, _MISTYPED)):  # `batti serv`
            _tell(f"taken for a sentence; did you mean batti {meant[0]}?")
    elif lines:
        _answer_lines(interpreter, sys.stdin.buffer)
    else:
        _converse(interpreter, as_json)


def _interpreter(home: Path | None, room: str | None, model: str | None, threads: int = 1) -> Interpreter:
    from batti.interpreter import Interpreter

    loaded = Interpreter.load(home, model=model, threads=threads)
    if room is None:
        return loaded
    try:
        return Interpreter(loaded.backend, loaded.home, room)
    except BattiError as error:
        raise click.BadParameter(str(error), param_hint="--room") from None


def _timed(interpreter: Interpreter, texts: list[str]) -> Iterator[tuple[Result, float]]:
    """Results with their milliseconds, each an equal share of the batch's."""
    began = time.perf_counter()
    results = interpreter.batch(texts)
    ms = 1000 * (time.perf_counter() - began) / max(1, len(texts))
    return ((result, ms) for result in results)


def _as_json(result: Result, ms: float) -> str:
    line = json.dumps({**result.to_dict(), "ms": round(ms, 2)}, ensure_ascii=False)
    return line.translate(_SEPARATORS)


def _answer(interpreter: Interpreter, text: str, as_json: bool) -> Result:
    [(result, ms)] = _timed(interpreter, [_printable(text)])
    click.echo(_as_json(result, ms) if as_json else result.yaml(), nl=as_json)
    return result


def _printable(text: str) -> str:
    """The text with bytes that were no UTF-8 replaced, so that it can be printed again."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _lines(stream: BinaryIO) -> Iterator[list[str]]:
    """The lines that can be had at once, again and again, so that answers neither lag nor wait."""
    rest, mark = b"", codecs.BOM_UTF8  # with which editors of Windows begin a file
    read = getattr(stream, "read1", stream.read)
    while chunk := read(_CHUNK):
        chunk, mark = chunk.removeprefix(mark), b""
        *whole, rest = (rest + chunk).split(b"\n")
        if whole:
            yield [line.removesuffix(b"\r").decode("utf-8", "replace") for line in whole]
    if rest:
        yield [rest.removesuffix(b"\r").decode("utf-8", "replace")]


def _answer_lines(interpreter: Interpreter, stream: BinaryIO) -> None:
    from tqdm import tqdm

    with tqdm(unit=" lines", file=sys.stderr, disable=None, delay=1.0) as bar:
        for lines in _lines(stream):
            for start in range(0, len(lines), _AT_ONCE):
                some = lines[start : start + _AT_ONCE]
                for result, ms in _timed(interpreter, some):
                    click.echo(_as_json(result, ms))
                bar.update(len(some))


@main.command()
@click.argument("text", nargs=-1, required=True)
@_home
@_room
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@_model
def explain(text: tuple[str, ...], home: Path | None, room: str | None, as_json: bool, model: str | None) -> None:
    """Show which words of TEXT were taken for what, and how sure each part is."""
    from batti import backends

    if backends.runtime_of(model or "") != "onnx":  # which others may take long to load
        raise BattiError("only a model that points at words can be explained", "leave --model out")
    from batti.cli_explain import printed
    from batti.explain import at_home
    from batti.explain import explain as explained

    interpreter = _interpreter(home, room, model)
    backend = cast("OnnxBackend", interpreter.backend)
    found = explained(backend, interpreter.home, _printable(" ".join(text)))
    click.echo(printed(at_home(found, interpreter), as_json))


def _converse(interpreter: Interpreter, as_json: bool) -> None:
    """A prompt with line editing and a history that is kept."""
    history = state_folder() / "history"
    try:
        import readline

        history.parent.mkdir(parents=True, exist_ok=True)
        if history.exists():
            readline.read_history_file(history)
        readline.set_history_length(1000)
    except (ImportError, OSError):  # no readline, or nowhere to keep it: it works without
        readline = None  # type: ignore[assignment]
    click.echo("Say something to your lights. Ctrl-D ends.", err=True)
    while True:
        try:
            text = input("batti> ")
        except (EOFError, KeyboardInterrupt):
            click.echo()
            break
        said = text.strip().lower()
        if said in _ENDS:
            break
        if said == _HELP:
            click.echo("Type what a light is to do and where it is: the answer is its command.", err=True)
            click.echo("exit, quit or Ctrl-D ends; batti --help tells of all else.", err=True)
        elif said:
            _answer(interpreter, text, as_json)
    if readline is not None:
        with suppress(OSError):  # nowhere to keep it any more
            readline.write_history_file(history)
