#!/usr/bin/env bash
# Debian and Ubuntu ship `venv` apart from Python; install it where that is allowed, or say how.
set -euo pipefail
package="python$("${PYTHON:-python3}" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"
as_root=()
[ "$(id -u)" = 0 ] || as_root=(sudo)
if command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || command -v sudo >/dev/null; }; then
    "${as_root[@]}" apt-get update -q && "${as_root[@]}" apt-get install -y -q "$package"
else
    echo "Python's venv module is missing; install the package $package and try again" >&2
    exit 1
fi
