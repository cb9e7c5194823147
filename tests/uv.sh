#!/usr/bin/env bash
# `uv pip install` into a venv, $1: a fifth of pip's work. What pip is told of mirrors by its environment, uv is told too.
set -euo pipefail
venv=$1
shift
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check uv
export UV_FIND_LINKS="${UV_FIND_LINKS-${PIP_FIND_LINKS-}}" UV_DEFAULT_INDEX="${UV_DEFAULT_INDEX-${PIP_INDEX_URL-}}" \
    UV_INDEX="${UV_INDEX-${PIP_EXTRA_INDEX_URL-}}"
exec "$venv/bin/uv" pip install --quiet --python "$venv/bin/python" "$@"
