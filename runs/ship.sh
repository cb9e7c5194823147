#!/usr/bin/env bash
# The shipped model from nothing: sentences -> network -> ONNX -> figures -> card.
# Stage 1 wants a GPU (6 minutes on an H200); stage 2 and the rest run on two CPU cores.
set -euo pipefail
cd "$(dirname "$0")/.."
python3 -m venv .venv
.venv/bin/pip install --quiet -e '.[train]'
batti=.venv/bin/batti

# 1. The language is data: every sentence of the phrase bank is parsed, all faults at once.
$batti data validate

# 2. From scratch on sentences made while it trains; run it again to go on after a crash.
$batti train configs/ship.yaml --out out/ship
$batti train configs/polish.yaml --out out/polish

# 3. 8-bit ONNX graphs with their checksums.
$batti export out/polish batti/resources/model

# 4. Every figure of the README and of the model card comes from these files.
runs/measure.sh
