"""Tables made of the lexicon, which come with the package so that no start has to make them.

    python -m batti.compiled      makes them anew, after a change of the lexicon or of how words are read

Beside them stands the digest of all that they are made of. Where that has changed since, they are left alone and a
table is made when it is first asked for: slower, and never out of date.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from functools import cache, wraps
from pathlib import Path
from typing import Any, TypeVar

from batti import lexicon
from batti.paths import folder

_Table = TypeVar("_Table")
_CODE = ("compiled", "letters", "lexicon", "lexicon_shape", "meaning", "sound", "spoken", "text")


def compiled(make: Callable[[], _Table]) -> Callable[[], _Table]:
    """What `make` makes of the lexicon, as JSON can say it: the table of its name that comes with the package, where
    that is up to date."""

    @cache
    @wraps(make)
    def table() -> _Table:
        tables = _tables()
        return tables[make.__name__] if make.__name__ in tables else make()

    return table


def file() -> Path:
    """Where the tables are."""
    return folder() / "tables.json"


@cache
def _tables() -> dict[str, Any]:
    try:
        kept = json.loads(file().read_text(encoding="utf-8"))
        return dict(kept["tables"]) if kept["made_of"] == _digest() else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _digest() -> str:
    """The digest of the lexicon and of the code that makes tables of it."""
    parts = [*(Path(__file__).with_name(f"{name}.py") for name in _CODE), *sorted(lexicon.folder().glob("*.yaml"))]
    sums = [hashlib.sha256(path.read_bytes()).hexdigest() for path in parts]
    return hashlib.sha256(" ".join(sums).encode()).hexdigest()


def written() -> str:
    """The text of the file of tables, made anew."""
    from batti import meaning, spoken  # which are made with what is here

    tables = [getattr(module, name) for module in (meaning, spoken) for name in module.COMPILED]
    made = {table.__name__: table.__wrapped__.__wrapped__() for table in tables}
    return json.dumps({"made_of": _digest(), "tables": made}, ensure_ascii=False, indent=0) + "\n"


if __name__ == "__main__":
    file().write_text(written(), encoding="utf-8")
