#!/usr/bin/env bash
# The thesis protocol: our kind of network trained on the thesis's train split alone, scored on its other splits.
# Ten minutes on a CPU core, or one on a GPU. No phrase bank, no lexicon; nothing of the data or the weights is kept.
#   runs/thesis.sh                    scores on val.json
#   runs/thesis.sh TEST.json...       scores on these files too
#   THESIS=FOLDER runs/thesis.sh ...  where train.json and val.json lie
# The figures go to docs/results/thesis.json.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
thesis=${THESIS:-$here/../shared/eval/thesis}
if [ ! -f "$thesis/train.json" ]; then
    echo "no $thesis/train.json: nothing to train on; docs/results/thesis.json stays as it is" >&2
    exit 0
fi
exec "$here/.venv/bin/python" -m batti.evaluate.thesis --recipe "$here/configs/thesis.yaml" \
    --results "$here/docs/results/thesis.json" "$thesis/train.json" "$thesis/val.json" "$@"
