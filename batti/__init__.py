"""batti understands what people in Nepal say to their lights.

>>> from batti import Interpreter
>>> interpreter = Interpreter.load()
>>> interpreter("bhancha ko batti nibhau").command.actions[0].action
'turn_off'
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from batti.command import Action, Command
    from batti.errors import BattiError
    from batti.home import Home
    from batti.interpreter import Interpreter, Result

# ONNX Runtime, from 1.29 on, keeps a number of the machine in the user's folder and sends Microsoft how it is used. It
# looks for this variable as it is loaded, which is after this package.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

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
