#!/usr/bin/env bash
# Installs into a venv, $1, by uv, which does pip's work in a fifth of the time, or by pip where uv cannot be had or does
# not reach what pip does. What pip is told of mirrors by its environment, uv is told too.
set -euo pipefail
venv=$1
shift
pip=("$venv/bin/python" -m pip install --quiet --disable-pip-version-check)
export UV_FIND_LINKS="${UV_FIND_LINKS-${PIP_FIND_LINKS-}}" UV_DEFAULT_INDEX="${UV_DEFAULT_INDEX-${PIP_INDEX_URL-}}" \
    UV_INDEX="${UV_INDEX-${PIP_EXTRA_INDEX_URL-}}"
if { [ -x "$venv/bin/uv" ] || "${pip[@]}" uv; } && "$venv/bin/uv" pip install --quiet --python "$venv/bin/python" "$@"; then exit 0; fi
exec "${pip[@]}" "$@"
