"""What is told while a language model trains: its time, a bar, and each evaluation."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from transformers import ProgressCallback, TrainerCallback
from transformers.trainer_callback import ExportableState

Report = Callable[[int, dict[str, float]], None]
"""Told the step and the figures of each evaluation; what it raises ends the run."""


class Clock(TrainerCallback, ExportableState):  # type: ignore[misc]
    """Seconds in training steps, evaluations left out, also across a stop; and a last evaluation if there are any."""

    def __init__(self) -> None:
        self.seconds, self._began = 0.0, 0.0

    def state(self) -> dict[str, Any]:
        return {"args": {}, "attributes": {"seconds": self.seconds}}

    def on_step_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self._began = time.perf_counter()

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self.seconds += time.perf_counter() - self._began
        if state.global_step >= state.max_steps:
            control.should_log = True
            control.should_evaluate = control.should_save = args.eval_strategy != "no"


class Bar(ProgressCallback):  # type: ignore[misc]
    """The libraries' progress bar, with the latest figures behind it."""

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
        if state.is_world_process_zero and self.training_bar is not None:
            said = {key: f"{logs[key]:.4g}" for key in ("loss", "eval_loss", "eval_exact") if key in (logs or {})}
            self.training_bar.set_postfix(said, refresh=False)


class Reporter(TrainerCallback):  # type: ignore[misc]
    """Tells somebody of each evaluation."""

    def __init__(self, report: Report) -> None:
        self.report = report

    def on_evaluate(self, args: Any, state: Any, control: Any, metrics: Any = None, **_: Any) -> None:
        self.report(state.global_step, metrics)
