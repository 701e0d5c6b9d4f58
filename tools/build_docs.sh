#!/usr/bin/env bash
# Build the documentation as a website, with warnings as errors, into the folder that is given (default: a temporary
# one, which is removed). PYTHON names an interpreter whose environment has the extra `docs`; without it one is made.
set -euo pipefail
target=${1:+$(realpath -m "$1")}
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python=${PYTHON:-}
if [ -z "$python" ]; then
  python3 -m venv "$work/venv"
  python=$work/venv/bin/python
  # The pages need none of camdash's own libraries.
  mapfile -t needed < <("$python" -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['optional-dependencies']['docs'], sep='\n')")
  "$python" -m pip install --quiet "${needed[@]}"
fi

site=${target:-$work/site}
# Not --quiet: it keeps warnings from being counted, and --strict counts them.
if ! NO_MKDOCS_2_WARNING=1 "$python" -m mkdocs build --strict --site-dir "$site" >"$work/log" 2>&1; then
  cat "$work/log" >&2
  exit 1
fi
if grep -rEl --include='*.html' '<(script|link|img)[^>]+(src|href)="?(https?:)?//' "$site"; then
  echo "These pages ask another machine for something." >&2
  exit 1
fi
echo "The docs are whole: $(find "$site" -name '*.html' | wc -l) pages, $(du -sh "$site" | cut -f1)"
