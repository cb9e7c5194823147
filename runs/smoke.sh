#!/usr/bin/env bash
# The whole pipeline in little, on two CPU cores and in minutes: to see that it works, not to ship.
set -euo pipefail
cd "$(dirname "$0")/.."
python3 -m venv .venv
.venv/bin/pip install --quiet -e '.[train]'
.venv/bin/batti train configs/smoke.yaml --out out/smoke
.venv/bin/batti export out/smoke out/smoke-model
.venv/bin/batti evaluate --model out/smoke-model --errors 5 tests/golden/*.yaml
