#!/usr/bin/env bash
# The shipped model from nothing: sentences -> network -> ONNX -> figures -> card.
# The training wants a GPU and 16 CPU cores that make sentences for it (51,000 steps took 26 minutes of an H200, 47,200
# more another 26); the rest runs on two CPU cores.
set -euo pipefail
cd "$(dirname "$0")/.."
python3 -c 'import ensurepip' 2>/dev/null || runs/python_venv.sh
python3 -m venv .venv
.venv/bin/pip install --quiet -e '.[train,eval]'
batti=.venv/bin/batti

# 1. The language is data: every sentence of the phrase bank is parsed, all faults at once.
$batti data validate

# 2. From scratch on sentences made while it trains, then on from there at two thirds of the rate; run it again to go on
# after a crash.
$batti train configs/ship.yaml --out out/first
$batti train configs/ship.yaml --out out/second --set start=out/first --set seed=9 --set steps=47200 \
    --set learning_rate=2.0e-3

# 3. ONNX graphs with their checksums.
$batti export out/second batti/resources/model

# 4. The figures of the README and of the model card; those of the thesis's protocol are made by runs/thesis.sh.
runs/measure.sh
