"""A model in a fresh process: its first answer and the most memory it took, as JSON.

    python -m batti.evaluate.probe MODEL THREADS
"""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from batti.errors import BattiError


@dataclass(frozen=True)
class Cold:
    """Seconds from the start of the process to its first answer, imports included; its peak resident memory."""

    seconds: float
    memory_mb: float


def cold(model: str, threads: int | None) -> Cold:
    """The first answer of a model in a process of its own. Raises BattiError."""
    command = [sys.executable, "-m", "batti.evaluate.probe", model, str(threads or 0)]
    began = time.time()
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["it ended without a word"])[-1]
        raise BattiError(f"the model '{model}' cannot be measured in a process of its own: {said}")
    said_by_it = json.loads(done.stdout.splitlines()[-1])
    return Cold(said_by_it["answered"] - began, said_by_it["memory_mb"])


def _peak_mb() -> float:
    """Peak resident memory, files mapped into it included."""
    status = Path("/proc/self/status")
    # getrusage() counts what the parent held when it started this process, where /proc does not.
    if status.exists() and (peak := re.search(r"VmHWM:\s+(\d+) kB", status.read_text())):
        return int(peak[1]) / 1024
    peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak_kb / (1 << 20 if sys.platform == "darwin" else 1024)


def main() -> None:
    from batti.evaluate import subjects

    model, threads = sys.argv[1], int(sys.argv[2]) or None
    subjects.subject(model, threads).answer(subjects.cases()[0])
    print(json.dumps({"answered": time.time(), "memory_mb": round(_peak_mb(), 1)}), flush=True)


if __name__ == "__main__":
    main()
