#!/usr/bin/env bash
# Build the wheel, install it into a fresh environment, and use it in an empty folder: explain a sample, list the
# checkpoints, join the viewer's scripts, and ask the dashboard for its health. The libraries are those of the
# environment whose interpreter PYTHON names (default: .venv/bin/python), as they were installed by the wheel's own
# list.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${PYTHON:-.venv/bin/python}
work=$(mktemp -d)
server=
trap 'test -z "$server" || kill "$server"; rm -rf "$work"' EXIT

"$python" -m pip wheel --quiet --no-deps --wheel-dir "$work/dist" .
"$python" -m venv "$work/venv"
site=$("$work/venv/bin/python" -c "import sysconfig; print(sysconfig.get_path('purelib'))")
"$python" -c "import sysconfig; print(sysconfig.get_path('purelib'))" >"$site/libraries.pth"
"$work/venv/bin/python" -m pip install --quiet --no-deps "$work"/dist/*.whl

mkdir "$work/empty"
cd "$work/empty"
camdash=$work/venv/bin/camdash
sample=$("$work/venv/bin/python" -c "from importlib.resources import files; print(files('camdash') / 'app/samples/hand.png')")
case $sample in "$site"/*) ;; *) echo "camdash is not the wheel's: $sample" >&2; exit 1 ;; esac
"$camdash" explain --output out "$sample" | tee explained
grep -q "Hand" explained
test "$(ls out/*.png | wc -l)" -eq 6
"$camdash" checkpoints >listed  # a pipe to grep -q would close before the last line
grep -q "body-parts" listed
"$work/venv/bin/python" -c "from camdash.app.viewer import JAVASCRIPT as script; assert 'mountViewer' in script"

port=$("$work/venv/bin/python" -c "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])")
"$camdash" dashboard --port "$port" --no-browser >"$work/log" 2>&1 &
server=$!
for _ in $(seq 240); do
  health=$("$work/venv/bin/python" -c "import urllib.request as u; print(u.urlopen('http://127.0.0.1:$port/_stcore/health').read().decode())" 2>/dev/null || true)
  test "$health" != ok || break
  kill -0 "$server"
  sleep 0.5
done
test "$health" = ok || { cat "$work/log" >&2; exit 1; }
rm -r out explained listed
test -z "$(ls -A)" || { echo "The dashboard left files behind." >&2; exit 1; }
echo "The wheel works: $(basename "$work"/dist/*.whl), $(du -h "$work"/dist/*.whl | cut -f1)"
