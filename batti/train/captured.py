"""What a training step computes on a GPU, launched as one: CUDA graphs, one for each shape of batch.

Launching the kernels of a small network from Python takes longer than the kernels do.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

Batch = dict[str, Tensor]
_Recorded = tuple[torch.cuda.CUDAGraph, Batch, Tensor]


class Captured:
    """`compute` of batches of few shapes: run as it is when a shape comes first, recorded the second time, replayed
    from then on.

    It may read only the batch and tensors that stay where they are, must not wait for the GPU, and leaves its
    gradients in tensors that are there before. To be called on a stream that is not the default one (what is
    recorded is what one stream does).
    """

    def __init__(self, compute: Callable[[Batch], Tensor]) -> None:
        self.compute = compute
        self.recorded: dict[tuple[torch.Size, ...], _Recorded | None] = {}
        self.memory = torch.cuda.graph_pool_handle()  # one for all: no two of them are at work at once

    def __call__(self, batch: Batch) -> Tensor:
        """What `compute` gives for the batch, which may lie in pinned memory of the host."""
        shapes = tuple(column.shape for column in batch.values())
        if shapes not in self.recorded:
            self.recorded[shapes] = None
            return self.compute({name: column.cuda(non_blocking=True) for name, column in batch.items()})
        graph, inputs, result = self.recorded[shapes] or self._record(shapes, batch)
        for name, column in batch.items():
            inputs[name].copy_(column, non_blocking=True)
        graph.replay()
        return result.clone()

    def _record(self, shapes: tuple[torch.Size, ...], batch: Batch) -> _Recorded:
        inputs = {name: column.cuda() for name, column in batch.items()}
        graph = torch.cuda.CUDAGraph()
        stream = torch.cuda.current_stream()
        # Other threads go on meanwhile: one of them pins memory for batches.
        with torch.cuda.graph(graph, pool=self.memory, stream=stream, capture_error_mode="thread_local"):
            result = self.compute(inputs)
        self.recorded[shapes] = recorded = (graph, inputs, result)
        return recorded
