"""batti understands what people in Nepal say to their lights.

>>> from batti import Interpreter
>>> interpreter = Interpreter.load()
>>> interpreter("bhancha ko batti nibhau").command.actions[0].action
'turn_off'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from batti.command import Action, Command
    from batti.errors import BattiError
    from batti.home import Home
    from batti.interpreter import Interpreter, Result

__version__ = "0.1.0"
__all__ = ["Action", "BattiError", "Command", "Home", "Interpreter", "Result"]

_WHERE = {
    "Action": "command", "Command": "command", "BattiError": "errors",
    "Home": "home", "Interpreter": "interpreter", "Result": "interpreter",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import on first use: `batti --help` needs neither numpy nor a model runtime."""
    if name in _WHERE:
        from importlib import import_module

        return getattr(import_module(f"batti.{_WHERE[name]}"), name)
    raise AttributeError(f"module 'batti' has no attribute {name!r}")
