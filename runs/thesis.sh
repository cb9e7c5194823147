#!/usr/bin/env bash
# The thesis protocol: our kind of network trained on the thesis's train split alone, scored on its other splits. Twice:
# from the shipped weights, as the thesis's Llama went on from its own (an hour of one CPU core), and from nothing (eleven
# minutes of a GPU, where there is one; else about an hour and a half of one CPU core that knows bfloat16;
# OMP_NUM_THREADS=1 where other work runs beside it). From nothing means no phrase bank, and of the lexicon the keyboard
# alone. Nothing of the data or of the weights trained on them is kept.
#   runs/thesis.sh                    scores on val.json
#   runs/thesis.sh TEST.json...       scores on these files too
#   THESIS=FOLDER runs/thesis.sh ...  where train.json and val.json lie
# The figures go to docs/results/thesis_started.json and thesis.json.
set -euo pipefail
thesis=$(realpath -m "${THESIS:-$(dirname "$0")/../../shared/eval/thesis}")
tests=()
[ $# -eq 0 ] || mapfile -t tests < <(realpath -- "$@")
cd "$(dirname "$0")/.."
if [ ! -f "$thesis/train.json" ]; then
    echo "no $thesis/train.json: nothing to train on; docs/results/thesis*.json stay as they are" >&2
    [ -z "${THESIS:-}" ] || exit 1  # somebody said that it is there
    exit 0
fi
python3 -c 'import ensurepip' 2>/dev/null || runs/python_venv.sh
python3 -m venv .venv
.venv/bin/pip install --quiet -e '.[train]'
for way in thesis_started thesis; do
    .venv/bin/python -m batti.evaluate.thesis --recipe "configs/$way.yaml" --results "docs/results/$way.json" \
        "$thesis/train.json" "$thesis/val.json" "${tests[@]}"
done
