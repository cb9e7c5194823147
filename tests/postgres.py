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


@contextmanager
def cluster() -> Iterator[str]:
    """The URL of an empty database."""
    found = programs()
    assert found is not None
    folder = Path(tempfile.mkdtemp(prefix="batti-pg-"))
    as_user = ["runuser", "-u", _USER, "--"] if os.geteuid() == 0 else []
    if as_user:
        shutil.chown(folder, _USER)

    def run(program: str, *args: str) -> None:
        subprocess.run([*as_user, str(found / program), *args], check=True, cwd=folder, stdout=subprocess.DEVNULL)

    data = str(folder / "data")
    try:
        run("initdb", "-D", data, "-U", _USER, "--auth=trust", "--no-sync", "-E", "UTF8")
        options = f"-c listen_addresses='' -k {folder} -c fsync=off"
        run("pg_ctl", "-D", data, "-o", options, "-l", str(folder / "log"), "-w", "start")
        try:
            yield f"postgresql://{_USER}@/postgres?host={folder}"
        finally:
            run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
