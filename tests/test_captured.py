"""What is recorded and replayed on a GPU is what is computed without it."""

from itertools import islice

import pytest

torch = pytest.importorskip("torch", reason="needs torch: pip install '.[train]'")
if not torch.cuda.is_available():
    pytest.skip("needs an NVIDIA GPU", allow_module_level=True)

from pathlib import Path  # noqa: E402

from batti.train import stream  # noqa: E402
from batti.train.captured import Captured  # noqa: E402
from batti.train.run import Recipe  # noqa: E402
from batti.train.scratch import Trainer  # noqa: E402

SHAPE = {"width": 64, "heads": 2, "encoder_layers": 2, "decoder_layers": 1, "feed_forward": 128, "dropout": 0.0}


def trainer(tmp_path: Path) -> Trainer:
    return Trainer(
        Recipe.model_validate(
            {
                "auxiliary": 0.3,
                "optimizer": "muon",
                "learning_rate": 4e-3,
                "warmup_steps": 10,
                "steps": 1000,
                "shape": SHAPE,
            }
        ),
        tmp_path,
    )


def test_gradients_are_those_of_the_batch_whatever_was_replayed_before(tmp_path: Path) -> None:
    it = trainer(tmp_path)
    plain, captured = it._gradients, Captured(it._gradients)
    batches = list(islice(stream.batches(stream.Stream(4, 16, multiple=16), 0), 24))
    shapes = {tuple(column.shape for column in batch.values()) for batch in batches}
    assert 1 < len(shapes) < len(batches) / 2
    with torch.cuda.stream(torch.cuda.Stream()):
        for batch in (*batches, *batches):
            on_gpu = {name: column.cuda() for name, column in batch.items()}
            loss = plain(on_gpu).item()
            expected = [weight.grad.clone() for weight in it.network.parameters()]
            assert captured(batch).item() == pytest.approx(loss, rel=1e-4)
            for weight, grad in zip(it.network.parameters(), expected, strict=True):
                error = (weight.grad - grad).norm() / (grad.norm() + 1e-6)
                assert error < 1e-3


def test_training_with_recorded_steps_learns_what_it_learns_without(tmp_path: Path) -> None:
    batches = list(islice(stream.batches(stream.Stream(4, 64, multiple=16), 0), 150))
    losses = []
    for plain in (True, False):
        it = trainer(tmp_path / str(plain))
        if plain:
            it.gradients = lambda batch, it=it: it._gradients({name: c.cuda() for name, c in batch.items()})
        with torch.cuda.stream(torch.cuda.Stream()):
            losses.append([it._update(batch).item() for batch in batches])
    assert sum(losses[0][-10:]) < 0.7 * sum(losses[0][:10])
    assert sum(losses[1][-10:]) == pytest.approx(sum(losses[0][-10:]), rel=0.05)
