import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from batti import Interpreter

settings.register_profile("batti", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("batti")


@pytest.fixture(scope="session", autouse=True)
def _own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home folder of the tests' own, for this process and for those that it starts."""
    home = tmp_path_factory.mktemp("user")
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("XDG_", "BATTI"))]:
            patch.delenv(name)
        patch.setenv("HOME", str(home))
        patch.setenv("PYTHONIOENCODING", "utf-8")
        yield home


@pytest.fixture(scope="session")
def interpreter() -> Interpreter:
    """The shipped model in the default home."""
    return Interpreter.load()
