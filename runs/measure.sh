#!/usr/bin/env bash
# The result files behind the README and the model card: accuracy, speed, then the card. thesis.json is made by
# runs/thesis.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
python3 -c 'import ensurepip' 2>/dev/null || runs/python_venv.sh
python3 -m venv .venv
.venv/bin/pip install --quiet -e '.[eval]'
batti=.venv/bin/batti
$batti evaluate --errors 0 --results docs/results/golden.json tests/golden/*.yaml
$batti evaluate --errors 0 --results docs/results/heldout.json evaluation/heldout/*.yaml
.venv/bin/python -m batti.evaluate.sweeps out/sweeps/sweeps.jsonl
$batti evaluate --errors 0 --results docs/results/sweeps.json out/sweeps/sweeps.jsonl
$batti evaluate --errors 0 --results docs/results/baselines.json --model batti/resources/model \
    --model baseline:lookup --model baseline:nearest --model baseline:tfidf --model baseline:hassil \
    --train dataset/data/train.jsonl evaluation/heldout/*.yaml
household=../shared/eval/household_dev.jsonl
if [ -f "$household" ]; then
    $batti evaluate --errors 0 --results docs/results/household_dev.json "$household"
else
    echo "no $household: docs/results/household_dev.json stays as it is" >&2
fi
.venv/bin/python benchmarks/speed.py docs/results/speed.json
.venv/bin/python benchmarks/generate.py docs/results/generate.json
.venv/bin/python -m batti.evaluate.card
