# Roots of Debian releases for runs that need another Python or system than this machine's; sourced by them. Wants the
# rights of root, and debootstrap, which it installs where apt-get is.

# needed COMMAND PACKAGE...: the rights of root, and programs, each of the Debian package beside it.
needed() {
    [ "$(id -u)" = 0 ] || { echo "this needs the rights of root: run it with sudo" >&2; exit 1; }
    while [ $# -gt 0 ]; do
        command -v "$1" >/dev/null || apt-get install -y -q --no-install-recommends "$2" >&2
        shift 2
    done
}

# made FOLDER SUITE PACKAGE...: makes a root, unless it is made. ARCH is another machine's, as Debian calls it.
made() {
    local root=$1 suite=$2
    shift 2
    needed debootstrap debootstrap
    [ ! -e "$root/.made" ] || return 0
    local packages
    packages=$(IFS=,; echo "ca-certificates $*" | tr ' ' ',')
    debootstrap ${ARCH:+--arch="$ARCH"} --variant=minbase --include="$packages" "$suite" "$root" >"$root.log" ||
        { tail "$root.log" >&2; exit 1; }
    # Where this machine trusts certificates of its own, so does the root.
    cp /usr/local/share/ca-certificates/*.crt "$root/usr/local/share/ca-certificates/" 2>/dev/null || true
    inside "$root" update-ca-certificates >>"$root.log" 2>&1
    touch "$root/.made"
}

# inside FOLDER COMMAND...: runs a command in a root, with mounts and processes of its own, so that none outlives it.
inside() {
    local root=$1
    shift
    unshare --mount --pid --fork --kill-child --root="$root" --mount-proc /usr/bin/env -i HOME=/root LANG=C.UTF-8 \
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt \
        ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} "$@"
}

# copied FOLDER: the repository as it lies here, without what git ignores.
copied() {
    mkdir -p "$1"
    git ls-files -z --cached --others --exclude-standard | tar -c --null --ignore-failed-read -T - | tar -x -C "$1"
}
