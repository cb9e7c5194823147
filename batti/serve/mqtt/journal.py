"""Which commands were begun and what was answered, so that none is done twice, also after a kill."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

from batti.errors import BattiError, quote

_KEPT = 24 * 3600.0
"""Seconds for which a command is known again."""
BEGUN = ""
"""The answer of what was begun and never ended."""


class Journal:
    """A SQLite file; every change is on the disk when the call returns. Its methods raise BattiError where it cannot be
    used any more, as on a full disk."""

    def __init__(self, path: Path) -> None:
        """Raises BattiError where the file cannot be used."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._path, self._file = path, sqlite3.connect(path, timeout=5, isolation_level=None)
            self._file.execute("PRAGMA journal_mode=WAL")
            self._file.execute("PRAGMA synchronous=FULL")
            self._file.execute("CREATE TABLE IF NOT EXISTS heard (key TEXT PRIMARY KEY, at REAL NOT NULL,"
                               " passing INTEGER NOT NULL, answer TEXT NOT NULL)")  # fmt: skip
        except (sqlite3.Error, OSError) as error:
            raise _unusable(path, error) from None

    def answer(self, key: str) -> str | None:
        """What was answered to a command, BEGUN where it was only begun, None for one that is new."""
        query = "SELECT answer FROM heard WHERE key = ? AND at > ?"
        row = self._done(query, key, time.time() - _KEPT).fetchone()
        return row[0] if row else None

    def begin(self, key: str, passing: bool) -> None:
        """Notes that a command is begun; `passing` keys mean something in one session with the broker only."""
        now = time.time()
        self._done("DELETE FROM heard WHERE at <= ?", now - _KEPT)
        self._done("INSERT OR REPLACE INTO heard VALUES (?, ?, ?, ?)", key, now, passing, BEGUN)

    def end(self, key: str, answer: str) -> None:
        """Notes what was answered."""
        self._done("UPDATE heard SET answer = ? WHERE key = ?", answer, key)

    def forget_passing(self) -> None:
        """Forgets the keys of a session that is over."""
        self._done("DELETE FROM heard WHERE passing")

    def close(self) -> None:
        """Ends it."""
        self._file.close()

    def _done(self, statement: str, *values: Any) -> sqlite3.Cursor:
        try:
            return self._file.execute(statement, values)
        except sqlite3.Error as error:
            raise _unusable(self._path, error) from None


def _unusable(path: Path, error: Exception) -> BattiError:
    return BattiError(f"the journal {quote(str(path))} cannot be used: {error}", "check its rights, and its disk")
