#!/usr/bin/env bash
# Installs a real Home Assistant for the tests into a venv of its own, $1: the newest that a Python at hand can run.
# Python 3.11 runs 2024.3 at most, and 3.12 2025.1, to which the custom integration cannot talk.
set -euo pipefail
venv=$1
candidates=("${HASS_PYTHON:-}" python3.14 python3.13 "$HOME"/.pyenv/versions/3.13*/bin/python3 python3.12
    "$HOME"/.pyenv/versions/3.12*/bin/python3 python3.11 python3)
for python in "${candidates[@]}"; do
    if [ -n "$python" ] && "$python" -c 'import sys, venv, ssl, sqlite3' 2>/dev/null; then break; fi
done
"$python" -m venv "$venv"
install=("$(dirname "$0")/uv.sh" "$venv")
"${install[@]}" homeassistant
# What the parts in use need besides, in the versions that Home Assistant was made with.
constraints=$("$venv/bin/python" -c 'import homeassistant as h; print(h.__path__[0] + "/package_constraints.txt")')
"${install[@]}" $("$venv/bin/python" - <<'PY'
import json
from pathlib import Path

import homeassistant

parts = "conversation wyoming zeroconf assist_pipeline tts ffmpeg frontend".split()
components = Path(homeassistant.__path__[0]) / "components"
for part in parts:
    print(*json.loads((components / part / "manifest.json").read_text()).get("requirements", ()))
PY
) -c "$constraints"
if "$venv/bin/python" -c 'from homeassistant.const import MAJOR_VERSION, MINOR_VERSION
raise SystemExit((MAJOR_VERSION, MINOR_VERSION) < (2025, 4))'; then
    touch "$venv/.ready"
else
    echo "$("$python" --version) runs no Home Assistant since 2025.4, and the tests need that: install Python 3.13" >&2
    exit 1
fi
