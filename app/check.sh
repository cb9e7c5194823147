#!/usr/bin/env bash
# Without a container engine: that what the Dockerfile installs is there ready-made for both kinds of machine.
set -euo pipefail
cd "$(dirname "$0")/.."
app/wheels.sh >/dev/null
wanted=$(sed -n 's|.*"/\(wheels/batti.*\)"|app/\1|p' app/Dockerfile)
python=$(sed -n 's/^FROM python:\([0-9.]*\).*/\1/p' app/Dockerfile)
for machine in x86_64 aarch64; do
    "${PYTHON:-python3}" -m pip install --quiet --dry-run --target /nowhere --only-binary=:all: \
        --python-version "$python" --implementation cp --platform "manylinux_2_28_$machine" \
        --platform "manylinux_2_27_$machine" --platform "manylinux_2_17_$machine" \
        --platform "manylinux2014_$machine" "$wanted"
    echo "$machine: everything is there as wheels"
done
