#!/usr/bin/env bash
# Programs that the tests start, each a `command package` pair of Debian and Ubuntu: installs those that are missing,
# where that is allowed. What cannot be had is skipped by the tests, with a message.
set -euo pipefail
PATH=$PATH:/usr/sbin
pairs="
pg_ctlcluster postgresql
"
missing=()
while read -r command package; do
    [ -z "$command" ] || command -v "$command" >/dev/null || missing+=("$package")
done <<<"$pairs"
[ ${#missing[@]} -gt 0 ] || exit 0
as_root=()
[ "$(id -u)" = 0 ] || as_root=(sudo -n)
# No service is to start where tests only start their own.
install=(env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -q --no-install-recommends)
if command -v apt-get >/dev/null && "${as_root[@]}" true 2>/dev/null; then
    "${as_root[@]}" apt-get update -q || true
    if "${as_root[@]}" "${install[@]}" "${missing[@]}"; then exit 0; fi
fi
echo "not installed, so what needs it is not tested: ${missing[*]}" >&2
