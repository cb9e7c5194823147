#!/usr/bin/env bash
# Makes the wheel that the Dockerfile installs, of this checkout.
set -euo pipefail
cd "$(dirname "$0")/.."
"${PYTHON:-python3}" -m pip wheel --quiet --no-deps --wheel-dir app/wheels .
ls app/wheels
