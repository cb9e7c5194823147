#!/usr/bin/env bash
# The dataset in dataset/: sentences over 120 random homes, balanced, split, checked, described.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ -z "${BATTI:-}" ]; then
    python3 -c 'import ensurepip' 2>/dev/null || runs/python_venv.sh
    python3 -m venv .venv
    .venv/bin/pip install --quiet -e '.[data]'
fi
batti=${BATTI:-.venv/bin/batti}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
seed=20261122

$batti data validate
$batti data generate "$work/pool/pool.jsonl" --count 60000 --per-home 500 --seed $seed
$batti data balance "$work/pool/pool.jsonl" "$work/all/all.jsonl" --by intent,action --max 1500 --seed $seed
$batti data split "$work/all/all.jsonl" "$work/data" --seed $seed
parts=("$work"/data/{train,validation,test}.jsonl)
$batti data check "${parts[@]}"
rm -f dataset/data/*.jsonl   # homes of another making would be in the way
$batti data export "${parts[@]}" dataset --to jsonl --overwrite   # the card
$batti data describe dataset/data/{train,validation,test}.jsonl --out dataset/figures
