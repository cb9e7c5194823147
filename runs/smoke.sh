#!/usr/bin/env bash
# A small model from nothing, on two CPU cores in ten minutes: to see that the pipeline works, or to try an idea.
set -euo pipefail
cd "$(dirname "$0")/.."
python3 -c 'import ensurepip' 2>/dev/null || runs/python_venv.sh
python3 -m venv .venv
.venv/bin/pip install --quiet -e '.[train]'
.venv/bin/batti train configs/smoke.yaml --out out/smoke
.venv/bin/batti export out/smoke out/smoke-model
.venv/bin/batti evaluate --model out/smoke-model --errors 5 tests/golden/*.yaml
household=../shared/eval/household_dev.jsonl
if [ -f "$household" ]; then
    .venv/bin/batti evaluate --model out/smoke-model --errors 0 "$household"
else
    echo "no $household: the golden sentences are all that was measured" >&2
fi
