"""Figures for Prometheus, over all the processes of the service."""

from __future__ import annotations

import os
from collections.abc import Iterator

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

MEDIA = CONTENT_TYPE_LATEST
_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)

SENTENCES = Counter("batti_sentences", "Sentences that were understood, by intent.", ["intent", "model"])
UNSURE = Counter("batti_unsure", "Sentences that were asked back.")
READING = Histogram("batti_reading_seconds", "From asking a model to its answer.", buckets=_SECONDS)
REQUESTS = Counter("batti_requests", "Requests by path and status.", ["path", "status"])
ACTIONS = Counter("batti_actions", "Actions carried out, by kind and what came of it.", ["action", "result"])
JOBS = Counter("batti_jobs", "What was scheduled, by what became of it.", ["status"])


class _Waiting:
    """What all processes know alike is asked for when it is to be shown."""

    def __init__(self, count: int) -> None:
        self._count = count

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield GaugeMetricFamily("batti_scheduled", "What waits for its time.", value=self._count)


def text(waiting: int) -> bytes:
    """All figures; `waiting` is what is scheduled."""
    registry = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):  # where the processes leave their figures
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        for one in (SENTENCES, UNSURE, READING, REQUESTS, ACTIONS, JOBS):
            registry.register(one)
    registry.register(_Waiting(waiting))
    return generate_latest(registry)
