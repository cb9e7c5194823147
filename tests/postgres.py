"""A PostgreSQL cluster of the tests' own, on a Unix socket in a folder that is removed again."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_USER = "postgres"  # PostgreSQL does not run as root; its package makes this user


def programs() -> Path | None:
    """The folder of initdb and pg_ctl, None where PostgreSQL is not installed."""
    installed = [*Path("/usr/lib/postgresql").glob("*/bin/initdb"), *filter(None, [shutil.which("initdb")])]
    return Path(installed[-1]).parent if installed else None


class Cluster:
    """A cluster in a folder; `url` is that of its empty database."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self._folder, self._programs = folder, programs
        self._as_user = ["runuser", "-u", _USER, "--"] if os.geteuid() == 0 else []
        self.url = f"postgresql://{_USER}@/postgres?host={folder}"

    def make(self) -> None:
        if self._as_user:
            shutil.chown(self._folder, _USER)
        self._run("initdb", "-U", _USER, "--auth=trust", "--no-sync", "-E", "UTF8")

    def start(self) -> None:
        options = f"-c listen_addresses='' -k {self._folder} -c fsync=off"
        self._run("pg_ctl", "-o", options, "-l", str(self._folder / "log"), "-w", "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-m", "immediate", "-w", "stop")

    def _run(self, program: str, *args: str) -> None:
        command = [*self._as_user, str(self._programs / program), "-D", str(self._folder / "data"), *args]
        subprocess.run(command, check=True, cwd=self._folder, stdout=subprocess.DEVNULL)


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A cluster that runs."""
    found = programs()
    assert found is not None
    folder = Path(tempfile.mkdtemp(prefix="batti-pg-"))
    made = Cluster(folder, found)
    try:
        made.make()
        made.start()
        try:
            yield made
        finally:
            made.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
