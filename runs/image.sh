#!/usr/bin/env bash
# The app's image without a container engine or a registry: buildah builds app/Dockerfile on a base made of Debian's
# packages (the Debian and the Python that its FROM names), then the app starts in the image's file system, and a
# sentence goes from a real Home Assistant through it to a light. Its HTTP service is started, too.
#     sudo runs/image.sh [amd64|arm64]
# Wants 3 GB, `make .venv/.test .venv-hass/.ready` before, and two minutes; arm64 on another machine runs under qemu and
# wants 20. No process, mount or file of it is left, and no programs but those of Debian that were missing.
set -euo pipefail
cd "$(dirname "$0")/.."
. runs/root.sh
export ARCH=${1:-$(dpkg --print-architecture)}
python=${PYTHON:-.venv/bin/python}
base=$(sed -n 's/^FROM //p' app/Dockerfile)
folder=$(mktemp -d "${TMPDIR:-/tmp}/batti.XXXXXX")
binfmt=/proc/sys/fs/binfmt_misc
ended() {
    [ ! -e "$folder/foreign" ] || echo -1 >$binfmt/qemu-aarch64
    [ ! -e "$folder/mounted" ] || umount $binfmt
    rm -rf --one-file-system "$folder"
}
trap ended EXIT
needed buildah buildah
if [ "$ARCH" != "$(dpkg --print-architecture)" ]; then
    [ "$ARCH" = arm64 ] || { echo "amd64 or arm64, not $ARCH" >&2; exit 1; }
    needed qemu-aarch64-static qemu-user-static
    [ -e $binfmt/register ] || { mount -t binfmt_misc binfmt_misc $binfmt && touch "$folder/mounted"; }
    [ -e $binfmt/qemu-aarch64 ] || { cat /usr/lib/binfmt.d/qemu-aarch64.conf >$binfmt/register; touch "$folder/foreign"; }
fi
images() { buildah --root "$folder/images" --runroot "$folder/run" --storage-driver vfs "$@"; }

# The base: as the official image of Python has it, `python` and a pip that may install.
root=$folder/root
made "$root" "${base##*-}" python3 python3-pip
ln -s /usr/bin/python3 "$root/usr/local/bin/python"
rm -f "$root"/usr/lib/python3*/EXTERNALLY-MANAGED
inside "$root" python --version | grep -q " $(sed 's/.*:\([0-9.]*\).*/\1/' <<<"$base")\." ||
    { echo "${base##*-} has another Python than $base" >&2; exit 1; }
copied "$folder/repository"
cp -r "$folder/repository" "$root/batti"
inside "$root" bash -c 'cd /batti && app/wheels.sh'
cp "$root"/batti/app/wheels/*.whl "$folder/repository/app/wheels/"
rm -rf "$root/batti" "$root/root/.cache"
container=$(images from --arch "$ARCH" scratch)
images add --quiet "$container" "$root" / >/dev/null
images commit --quiet --rm "$container" "docker.io/library/$base" >/dev/null

images bud --pull-never --arch "$ARCH" --isolation chroot --tag batti "$folder/repository/app"
image=$(images mount "$(images from --pull-never batti)")
of_image() { images inspect --type image --format "$1" batti; }
of_image '{{range .OCIv1.Config.Env}}{{println .}}{{end}}' | grep . >"$folder/env"
of_image '{{range .OCIv1.Config.Cmd}}{{println .}}{{end}}' | grep . >"$folder/cmd"
du -sh --apparent-size "$image" | sed "s|$image|image of $ARCH|"

# What the Supervisor does: its folders, its variables, the image's command. BATTI_* are the test's.
cat >"$folder/start" <<'START'
#!/usr/bin/env bash
set -euo pipefail
mkdir -p "$1/data" "$1/config"
mount --bind "$BATTI_DATA" "$1/data"
mount --bind "$BATTI_CONFIG" "$1/config"
mapfile -t env <"$2/env"
mapfile -t cmd <"$2/cmd"
exec chroot "$1" /usr/bin/env -i "${env[@]}" HOME=/root SUPERVISOR_TOKEN="$SUPERVISOR_TOKEN" BATTI_PORT="$BATTI_PORT" \
    BATTI_SUPERVISOR="$BATTI_SUPERVISOR" BATTI_CORE="$BATTI_CORE" "${cmd[@]}"
START
export BATTI_HASS_VENV=${BATTI_HASS_VENV:-$PWD/.venv-hass}
BATTI_APP="unshare --mount bash $folder/start $image $folder" \
    "$python" -m pytest -p no:cacheprovider tests/test_app.py

# And its HTTP service, as `docker run IMAGE python -m batti serve`.
inside "$image" python -c '
import re, subprocess, sys, time, urllib.error, urllib.request
serve = subprocess.Popen([sys.executable, "-m", "batti", "serve", "--port", "0"], stdout=subprocess.PIPE, text=True)
url = re.search(r"http://\S+", serve.stdout.readline())[0]
sentence = b"""{"sentence": "bhancha ko batti bala"}"""
asked = urllib.request.Request(url + "/v1/commands", sentence, {"Content-Type": "application/json"})
while serve.poll() is None:
    try:
        said = urllib.request.urlopen(asked, timeout=60).read().decode()
        break
    except urllib.error.URLError:
        time.sleep(1)
print(url, said[:71])
sys.exit("Bhancha ko batti baliyo." not in said)
'
