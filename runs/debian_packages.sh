#!/usr/bin/env bash
# Servers that tests start for themselves, from Debian's packages: runs/debian_packages.sh PACKAGE...
# What is there is left alone; where nothing may be installed it says so, and the tests that need it are skipped.
set -euo pipefail
missing=()
for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0
as_root=()
[ "$(id -u)" = 0 ] || as_root=(sudo -n)
if command -v apt-get >/dev/null && "${as_root[@]}" true 2>/dev/null; then
    "${as_root[@]}" apt-get update -q && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q "${missing[@]}" && exit
fi
echo "tests that need ${missing[*]} will be skipped; to run them: apt-get install ${missing[*]}" >&2
