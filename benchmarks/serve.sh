#!/usr/bin/env bash
# Interpretations a second that `batti serve` holds, with wrk on loopback (apt-get install wrk):
#   benchmarks/serve.sh [SECONDS] [CONNECTIONS] [WORKERS]
# Sentences of dataset/ of up to CHARS characters (40), none of which comes again before it is forgotten: first 300 a
# second, then as many as are answered; then the eight of `batti bench` over and over, which are remembered. A line of
# JSON each. The machine's load is printed too, as what else runs there takes its share; what a request takes of the
# processor depends less on that.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60} connections=${2:-8} workers=${3:-2}
python=${PYTHON:-.venv/bin/python}
command -v wrk >/dev/null || { echo "wrk is missing: apt-get install wrk" >&2; exit 1; }

work=$(mktemp -d)
export SENTENCES THREADS=1
trap 'kill "$server" 2>/dev/null; wait "$server" 2>/dev/null; rm -rf "$work"' EXIT
"$python" - "$work/new" "$work/again" "${CHARS:-40}" <<'PY'
import json, sys
from pathlib import Path
import yaml
from batti.paths import resources
lines = Path("dataset/data/train.jsonl").read_text(encoding="utf-8").splitlines()
said = dict.fromkeys(json.loads(line)["command"] for line in lines)
short = [one for one in said if len(one) <= int(sys.argv[3]) and one.isprintable() and not set(one) & set('"\\')]
new = [one + end for end in ("", ".", "!", " ?", " !", " .", "..", "...") for one in short]
again = [row["say"] for row in yaml.safe_load(resources("bench", "sentences.yaml").read_text(encoding="utf-8"))]
for name, some in zip(sys.argv[1:3], (new, again), strict=True):
    Path(name).write_text("\n".join(some), encoding="utf-8")
    print(f"{Path(name).name}: {len(some)} sentences of {sum(map(len, some)) / len(some):.0f} characters")
PY
OMP_NUM_THREADS=1 "$python" -m batti serve --port 0 --rate 0 --workers "$workers" --state "$work/state" >"$work/out" &
server=$!
until url=$(grep -o 'http://[^ ]*' "$work/out"); do sleep 0.1; done
until curl -sf "$url/v1/health/ready" >/dev/null; do sleep 0.1; done
sleep 3 # each process reads what is slow at first

processor() { # milliseconds that the service has had
    local ticks=0 pid
    for pid in "$server" $(cat "/proc/$server/task/$server/children"); do
        ticks=$((ticks + $(awk '{print $14 + $15}' "/proc/$pid/stat")))
    done
    echo $((ticks * 1000 / $(getconf CLK_TCK)))
}

for run in "new 300" "new 0" "again 300" "again 0"; do
    read -r which rate <<<"$run"
    echo "$which sentences, rate ${rate/#0/any}, $connections connections, load before: $(cut -d' ' -f1 /proc/loadavg)"
    before=$(processor)
    SENTENCES=$work/$which RATE=$rate wrk -t1 -c"$connections" -d"${seconds}s" -s benchmarks/serve.lua "$url" \
        | tail -1 | tee "$work/said"
    "$python" - "$work/said" $(($(processor) - before)) <<'PY'
import json, sys
requests = json.load(open(sys.argv[1]))["requests"]
print(f"{int(sys.argv[2]) / requests:.2f} ms of the processor a request")
PY
done
