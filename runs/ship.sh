#!/usr/bin/env bash
# The shipped model from nothing: sentences -> network -> ONNX -> figures -> card.
# The training wants a GPU and 16 CPU cores that make sentences for it (36 minutes); the rest runs on two CPU cores.
set -euo pipefail
cd "$(dirname "$0")/.."
python3 -m venv .venv
.venv/bin/pip install --quiet -e '.[train,eval]'
batti=.venv/bin/batti

# 1. The language is data: every sentence of the phrase bank is parsed, all faults at once.
$batti data validate

# 2. From scratch on sentences made while it trains, then on from there in two ways; run it again to go on after a crash.
$batti train configs/ship.yaml --out out/ship
$batti train configs/ship_on.yaml --out out/ship_on
$batti train configs/ship_on.yaml --set batch=1024 --out out/ship_on_1024

# 3. The mean of the two, which is better than each; ONNX graphs with their checksums.
$batti average out/ship_on out/ship_on_1024 --out out/shipped
$batti export out/shipped batti/resources/model

# 4. Every figure of the README and of the model card comes from these files.
runs/measure.sh
